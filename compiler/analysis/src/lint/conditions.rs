//! Conditions that say nothing.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::BinaryOp;

use super::{Lints, argument};
use crate::typed::{Typed, TypedCall, TypedKind};

impl Lints<'_> {
    /// `filter(true)`
    pub(super) fn filter(&mut self, call: &TypedCall) {
        if call.name == "filter"
            && let Some(condition) = argument(call, "condition")
        {
            self.condition(condition, "`filter`");
        }
    }

    /// A condition in which nothing can change.
    pub(super) fn condition(&mut self, condition: &Typed, of: &str) {
        if !is_written_out(condition) {
            return;
        }
        let message = format!("the condition of {of} is always the same");
        let diagnostic = Diagnostic::new(codes::CONSTANT_CONDITION, condition.span, message)
            .with_label("nothing in it can change")
            .help("compare a column, a `param` or an argument, or leave the condition out");
        self.diagnostics.push(diagnostic);
    }

    /// `.x == .x`
    pub(super) fn comparison(&mut self, operator: BinaryOp, left: &Typed, right: &Typed, span: Span) {
        if !operator.is_comparison() || left.span == right.span || is_written_out(left) {
            return;
        }
        let text = self.text(left.span);
        if text.is_empty() || text != self.text(right.span) {
            return;
        }
        let diagnostic = Diagnostic::new(codes::SELF_COMPARISON, span, format!("`{text}` is compared with itself"))
            .with_label("both sides are the same")
            .help("compare it with something else; whether it is there at all is said by `is not null`");
        self.diagnostics.push(diagnostic);
    }
}

/// Whether an expression is made of literals alone.
fn is_written_out(value: &Typed) -> bool {
    match &value.kind {
        TypedKind::Literal(_) => true,
        TypedKind::Cast(of) | TypedKind::Unary(_, of) | TypedKind::IsNull(of) => is_written_out(of),
        TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => is_written_out(left) && is_written_out(right),
        TypedKind::Range { start, end, .. } => is_written_out(start) && is_written_out(end),
        TypedKind::List(items) => items.iter().all(is_written_out),
        _ => false,
    }
}
