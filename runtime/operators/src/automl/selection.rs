//! Which models an ensemble is made of: those that, one after the other, make it better most (Caruana et al. 2004, "Ensemble
//! Selection from Libraries of Models"). That is done several times, each time with half of the models (section 2.3, "bagged
//! ensemble selection") judged on other rows, drawn with replacement: of hundreds of models some do well on the rows at hand by
//! chance, and would be chosen for it.

use gml_connect::Fault;
use rayon::prelude::*;

use super::ensemble::pooled;
use crate::data::Context;
use crate::learn::parameters::Objective;
use crate::learn::{bootstrap, in_pool};
use crate::metrics::{Outcome, Sample};
use crate::table::hash;

/// Models that may be chosen, how often each time, and how many stay in the end. The same one may be chosen again: it counts
/// more then.
pub(super) const MOST_CANDIDATES: usize = 24;
const MOST_CHOSEN: usize = 16;
const MOST_MEMBERS: usize = 8;
/// How often is chosen.
const BAGS: usize = 20;
/// From so many rows on chance does little: they are judged as they are.
const MANY_ROWS: usize = 100_000;
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
    seed: u64,
    context: &Context,
) -> Result<(Vec<f64>, f64), Fault> {
    let considered = &candidates[..candidates.len().min(MOST_CANDIDATES)];
    let bags = in_pool(context.threads, || {
        let bag = |bag: usize| {
            let seed = hash(seed, bag as u64);
            let chosen = |sample: &Sample, raws: &[(usize, Vec<f64>)]| greedy(raws, sample, objective, &value);
            let half = half(considered.len(), seed);
            if sample.outcome.rows() >= MANY_ROWS {
                let raws = half.into_iter().map(|place| (place, considered[place].to_vec()));
                return chosen(sample, &raws.collect::<Vec<_>>());
            }
            let (drawn, places) = bootstrap::draw(sample, seed);
            let raws = half.into_iter().map(|place| (place, rows_of(considered[place], sample, &places)));
            chosen(&drawn, &raws.collect::<Vec<_>>())
        };
        (0..BAGS).into_par_iter().map(bag).collect::<Result<Vec<_>, _>>()
    })?;
    let mut shares = vec![0.0; candidates.len()];
    for times in &bags {
        let all: usize = times.iter().map(|(_, times)| times).sum();
        times.iter().for_each(|(place, times)| shares[*place] += *times as f64 / all.max(1) as f64);
    }
    keep_largest(&mut shares);
    let mut mean = vec![0.0; considered.first().map_or(0, |raw| raw.len())];
    for (raw, share) in considered.iter().zip(&shares) {
        mean.iter_mut().zip(*raw).for_each(|(mean, raw)| *mean += share * raw);
    }
    let value = value(&with(sample, objective, &mean))?;
    Ok((shares, value))
}

/// Half of so many places, the first always among them: the best is never left out by chance.
fn half(count: usize, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (1..count).collect();
    places.sort_by_key(|place| hash(seed, *place as u64));
    places.truncate(count / 2);
    places.push(0);
    places.sort_unstable();
    places
}

/// What a model says of the rows that were drawn.
fn rows_of(raw: &[f64], sample: &Sample, places: &[usize]) -> Vec<f64> {
    let width = raw.len() / sample.outcome.rows().max(1);
    places.iter().flat_map(|place| &raw[place * width..(place + 1) * width]).copied().collect()
}

/// How often each model is chosen, where in each turn the one is that makes the mean better most; none where the metric is not
/// defined on these rows.
fn greedy(
    raws: &[(usize, Vec<f64>)],
    sample: &Sample,
    objective: Objective,
    value: &impl Fn(&Sample) -> Result<f64, Fault>,
) -> Result<Vec<(usize, usize)>, Fault> {
    let mut times: Vec<(usize, usize)> = raws.iter().map(|(place, _)| (*place, 0)).collect();
    let mut sums = vec![0.0; raws.first().map_or(0, |(_, raw)| raw.len())];
    let mut best = f64::INFINITY;
    for chosen in 0..MOST_CHOSEN {
        let tried = |(_, raw): &(usize, Vec<f64>)| {
            let mean: Vec<f64> = sums.iter().zip(raw).map(|(sum, raw)| (sum + raw) / (chosen as f64 + 1.0)).collect();
            value(&with(sample, objective, &mean))
        };
        let values = match raws.iter().map(tried).collect::<Result<Vec<f64>, Fault>>() {
            Ok(values) => values,
            // Of one class alone, drawn by chance.
            Err(fault) if fault.code == "GML0928" => break,
            Err(fault) => return Err(fault),
        };
        let Some((at, found)) = values.into_iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)) else { break };
        if found >= best - GAIN * best.abs() {
            break;
        }
        best = found;
        times[at].1 += 1;
        sums.iter_mut().zip(&raws[at].1).for_each(|(sum, raw)| *sum += raw);
    }
    Ok(times)
}

/// Leaves out all but the largest shares; the rest adds up to 1. Where nothing was chosen, the first has all.
fn keep_largest(shares: &mut [f64]) {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
    order.iter().skip(MOST_MEMBERS).for_each(|place| shares[*place] = 0.0);
    let all: f64 = shares.iter().sum();
    if all > 0.0 {
        shares.iter_mut().for_each(|share| *share /= all);
    } else if let Some(first) = shares.first_mut() {
        *first = 1.0;
    }
}
