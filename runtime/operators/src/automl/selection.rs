//! Which models an ensemble is made of: those that, one after the other, make it better most (Caruana et al. 2004, "Ensemble
//! Selection from Libraries of Models").

use gml_connect::Fault;
use rayon::prelude::*;

use super::ensemble::pooled;
use crate::data::Context;
use crate::learn::in_pool;
use crate::learn::parameters::Objective;
use crate::metrics::{Outcome, Sample};

/// Models that may be chosen, and how often in all. The same one may be chosen again: it counts more then.
const MOST_CANDIDATES: usize = 24;
const MOST_CHOSEN: usize = 16;
/// A gain below this share of the value is none.
const GAIN: f64 = 1e-5;

/// What a model says of each row, as numbers that may be added up: log odds, logarithms of probabilities, or values.
pub(super) fn raw(outcome: &Outcome) -> Vec<f64> {
    match outcome {
        Outcome::Binary { probability, .. } => probability.iter().map(|p| super::ensemble::log_odds(*p)).collect(),
        Outcome::Classes { probabilities, .. } => {
            probabilities.iter().map(|p| super::ensemble::log_probability(*p)).collect()
        }
        Outcome::Value { value, .. } => value.clone(),
        Outcome::Rank { score, .. } => score.clone(),
    }
}

/// The sample with other predictions.
fn with(sample: &Sample, objective: Objective, raw: &[f64]) -> Sample {
    let outcome = match &sample.outcome {
        Outcome::Binary { truth, .. } => {
            Outcome::Binary { truth: truth.clone(), probability: pooled(objective, raw, 1) }
        }
        Outcome::Classes { truth, classes, .. } => Outcome::Classes {
            truth: truth.clone(),
            probabilities: pooled(objective, raw, *classes),
            classes: *classes,
        },
        Outcome::Value { truth, .. } => Outcome::Value { truth: truth.clone(), value: raw.to_vec() },
        Outcome::Rank { relevance, query, .. } => {
            Outcome::Rank { relevance: relevance.clone(), score: raw.to_vec(), query: query.clone() }
        }
    };
    Sample { outcome, weights: sample.weights.clone(), group: sample.group.clone() }
}

/// The share of each candidate, and the value of the ensemble. The candidates are what each says of the rows of `sample`, the
/// best first; `value` judges a sample, smaller being better.
///
/// # Errors
/// Those of judging.
pub(super) fn select(
    candidates: &[&[f64]],
    sample: &Sample,
    objective: Objective,
    value: impl Fn(&Sample) -> Result<f64, Fault> + Sync,
    context: &Context,
) -> Result<(Vec<f64>, f64), Fault> {
    let considered = &candidates[..candidates.len().min(MOST_CANDIDATES)];
    let mut times = vec![0.0; candidates.len()];
    let mut sums = vec![0.0; considered.first().map_or(0, |raw| raw.len())];
    let mut best = f64::INFINITY;
    for chosen in 0..MOST_CHOSEN {
        let tried = |raw: &&[f64]| {
            let mean: Vec<f64> = sums.iter().zip(*raw).map(|(sum, raw)| (sum + raw) / (chosen as f64 + 1.0)).collect();
            value(&with(sample, objective, &mean))
        };
        let values: Vec<f64> = in_pool(context.threads, || considered.par_iter().map(tried).collect::<Result<_, _>>())?;
        let Some((place, found)) = values.iter().copied().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)) else {
            break;
        };
        if found >= best - GAIN * best.abs() {
            break;
        }
        best = found;
        times[place] += 1.0;
        sums.iter_mut().zip(considered[place]).for_each(|(sum, raw)| *sum += raw);
    }
    let all: f64 = times.iter().sum();
    Ok((times.iter().map(|times| times / all.max(1.0)).collect(), best))
}
