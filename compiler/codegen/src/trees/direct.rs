//! Questions that are asked of numbers as they lie, without bytes between: those of features with few thresholds, as indicators are. Where rows
//! lie in memory one after the other, one comparison asks eight features of a row, and what it answers is a byte of eight rows' bits.

#[cfg(target_arch = "x86_64")]
mod avx512;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::sliced::Mask;
use super::{Arithmetic, Ensemble, Machine, Matrix, Missing, NEAR_ZERO, Node, Question};

/// Features that one comparison asks.
const TOGETHER: usize = 8;
/// Thresholds that a feature may have.
const FEW: usize = 2;
/// Features side by side for which asking is worth another look at their rows, where bytes are made of others among them.
const WORTH_A_LOOK: usize = 2;

/// The questions of a model that are asked so; none on a machine that has no way to.
#[derive(Default)]
pub(super) struct Direct {
    passes: Vec<Pass>,
    places: HashMap<Asked, usize>,
    /// Which features need no bytes.
    features: Vec<bool>,
}

/// Whether a number is at most a threshold. A threshold is told by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Asked {
    feature: usize,
    threshold: u64,
    missing_says: bool,
}

/// What is asked of up to [`TOGETHER`] features at once.
struct Pass {
    /// The first of them.
    start: usize,
    thresholds: [f64; TOGETHER],
    /// What NaN answers.
    missing_says: bool,
    /// Which of them are asked, and where the answers go.
    asked: Vec<(usize, usize)>,
}

impl Direct {
    /// Those of a model.
    pub(super) fn new(machine: Machine, ensemble: &Ensemble) -> Self {
        if machine < Machine::Avx512 {
            return Self::default();
        }
        // None where it asks something else too, or too much.
        let mut questions: BTreeMap<usize, Option<BTreeSet<Asked>>> = BTreeMap::new();
        for node in ensemble.trees.iter().flat_map(|tree| &tree.nodes) {
            let of_feature = questions.entry(node.feature).or_insert_with(|| Some(BTreeSet::new()));
            match (asked(ensemble.arithmetic, node), &mut *of_feature) {
                (Some(asked), Some(known)) if known.contains(&asked) || known.len() < FEW => {
                    known.insert(asked);
                }
                _ => *of_feature = None,
            }
        }
        let mut blocks: BTreeMap<usize, Vec<BTreeSet<Asked>>> = BTreeMap::new();
        for (feature, questions) in &questions {
            if let Some(questions) = questions {
                blocks.entry(feature / TOGETHER).or_default().push(questions.clone());
            }
        }
        let mut found = Self { features: vec![false; ensemble.features], ..Self::default() };
        for (block, features) in blocks {
            let columns = block * TOGETHER..(block + 1) * TOGETHER;
            let whole = questions.range(columns).count() == features.len();
            let passes = features.iter().map(BTreeSet::len).max().unwrap_or_default();
            if whole || features.len() >= WORTH_A_LOOK * passes {
                features.into_iter().for_each(|questions| found.add(block * TOGETHER, questions));
            }
        }
        found.passes.sort_by_key(|pass| pass.missing_says);
        found
    }

    /// Adds the questions of a feature.
    fn add(&mut self, start: usize, questions: BTreeSet<Asked>) {
        for asked in questions {
            let place = self.places.len();
            self.places.insert(asked, place);
            self.features[asked.feature] = true;
            let lane = asked.feature - start;
            let has_room = |pass: &&mut Pass| {
                pass.start == start
                    && pass.missing_says == asked.missing_says
                    && pass.asked.iter().all(|(taken, _)| *taken != lane)
            };
            let threshold = f64::from_bits(asked.threshold);
            if let Some(pass) = self.passes.iter_mut().find(has_room) {
                pass.thresholds[lane] = threshold;
                pass.asked.push((lane, place));
            } else {
                let mut thresholds = [0.0; TOGETHER];
                thresholds[lane] = threshold;
                let missing_says = asked.missing_says;
                self.passes.push(Pass { start, thresholds, missing_says, asked: vec![(lane, place)] });
            }
        }
    }

    /// How many questions there are.
    pub(super) fn questions(&self) -> usize {
        self.places.len()
    }

    /// Which of the questions a node asks.
    pub(super) fn place(&self, arithmetic: Arithmetic, node: &Node) -> Option<usize> {
        asked(arithmetic, node).and_then(|asked| self.places.get(&asked)).copied()
    }

    /// Whether all that is asked of a feature is asked here.
    pub(super) fn has(&self, feature: usize) -> bool {
        self.features.get(feature).is_some_and(|has| *has)
    }

    /// The answers for up to 64 rows of a matrix from `first` on, in a word of the masks.
    pub(super) fn answer(&self, matrix: &Matrix<'_>, first: usize, rows: usize, word: usize, masks: &mut [Mask]) {
        #[cfg(target_arch = "x86_64")]
        if !self.passes.is_empty() {
            // SAFETY: there are none on a machine without the features.
            unsafe { avx512::answer(&self.passes, matrix, first, rows, word, masks) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (matrix, first, rows, word, masks);
    }
}

/// What a node asks of a number with one comparison.
fn asked(arithmetic: Arithmetic, node: &Node) -> Option<Asked> {
    let Question::AtMost { threshold, missing, missing_left } = node.question else { return None };
    let missing_says = match missing {
        // It is 0.
        Missing::Nothing => 0.0 <= threshold,
        Missing::NotANumber => missing_left,
        Missing::Zero => return None,
    };
    if arithmetic.narrow_features {
        return None;
    }
    // What is near zero is zero: it lies on one side of the threshold as a whole.
    let threshold = match threshold {
        near if !arithmetic.snap_to_zero || near.abs() > NEAR_ZERO => near,
        near if near >= 0.0 => NEAR_ZERO,
        _ => (-NEAR_ZERO).next_down(),
    };
    Some(Asked { feature: node.feature, threshold: threshold.to_bits(), missing_says })
}
