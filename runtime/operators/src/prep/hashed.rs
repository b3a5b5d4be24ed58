//! Columns chosen by a hash of the value (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning").

use std::collections::HashMap;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};

use super::step::Input;
use super::values::Distinct;
use crate::frame::fault;

/// How many columns there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hashed {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// The number of columns.
    pub(crate) buckets: usize,
    /// Whether there were empty texts among those learned from, which are no nulls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) empty: bool,
}

impl Hashed {
    /// The names of the columns, and what they are made of.
    pub(crate) fn names(&self) -> impl Iterator<Item = (String, &Input)> {
        (0..self.buckets).map(|bucket| (format!("{}_{bucket}", self.input.column), &self.input))
    }
}

/// The rows with the columns of each behind them.
pub(super) fn add(columns: &[Hashed], mut rows: DataFrame) -> Result<DataFrame, Fault> {
    for hashed in columns {
        let distinct = Distinct::of(rows.column(&hashed.input.column).map_err(fault)?)?;
        let buckets = distinct.cells.iter().map(|cell| bucket(&cell.label(), hashed.buckets));
        let buckets = buckets.collect::<Result<Vec<_>, _>>()?;
        let mut rows_of: HashMap<usize, Vec<usize>> = HashMap::new();
        for (row, code) in distinct.codes.iter().enumerate() {
            if let Some(code) = code {
                rows_of.entry(buckets[*code as usize]).or_default().push(row);
            }
        }
        for (bucket, (name, _)) in hashed.names().enumerate() {
            let mut values = vec![0.0; rows.height()];
            for row in rows_of.get(&bucket).into_iter().flatten() {
                values[*row] = 1.0;
            }
            rows.with_column(Column::new(name.into(), values)).map_err(fault)?;
        }
    }
    Ok(rows)
}

/// The column of a value: its MurmurHash3 (Appleby 2011, 32 bits, seed 0) as a signed number, its size modulo the number of columns. scikit-learn's `FeatureHasher`
/// chooses the same.
pub(crate) fn bucket(text: &str, buckets: usize) -> Result<usize, Fault> {
    let hash = murmur3::murmur3_32(&mut text.as_bytes(), 0)
        .map_err(|error| Fault::new("GML0999", format!("a text in memory cannot be read: {error}")))?;
    Ok(hash.cast_signed().unsigned_abs() as usize % buckets)
}
