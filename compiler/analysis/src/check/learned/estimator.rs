//! Estimators where they are fitted: what they learn from these rows.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Learned, Partitions, Row, Type};

use super::{Estimator, Pending};
use crate::check::body::Body;
use crate::check::call::{Arguments, Given};
use crate::check::message::{self, Want};
use crate::check::signature::{ParamKind, Shape, Variable};
use crate::check::value::{Space, Value};
use crate::typed::TypedArg;

/// The rows that a learned value takes and gives.
struct Learns {
    output: Arc<Row>,
    is_model: bool,
}

impl<'a> Body<'a> {
    /// `estimator[R -> L]`: elaborated with the row that another argument bound.
    pub fn estimator_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: Value<'a>,
        of: Variable,
        learns: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        arguments.space = arguments.space.max(Space::Run);
        let want = Want::argument(&call.signature.name, &call.signature.params[place].name);
        let learned = match value.ty() {
            Type::Estimator(kind) => {
                let row = arguments.variables.row(of);
                let known = value.facts.as_ref().and_then(|facts| facts.estimator.clone());
                match known.and_then(|estimator| self.learn(&estimator, &row, call.syntax.own_span())) {
                    Some(Learns { output, is_model: true }) => {
                        Type::Learned(Arc::new(Learned::Model(Some((row, output)))))
                    }
                    Some(Learns { output, .. }) => Type::Learned(Arc::new(Learned::Transform(Some((row, output))))),
                    None => Type::Learned(kind.clone()),
                }
            }
            ty if ty.is_silent() => Type::Unknown,
            Type::Learned(_) => {
                let diagnostic = message::learning::already_fitted(&value, &want);
                self.emit(diagnostic);
                arguments.failed = true;
                Type::Error
            }
            ty => {
                let diagnostic = message::learning::estimator_wanted(ty, value.span(), &want);
                self.emit(diagnostic);
                arguments.failed = true;
                Type::Error
            }
        };
        self.stopping(call, &value);
        if let Shape::Variable(variable) = learns {
            arguments.variables.set_type(*variable, learned);
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }

    /// `stop_after` looks at validation rows: an error where there are none to look at.
    fn stopping(&mut self, call: &Pending<'a>, learner: &Value<'a>) {
        let valid = call.signature.params.iter().position(
            |param| matches!(param.kind, ParamKind::Table { within: Some(part), .. } if part == Partitions::VALID),
        );
        let lacks = valid.is_some_and(|place| call.given[place].is_none());
        let Some(estimator) = learner.facts.as_ref().and_then(|facts| facts.estimator.as_ref()).filter(|_| lacks)
        else {
            return;
        };
        let mut waiting = vec![estimator];
        let mut stops = None;
        while let Some(estimator) = waiting.pop() {
            match estimator {
                Estimator::Call(pending) => {
                    let given = pending.signature.param("stop_after").and_then(|place| pending.given[place]);
                    stops = given.filter(|given| !is_null(given)).map(|given| given.span()).or(stops);
                }
                Estimator::Chain(parts) => waiting.extend(parts.iter().filter_map(|(part, _)| part.as_ref())),
            }
        }
        if let Some(stops) = stops {
            self.emit(message::learning::valid_needed(call, stops));
        }
    }

    /// What an estimator learns from rows; `None` where that cannot be known.
    fn learn(&mut self, estimator: &Estimator<'a>, row: &Arc<Row>, at: Span) -> Option<Learns> {
        match estimator {
            Estimator::Call(call) => self.learn_call(call, row, at),
            Estimator::Chain(parts) => {
                let before = self.gone.len();
                let learns = self.learn_chain(parts, row, at);
                self.gone.truncate(before);
                learns
            }
        }
    }

    fn learn_chain(&mut self, parts: &[(Option<Estimator<'a>>, Span)], row: &Arc<Row>, at: Span) -> Option<Learns> {
        let mut learns: Option<Learns> = None;
        let mut row = row.clone();
        for (part, _) in parts {
            let step = self.learn(part.as_ref()?, &row, at)?;
            let gone = row.names().filter(|name| step.output.get(name).is_none());
            self.gone.extend(gone.cloned());
            row = step.output.clone();
            learns = Some(step);
        }
        learns
    }

    fn learn_call(&mut self, call: &Arc<Pending<'a>>, row: &Arc<Row>, at: Span) -> Option<Learns> {
        let Shape::Estimator { of, demand, learns } = &call.signature.result else { return None };
        let scope = std::mem::replace(&mut self.scope, call.scope.clone());
        let said = self.diagnostics.len();
        let mut arguments = self.in_frame(None, |body| body.arguments(call, Vec::new(), Some((*of, row.clone()))));
        self.scope = scope;
        for diagnostic in &mut self.diagnostics[said..] {
            let label = message::learning::fitted_here(diagnostic, at);
            *diagnostic = label;
        }
        let (is_model, output) = match &**learns {
            Shape::Model(_, output) => (true, output),
            Shape::Transform(_, output) => (false, output),
            _ => return None,
        };
        if is_model {
            self.learnable(call, row, at);
        }
        if let Some(demand) = demand {
            self.demanded(demand, call, row, at, &mut arguments);
        }
        let output = self.row(output, call, &mut arguments);
        Some(Learns { output, is_model })
    }
}

fn is_null(given: &Given<'_>) -> bool {
    matches!(given, Given::Expr(expr) if matches!(expr.kind, gml_syntax::ast::ExprKind::Null))
}
