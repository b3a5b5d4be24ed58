//! The interpreter: a plain walk, one row and one tree after the other. It says what a score is; everything faster is held
//! against it.

use super::{Child, Ensemble, NEAR_ZERO, Tree};

impl Tree {
    /// The leaf that a row comes to.
    #[must_use]
    pub fn leaf_of(&self, row: &[f64]) -> usize {
        let mut at = if self.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
        loop {
            match at {
                Child::Leaf(leaf) => return leaf,
                Child::Node(place) => {
                    let node = &self.nodes[place];
                    at = if node.question.holds(row[node.feature]) { node.left } else { node.right };
                }
            }
        }
    }
}

impl Ensemble {
    /// The sums of the answers of all trees to a row of [`Ensemble::features`] values (NaN is missing), one for each output.
    ///
    /// # Panics
    /// Where the row or `sums` has another length, or the ensemble is none ([`Ensemble::check`]).
    pub fn raw(&self, row: &[f64], sums: &mut [f64]) {
        assert!(
            row.len() == self.features && sums.len() == self.outputs,
            "a row and its sums have the ensemble's lengths"
        );
        let row: Vec<f64> = row.iter().map(|value| self.arithmetic.taken(*value)).collect();
        sums.copy_from_slice(&self.base);
        for tree in &self.trees {
            let sum = &mut sums[tree.output];
            *sum = self.arithmetic.sum(*sum, tree.leaves[tree.leaf_of(&row)].value);
        }
    }

    /// What the trees say of a row: [`Self::raw`] and the transform.
    ///
    /// # Panics
    /// As [`Self::raw`].
    pub fn predict(&self, row: &[f64], answers: &mut [f64]) {
        self.raw(row, answers);
        self.transform.apply(answers);
    }
}

impl super::Arithmetic {
    /// A feature as questions see it.
    #[inline(always)]
    pub(super) fn taken(self, value: f64) -> f64 {
        let value = if self.narrow_features { f64::from(value as f32) } else { value };
        if self.snap_to_zero && value.abs() <= NEAR_ZERO { 0.0 } else { value }
    }

    /// A sum after a further tree. Of two 32-bit floats the sum in 64 bits, rounded, is their sum in 32 bits (Figueroa 1995).
    #[inline(always)]
    pub(super) fn sum(self, sum: f64, answer: f64) -> f64 {
        let sum = sum + answer;
        if self.narrow_sums { f64::from(sum as f32) } else { sum }
    }
}
