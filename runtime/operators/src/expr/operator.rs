//! The operators of the language.
//!
//! Where polars and IEEE 754 differ, floats compare as polars has it: not-a-number equals itself and is larger than every
//! number, so that comparing, sorting and grouping agree.

use gml_connect::Fault;
use gml_ir::{BinaryOp, Expr, ExprKind, IntKind, Type, Value};
use polars::prelude as pl;
use polars::prelude::{DataType, coalesce, concat_str, lit, when};

use super::decimal::{self, has_digits, is_decimal};
use super::ticks::{self, is_temporal};
use super::{Scope, as_bool, cast, checked, constant, dtype, has, kernel, list, literal, null};

impl Scope<'_> {
    pub(super) fn negate(&self, of: &Expr, ty: &Type) -> Result<pl::Expr, Fault> {
        let value = self.translate(of)?;
        Ok(match ty.non_null() {
            Type::Int(kind) => checked::arithmetic(BinaryOp::Subtract, lit(0_i64), self.used(value), *kind),
            Type::Duration => {
                let ticks = ticks::micros(self.used(value), ty);
                ticks::from_micros(checked::arithmetic(BinaryOp::Subtract, lit(0_i64), ticks, IntKind::I64), ty)
            }
            _ => -value,
        })
    }

    pub(super) fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, ty: &Type) -> Result<pl::Expr, Fault> {
        let (a, b) = (self.translate(left)?, self.translate(right)?);
        match op {
            BinaryOp::And => Ok(as_bool(a, &left.ty).and(as_bool(b, &right.ty))),
            BinaryOp::Or => Ok(as_bool(a, &left.ty).or(as_bool(b, &right.ty))),
            BinaryOp::Coalesce => {
                let (a, b) = (cast(a, &left.ty, ty), cast(b, &right.ty, ty));
                // Where the other value is one number for all rows, polars fills it in without making a column of it.
                let fills = matches!(&right.kind, ExprKind::Literal(value) if *value != Value::Null)
                    && matches!(ty.non_null(), Type::Bool | Type::Int(_) | Type::Float)
                    && has(left, &|kind| matches!(kind, ExprKind::Column(_)));
                Ok(if fills { a.fill_null(b) } else { coalesce(&[a, b]) })
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => {
                if *left.ty.non_null() == Type::Null || *right.ty.non_null() == Type::Null {
                    return Ok(null().cast(DataType::Boolean));
                }
                // Polars takes the height of the left side, where neither differs from row to row.
                let is_constant = !has(left, &|kind| matches!(kind, ExprKind::Column(_)));
                let (a, b) = ((a, &left.ty), (b, &right.ty));
                Ok(if is_constant { compare(op.flipped().unwrap_or(op), b, a) } else { compare(op, a, b) })
            }
            _ if is_temporal(&left.ty) || is_temporal(&right.ty) => {
                ticks::arithmetic(op, (self.used(a), &left.ty), (self.used(b), &right.ty), ty)
            }
            BinaryOp::Divide => Ok(kernel::floats(a, b, self.divisor(right), |a, b| a / b)),
            BinaryOp::FloorDivide if *ty.non_null() == Type::Float => {
                Ok(kernel::floats(a, b, self.divisor(right), |a, b| (a / b).floor()))
            }
            BinaryOp::Remainder if *ty.non_null() == Type::Float => {
                Ok(kernel::floats(a, b, self.divisor(right), |a, b| a - b * (a / b).floor()))
            }
            BinaryOp::Power => Ok(a.cast(DataType::Float64).pow(b.cast(DataType::Float64))),
            _ => match ty.non_null() {
                Type::Int(kind) => Ok(checked::arithmetic(op, self.used(a), self.used(b), *kind)),
                Type::Decimal { .. } => Ok(decimal::arithmetic(op, self.used(a), self.used(b), ty)),
                Type::Str | Type::Category | Type::Enum(_) => Ok(concat_str([a, b], "", false)),
                Type::Null => Ok(null()),
                Type::Unknown => Ok(arithmetic(op, a, b)),
                _ => Ok(arithmetic(op, cast(a, &left.ty, ty), cast(b, &right.ty, ty))),
            },
        }
    }

    /// A constant that is divided by. polars multiplies with its reciprocal instead, which is rounded: `49.0 // 49.0` would be 0, and
    /// quotients would differ in their last bit from those of a table with a single row.
    fn divisor(&self, right: &Expr) -> Option<f64> {
        self.constant(right).and_then(|value| value.as_float())
    }

    pub(super) fn is_in(&self, item: &Expr, among: &Expr) -> Result<pl::Expr, Fault> {
        let value = self.translate(item)?;
        match self.constant(among) {
            Some(Value::Range { start, end, inclusive }) => {
                let ty = if let Type::Range(of) = among.ty.non_null() { (**of).clone() } else { item.ty.clone() };
                let (start, end) = (literal(&start, &ty)?, literal(&end, &ty)?);
                let from = compare(BinaryOp::GreaterEqual, (value.clone(), &item.ty), (start, &ty));
                let below = if inclusive { BinaryOp::LessEqual } else { BinaryOp::Less };
                Ok(from.and(compare(below, (value, &item.ty), (end, &ty))))
            }
            Some(Value::List(items)) => {
                let mut known: Vec<Value> = items.into_iter().filter(|item| !matches!(item, Value::Null)).collect();
                let item_ty = match among.ty.non_null() {
                    Type::List(of) if dtype(of).is_some_and(|dtype| dtype != DataType::Null) => (**of).clone(),
                    _ => item.ty.clone(),
                };
                let differ = item.ty.is_numeric() && item_ty.is_numeric() && item.ty.non_null() != item_ty.non_null();
                let whole = |ty: &Type| matches!(ty.non_null(), Type::Int(_));
                let (value, item_ty) = if !differ {
                    (value, item_ty)
                } else if (is_decimal(&item.ty) || is_decimal(&item_ty)) && has_digits(&item.ty) && has_digits(&item_ty)
                {
                    // A number that the type has no room for is none of the column's.
                    let digits = if is_decimal(&item.ty) { item.ty.non_null() } else { &decimal::WHOLE };
                    known = known.iter().filter_map(|number| decimal::constant(number, digits)).collect();
                    (cast(value, &item.ty, digits), digits.clone())
                } else if !whole(&item.ty) || !whole(&item_ty) {
                    (cast(value, &item.ty, &Type::Float), Type::Float)
                } else if is_uint64(&item.ty) {
                    // A number below 0 is none of the column's.
                    known.retain(|number| number.as_int().is_none_or(|number| number >= 0));
                    (value, item.ty.clone())
                } else {
                    (value.cast(DataType::Int64), Type::INT)
                };
                let Some(dtype) = dtype(&item_ty) else {
                    // A column that is not known before the run: the items say what they are.
                    return literal(&Value::List(known), &Type::Unknown).map(|list| value.is_in(list, false));
                };
                if known.is_empty() {
                    return Ok(when(value.is_null()).then(null()).otherwise(lit(false)).cast(DataType::Boolean));
                }
                let any = pl::AnyValue::List(constant::series("", known.iter(), &dtype)?);
                let list = pl::Scalar::new(DataType::List(Box::new(dtype.clone())), any);
                Ok(value.is_in(lit(list), false))
            }
            Some(_) => Err(Fault::new("GML0999", "what stands behind `in` is neither a list nor a range")),
            None => Ok(list::contains(self.translate(among)?, value)),
        }
    }

    /// An operand of arithmetic that can fail: null where the result is not used.
    pub(super) fn used(&self, operand: pl::Expr) -> pl::Expr {
        match &self.guard {
            Some(guard) => when(guard.clone()).then(operand).otherwise(null()),
            None => operand,
        }
    }
}

