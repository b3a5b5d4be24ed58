//! Calls in a tree.

use gml_syntax::ast::{Expr, ExprKind, FormatPart};
use smallvec::{SmallVec, smallvec};

use crate::typed::Text;

/// Runs `visit` with the name of every call in an expression.
pub(super) fn calls<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Text)) {
    // Not recursive: a chain of operators may be long.
    let mut waiting: SmallVec<[&'a Expr; 16]> = smallvec![expr];
    while let Some(expr) = waiting.pop() {
        match &expr.kind {
            ExprKind::Call { function, args, block, .. } => {
                visit(&function.text);
                waiting.extend(args.iter().map(|arg| &arg.value));
                waiting.extend(block.iter().flat_map(|block| &block.bindings).map(|binding| &binding.value));
            }
            ExprKind::Format(parts) => waiting.extend(parts.iter().filter_map(|part| match part {
                FormatPart::Value(expr) => Some(expr),
                FormatPart::Text(_) => None,
            })),
            ExprKind::Range { start, end, .. } => waiting.extend([&**start, end]),
            ExprKind::List(items) => waiting.extend(items),
            ExprKind::Record(fields) => waiting.extend(fields.iter().map(|(_, value)| value)),
            ExprKind::Columns(bindings) => waiting.extend(bindings.iter().map(|binding| &binding.value)),
            ExprKind::Table { rows, .. } => waiting.extend(rows),
            ExprKind::Field { of, .. } | ExprKind::Unary(_, of) | ExprKind::IsNull { of, .. } => waiting.push(&**of),
            ExprKind::Binary { left, right, .. } => waiting.extend([&**left, right]),
            ExprKind::If { condition, then, otherwise } => waiting.extend([&**condition, then, otherwise]),
            ExprKind::Match { of, arms } => {
                waiting.push(&**of);
                waiting.extend(arms.iter().map(|arm| &arm.value));
            }
            ExprKind::For { items, body, .. } => waiting.extend([&**items, body]),
            _ => {}
        }
    }
}
