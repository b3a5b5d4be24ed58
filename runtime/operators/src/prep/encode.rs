//! `target_encode`: the mean of the target for each value, drawn towards the mean of all (Micci-Barreca 2001, "A Preprocessing
//! Scheme for High-Cardinality Categorical Attributes in Classification and Prediction Problems").

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, col};

use super::coded::Encoded;
use super::step::Input;
use super::values::{Distinct, Exact, Kind};
use crate::data::Table;
use crate::frame::{self, fault};
use crate::learn::folds;
use crate::learn::target::{self, Roles};

/// How it learns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// So many rows with the mean of all are added to those of each value.
    pub(super) smoothing: f64,
    /// So many parts the rows to learn from are put into.
    pub(super) folds: usize,
    pub(super) seed: u64,
}

/// The target of the rows to learn from, and how much each counts.
pub(super) struct Target {
    values: Vec<f64>,
    weights: Option<Vec<f64>>,
}

impl Target {
    /// # Errors
    /// GML0701 without a target, GML0702 where it is neither a bool nor a number, GML0709 where it is null.
    pub(super) fn read(train: &Table) -> Result<Self, Fault> {
        let roles = Roles::of(&train.ty.row)?;
        let names = [Some(&roles.target), roles.weight.as_ref()];
        let columns: Vec<_> = names.into_iter().flatten().map(|name| col(&**name)).collect();
        let rows = frame::collect(train.frame.clone().select(columns))?;
        let column = rows.column(&roles.target).map_err(fault)?;
        target::no_nulls(column)?;
        if !matches!(Kind::of(column.dtype()), Kind::Number | Kind::Bool) {
            return Err(Fault::new(
                "GML0702",
                format!("the target `{}` is of type {}, which has no mean", column.name(), column.dtype()),
            )
            .help("encode by ordinal or one_hot, or derive a bool or a number as the target"));
        }
        let values = target::numbers(&target::grades(column)?)?;
        if let Some(odd) = values.iter().find(|value| !value.is_finite()) {
            return Err(Fault::new("GML0921", format!("the target `{}` is {odd} in some row", column.name()))
                .help("leave such rows out with filter"));
        }
        let weights = match &roles.weight {
            Some(weight) => Some(target::weights(rows.column(weight).map_err(fault)?)?),
            None => None,
        };
        Ok(Self { values, weights })
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }
}

/// Sums over rows.
#[derive(Clone, Copy, Default)]
struct Sum {
    weight: f64,
    target: f64,
}

impl Sum {
    fn add(&mut self, weight: f64, target: f64) {
        self.weight += weight;
        self.target += weight * target;
    }

    /// The rows of `self` that are not among those of `part`.
    fn without(self, part: Self) -> Self {
        Self { weight: self.weight - part.weight, target: self.target - part.target }
    }

    fn mean(self) -> f64 {
        if self.weight > 0.0 { self.target / self.weight } else { 0.0 }
    }

    /// The mean, with so many rows of the mean of all added.
    fn drawn_to(self, mean: f64, smoothing: f64) -> f64 {
        let weight = self.weight + smoothing;
        if weight > 0.0 { (self.target + smoothing * mean) / weight } else { mean }
    }
}

/// The value of each row of a column as a place; null has the last one.
fn places(column: &Column) -> Result<(Distinct, Vec<usize>), Fault> {
    let distinct = Distinct::of(column)?;
    let null = distinct.cells.len();
    let places = distinct.codes.iter().map(|code| code.map_or(null, |code| code as usize)).collect();
    Ok((distinct, places))
}

/// What all rows say of each value.
pub(super) fn learn(settings: &Settings, target: &Target, input: Input, column: &Column) -> Result<Encoded, Fault> {
    let (distinct, places) = places(column)?;
    let mut all = Sum::default();
    let mut sums = vec![Sum::default(); distinct.cells.len() + 1];
    for (row, place) in places.iter().enumerate() {
        let (weight, value) = (target.weight(row), target.values[row]);
        all.add(weight, value);
        sums[*place].add(weight, value);
    }
    if all.weight <= 0.0 {
        return Err(Fault::new("GML0921", "target_encode has no rows to learn from: all weights are 0"));
    }
    let mean = all.mean();
    let mut means: Vec<Exact> = sums.iter().map(|sum| Exact(sum.drawn_to(mean, settings.smoothing))).collect();
    // Null that was not there in training has no rows of its own: only the mean of all is left.
    let null = means.pop().filter(|_| places.contains(&distinct.cells.len())).unwrap_or(Exact(mean));
    Ok(Encoded { input, values: distinct.cells, means, null, other: Exact(mean) })
}

/// The columns as the rows to learn from get them: each row by the rows of the other folds.
pub(super) fn cross_fitted(settings: &Settings, columns: &[Arc<str>], train: &Table) -> Result<Vec<Column>, Fault> {
    let target = Target::read(train)?;
    let names: Vec<_> = columns.iter().map(|name| col(&**name)).collect();
    let rows = frame::collect(train.frame.clone().select(names))?;
    let fold_of = folds::random(target.values.len(), settings.folds, settings.seed);
    let made = rows.columns().iter().map(|column| {
        let values = cross_fitted_column(settings, &target, &fold_of, column)?;
        Ok(Column::new(column.name().clone(), values))
    });
    made.collect()
}

fn cross_fitted_column(
    settings: &Settings,
    target: &Target,
    fold_of: &[usize],
    column: &Column,
) -> Result<Vec<f64>, Fault> {
    let (distinct, places) = places(column)?;
    let width = distinct.cells.len() + 1;
    let mut all = vec![Sum::default(); settings.folds];
    let mut sums = vec![Sum::default(); settings.folds * width];
    for (row, place) in places.iter().enumerate() {
        let (weight, value) = (target.weight(row), target.values[row]);
        all[fold_of[row]].add(weight, value);
        sums[fold_of[row] * width + place].add(weight, value);
    }
    let total = |parts: &mut dyn Iterator<Item = Sum>| {
        parts.fold(Sum::default(), |sum, part| Sum {
            weight: sum.weight + part.weight,
            target: sum.target + part.target,
        })
    };
    let whole = total(&mut all.iter().copied());
    let of_value: Vec<Sum> =
        (0..width).map(|place| total(&mut sums.iter().skip(place).step_by(width).copied())).collect();
    let encoded = places.iter().zip(fold_of).map(|(place, fold)| {
        let mean = whole.without(all[*fold]).mean();
        let others = of_value[*place].without(sums[fold * width + place]);
        others.drawn_to(mean, settings.smoothing)
    });
    Ok(encoded.collect())
}
