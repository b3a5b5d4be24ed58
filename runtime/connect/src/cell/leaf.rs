//! Columns of scalars.

use gml_ir::{IntKind, Parsed, Type};
use polars::prelude::*;

use super::Misfit;
use crate::dtype::int_type;
use crate::json::Json;
use crate::text::{self, Stamp};

/// Values of one scalar type, in the order they came.
pub(crate) enum Leaf {
    Bool(Vec<Option<bool>>),
    Int(IntKind, Vec<Option<i64>>),
    Unsigned(Vec<Option<u64>>),
    Float(Vec<Option<f64>>),
    Float32(Vec<Option<f32>>),
    Text(StringChunkedBuilder),
    Bytes(Vec<Option<Vec<u8>>>),
    Date(Stamp, Vec<Option<i32>>),
    Time(Stamp, Vec<Option<i64>>),
    Timestamp(Stamp, Vec<Option<i64>>),
    Duration(Vec<Option<i64>>),
    Decimal { precision: usize, scale: usize, units: Vec<Option<i128>> },
    Null(usize),
}

impl Leaf {
    /// An empty column; `None` where the type is no scalar.
    pub(crate) fn of(ty: &Type, parsed: Option<&Parsed>) -> Option<Self> {
        let stamp = Stamp::of(parsed);
        Some(match ty.non_null() {
            Type::Bool => Self::Bool(Vec::new()),
            Type::Int(IntKind::U64) | Type::Size => Self::Unsigned(Vec::new()),
            Type::Int(kind) => Self::Int(*kind, Vec::new()),
            Type::Float => Self::Float(Vec::new()),
            Type::Float32 => Self::Float32(Vec::new()),
            Type::Str | Type::Category | Type::Enum(_) => Self::Text(StringChunkedBuilder::new(PlSmallStr::EMPTY, 0)),
            Type::Bytes | Type::Image => Self::Bytes(Vec::new()),
            Type::Date => Self::Date(stamp, Vec::new()),
            Type::Time => Self::Time(stamp, Vec::new()),
            Type::Timestamp => Self::Timestamp(stamp, Vec::new()),
            Type::Duration => Self::Duration(Vec::new()),
            Type::Decimal { precision, scale } => {
                Self::Decimal { precision: (*precision).into(), scale: (*scale).into(), units: Vec::new() }
            }
            Type::Null => Self::Null(0),
            _ => return None,
        })
    }

