//! Metrics: numbers that say how well predictions meet what came to be.
//!
//! What lives here: the metrics of `std.metrics` on plain slices. What does not: predicting, reading tables (`learn`).

mod binary;
mod calibration;
mod classes;
mod ranking;
mod sample;
mod value;

use gml_connect::Fault;
use gml_ir::Value;

pub(crate) use ranking::discounted;
pub(crate) use sample::{Outcome, Sample};

/// The name of a metric in the run record: `auc`, `ndcg(10)`, `accuracy(0.7)`. Arguments at their default are left out.
pub(crate) fn name_of(metric: &Value) -> String {
    let Value::Symbol { name, args } = metric else { return metric.to_string() };
    let told: Vec<_> = args
        .iter()
        .filter(|(arg, value)| !(&**arg == "threshold" && value.as_float() == Some(DEFAULT_THRESHOLD)))
        .filter(|(_, value)| *value != Value::Null)
        .map(|(_, value)| value.to_string())
        .collect();
    if told.is_empty() { name.to_string() } else { format!("{name}({})", told.join(", ")) }
}

/// At this probability `accuracy` says true, unless told otherwise.
const DEFAULT_THRESHOLD: f64 = 0.5;

/// The value of a metric of `std.metrics`.
///
/// # Errors
/// GML0713 where the metric has no meaning for what was predicted, GML0928 where it is not defined on rows of one class,
/// GML0922 where there are no rows, GML0229 where an argument is out of range.
pub(crate) fn judge(metric: &Value, sample: &Sample) -> Result<f64, Fault> {
    let Value::Symbol { name, .. } = metric else {
        return Err(Fault::new("GML0999", format!("`{metric}` is given where a metric is due")));
    };
    if sample.outcome.rows() == 0 {
        return Err(Fault::new("GML0922", format!("`{name}` has no rows to judge by"))
            .help("see which filter or which part of the split leaves no rows"));
    }
    if sample.weighs_nothing() {
        return Err(Fault::new("GML0921", format!("`{name}` has no rows to judge by: all weights are 0"))
            .help("judge on rows of which some have a weight above 0"));
    }
    match (&**name, &sample.outcome) {
        ("auc", Outcome::Binary { truth, probability }) => binary::auc(sample, truth, probability),
        ("average_precision", Outcome::Binary { truth, probability }) => {
            binary::average_precision(sample, truth, probability)
        }
        ("log_loss", Outcome::Binary { truth, probability }) => Ok(binary::log_loss(sample, truth, probability)),
        ("brier", Outcome::Binary { truth, probability }) => Ok(binary::brier(sample, truth, probability)),
        ("accuracy", Outcome::Binary { truth, probability }) => {
            let threshold = metric.get("threshold").and_then(Value::as_float).unwrap_or(DEFAULT_THRESHOLD);
            Ok(binary::accuracy(sample, truth, probability, threshold))
        }
        ("f1", Outcome::Binary { truth, probability }) => {
            let threshold = metric.get("threshold").and_then(Value::as_float).unwrap_or(DEFAULT_THRESHOLD);
            Ok(binary::f1(sample, truth, probability, threshold))
        }
        ("f1", Outcome::Classes { truth, probabilities, classes }) => {
            Ok(classes::f1(sample, truth, probabilities, *classes))
        }
        ("lift", Outcome::Binary { truth, probability }) => binary::lift(sample, truth, probability, share(metric)?),
        ("gain", Outcome::Binary { truth, probability }) => binary::gain(sample, truth, probability, share(metric)?),
        ("ece", Outcome::Binary { truth, probability }) => {
            Ok(calibration::ece(sample, truth, probability, count(metric, "bins")?))
        }
        ("reliability", Outcome::Binary { truth, probability }) => {
            Ok(calibration::reliability(sample, truth, probability, count(metric, "bins")?))
        }
        ("resolution", Outcome::Binary { truth, probability }) => {
            Ok(calibration::resolution(sample, truth, probability, count(metric, "bins")?))
        }
        ("uncertainty", Outcome::Binary { truth, .. }) => Ok(calibration::uncertainty(sample, truth)),
        ("log_loss", Outcome::Classes { truth, probabilities, classes }) => {
            Ok(classes::log_loss(sample, truth, probabilities, *classes))
        }
        ("accuracy", Outcome::Classes { truth, probabilities, classes }) => {
            Ok(classes::accuracy(sample, truth, probabilities, *classes))
        }
        ("rmse", Outcome::Value { truth, value }) => Ok(value::rmse(sample, truth, value)),
        ("mae", Outcome::Value { truth, value }) => Ok(value::mae(sample, truth, value)),
        ("auc", Outcome::Rank { relevance, score, .. }) => binary::auc(sample, &relevant(relevance), score),
        ("average_precision", Outcome::Rank { relevance, score, .. }) => {
            binary::average_precision(sample, &relevant(relevance), score)
        }
        ("r2", Outcome::Value { truth, value }) => value::r2(sample, truth, value),
        ("lift", Outcome::Rank { relevance, score, .. }) => {
            binary::lift(sample, &relevant(relevance), score, share(metric)?)
        }
        ("gain", Outcome::Rank { relevance, score, .. }) => {
            binary::gain(sample, &relevant(relevance), score, share(metric)?)
        }
        (name, Outcome::Binary { truth, probability }) if is_by_groups(metric) => {
            let Some(query) = &sample.group else { return Err(no_group(name)) };
            let relevance: Vec<f64> = truth.iter().map(|truth| f64::from(u8::from(*truth))).collect();
            among_the_first(metric, name, &relevance, probability, query)
        }
        (name, Outcome::Rank { relevance, score, query }) if is_by_groups(metric) => {
            among_the_first(metric, name, relevance, score, query)
        }
        (name, outcome) => Err(does_not_fit(name, outcome)),
    }
}

