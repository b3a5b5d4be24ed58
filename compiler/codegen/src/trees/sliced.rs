//! Blocks of rows: a node answers for 64 rows with one comparison of bytes, and what happens to a row is a bit.
//!
//! Which rows reach a node is a mask: those that reach its parent, and those that the parent's answer leads on. The masks of the
//! leaves are turned into the binary digits of the leaf's number (a mask for each digit), those into a byte a row, and the bytes
//! fetch the answers. Nothing depends on what a row does, so nothing is predicted wrongly; every node is asked, of a few hundred
//! rows at a price of about one. The idea of bit vectors instead of walks is that of QuickScorer (Lucchese 2015) and
//! RapidScorer (Ye 2018); masks a node instead of leaf sets a row put no bound on the number of leaves.

use super::codes::Test;
use super::{Arithmetic, Child, Machine, Tree};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// Rows of a block.
pub(super) const ROWS: usize = 512;
/// Words of 64 rows.
pub(super) const WORDS: usize = ROWS / 64;
/// Binary digits of the largest leaf's number.
const DIGITS: usize = 10;
/// Trees with more leaves are walked: there, asking every node costs more than going the way.
pub(super) const LEAVES: usize = 1 << DIGITS;

/// A bit for each row of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Mask(pub(super) [u64; WORDS]);

/// A number's node.
struct AtMost {
    node: u32,
    /// Where the column starts in the codes of a block.
    start: u32,
    most: u8,
}

/// One table of a category's node.
struct Among {
    node: u32,
    start: u32,
    table: [u8; 16],
}

/// A tree in this form.
pub(super) struct Sliced {
    numbers: Vec<AtMost>,
    categories: Vec<Among>,
    /// The places of the children's masks: nodes, then leaves.
    children: Vec<[u32; 2]>,
    /// The answers, made up to a power of two.
    answers: Vec<f64>,
    digits: usize,
}

/// What is needed while a block is scored.
#[derive(Default)]
pub(super) struct Masks {
    answers: Vec<Mask>,
    reach: Vec<Mask>,
    digits: [Mask; DIGITS],
}

impl Masks {
    /// Room for trees of up to so many leaves.
    pub(super) fn new(leaves: usize) -> Self {
        Self {
            answers: vec![Mask::default(); leaves],
            reach: vec![Mask::default(); 2 * leaves],
            digits: [Mask::default(); DIGITS],
        }
    }
}

impl Sliced {
    /// The form of a checked tree of up to [`LEAVES`] leaves.
    pub(super) fn new(tree: &Tree, tests: &[Test]) -> Self {
        let nodes = tree.nodes.len();
        let place = |child| match child {
            Child::Node(node) => node as u32,
            Child::Leaf(leaf) => (nodes + leaf) as u32,
        };
        let (mut numbers, mut categories) = (Vec::new(), Vec::new());
        for (node, test) in tests.iter().enumerate() {
            let node = node as u32;
            match test {
                Test::AtMost { column, most } => {
                    numbers.push(AtMost { node, start: (column * ROWS) as u32, most: *most });
                }
                Test::Among { tables, .. } if tables.is_empty() => {
                    // No member: a table without bits.
                    categories.push(Among { node, start: 0, table: [0; 16] });
                }
                Test::Among { tables, .. } => categories.extend(tables.iter().map(|members| Among {
                    node,
                    start: (members.column * ROWS) as u32,
                    table: members.table,
                })),
            }
        }
        let mut answers: Vec<f64> = tree.leaves.iter().map(|leaf| leaf.value).collect();
        let digits = answers.len().next_power_of_two().trailing_zeros() as usize;
        answers.resize(1 << digits, 0.0);
        Self {
            numbers,
            categories,
            children: tree.nodes.iter().map(|node| [place(node.left), place(node.right)]).collect(),
            answers,
            digits,
        }
    }

    /// How many leaves it has.
    pub(super) fn leaves(&self) -> usize {
        self.children.len() + 1
    }

