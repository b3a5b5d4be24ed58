//! Single rows: all nodes of a tree answer at once, and the way to the leaf is found by doubling jumps.
//!
//! A tree of up to 64 nodes is four vectors of 64 bytes: for each node the column that it asks for, the most that goes left, and
//! the next node either way (itself, where that way ends in a leaf). One permutation fetches what every node asks for, one
//! comparison answers, one blend gives each node its successor. A permutation of the successors by themselves makes two steps of
//! one, the next one four: after as many as the depth has binary digits, the successor of the root is the last node on the row's
//! way, and its answer tells which of its two leaves. Trees of up to 256 nodes are two or four times as many vectors.

#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;

use super::codes::{Codes, Test};
use super::{Arithmetic, Child, Ensemble, Machine, Tree};

/// Bytes of a vector.
const BYTES: usize = 64;
/// Nodes of a tree that fit: a byte tells them apart.
const NODES: usize = 4 * BYTES;
/// Columns that can be permuted.
pub(super) const COLUMNS: usize = 256;
/// Tables of classes may take so many words (8 MiB).
const WORDS: usize = 1 << 20;

/// The bytes of one row.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct RowCodes(pub(super) [u8; COLUMNS]);

/// 64 nodes of a tree.
#[derive(Clone)]
#[repr(C, align(64))]
struct Nodes {
    columns: [u8; BYTES],
    most: [u8; BYTES],
    left: [u8; BYTES],
    right: [u8; BYTES],
    /// Those that ask for a number.
    numbers: u64,
}

/// A tree.
struct Form {
    /// One, two or four times 64 nodes, in `nodes`.
    nodes: Range<usize>,
    /// The leaves of its nodes, left and right, in `answers`; anything where a node lies below.
    answers: usize,
    /// Permutations that reach the last node of any way.
    doublings: u32,
    output: usize,
    /// Its features with categories, in `categories`.
    categories: Range<usize>,
}

/// Which nodes of a tree a class answers with yes: as many words a class as the tree has vectors.
struct ClassWords {
    group: usize,
    /// Where the words of its classes start; after those of all classes come those of what has none.
    start: usize,
}

/// All trees of a model in this form.
pub(super) struct Jump {
    nodes: Vec<Nodes>,
    trees: Vec<Form>,
    answers: Vec<f64>,
    categories: Vec<ClassWords>,
    words: Vec<u64>,
    columns: usize,
}

impl Jump {
    /// The form, where this machine and the model allow it.
    pub(super) fn new(machine: Machine, ensemble: &Ensemble, codes: &Codes, tests: &[Vec<Test>]) -> Option<Self> {
        let fits = ensemble.trees.iter().all(|tree| tree.nodes.len() <= NODES);
        if machine < Machine::Avx512Vbmi || !fits || codes.number_columns > COLUMNS {
            return None;
        }
        let classes: Vec<usize> = codes.classes().collect();
        let mut jump = Self {
            nodes: Vec::new(),
            trees: Vec::with_capacity(ensemble.trees.len()),
            answers: Vec::new(),
            categories: Vec::new(),
            words: Vec::new(),
            columns: codes.number_columns,
        };
        for (tree, tests) in ensemble.trees.iter().zip(tests) {
            jump.add_tree(tree, codes, tests, &classes);
            if jump.words.len() > WORDS {
                return None;
            }
        }
        Some(jump)
    }

    fn add_tree(&mut self, tree: &Tree, codes: &Codes, tests: &[Test], classes: &[usize]) {
        let vectors = tree.nodes.len().div_ceil(BYTES).next_power_of_two();
        let (first, answers, categories) = (self.nodes.len(), self.answers.len(), self.categories.len());
        for vector in 0..vectors {
            let itself = std::array::from_fn(|place| (vector * BYTES + place) as u8);
            self.nodes.push(Nodes { columns: [0; BYTES], most: [0; BYTES], left: itself, right: itself, numbers: 0 });
        }
        let only = tree.leaves.first().map_or(0.0, |leaf| leaf.value);
        self.answers.resize(answers + 2 * vectors * BYTES, only);
        for (place, (node, test)) in tree.nodes.iter().zip(tests).enumerate() {
            let nodes = &mut self.nodes[first + place / BYTES];
            let byte = place % BYTES;
            for (child, next, side) in [(node.left, &mut nodes.left, 0), (node.right, &mut nodes.right, 1)] {
                match child {
                    Child::Node(below) => next[byte] = below as u8,
                    Child::Leaf(leaf) => self.answers[answers + 2 * place + side] = tree.leaves[leaf].value,
                }
            }
            match test {
                Test::AtMost { column, most } => {
                    nodes.columns[byte] = *column as u8;
                    nodes.most[byte] = *most;
                    nodes.numbers |= 1 << byte;
                }
                Test::Among { group, tables } => {
                    let known = self.categories[categories..].iter().find(|words| words.group == *group);
                    let start = known.map_or(self.words.len(), |words| words.start);
                    if start == self.words.len() {
                        self.words.resize(start + (classes[*group] + 1) * vectors, 0);
                        self.categories.push(ClassWords { group: *group, start });
                    }
                    let column = codes.class_column(*group);
                    for class in
                        (0..classes[*group]).filter(|class| tables.iter().any(|table| table.has(*class, column)))
                    {
                        self.words[start + class * vectors + place / BYTES] |= 1 << byte;
                    }
                }
            }
        }
        self.trees.push(Form {
            nodes: first..first + vectors,
            answers,
            // One step is there already; a way of n nodes has n - 1.
            doublings: usize::BITS - tree.depth().saturating_sub(2).leading_zeros(),
            output: tree.output,
            categories: categories..self.categories.len(),
        });
    }

    /// Adds the answers of all trees to the sums of a row. `classes` are those that [`Codes::encode_row`] gives.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn add(&self, row: &RowCodes, classes: &[u32], arithmetic: Arithmetic, sums: &mut [f64]) {
        // SAFETY: `new` made this on a machine that has the features.
        unsafe {
            match self.columns {
                0..=64 => avx512::add::<1>(self, row, classes, arithmetic, sums),
                65..=128 => avx512::add::<2>(self, row, classes, arithmetic, sums),
                _ => avx512::add::<4>(self, row, classes, arithmetic, sums),
            }
        }
    }

    /// Never called: [`Self::new`] gives none on other machines.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn add(&self, _: &RowCodes, _: &[u32], _: Arithmetic, _: &mut [f64]) {}
}
