//! Judging a recommender: of each sequence all but the last item are given, and the last one is to be found.

use std::collections::BTreeSet;

use gml_connect::Fault;
use gml_ir::Value;
use rayon::prelude::*;

use super::metrics::{Found, Judge};
use super::operators::{Given, distinct, recommender};
use super::{Means, Recommender, Scores, best};
use crate::data::{Call, Context, Data, Input, Metric};
use crate::learn::arguments::{items, misfit, optional};
use crate::learn::bounds::{COUNT, seed, whole};
use crate::learn::{in_pool, metrics};
use crate::metrics::name_of;
use crate::sequences::Sequences;
use crate::table::{CallExt, hash};

/// `evaluate(recommender, on: [..], metrics: [..], exclude:, sampled:)`
pub(crate) fn evaluate(call: Call<'_>) -> Result<Data, Fault> {
    let model = recommender(&call, "recommender")?;
    let metrics = metrics(&call)?;
    let judges = metrics.iter().map(Judge::of).collect::<Result<Vec<_>, _>>()?;
    let sampled = match optional(&call, "sampled") {
        Some(_) => Some(Sampled { others: whole(&call, "sampled", &COUNT)?, seed: seed(&call)? }),
        None => None,
    };
    let ranking = Ranking { without_seen: call.text("exclude").as_deref() == Some("seen"), sampled };
    let mut firsts: Vec<usize> = judges.iter().filter_map(Judge::looks_at).collect();
    firsts.sort_unstable();
    firsts.dedup();
    let mut judged = Vec::new();
    for input in items(&call, "on")? {
        let Input::Data(Data::Sequences(sequences)) = input else {
            return Err(misfit(&call, "on", "holds something that is no sequences"));
        };
        let partition = sequences.ty.partitions.names().collect::<Vec<_>>().join("+");
        let place = |fault: Fault| {
            if partition.is_empty() { fault } else { fault.at(format!("the sequences of {partition}")) }
        };
        let found = find(model, &sequences, &firsts, ranking, call.context).map_err(place)?;
        for (metric, judge) in metrics.iter().zip(&judges) {
            let value = judge.value(&found, model.known());
            judged.push(Metric { name: ranking.named(metric, judge), partition: partition.clone(), value });
        }
    }
    Ok(Data::Metrics(judged))
}

/// What a metric says of a recommender that ranks all items it knows.
///
/// # Errors
/// Those of [`can_judge`], and where the recommender cannot score.
pub(crate) fn judged(model: &Recommender, on: &Sequences, metric: &Value, context: &Context) -> Result<f64, Fault> {
    let judge = Judge::of(metric)?;
    let firsts: Vec<usize> = judge.looks_at().into_iter().collect();
    let found = find(model, on, &firsts, Ranking::default(), context)?;
    Ok(judge.value(&found, model.known()))
}

/// Whether a metric can say something of recommenders on these sequences, whatever they have learned.
///
/// # Errors
/// GML0713 where the metric has no meaning for a recommender, GML0229 where an argument is out of range, GML0922 where nothing is
/// to be found.
pub(crate) fn can_judge(metric: &Value, on: &Sequences) -> Result<(), Fault> {
    Judge::of(metric)?;
    asked(on).map(drop)
}

/// The places of the sequences with something to be found: at least two clicks.
fn asked(sequences: &Sequences) -> Result<Vec<usize>, Fault> {
    let places: Vec<usize> = (0..sequences.len()).filter(|place| sequences.get(*place).len() > 1).collect();
    if places.is_empty() {
        return Err(Fault::new("GML0922", "there is no sequence of at least two items, so nothing that could come next")
            .help("see which filter, or which part of the split, leaves none; `min_length: 2` of sequences leaves out shorter ones"));
    }
    Ok(places)
}

/// Among which items the one that is due is to be found.
#[derive(Clone, Copy, Default)]
struct Ranking {
    /// Those of the sequence are left out.
    without_seen: bool,
    /// Only so many others, and not all.
    sampled: Option<Sampled>,
}

/// The other items among which the one that is due is to be found.
#[derive(Clone, Copy)]
struct Sampled {
    others: usize,
    seed: u64,
}

impl Ranking {
    /// `hit_rate(20)`; `hit_rate(20)[sampled=100]` where the places are those among so many others. What a metric says of all that
    /// was recommended does not depend on that.
    fn named(self, metric: &Value, judge: &Judge) -> String {
        let seen = self.without_seen.then(|| "exclude=seen".to_owned());
        let sampled = if judge.looks_at().is_some() { None } else { self.sampled };
        let sampled = sampled.map(|Sampled { others, .. }| format!("sampled={others}"));
        let told: Vec<String> = seen.into_iter().chain(sampled).collect();
        let name = name_of(metric);
        if told.is_empty() { name } else { format!("{name}[{}]", told.join(", ")) }
    }

