//! Writing tables.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use gml_ir::{Dataset, Row, Type};
use polars::prelude::*;
use serde_json::{Map, Number, Value as Json};

use super::replace::{cannot, write_file};
use super::shape::stored_form;
use super::{Tolerated, checks, open, path_of, row_of, unknown};
use crate::query::guarded;
use crate::records::push_cell;
use crate::text::{self, Stamp};
use crate::{Fault, code, paths};

/// A table written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Rows that break a rule, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
}

/// Writes a table dataset. The same declaration reads back what it wrote; the file appears at once, or not at all.
///
/// # Errors
/// Where rows break a contract that the catalog entry does not tolerate, the path is a pattern, or it cannot be written.
pub fn write(dataset: &Dataset, frame: DataFrame, project: &Path) -> Result<Written, Fault> {
    let declared = row_of(dataset)?;
    let others = frame.columns().iter().map(|column| (column.name().to_string(), column.dtype().clone()));
    let row = if declared.open { open::with(declared, others.collect()) } else { declared.clone() };
    let row = &row;
    let path = path_of(dataset)?;
    if paths::is_pattern(path) {
        return Err(Fault::new(code::SAVE_TO_PATTERN, format!("`{path}` stands for many files, and one is written"))
            .at(&dataset.name)
            .help("save under an entry with a plain path"));
    }
    let (frame, breaches) = checks::check(frame, row, row, dataset.on_violation, &checks::Origin::of(path))?;
    let tolerated = checks::settle(breaches, dataset.on_violation)
        .map_err(|fault| fault.at(format!("{} ({path})", dataset.name)))?;
    let target = paths::resolve(path, project);
    let mut frame = guarded(|| stored_form(&frame, row))?;
    let bytes = write_file(&target, |file| match &*dataset.connector.name {
        "parquet" => parquet(file, &mut frame),
        "csv" => csv(dataset, &frame, row, file, &target),
        "jsonl" => jsonl(&frame, row, file, &target),
        other => Err(unknown(dataset, other)),
    })
    .map_err(|fault| fault.at(&dataset.name))?;
    Ok(Written { path: target, rows: frame.height() as u64, bytes, tolerated })
}

/// Writes a table that no catalog entry declares as a Parquet file, which appears at once, or not at all. Gives its size.
///
/// # Errors
/// Where it cannot be written.
pub fn write_parquet(target: &Path, mut frame: DataFrame) -> Result<u64, Fault> {
    write_file(target, |file| parquet(file, &mut frame))
}

fn parquet(file: &mut File, frame: &mut DataFrame) -> Result<(), Fault> {
    let written =
        guarded(|| ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).finish(frame).map(drop));
    written.map_err(
        |fault| if fault.code == code::CANNOT_READ { Fault { code: code::CANNOT_WRITE, ..fault } } else { fault },
    )
}

fn csv(dataset: &Dataset, frame: &DataFrame, row: &Row, file: &mut File, target: &Path) -> Result<(), Fault> {
    let dialect = super::csv::Dialect::of(dataset)?;
    let null = dialect.nulls.first().map(String::as_str).unwrap_or_default();
    if let Some(column) = row.columns.iter().find(|column| nested(&column.ty)) {
        return Err(Fault::new(
            code::CONNECTOR_CANNOT_HOLD,
            format!("a CSV file cannot hold `{}`: {}", column.name, column.ty),
        )
        .help("keep the table as Parquet or JSON lines"));
    }
    let (delimiter, quote) = (char::from(dialect.delimiter), char::from(dialect.quote));
    if !dialect.quote.is_ascii() {
        return Err(Fault::new(code::CANNOT_WRITE, "a CSV file is written with quotes, and `quote` is empty")
            .help("give the entry a quote, such as quote: \"'\""));
    }
    let mut writer = BufWriter::new(file);
    let mut line = String::new();
    for (place, column) in row.columns.iter().enumerate() {
        if place > 0 {
            line.push(delimiter);
        }
        push_cell(&mut line, column.stored_name(), false, delimiter, quote);
    }
    writeln!(writer, "{line}").map_err(|error| cannot(target, &error))?;
    for row in 0..frame.height() {
        line.clear();
        for (place, column) in frame.columns().iter().enumerate() {
            if place > 0 {
                line.push(delimiter);
            }
            let value = column.get(row).map_err(|error| crate::query::fault(&error))?;
            match cell(&value) {
                // Texts that would read as null stand in quotes, which makes them texts.
                Some(text) => push_cell(&mut line, &text, dialect.nulls.contains(&text), delimiter, quote),
                None => push_cell(&mut line, null, false, delimiter, quote),
            }
        }
        writeln!(writer, "{line}").map_err(|error| cannot(target, &error))?;
    }
    writer.flush().map_err(|error| cannot(target, &error))
}

