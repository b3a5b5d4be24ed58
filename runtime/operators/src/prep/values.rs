//! Values of columns, one by one: the distinct ones in order of first appearance, and their stored form.

use std::collections::HashMap;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Decimal, Value};
use polars::prelude::{AnyValue, Column, DataType, Expr, Scalar, TimeUnit, lit};
use serde::{Deserialize, Serialize};

use crate::frame::fault;

/// What kind of values a column holds, as far as learning cares: the width of a number does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Integers, floats, decimals.
    Number,
    /// true and false
    Bool,
    /// str, category, enum
    Text,
    /// Dates.
    Date,
    /// Times of day.
    Time,
    /// Timestamps.
    Timestamp,
    /// Durations.
    Duration,
    /// Anything else: lists, structs, vectors, bytes.
    Other,
}

impl Kind {
    /// The kind of a column of that type.
    pub(crate) fn of(dtype: &DataType) -> Self {
        match dtype {
            dtype if dtype.is_primitive_numeric() => Self::Number,
            DataType::Decimal(..) => Self::Number,
            DataType::Boolean => Self::Bool,
            DataType::String => Self::Text,
            DataType::Date => Self::Date,
            DataType::Time => Self::Time,
            DataType::Datetime(..) => Self::Timestamp,
            DataType::Duration(_) => Self::Duration,
            _ => Self::Other,
        }
    }

    /// The word for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Text => "text",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Other => "nested",
        }
    }
}

/// A value that is not null, in a form that JSON gives back bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cell {
    /// `true`
    Bool(bool),
    /// Any integer.
    Int(i64),
    /// Any float.
    Float(Exact),
    /// Any text.
    Text(Arc<str>),
    /// Days since 1970-01-01
    Date(i32),
    /// Microseconds since midnight
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00Z
    Timestamp(i64),
    /// Microseconds
    Duration(i64),
}

/// A float that is stored as text, the shortest that gives the same float: readers of JSON may round numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Exact(pub(crate) f64);

impl From<Exact> for String {
    fn from(number: Exact) -> Self {
        number.0.to_string()
    }
}

impl TryFrom<String> for Exact {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("{text:?} is not a number"))
    }
}

impl Cell {
    /// The value as an expression.
    pub(crate) fn literal(&self) -> Expr {
        let scalar = |dtype, value| lit(Scalar::new(dtype, value));
        match self {
            Self::Bool(truth) => lit(*truth),
            Self::Int(number) => lit(*number),
            Self::Float(Exact(number)) => lit(*number),
            Self::Text(text) => lit(text.to_string()),
            Self::Date(days) => scalar(DataType::Date, AnyValue::Date(*days)),
            Self::Time(micros) => scalar(DataType::Time, AnyValue::Time(micros * 1_000)),
            Self::Timestamp(micros) => scalar(
                DataType::Datetime(TimeUnit::Microseconds, None),
                AnyValue::Datetime(*micros, TimeUnit::Microseconds, None),
            ),
            Self::Duration(micros) => {
                scalar(DataType::Duration(TimeUnit::Microseconds), AnyValue::Duration(*micros, TimeUnit::Microseconds))
            }
        }
    }

    /// The value in the type of a decimal column; none where that is no decimal, or the value no number. What was learned from a
    /// column has no more digits than its values.
    pub(crate) fn decimal(&self, dtype: &DataType) -> Option<Expr> {
        let DataType::Decimal(precision, scale) = dtype else { return None };
        let number = match self {
            Self::Int(number) => Decimal::from(*number),
            Self::Float(Exact(number)) => Decimal::of_float(*number)?,
            _ => return None,
        };
        let number = number.rounded(u8::try_from(*scale).ok()?)?;
        Some(lit(Scalar::new(dtype.clone(), AnyValue::Decimal(number.units(), *precision, *scale))))
    }

