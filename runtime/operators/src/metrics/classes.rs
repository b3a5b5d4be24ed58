//! Metrics of the probabilities of several classes.

use super::binary::clipped_loss;
use super::{Sample, largest};

/// Rows of a class that the model does not know have the probability 0, which is clipped like any other.
pub(super) fn log_loss(sample: &Sample, truth: &[Option<usize>], probabilities: &[f64], classes: usize) -> f64 {
    let rows = truth.iter().zip(probabilities.chunks_exact(classes.max(1)));
    sample.mean(rows.map(|(truth, row)| clipped_loss(truth.map_or(0.0, |class| row[class]))))
}

pub(super) fn accuracy(sample: &Sample, truth: &[Option<usize>], probabilities: &[f64], classes: usize) -> f64 {
    let rows = truth.iter().zip(probabilities.chunks_exact(classes.max(1)));
    sample.mean(rows.map(|(truth, row)| f64::from(u8::from(*truth == Some(largest(row))))))
}

/// The mean over classes of the harmonic mean of precision and recall, of the classes that came to be or were predicted
/// (`average="macro"` of scikit-learn). Classes that the model does not know are one, which it never predicts.
pub(super) fn f1(sample: &Sample, truth: &[Option<usize>], probabilities: &[f64], classes: usize) -> f64 {
    let mut counts = vec![Counts::default(); classes + 1];
    for (row, (truth, probabilities)) in truth.iter().zip(probabilities.chunks_exact(classes.max(1))).enumerate() {
        let (truth, said, weight) = (truth.unwrap_or(classes), largest(probabilities), sample.weight(row));
        counts[truth].there = true;
        counts[said].there = true;
        if truth == said {
            counts[truth].right += weight;
        } else {
            counts[truth].wrong += weight;
            counts[said].wrong += weight;
        }
    }
    let there: Vec<f64> = counts.iter().filter(|counts| counts.there).map(Counts::f1).collect();
    there.iter().sum::<f64>() / there.len() as f64
}

/// Rows of a class.
#[derive(Clone, Copy, Default)]
struct Counts {
    right: f64,
    /// Of the class and said to be another, or the other way round.
    wrong: f64,
    there: bool,
}

impl Counts {
    fn f1(&self) -> f64 {
        if self.right + self.wrong > 0.0 { 2.0 * self.right / (2.0 * self.right + self.wrong) } else { 0.0 }
    }
}
