//! Metrics of the probabilities of several classes.

use super::binary::clipped_loss;
use super::{Sample, largest};

/// Rows of a class that the model does not know have the probability 0, which is clipped like any other.
pub(super) fn log_loss(sample: &Sample, truth: &[Option<usize>], probabilities: &[f64], classes: usize) -> f64 {
    let rows = truth.iter().zip(probabilities.chunks_exact(classes.max(1)));
    sample.mean(rows.map(|(truth, row)| clipped_loss(truth.map_or(0.0, |class| row[class]))))
}

pub(super) fn accuracy(sample: &Sample, truth: &[Option<usize>], probabilities: &[f64], classes: usize) -> f64 {
    let rows = truth.iter().zip(probabilities.chunks_exact(classes.max(1)));
    sample.mean(rows.map(|(truth, row)| f64::from(u8::from(*truth == Some(largest(row))))))
}
