//! Features: which columns they are, and the matrix of numbers that trees are grown on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, DataType, SchemaRef, TimeUnit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::pool::in_pool;
use crate::data::Table;
use crate::frame::{self, fault};
use crate::native::lightgbm::{Matrix, RowMatrix};
use crate::prep::{Distinct, Kind};

/// A column that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Feature {
    /// Its name.
    pub(super) name: Arc<str>,
    /// What it holds: numbers, true and false (1 and 0), lengths of time (microseconds), or text (the place in `values`).
    pub(super) kind: Kind,
    /// Its texts in order of first appearance in the rows learned from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<Arc<str>>,
}

/// Whole numbers up to here are floats without loss.
pub(crate) const LARGEST_EXACT: u64 = 1 << 53;

/// The features of a table: all columns of its query that have no role, in their order.
///
/// # Errors
/// GML0703 where one holds neither numbers nor bools nor durations nor text, GML0708 where there is none.
pub(super) fn feature_columns(table: &Table) -> Result<Vec<(Arc<str>, Kind)>, Fault> {
    let schema = frame::schema(&table.frame)?;
    let mut features = Vec::new();
    for (name, dtype) in schema.iter() {
        if table.ty.row.get(name).is_some_and(|column| column.role.is_some()) {
            continue;
        }
        let kind = Kind::of(dtype);
        // Nothing but null: no tree can be split by it, and there is no reason to refuse it.
        let kind = if *dtype == DataType::Null { Kind::Number } else { kind };
        if !matches!(kind, Kind::Number | Kind::Bool | Kind::Duration | Kind::Text) {
            return Err(Fault::new(
                "GML0703",
                format!("the feature `{name}` holds {} values, which no model learns from", kind.name()),
            )
            .help(format!("derive numbers from `{name}`, drop it, or give it a role (id, time)")));
        }
        features.push((Arc::from(name.as_str()), kind));
    }
    if features.is_empty() {
        return Err(Fault::new("GML0708", "every column has a role, so there is no feature to learn from")
            .help("keep at least one column without a role"));
    }
    Ok(features)
}

/// No row to learn from.
pub(super) fn no_rows(table: &Table) -> Fault {
    let parts: Vec<_> = table.ty.partitions.names().collect();
    let part = if parts.is_empty() { String::new() } else { format!(" of {}", parts.join("+")) };
    Fault::new("GML0922", format!("there are no rows{part} to learn from"))
        .help("see which filter or which part of the split leaves no rows")
}

/// The features with the texts that the rows hold.
pub(super) fn learn(columns: Vec<(Arc<str>, Kind)>, rows: &DataFrame) -> Result<Vec<Feature>, Fault> {
    let features = columns.into_iter().map(|(name, kind)| {
        let values = if kind == Kind::Text { texts(rows.column(&name).map_err(fault)?)? } else { Vec::new() };
        Ok(Feature { name, kind, values })
    });
    features.collect()
}

fn texts(column: &Column) -> Result<Vec<Arc<str>>, Fault> {
    Ok(Distinct::of(column)?.cells.iter().map(|cell| Arc::from(cell.label())).collect())
}

/// Whether a query has the columns that a model was trained on.
///
/// # Errors
/// GML0704 where one is missing, GML0705 where it is of another kind.
pub(super) fn check(features: &[Feature], schema: &SchemaRef) -> Result<(), Fault> {
    for Feature { name, kind, .. } in features {
        let Some(dtype) = schema.get(name) else {
            return Err(Fault::new(
                "GML0704",
                format!("the rows to score lack the column `{name}`, which the model was trained on"),
            )
            .help("give them the column, prepared as it was for training"));
        };
        let found = Kind::of(dtype);
        if found != *kind && *dtype != DataType::Null {
            let (found, trained) = (found.name(), kind.name());
            return Err(Fault::new(
                "GML0705",
                format!("the column `{name}` holds {found} values, and the model was trained on {trained}"),
            )
            .help("convert the column with derive, or train anew"));
        }
    }
    Ok(())
}

/// Columns of the matrix that hold the place of a text.
pub(super) fn categorical(features: &[Feature]) -> Vec<usize> {
    let places = features.iter().enumerate();
    places.filter(|(_, feature)| feature.kind == Kind::Text).map(|(place, _)| place).collect()
}

