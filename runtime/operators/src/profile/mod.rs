//! Profiles: what is in a table.
//!
//! What lives here: `profile` of `std.report`, and the statistics of single tables. What does not: comparisons of two tables
//! (`drift`), pages (`gml-report`).

mod column;
mod numbers;
mod page;
mod relations;
#[cfg(test)]
mod tests;
mod warnings;

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{DataFrame, IntoLazy, UniqueKeepStrategy};

use crate::data::{Call, Data, Implementation};
use crate::frame;
use crate::learn::arguments::table;
use crate::prep::Kind;
use column::Profiled;

/// The operators of `std.report` that look at tables: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[("std.report", "profile", profile)];

/// What is in a table.
struct Profile {
    rows: usize,
    columns: Vec<Profiled>,
    /// Rows that are there before; `None` where nested values cannot be compared.
    duplicates: Option<usize>,
}

fn profile(call: Call<'_>) -> Result<Data, Fault> {
    let table = table(&call, "input")?;
    let rows = frame::collect(table.frame.clone())?;
    if rows.height() == 0 {
        return Err(Fault::new("GML0922", "there are no rows to profile")
            .help("see whether what is read has rows, and which filter leaves none"));
    }
    let columns = rows.columns().iter().map(|column| Profiled::of(column, table.ty.row.get(column.name())));
    let profile =
        Profile { rows: rows.height(), columns: columns.collect::<Result<_, _>>()?, duplicates: duplicates(&rows)? };
    Ok(Data::Report(Arc::new(page::page(&profile))))
}

fn duplicates(rows: &DataFrame) -> Result<Option<usize>, Fault> {
    if rows.columns().iter().any(|column| Kind::of(column.dtype()) == Kind::Other) {
        return Ok(None);
    }
    let once = frame::collect(rows.clone().lazy().unique(None, UniqueKeepStrategy::Any))?;
    Ok(Some(rows.height() - once.height()))
}