/// Both sides of a comparison, as numbers of 128 bits where one is a `uint64` and the other one has a sign: polars would
/// compare these as floats, and several numbers beyond 53 bits are the same float.
fn exact((a, a_ty): (pl::Expr, &Type), (b, b_ty): (pl::Expr, &Type)) -> (pl::Expr, pl::Expr) {
    let has_sign =
        |ty: &Type| matches!(ty.non_null(), Type::Int(IntKind::I8 | IntKind::I16 | IntKind::I32 | IntKind::I64));
    if is_uint64(a_ty) && has_sign(b_ty) || has_sign(a_ty) && is_uint64(b_ty) {
        return (a.cast(DataType::Int128), b.cast(DataType::Int128));
    }
    (a, b)
}

fn is_uint64(ty: &Type) -> bool {
    *ty.non_null() == Type::Int(IntKind::U64)
}

fn compare(op: BinaryOp, (a, a_ty): (pl::Expr, &Type), (b, b_ty): (pl::Expr, &Type)) -> pl::Expr {
    let differ = a_ty.non_null() != b_ty.non_null();
    if differ && (is_decimal(a_ty) || is_decimal(b_ty)) {
        if has_digits(a_ty) && has_digits(b_ty) {
            return decimal::compare(op, a, b);
        }
        if a_ty.is_numeric() && b_ty.is_numeric() {
            let float = |value, ty| (cast(value, ty, &Type::Float), &Type::Float);
            return compare(op, float(a, a_ty), float(b, b_ty));
        }
    }
    let (a, b) = exact((a, a_ty), (b, b_ty));
    match op {
        BinaryOp::Equal => a.eq(b),
        BinaryOp::NotEqual => a.neq(b),
        BinaryOp::Less => a.lt(b),
        BinaryOp::LessEqual => a.lt_eq(b),
        BinaryOp::Greater => a.gt(b),
        _ => a.gt_eq(b),
    }
}

fn arithmetic(op: BinaryOp, a: pl::Expr, b: pl::Expr) -> pl::Expr {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::FloorDivide => a.floor_div(b),
        _ => a % b,
    }
}
