//! Where to look next: the tree-structured Parzen estimator.

use super::parzen::Parzen;
use super::random::Stream;
use super::space::{Point, Space};

/// So many trials are drawn at random before anything is learned from them.
pub(super) const AT_RANDOM: usize = 10;
/// So many points are drawn from the density of the good ones; the most promising is taken.
const CANDIDATES: usize = 24;
/// At most so many trials count as good.
const MOST_GOOD: usize = 25;

/// A trial that has ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// Its place in the search, from 0.
    pub(super) trial: usize,
    /// The point in each dimension; none where the dimension had no meaning for what was chosen in another.
    pub(super) points: Vec<Option<Point>>,
    /// How it went.
    pub(super) outcome: Outcome,
}

/// How a trial went; smaller is better (what is to be maximised comes with its sign turned).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// It ran to its end.
    Done(f64),
    /// It was given up as hopeless after so many rounds, at this value.
    Pruned {
        /// Rounds done.
        rounds: usize,
        /// The value then.
        value: f64,
    },
    /// It could not be learned from.
    Failed,
}

/// The points of the next trial, given those that have ended (in any order).
///
/// The dimensions are looked at one by one: of points drawn from the density of the good trials, the one is taken at
/// which that density exceeds the density of the others most (Bergstra 2011, section 4.1: this maximises the expected
/// improvement). A dimension that depends on a choice learns from the trials that made that choice. Trials that failed are
/// among the others: else nobody would know of what lies beside good ones that it fails, and nothing else would be drawn.
pub(super) fn suggest(space: &Space, seen: &[Seen], trial: usize, seed: u64) -> Vec<Option<Point>> {
    let learned = seen.iter().filter(|seen| seen.outcome != Outcome::Failed).count();
    let (good, others) = split(seen, learned);
    let mut points = Vec::with_capacity(space.dimensions.len());
    for (place, dimension) in space.dimensions.iter().enumerate() {
        if !dimension.has_meaning(&points) {
            points.push(None);
            continue;
        }
        let domain = &dimension.domain;
        let mut random = Stream::new(seed, trial, place);
        if learned < AT_RANDOM {
            points.push(Some(domain.at(random.uniform())));
            continue;
        }
        let observed = |trials: &[&Seen]| trials.iter().filter_map(|seen| seen.points[place]).collect::<Vec<_>>();
        let (good, others) = (Parzen::new(domain, &observed(&good)), Parzen::new(domain, &observed(&others)));
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..CANDIDATES {
            let point = good.draw(&mut random);
            let promise = good.log_density(point) - others.log_density(point);
            if best.is_none_or(|(most, _)| promise > most) {
                best = Some((promise, point));
            }
        }
        points.push(best.map(|(_, point)| point));
    }
    points
}

/// The tenth of the trials that could be learned which went best, and the others, each in the order in which they were tried.
/// One that was given up comes after all that ran to their end; the longer it ran, the better. Those that failed come last.
fn split(seen: &[Seen], learned: usize) -> (Vec<&Seen>, Vec<&Seen>) {
    let rank = |seen: &Seen| match seen.outcome {
        Outcome::Done(value) => (0, 0, value),
        Outcome::Pruned { rounds, value } => (1, usize::MAX - rounds, value),
        Outcome::Failed => (2, 0, 0.0),
    };
    let mut best_first: Vec<&Seen> = seen.iter().collect();
    best_first.sort_by(|a, b| {
        let ((a_kind, a_rounds, a_value), (b_kind, b_rounds, b_value)) = (rank(a), rank(b));
        (a_kind, a_rounds).cmp(&(b_kind, b_rounds)).then(a_value.total_cmp(&b_value)).then(a.trial.cmp(&b.trial))
    });
    let mut others = best_first.split_off(learned.div_ceil(10).min(MOST_GOOD));
    let mut good = best_first;
    good.sort_by_key(|seen| seen.trial);
    others.sort_by_key(|seen| seen.trial);
    (good, others)
}