    /// Adds the answers to the sums of a block of up to [`ROWS`] rows, `words` times 64 of them rounded up. `codes` are those of the
    /// block, [`ROWS`] a column.
    pub(super) fn add(
        &self,
        machine: Machine,
        codes: &[u8],
        words: usize,
        masks: &mut Masks,
        arithmetic: Arithmetic,
        sums: &mut [f64; ROWS],
    ) {
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the machine was found to have the features.
            if machine >= Machine::Avx512 {
                return unsafe { avx512::add(self, codes, words, masks, arithmetic, sums) };
            }
            // SAFETY: the same.
            if machine >= Machine::Avx2 {
                return unsafe { avx2::add(self, codes, words, masks, arithmetic, sums) };
            }
        }
        let _ = machine;
        portable::add(self, codes, words, masks, arithmetic, sums);
    }
}

/// From the answers of nodes to the digits of leaves, for so many words of rows.
#[inline(always)]
fn digits<const ASKED: usize>(tree: &Sliced, masks: &mut Masks) {
    let nodes = tree.children.len();
    let (answers, reach) = (&masks.answers[..nodes], &mut masks.reach[..2 * nodes + 1]);
    reach[0] = Mask([u64::MAX; WORDS]);
    for (node, (answer, [left, right])) in answers.iter().zip(&tree.children).enumerate() {
        // Both children as a whole, so that they are made in vectors: word by word, one might be written over the other.
        let here = reach[node].0;
        let (mut yes, mut no) = ([0; ASKED], [0; ASKED]);
        for (word, (yes, no)) in yes.iter_mut().zip(&mut no).enumerate() {
            (*yes, *no) = (here[word] & answer.0[word], here[word] & !answer.0[word]);
        }
        reach[*left as usize].0[..ASKED].copy_from_slice(&yes);
        reach[*right as usize].0[..ASKED].copy_from_slice(&no);
    }
    let leaves = &reach[nodes..];
    for digit in 0..tree.digits {
        let mut rows = [0; ASKED];
        // Leaves whose number has the digit come in runs.
        for run in leaves.chunks(2 << digit).filter_map(|run| run.get(1 << digit..)) {
            for leaf in run {
                for (rows, leaf) in rows.iter_mut().zip(&leaf.0) {
                    *rows |= leaf;
                }
            }
        }
        masks.digits[digit].0[..ASKED].copy_from_slice(&rows);
    }
}

mod portable {
    //! The same without vectors: what the others are held against, and what runs where there are none.

    use super::{Among, Arithmetic, AtMost, Masks, ROWS, Sliced, WORDS, digits};

    pub(super) fn add(
        tree: &Sliced,
        codes: &[u8],
        words: usize,
        masks: &mut Masks,
        arithmetic: Arithmetic,
        sums: &mut [f64; ROWS],
    ) {
        for AtMost { node, start, most } in &tree.numbers {
            let column = &codes[*start as usize..*start as usize + 64 * words];
            for (into, codes) in masks.answers[*node as usize].0.iter_mut().zip(column.chunks_exact(64)) {
                *into = bits(codes, |_, code| code <= *most);
            }
        }
        for Among { node, .. } in &tree.categories {
            masks.answers[*node as usize].0 = [0; WORDS];
        }
        for Among { node, start, table } in &tree.categories {
            let (places, kept) = codes[*start as usize..].split_at(ROWS);
            let words = masks.answers[*node as usize].0.iter_mut().take(words);
            for ((into, places), kept) in words.zip(places.chunks_exact(64)).zip(kept.chunks_exact(64)) {
                *into |= bits(places, |row, place| table[usize::from(place & 15)] & kept[row] != 0);
            }
        }
        digits::<WORDS>(tree, masks);
        for word in 0..words {
            for (row, sum) in sums[64 * word..64 * word + 64].iter_mut().enumerate() {
                let digit = |digit: usize| (masks.digits[digit].0[word] >> row & 1) << digit;
                let leaf = (0..tree.digits).fold(0, |leaf, place| leaf | digit(place));
                *sum = arithmetic.sum(*sum, tree.answers[leaf as usize]);
            }
        }
    }

    fn bits(codes: &[u8], yes: impl Fn(usize, u8) -> bool) -> u64 {
        codes.iter().enumerate().fold(0, |bits, (row, code)| bits | u64::from(yes(row, *code)) << row)
    }
}
