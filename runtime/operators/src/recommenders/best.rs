//! The best of scored items, and places among them.

use std::cmp::Ordering;

use gml_connect::Fault;

use super::{Known, Rest, Scores};

/// An item and its score.
pub(super) type Scored = (u32, f64);

/// Which of two comes first: the one with the larger score, of equal ones the more frequent one. Scores that differ by no more than
/// the order in which they were added up are equal.
fn order(left: Scored, right: Scored) -> Ordering {
    // Adding zero makes one value of 0.0 and -0.0.
    let rounded = |score: f64| score as f32 + 0.0;
    rounded(right.1).total_cmp(&rounded(left.1)).then(left.0.cmp(&right.0))
}

/// Scores are numbers: a network may give something else.
pub(super) fn checked(scores: Scores) -> Result<Scores, Fault> {
    let broken = match &scores {
        Scores::All(all) => all.iter().any(|score| score.is_nan()),
        Scores::Some { scored, .. } => scored.iter().any(|(_, score)| score.is_nan()),
    };
    if broken {
        return Err(Fault::new("GML0921", "the recommender gives items scores that are no numbers")
            .help("learn again with a smaller `learning_rate`, or a larger `l2`"));
    }
    Ok(scores)
}

/// The first `k` without those that are left out: their numbers in rising order.
pub(super) fn first(scores: &Scores, known: &Known, k: usize, left_out: &[u32]) -> Vec<Scored> {
    let wanted = |item: u32| left_out.binary_search(&item).is_err();
    match scores {
        Scores::All(all) => {
            let all = (0_u32..).zip(all.iter().copied());
            select(all.filter(|(item, _)| left_out.is_empty() || wanted(*item)), k)
        }
        Scores::Some { scored, rest } => {
            let mut best = select(scored.iter().copied().filter(|(item, _)| wanted(*item)), k);
            if best.len() < k {
                let is_scored = |item: u32| scored.binary_search_by_key(&item, |(item, _)| *item).is_ok();
                let others = (0..known.len() as u32).filter(|item| wanted(*item) && !is_scored(*item));
                best.extend(others.take(k - best.len()).map(|item| (item, of_rest(*rest, known, item))));
            }
            best
        }
    }
}

fn of_rest(rest: Rest, known: &Known, item: u32) -> f64 {
    match rest {
        Rest::Nothing => 0.0,
        Rest::Shares => known.share(item),
    }
}

/// The first `k` in order, in time that grows with their number and little with `k`.
fn select(scored: impl Iterator<Item = Scored>, k: usize) -> Vec<Scored> {
    if k == 0 {
        return Vec::new();
    }
    // Up to twice `k` wait; then the lower half goes, and nothing below the last of those that stay can come in.
    let mut waiting: Vec<Scored> = Vec::with_capacity(2 * k.min(1 << 16));
    let mut last: Option<Scored> = None;
    for one in scored {
        if last.is_some_and(|last| order(one, last) == Ordering::Greater) {
            continue;
        }
        waiting.push(one);
        if waiting.len() == 2 * k {
            waiting.select_nth_unstable_by(k - 1, |left, right| order(*left, *right));
            waiting.truncate(k);
            last = waiting.iter().copied().max_by(|left, right| order(*left, *right));
        }
    }
    waiting.sort_unstable_by(|left, right| order(*left, *right));
    waiting.truncate(k);
    waiting
}

/// The place of an item among all, from 1.
pub(super) fn place(scores: &Scores, item: u32) -> u32 {
    match scores {
        Scores::All(all) => {
            let own = (item, all[item as usize]);
            1 + (0_u32..).zip(all.iter().copied()).filter(|other| order(*other, own) == Ordering::Less).count() as u32
        }
        Scores::Some { scored, .. } => match scored.binary_search_by_key(&item, |(item, _)| *item) {
            Ok(place) => {
                1 + scored.iter().filter(|other| order(**other, scored[place]) == Ordering::Less).count() as u32
            }
            // All that are scored come first; of the others those that are more frequent.
            Err(below) => 1 + scored.len() as u32 + item - below as u32,
        },
    }
}

/// The place of an item among all but those that are left out, which it is not, from 1.
pub(super) fn place_without(scores: &Scores, item: u32, left_out: &[u32]) -> u32 {
    place(scores, item) - before(scores, item, left_out)
}

/// The place of an item among some others, from 1.
pub(super) fn place_among(scores: &Scores, item: u32, others: &[u32]) -> u32 {
    1 + before(scores, item, others)
}

