//! Dates, moments and durations as whole microseconds.

use gml_connect::Fault;
use gml_ir::{BinaryOp, IntKind, Type};
use polars::prelude::{DataType, Expr, TimeUnit, lit};

use super::{checked, kernel};

/// A day in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// A date, time, moment or duration as microseconds (of dates and moments: since 1970).
pub(crate) fn micros(value: Expr, ty: &Type) -> Expr {
    match ty.non_null() {
        Type::Date => {
            let days = value.cast(DataType::Date).cast(DataType::Int32).cast(DataType::Int64);
            checked::arithmetic(BinaryOp::Multiply, days, lit(DAY), IntKind::I64)
        }
        Type::Time => value.cast(DataType::Time).cast(DataType::Int64).floor_div(lit(1_000_i64)),
        Type::Duration => value.cast(DataType::Duration(TimeUnit::Microseconds)).cast(DataType::Int64),
        _ => value.cast(DataType::Datetime(TimeUnit::Microseconds, None)).cast(DataType::Int64),
    }
}

/// Microseconds as a value of that type; of a date, what lies after midnight is cut off.
pub(crate) fn from_micros(value: Expr, ty: &Type) -> Expr {
    match ty.non_null() {
        Type::Date => value.floor_div(lit(DAY)).strict_cast(DataType::Int32).cast(DataType::Date),
        Type::Time => (value * lit(1_000_i64)).cast(DataType::Time),
        Type::Duration => value.cast(DataType::Duration(TimeUnit::Microseconds)),
        _ => value.cast(DataType::Datetime(TimeUnit::Microseconds, None)),
    }
}

/// Microseconds as a number of units. polars would multiply by the reciprocal of the unit where there is more than one
/// row, and that is rounded.
pub(crate) fn in_units(micros: Expr, unit: i64) -> Expr {
    let unit = unit as f64;
    kernel::float(micros, move |micros| micros / unit)
}

/// Arithmetic in which dates, moments or durations take part.
///
/// # Errors
/// Where the operator has no meaning for them.
pub(crate) fn arithmetic(
    op: BinaryOp,
    (left, left_ty): (Expr, &Type),
    (right, right_ty): (Expr, &Type),
    result: &Type,
) -> Result<Expr, Fault> {
    let ticks = |value: Expr, ty: &Type| if is_temporal(ty) { micros(value, ty) } else { value };
    let factor = !is_temporal(left_ty) || !is_temporal(right_ty);
    let (left, right) = (ticks(left, left_ty), ticks(right, right_ty));
    match op {
        BinaryOp::Add | BinaryOp::Subtract if !factor => {
            Ok(from_micros(checked::arithmetic(op, left, right, IntKind::I64), result))
        }
        BinaryOp::Multiply if factor => {
            let whole = |ty: &Type| is_temporal(ty) || matches!(ty.non_null(), Type::Int(_));
            let product = if whole(left_ty) && whole(right_ty) {
                checked::arithmetic(op, left, right, IntKind::I64)
            } else {
                rounded(left.cast(DataType::Float64) * right.cast(DataType::Float64))
            };
            Ok(from_micros(product, result))
        }
        BinaryOp::Divide => {
            let quotient = kernel::floats(left, right, None, |left, right| left / right);
            Ok(if is_temporal(result) { from_micros(rounded(quotient), result) } else { quotient })
        }
        BinaryOp::FloorDivide | BinaryOp::Remainder => {
            let result_ticks = checked::arithmetic(op, left, right, IntKind::I64);
            Ok(if is_temporal(result) { from_micros(result_ticks, result) } else { result_ticks })
        }
        _ => Err(Fault::new("GML0999", format!("{} has no meaning for {left_ty} and {right_ty}", op.symbol()))),
    }
}

/// Whether values of the type are counted in microseconds.
pub(crate) fn is_temporal(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Date | Type::Time | Type::Timestamp | Type::Duration)
}

fn rounded(value: Expr) -> Expr {
    kernel::float(value, f64::round).strict_cast(DataType::Int64)
}
