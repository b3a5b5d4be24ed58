//! The values of a column at hand, in the forms that models reckon in.

use gml_connect::Fault;
use gml_ir::{IntKind, Type};
use polars::prelude::{Column, DataType};

use crate::frame::fault;
use crate::prep::Kind;

/// What a lane holds. Types that have no form here are scored by a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `bool`: 0 and 1
    Bool,
    /// Integers, but for `uint64`, whose values need not fit.
    Int,
    /// `float`
    Float,
    /// `float32`, widened
    Single,
    /// `str`, `category`, enums
    Text,
    /// Days since 1970.
    Date,
    /// Microseconds since midnight.
    Time,
    /// Microseconds since 1970.
    Timestamp,
    /// Microseconds.
    Duration,
}

impl Form {
    /// The form of the values of a type; none where there is no such form.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match ty.non_null() {
            Type::Bool => Self::Bool,
            Type::Int(IntKind::U64) => return None,
            Type::Int(_) => Self::Int,
            Type::Float => Self::Float,
            Type::Float32 => Self::Single,
            Type::Str | Type::Category | Type::Enum(_) => Self::Text,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Timestamp => Self::Timestamp,
            Type::Duration => Self::Duration,
            _ => return None,
        })
    }

    /// The kind of column that it comes from.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Bool => Kind::Bool,
            Self::Int | Self::Float | Self::Single => Kind::Number,
            Self::Text => Kind::Text,
            Self::Date => Kind::Date,
            Self::Time => Kind::Time,
            Self::Timestamp => Kind::Timestamp,
            Self::Duration => Kind::Duration,
        }
    }
}

/// The values of a column; none is null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lane<'r> {
    /// Anything that is counted: integers, truth, days, microseconds.
    Whole(Vec<Option<i64>>),
    /// Floats.
    Float(Vec<Option<f64>>),
    /// Texts.
    Text(Vec<Option<&'r str>>),
}

impl<'r> Lane<'r> {
    /// The values of a column that has the in-memory type of its form.
    ///
    /// # Errors
    /// Where it has another one.
    pub(crate) fn of(column: &'r Column, form: Form) -> Result<Self, Fault> {
        let series = column.as_materialized_series();
        Ok(match form {
            Form::Text => Self::Text(series.str().map_err(fault)?.iter().collect()),
            Form::Float => Self::Float(series.f64().map_err(fault)?.iter().collect()),
            Form::Single => {
                let values = series.f32().map_err(fault)?.iter();
                Self::Float(values.map(|value| value.map(f64::from)).collect())
            }
            Form::Bool => {
                let values = series.bool().map_err(fault)?.iter();
                Self::Whole(values.map(|value| value.map(i64::from)).collect())
            }
            Form::Int if *series.dtype() == DataType::Int64 => {
                Self::Whole(series.i64().map_err(fault)?.iter().collect())
            }
            Form::Int | Form::Date | Form::Time | Form::Timestamp | Form::Duration => {
                let counts = series.to_physical_repr().cast(&DataType::Int64).map_err(fault)?;
                let unit = if form == Form::Time { 1_000 } else { 1 };
                let counts = counts.i64().map_err(fault)?.iter();
                Self::Whole(counts.map(|count| count.map(|count| count.div_euclid(unit))).collect())
            }
        })
    }

    /// The value of a row as a number; none where it is null, or text.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Whole(values) => values.get(row).copied().flatten().map(|value| value as f64),
            Self::Float(values) => values.get(row).copied().flatten(),
            Self::Text(_) => None,
        }
    }

    /// The count of a row; none where it is null, or of another kind.
    pub(crate) fn whole(&self, row: usize) -> Option<i64> {
        if let Self::Whole(values) = self { values.get(row).copied().flatten() } else { None }
    }

    /// The text of a row; none where it is null, or of another kind.
    pub(crate) fn text(&self, row: usize) -> Option<&'r str> {
        if let Self::Text(values) = self { values.get(row).copied().flatten() } else { None }
    }

    /// Whether the value of a row is null.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Whole(values) => values.get(row).is_none_or(Option::is_none),
            Self::Float(values) => values.get(row).is_none_or(Option::is_none),
            Self::Text(values) => values.get(row).is_none_or(Option::is_none),
        }
    }
}
