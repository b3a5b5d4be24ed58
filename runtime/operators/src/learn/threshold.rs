//! `best_threshold`: from which score on a decision costs least.

use gml_connect::Fault;
use gml_ir::Value;

use super::arguments::{fitted, table};
use super::bounds::{AMOUNT, float};
use super::truth;
use crate::data::{Call, Data};
use crate::metrics::{Outcome, Sample};

pub(super) fn best_threshold(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let (false_alarm, miss) = (float(&call, "false_alarm", &AMOUNT)?, float(&call, "miss", &AMOUNT)?);
    let sample = truth::sample(&**model, table(&call, "on")?, call.context)?;
    let (truth, score) = match &sample.outcome {
        Outcome::Binary { truth, probability } => (truth.clone(), probability),
        Outcome::Rank { relevance, score, .. } => (relevance.iter().map(|grade| *grade > 0.0).collect(), score),
        Outcome::Classes { .. } | Outcome::Value { .. } => {
            return Err(Fault::new("GML0713", "a threshold is put to a single score, and the model gives none")
                .help("take a model that predicts a bool"));
        }
    };
    if truth.is_empty() {
        return Err(Fault::new("GML0922", "`best_threshold` has no rows to judge by")
            .help("see which filter or which part of the split leaves no rows"));
    }
    Ok(Data::Value(Value::Float(cheapest(&sample, &truth, score, false_alarm, miss))))
}

/// The threshold at which the costs are smallest, where a score at least as large says true; among equals the largest, which
/// decides for true least often. It lies halfway between the scores that it parts.
fn cheapest(sample: &Sample, truth: &[bool], score: &[f64], false_alarm: f64, miss: f64) -> f64 {
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|left, right| score[*right].total_cmp(&score[*left]));
    let cost = |row: usize, costs: f64| sample.weight(row) * costs;
    // Nothing is said to be true: every positive is missed.
    let mut costs: f64 = (0..truth.len()).filter(|row| truth[*row]).map(|row| cost(row, miss)).sum();
    let highest = score[order[0]];
    let (mut least, mut threshold) = (costs, highest.next_up());
    let mut start = 0;
    for equal in order.chunk_by(|left, right| score[*left] == score[*right]) {
        for row in equal {
            costs += if truth[*row] { -cost(*row, miss) } else { cost(*row, false_alarm) };
        }
        start += equal.len();
        // Sums of the same costs in another order differ in their last digits: that is no gain.
        if costs < least - 1e-9 * (least.abs() + false_alarm + miss) {
            let here = score[equal[0]];
            let middle = order.get(start).map_or(here, |next| here + (score[*next] - here) / 2.0);
            // Neighbouring floats have nothing between them.
            (least, threshold) = (costs, if middle < here { middle.next_up().min(here) } else { here });
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(truth: &[bool], score: &[f64], false_alarm: f64, miss: f64) -> f64 {
        let outcome = Outcome::Binary { truth: truth.to_vec(), probability: score.to_vec() };
        cheapest(&Sample { outcome, weights: None, group: None }, truth, score, false_alarm, miss)
    }

    fn costs(truth: &[bool], score: &[f64], threshold: f64, false_alarm: f64, miss: f64) -> f64 {
        let cost = |(truth, score): (&bool, &f64)| match (*truth, *score >= threshold) {
            (true, false) => miss,
            (false, true) => false_alarm,
            _ => 0.0,
        };
        truth.iter().zip(score).map(cost).sum()
    }

    #[test]
    fn a_threshold_parts_what_can_be_parted() {
        let (truth, score) = ([true, true, false, false], [0.9, 0.6, 0.4, 0.1]);
        assert!((found(&truth, &score, 1.0, 1.0) - 0.5).abs() < 1e-12);
        assert_eq!(found(&[false, true, true], &[0.5, 0.5, 0.2], 1.0, 100.0), 0.2);
        assert!(found(&[false, false, true], &[0.9, 0.5, 0.2], 10.0, 1.0) > 0.9);
    }

    proptest::proptest! {
        /// No threshold of any score costs less.
        #[test]
        fn nothing_costs_less(
            rows in proptest::collection::vec((proptest::bool::ANY, 0_u8..10), 1..40),
            false_alarm in 0.0_f64..5.0,
            miss in 0.0_f64..5.0,
        ) {
            let truth: Vec<bool> = rows.iter().map(|row| row.0).collect();
            let score: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 10.0).collect();
            let best = costs(&truth, &score, found(&truth, &score, false_alarm, miss), false_alarm, miss);
            for threshold in score.iter().copied().chain([2.0]) {
                proptest::prop_assert!(best <= costs(&truth, &score, threshold, false_alarm, miss) + 1e-6);
            }
        }
    }
}
