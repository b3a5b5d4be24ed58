//! Vectors as columns, and columns of vectors as numbers.

use gml_connect::Fault;
use polars::prelude::{Column, DataType};

use crate::frame::fault;

/// A column of vectors of `width` numbers each; null where `valid` says so.
pub(super) fn column(name: &str, width: usize, numbers: Vec<f32>, valid: Vec<bool>) -> Result<Column, Fault> {
    gml_connect::vectors(name, width, numbers, &valid).map(Column::from)
}

/// The vectors of a column, one behind the other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Points {
    /// How many numbers each has.
    pub(crate) width: usize,
    /// The rows that have one.
    pub(crate) rows: Vec<usize>,
    /// Their numbers.
    pub(crate) numbers: Vec<f32>,
}

impl Points {
    /// Those of a column of vectors; rows with null have none.
    pub(crate) fn of(column: &Column) -> Result<Self, Fault> {
        let DataType::Array(_, width) = *column.dtype() else {
            let message = format!("`{}` holds {}, which are no vectors", column.name(), column.dtype());
            return Err(Fault::new("GML0999", message));
        };
        let series = column.as_materialized_series().rechunk();
        let array = series.array().map_err(fault)?;
        let rows: Vec<usize> = (0..series.len())
            .zip(array.is_not_null().iter())
            .filter(|(_, there)| *there == Some(true))
            .map(|(row, _)| row)
            .collect();
        let inner = array.get_inner();
        let inner = inner.cast(&DataType::Float32).map_err(fault)?.rechunk();
        let inner = inner.f32().map_err(fault)?;
        let all: Vec<f32> = inner.iter().map(|number| number.unwrap_or(f32::NAN)).collect();
        let numbers = rows.iter().flat_map(|row| all[row * width..(row + 1) * width].iter().copied()).collect();
        Ok(Self { width, rows, numbers })
    }

    /// One of them.
    #[cfg(test)]
    pub(crate) fn point(&self, place: usize) -> &[f32] {
        &self.numbers[place * self.width..(place + 1) * self.width]
    }
}