/// How many of some different items come before an item.
fn before(scores: &Scores, item: u32, others: &[u32]) -> u32 {
    let own = rank(scores, item);
    let is_before = |other: &&u32| {
        let other = rank(scores, **other);
        other.0.cmp(&own.0).then(order(other.1, own.1)) == Ordering::Less
    };
    others.iter().filter(is_before).count() as u32
}

/// Whether an item comes behind those that are scored, and its score.
fn rank(scores: &Scores, item: u32) -> (bool, Scored) {
    match scores {
        Scores::All(all) => (false, (item, all[item as usize])),
        Scores::Some { scored, .. } => match scored.binary_search_by_key(&item, |(item, _)| *item) {
            Ok(place) => (false, scored[place]),
            Err(_) => (true, (item, 0.0)),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use polars::prelude::{NamedFrom, Series};
    use proptest::prelude::*;

    use super::*;
    use crate::sequences::Items;

    fn known(items: usize) -> Known {
        let values = Series::new("item".into(), (0..items as u32).collect::<Vec<_>>());
        let clicks: Vec<u32> = (0..items as u32).rev().map(|count| count + 1).collect();
        Known {
            items: Arc::new(Items::new(&values).unwrap()),
            within: clicks.clone(),
            total: clicks.iter().map(|count| u64::from(*count)).sum(),
            clicks,
            sequences: 100,
        }
    }

    #[test]
    fn equal_scores_stand_by_frequency_and_the_rest_behind_them() {
        let some = |rest| Scores::Some { scored: vec![(2, 0.5), (5, 0.5), (7, 0.9)], rest };
        let (nothing, shares) = (some(Rest::Nothing), some(Rest::Shares));
        assert_eq!(first(&nothing, &known(9), 5, &[]), [(7, 0.9), (2, 0.5), (5, 0.5), (0, 0.0), (1, 0.0)]);
        assert_eq!(first(&nothing, &known(9), 3, &[0, 2]), [(7, 0.9), (5, 0.5), (1, 0.0)]);
        assert_eq!(first(&shares, &known(9), 5, &[])[3..], [(0, 9.0 / 45.0), (1, 8.0 / 45.0)]);
        assert_eq!([7, 2, 5, 0, 1, 3, 8].map(|item| place(&nothing, item)), [1, 2, 3, 4, 5, 6, 9]);
        assert_eq!(place_among(&nothing, 5, &[2, 7, 8]), 3);
        assert_eq!(place_without(&nothing, 8, &[0, 7]), 7);
        assert_eq!(first(&nothing, &known(9), 20, &[]).len(), 9);
        assert!(checked(Scores::All(vec![0.0, f64::NAN])).is_err());
        assert!(checked(Scores::Some { scored: vec![(0, f64::NAN)], rest: Rest::Nothing }).is_err());
    }

    proptest! {
        #[test]
        fn as_sorting_all_of_them(
            scores in prop::collection::vec(0_u8..6, 1..60),
            k in 1_usize..70,
            left_out in prop::collection::btree_set(0_u32..60, 0..9),
        ) {
            let all = Scores::All(scores.iter().map(|score| f64::from(*score)).collect());
            let numbered = (0_u32..).zip(scores.iter().map(|score| f64::from(*score)));
            let scored = numbered.clone().filter(|(_, score)| *score > 0.0).collect();
            let some = Scores::Some { scored, rest: Rest::Nothing };
            let mut sorted: Vec<Scored> = numbered.collect();
            sorted.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
            for (index, (item, _)) in sorted.iter().enumerate() {
                prop_assert_eq!(place(&all, *item) as usize, index + 1);
                prop_assert_eq!(place(&some, *item) as usize, index + 1);
            }
            let left_out: Vec<u32> = left_out.into_iter().filter(|item| (*item as usize) < scores.len()).collect();
            sorted.retain(|(item, _)| !left_out.contains(item));
            for (index, (item, _)) in sorted.iter().enumerate() {
                prop_assert_eq!(place_without(&all, *item, &left_out) as usize, index + 1);
                prop_assert_eq!(place_without(&some, *item, &left_out) as usize, index + 1);
            }
            sorted.truncate(k);
            let known = known(scores.len());
            prop_assert_eq!(&first(&all, &known, k, &left_out), &sorted);
            prop_assert_eq!(&first(&some, &known, k, &left_out), &sorted);
        }
    }
}
