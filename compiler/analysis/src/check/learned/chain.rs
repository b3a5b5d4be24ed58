//! `a >> b`: estimators one behind the other.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Learned, Type};
use gml_syntax::ast::{BinaryOperator, Expr, ExprKind};

use super::Estimator;
use crate::check::body::Body;
use crate::check::message;
use crate::check::value::{Facts, Space, Value};
use crate::typed::TypedKind;

impl<'a> Body<'a> {
    /// A chain of estimators, of which all but the last must learn a transform.
    pub fn chain(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Value<'a> {
        let mut parts = Vec::new();
        flatten(left, &mut parts);
        flatten(right, &mut parts);
        let values: Vec<Value<'a>> = parts.into_iter().map(|part| self.expr(part, None)).collect();
        let mut fits = true;
        let last = values.len().saturating_sub(1);
        for (place, value) in values.iter().enumerate() {
            match value.ty() {
                Type::Estimator(learned) => {
                    if place < last && !matches!(**learned, Learned::Transform(_)) {
                        self.emit(message::learning::chain_model(value, &values[place + 1]));
                        fits = false;
                    }
                }
                Type::Learned(_) => {
                    let diagnostic = message::learning::chain_fitted(value);
                    self.emit(diagnostic);
                    fits = false;
                }
                ty if ty.is_silent() => {}
                ty => {
                    let diagnostic = message::learning::chain_part(ty, value.span());
                    self.emit(diagnostic);
                    fits = false;
                }
            }
        }
        let silent = values.iter().any(|value| *value.ty() == Type::Error);
        let ty = match values.last().map(Value::ty) {
            Some(ty @ Type::Estimator(_)) if fits && !silent => ty.clone(),
            Some(Type::Unknown) if fits && !silent => Type::Unknown,
            _ => return Value::error(span),
        };
        let estimator = |value: &Value<'a>| value.facts.as_ref().and_then(|facts| facts.estimator.clone());
        let chain = Estimator::Chain(values.iter().map(|value| (estimator(value), value.span())).collect());
        self.searched_apart(&chain);
        let search = values.last().and_then(Value::search);
        let of_last = values.last().and_then(|value| value.facts.as_ref());
        let stop_searched = of_last.is_some_and(|facts| facts.stop_searched);
        let facts = Facts { estimator: Some(chain), search, stop_searched, ..Facts::default() };
        let kind = TypedKind::Chain(values.into_iter().map(|value| value.typed).collect());
        Value::new(kind, ty, Space::Run, span).with(Some(Arc::new(facts)))
    }
}

/// The parts of `a >> b >> c`, without recursion along the chain.
fn flatten<'a>(expr: &'a Expr, parts: &mut Vec<&'a Expr>) {
    let mut behind = Vec::new();
    let mut expr = expr;
    while let ExprKind::Binary { operator: BinaryOperator::Chain, left, right, .. } = &expr.kind {
        behind.push(&**right);
        expr = left;
    }
    parts.push(expr);
    parts.extend(behind.into_iter().rev());
}
