//! `std.math`, but for what sees other rows.

use std::cmp::Ordering;

use gml_ir::{Decimal, Type, Value, rounded};

use super::{Args, Function};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", abs),
    ("round", round),
    ("floor", |args| float(args, f64::floor)),
    ("ceil", |args| float(args, f64::ceil)),
    ("sqrt", |args| float(args, f64::sqrt)),
    ("exp", |args| float(args, f64::exp)),
    ("ln", |args| float(args, f64::ln)),
    ("log10", |args| float(args, f64::log10)),
    ("log1p", |args| float(args, f64::ln_1p)),
    ("sign", sign),
    ("clip", clip),
    ("is_finite", |args| Some(Value::Bool(args.float("x")?.is_finite()))),
    ("to_whole", to_whole),
    ("as_float", |args| Some(Value::Float(args.float("x")?))),
    ("as_decimal", as_decimal),
    ("as_int", |args| Some(Value::Int(i64::from(args.get("x")?.as_bool()?)))),
    ("least", |args| chosen(args.get("a")?, args.get("b")?, Ordering::is_le)),
    ("greatest", |args| chosen(args.get("a")?, args.get("b")?, Ordering::is_ge)),
];

fn float(args: &Args<'_>, of: fn(f64) -> f64) -> Option<Value> {
    Some(Value::Float(of(args.float("x")?)))
}

fn abs(args: &Args<'_>) -> Option<Value> {
    Some(match args.get("x")? {
        Value::Int(number) => Value::Int(number.checked_abs()?),
        Value::Decimal(number) if number.units() < 0 => Value::Decimal(-*number),
        Value::Decimal(number) => Value::Decimal(*number),
        other => Value::Float(other.as_float()?.abs()),
    })
}

fn round(args: &Args<'_>) -> Option<Value> {
    let digits = i32::try_from(args.int("digits")?).ok()?;
    Some(Value::Float(rounded(args.float("x")?, digits)))
}

fn sign(args: &Args<'_>) -> Option<Value> {
    Some(match args.get("x")? {
        Value::Int(number) => Value::Int(number.signum()),
        Value::Decimal(number) => Value::Decimal(Decimal::new(number.units().signum(), 0)?),
        Value::Float(number) if *number == 0.0 => Value::Float(*number),
        other => Value::Float(other.as_float()?.signum()),
    })
}

fn clip(args: &Args<'_>) -> Option<Value> {
    let below = chosen(args.get("x")?, args.get("high")?, Ordering::is_le)?;
    chosen(&below, args.get("low")?, Ordering::is_ge)
}

/// The first of two values where its order to the second one is as wanted, else the second.
fn chosen(first: &Value, second: &Value, wanted: fn(Ordering) -> bool) -> Option<Value> {
    Some(if wanted(first.compared(second)?) { first.clone() } else { second.clone() })
}

/// What stands before the point; null where that is no `int`.
fn to_whole(args: &Args<'_>) -> Option<Value> {
    /// 2^63, the first float behind the largest `int`.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    Some(match args.get("x")? {
        Value::Int(number) => Value::Int(*number),
        Value::Decimal(number) => {
            let one = Decimal::new(1, 0)?.rescaled(number.scale()).map_or(i128::MAX, Decimal::units);
            i64::try_from(number.units() / one).map_or(Value::Null, Value::Int)
        }
        other => match other.as_float()?.trunc() {
            whole if (-BEYOND..BEYOND).contains(&whole) => Value::Int(whole as i64),
            _ => Value::Null,
        },
    })
}

fn as_decimal(args: &Args<'_>) -> Option<Value> {
    let Type::Decimal { precision, scale } = args.result.non_null() else { return None };
    args.get("x")?.as_decimal()?.rounded(*scale)?.fitted(*precision, *scale).map(Value::Decimal)
}
