//! Blocks of rows: a node answers for 64 rows with one comparison of bytes, and what happens to a row is a bit.
//!
//! Which rows reach a node is a mask: those that reach its parent, and those that the parent's answer leads on. The masks of the
//! leaves are turned into the binary digits of the leaf's number (a mask for each digit), those into a byte a row, and the bytes
//! fetch the answers. Nothing depends on what a row does, so nothing is predicted wrongly; every node is asked, of a few hundred
//! rows at a price of about one. The idea of bit vectors instead of walks is that of QuickScorer (Lucchese 2015) and
//! RapidScorer (Ye 2018); masks a node instead of leaf sets a row put no bound on the number of leaves.

use std::collections::HashMap;

use super::codes::Test;
use super::direct::Direct;
use super::{Arithmetic, Child, Ensemble, Machine, Matrix, Node, Tree};

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
const LEAVES: usize = 1 << DIGITS;
/// Answers among which one permutation of vectors finds one.
const LOOKED_UP: usize = 16;
/// Questions that trees have in common, whose answers are kept while all trees go through a block.
const SHARED: usize = 1024;

/// A bit for each row of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Mask(pub(super) [u64; WORDS]);

/// What is asked of a number's bytes.
struct AtMost {
    /// The place of the mask with the answers.
    into: u32,
    /// Where the column starts in the codes of a block.
    start: u32,
    most: u8,
}

/// One table of what is asked of a category's bytes.
struct Among {
    into: u32,
    start: u32,
    table: [u8; 16],
}

/// Questions to the bytes of a block.
#[derive(Default)]
struct Questions {
    numbers: Vec<AtMost>,
    categories: Vec<Among>,
}

/// The trees of a model in this form.
pub(super) struct Forest {
    direct: Direct,
    /// What several trees ask, once for all of them: only where that is so little that its answers stay near the processor.
    shared: Questions,
    /// Masks with the answers to both, before those of a tree alone.
    common: usize,
    /// None for a tree that is too large.
    trees: Vec<Option<Sliced>>,
    /// Whether the sums of each 64 rows lie turned: first those of every eighth row from the first on, then those from the second on.
    is_turned: bool,
}

/// A tree in this form.
pub(super) struct Sliced {
    /// What it alone asks.
    own: Questions,
    /// The places of the nodes' answers.
    asked: Vec<u32>,
    /// The places of the children's masks: nodes, then leaves.
    children: Vec<[u32; 2]>,
    /// The answers, made up to a power of two that is [`LOOKED_UP`] at least.
    answers: Vec<f64>,
    digits: usize,
}

/// What is needed while a block is scored.
#[derive(Default)]
pub(super) struct Masks {
    /// To the questions that trees have in common, then to those of one tree.
    answers: Vec<Mask>,
    reach: Vec<Mask>,
    digits: [Mask; DIGITS],
}

impl Forest {
    /// The form of a checked model, whose nodes ask these things of bytes.
    pub(super) fn new(machine: Machine, ensemble: &Ensemble, tests: &[Vec<Test>]) -> Self {
        let fits = |tree: &Tree| tree.leaves.len() <= LEAVES;
        // A tree that is walked needs the bytes of all numbers.
        let direct = if ensemble.trees.iter().all(fits) { Direct::new(machine, ensemble) } else { Direct::default() };
        let place = |node: &Node| direct.place(ensemble.arithmetic, node);
        let mut times: HashMap<&Test, usize> = HashMap::new();
        for (tree, tests) in ensemble.trees.iter().zip(tests).filter(|(tree, _)| fits(tree)) {
            let asked = tree.nodes.iter().zip(tests).filter(|(node, _)| place(node).is_none());
            asked.for_each(|(_, test)| *times.entry(test).or_default() += 1);
        }
        times.retain(|_, times| *times > 1);
        if times.len() > SHARED {
            times.clear();
        }
        let mut shared = Questions::default();
        let mut common: HashMap<&Test, usize> = HashMap::new();
        for test in tests.iter().flatten().filter(|test| times.contains_key(test)) {
            let next = direct.questions() + common.len();
            common.entry(test).or_insert_with(|| {
                shared.add(test, next);
                next
            });
        }
        let known = |node: &Node, test: &Test| place(node).or_else(|| common.get(test).copied());
        let first = direct.questions() + common.len();
        let trees = ensemble.trees.iter().zip(tests);
        let trees = trees.map(|(tree, tests)| fits(tree).then(|| Sliced::new(tree, tests, first, known))).collect();
        let is_turned = machine >= Machine::Avx512;
        Self { shared, common: first, trees, direct, is_turned }
    }

    /// Room for what is needed while a block is scored.
    pub(super) fn masks(&self) -> Masks {
        let leaves = self.trees.iter().flatten().map(|tree| tree.children.len() + 1).max().unwrap_or(1);
        Masks {
            answers: vec![Mask::default(); self.common + leaves],
            reach: vec![Mask::default(); 2 * leaves],
            digits: [Mask::default(); DIGITS],
        }
    }

    /// The trees, none where one is too large for this form.
    pub(super) fn trees(&self) -> impl Iterator<Item = Option<&Sliced>> {
        self.trees.iter().map(Option::as_ref)
    }

    /// The place of a row's sum in the sums of a block.
    #[inline(always)]
    pub(super) fn place(&self, row: usize) -> usize {
        if self.is_turned { row / 64 * 64 + turned(row % 64) } else { row }
    }

    /// The sums of 64 rows of a block in the order of the rows.
    #[inline(always)]
    pub(super) fn in_order(&self, sums: &[f64; 64]) -> [f64; 64] {
        if self.is_turned { std::array::from_fn(|row| sums[turned(row)]) } else { *sums }
    }

