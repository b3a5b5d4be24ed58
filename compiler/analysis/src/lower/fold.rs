//! Expressions over constants alone, where a value is due before the run.

use gml_ir::{Expr, ExprKind, Value};

use super::{constant, library};

/// Whether something in an expression is computed by the run alone.
pub(super) fn is_left_to_run(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) => false,
        ExprKind::Column(_) | ExprKind::Input(_) => true,
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => {
            is_left_to_run(of)
        }
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => is_left_to_run(left) || is_left_to_run(right),
        ExprKind::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|part| is_left_to_run(part))
        }
        ExprKind::List(items) => items.iter().any(is_left_to_run),
        ExprKind::Struct(fields) => fields.iter().any(|field| is_left_to_run(&field.expr)),
        ExprKind::Call { function, args } => {
            !library::is_known(function) || args.iter().any(|(_, arg)| is_left_to_run(arg))
        }
    }
}

/// The value of an expression without columns and without results of steps. `None` where something in it is computed by the run
/// alone, or has no place in its type.
pub(super) fn value(expr: &Expr) -> Option<Value> {
    let folded = match &expr.kind {
        ExprKind::Literal(value) => value.clone(),
        ExprKind::Column(_) | ExprKind::Input(_) => return None,
        ExprKind::Field(of, name) => match value(of)? {
            Value::Null => Value::Null,
            record => record.get(name)?.clone(),
        },
        ExprKind::Unary(operator, of) => constant::unary(*operator, &value(of)?)?,
        ExprKind::Binary(operator, left, right) => constant::binary(*operator, &value(left)?, &value(right)?)?,
        ExprKind::IsNull(of) => Value::Bool(value(of)? == Value::Null),
        ExprKind::In(of, within) => match value(of)? {
            Value::Null => Value::Null,
            of => Value::Bool(constant::contains(&value(within)?, &of)?),
        },
        ExprKind::If(condition, then, otherwise) => {
            let holds = value(condition)? == Value::Bool(true);
            value(if holds { then } else { otherwise })?
        }
        ExprKind::List(items) => Value::List(items.iter().map(value).collect::<Option<_>>()?),
        ExprKind::Struct(fields) => {
            let fields = fields.iter().map(|field| Some((field.name.clone(), value(&field.expr)?)));
            Value::Record(fields.collect::<Option<_>>()?)
        }
        ExprKind::Cast(of) => constant::convert(value(of)?, &expr.ty).ok()?,
        ExprKind::Call { function, args } => {
            let args = args.iter().map(|(name, arg)| Some((&**name, value(arg)?)));
            library::apply(function, &args.collect::<Option<Vec<_>>>()?, &expr.ty)?
        }
    };
    Some(folded)
}
