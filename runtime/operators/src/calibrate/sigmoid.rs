//! Platt's scaling: a logistic curve over the log-odds of the score.

use gml_codegen::object;
use serde::{Deserialize, Serialize};

use crate::onnx::{self, Flow, Graph};

/// `1 / (1 + exp(-(slope * log_odds + offset)))`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sigmoid {
    slope: f64,
    offset: f64,
}

/// Probabilities of 0 and 1 have no log-odds that are numbers.
const SMALLEST: f64 = 1e-15;
const MOST_STEPS: usize = 100;
/// Keeps the Hessian invertible where all scores are the same.
const RIDGE: f64 = 1e-12;
/// Newton's method ends when the gradient is this small for each unit of weight.
const SMALL_GRADIENT: f64 = 1e-11;

impl Sigmoid {
    /// The curve of the largest likelihood (Platt 1999, "Probabilistic Outputs for Support Vector Machines"), found by
    /// Newton's method with step halving (Lin, Lin and Weng 2007, "A note on Platt's probabilistic outputs"). Labels are
    /// drawn in by Platt's prior, so that separable rows have a finite slope.
    pub(super) fn fit(scores: &[f64], truth: &[f64], weight: impl Fn(usize) -> f64) -> Self {
        let rows = || 0..scores.len();
        let positives: f64 = rows().map(|row| weight(row) * truth[row]).sum();
        let negatives: f64 = rows().map(|row| weight(row) * (1.0 - truth[row])).sum();
        let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
        let odds: Vec<f64> = scores.iter().map(|score| log_odds(*score)).collect();
        let label = |row: usize| low + truth[row] * (high - low);
        let loss = |curve: &Self| -> f64 {
            rows()
                .map(|row| {
                    let margin = curve.slope.mul_add(odds[row], curve.offset);
                    // -log(p) = log(1 + exp(-margin)), without overflow.
                    weight(row) * (softplus(-margin) + (1.0 - label(row)) * margin)
                })
                .sum()
        };
        let total = positives + negatives;
        let mut curve = Self { slope: 0.0, offset: ((positives + 1.0) / (negatives + 1.0)).ln() };
        let mut at = loss(&curve);
        for _ in 0..MOST_STEPS {
            let (mut gradient, mut hessian) = ([0.0; 2], [RIDGE, 0.0, RIDGE]);
            for row in rows() {
                let probability = curve.of_log_odds(odds[row]);
                let error = weight(row) * (probability - label(row));
                let curvature = weight(row) * probability * (1.0 - probability);
                gradient[0] += error * odds[row];
                gradient[1] += error;
                hessian[0] += curvature * odds[row] * odds[row];
                hessian[1] += curvature * odds[row];
                hessian[2] += curvature;
            }
            if gradient.iter().all(|part| part.abs() <= SMALL_GRADIENT * total) {
                break;
            }
            let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
            let step = [
                -(hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
                -(hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
            ];
            let mut share = 1.0;
            let better = std::iter::from_fn(|| {
                let moved = Self { slope: curve.slope + share * step[0], offset: curve.offset + share * step[1] };
                share /= 2.0;
                Some((loss(&moved), moved))
            });
            // A step too short to change the sum ends the search.
            let Some((value, moved)) = better.take(50).find(|(value, _)| *value < at) else { break };
            (at, curve) = (value, moved);
        }
        curve
    }

    /// The value of a score.
    pub(super) fn at(&self, score: f64) -> f64 {
        self.of_log_odds(log_odds(score))
    }

    /// The same in a library.
    pub(super) fn compiled(self) -> object::Curve {
        object::Curve::Logistic { slope: self.slope, offset: self.offset, smallest: SMALLEST }
    }

    /// The same in a graph of ONNX.
    pub(super) fn onnx(self, score: &Flow, graph: &mut Graph) -> Flow {
        onnx::logistic(self.slope, self.offset, SMALLEST, score, graph)
    }

    fn of_log_odds(&self, odds: f64) -> f64 {
        1.0 / (1.0 + (-self.slope.mul_add(odds, self.offset)).exp())
    }
}

fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(SMALLEST, 1.0 - SMALLEST);
    (probability / (1.0 - probability)).ln()
}

/// `log(1 + exp(x))`
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
