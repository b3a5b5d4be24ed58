//! What a filter says of single columns, for what can choose rows before they are read.

use std::sync::Arc;

use gml_connect::{Bound, Condition};
use gml_ir::{Arg, BinaryOp, Expr, ExprKind, IntKind, Type, UnaryOp, Value};

use super::uses::{arg, is_order};
use crate::expr::Scope;

/// More values behind an `in` are not compared one by one.
const AMONG: usize = 200;

/// What holds for every row that a filter keeps, as far as it is said of columns and constants. Rows for which it holds may be
/// more than those that are kept.
pub fn conditions(args: &[(Arc<str>, Arg)]) -> Vec<Condition> {
    match arg(args, "condition") {
        Some(Arg::Expr(condition)) => holds(condition, true).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What holds for every row for which an expression is `truth`, and not null.
fn holds(expr: &Expr, truth: bool) -> Option<Condition> {
    match &expr.kind {
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let (left, right) = (holds(left, truth), holds(right, truth));
            if (*op == BinaryOp::And) == truth {
                // Where one of them says nothing, the other one still holds.
                let parts: Vec<Condition> = left.into_iter().chain(right).collect();
                (!parts.is_empty()).then_some(Condition::All(parts))
            } else {
                Some(Condition::Any(vec![left?, right?]))
            }
        }
        ExprKind::Unary(UnaryOp::Not, of) => holds(of, !truth),
        // What is null counts as the other one.
        ExprKind::Binary(BinaryOp::Coalesce, of, other) => match Scope::default().constant(other)? {
            Value::Bool(default) if default == truth => {
                let (of, null) = (holds(of, truth)?, is_null(of)?);
                Some(Condition::Any(vec![of, null]))
            }
            Value::Bool(_) => holds(of, truth),
            _ => None,
        },
        ExprKind::Binary(op, left, right) if is_order(*op) || *op == BinaryOp::NotEqual => {
            let (column, op, value) = comparison(*op, left, right)?;
            let op = if truth { op } else { opposite(op) };
            Some(Condition::Compare(Bound { column, op, value }))
        }
        ExprKind::In(item, among) => {
            let column = column(item)?;
            let bound = |op, value| Condition::Compare(Bound { column: column.clone(), op, value });
            match Scope::default().constant(among)? {
                Value::Range { start, end, inclusive } => {
                    let end_op = if inclusive { BinaryOp::LessEqual } else { BinaryOp::Less };
                    Some(if truth {
                        Condition::All(vec![bound(BinaryOp::GreaterEqual, *start), bound(end_op, *end)])
                    } else {
                        Condition::Any(vec![bound(BinaryOp::Less, *start), bound(opposite(end_op), *end)])
                    })
                }
                Value::List(items) => {
                    // Numbers of several types are compared as floats, which are equal more often.
                    let of = if let Type::List(of) = among.ty.non_null() { of.non_null() } else { return None };
                    let same = item.ty.non_null() == of || (item.ty.is_text() && of.is_text());
                    let items: Vec<Value> = items.into_iter().filter(|item| *item != Value::Null).collect();
                    if !same || items.is_empty() || items.len() > AMONG {
                        return None;
                    }
                    let op = if truth { BinaryOp::Equal } else { BinaryOp::NotEqual };
                    let parts = items.into_iter().map(|item| bound(op, item)).collect();
                    Some(if truth { Condition::Any(parts) } else { Condition::All(parts) })
                }
                _ => None,
            }
        }
        ExprKind::IsNull(of) => {
            let column = column(of)?;
            Some(if truth { Condition::Null(column) } else { Condition::Present(column) })
        }
        ExprKind::Cast(of) if *of.ty.non_null() == Type::Bool => holds(of, truth),
        ExprKind::Column(column) if *expr.ty.non_null() == Type::Bool => {
            let (column, op) = (column.clone(), BinaryOp::Equal);
            Some(Condition::Compare(Bound { column, op, value: Value::Bool(truth) }))
        }
        _ => None,
    }
}

/// That an expression over one column is null.
fn is_null(expr: &Expr) -> Option<Condition> {
    let of = match &expr.kind {
        ExprKind::Column(_) => expr,
        ExprKind::In(item, _) => item,
        ExprKind::Cast(of) => return is_null(of),
        ExprKind::Binary(op, left, right) if is_order(*op) || *op == BinaryOp::NotEqual => {
            return comparison(*op, left, right).map(|(column, ..)| Condition::Null(column));
        }
        _ => return None,
    };
    column(of).map(Condition::Null)
}

/// A column compared with a constant, the column on the left.
fn comparison(op: BinaryOp, left: &Expr, right: &Expr) -> Option<(Arc<str>, BinaryOp, Value)> {
    let constant = |expr: &Expr| Scope::default().constant(expr).filter(|value| *value != Value::Null);
    match (constant(left), constant(right)) {
        (None, Some(value)) => Some((column(left)?, op, value)),
        (Some(value), None) => Some((column(right)?, op.flipped().unwrap_or(op), value)),
        _ => None,
    }
}

/// The column that an expression is, also where it is one of a wider type that has the same values in the same order. What
/// becomes a `uint64`, or was one before it became something else, is none.
fn column(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Column(name) => Some(name.clone()),
        ExprKind::Cast(of) => {
            let small = |ty: &Type| matches!(ty.non_null(), Type::Int(kind) if *kind != IntKind::U64);
            let same = of.ty.non_null() == expr.ty.non_null() || (of.ty.is_text() && expr.ty.is_text());
            if same || (small(&of.ty) && small(&expr.ty)) { column(of) } else { None }
        }
        _ => None,
    }
}

