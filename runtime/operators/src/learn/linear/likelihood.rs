//! Logistic regression (Cox 1958, "The Regression Analysis of Binary Sequences"), and its form for several classes (Cox 1966, "Some
//! Procedures Connected with the Logistic Qualitative Response Curve").

use super::Weights;
use super::design::{Design, dot};
use super::lbfgs::{self, Limits, Unfinished};
use super::newton;

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
        let slope = slope_of_rows(design, &scores, by, l2, total);
        let squares: f64 = by.iter().map(|weight| weight * weight).sum();
        ((loss + l2 * squares / 2.0) / total, slope)
    };
    // It begins where all rows have the share of the positives.
    let positive: f64 = weights.iter().zip(target).map(|(weight, truth)| weight * truth).sum();
    let mut start = vec![0.0; width + 1];
    start[width] = (positive / (total - positive)).ln();
    let mut found = if l1 == 0.0 {
        let curvature = |point: &[f64]| {
            let mut bends = design.times(&point[..width]);
            for (bend, weight) in bends.iter_mut().zip(&weights) {
                let share = probability(*bend + point[width]);
                *bend = weight * share * (1.0 - share);
            }
            move |along: &[f64]| {
                let mut rows = design.times(&along[..width]);
                rows.iter_mut().zip(&bends).for_each(|(row, bend)| *row = bend * (*row + along[width]));
                slope_of_rows(design, &rows, &along[..width], l2, total)
            }
        };
        newton::minimise(of, curvature, start, limits)?
    } else {
        let mut penalty = vec![l1 / total; width];
        penalty.push(0.0);
        lbfgs::minimise(of, start, &penalty, limits)?
    };
    let intercept = found.pop().unwrap_or_default();
    Ok(Weights { weights: found, intercept })
}

/// As [`logistic`], for the places of `classes` classes: a sum for each class, of which the largest is the likeliest. All sums moved
/// alike say the same; those are given whose intercepts add up to 0.
pub(super) fn softmax(
    design: &Design,
    target: &[f64],
    classes: usize,
    l1: f64,
    l2: f64,
    limits: Limits,
) -> Result<Vec<Weights>, Unfinished> {
    let (weights, total, width) = (&design.weights, design.total(), design.width());
    let one = width + 1;
    let of = |point: &[f64]| {
        let mut scores = sums_of_classes(design, point, classes);
        let mut loss = 0.0;
        for ((row, truth), weight) in scores.chunks_exact_mut(classes).zip(target).zip(weights) {
            let truth = *truth as usize;
            let score = row[truth];
            let sum = to_probabilities(row);
            loss += weight * (sum - score);
            row[truth] -= 1.0;
            row.iter_mut().for_each(|part| *part *= weight);
        }
        let mut slope = Vec::with_capacity(point.len());
        for (class, own) in point.chunks_exact(one).enumerate() {
            let misses: Vec<f64> = scores.iter().skip(class).step_by(classes).copied().collect();
            slope.extend(slope_of_rows(design, &misses, &own[..width], l2, total));
        }
        let squares: f64 = point.chunks_exact(one).flat_map(|own| &own[..width]).map(|weight| weight * weight).sum();
        ((loss + l2 * squares / 2.0) / total, slope)
    };
    // It begins where all rows have the shares of the classes.
    let mut shares = vec![0.0; classes];
    target.iter().zip(weights).for_each(|(truth, weight)| shares[*truth as usize] += weight);
    let (mut start, mut penalty) = (vec![0.0; one * classes], vec![l1 / total; one * classes]);
    for (class, share) in shares.iter().enumerate() {
        // A class may have no weight at all.
        start[class * one + width] = (share / total).max(f64::MIN_POSITIVE).ln();
        penalty[class * one + width] = 0.0;
    }
    let found = if l1 == 0.0 {
        let curvature = |point: &[f64]| {
            let mut shares = sums_of_classes(design, point, classes);
            shares.chunks_exact_mut(classes).for_each(|row| {
                to_probabilities(row);
            });
            move |along: &[f64]| {
                let mut rows = sums_of_classes(design, along, classes);
                let of_rows = rows.chunks_exact_mut(classes).zip(shares.chunks_exact(classes)).zip(weights);
                for ((row, shares), weight) in of_rows {
                    let mean = dot(row, shares);
                    row.iter_mut().zip(shares).for_each(|(part, share)| *part = weight * share * (*part - mean));
                }
                let mut change = Vec::with_capacity(along.len());
                for (class, own) in along.chunks_exact(one).enumerate() {
                    let of_class: Vec<f64> = rows.iter().skip(class).step_by(classes).copied().collect();
                    change.extend(slope_of_rows(design, &of_class, &own[..width], l2, total));
                }
                change
            }
        };
        newton::minimise(of, curvature, start, limits)?
    } else {
        lbfgs::minimise(of, start, &penalty, limits)?
    };
    let mean = found.iter().skip(width).step_by(one).sum::<f64>() / classes as f64;
    let weights =
        found.chunks_exact(one).map(|own| Weights { weights: own[..width].to_vec(), intercept: own[width] - mean });
    Ok(weights.collect())
}

/// What numbers of rows add up to in each column and in all, with the slope of the penalty on the squares of `by`: by weight of the
/// rows.
fn slope_of_rows(design: &Design, rows: &[f64], by: &[f64], l2: f64, total: f64) -> Vec<f64> {
    let mut slope = design.transposed_times(rows);
    slope.iter_mut().zip(by).for_each(|(part, weight)| *part = (*part + l2 * weight) / total);
    slope.push(rows.iter().sum::<f64>() / total);
    slope
}

/// The sum of each class in each row, row after row; `point` has the weights and the intercept of class after class.
fn sums_of_classes(design: &Design, point: &[f64], classes: usize) -> Vec<f64> {
    let width = design.width();
    let mut sums = vec![0.0; design.weights.len() * classes];
    for (class, own) in point.chunks_exact(width + 1).enumerate() {
        let of_class = sums.iter_mut().skip(class).step_by(classes);
        of_class.zip(design.times(&own[..width])).for_each(|(sum, of_row)| *sum = of_row + own[width]);
    }
    sums
}

/// Makes probabilities of the raw scores of a row's classes: their exponentials, as shares. Gives the logarithm of the sum of the
/// exponentials.
pub(crate) fn to_probabilities(row: &mut [f64]) -> f64 {
    let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row.iter_mut().for_each(|score| *score = (*score - most).exp());
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|part| *part /= sum);
    most + sum.ln()
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