fn nested(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::List(_) | Type::Vector(_) | Type::Struct(_))
}

/// A scalar as the text formats write it; `None` for null.
fn cell(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::Boolean(truth) => truth.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Float64(number) => text::float_text(*number),
        AnyValue::Float32(number) => format!("{number:?}"),
        AnyValue::Date(day) => text::date_text(*day, &Stamp::Iso)?,
        AnyValue::Time(nanos) => text::time_text(*nanos, &Stamp::Iso)?,
        AnyValue::Datetime(micros, _, _) => text::timestamp_text(*micros, &Stamp::Iso)?,
        AnyValue::Duration(micros, _) => text::duration_text(*micros),
        AnyValue::Decimal(units, _, scale) => text::decimal_text(*units, *scale),
        AnyValue::Binary(bytes) => text::base64::encode(bytes),
        AnyValue::BinaryOwned(bytes) => text::base64::encode(bytes),
        other => other.to_string(),
    })
}

fn jsonl(frame: &DataFrame, row: &Row, file: &mut File, target: &Path) -> Result<(), Fault> {
    let mut writer = BufWriter::new(file);
    for place in 0..frame.height() {
        let mut object = Map::new();
        for (column, declared) in frame.columns().iter().zip(&row.columns) {
            let value = column.get(place).map_err(|error| crate::query::fault(&error))?;
            object.insert(declared.stored_name().to_owned(), json(&value));
        }
        let line = Json::Object(object).to_string();
        writeln!(writer, "{line}").map_err(|error| cannot(target, &error))?;
    }
    writer.flush().map_err(|error| cannot(target, &error))
}

fn json(value: &AnyValue<'_>) -> Json {
    match value {
        AnyValue::Null => Json::Null,
        AnyValue::Boolean(truth) => Json::Bool(*truth),
        AnyValue::Float64(number) => {
            Number::from_f64(*number).map_or_else(|| Json::String(text::float_text(*number)), Json::Number)
        }
        AnyValue::Float32(number) => Number::from_f64(f64::from(*number))
            .map_or_else(|| Json::String(text::float_text(f64::from(*number))), Json::Number),
        AnyValue::List(items) | AnyValue::Array(items, _) => {
            Json::Array(items.iter().map(|item| json(&item)).collect())
        }
        AnyValue::Struct(_, _, fields) => {
            let mut object = Map::new();
            for (field, value) in fields.iter().zip(value._iter_struct_av()) {
                object.insert(field.name().to_string(), json(&value));
            }
            Json::Object(object)
        }
        AnyValue::StructOwned(owned) => {
            let (values, fields) = &**owned;
            let pairs = fields.iter().zip(values).map(|(field, value)| (field.name().to_string(), json(value)));
            Json::Object(pairs.collect())
        }
        other => match other.extract::<i128>() {
            Some(number) if other.is_primitive_numeric() => i64::try_from(number)
                .map(Json::from)
                .or_else(|_| u64::try_from(number).map(Json::from))
                .unwrap_or(Json::Null),
            _ => cell(other).map_or(Json::Null, Json::String),
        },
    }
}
