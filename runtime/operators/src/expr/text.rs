//! `std.text`.

use gml_connect::{Fault, MomentForm};
use gml_ir::{Type, Value};
use polars::prelude as pl;
use polars::prelude::{
    Column, DataType, Float64Chunked, Int32Chunked, Int64Chunked, IntoSeries, StringChunked, TimeUnit, concat_str, lit,
    when,
};

use super::call::{Args, Function};
use super::{constant, dtype, kernel, null};
use crate::frame::fault;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("lower", |args| Ok(args.get("text")?.str().to_lowercase())),
    ("upper", |args| Ok(args.get("text")?.str().to_uppercase())),
    ("trim", |args| Ok(args.get("text")?.str().strip_chars(null().cast(DataType::String)))),
    ("char_count", |args| Ok(args.get("text")?.str().len_chars().cast(DataType::Int64))),
    ("word_count", |args| Ok(args.get("text")?.str().count_matches(lit(r"\S+"), false).cast(DataType::Int64))),
    ("has_text", |args| Ok(args.get("text")?.str().contains_literal(args.get("part")?))),
    ("starts_with", |args| Ok(args.get("text")?.str().starts_with(args.get("part")?))),
    ("ends_with", |args| Ok(args.get("text")?.str().ends_with(args.get("part")?))),
    ("matches", |args| Ok(args.get("text")?.str().contains(lit(&*args.text("pattern")?), true))),
    ("extract", extract),
    ("replace", replace),
    ("replace_pattern", replace_pattern),
    ("split_text", |args| Ok(args.get("text")?.str().split(lit(&*args.text("separator")?)))),
    ("slice", slice),
    ("concat", |args| Ok(concat_str([args.get("first")?, args.get("second")?], "", false))),
    ("to_int", to_int),
    ("to_float", to_float),
    ("to_date", to_date),
    ("to_timestamp", to_timestamp),
    ("to_text", to_text),
    ("to_category", to_category),
];

fn extract(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let group = usize::try_from(args.int("group")?).map_err(|_| args.bad("group", "0 or more"))?;
    Ok(args.get("text")?.str().extract(lit(&*args.text("pattern")?), group))
}

fn replace(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let (old, new) = (args.text("old")?, args.text("new")?);
    Ok(args.get("text")?.str().replace_all(lit(&*old), lit(&*new), true))
}

fn replace_pattern(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let (pattern, new) = (args.text("pattern")?, args.text("new")?);
    // Of a pattern without any sign in it polars puts the new text in as it stands, also where that names groups. An empty
    // group in front changes nothing else.
    let pattern = if new.contains('$') { format!("(?:){pattern}") } else { pattern.to_string() };
    Ok(args.get("text")?.str().replace_all(lit(pattern), lit(&*new), false))
}

fn slice(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let length = args.get("length")?;
    let length = when(length.clone().lt(lit(0_i64))).then(lit(0_i64)).otherwise(length);
    let (text, start) = (args.get("text")?, args.get("start")?);
    let known = start.clone().is_not_null().and(length.clone().is_not_null());
    Ok(when(known).then(text.str().slice(start, length)).otherwise(null()))
}

fn to_int(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    parsed::<Int64Chunked, _>(args.get("text")?, |text| {
        text.iter().map(|text| text?.trim().parse::<i64>().ok()).collect()
    })
}

fn to_float(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    parsed::<Float64Chunked, _>(args.get("text")?, |text| text.iter().map(|text| number(text?.trim())).collect())
}

/// A decimal number; the words for what is no number are none.
fn number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.').then(|| text.parse().ok()).flatten()
}

fn parsed<T, F>(text: pl::Expr, parse: F) -> Result<pl::Expr, Fault>
where
    T: IntoSeries,
    F: Fn(&StringChunked) -> T + Send + Sync + 'static,
{
    Ok(kernel::map(vec![text], move |columns| {
        let text = columns[0].str().map_err(fault)?;
        Ok(Column::from(parse(text).into_series()))
    }))
}

fn to_date(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let form = MomentForm::new(&args.text("format")?);
    let days =
        parsed::<Int32Chunked, _>(args.get("text")?, move |text| text.iter().map(|text| form.date(text?)).collect())?;
    Ok(days.cast(DataType::Date))
}

fn to_timestamp(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let form = MomentForm::new(&args.text("format")?);
    let moments = parsed::<Int64Chunked, _>(args.get("text")?, move |text| {
        text.iter().map(|text| form.timestamp(text?)).collect()
    })?;
    Ok(moments.cast(DataType::Datetime(TimeUnit::Microseconds, None)))
}

fn to_text(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let value = args.get("value")?;
    Ok(match args.ty("value")?.non_null() {
        Type::Str | Type::Category | Type::Enum(_) => value,
        Type::Bool => when(value.clone()).then(lit("true")).when(value.not()).then(lit("false")).otherwise(null()),
        Type::Date => value.dt().to_string("%Y-%m-%d"),
        Type::Timestamp => value.dt().to_string("%Y-%m-%dT%H:%M:%S%.fZ"),
        Type::Time => value.dt().to_string("%H:%M:%S%.f"),
        Type::Duration => kernel::map(vec![value.cast(DataType::Int64)], |columns| {
            Ok(written(columns[0].i64().map_err(fault)?.iter(), |micros| Value::Duration(micros).to_string()))
        }),
        // The digits that numbers have in files of text, too.
        Type::Float => kernel::map(vec![value.cast(DataType::Float64)], |columns| {
            Ok(written(columns[0].f64().map_err(fault)?.iter(), |number| format!("{number:?}")))
        }),
        Type::Float32 => kernel::map(vec![value.cast(DataType::Float32)], |columns| {
            Ok(written(columns[0].f32().map_err(fault)?.iter(), |number| format!("{number:?}")))
        }),
        _ => value.cast(DataType::String),
    })
}

/// A column of what `text` makes of each value; null stays null.
fn written<T>(values: impl Iterator<Item = Option<T>>, text: impl Fn(T) -> String) -> Column {
    Column::from(values.map(|value| value.map(&text)).collect::<StringChunked>().into_series())
}

fn to_category(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let text = args.get("text")?.cast(DataType::String);
    let Type::Enum(listed) = args.result.non_null() else {
        return Ok(text);
    };
    let listed: Vec<Value> = listed.iter().map(|value| Value::Str(value.clone())).collect();
    let dtype = dtype(&Type::Str).unwrap_or(DataType::String);
    let any = pl::AnyValue::List(constant::series("", listed.iter(), &dtype)?);
    let among = lit(pl::Scalar::new(DataType::List(Box::new(dtype)), any));
    Ok(when(text.clone().is_in(among, false)).then(text).otherwise(null()))
}