/// Metrics of what is relevant among the first of each group.
fn among_the_first(
    metric: &Value,
    name: &str,
    relevance: &[f64],
    score: &[f64],
    query: &[usize],
) -> Result<f64, Fault> {
    let places = count(metric, "k")?;
    let found = match name {
        "ndcg" => Some(ranking::ndcg(relevance, score, query, places)),
        "map" => Some(ranking::map(relevance, score, query, places)),
        "precision" => Some(ranking::precision(relevance, score, query, places)),
        "recall" => ranking::recall(relevance, score, query, places),
        "hit_rate" => ranking::hit_rate(relevance, score, query, places),
        _ => ranking::mrr(relevance, score, query, places),
    };
    found.ok_or_else(|| {
        Fault::new("GML0928", format!("`{name}` is not defined: no row of any group is relevant"))
            .help("judge on rows of which some are relevant")
    })
}

/// Whether a metric looks at the first of each group, so that rows of a group mean something only beside each other.
pub(crate) fn is_by_groups(metric: &Value) -> bool {
    let Value::Symbol { name, .. } = metric else { return false };
    matches!(&**name, "ndcg" | "map" | "precision" | "recall" | "hit_rate" | "mrr")
}

fn no_group(name: &str) -> Fault {
    Fault::new(
        "GML0707",
        format!("`{name}` looks at the first of each group, and no column without nulls has the role `group`"),
    )
    .help("mark the column that names the group, `group customer: str`, and leave rows out where it is null")
}

/// Whether less of a metric is better.
pub fn less_is_better(metric: &Value) -> bool {
    let Value::Symbol { name, .. } = metric else { return false };
    matches!(&**name, "log_loss" | "brier" | "rmse" | "mae" | "ece" | "reliability" | "uncertainty")
}

/// What is relevant at all.
fn relevant(relevance: &[f64]) -> Vec<bool> {
    relevance.iter().map(|grade| *grade > 0.0).collect()
}

/// A number of places or bins, at least 1.
pub(crate) fn count(metric: &Value, name: &str) -> Result<usize, Fault> {
    let count = metric.get(name).and_then(Value::as_int).and_then(|count| usize::try_from(count).ok());
    count.filter(|count| (1..=LARGEST_COUNT).contains(count)).ok_or_else(|| {
        let given = metric.get(name).map_or_else(|| "missing".to_owned(), ToString::to_string);
        Fault::new("GML0229", format!("`{name}` of `{metric}` is {given}, and lies between 1 and {LARGEST_COUNT}"))
            .help(format!("give `{name}` a whole number from 1"))
    })
}

/// More places than rows that fit into memory, and more bins than make sense.
const LARGEST_COUNT: usize = 1 << 24;

/// A share of the rows, above 0.
fn share(metric: &Value) -> Result<f64, Fault> {
    let share = metric.get("share").and_then(Value::as_float);
    share.filter(|share| *share > 0.0 && *share <= 1.0).ok_or_else(|| {
        Fault::new("GML0229", format!("`share` of `{metric}` lies above 0 and not above 1"))
            .help("write a share of the rows, such as 10%")
    })
}

fn does_not_fit(name: &str, outcome: &Outcome) -> Fault {
    let fitting = match outcome {
        Outcome::Binary { .. } => {
            "auc, log_loss, brier, accuracy, average_precision, f1, lift, gain, ece, reliability, resolution, uncertainty, and by \
             groups ndcg(k), map(k), precision(k), recall(k), hit_rate(k) and mrr(k)"
        }
        Outcome::Classes { .. } => "log_loss, accuracy and f1",
        Outcome::Value { .. } => "rmse, mae and r2",
        Outcome::Rank { .. } => {
            "ndcg(k), map(k), precision(k), recall(k), hit_rate(k), mrr(k), lift, gain, auc and average_precision"
        }
    };
    Fault::new("GML0713", format!("`{name}` has no meaning for a model that predicts {}", outcome.kind()))
        .help(format!("what fits: {fitting}"))
}

/// Place of the largest number, the first among equals.
pub(crate) fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (place, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = place;
        }
    }
    best
}

#[cfg(test)]
mod tests;