    /// Whether bytes of a feature are needed.
    pub(super) fn reads(&self, feature: usize) -> bool {
        !self.direct.has(feature)
    }

    /// Asks what is asked of up to 64 rows of a matrix from `first` on themselves; they are those of a word of the block.
    pub(super) fn ask_rows(&self, matrix: &Matrix<'_>, first: usize, rows: usize, word: usize, masks: &mut Masks) {
        self.direct.answer(matrix, first, rows, word, &mut masks.answers);
    }

    /// Asks what several trees ask of the bytes of a block.
    pub(super) fn ask_bytes(&self, machine: Machine, codes: &[u8], words: usize, masks: &mut Masks) {
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the machine was found to have the features.
            if machine >= Machine::Avx512 {
                return unsafe { avx512::ask(&self.shared, codes, words, masks) };
            }
            // SAFETY: the same.
            if machine >= Machine::Avx2 {
                return unsafe { avx2::ask(&self.shared, codes, words, masks) };
            }
        }
        let _ = machine;
        portable::ask(&self.shared, codes, words, masks);
    }
}

impl Questions {
    /// Adds what a node asks; the answers are to be in a mask.
    fn add(&mut self, test: &Test, into: usize) {
        let into = into as u32;
        match test {
            Test::AtMost { column, most } => {
                self.numbers.push(AtMost { into, start: (column * ROWS) as u32, most: *most });
            }
            Test::Among { tables, .. } if tables.is_empty() => {
                // No member: a table without bits.
                self.categories.push(Among { into, start: 0, table: [0; 16] });
            }
            Test::Among { tables, .. } => self.categories.extend(tables.iter().map(|members| Among {
                into,
                start: (members.column * ROWS) as u32,
                table: members.table,
            })),
        }
    }
}

impl Sliced {
    /// The form of a checked tree of up to [`LEAVES`] leaves. Of some nodes it is known where their answers are, those of the others are to be
    /// in the masks from `first` on.
    fn new(tree: &Tree, tests: &[Test], first: usize, known: impl Fn(&Node, &Test) -> Option<usize>) -> Self {
        let nodes = tree.nodes.len();
        let place = |child| match child {
            Child::Node(node) => node as u32,
            Child::Leaf(leaf) => (nodes + leaf) as u32,
        };
        let mut own = Questions::default();
        let asked = tree.nodes.iter().zip(tests).enumerate().map(|(place, (node, test))| {
            let answers = known(node, test).unwrap_or_else(|| {
                own.add(test, first + place);
                first + place
            });
            answers as u32
        });
        let asked = asked.collect();
        let mut answers: Vec<f64> = tree.leaves.iter().map(|leaf| leaf.value).collect();
        let digits = answers.len().next_power_of_two().trailing_zeros() as usize;
        answers.resize((1 << digits).max(LOOKED_UP), 0.0);
        Self {
            own,
            asked,
            children: tree.nodes.iter().map(|node| [place(node.left), place(node.right)]).collect(),
            answers,
            digits,
        }
    }

    /// Adds the answers to the sums of a block of up to [`ROWS`] rows, `words` times 64 of them rounded up. `codes` are those of the
    /// block, [`ROWS`] a column; what trees have in common was asked.
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

/// Where a number lies when rows and columns of eight by eight of them have changed places.
#[inline(always)]
fn turned(place: usize) -> usize {
    place % 8 * 8 + place / 8
}

/// From the answers of nodes to the digits of leaves, for so many words of rows.
#[inline(always)]
fn digits<const ASKED: usize>(tree: &Sliced, masks: &mut Masks) {
    let nodes = tree.children.len();
    let reach = &mut masks.reach[..2 * nodes + 1];
    reach[0] = Mask([u64::MAX; WORDS]);
    for (node, (asked, [left, right])) in tree.asked.iter().zip(&tree.children).enumerate() {
        let answer = &masks.answers[*asked as usize];
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
        let length = 1 << digit;
        let mut start = length;
        while start < leaves.len() {
            for leaf in &leaves[start..leaves.len().min(start + length)] {
                for (rows, leaf) in rows.iter_mut().zip(&leaf.0) {
                    *rows |= leaf;
                }
            }
            start += 2 * length;
        }
        masks.digits[digit].0[..ASKED].copy_from_slice(&rows);
    }
}

mod portable {
    //! The same without vectors: what the others are held against, and what runs where there are none.

    use super::{Among, Arithmetic, AtMost, Masks, Questions, ROWS, Sliced, WORDS, digits};

    pub(super) fn ask(questions: &Questions, codes: &[u8], words: usize, masks: &mut Masks) {
        for AtMost { into, start, most } in &questions.numbers {
            let column = &codes[*start as usize..*start as usize + 64 * words];
            for (into, codes) in masks.answers[*into as usize].0.iter_mut().zip(column.chunks_exact(64)) {
                *into = bits(codes, |_, code| code <= *most);
            }
        }
        for Among { into, .. } in &questions.categories {
            masks.answers[*into as usize].0 = [0; WORDS];
        }
        for Among { into, start, table } in &questions.categories {
            let (places, kept) = codes[*start as usize..].split_at(ROWS);
            let words = masks.answers[*into as usize].0.iter_mut().take(words);
            for ((into, places), kept) in words.zip(places.chunks_exact(64)).zip(kept.chunks_exact(64)) {
                *into |= bits(places, |row, place| table[usize::from(place & 15)] & kept[row] != 0);
            }
        }
    }

    pub(super) fn add(
        tree: &Sliced,
        codes: &[u8],
        words: usize,
        masks: &mut Masks,
        arithmetic: Arithmetic,
        sums: &mut [f64; ROWS],
    ) {
        ask(&tree.own, codes, words, masks);
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
