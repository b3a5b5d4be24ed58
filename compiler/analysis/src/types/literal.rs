//! Literals as constants.

use gml_diagnostics::Span;
use gml_ir::Value;
use gml_syntax::ast::{Expr, ExprKind, UnaryOperator};

/// The constant that an expression of literals alone writes; as an error the place of what is no literal.
pub(crate) fn literal(written: &Expr) -> Result<Value, Span> {
    Ok(match &written.kind {
        ExprKind::Int(number) => Value::Int(*number),
        ExprKind::Float(number) => Value::Float(*number),
        ExprKind::Text(text) => Value::Str(text.clone()),
        ExprKind::Bool(truth) => Value::Bool(*truth),
        ExprKind::Date(days) => Value::Date(*days),
        ExprKind::Timestamp(micros) => Value::Timestamp(*micros),
        ExprKind::Duration(micros) => Value::Duration(*micros),
        ExprKind::Size(bytes) => Value::Size(*bytes),
        ExprKind::Unary(UnaryOperator::Negate, of) => match literal(of)? {
            Value::Int(number) => Value::Int(number.checked_neg().ok_or(written.span)?),
            Value::Float(number) => Value::Float(-number),
            Value::Duration(micros) => Value::Duration(micros.checked_neg().ok_or(written.span)?),
            _ => return Err(written.span),
        },
        ExprKind::Range { start, end, inclusive } => {
            Value::Range { start: Box::new(literal(start)?), end: Box::new(literal(end)?), inclusive: *inclusive }
        }
        ExprKind::List(items) => Value::List(items.iter().map(literal).collect::<Result<_, _>>()?),
        _ => return Err(written.span),
    })
}
