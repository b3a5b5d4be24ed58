//! Single rows: all nodes of a tree answer at once, and the way to the leaf is found by doubling jumps.
//!
//! A tree of up to 64 nodes is four vectors of 64 bytes: for each node the column that it asks for, the most that goes left, and
//! the next node either way (itself, where that way ends in a leaf). One permutation fetches what every node asks for, one
//! comparison answers, one blend gives each node its successor. A permutation of the successors by themselves makes two steps of
//! one, the next one four: after as many as the depth has binary digits, the successor of the root is the last node on the row's
//! way, and its answer tells which of its two leaves.

use super::codes::{Codes, Test};
use super::{Arithmetic, Child, Ensemble, Machine};

/// Nodes of a tree that fit.
const NODES: usize = 64;
/// Columns that can be permuted.
pub(super) const COLUMNS: usize = 256;
/// Tables of classes may take so many words (8 MiB).
const WORDS: usize = 1 << 20;

/// The bytes of one row.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct RowCodes(pub(super) [u8; COLUMNS]);

#[derive(Clone)]
#[repr(C, align(64))]
struct Nodes {
    columns: [u8; NODES],
    most: [u8; NODES],
    left: [u8; NODES],
    right: [u8; NODES],
}

/// What a tree has beside its nodes.
struct Beside {
    /// Nodes that ask for a number.
    numbers: u64,
    output: usize,
    /// Its features with categories, in `words`.
    categories: std::ops::Range<usize>,
}

/// Which nodes of a tree a class answers with yes.
struct ClassWords {
    group: usize,
    /// Where the words of its classes start; one more is of what has no class.
    start: usize,
}

/// All trees of a model in this form.
pub(super) struct Jump {
    nodes: Vec<Nodes>,
    beside: Vec<Beside>,
    /// The leaves of each node, left and right; anything where a node lies below.
    answers: Vec<[f64; 2 * NODES]>,
    categories: Vec<ClassWords>,
    words: Vec<u64>,
    doublings: u32,
    columns: usize,
}

impl Jump {
    /// The form, where this machine and the model allow it.
    pub(super) fn new(machine: Machine, ensemble: &Ensemble, codes: &Codes, tests: &[Vec<Test>]) -> Option<Self> {
        let fits = ensemble.trees.iter().all(|tree| tree.nodes.len() <= NODES);
        if machine < Machine::Avx512Vbmi || !fits || codes.number_columns > COLUMNS {
            return None;
        }
        let depth = ensemble.trees.iter().map(super::Tree::depth).max().unwrap_or(0);
        let classes: Vec<usize> = codes.classes().collect();
        let mut jump = Self {
            nodes: Vec::with_capacity(ensemble.trees.len()),
            beside: Vec::with_capacity(ensemble.trees.len()),
            answers: Vec::with_capacity(ensemble.trees.len()),
            categories: Vec::new(),
            words: Vec::new(),
            doublings: usize::BITS - depth.saturating_sub(2).leading_zeros(),
            columns: codes.number_columns,
        };
        for (tree, tests) in ensemble.trees.iter().zip(tests) {
            let itself: [u8; NODES] = std::array::from_fn(|place| place as u8);
            let mut nodes = Nodes { columns: [0; NODES], most: [0; NODES], left: itself, right: itself };
            let mut answers = [tree.leaves.first().map_or(0.0, |leaf| leaf.value); 2 * NODES];
            let first = jump.categories.len();
            let mut numbers = 0;
            for (place, (node, test)) in tree.nodes.iter().zip(tests).enumerate() {
                for (child, next, side) in [(node.left, &mut nodes.left, 0), (node.right, &mut nodes.right, 1)] {
                    match child {
                        Child::Node(below) => next[place] = below as u8,
                        Child::Leaf(leaf) => answers[2 * place + side] = tree.leaves[leaf].value,
                    }
                }
                // The places of answers are left first, and yes is left.
                match test {
                    Test::AtMost { column, most } => {
                        nodes.columns[place] = *column as u8;
                        nodes.most[place] = *most;
                        numbers |= 1 << place;
                    }
                    Test::Among { group, tables } => {
                        let known = jump.categories[first..].iter().find(|words| words.group == *group);
                        let start = match known {
                            Some(words) => words.start,
                            None => {
                                let start = jump.words.len();
                                jump.words.resize(start + classes[*group] + 1, 0);
                                jump.categories.push(ClassWords { group: *group, start });
                                start
                            }
                        };
                        if jump.words.len() > WORDS {
                            return None;
                        }
                        let column = codes.class_column(*group);
                        for class in 0..classes[*group] {
                            if tables.iter().any(|table| table.has(class, column)) {
                                jump.words[start + class] |= 1 << place;
                            }
                        }
                    }
                }
            }
            jump.nodes.push(nodes);
            jump.beside.push(Beside { numbers, output: tree.output, categories: first..jump.categories.len() });
            jump.answers.push(answers);
        }
        Some(jump)
    }

