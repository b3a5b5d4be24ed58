//! `std.time`.

use gml_ir::{DAY, Value, civil};

use super::{Args, Function};

const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;
const SECOND: i64 = 1_000_000;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("year", |args| Some(Value::Int(date(args)?.0))),
    ("month", |args| Some(Value::Int(date(args)?.1))),
    ("day", |args| Some(Value::Int(date(args)?.2))),
    ("weekday", |args| Some(Value::Int(weekday(days(args)?)))),
    ("week", week),
    ("quarter", |args| Some(Value::Int((date(args)?.1 + 2) / 3))),
    ("day_of_year", |args| Some(Value::Int(day_of_year(days(args)?)))),
    ("hour", |args| clock(args, HOUR, 24)),
    ("minute", |args| clock(args, MINUTE, 60)),
    ("second", |args| clock(args, SECOND, 60)),
    ("to_day", |args| i32::try_from(days(args)?).ok().map(Value::Date)),
    ("to_moment", |args| Some(Value::Timestamp(micros(args.get("day")?)?))),
    ("truncate", truncate),
    ("days_since", days_apart),
    ("days_between", days_apart),
    ("in_days", |args| length(args, DAY)),
    ("in_hours", |args| length(args, HOUR)),
    ("in_minutes", |args| length(args, MINUTE)),
    ("in_seconds", |args| length(args, SECOND)),
];

/// Microseconds since 1970.
fn micros(moment: &Value) -> Option<i64> {
    match moment {
        Value::Date(days) => i64::from(*days).checked_mul(DAY),
        Value::Timestamp(micros) => Some(*micros),
        _ => None,
    }
}

/// Days since 1970.
fn days(args: &Args<'_>) -> Option<i64> {
    Some(micros(args.get("moment")?)?.div_euclid(DAY))
}

/// Year, month and day.
fn date(args: &Args<'_>) -> Option<(i64, i64, i64)> {
    days(args).map(civil)
}

/// From 1, Monday. The first of January 1970 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7) + 1
}

/// From 1.
fn day_of_year(day: i64) -> i64 {
    let year = civil(day).0;
    // The year before ended at most 366 days ago.
    (1..=366).find(|before| civil(day - before).0 < year).unwrap_or(1)
}

/// The week of ISO 8601: the first one of a year has its first Thursday.
fn week(args: &Args<'_>) -> Option<Value> {
    let day = days(args)?;
    let thursday = day + 4 - weekday(day);
    Some(Value::Int((day_of_year(thursday) - 1) / 7 + 1))
}

fn clock(args: &Args<'_>, unit: i64, units: i64) -> Option<Value> {
    Some(Value::Int(micros(args.get("moment")?)?.div_euclid(unit).rem_euclid(units)))
}

fn truncate(args: &Args<'_>) -> Option<Value> {
    let Value::Duration(unit @ 1..) = args.get("unit")? else { return None };
    // Weeks begin on Mondays, the first of which was the fifth of January.
    let origin = if unit % (7 * DAY) == 0 { 4 * DAY } else { 0 };
    let moment = args.get("moment")?;
    let truncated = micros(moment)?.checked_sub(origin)?.div_euclid(*unit).checked_mul(*unit)?.checked_add(origin)?;
    Some(match moment {
        Value::Date(_) => Value::Date(i32::try_from(truncated.div_euclid(DAY)).ok()?),
        _ => Value::Timestamp(truncated),
    })
}

fn days_apart(args: &Args<'_>) -> Option<Value> {
    let (later, earlier) = (micros(args.get("later")?)?, micros(args.get("earlier")?)?);
    Some(Value::Float(later.checked_sub(earlier)? as f64 / DAY as f64))
}

fn length(args: &Args<'_>, unit: i64) -> Option<Value> {
    match args.get("length")? {
        Value::Duration(micros) => Some(Value::Float(*micros as f64 / unit as f64)),
        _ => None,
    }
}
