//! Dates, moments and durations as whole microseconds.

use gml_connect::Fault;
use gml_ir::{BinaryOp, DAY, IntKind, Type, Value};
use polars::prelude::{Column, DataType, Expr, NULL, TimeUnit, lit, when};

use super::{checked, kernel};
use crate::frame::fault;

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
    let types = [left_ty, right_ty, result].map(|ty| ty.non_null().clone());
    let tell = {
        let types = types.clone();
        move |op, pair| beyond(op, pair, &types)
    };
    let ticks = |value: Expr, ty: &Type| if is_temporal(ty) { micros(value, ty) } else { value };
    let factor = !is_temporal(left_ty) || !is_temporal(right_ty);
    let (left, right) = (ticks(left, left_ty), ticks(right, right_ty));
    match op {
        BinaryOp::Add | BinaryOp::Subtract if !factor => {
            Ok(from_micros(checked::telling(op, left, right, IntKind::I64, tell), result))
        }
        BinaryOp::Multiply if factor => {
            let whole = |ty: &Type| is_temporal(ty) || matches!(ty.non_null(), Type::Int(_));
            let product = if whole(left_ty) && whole(right_ty) {
                checked::telling(op, left, right, IntKind::I64, tell)
            } else {
                rounded(left.cast(DataType::Float64) * right.cast(DataType::Float64), op, types)
            };
            Ok(from_micros(product, result))
        }
        BinaryOp::Divide if is_temporal(result) => {
            // A length of time is never infinite: there is none of zero parts.
            let parts = when(right.clone().eq(lit(0))).then(lit(NULL)).otherwise(right);
            let quotient = kernel::floats(left, parts, None, |left, right| left / right);
            Ok(from_micros(rounded(quotient, op, types), result))
        }
        BinaryOp::Divide => Ok(kernel::floats(left, right, None, |left, right| left / right)),
        BinaryOp::FloorDivide | BinaryOp::Remainder => {
            let result_ticks = checked::telling(op, left, right, IntKind::I64, tell);
            Ok(if is_temporal(result) { from_micros(result_ticks, result) } else { result_ticks })
        }
        _ => Err(Fault::new("GML0999", format!("{} has no meaning for {left_ty} and {right_ty}", op.symbol()))),
    }
}

/// Whether values of the type are counted in microseconds.
pub(crate) fn is_temporal(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Date | Type::Time | Type::Timestamp | Type::Duration)
}

/// Whole microseconds.
fn rounded(value: Expr, op: BinaryOp, types: [Type; 3]) -> Expr {
    // The largest float below 2^63 is 1024 less.
    const END: f64 = 9_223_372_036_854_775_808.0;
    kernel::map(vec![value.cast(DataType::Float64)], move |columns| {
        let whole = |value: Option<f64>| match value.map(f64::round) {
            Some(value) if (-END..END).contains(&value) => Ok(Some(value as i64)),
            Some(_) => Err(beyond(op, None, &types)),
            None => Ok(None),
        };
        let values = columns[0].f64().map_err(fault)?.iter().map(whole);
        let values: Vec<Option<i64>> = values.collect::<Result<_, Fault>>()?;
        Ok(Column::new(columns[0].name().clone(), values))
    })
}

/// That a result of arithmetic with values of two types does not fit a third one, in the words of these types.
fn beyond(op: BinaryOp, pair: Option<(i64, i64)>, [left, right, result]: &[Type; 3]) -> Fault {
    let said = |ticks: i64, ty: &Type| match ty {
        Type::Date => i32::try_from(ticks.div_euclid(DAY)).map_or(Value::Timestamp(ticks), Value::Date),
        Type::Timestamp => Value::Timestamp(ticks),
        Type::Time => Value::Time(ticks),
        Type::Duration => Value::Duration(ticks),
        _ => Value::Int(ticks),
    };
    let what = match pair {
        Some((a, b)) => format!("{} {} {}", said(a, left), op.symbol(), said(b, right)),
        None => format!("a result of `{}`", op.symbol()),
    };
    let (message, limit) = match result {
        Type::Date | Type::Timestamp => {
            (format!("{what} lies beyond the last {result}"), "lies within 292,000 years of 1970")
        }
        _ => (format!("{what} is longer than a {result} can be"), "is shorter than 292,000 years"),
    };
    Fault::new("GML0923", message).help(format!("a {result} {limit}; leave such rows out with filter"))
}
