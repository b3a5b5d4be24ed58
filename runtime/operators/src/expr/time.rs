//! `std.time`.

use gml_connect::Fault;
use gml_ir::{BinaryOp, DAY, IntKind, Type};
use polars::prelude as pl;
use polars::prelude::{DataType, TimeUnit, lit};

use super::call::{Args, Function};
use super::checked;
use super::ticks::{from_micros, in_units, micros};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("year", |args| part(args, |moment| moment.dt().year())),
    ("month", |args| part(args, |moment| moment.dt().month())),
    ("day", |args| part(args, |moment| moment.dt().day())),
    ("weekday", |args| part(args, |moment| moment.dt().weekday())),
    ("week", |args| part(args, |moment| moment.dt().week())),
    ("quarter", |args| part(args, |moment| moment.dt().quarter())),
    ("day_of_year", |args| part(args, |moment| moment.dt().ordinal_day())),
    ("hour", |args| part(args, |moment| moment.dt().hour())),
    ("minute", |args| part(args, |moment| moment.dt().minute())),
    ("second", |args| part(args, |moment| moment.dt().second())),
    ("to_day", |args| Ok(args.get("moment")?.dt().date())),
    ("to_moment", |args| Ok(args.get("day")?.cast(DataType::Datetime(TimeUnit::Microseconds, None)))),
    ("truncate", truncate),
    ("days_since", days),
    ("days_between", days),
    ("in_days", |args| length(args, DAY)),
    ("in_hours", |args| length(args, 3_600_000_000)),
    ("in_minutes", |args| length(args, 60_000_000)),
    ("in_seconds", |args| length(args, 1_000_000)),
];

fn part(args: &Args<'_>, of: fn(pl::Expr) -> pl::Expr) -> Result<pl::Expr, Fault> {
    Ok(of(args.get("moment")?).cast(DataType::Int64))
}

fn days(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let (later, earlier) =
        (micros(args.used("later")?, args.ty("later")?), micros(args.used("earlier")?, args.ty("earlier")?));
    let difference = checked::arithmetic(BinaryOp::Subtract, later, earlier, IntKind::I64);
    Ok(in_units(difference, DAY))
}

fn length(args: &Args<'_>, unit: i64) -> Result<pl::Expr, Fault> {
    Ok(in_units(micros(args.get("length")?, &Type::Duration), unit))
}

fn truncate(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let unit = args.duration("unit")?;
    if unit <= 0 {
        return Err(args.bad("unit", "longer than nothing").help("write 1h, 1d or 1w"));
    }
    // 1970 began on a Thursday; the first Monday was the fifth of January.
    let origin = if unit % (7 * DAY) == 0 { 4 * DAY } else { 0 };
    let ty = args.ty("moment")?;
    let since = micros(args.get("moment")?, ty) - lit(origin);
    Ok(from_micros(since.floor_div(lit(unit)) * lit(unit) + lit(origin), ty))
}
