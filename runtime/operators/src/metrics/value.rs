//! Metrics of predicted numbers.

use gml_connect::Fault;

use super::Sample;

pub(super) fn rmse(sample: &Sample, truth: &[f64], value: &[f64]) -> f64 {
    sample.mean(truth.iter().zip(value).map(|(truth, value)| (truth - value).powi(2))).sqrt()
}

pub(super) fn mae(sample: &Sample, truth: &[f64], value: &[f64]) -> f64 {
    sample.mean(truth.iter().zip(value).map(|(truth, value)| (truth - value).abs()))
}

/// The share of the target's variance that is explained: 1 - residual / total sum of squares.
pub(super) fn r2(sample: &Sample, truth: &[f64], value: &[f64]) -> Result<f64, Fault> {
    let middle = sample.mean(truth.iter().copied());
    let total = sample.mean(truth.iter().map(|truth| (truth - middle).powi(2)));
    if total > 0.0 {
        return Ok(1.0 - sample.mean(truth.iter().zip(value).map(|(truth, value)| (truth - value).powi(2))) / total);
    }
    Err(Fault::new("GML0928", "`r2` is not defined: the target has the same value in every row")
        .help("judge on rows of several values, or by rmse or mae"))
}
