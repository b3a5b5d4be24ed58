//! Features as a matrix whose columns have the mean 0 and the standard deviation 1.
//!
//! A column that is mostly 0 is kept as its other entries, and centred where it is multiplied: columns of 0 and 1, of which
//! encoders make many, cost what their ones cost. What is computed does not depend on the number of threads: each number is a
//! sum in an order of its own.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, DataType};
use rayon::prelude::*;

use super::super::matrix::Feature;
use super::model::nulls;
use crate::frame::fault;
use crate::prep::Kind;

/// Entries of a column that one thread adds to at a time: they stay in its cache.
const ROWS_AT_ONCE: usize = 4096;
/// A column is kept by its entries where fewer than one in so many is not 0.
const SPARSE: usize = 4;

/// The matrix.
pub(super) struct Design {
    pub(super) features: Vec<Feature>,
    /// The weighted mean and standard deviation of each feature.
    pub(super) center: Vec<f64>,
    pub(super) spread: Vec<f64>,
    /// How much each row counts.
    pub(super) weights: Vec<f64>,
    columns: Vec<Entries>,
    total: f64,
}

/// The entries of a column.
enum Entries {
    /// All of them, scaled.
    Dense(Vec<f64>),
    /// Those that are not 0, as they are.
    Sparse(Vec<u32>, Vec<f64>),
    /// The column has a single value: it says nothing.
    Constant,
}

impl Design {
    /// # Errors
    /// GML0921 where a feature is null or not finite in some row.
    pub(super) fn new(
        operator: &str,
        columns: Vec<(Arc<str>, Kind)>,
        rows: &DataFrame,
        weights: Vec<f64>,
    ) -> Result<Self, Fault> {
        let total = weights.iter().sum();
        let mut design = Self {
            features: Vec::with_capacity(columns.len()),
            center: Vec::with_capacity(columns.len()),
            spread: Vec::with_capacity(columns.len()),
            weights,
            columns: Vec::with_capacity(columns.len()),
            total,
        };
        for (name, kind) in columns {
            let values = numbers(operator, rows.column(&name).map_err(fault)?)?;
            design.push(values);
            design.features.push(Feature { name, kind, values: Vec::new() });
        }
        Ok(design)
    }

    fn push(&mut self, mut values: Vec<f64>) {
        let mean = values.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum::<f64>() / self.total;
        let squares = values.iter().zip(&self.weights).map(|(value, weight)| weight * (value - mean).powi(2));
        let spread = (squares.sum::<f64>() / self.total).sqrt();
        let counted = values.iter().zip(&self.weights).filter(|(_, weight)| **weight > 0.0).map(|(value, _)| *value);
        let (least, most) = counted
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        self.center.push(mean);
        // The mean of equal values may differ from them by rounding, which is no spread.
        if least >= most || spread == 0.0 || !spread.is_finite() {
            self.spread.push(1.0);
            self.columns.push(Entries::Constant);
            return;
        }
        self.spread.push(spread);
        let entries = values.iter().filter(|value| **value != 0.0).count();
        if entries < values.len() / SPARSE
            && let Ok(_) = u32::try_from(values.len())
        {
            let places = (0_u32..).zip(&values).filter(|(_, value)| **value != 0.0);
            let (places, entries) = places.map(|(place, value)| (place, *value)).unzip();
            self.columns.push(Entries::Sparse(places, entries));
        } else {
            values.iter_mut().for_each(|value| *value = (*value - mean) / spread);
            self.columns.push(Entries::Dense(values));
        }
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The sum of the weights of the rows.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// Whether the column has a single value.
    pub(super) fn is_constant(&self, column: usize) -> bool {
        matches!(self.columns[column], Entries::Constant)
    }

    /// What the columns times a weight each add up to in each row.
    pub(super) fn times(&self, by: &[f64]) -> Vec<f64> {
        let shift: f64 = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, entries)| matches!(entries, Entries::Sparse(..)))
            .map(|(column, _)| by[column] * self.center[column] / self.spread[column])
            .sum();
        let mut sums = vec![-shift; self.weights.len()];
        sums.par_chunks_mut(ROWS_AT_ONCE).enumerate().for_each(|(block, sums)| {
            let start = block * ROWS_AT_ONCE;
            for (column, entries) in self.columns.iter().enumerate().filter(|(column, _)| by[*column] != 0.0) {
                match entries {
                    Entries::Dense(values) => {
                        let values = &values[start..start + sums.len()];
                        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += by[column] * value);
                    }
                    Entries::Sparse(places, values) => {
                        let by = by[column] / self.spread[column];
                        let first = places.partition_point(|place| (*place as usize) < start);
                        let past = places.partition_point(|place| (*place as usize) < start + sums.len());
                        for (place, value) in places[first..past].iter().zip(&values[first..past]) {
                            sums[*place as usize - start] += by * value;
                        }
                    }
                    Entries::Constant => {}
                }
            }
        });
        sums
    }

    /// What the rows times a number each add up to in each column.
    pub(super) fn transposed_times(&self, by: &[f64]) -> Vec<f64> {
        let whole: f64 = by.iter().sum();
        (0..self.width()).into_par_iter().map(|column| self.dot(column, by, whole)).collect()
    }

    /// The product of a column with numbers, of which the sum is given.
    pub(super) fn dot(&self, column: usize, by: &[f64], whole: f64) -> f64 {
        match &self.columns[column] {
            Entries::Dense(values) => dot(values, by),
            Entries::Sparse(places, values) => {
                let sum: f64 = places.iter().zip(values).map(|(place, value)| value * by[*place as usize]).sum();
                (sum - self.center[column] * whole) / self.spread[column]
            }
            Entries::Constant => 0.0,
        }
    }

    /// Adds a column, each entry times the weight of its row and a factor, to numbers; what is added to their sum. The
    /// centring of columns that are kept by their entries is left out: it is the same in every row.
    pub(super) fn add(&self, column: usize, factor: f64, to: &mut [f64]) -> f64 {
        match &self.columns[column] {
            Entries::Dense(values) => {
                for ((number, value), weight) in to.iter_mut().zip(values).zip(&self.weights) {
                    *number += factor * weight * value;
                }
                0.0
            }
            Entries::Sparse(places, values) => {
                let factor = factor / self.spread[column];
                for (place, value) in places.iter().zip(values) {
                    to[*place as usize] += factor * self.weights[*place as usize] * value;
                }
                factor * self.center[column] * self.total
            }
            Entries::Constant => 0.0,
        }
    }
}

/// The numbers of a column without nulls.
fn numbers(operator: &str, column: &Column) -> Result<Vec<f64>, Fault> {
    if column.null_count() > 0 {
        return Err(nulls(operator, column));
    }
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    let numbers: Vec<f64> = floats.f64().map_err(fault)?.iter().flatten().collect();
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(odd) => Err(Fault::new(
            "GML0921",
            format!("{operator} cannot learn from the feature `{}`: it is {odd} in some row", column.name()),
        )
        .help("make such values null and impute them, or leave the rows out with filter")),
        None => Ok(numbers),
    }
}

/// The sum of products: in eight sums side by side, which a processor does at once.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left_parts, right_parts) = (left.chunks_exact(8), right.chunks_exact(8));
    let rest: f64 = left_parts.remainder().iter().zip(right_parts.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left_parts.zip(right_parts) {
        for place in 0..8 {
            sums[place] += left[place] * right[place];
        }
    }
    sums.iter().sum::<f64>() + rest
}
