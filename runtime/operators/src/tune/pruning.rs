//! Trials that are not worth their time.
//!
//! The median stopping rule (Golovin et al. 2017, "Google Vizier", section 3.2.2) gives a trial up that is worse than the median of
//! others in the same round. It is right where all learn at one pace. Trees with a small learning rate are worse than others for
//! most of their rounds and better in the end, and a search that gives them up never learns so. Here a trial is held against
//! what others came to, and by the best that it may yet come to: the gain of a round shrinks as rounds go on, so a trial that
//! kept the pace of its latest rounds would end better than it will.

/// So many trials run to their end before any is given up.
const UNTOUCHED: usize = 5;
/// Rounds before a pace is known.
const FIRST_ROUNDS: usize = 10;
/// The pace is that of the latest quarter of the rounds, at least of so many.
const PACE_OF: usize = 5;

/// What trials that ran to their end came to; smaller values are better.
#[derive(Default)]
pub(super) struct Medians {
    median: Option<f64>,
    /// The rounds of the longest.
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

    /// Whether a trial with these rounds, of `rounds` that it may have, will end worse than the median of those before it.
    pub(super) fn hopeless(&self, curve: &[f64], rounds: Option<usize>) -> bool {
        let Some(median) = self.median else { return false };
        if curve.len() < FIRST_ROUNDS {
            return false;
        }
        let best = |rounds: usize| curve[..rounds].iter().copied().fold(f64::INFINITY, f64::min);
        let latest = PACE_OF.max(curve.len() / 4);
        let now = best(curve.len());
        let pace = (best(curve.len() - latest) - now) / latest as f64;
        let left = rounds.unwrap_or(self.longest).saturating_sub(curve.len());
        now - pace * left as f64 > median
    }
}
