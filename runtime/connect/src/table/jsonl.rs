//! JSON lines: one object a line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use gml_ir::Row;
use polars::prelude::*;

use super::lacks;
use super::stored::Misfits;
use crate::cell::Builder;
use crate::json::Json;
use crate::query::guarded;
use crate::{Fault, code, paths};

/// Reads the columns of the row. A field that an object lacks is null.
pub(super) fn read(path: &Path, row: &Row) -> Result<DataFrame, Fault> {
    let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
    let mut builders = Vec::with_capacity(row.columns.len());
    for column in &row.columns {
        builders.push(Builder::of(column).ok_or_else(|| {
            Fault::new(code::CONNECTOR_CANNOT_HOLD, format!("JSON lines cannot hold `{}`: {}", column.name, column.ty))
                .help("keep the table as Parquet")
        })?);
    }
    let mut misfits = Misfits::new(row);
    let mut height = 0;
    let mut seen = vec![false; row.columns.len()];
    let mut names: Vec<String> = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let number = index as u64 + 1;
        let line = line.map_err(|error| {
            Fault::new(code::CANNOT_READ, format!("line {number}: {error}")).help("write the file as UTF-8")
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let object = Json::parse(line.strip_prefix('\u{feff}').unwrap_or(&line)).and_then(|value| match value {
            Json::Object(_) => Ok(value),
            _ => Err("it is another value".to_owned()),
        });
        let object = object.map_err(|error| {
            Fault::new(code::MALFORMED_LINE, format!("line {number} is no JSON object: {error}"))
                .help("each line holds one object: {\"name\": value, ..}")
        })?;
        if height == 0
            && let Json::Object(fields) = &object
        {
            names = fields.iter().map(|(name, _)| name.to_string()).collect();
        }
        height += 1;
        for (place, (column, builder)) in row.columns.iter().zip(&mut builders).enumerate() {
            let value = object.get(column.stored_name());
            seen[place] |= value.is_some();
            if let Err(misfit) = builder.push_json(value.unwrap_or(&Json::Null)) {
                misfits.add(place, number, misfit);
            }
        }
    }
    if height > 0
        && let Some(place) = seen.iter().position(|seen| !seen)
        && !row.columns[place].ty.is_nullable()
    {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let column = &row.columns[place];
        return Err(lacks(column.stored_name(), &column.name, &names));
    }
    misfits.finish()?;
    let columns = row
        .columns
        .iter()
        .zip(builders)
        .map(|(column, builder)| guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    guarded(|| DataFrame::new(height, columns))
}
