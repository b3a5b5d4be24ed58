//! How much pairs of features matter together.

use super::paths::{Path, paths};
use super::shapley::{Quadrature, interactions};
use gml_codegen::trees::Ensemble;

/// The mean over rows and scores of the size of the SHAP interaction of each pair of groups of features, as a square matrix,
/// row by row. `group` is the group of each feature; within a group nothing interacts. Both halves of an interaction are
/// counted together on either side of the diagonal.
pub(crate) fn pairs(forest: &Ensemble, columns: &[&[f64]], group: &[usize], groups: usize) -> Vec<f64> {
    let rows = columns.first().map_or(0, |column| column.len());
    let mut sizes = vec![0.0; groups * groups];
    let leaves: Vec<(usize, Vec<Leaf>)> = forest
        .trees
        .iter()
        .enumerate()
        .map(|(place, tree)| (place, paths(tree).into_iter().map(Leaf::new).collect()))
        .collect();
    (0..rows).for_each(|row| {
        for output in 0..forest.outputs {
            let mut sums = vec![0.0; groups * groups];
            for (place, leaves) in leaves.iter().filter(|(place, _)| place % forest.outputs == output) {
                let goes_left = |node: usize| {
                    let node = &forest.trees[*place].nodes[node];
                    node.question.holds(columns[node.feature][row])
                };
                leaves.iter().for_each(|leaf| leaf.add(&goes_left, group, groups, &mut sums));
            }
            for (size, sum) in sizes.iter_mut().zip(&sums) {
                *size += 2.0 * sum.abs();
            }
        }
    });
    let count = (rows * forest.outputs).max(1) as f64;
    sizes.into_iter().map(|size| size / count).collect()
}

struct Leaf {
    path: Path,
    shares: Vec<f64>,
    quadrature: Quadrature,
}

impl Leaf {
    fn new(path: Path) -> Self {
        let shares: Vec<f64> = path.steps.iter().map(|step| step.share).collect();
        let quadrature = Quadrature::exact_for_degree(shares.len().saturating_sub(2));
        Self { path, shares, quadrature }
    }

    fn add(&self, goes_left: &impl Fn(usize) -> bool, group: &[usize], groups: usize, sums: &mut [f64]) {
        let is_known = |turns: &[(usize, bool)]| turns.iter().all(|(node, left)| goes_left(*node) == *left);
        let known: Vec<f64> = self.path.steps.iter().map(|step| f64::from(u8::from(is_known(&step.turns)))).collect();
        let count = known.len();
        let mut matrix = vec![0.0; count * count];
        interactions(self.path.value, &self.shares, &known, &self.quadrature, &mut matrix);
        for (first, step) in self.path.steps.iter().enumerate() {
            for (second, other) in self.path.steps.iter().enumerate() {
                let (row, column) = (group[step.feature], group[other.feature]);
                if row != column {
                    sums[row * groups + column] += matrix[first * count + second];
                }
            }
        }
    }
}
