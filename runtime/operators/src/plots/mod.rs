//! Figures of how good a model is.
//!
//! What lives here: the operators of `std.plots`. What does not: predicting (`learn`), single numbers (`metrics`), drawing
//! (`gml-report`).

mod calibration;
mod confusion;
mod curves;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use gml_connect::Fault;
use gml_report::Figure;

use crate::data::{Call, Data, Implementation, Table};
use crate::learn::arguments::{fitted, table};
use crate::learn::sample;
use crate::metrics::{Outcome, Sample};

/// The operators of `std.plots`: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.plots", "calibration_plot", calibration::calibration_plot),
    ("std.plots", "roc_plot", curves::roc_plot),
    ("std.plots", "precision_recall_plot", curves::precision_recall_plot),
    ("std.plots", "lift_plot", curves::lift_plot),
    ("std.plots", "gain_plot", curves::gain_plot),
    ("std.plots", "confusion_plot", confusion::confusion_plot),
];

/// Rows with a score and with what came to be.
struct Scored {
    sample: Sample,
    /// The partition that they come from: ` of test`; empty for rows of no split.
    part: String,
}

impl Scored {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let on = table(call, "on")?;
        let sample = sample(&**fitted(call, "model")?, on, call.context)?;
        Ok(Self { sample, part: part_of(on) })
    }

    /// What came to be and the score of each row; larger scores come first.
    ///
    /// # Errors
    /// GML0713 where the model gives no scores, GML0922 where there are no rows, GML0928 where all are of one kind.
    fn pairs(&self, operator: &str) -> Result<Pairs, Fault> {
        let (truth, score) = match &self.sample.outcome {
            Outcome::Binary { truth, probability } => (truth.clone(), probability.clone()),
            Outcome::Rank { relevance, score, .. } => {
                (relevance.iter().map(|grade| *grade > 0.0).collect(), score.clone())
            }
            Outcome::Classes { .. } | Outcome::Value { .. } => {
                return Err(Fault::new("GML0713", format!("`{operator}` needs a model that gives each row one score")));
            }
        };
        let pairs = Pairs { truth, score, weights: self.sample.weights.clone() };
        pairs.check(operator)?;
        Ok(pairs)
    }
}

/// What came to be, the scores, and how much each row counts.
struct Pairs {
    truth: Vec<bool>,
    score: Vec<f64>,
    weights: Option<Vec<f64>>,
}

impl Pairs {
    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn check(&self, operator: &str) -> Result<(), Fault> {
        let sum = |wanted: bool| -> f64 {
            let rows = self.truth.iter().enumerate().filter(|(_, truth)| **truth == wanted);
            rows.map(|(row, _)| self.weight(row)).sum()
        };
        match (sum(true) > 0.0, sum(false) > 0.0) {
            (true, true) => Ok(()),
            (false, false) => Err(Fault::new("GML0922", format!("`{operator}` has no rows to look at"))
                .help("see which filter or which part of the split leaves no rows")),
            (only, _) => {
                Err(Fault::new("GML0928", format!("`{operator}` has no meaning: the target is {only} in every row"))
                    .help("look at rows of both classes"))
            }
        }
    }
}

fn part_of(table: &Table) -> String {
    let parts: Vec<_> = table.ty.partitions.names().collect();
    if parts.is_empty() { String::new() } else { format!(" of {}", parts.join("+")) }
}

fn drawn(figure: Figure) -> Data {
    Data::Figure(Arc::new(figure))
}