    /// The place of the item that is due; `None` where it is not among those ranked.
    fn place(self, scores: &Scores, due: u32, seen: &[u32], sequence: usize, known: usize) -> Option<u32> {
        if seen.binary_search(&due).is_ok() {
            return None;
        }
        Some(match self.sampled {
            None => best::place_without(scores, due, seen),
            Some(sampled) => best::place_among(scores, due, &sampled.draw(sequence, due, seen, known)),
        })
    }
}

/// What the recommender does on all sequences with something to be found.
fn find(
    model: &Recommender,
    sequences: &Sequences,
    firsts: &[usize],
    ranking: Ranking,
    context: &Context,
) -> Result<Found, Fault> {
    let numbers = model.numbers(sequences)?;
    let places = asked(sequences)?;
    let known = model.known().len();
    let mut found = Found {
        places: Vec::with_capacity(places.len()),
        among: firsts.iter().map(|first| (*first, vec![0; known])).collect(),
    };
    for places in places.chunks(model.together()) {
        let parts = places.iter().filter_map(|place| sequences.get(*place).last());
        let (given, due): (Vec<_>, Vec<u32>) = parts.unzip();
        let given = Given::of(given.into_iter(), &numbers);
        let given = given.sequences();
        let looked = in_pool(context.threads, || -> Result<Vec<_>, Fault> {
            let scores = model.scores(&given, Means::processor(context))?;
            let most = firsts.last().copied().unwrap_or(0);
            let looked = (scores, due, places, &given).into_par_iter().map(|(scores, due, sequence, given)| {
                let seen = if ranking.without_seen { distinct(given.items) } else { Vec::new() };
                let place = numbers[due as usize].and_then(|due| ranking.place(&scores, due, &seen, *sequence, known));
                (place, if most == 0 { Vec::new() } else { model.first(&scores, most, &seen) })
            });
            Ok(looked.collect())
        })?;
        for (place, first) in looked {
            found.places.push(place);
            for (most, counts) in &mut found.among {
                first.iter().take(*most).for_each(|(item, _)| counts[*item as usize] += 1);
            }
        }
    }
    Ok(found)
}

impl Sampled {
    /// Different items, none of them the one that is due or left out; all others where there are not more. They depend on the seed
    /// and on the place of the sequence alone.
    fn draw(self, sequence: usize, due: u32, left_out: &[u32], known: usize) -> Vec<u32> {
        // Those that are not drawn, in rising order.
        let mut never = left_out.to_vec();
        never.insert(never.partition_point(|item| *item < due), due);
        let others = known - never.len();
        let drawn: BTreeSet<u32> = if self.others >= others {
            (0..others as u32).collect()
        } else {
            // Floyd's way of drawing without putting back (Bentley and Floyd 1987): one number for each that is drawn.
            let seed = hash(self.seed, sequence as u64);
            let mut drawn = BTreeSet::new();
            for (step, last) in (others - self.others..others).enumerate() {
                let one = (u128::from(hash(seed, step as u64)) * (last as u128 + 1)) >> 64;
                if !drawn.insert(one as u32) {
                    drawn.insert(last as u32);
                }
            }
            drawn
        };
        // The number of each among those that can be drawn becomes its number among all.
        let mut passed = 0;
        let number = |one: u32| {
            while never.get(passed).is_some_and(|item| *item <= one + passed as u32) {
                passed += 1;
            }
            one + passed as u32
        };
        drawn.into_iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_drawn_evenly_and_without_the_one_that_is_due() {
        let sampled = Sampled { others: 3, seed: 7 };
        let mut counts = [0; 10];
        for sequence in 0..10_000 {
            let drawn = sampled.draw(sequence, 4, &[], 10);
            assert_eq!(drawn.len(), 3);
            assert!(drawn.is_sorted_by(|left, right| left < right));
            drawn.iter().for_each(|item| counts[*item as usize] += 1);
        }
        assert_eq!(counts[4], 0);
        let others = counts.iter().enumerate().filter(|(item, _)| *item != 4);
        // Each is drawn with probability 1/3: five standard deviations are 236.
        others.for_each(|(item, count)| assert!((3_333_i32 - count).abs() < 236, "{item}: {count}"));
        assert_eq!(Sampled { others: 9, seed: 7 }.draw(0, 4, &[], 10), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
        assert_eq!(Sampled { others: 5, seed: 7 }.draw(0, 0, &[], 1), [0; 0]);
        assert_eq!(Sampled { others: 9, seed: 7 }.draw(0, 4, &[0, 3, 5, 9], 10), [1, 2, 6, 7, 8]);
        let some = (0..200).flat_map(|place| Sampled { others: 2, seed: 7 }.draw(place, 0, &[1, 7], 9));
        assert_eq!(some.collect::<BTreeSet<u32>>(), BTreeSet::from([2, 3, 4, 5, 6, 8]));
    }
}