    /// The value of a constant of the program; none where it is no scalar.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(Exact(*number)),
            Value::Decimal(number) => Self::Float(Exact(number.as_float())),
            Value::Str(text) => Self::Text(Arc::clone(text)),
            Value::Date(days) => Self::Date(*days),
            Value::Time(micros) => Self::Time(*micros),
            Value::Timestamp(micros) => Self::Timestamp(*micros),
            Value::Duration(micros) => Self::Duration(*micros),
            _ => return None,
        })
    }

    /// The value as the end of a column name and as the label of a class: text bare, anything else as the program would
    /// write it.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Bool(truth) => truth.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Float(Exact(number)) => format!("{number:?}"),
            Self::Text(text) => text.to_string(),
            Self::Date(days) => bare(&Value::Date(*days)),
            Self::Time(micros) => bare(&Value::Time(*micros)),
            Self::Timestamp(micros) => bare(&Value::Timestamp(*micros)),
            Self::Duration(micros) => bare(&Value::Duration(*micros)),
        }
    }

    fn of_key(key: i64, kind: Kind, float: bool) -> Self {
        match kind {
            Kind::Bool => Self::Bool(key != 0),
            Kind::Number if float => Self::Float(Exact(f64::from_bits(key.cast_unsigned()))),
            Kind::Date => Self::Date(i32::try_from(key).unwrap_or(i32::MAX)),
            Kind::Time => Self::Time(key),
            Kind::Timestamp => Self::Timestamp(key),
            Kind::Duration => Self::Duration(key),
            Kind::Number | Kind::Text | Kind::Other => Self::Int(key),
        }
    }
}

fn bare(value: &Value) -> String {
    value.to_string().trim_start_matches('@').to_owned()
}

/// The distinct values of a column, and which of them each row has.
pub(crate) struct Distinct {
    /// In order of first appearance; never null.
    pub(crate) cells: Vec<Cell>,
    /// The place in `cells`, one a row; none where it is null.
    pub(crate) codes: Vec<Option<u32>>,
}

impl Distinct {
    /// Of a column of scalars.
    ///
    /// # Errors
    /// GML0703 where the column holds something nested.
    pub(crate) fn of(column: &Column) -> Result<Self, Fault> {
        let kind = Kind::of(column.dtype());
        if kind == Kind::Text {
            let values = column.str().map_err(fault)?;
            let (firsts, codes) = number(values.iter());
            return Ok(Self { cells: firsts.into_iter().map(|text| Cell::Text(text.into())).collect(), codes });
        }
        let is_float = kind == Kind::Number && !column.dtype().is_integer();
        let (firsts, codes) = number(keys(column, kind, is_float)?.into_iter());
        Ok(Self { cells: firsts.into_iter().map(|key| Cell::of_key(key, kind, is_float)).collect(), codes })
    }
}

/// A value of each row that is equal where the row's value is.
fn keys(column: &Column, kind: Kind, is_float: bool) -> Result<Vec<Option<i64>>, Fault> {
    if kind == Kind::Other {
        let name = column.name();
        return Err(Fault::new("GML0703", format!("the column `{name}` holds {} values", kind.name()))
            .help("take single values out of it with derive"));
    }
    if is_float {
        let floats = column.cast(&DataType::Float64).map_err(fault)?;
        // Adding zero makes one value of 0.0 and -0.0.
        return Ok(floats
            .f64()
            .map_err(fault)?
            .iter()
            .map(|key| key.map(|x| (x + 0.0).to_bits().cast_signed()))
            .collect());
    }
    let unit = match column.dtype() {
        DataType::Time | DataType::Datetime(TimeUnit::Nanoseconds, _) | DataType::Duration(TimeUnit::Nanoseconds) => {
            |ticks: i64| ticks.div_euclid(1_000)
        }
        DataType::Datetime(TimeUnit::Milliseconds, _) | DataType::Duration(TimeUnit::Milliseconds) => {
            |ticks: i64| ticks.saturating_mul(1_000)
        }
        _ => |ticks: i64| ticks,
    };
    let integers = column.to_physical_repr().strict_cast(&DataType::Int64).map_err(fault)?;
    Ok(integers.i64().map_err(fault)?.iter().map(|key| key.map(unit)).collect())
}

/// Distinct keys by first appearance, and the place of each row's key among them.
fn number<K: Copy + Eq + std::hash::Hash>(keys: impl Iterator<Item = Option<K>>) -> (Vec<K>, Vec<Option<u32>>) {
    let mut places: HashMap<K, u32> = HashMap::new();
    let mut firsts = Vec::new();
    let codes = keys
        .map(|key| {
            key.map(|key| {
                *places.entry(key).or_insert_with(|| {
                    firsts.push(key);
                    // A frame has fewer rows than u32 has values.
                    u32::try_from(firsts.len() - 1).unwrap_or(u32::MAX)
                })
            })
        })
        .collect();
    (firsts, codes)
}
