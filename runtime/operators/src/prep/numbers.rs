//! Numbers put into buckets, between bounds, and on a logarithmic scale.

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, DataType, Expr, col};
use serde::{Deserialize, Serialize};

use super::step::Input;
use super::values::Exact;
use crate::frame::fault;

/// The bounds of buckets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounded {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// Where the next bucket begins, rising.
    pub(crate) bounds: Vec<Exact>,
}

/// What a column is cut off at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clipped {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// The smallest value.
    pub(crate) low: Exact,
    /// The largest value.
    pub(crate) high: Exact,
}

/// The rows with the numbers of buckets in place of values; null stays null.
pub(super) fn bucket(columns: &[Bounded], mut rows: DataFrame) -> Result<DataFrame, Fault> {
    for bounded in columns {
        let values = rows.column(&bounded.input.column).map_err(fault)?.cast(&DataType::Float64).map_err(fault)?;
        let place = |value: f64| bounded.bounds.partition_point(|bound| bound.0 <= value || value.is_nan()) as i64;
        let places: Vec<Option<i64>> = values.f64().map_err(fault)?.iter().map(|value| value.map(place)).collect();
        rows.with_column(Column::new((&*bounded.input.column).into(), places)).map_err(fault)?;
    }
    Ok(rows)
}

/// `sign(x) * ln(1 + |x|)`
pub(super) fn log(column: &str) -> Expr {
    let value = || col(column).cast(DataType::Float64);
    (value().abs().log1p() * value().sign()).alias(column)
}
