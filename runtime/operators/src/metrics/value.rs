//! Metrics of predicted numbers.

use super::Sample;

pub(super) fn rmse(sample: &Sample, truth: &[f64], value: &[f64]) -> f64 {
    sample.mean(truth.iter().zip(value).map(|(truth, value)| (truth - value).powi(2))).sqrt()
}

pub(super) fn mae(sample: &Sample, truth: &[f64], value: &[f64]) -> f64 {
    sample.mean(truth.iter().zip(value).map(|(truth, value)| (truth - value).abs()))
}