/// The comparison that holds where another one does not, of values that are not null.
fn opposite(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        BinaryOp::Less => BinaryOp::GreaterEqual,
        BinaryOp::LessEqual => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::LessEqual,
        BinaryOp::GreaterEqual => BinaryOp::Less,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(kind: ExprKind, ty: Type) -> Expr {
        Expr { kind, ty }
    }

    fn is(name: &str, op: BinaryOp, value: i64) -> Expr {
        let column = Box::new(expr(ExprKind::Column(name.into()), Type::INT.nullable()));
        let value = Box::new(expr(ExprKind::Literal(Value::Int(value)), Type::INT));
        expr(ExprKind::Binary(op, column, value), Type::Bool.nullable())
    }

    fn both(op: BinaryOp, left: Expr, right: Expr) -> Expr {
        expr(ExprKind::Binary(op, Box::new(left), Box::new(right)), Type::Bool.nullable())
    }

    fn not(of: Expr) -> Expr {
        expr(ExprKind::Unary(UnaryOp::Not, Box::new(of)), Type::Bool.nullable())
    }

    fn or_else(of: Expr, default: bool) -> Expr {
        both(BinaryOp::Coalesce, of, expr(ExprKind::Literal(Value::Bool(default)), Type::Bool))
    }

    fn unknown() -> Expr {
        expr(ExprKind::Call { function: "f".into(), args: Vec::new() }, Type::Bool)
    }

    fn shown(of: &Expr) -> String {
        let args: Vec<(Arc<str>, Arg)> = vec![("condition".into(), Arg::Expr(of.clone()))];
        let all: Vec<String> = conditions(&args).iter().map(ToString::to_string).collect();
        all.join("; ")
    }

    #[test]
    fn what_does_not_hold_is_said_of_the_columns() {
        use BinaryOp::{And, Equal, Less, Or};
        let (a, b) = (|| is("a", Less, 1), || is("b", Equal, 2));
        assert_eq!(shown(&both(And, a(), b())), "(.a < 1 and .b == 2)");
        assert_eq!(shown(&not(both(And, a(), b()))), "(.a >= 1 or .b != 2)");
        assert_eq!(shown(&not(both(Or, a(), not(b())))), "(.a >= 1 and .b == 2)");
    }

    #[test]
    fn a_type_that_may_be_null_is_the_same_type() {
        let cast = |of: Expr, ty: Type| expr(ExprKind::Cast(Box::new(of)), ty);
        let column = cast(expr(ExprKind::Column("a".into()), Type::Int(IntKind::I16)), Type::INT.nullable());
        let one = expr(ExprKind::Literal(Value::Int(1)), Type::INT);
        let is = |column: Expr| both(BinaryOp::Equal, column, one.clone());
        assert_eq!(shown(&or_else(cast(is(column), Type::Bool.nullable()), true)), "(.a == 1 or .a is null)");
        let large = cast(expr(ExprKind::Column("a".into()), Type::Int(IntKind::U64)), Type::Float);
        assert_eq!(shown(&is(large)), "", "beyond 53 bits several are the same float");
    }

    #[test]
    fn what_is_not_understood_is_left_out_where_the_rest_still_holds() {
        use BinaryOp::{And, Less, Or};
        let a = || is("a", Less, 1);
        assert_eq!(shown(&both(And, a(), unknown())), "(.a < 1)");
        assert_eq!(shown(&both(Or, a(), unknown())), "");
        assert_eq!(shown(&not(both(And, a(), unknown()))), "");
    }

    #[test]
    fn a_default_for_null_says_whether_null_is_needed() {
        let a = || is("a", BinaryOp::Less, 1);
        assert_eq!(shown(&or_else(a(), false)), ".a < 1");
        assert_eq!(shown(&or_else(a(), true)), "(.a < 1 or .a is null)");
        assert_eq!(shown(&not(or_else(a(), true))), ".a >= 1");
        assert_eq!(shown(&not(or_else(a(), false))), "(.a >= 1 or .a is null)");
        // Whether this is null depends on more than one column being so.
        assert_eq!(shown(&or_else(both(BinaryOp::And, a(), a()), true)), "");
    }
}