    /// Adds the answers of all trees to the sums of a row. `classes` are those that [`Codes::encode_row`] gives.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn add(&self, row: &RowCodes, classes: &[u32], arithmetic: Arithmetic, sums: &mut [f64]) {
        // SAFETY: `new` made this on a machine that has the features.
        unsafe {
            match self.columns {
                0..=64 => self.add_avx512::<1>(row, classes, arithmetic, sums),
                65..=128 => self.add_avx512::<2>(row, classes, arithmetic, sums),
                _ => self.add_avx512::<4>(row, classes, arithmetic, sums),
            }
        }
    }

    /// Never called: [`Self::new`] gives none on other machines.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn add(&self, _: &RowCodes, _: &[u32], _: Arithmetic, _: &mut [f64]) {}

    /// # Safety
    /// AVX-512 with F, BW and VBMI.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    unsafe fn add_avx512<const VECTORS: usize>(
        &self,
        row: &RowCodes,
        classes: &[u32],
        arithmetic: Arithmetic,
        sums: &mut [f64],
    ) {
        use std::arch::x86_64::{
            __m512i, _mm_cvtsi128_si32, _mm512_castsi512_si128, _mm512_load_si512, _mm512_mask_blend_epi8,
            _mm512_mask_cmple_epu8_mask, _mm512_movepi8_mask, _mm512_permutex2var_epi8, _mm512_permutexvar_epi8,
        };
        // SAFETY: the bytes of a row are four aligned vectors.
        let vector = |place: usize| unsafe { _mm512_load_si512(row.0.as_ptr().cast::<__m512i>().add(place)) };
        let (zeroth, first, second, third) = (vector(0), vector(1), vector(2), vector(3));
        for ((nodes, beside), answers) in self.nodes.iter().zip(&self.beside).zip(&self.answers) {
            // SAFETY: the parts of `Nodes` are aligned vectors.
            let load = |part: &[u8; NODES]| unsafe { _mm512_load_si512(part.as_ptr().cast()) };
            let columns = load(&nodes.columns);
            let asked = match VECTORS {
                1 => _mm512_permutexvar_epi8(columns, zeroth),
                2 => _mm512_permutex2var_epi8(zeroth, columns, first),
                _ => _mm512_mask_blend_epi8(
                    _mm512_movepi8_mask(columns),
                    _mm512_permutex2var_epi8(zeroth, columns, first),
                    _mm512_permutex2var_epi8(second, columns, third),
                ),
            };
            let mut yes = _mm512_mask_cmple_epu8_mask(beside.numbers, asked, load(&nodes.most));
            for words in &self.categories[beside.categories.clone()] {
                yes |= self.words[words.start + classes[words.group] as usize];
            }
            let mut next = _mm512_mask_blend_epi8(yes, load(&nodes.right), load(&nodes.left));
            for _ in 0..self.doublings {
                next = _mm512_permutexvar_epi8(next, next);
            }
            let last = _mm_cvtsi128_si32(_mm512_castsi512_si128(next)) as usize % NODES;
            let side = usize::from(yes >> last & 1 == 0);
            let sum = &mut sums[beside.output];
            *sum = arithmetic.sum(*sum, answers[2 * last + side]);
        }
    }
}