/// Names that LightGBM takes: spaces and the signs of JSON become `_`, and a name that comes again gets a number.
pub(super) fn library_names(features: &[Feature]) -> Vec<String> {
    let mut taken = HashSet::new();
    let plain = features.iter().map(|feature| {
        let unfit = |sign: char| sign.is_whitespace() || sign.is_control() || "\",:[]{}".contains(sign);
        feature.name.replace(unfit, "_")
    });
    plain
        .map(|name| {
            let mut candidate = name.clone();
            let mut number = 2;
            while !taken.insert(candidate.clone()) {
                candidate = format!("{name}_{number}");
                number += 1;
            }
            candidate
        })
        .collect()
}

/// Turns rows into numbers.
pub(super) struct Encoder<'f> {
    features: &'f [Feature],
    places: Vec<HashMap<&'f str, f64>>,
}

impl<'f> Encoder<'f> {
    /// For these features.
    pub(super) fn new(features: &'f [Feature]) -> Self {
        let places = features.iter().map(|feature| {
            let values = feature.values.iter().enumerate();
            values.map(|(place, value)| (&**value, place as f64)).collect()
        });
        Self { features, places: places.collect() }
    }

    /// The matrix of the rows: null, and text that was not there in training, is missing.
    ///
    /// # Errors
    /// GML0921 where a whole number does not fit a float.
    pub(super) fn matrix(&self, rows: &DataFrame) -> Result<Matrix, Fault> {
        let mut matrix = Matrix::with_capacity(rows.height(), self.features.len());
        for (feature, places) in self.features.iter().zip(&self.places) {
            let column = rows.column(&feature.name).map_err(fault)?;
            match feature.kind {
                Kind::Text if *column.dtype() == DataType::String => {
                    let texts = column.str().map_err(fault)?;
                    let place =
                        |text: Option<&str>| text.and_then(|text| places.get(text)).copied().unwrap_or(f64::NAN);
                    matrix.push(texts.iter().map(place))
                }
                kind => {
                    let column = if kind == Kind::Duration { &micros(column)? } else { column };
                    check_exact(column)?;
                    let floats = column.cast(&DataType::Float64).map_err(fault)?;
                    let floats = floats.f64().map_err(fault)?;
                    matrix.push(floats.iter().map(|number| number.unwrap_or(f64::NAN)))
                }
            }
            .map_err(|text| Fault::new("GML0999", text))?;
        }
        Ok(matrix)
    }

    /// The same, row after row, made by so many threads.
    ///
    /// # Errors
    /// As [`Self::matrix`].
    pub(super) fn by_rows(&self, rows: &DataFrame, threads: usize) -> Result<RowMatrix, Fault> {
        let (height, width) = (rows.height(), self.features.len());
        let mut matrix = RowMatrix::zeros(height, width);
        if width == 0 {
            return Ok(matrix);
        }
        let block = |(place, into): (usize, &mut [f64])| {
            let columns = self.matrix(&rows.slice((place * BLOCK) as i64, BLOCK))?;
            let (height, _) = columns.shape();
            for (feature, values) in columns.values().chunks_exact(height).enumerate() {
                into[feature..].iter_mut().step_by(width).zip(values).for_each(|(cell, value)| *cell = *value);
            }
            Ok(())
        };
        let blocks = matrix.values_mut().par_chunks_mut(BLOCK * width).enumerate();
        // The first fault in the order of rows, whichever thread comes first.
        let done: Vec<Result<(), Fault>> = in_pool(threads, || blocks.map(block).collect());
        done.into_iter().collect::<Result<(), _>>()?;
        Ok(matrix)
    }
}

/// So many rows are turned from columns into rows at a time: they fit the caches.
const BLOCK: usize = 2048;

/// Lengths of time as whole microseconds.
fn micros(column: &Column) -> Result<Column, Fault> {
    let durations = column.cast(&DataType::Duration(TimeUnit::Microseconds)).map_err(fault)?;
    durations.cast(&DataType::Int64).map_err(fault)
}

fn check_exact(column: &Column) -> Result<(), Fault> {
    let largest = match column.dtype() {
        DataType::Int64 => column.i64().map_err(fault)?.iter().flatten().map(i64::unsigned_abs).max(),
        DataType::UInt64 => column.u64().map_err(fault)?.iter().flatten().max(),
        _ => None,
    };
    match largest {
        Some(largest) if largest > LARGEST_EXACT => Err(inexact(column.name(), largest)),
        _ => Ok(()),
    }
}

/// A whole number that does not fit a float.
pub(super) fn inexact(feature: &str, largest: u64) -> Fault {
    Fault::new("GML0921", format!("the feature `{feature}` holds {largest}, which is too large to learn from exactly"))
        .help("give the column the role `id` if it names the row, else scale it down with derive")
}
