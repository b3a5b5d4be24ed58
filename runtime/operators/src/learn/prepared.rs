//! Boosted trees on values at hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::Fault;
use polars::prelude::DataFrame;

use super::matrix::{self, Feature, LARGEST_EXACT};
use super::outputs;
use super::parameters::Objective;
use super::scoring::{ByRows, Ready};
use crate::native::lightgbm::Matrix;
use crate::prep::Kind;
use crate::scoring::{Lane, Prepared};

/// Up to so many rows are predicted one by one: what is done once for each call costs more than the rows.
const ONE_BY_ONE: usize = 16;

/// Trees that know where the texts of their features stand.
pub(super) struct PreparedTrees {
    columns: Vec<(Arc<str>, Kind)>,
    /// Of each feature that is text the places of its values.
    places: Vec<HashMap<Arc<str>, f64>>,
    objective: Objective,
    classes: Vec<Arc<str>>,
    ready: Ready,
    /// Those that nobody uses at the moment: each is for one caller at a time.
    predictors: Mutex<Vec<ByRows>>,
    threads: usize,
}

impl PreparedTrees {
    pub(super) fn new(
        features: &[Feature],
        objective: Objective,
        classes: &[Arc<str>],
        ready: Ready,
        threads: usize,
    ) -> Self {
        let places = features.iter().map(|feature| {
            let values = feature.values.iter().enumerate();
            values.map(|(place, value)| (Arc::clone(value), place as f64)).collect()
        });
        Self {
            columns: features.iter().map(|feature| (Arc::clone(&feature.name), feature.kind)).collect(),
            places: places.collect(),
            objective,
            classes: classes.to_vec(),
            ready,
            predictors: Mutex::default(),
            threads,
        }
    }

    /// The value of a feature as the trees have it: null, and text that was not there in training, is missing.
    ///
    /// # Errors
    /// GML0921 where a whole number does not fit a float.
    fn value(&self, feature: usize, lane: &Lane<'_>, row: usize) -> Result<f64, Fault> {
        match lane {
            Lane::Text(_) => {
                let known = lane.text(row).and_then(|text| self.places.get(feature)?.get(text));
                Ok(known.copied().unwrap_or(f64::NAN))
            }
            Lane::Whole(_) => match lane.whole(row) {
                Some(whole) if whole.unsigned_abs() > LARGEST_EXACT => {
                    let name = self.columns.get(feature).map_or("", |(name, _)| name);
                    Err(matrix::inexact(name, whole.unsigned_abs()))
                }
                whole => Ok(whole.map_or(f64::NAN, |whole| whole as f64)),
            },
            Lane::Float(_) => Ok(lane.number(row).unwrap_or(f64::NAN)),
        }
    }

    fn one_by_one(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<Vec<f64>, Fault> {
        let idle = self.predictors.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut predictor = match idle {
            Some(predictor) => predictor,
            None => self.ready.by_rows()?,
        };
        let mut scores = Vec::with_capacity(rows * self.classes.len().max(1));
        let mut values = vec![0.0; lanes.len()];
        for row in 0..rows {
            for (feature, (value, lane)) in values.iter_mut().zip(lanes).enumerate() {
                *value = self.value(feature, lane, row)?;
            }
            predictor.predict(&values, &mut scores)?;
        }
        self.predictors.lock().unwrap_or_else(PoisonError::into_inner).push(predictor);
        Ok(scores)
    }

    fn together(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<Vec<f64>, Fault> {
        let mut matrix = Matrix::with_capacity(rows, lanes.len());
        for (feature, lane) in lanes.iter().enumerate() {
            let values = (0..rows).map(|row| self.value(feature, lane, row)).collect::<Result<Vec<_>, Fault>>()?;
            matrix.push(values.into_iter()).map_err(|text| Fault::new("GML0999", text))?;
        }
        self.ready.predict(&matrix, self.threads)
    }
}

impl Prepared for PreparedTrees {
    fn columns(&self) -> &[(Arc<str>, Kind)] {
        &self.columns
    }

    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault> {
        let scores = if rows <= ONE_BY_ONE { self.one_by_one(lanes, rows)? } else { self.together(lanes, rows)? };
        outputs::columns(self.objective, scores, &self.classes, rows)
    }
}
