//! Comma-separated values, and scalars as the text formats write them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use gml_ir::{Dataset, Row, Type};
use polars::prelude::*;

use super::super::csv::Dialect;
use super::super::replace::cannot;
use crate::records::push_cell;
use crate::text::{self, Stamp};
use crate::{Fault, code};

/// A CSV file.
pub(super) struct Cells {
    writer: BufWriter<File>,
    delimiter: char,
    quote: char,
    nulls: Vec<String>,
    separator: String,
}

impl Cells {
    /// A file with the header of a row.
    pub(super) fn of(dataset: &Dataset, row: &Row, file: File, target: &Path) -> Result<Self, Fault> {
        let dialect = Dialect::of(dataset)?;
        if let Some(column) = row.columns.iter().find(|column| nested(&column.ty)) {
            return Err(Fault::new(
                code::CONNECTOR_CANNOT_HOLD,
                format!("a CSV file cannot hold `{}`: {}", column.name, column.ty),
            )
            .help("keep the table as Parquet or JSON lines"));
        }
        if !dialect.quote.is_ascii() {
            return Err(Fault::new(code::CANNOT_WRITE, "a CSV file is written with quotes, and `quote` is empty")
                .help("give the entry a quote, such as quote: \"'\""));
        }
        let (delimiter, quote) = (char::from(dialect.delimiter), char::from(dialect.quote));
        let Dialect { nulls, separator, .. } = dialect;
        let mut cells = Self { writer: BufWriter::new(file), delimiter, quote, nulls, separator };
        let mut line = String::new();
        for (place, column) in row.columns.iter().enumerate() {
            if place > 0 {
                line.push(delimiter);
            }
            push_cell(&mut line, column.stored_name(), false, delimiter, quote);
        }
        writeln!(cells.writer, "{line}").map_err(|error| cannot(target, &error))?;
        Ok(cells)
    }

    /// Writes rows behind those that are there.
    pub(super) fn push(&mut self, frame: &DataFrame, target: &Path) -> Result<(), Fault> {
        let null = self.nulls.first().map(String::as_str).unwrap_or_default();
        let mut line = String::new();
        for row in 0..frame.height() {
            line.clear();
            for (place, column) in frame.columns().iter().enumerate() {
                if place > 0 {
                    line.push(self.delimiter);
                }
                let value = column.get(row).map_err(|error| crate::query::fault(&error))?;
                let text = match &value {
                    AnyValue::List(items) => Some(joined(items, &self.separator, column.name(), target)?),
                    value => cell(value),
                };
                match text {
                    // Texts that would read as null stand in quotes, which makes them texts.
                    Some(text) => {
                        push_cell(&mut line, &text, self.nulls.contains(&text), self.delimiter, self.quote);
                    }
                    None => push_cell(&mut line, null, false, self.delimiter, self.quote),
                }
            }
            writeln!(self.writer, "{line}").map_err(|error| cannot(target, &error))?;
        }
        Ok(())
    }

    /// Gives what is written to the system.
    pub(super) fn finish(mut self, target: &Path) -> Result<(), Fault> {
        self.writer.flush().map_err(|error| cannot(target, &error))
    }
}

/// Whether values have parts that a cell has no place for. The items of a list stand in one cell.
fn nested(ty: &Type) -> bool {
    let has_parts = |ty: &Type| matches!(ty.non_null(), Type::List(_) | Type::Vector(_) | Type::Struct(_));
    match ty.non_null() {
        Type::List(item) => has_parts(item),
        ty => has_parts(ty),
    }
}

/// The items of a list as one cell, from which they can be read again.
fn joined(items: &Series, separator: &str, column: &str, target: &Path) -> Result<String, Fault> {
    let mut text = String::new();
    for place in 0..items.len() {
        let item = items.get(place).map_err(|error| crate::query::fault(&error))?;
        let item = cell(&item).ok_or_else(|| unseparable(column, "is null", target))?;
        if item.contains(separator) {
            return Err(unseparable(column, &format!("is {item:?}, which holds `list_separator`"), target)
                .help("give the entry a separator that no item holds, such as list_separator: \"|\""));
        }
        if item.is_empty() && items.len() == 1 {
            return Err(unseparable(column, "is an empty text and the only one", target));
        }
        if place > 0 {
            text.push_str(separator);
        }
        text.push_str(&item);
    }
    Ok(text)
}

fn unseparable(column: &str, what: &str, target: &Path) -> Fault {
    let message = format!("an item of a list in `{column}` {what}: it could not be read again from a cell of CSV");
    Fault::new(code::CANNOT_WRITE, message)
        .at(target.display())
        .help("keep the table as Parquet or JSON lines, or leave such items out")
}

/// A scalar as the text formats write it; `None` for null.
pub(crate) fn cell(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::Boolean(truth) => truth.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Float64(number) => text::float_text(*number),
        AnyValue::Float32(number) => format!("{number:?}"),
        AnyValue::Date(day) => text::date_text(*day, &Stamp::Iso)?,
        AnyValue::Time(nanos) => text::time_text(*nanos, &Stamp::Iso)?,
        AnyValue::Datetime(micros, _, _) | AnyValue::DatetimeOwned(micros, _, _) => {
            text::timestamp_text(*micros, &Stamp::Iso)?
        }
        AnyValue::Duration(micros, _) => text::duration_text(*micros),
        AnyValue::Decimal(units, _, scale) => text::decimal_text(*units, *scale),
        AnyValue::Binary(bytes) => text::base64::encode(bytes),
        AnyValue::BinaryOwned(bytes) => text::base64::encode(bytes),
        other => other.to_string(),
    })
}
