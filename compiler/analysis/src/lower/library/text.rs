//! `std.text`, but for what reads or writes formats of dates and for categories.

use gml_ir::Value;
use regex::Regex;

use super::{Args, Function};
use crate::lower::constant::show;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("lower", |args| Some(text(args.text("text")?.to_lowercase()))),
    ("upper", |args| Some(text(args.text("text")?.to_uppercase()))),
    ("trim", |args| Some(text(args.text("text")?.trim()))),
    ("char_count", |args| count(args.text("text")?.chars())),
    ("word_count", |args| count(args.text("text")?.split_whitespace())),
    ("has_text", |args| Some(Value::Bool(args.text("text")?.contains(args.text("part")?)))),
    ("starts_with", |args| Some(Value::Bool(args.text("text")?.starts_with(args.text("part")?)))),
    ("ends_with", |args| Some(Value::Bool(args.text("text")?.ends_with(args.text("part")?)))),
    ("matches", |args| Some(Value::Bool(pattern(args)?.is_match(args.text("text")?)))),
    ("extract", extract),
    ("replace", |args| Some(text(args.text("text")?.replace(args.text("old")?, args.text("new")?)))),
    ("replace_pattern", |args| Some(text(pattern(args)?.replace_all(args.text("text")?, args.text("new")?)))),
    ("split_text", split_text),
    ("slice", slice),
    ("concat", |args| Some(text(format!("{}{}", args.text("first")?, args.text("second")?)))),
    ("to_int", |args| Some(args.text("text")?.trim().parse().map_or(Value::Null, Value::Int))),
    ("to_float", |args| Some(number(args.text("text")?.trim()).map_or(Value::Null, Value::Float))),
    ("to_text", |args| Some(text(show(args.get("value")?)))),
];

fn text(text: impl AsRef<str>) -> Value {
    Value::Str(text.as_ref().into())
}

fn count<T>(parts: impl Iterator<Item = T>) -> Option<Value> {
    i64::try_from(parts.count()).ok().map(Value::Int)
}

fn pattern(args: &Args<'_>) -> Option<Regex> {
    Regex::new(args.text("pattern")?).ok()
}

fn extract(args: &Args<'_>) -> Option<Value> {
    let group = usize::try_from(args.int("group")?).ok()?;
    let pattern = pattern(args)?;
    let found = pattern.captures(args.text("text")?).and_then(|found| found.get(group));
    Some(found.map_or(Value::Null, |found| text(found.as_str())))
}

/// The parts between the separators; between the letters where there is no separator.
fn split_text(args: &Args<'_>) -> Option<Value> {
    let (within, separator) = (args.text("text")?, args.text("separator")?);
    Some(Value::List(match separator {
        "" => within.chars().map(|letter| text(letter.to_string())).collect(),
        separator => within.split(separator).map(text).collect(),
    }))
}

/// Letters from a place on. A place before the first letter takes from the length what lies before it.
fn slice(args: &Args<'_>) -> Option<Value> {
    let within = args.text("text")?;
    let (start, length) = (args.int("start")?, args.int("length")?.max(0));
    let letters = i64::try_from(within.chars().count()).ok()?;
    let from = if start < 0 { letters.saturating_add(start) } else { start };
    let to = from.saturating_add(length);
    let (skip, end) = (usize::try_from(from.max(0)).ok()?, usize::try_from(to.max(0)).ok()?);
    Some(text(within.chars().skip(skip).take(end.saturating_sub(skip)).collect::<String>()))
}

/// A decimal number; the words for what is no number are none.
fn number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.').then(|| text.parse().ok()).flatten()
}
