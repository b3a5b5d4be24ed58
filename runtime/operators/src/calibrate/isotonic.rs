//! Isotonic regression: the steps that rise with the score and lie closest to what came to be.

use gml_codegen::object;
use serde::{Deserialize, Serialize};

use crate::onnx::{self, Flow, Graph};

/// A rising curve through points, straight between them, flat beyond the ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Isotonic {
    /// Scores, rising.
    scores: Vec<f64>,
    /// What they stand for, never falling.
    values: Vec<f64>,
}

/// Rows of neighbouring scores that share a value.
struct Block {
    first: f64,
    last: f64,
    weight: f64,
    sum: f64,
}

impl Block {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

impl Isotonic {
    /// The curve with the smallest weighted sum of squares, by pooling adjacent violators (Barlow, Bartholomew, Bremner and
    /// Brunk 1972; Zadrozny and Elkan 2002 for probabilities). Rows of weight 0 do not count. Rows of equal score are
    /// pooled first. `None` where there is no row.
    pub(super) fn fit(scores: &[f64], truth: &[f64], weight: impl Fn(usize) -> f64) -> Option<Self> {
        let mut order: Vec<usize> = (0..scores.len()).filter(|row| weight(*row) > 0.0).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        let mut blocks: Vec<Block> = Vec::new();
        for rows in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
            let score = scores[*rows.first()?];
            let weights = || rows.iter().map(|row| weight(*row));
            let sum = rows.iter().map(|row| weight(*row) * truth[*row]).sum();
            blocks.push(Block { first: score, last: score, weight: weights().sum(), sum });
            while let [.., before, last] = blocks.as_slice()
                && before.mean() >= last.mean()
            {
                let (weight, sum) = (before.weight + last.weight, before.sum + last.sum);
                let pooled = Block { first: before.first, last: last.last, weight, sum };
                blocks.truncate(blocks.len() - 2);
                blocks.push(pooled);
            }
        }
        let mut curve = Self { scores: Vec::new(), values: Vec::new() };
        for block in &blocks {
            curve.push(block.first, block.mean());
            if block.last > block.first {
                curve.push(block.last, block.mean());
            }
        }
        (!curve.scores.is_empty()).then_some(curve)
    }

    /// Whether it has points, and as many values as scores, both rising.
    pub(super) fn is_whole(&self) -> bool {
        !self.scores.is_empty()
            && self.scores.len() == self.values.len()
            && self.scores.is_sorted_by(|a, b| a < b)
            && self.values.is_sorted()
    }

    fn push(&mut self, score: f64, value: f64) {
        self.scores.push(score);
        self.values.push(value);
    }

    /// The same in a library.
    pub(super) fn compiled(&self) -> object::Curve {
        object::Curve::Points { scores: self.scores.clone(), values: self.values.clone() }
    }

    /// The same in a graph of ONNX.
    pub(super) fn onnx(&self, score: &Flow, graph: &mut Graph) -> Flow {
        onnx::through(&self.scores, &self.values, score, graph)
    }

    /// The value of a score.
    pub(super) fn at(&self, score: f64) -> f64 {
        let after = self.scores.partition_point(|known| *known <= score);
        let Some(before) = after.checked_sub(1) else { return self.values[0] };
        let Some(next) = self.scores.get(after) else { return self.values[before] };
        let share = (score - self.scores[before]) / (next - self.scores[before]);
        share.mul_add(self.values[after] - self.values[before], self.values[before])
    }
}
