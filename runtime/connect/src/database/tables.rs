//! Rows on their way into a table of a database.

use std::fs::File;
use std::path::{Path, PathBuf};

use gml_ir::{Row, Type, hash_text, hex};
use polars::prelude::*;
use sqlx::types::Decimal;
use sqlx::types::chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::asked::quoted;
use super::cells::Cell;
use crate::query::guarded;
use crate::text::{self, Stamp};
use crate::{Fault, code, paths};

/// Rows that are read from the file at once.
const BATCH: usize = 1 << 16;
/// Days of the common era up to 1970.
const EPOCH: i32 = 719_163;

/// Rows of a Parquet file of this machine, some at a time.
pub(super) struct Rows<'a> {
    path: PathBuf,
    row: &'a Row,
    at: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(path: &Path, row: &'a Row) -> Result<Self, Fault> {
        Ok(Self { path: path.to_path_buf(), row, at: 0 })
    }

    /// The next of them, in the form in which they are stored.
    pub(super) fn next(&mut self) -> Result<Option<DataFrame>, Fault> {
        let file = File::open(&self.path).map_err(|error| paths::unreadable(&self.path, &error))?;
        let frame = guarded(|| ParquetReader::new(file).with_slice(Some((self.at, BATCH))).finish())?;
        self.at += frame.height();
        Ok((frame.height() > 0).then_some(frame))
    }

    /// The names of its columns in the database.
    pub(super) fn names(&self, quote: char) -> Vec<String> {
        self.row.columns.iter().map(|column| quoted(column.stored_name(), quote)).collect()
    }

    /// The same as they are.
    pub(super) fn stored_names(&self) -> Vec<&str> {
        self.row.columns.iter().map(|column| column.stored_name()).collect()
    }

    /// Whether a table has just these columns.
    pub(super) fn has_columns(&self, columns: &[String]) -> bool {
        let own = self.row.columns.iter();
        columns.len() == self.row.columns.len()
            && own.map(|column| column.stored_name()).all(|name| columns.iter().any(|known| known == name))
    }

    /// Its columns as a table of the database declares them.
    pub(super) fn declared(&self, quote: char, of: impl Fn(&Type) -> Option<String>) -> Result<Vec<String>, Fault> {
        let column = |column: &gml_ir::Column| {
            // What is stored in another form than the program has it is a number or a text.
            let ty = match &column.parsed {
                None => column.ty.clone(),
                Some(parsed) => match Stamp::of(Some(parsed)) {
                    Stamp::Epoch(_) => Type::INT,
                    _ => Type::Str,
                },
            };
            let ty = of(&ty).ok_or_else(|| {
                let text = format!("this database cannot hold `{}`: {}", column.name, column.ty);
                Fault::new(code::CONNECTOR_CANNOT_HOLD, text).help("keep the table as Parquet, or save other columns")
            })?;
            let null = if column.ty.is_nullable() { "NULL" } else { "NOT NULL" };
            Ok(format!("{} {ty} {null}", quoted(column.stored_name(), quote)))
        };
        self.row.columns.iter().map(column).collect()
    }
}

/// The name of the table that takes the place of another. Names of tables may not be long, so it is made of its digest.
pub(super) fn staging(table: &str) -> String {
    format!("gml_new_{}", &hash_text(table)[..16])
}

/// A decimal as it is given to a query.
pub(super) fn exact(number: gml_ir::Decimal) -> Result<Decimal, String> {
    Decimal::from_str_exact(&number.to_string()).map_err(|_| format!("{number} has more than 28 digits"))
}

/// A value as databases take it.
pub(super) enum Given {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The value of a column at a place; `between` stands between date and time.
pub(super) fn given(column: &Column, place: usize, between: char) -> Result<Given, Fault> {
    let value = guarded(|| column.get(place))?;
    Ok(match value {
        AnyValue::Null => Given::Null,
        AnyValue::Boolean(truth) => Given::Bool(truth),
        AnyValue::UInt64(number) => Given::Unsigned(number),
        AnyValue::Float64(number) => Given::Float(number),
        AnyValue::Float32(number) => Given::Float(number.into()),
        AnyValue::Binary(bytes) => Given::Bytes(bytes.to_vec()),
        AnyValue::BinaryOwned(bytes) => Given::Bytes(bytes),
        AnyValue::Datetime(micros, _, _) | AnyValue::DatetimeOwned(micros, _, _) => {
            let text = text::timestamp_text(micros, &Stamp::Iso).unwrap_or_default();
            if between == ' ' { Given::Text(text.trim_end_matches('Z').replace('T', " ")) } else { Given::Text(text) }
        }
        other if other.is_integer() => Given::Int(other.extract().unwrap_or_default()),
        other => crate::table::cell(&other).map_or(Given::Null, Given::Text),
    })
}

/// A row as a line of CSV, as `COPY` reads it: null is nothing, and every value stands in quotes.
pub(super) fn csv_line(frame: &DataFrame, place: usize, line: &mut String) -> Result<(), Fault> {
    for (number, column) in frame.columns().iter().enumerate() {
        if number > 0 {
            line.push(',');
        }
        let text = match given(column, place, 'T')? {
            Given::Null => continue,
            Given::Bool(truth) => truth.to_string(),
            Given::Int(number) => number.to_string(),
            Given::Unsigned(number) => number.to_string(),
            Given::Float(number) => text::float_text(number),
            Given::Bytes(bytes) => format!("\\x{}", hex(&bytes)),
            Given::Text(text) => text,
        };
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    }
    line.push('\n');
    Ok(())
}

/// A date of an answer.
pub(super) fn date(day: NaiveDate) -> Cell {
    let days = day.signed_duration_since(DateTime::<Utc>::UNIX_EPOCH.date_naive()).num_days();
    i32::try_from(days).map_or_else(|_| Cell::Refused(day.to_string()), Cell::Date)
}

/// A time of an answer.
pub(super) fn time(time: NaiveTime) -> Cell {
    let since = time.signed_duration_since(NaiveTime::MIN).num_nanoseconds();
    since.map_or_else(|| Cell::Refused(time.to_string()), Cell::Time)
}

/// A date for a question.
pub(super) fn day(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(day.checked_add(EPOCH)?)
}

/// A timestamp for a question.
pub(super) fn moment(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}
