//! Metrics of the probability of true.

use gml_connect::Fault;

use super::Sample;

/// Probabilities of 0 and 1 would make the loss of a wrong row infinite.
const SMALLEST_PROBABILITY: f64 = 1e-15;

pub(super) fn clipped_loss(probability: f64) -> f64 {
    -probability.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY).ln()
}

/// Weight of the positives and of the negatives at one score.
struct Step {
    positive: f64,
    negative: f64,
}

/// Rows of equal score together, from the highest score to the lowest.
fn steps(sample: &Sample, truth: &[bool], probability: &[f64]) -> Vec<Step> {
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|left, right| probability[*right].total_cmp(&probability[*left]));
    order
        .chunk_by(|left, right| probability[*left] == probability[*right])
        .map(|rows| {
            let mut step = Step { positive: 0.0, negative: 0.0 };
            for row in rows {
                let side = if truth[*row] { &mut step.positive } else { &mut step.negative };
                *side += sample.weight(*row);
            }
            step
        })
        .collect()
}

/// The share of pairs of a positive and a negative in which the positive has the higher score, equal scores counting half
/// (Mann and Whitney 1947).
pub(super) fn auc(sample: &Sample, truth: &[bool], probability: &[f64]) -> Result<f64, Fault> {
    let (mut pairs, mut positives, mut negatives) = (0.0, 0.0, 0.0);
    for step in steps(sample, truth, probability) {
        pairs += step.negative * (positives + step.positive / 2.0);
        positives += step.positive;
        negatives += step.negative;
    }
    if positives > 0.0 && negatives > 0.0 {
        return Ok(pairs / (positives * negatives));
    }
    let only = if positives > 0.0 { "true" } else { "false" };
    Err(Fault::new("GML0928", format!("`auc` is not defined: the target is {only} in every row"))
        .help("judge on rows of both classes, or by a metric that one class is enough for: log_loss, brier, accuracy"))
}

/// The mean over positives of the precision at their score (all rows of an equal score belong to it).
pub(super) fn average_precision(sample: &Sample, truth: &[bool], probability: &[f64]) -> Result<f64, Fault> {
    let (mut sum, mut positives, mut rows) = (0.0, 0.0, 0.0);
    for step in steps(sample, truth, probability) {
        positives += step.positive;
        rows += step.positive + step.negative;
        if step.positive > 0.0 {
            sum += step.positive * positives / rows;
        }
    }
    if positives > 0.0 {
        return Ok(sum / positives);
    }
    Err(no_positives("average_precision"))
}

pub(super) fn log_loss(sample: &Sample, truth: &[bool], probability: &[f64]) -> f64 {
    let losses = truth.iter().zip(probability);
    sample.mean(losses.map(|(truth, probability)| clipped_loss(if *truth { *probability } else { 1.0 - probability })))
}

pub(super) fn brier(sample: &Sample, truth: &[bool], probability: &[f64]) -> f64 {
    let pairs = truth.iter().zip(probability);
    sample.mean(pairs.map(|(truth, probability)| (probability - f64::from(u8::from(*truth))).powi(2)))
}

pub(super) fn accuracy(sample: &Sample, truth: &[bool], probability: &[f64], threshold: f64) -> f64 {
    let pairs = truth.iter().zip(probability);
    sample.mean(pairs.map(|(truth, probability)| f64::from(u8::from(*truth == (*probability >= threshold)))))
}

/// The weight of the positives among the best scored `share` of the rows, and of all positives; rows of equal score are
/// taken in part.
fn best(sample: &Sample, truth: &[bool], probability: &[f64], share: f64) -> (f64, f64) {
    let steps = steps(sample, truth, probability);
    let whole: f64 = steps.iter().map(|step| step.positive + step.negative).sum();
    let (mut left, mut found) = (share * whole, 0.0);
    for step in &steps {
        let rows = step.positive + step.negative;
        if rows > 0.0 {
            found += step.positive * (left / rows).clamp(0.0, 1.0);
        }
        left -= rows;
    }
    (found, steps.iter().map(|step| step.positive).sum())
}

/// The share of all positives that is among the best scored `share` of the rows.
pub(super) fn gain(sample: &Sample, truth: &[bool], probability: &[f64], share: f64) -> Result<f64, Fault> {
    match best(sample, truth, probability, share) {
        (_, positives) if positives <= 0.0 => Err(no_positives("gain")),
        (found, positives) => Ok(found / positives),
    }
}

/// How many times more positives are among the best scored `share` of the rows than among as many of all rows.
pub(super) fn lift(sample: &Sample, truth: &[bool], probability: &[f64], share: f64) -> Result<f64, Fault> {
    match best(sample, truth, probability, share) {
        (_, positives) if positives <= 0.0 => Err(no_positives("lift")),
        (found, positives) => Ok(found / positives / share),
    }
}

/// The harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn), and 0 where nothing is and nothing is said to be true.
pub(super) fn f1(sample: &Sample, truth: &[bool], probability: &[f64], threshold: f64) -> f64 {
    let (mut hits, mut wrong) = (0.0, 0.0);
    for (row, (truth, probability)) in truth.iter().zip(probability).enumerate() {
        match (*truth, *probability >= threshold) {
            (true, true) => hits += sample.weight(row),
            (false, false) => {}
            _ => wrong += sample.weight(row),
        }
    }
    if hits + wrong > 0.0 { 2.0 * hits / (2.0 * hits + wrong) } else { 0.0 }
}

fn no_positives(metric: &str) -> Fault {
    Fault::new("GML0928", format!("`{metric}` is not defined: the target is false in every row"))
        .help("judge on rows of both classes, or by a metric that one class is enough for: log_loss, brier, accuracy")
}
