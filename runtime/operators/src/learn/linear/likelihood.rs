//! Logistic regression (Cox 1958, "The Regression Analysis of Binary Sequences").

use super::Weights;
use super::design::Design;
use super::lbfgs::{Limits, Unfinished, minimise};

/// The weights that make the sum of the log losses and the penalties smallest. The limits are those of the mean over rows.
pub(super) fn logistic(
    design: &Design,
    target: &[f64],
    positive_weight: f64,
    l1: f64,
    l2: f64,
    limits: Limits,
) -> Result<Weights, Unfinished> {
    let weights = design.weights.iter().zip(target);
    let weights: Vec<f64> =
        weights.map(|(weight, truth)| if *truth > 0.5 { weight * positive_weight } else { *weight }).collect();
    let total: f64 = weights.iter().sum();
    let width = design.width();
    let of = |point: &[f64]| {
        let (by, intercept) = (&point[..width], point[width]);
        let mut scores = design.times(by);
        let mut loss = 0.0;
        for ((score, truth), weight) in scores.iter_mut().zip(target).zip(&weights) {
            let odds = *score + intercept;
            // ln(1 + e^odds) - truth * odds, in a form that does not overflow.
            loss += weight * (odds.max(0.0) + (-odds.abs()).exp().ln_1p() - truth * odds);
            *score = weight * (probability(odds) - truth);
        }
        let mut slope = design.transposed_times(&scores);
        slope.push(scores.iter().sum());
        for (slope, weight) in slope.iter_mut().zip(by) {
            *slope += l2 * weight;
        }
        slope.iter_mut().for_each(|part| *part /= total);
        let squares: f64 = by.iter().map(|weight| weight * weight).sum();
        ((loss + l2 * squares / 2.0) / total, slope)
    };
    // It begins where all rows have the share of the positives.
    let positive: f64 = weights.iter().zip(target).map(|(weight, truth)| weight * truth).sum();
    let mut start = vec![0.0; width + 1];
    start[width] = (positive / (total - positive)).ln();
    let mut penalty = vec![l1 / total; width];
    penalty.push(0.0);
    let mut weights = minimise(of, start, &penalty, limits)?;
    let intercept = weights.pop().unwrap_or_default();
    Ok(Weights { weights, intercept })
}

/// The probability of log odds.
pub(super) fn probability(odds: f64) -> f64 {
    if odds >= 0.0 {
        1.0 / (1.0 + (-odds).exp())
    } else {
        let small = odds.exp();
        small / (1.0 + small)
    }
}
