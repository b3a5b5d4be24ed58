//! Trials that are not worth their time.
//!
//! The median stopping rule (Golovin et al. 2017, "Google Vizier", section 3.2.2) gives a trial up that is worse than the median of
//! others in the same round. It is right where all learn at one pace. Trees with a small learning rate are worse than others for
//! most of their rounds and better in the end, and a search that gives them up never learns so. Here a trial is held against
//! what others came to, and by the best that it may yet come to: the gain of a round shrinks as rounds go on, so a trial that
//! kept the pace of its latest rounds would end better than it will.

/// So many trials run to their end before any is given up.
const UNTOUCHED: usize = 5;

/// The turns in which a learner learns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns {
    /// How many a trial may have, where it says so and the search does not change it.
    pub(super) most: Option<usize>,
    /// Turns before a pace is known.
    first: usize,
    /// The pace is that of the latest quarter of the turns, at least of so many.
    pace_of: usize,
}

impl Turns {
    /// Rounds of boosting: there are hundreds, and each does little.
    pub(super) fn rounds(most: Option<usize>) -> Self {
        Self { most, first: 10, pace_of: 5 }
    }

    /// Epochs of a network: there are few, and each goes through all there is to learn from.
    pub(super) fn epochs(most: Option<usize>) -> Self {
        Self { most, first: 5, pace_of: 2 }
    }
}

/// What trials that ran to their end came to; smaller values are better.
#[derive(Default)]
pub(super) struct Medians {
    median: Option<f64>,
    /// The turns of the longest.
    longest: usize,
}

impl Medians {
    /// By the curves of trials that ran to their end.
    pub(super) fn new(curves: &[&[f64]]) -> Self {
        let mut ends: Vec<f64> = curves.iter().filter_map(|curve| curve.iter().copied().reduce(f64::min)).collect();
        ends.sort_by(f64::total_cmp);
        let middle = ends.len() / 2;
        let median = match ends.len() {
            count if count < UNTOUCHED => None,
            count if count % 2 == 1 => Some(ends[middle]),
            _ => Some(f64::midpoint(ends[middle - 1], ends[middle])),
        };
        Self { median, longest: curves.iter().map(|curve| curve.len()).max().unwrap_or_default() }
    }

    /// Whether a trial that had these turns will end worse than the median of those before it.
    pub(super) fn hopeless(&self, curve: &[f64], turns: Turns) -> bool {
        let Some(median) = self.median else { return false };
        if curve.len() < turns.first {
            return false;
        }
        let best = |turns: usize| curve[..turns].iter().copied().fold(f64::INFINITY, f64::min);
        let latest = turns.pace_of.max(curve.len() / 4);
        let now = best(curve.len());
        let pace = (best(curve.len() - latest) - now) / latest as f64;
        let left = turns.most.unwrap_or(self.longest).saturating_sub(curve.len());
        now - pace * left as f64 > median
    }
}
