//! What is drawn at random without being told a seed.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::Value;
use gml_syntax::ast::{BinaryOperator, Expr, ExprKind};

use super::Lints;
use crate::typed::{Typed, TypedArg, TypedCall};

/// What every name of the standard library that draws at random calls this argument.
const SEED: &str = "seed";

impl Lints<'_> {
    /// A call that leaves its seed to the default, where the signature says that it matters.
    pub(super) fn seed(&mut self, whole: &Typed, call: &TypedCall) {
        if self.is_given(call, SEED) != Some(false) {
            return;
        }
        let Some(signature) = self.package.signatures.get(call.signature.0 as usize) else { return };
        let seed = signature.ast.params.iter().find(|param| &*param.name.text == SEED);
        let default = seed.and_then(|seed| seed.default.as_ref());
        if !default.is_some_and(|default| matters(call, default)) {
            return;
        }
        let name = &call.name;
        let span = self.own_span(whole, call);
        let message = format!("`{name}` draws at random, and is not told with which seed");
        let diagnostic = Diagnostic::new(codes::RANDOM_WITHOUT_SEED, span, message)
            .help("say it, `seed: seed` with a `param seed: int = 42`: a reader sees what the result depends on, and a run can change it");
        let own = self.package.param_named(SEED).map_or("1", |_| SEED);
        let fix = self.argument_behind(span, &format!("seed: {own}"));
        self.diagnostics.push(match fix {
            Some(fix) => diagnostic.fix(fix.titled(format!("add `seed: {own}`"))),
            None => diagnostic,
        });
    }

    /// Whether a call gives an argument; `None` where it has none of that name.
    fn is_given(&self, call: &TypedCall, name: &str) -> Option<bool> {
        let TypedArg::Value(value) = call.argument(name)? else { return Some(true) };
        // Defaults stand where the signature does.
        Some(!self.package.modules.iter().any(|module| module.is_std && module.file == value.span.file))
    }

    /// Adds an argument behind the others of a call.
    pub(super) fn argument_behind(&self, call: Span, argument: &str) -> Option<Fix> {
        let inner = self.text(call).strip_suffix(')')?.trim_end();
        let end = u32::try_from(inner.len()).ok()?;
        let at = Span::new(call.file, call.start + end, call.start + end);
        let comma = match inner.chars().next_back() {
            Some('(') => "",
            Some(',') => " ",
            _ => ", ",
        };
        Some(Fix::guess(at, format!("{comma}{argument}")))
    }
}

/// `if sampling == 1.0 then 0 else none`: a default that will do where the condition holds.
fn matters(call: &TypedCall, default: &Expr) -> bool {
    match &default.kind {
        ExprKind::If { condition, .. } => !holds(call, condition),
        _ => true,
    }
}

/// Whether a condition on the arguments of a call is known to hold.
fn holds(call: &TypedCall, condition: &Expr) -> bool {
    let ExprKind::Binary { operator, left, right, .. } = &condition.kind else { return false };
    match operator {
        BinaryOperator::And => holds(call, left) && holds(call, right),
        BinaryOperator::Or => holds(call, left) || holds(call, right),
        BinaryOperator::Equal => equal(call, left, right) == Some(true),
        BinaryOperator::NotEqual => equal(call, left, right) == Some(false),
        _ => false,
    }
}

/// Whether the argument that is named is the constant; nothing where it is known only later.
fn equal(call: &TypedCall, named: &Expr, constant: &Expr) -> Option<bool> {
    let ExprKind::Name(name) = &named.kind else { return None };
    Some(match (call.value(name)?.literal()?, &constant.kind) {
        (Value::Null, ExprKind::Null) => true,
        (Value::Null, _) | (_, ExprKind::Null) => false,
        (Value::Str(value), ExprKind::Text(text)) => value == text,
        (Value::Int(value), ExprKind::Int(number)) => value == number,
        (Value::Float(value), ExprKind::Float(number)) => value == number,
        (Value::Bool(value), ExprKind::Bool(truth)) => value == truth,
        _ => return None,
    })
}
