//! Operators that look at each row by itself, or only count rows.

use std::collections::HashMap;

use gml_connect::Fault;
use polars::prelude::{Expr, LazyFrame, UniqueKeepStrategy, col, cols};

use super::args::{CallExt, named};
use crate::data::{Call, Data, Table};
use crate::expr::found::no_column;
use crate::expr::{rows, window};
use crate::frame::{TEMPORARY, schema};

/// `filter`: keeps the rows for which the condition holds, in their order.
pub(super) fn filter(call: Call<'_>) -> Result<Data, Fault> {
    let condition = rows::condition(&call.expr("condition")?, call.context)?;
    call.give(call.table("input")?.frame.clone().filter(condition))
}

/// `select`: these columns in this order.
pub(super) fn select(call: Call<'_>) -> Result<Data, Fault> {
    let columns = call.columns("columns");
    let mut of_rows = false;
    for column in &columns {
        window::each_column(&column.expr, &mut |_| of_rows = true);
    }
    let frame = call.table("input")?.frame.clone();
    if of_rows {
        let lowered = rows::columns(&columns, call.context)?;
        let columns: Vec<Expr> = lowered.columns.into_iter().map(|(name, value)| value.alias(name.as_str())).collect();
        let frame = if lowered.before.is_empty() { frame } else { frame.with_columns(lowered.before) };
        return call.give(frame.select(columns));
    }
    let columns = named(&columns)?;
    // Constants alone would give a single row: each is first put beside the rows that are there.
    let temporary = |place: usize| format!("{TEMPORARY}constant_{place}");
    let constants = columns.iter().enumerate().map(|(place, (_, value))| value.clone().alias(temporary(place)));
    let renamed = columns.iter().enumerate().map(|(place, (name, _))| col(temporary(place)).alias(name.as_str()));
    call.give(frame.with_columns(constants.collect::<Vec<_>>()).select(renamed.collect::<Vec<_>>()))
}

/// `drop`: without these columns.
pub(super) fn drop(call: Call<'_>) -> Result<Data, Fault> {
    let frame = &call.table("input")?.frame;
    let there = schema(frame)?;
    // What nobody needed may not have been read.
    let keys: Vec<String> = call.keys("columns")?.into_iter().filter(|key| there.contains(key)).collect();
    call.give(if keys.is_empty() { frame.clone() } else { frame.clone().drop(cols(keys)) })
}

/// `rename`: other names in the same places.
pub(super) fn rename(call: Call<'_>) -> Result<Data, Fault> {
    let (old, new) = (call.keys("columns")?, call.columns("columns"));
    let names: HashMap<&str, &str> = old.iter().zip(&new).map(|(old, new)| (old.as_str(), &*new.name)).collect();
    let Table { frame, ty } = call.table("input")?;
    let columns = schema(frame)?;
    // Of a row that is known, what nobody needed may not have been read.
    let missing = old.iter().find(|name| ty.row.open && ty.row.get(name).is_none() && !columns.contains(name));
    if let Some(name) = missing {
        return Err(no_column(name, &columns));
    }
    let renamed = columns.iter_names().map(|name| match names.get(name.as_str()) {
        Some(new) => col(name.clone()).alias(*new),
        None => col(name.clone()),
    });
    call.give(frame.clone().select(renamed.collect::<Vec<_>>()))
}

/// `distinct`: each combination of the columns, of all of them where none are named, where it is first. Nulls are equal
/// to each other.
pub(super) fn distinct(call: Call<'_>) -> Result<Data, Fault> {
    let keys = call.keys("columns")?;
    let frame = call.table("input")?.frame.clone();
    let frame = if keys.is_empty() { frame } else { frame.select([cols(keys).as_expr()]) };
    call.give(frame.unique_stable(None, UniqueKeepStrategy::First))
}

/// The frame with expressions as temporary columns, and their names.
pub(super) fn with_temporaries(frame: LazyFrame, kind: &str, values: Vec<Expr>) -> (LazyFrame, Vec<String>) {
    let names: Vec<String> = (0..values.len()).map(|place| format!("{TEMPORARY}{kind}_{place}")).collect();
    if values.is_empty() {
        return (frame, names);
    }
    let values = values.into_iter().zip(&names).map(|(value, name)| value.alias(name.as_str()));
    (frame.with_columns(values.collect::<Vec<_>>()), names)
}
