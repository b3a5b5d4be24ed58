//! Expressions over constants alone, where a value is due before the run.

use gml_ir::{Expr, ExprKind, Value};

use super::{constant, library};

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
