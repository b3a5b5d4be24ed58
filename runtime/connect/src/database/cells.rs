//! Values of databases, and the columns that they go into.

use gml_ir::{Column as Declared, DAY, Type};

use crate::cell::{Builder, Misfit};
use crate::text::{self, Stamp};

/// What the values of a column of an answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    Duration,
    /// Each value has a type of its own.
    Any,
}

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Days since 1970.
    Date(i32),
    /// Nanoseconds since midnight.
    Time(i64),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// Microseconds.
    Duration(i64),
    /// A value that has no place here, as it is shown.
    Refused(String),
}

impl Family {
    /// Whether values of it can be those of a column.
    pub(super) fn fits(self, column: &Declared) -> bool {
        use Family::{Any, Bool, Bytes, Date, Decimal, Duration, Float, Int, Text, Time, Timestamp};
        let read = column.parsed.is_some();
        match column.ty.non_null() {
            Type::Bool => matches!(self, Bool | Any),
            Type::Int(_) | Type::Size => matches!(self, Int | Decimal | Any),
            Type::Float | Type::Float32 => matches!(self, Float | Int | Decimal | Any),
            Type::Decimal { .. } => matches!(self, Decimal | Int | Any),
            Type::Str | Type::Category | Type::Enum(_) => matches!(self, Text | Any),
            Type::Bytes | Type::Image => matches!(self, Bytes | Any),
            Type::Date => matches!(self, Date | Any) || (read && matches!(self, Text | Int)),
            Type::Time => matches!(self, Time | Any) || (read && matches!(self, Text | Int)),
            Type::Timestamp => matches!(self, Timestamp | Date | Any) || (read && matches!(self, Text | Int)),
            Type::Duration => matches!(self, Duration | Any),
            _ => false,
        }
    }

    /// How a schema would declare it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Decimal => "decimal",
            Self::Text => "str",
            Self::Bytes => "bytes",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Any => "of any type",
        }
    }
}

/// Puts a value behind those of a column.
pub(super) fn push(builder: &mut Builder, cell: Cell, column: &Declared) -> Result<(), Misfit> {
    let stamp = || Stamp::of(column.parsed.as_ref());
    let text = match cell {
        Cell::Null => {
            builder.push_null();
            return Ok(());
        }
        Cell::Text(text) => return builder.push_text(&text),
        Cell::Refused(shown) => return refuse(builder, &shown),
        Cell::Bool(truth) => Some(truth.to_string()),
        Cell::Int(number) => Some(number.to_string()),
        Cell::Unsigned(number) => Some(number.to_string()),
        Cell::Float(number) if matches!(column.ty.non_null(), Type::Int(_)) && number.fract() == 0.0 => {
            Some(format!("{number:.0}"))
        }
        Cell::Float(number) => Some(text::float_text(number)),
        Cell::Bytes(bytes) => match column.ty.non_null() {
            Type::Bytes | Type::Image => Some(text::base64::encode(&bytes)),
            _ => None,
        },
        Cell::Date(day) => match column.ty.non_null() {
            Type::Timestamp => text::timestamp_text(i64::from(day) * DAY, &stamp()),
            _ => text::date_text(day, &stamp()),
        },
        Cell::Time(nanos) => text::time_text(nanos, &stamp()),
        Cell::Timestamp(micros) => text::timestamp_text(micros, &stamp()),
        Cell::Duration(micros) => Some(text::duration_text(micros)),
    };
    match text {
        Some(text) => builder.push_text(&text),
        None => refuse(builder, "a value of another kind"),
    }
}

fn refuse(builder: &mut Builder, shown: &str) -> Result<(), Misfit> {
    builder.push_null();
    Err(Misfit::of(shown))
}
