//! Defaults of parameters.

use gml_ir::{Type, Value};
use gml_syntax::ast::{Expr, ExprKind, UnaryOperator};

use super::{Default, ParamKind, Shape};
use crate::typed::{Typed, TypedKind};

/// The default of a parameter as a constant of its type.
pub(super) fn default_of(expr: &Expr, kind: &ParamKind) -> Default {
    if matches!(&expr.kind, ExprKind::Name(name) if &**name == "none") {
        return Default::Absent;
    }
    let ty = match kind {
        ParamKind::Value { ty: Shape::Is(ty), .. } => ty.clone(),
        _ => Type::Null,
    };
    match value(expr, &ty) {
        Some(constant) => Default::Constant(Typed { kind: TypedKind::Literal(constant), ty, span: expr.span }),
        None => Default::Absent,
    }
}

fn value(expr: &Expr, ty: &Type) -> Option<Value> {
    Some(match (&expr.kind, ty.non_null()) {
        (ExprKind::Null, _) => Value::Null,
        (ExprKind::Int(number), Type::Float | Type::Float32) => Value::Float(*number as f64),
        (ExprKind::Int(number), _) => Value::Int(*number),
        (ExprKind::Float(number), _) => Value::Float(*number),
        (ExprKind::Bool(truth), _) => Value::Bool(*truth),
        (ExprKind::Text(text) | ExprKind::Name(text), _) => Value::Str(text.clone()),
        (ExprKind::Duration(micros), _) => Value::Duration(*micros),
        // `if sampling == 1.0 then 0 else none`: what it is where the call says nothing of the condition's names. That
        // it should be given otherwise, a lint says.
        (ExprKind::If { then, .. }, _) => value(then, ty)?,
        (ExprKind::Unary(UnaryOperator::Negate, of), ty) => match value(of, ty)? {
            Value::Int(number) => Value::Int(-number),
            Value::Float(number) => Value::Float(-number),
            _ => return None,
        },
        (ExprKind::List(items), Type::List(item)) => {
            Value::List(items.iter().map(|expr| value(expr, item)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
