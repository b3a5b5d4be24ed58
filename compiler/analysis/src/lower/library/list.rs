//! `std.list`, but for what has an expression over the items.

use std::cmp::Ordering;

use gml_ir::{Decimal, Type, Value};

use super::{Args, Function};
use crate::lower::constant::equal;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("length", |args| i64::try_from(args.list("items")?.len()).ok().map(Value::Int)),
    ("contains", contains),
    ("at", at),
    ("unique_items", unique_items),
    ("sum_items", sum_items),
    ("mean_items", mean_items),
    ("min_items", |args| extreme(args, Ordering::is_lt)),
    ("max_items", |args| extreme(args, Ordering::is_ge)),
    ("sort_items", sort_items),
    ("concat_items", concat_items),
];

fn known<'a>(args: &'a Args<'_>) -> Option<impl Iterator<Item = &'a Value>> {
    Some(args.list("items")?.iter().filter(|item| **item != Value::Null))
}

fn contains(args: &Args<'_>) -> Option<Value> {
    let value = args.get("value")?;
    Some(Value::Bool(known(args)?.any(|item| equal(item, value))))
}

/// The item at a place, from the end where that is negative; null where there is none.
fn at(args: &Args<'_>) -> Option<Value> {
    let (items, place) = (args.list("items")?, args.int("place")?);
    let place = if place < 0 { i64::try_from(items.len()).ok()?.checked_add(place)? } else { place };
    let item = usize::try_from(place).ok().and_then(|place| items.get(place));
    Some(item.cloned().unwrap_or(Value::Null))
}

fn unique_items(args: &Args<'_>) -> Option<Value> {
    let mut unique: Vec<Value> = Vec::new();
    for item in args.list("items")? {
        if !unique.iter().any(|seen| equal(seen, item)) {
            unique.push(item.clone());
        }
    }
    Some(Value::List(unique))
}

fn sum_items(args: &Args<'_>) -> Option<Value> {
    let mut items = known(args)?;
    match args.result.non_null() {
        Type::Int(_) => {
            let sum = items.try_fold(0_i128, |sum, item| Some(sum + i128::from(item.as_int()?)))?;
            i64::try_from(sum).ok().map(Value::Int)
        }
        Type::Decimal { .. } => {
            let sum = items.try_fold(Decimal::from(0_i64), |sum, item| sum.checked_add(item.as_decimal()?))?;
            Some(Value::Decimal(sum))
        }
        _ => Some(Value::Float(items.try_fold(0.0, |sum, item| Some(sum + item.as_float()?))?)),
    }
}

fn mean_items(args: &Args<'_>) -> Option<Value> {
    let (sum, count) =
        known(args)?.try_fold((0.0, 0_u32), |(sum, count), item| Some((sum + item.as_float()?, count + 1)))?;
    Some(if count > 0 { Value::Float(sum / f64::from(count)) } else { Value::Null })
}

/// The item whose order to every item before it is as wanted; null where there is none.
fn extreme(args: &Args<'_>, wanted: fn(Ordering) -> bool) -> Option<Value> {
    let mut found: Option<&Value> = None;
    for item in known(args)? {
        if found.is_none_or(|found| item.compared(found).is_some_and(wanted)) {
            found = Some(item);
        }
    }
    Some(found.cloned().unwrap_or(Value::Null))
}

/// In order, what is null last.
fn sort_items(args: &Args<'_>) -> Option<Value> {
    let items = args.list("items")?;
    let mut sorted: Vec<Value> = items.iter().filter(|item| **item != Value::Null).cloned().collect();
    let nulls = items.len() - sorted.len();
    if sorted.windows(2).any(|pair| pair[0].compared(&pair[1]).is_none()) {
        return None;
    }
    sorted.sort_by(|a, b| a.compared(b).unwrap_or(Ordering::Equal));
    sorted.extend(std::iter::repeat_n(Value::Null, nulls));
    Some(Value::List(sorted))
}

fn concat_items(args: &Args<'_>) -> Option<Value> {
    let items: Vec<&str> = known(args)?.map(Value::as_str).collect::<Option<_>>()?;
    Some(Value::Str(items.join(args.text("separator")?).into()))
}
