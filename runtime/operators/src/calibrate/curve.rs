//! A curve from scores to probabilities.

use gml_codegen::object;
use serde::{Deserialize, Serialize};

use super::isotonic::Isotonic;
use super::sigmoid::Sigmoid;
use crate::onnx::{Flow, Graph};

/// How a curve is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Steps that rise with the score.
    Isotonic,
    /// A logistic curve.
    Sigmoid,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub(super) enum Curve {
    /// Steps that rise with the score.
    Isotonic(Isotonic),
    /// A logistic curve.
    Sigmoid(Sigmoid),
}

impl Curve {
    /// The curve of scores whose truth (1 or 0) is known; `None` where there is no row that counts.
    pub(super) fn fit(method: Method, scores: &[f64], truth: &[f64], weights: Option<&[f64]>) -> Option<Self> {
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        match method {
            Method::Isotonic => Isotonic::fit(scores, truth, weight).map(Self::Isotonic),
            Method::Sigmoid => {
                let counts = (0..scores.len()).any(|row| weight(row) > 0.0);
                counts.then(|| Self::Sigmoid(Sigmoid::fit(scores, truth, weight)))
            }
        }
    }

    /// The word for its method.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Isotonic(_) => "isotonic",
            Self::Sigmoid(_) => "sigmoid",
        }
    }

    /// Whether a stored curve can be used.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Isotonic(curve) => curve.is_whole(),
            Self::Sigmoid(_) => true,
        }
    }

    /// The probability of a score.
    pub(super) fn at(&self, score: f64) -> f64 {
        match self {
            Self::Isotonic(curve) => curve.at(score),
            Self::Sigmoid(curve) => curve.at(score),
        }
    }

    /// The same in a library.
    pub(super) fn compiled(&self) -> object::Curve {
        match self {
            Self::Isotonic(curve) => curve.compiled(),
            Self::Sigmoid(curve) => curve.compiled(),
        }
    }

    /// The same in a graph of ONNX.
    pub(super) fn onnx(&self, score: &Flow, graph: &mut Graph) -> Flow {
        match self {
            Self::Isotonic(curve) => curve.onnx(score, graph),
            Self::Sigmoid(curve) => curve.onnx(score, graph),
        }
    }
}

/// The probabilities of the classes of a row, each by its own curve, made to add up to 1. Where all curves say 0, no class is
/// likelier than another.
pub(super) fn of_classes(curves: &[Curve], scores: &[f64]) -> Vec<f64> {
    let raw: Vec<f64> = curves.iter().zip(scores).map(|(curve, score)| curve.at(*score)).collect();
    let sum: f64 = raw.iter().sum();
    if sum > 0.0 {
        raw.into_iter().map(|probability| probability / sum).collect()
    } else {
        vec![1.0 / raw.len().max(1) as f64; raw.len()]
    }
}
