//! An ensemble on values at hand.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::DataFrame;

use super::ensemble::{numbers, pooled};
use crate::data::Context;
use crate::learn::outputs;
use crate::learn::parameters::Objective;
use crate::learned::Fitted;
use crate::prep::Kind;
use crate::scoring::{Lane, Prepared, Quick};

/// The models of an ensemble, each with the places of its columns among those of all.
pub(super) struct PreparedEnsemble {
    columns: Vec<(Arc<str>, Kind)>,
    members: Vec<(Quick, Vec<usize>, f64)>,
    objective: Objective,
    classes: Vec<Arc<str>>,
}

impl PreparedEnsemble {
    /// `None` where one of the models needs a query.
    ///
    /// # Errors
    /// Where a native library is missing.
    pub(super) fn of(
        models: &[Arc<dyn Fitted>],
        shares: &[f64],
        objective: Objective,
        classes: &[Arc<str>],
        context: &Context,
    ) -> Result<Option<Self>, Fault> {
        let mut columns: Vec<(Arc<str>, Kind)> = Vec::new();
        let mut members = Vec::with_capacity(models.len());
        for (model, share) in models.iter().zip(shares) {
            let Some(quick) = model.prepared(context)? else { return Ok(None) };
            let places = quick.0.columns().iter().map(|column| {
                columns.iter().position(|known| known == column).unwrap_or_else(|| {
                    columns.push(column.clone());
                    columns.len() - 1
                })
            });
            let places = places.collect();
            members.push((quick, places, *share));
        }
        Ok(Some(Self { columns, members, objective, classes: classes.to_vec() }))
    }
}

impl Prepared for PreparedEnsemble {
    fn columns(&self) -> &[(Arc<str>, Kind)] {
        &self.columns
    }

    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault> {
        let mut sums = vec![0.0; rows * self.classes.len().max(1)];
        for (model, places, share) in &self.members {
            let own: Vec<&Lane<'_>> = places.iter().map(|place| lanes[*place]).collect();
            let raw = numbers(self.objective, &model.0.outputs(&own, rows)?)?;
            sums.iter_mut().zip(raw).for_each(|(sum, raw)| *sum += share * raw);
        }
        let scores = pooled(self.objective, &sums, self.classes.len());
        outputs::columns(self.objective, scores, &self.classes, rows)
    }
}