    /// Whether an empty text is a value.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Bytes(_))
    }

    pub(crate) fn push_null(&mut self) {
        match self {
            Self::Bool(values) => values.push(None),
            Self::Int(_, values) | Self::Time(_, values) | Self::Timestamp(_, values) | Self::Duration(values) => {
                values.push(None);
            }
            Self::Unsigned(values) => values.push(None),
            Self::Float(values) => values.push(None),
            Self::Float32(values) => values.push(None),
            Self::Text(values) => values.append_null(),
            Self::Bytes(values) => values.push(None),
            Self::Date(_, values) => values.push(None),
            Self::Decimal { units, .. } => units.push(None),
            Self::Null(count) => *count += 1,
        }
    }

    /// A cell of a text format.
    pub(crate) fn push_text(&mut self, cell: &str) -> Result<(), Misfit> {
        if self.read(cell) {
            return Ok(());
        }
        self.push_null();
        Err(Misfit::of(cell))
    }

    fn read(&mut self, cell: &str) -> bool {
        match self {
            Self::Bool(values) => keep(values, text::parse_bool(cell)),
            Self::Int(kind, values) => keep(values, cell.parse().ok().filter(|number| fits(*kind, *number))),
            Self::Unsigned(values) => keep(values, cell.parse().ok()),
            Self::Float(values) => keep(values, text::float(cell)),
            Self::Float32(values) => keep(values, text::float32(cell)),
            Self::Text(values) => {
                values.append_value(cell);
                true
            }
            Self::Bytes(values) => keep(values, text::base64::decode(cell)),
            Self::Date(stamp, values) => keep(values, text::date(cell, stamp)),
            Self::Time(stamp, values) => keep(values, text::time(cell, stamp)),
            Self::Timestamp(stamp, values) => keep(values, text::timestamp(cell, stamp)),
            Self::Duration(values) => keep(values, text::duration(cell)),
            Self::Decimal { precision, scale, units } => keep(units, text::decimal(cell, *precision, *scale)),
            Self::Null(_) => false,
        }
    }

    /// A value of JSON lines.
    pub(crate) fn push_json(&mut self, value: &Json<'_>) -> Result<(), Misfit> {
        let kept = match (&mut *self, value) {
            (_, Json::Null) => {
                self.push_null();
                return Ok(());
            }
            (Self::Bool(values), Json::Bool(truth)) => keep(values, Some(*truth)),
            // A text is a number only where JSON has no other way to write it.
            (Self::Float(_) | Self::Float32(_), Json::Text(name)) => {
                text::float(name).is_some_and(|number| !number.is_finite()) && self.read(name)
            }
            (Self::Bool(_) | Self::Int(..) | Self::Unsigned(_), Json::Text(_)) => false,
            (_, Json::Text(text)) => self.read(text),
            (Self::Bool(_) | Self::Text(_) | Self::Bytes(_), Json::Number(_)) => false,
            (
                Self::Date(Stamp::Iso, _) | Self::Time(Stamp::Iso, _) | Self::Timestamp(Stamp::Iso, _),
                Json::Number(_),
            ) => false,
            (Self::Int(..) | Self::Unsigned(_), Json::Number(digits)) => self.read(digits) || self.read(&whole(digits)),
            (_, Json::Number(digits)) => self.read(digits),
            _ => false,
        };
        if kept {
            return Ok(());
        }
        self.push_null();
        Err(Misfit::of_json(value))
    }

    pub(crate) fn finish(self, name: PlSmallStr) -> PolarsResult<Series> {
        Ok(match self {
            Self::Bool(values) => BooleanChunked::from_iter_options(name, values.into_iter()).into_series(),
            Self::Int(kind, values) => {
                Int64Chunked::from_iter_options(name, values.into_iter()).into_series().cast(&int_type(kind))?
            }
            Self::Unsigned(values) => UInt64Chunked::from_iter_options(name, values.into_iter()).into_series(),
            Self::Float(values) => Float64Chunked::from_iter_options(name, values.into_iter()).into_series(),
            Self::Float32(values) => Float32Chunked::from_iter_options(name, values.into_iter()).into_series(),
            Self::Text(values) => values.finish().into_series().with_name(name),
            Self::Bytes(values) => BinaryChunked::from_iter_options(name, values.into_iter()).into_series(),
            Self::Date(_, values) => {
                Int32Chunked::from_iter_options(name, values.into_iter()).into_series().into_date()
            }
            Self::Time(_, values) => {
                Int64Chunked::from_iter_options(name, values.into_iter()).into_series().into_time()
            }
            Self::Timestamp(_, values) => Int64Chunked::from_iter_options(name, values.into_iter())
                .into_series()
                .into_datetime(TimeUnit::Microseconds, None),
            Self::Duration(values) => Int64Chunked::from_iter_options(name, values.into_iter())
                .into_series()
                .into_duration(TimeUnit::Microseconds),
            Self::Decimal { precision, scale, units } => {
                Int128Chunked::from_iter_options(name, units.into_iter()).into_decimal(precision, scale)?.into_series()
            }
            Self::Null(count) => Series::full_null(name, count, &DataType::Null),
        })
    }
}

fn keep<T>(values: &mut Vec<Option<T>>, value: Option<T>) -> bool {
    let some = value.is_some();
    if some {
        values.push(value);
    }
    some
}

fn fits(kind: IntKind, number: i64) -> bool {
    let (low, high) = kind.bounds();
    (low..=high).contains(&i128::from(number))
}

/// The digits of an integer that is written as `2.0` or `2e3`; others as they are.
fn whole(digits: &str) -> String {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    digits.parse().ok().filter(exact).map_or_else(|| digits.to_owned(), |number| format!("{number:.0}"))
}
