//! SHAP values of trees: what each feature of a row adds to the score, exact.
//!
//! Rows are looked at 64 at a time: each node answers for all of them with one word of bits, and so does each feature on
//! the way to a leaf. What a leaf says depends only on which of its features go on to it; it is computed once for each
//! such pattern and looked up afterwards (the idea of Yang 2021, "Fast TreeSHAP", version 2, here filled on first use).

use gml_codegen::trees::{Ensemble, Node, Tree};
use rayon::prelude::*;

use super::paths::{Path, paths};
use super::shapley::{Quadrature, values};

/// Leaves with more features on their way are computed row by row: their patterns would hardly come again.
const TABULATED: usize = 12;
/// Rows that one thread looks at together: their sums stay in its cache.
const ROWS_AT_ONCE: usize = 2048;
/// Bits of a word.
const WORD: usize = 64;

/// What each feature adds to each score of each row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contributions {
    /// Row by row, within a row output by output, within an output feature by feature.
    pub(crate) values: Vec<f64>,
    /// The mean score over the training's rows, for each output: what the values of a row are added to.
    pub(crate) base: Vec<f64>,
}

/// The SHAP values of rows, given feature by feature (`columns[feature][row]`; NaN is missing). The sum over features and
/// the base is the raw score of the row.
pub(crate) fn contributions(forest: &Ensemble, columns: &[&[f64]], threads: usize) -> Contributions {
    let rows = columns.first().map_or(0, |column| column.len());
    let width = forest.features * forest.outputs;
    let games: Vec<Game<'_>> = forest.trees.iter().map(Game::new).collect();
    let mut values = vec![0.0; rows * width];
    let mut base = vec![0.0; forest.outputs];
    for (place, tree) in forest.trees.iter().enumerate() {
        base[place % forest.outputs] += tree.mean();
    }
    if width == 0 {
        return Contributions { values, base };
    }
    let block = |(place, into): (usize, &mut [f64])| {
        let start = place * ROWS_AT_ONCE;
        for (tree, game) in games.iter().enumerate() {
            let offset = tree % forest.outputs * forest.features;
            game.add(columns, start, into, width, offset);
        }
    };
    let blocks = |values: &mut [f64]| values.par_chunks_mut(ROWS_AT_ONCE * width).enumerate().for_each(block);
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(|| blocks(&mut values)),
        // No further thread to be had: this one does the work.
        Err(_) => values.chunks_mut(ROWS_AT_ONCE * width).enumerate().for_each(block),
    }
    Contributions { values, base }
}

/// A tree made ready.
struct Game<'t> {
    nodes: &'t [Node],
    leaves: Vec<LeafGame>,
}

struct LeafGame {
    path: Path,
    shares: Vec<f64>,
    quadrature: Quadrature,
}

impl<'t> Game<'t> {
    fn new(tree: &'t Tree) -> Self {
        let leaves = paths(tree).into_iter().map(|path| {
            let shares: Vec<f64> = path.steps.iter().map(|step| step.share).collect();
            let quadrature = Quadrature::exact_for_degree(shares.len().saturating_sub(1));
            LeafGame { path, shares, quadrature }
        });
        Self { nodes: &tree.nodes, leaves: leaves.collect() }
    }

    /// Adds what this tree says of the rows from `start` on to their sums.
    fn add(&self, columns: &[&[f64]], start: usize, into: &mut [f64], width: usize, offset: usize) {
        let rows = into.len() / width;
        let words = rows.div_ceil(WORD);
        let answers: Vec<Vec<u64>> =
            self.nodes.iter().map(|node| answers(node, &columns[node.feature][start..start + rows])).collect();
        for leaf in &self.leaves {
            let known: Vec<Vec<u64>> =
                leaf.path.steps.iter().map(|step| onward(&step.turns, &answers, words)).collect();
            leaf.add(&known, into, width, offset);
        }
    }
}

/// A bit a row: whether it goes left.
fn answers(node: &Node, values: &[f64]) -> Vec<u64> {
    let word = |values: &[f64]| {
        values.iter().enumerate().fold(0, |word, (bit, value)| word | u64::from(node.question.holds(*value)) << bit)
    };
    values.chunks(WORD).map(word).collect()
}

/// A bit a row: whether it takes all of the turns.
fn onward(turns: &[(usize, bool)], answers: &[Vec<u64>], words: usize) -> Vec<u64> {
    let mut onward = vec![u64::MAX; words];
    for (node, left) in turns {
        for (word, answer) in onward.iter_mut().zip(&answers[*node]) {
            *word &= if *left { *answer } else { !*answer };
        }
    }
    onward
}

impl LeafGame {
    fn add(&self, known: &[Vec<u64>], into: &mut [f64], width: usize, offset: usize) {
        let count = self.shares.len();
        let mut table = (count <= TABULATED).then(|| Table::new(count));
        let (mut bits, mut row_values) = (vec![0.0; count], vec![0.0; count]);
        for (row, sums) in into.chunks_mut(width).enumerate() {
            let is_known = |of: &[u64]| of[row / WORD] >> (row % WORD) & 1;
            let values = match &mut table {
                Some(table) => {
                    let pattern = known.iter().enumerate().fold(0, |all, (place, of)| all | is_known(of) << place);
                    table.values(pattern as usize, |into| {
                        for (place, bit) in bits.iter_mut().enumerate() {
                            *bit = (pattern >> place & 1) as f64;
                        }
                        values(self.path.value, &self.shares, &bits, &self.quadrature, into);
                    })
                }
                None => {
                    for (bit, of) in bits.iter_mut().zip(known) {
                        *bit = is_known(of) as f64;
                    }
                    row_values.fill(0.0);
                    values(self.path.value, &self.shares, &bits, &self.quadrature, &mut row_values);
                    &row_values
                }
            };
            for (step, value) in self.path.steps.iter().zip(values) {
                sums[offset + step.feature] += value;
            }
        }
    }
}

/// The values of a leaf's features, by pattern; filled on first use.
struct Table {
    values: Vec<f64>,
    filled: Vec<bool>,
    count: usize,
}

impl Table {
    fn new(count: usize) -> Self {
        Self { values: vec![0.0; count << count], filled: vec![false; 1 << count], count }
    }

    fn values(&mut self, pattern: usize, compute: impl FnOnce(&mut [f64])) -> &[f64] {
        let values = &mut self.values[pattern * self.count..(pattern + 1) * self.count];
        if !self.filled[pattern] {
            compute(values);
            self.filled[pattern] = true;
        }
        values
    }
}
