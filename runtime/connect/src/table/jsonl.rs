//! JSON lines: one object a line.

use std::io::BufRead;
use std::path::Path;

use gml_ir::Row;
use polars::prelude::*;

use super::lacks;
use super::pieces::Piece;
use super::stored::Misfits;
use crate::cell::Builder;
use crate::json::Json;
use crate::query::guarded;
use crate::{Fault, code};

/// Columns that no object of a piece has a field for.
#[derive(Clone, Debug, Default)]
pub(super) struct Absent {
    /// Their places in the row.
    pub(super) columns: Vec<usize>,
    /// The fields that the first object has; `None` where there is no object.
    pub(super) fields: Option<Vec<String>>,
}

impl Absent {
    /// The fault of the first column that is in none of the pieces of a file and may not be null.
    ///
    /// # Errors
    /// Where there is one.
    pub(super) fn settle<'a>(pieces: impl Iterator<Item = &'a Self>, row: &Row) -> Result<(), Fault> {
        let mut pieces = pieces.filter_map(|piece| Some((&piece.columns, piece.fields.as_ref()?)));
        let Some((first, fields)) = pieces.next() else { return Ok(()) };
        let mut absent = first.clone();
        pieces.for_each(|(columns, _)| absent.retain(|place| columns.contains(place)));
        match absent.iter().map(|place| &row.columns[*place]).find(|column| !column.ty.is_nullable()) {
            Some(column) => {
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                Err(lacks(column.stored_name(), &column.name, &fields))
            }
            None => Ok(()),
        }
    }
}

/// Whether a value is a bare name of what is no number, as Python writes them.
fn names_no_number(line: &str) -> bool {
    let mut values = line.split(':').skip(1).map(|value| value.trim_start().trim_start_matches('-'));
    values.any(|value| value.starts_with("NaN") || value.starts_with("Infinity"))
}

/// Reads the columns of the row from a piece of the file. A field that an object lacks is null.
pub(super) fn read(path: &Path, row: &Row, piece: &Piece) -> Result<(DataFrame, Absent), Fault> {
    let text = piece.read(path)?;
    let mut builders = Vec::with_capacity(row.columns.len());
    for column in &row.columns {
        builders.push(Builder::of(column).ok_or_else(|| {
            Fault::new(code::CONNECTOR_CANNOT_HOLD, format!("JSON lines cannot hold `{}`: {}", column.name, column.ty))
                .help("keep the table as Parquet")
        })?);
    }
    let mut misfits = Misfits::of_lines(row);
    let mut height = 0;
    let mut seen = vec![false; row.columns.len()];
    let mut fields: Option<Vec<String>> = None;
    for (index, line) in text.lines().enumerate() {
        let number = piece.lines + index as u64 + 1;
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
            let fault = Fault::new(code::MALFORMED_LINE, format!("line {number} is no JSON object: {error}"));
            fault.help(if names_no_number(&line) {
                "JSON has no NaN and no Infinity: write null, or the name in quotes: \"NaN\", \"inf\""
            } else {
                "each line holds one object: {\"name\": value, ..}"
            })
        })?;
        if fields.is_none()
            && let Json::Object(own) = &object
        {
            fields = Some(own.iter().map(|(name, _)| name.to_string()).collect());
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
    misfits.finish()?;
    let columns = row
        .columns
        .iter()
        .zip(builders)
        .map(|(column, builder)| guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let columns_absent = seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(place, _)| place);
    let absent = Absent { columns: columns_absent.collect(), fields };
    Ok((guarded(|| DataFrame::new(height, columns))?, absent))
}
