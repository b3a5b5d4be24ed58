//! Metrics of how far probabilities come true: rows are put into bins of equal width by their probability.

use super::Sample;

/// The rows of a bin.
#[derive(Clone, Copy, Default)]
struct Bin {
    weight: f64,
    probability: f64,
    positive: f64,
}

impl Bin {
    fn mean_probability(&self) -> f64 {
        self.probability / self.weight
    }

    fn share_positive(&self) -> f64 {
        self.positive / self.weight
    }
}

/// Bins that hold rows.
fn binned(sample: &Sample, truth: &[bool], probability: &[f64], count: usize) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); count];
    for (row, (truth, probability)) in truth.iter().zip(probability).enumerate() {
        // A probability of 1 belongs to the last bin.
        let bin = &mut bins[((probability * count as f64) as usize).min(count - 1)];
        let weight = sample.weight(row);
        bin.weight += weight;
        bin.probability += weight * probability;
        bin.positive += if *truth { weight } else { 0.0 };
    }
    bins.retain(|bin| bin.weight > 0.0);
    bins
}

fn mean(bins: &[Bin], of: impl Fn(&Bin) -> f64) -> f64 {
    let weight: f64 = bins.iter().map(|bin| bin.weight).sum();
    bins.iter().map(|bin| bin.weight * of(bin)).sum::<f64>() / weight
}

/// The mean distance between what the rows of a bin say and how many of them come true (Guo et al. 2017, "On Calibration of
/// Modern Neural Networks", equation 3).
pub(super) fn ece(sample: &Sample, truth: &[bool], probability: &[f64], count: usize) -> f64 {
    let bins = binned(sample, truth, probability, count);
    mean(&bins, |bin| (bin.mean_probability() - bin.share_positive()).abs())
}

/// The part of the Brier score that better probabilities would take away (Murphy 1973, "A New Vector Partition of the
/// Probability Score").
pub(super) fn reliability(sample: &Sample, truth: &[bool], probability: &[f64], count: usize) -> f64 {
    let bins = binned(sample, truth, probability, count);
    mean(&bins, |bin| (bin.mean_probability() - bin.share_positive()).powi(2))
}

/// The part of the Brier score that telling rows apart takes away (Murphy 1973).
pub(super) fn resolution(sample: &Sample, truth: &[bool], probability: &[f64], count: usize) -> f64 {
    let bins = binned(sample, truth, probability, count);
    let whole = mean(&bins, Bin::share_positive);
    mean(&bins, |bin| (bin.share_positive() - whole).powi(2))
}

/// The Brier score of saying of each row how many of all come true: what no model changes (Murphy 1973). With reliability less
/// resolution it is the score of the bins' mean probabilities.
pub(super) fn uncertainty(sample: &Sample, truth: &[bool]) -> f64 {
    let positive = sample.mean(truth.iter().map(|truth| f64::from(u8::from(*truth))));
    positive * (1.0 - positive)
}
