//! Items that stand in the same sequences.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{DataFrame, DataType, NamedFrom, Series};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::popularity::duration;
use super::{Known, Means, Rest, Scorer, Scores, SequenceEstimator};
use crate::data::{Call, Context, Data};
use crate::frame::fault;
use crate::learn::artifact::{FILE as SIGNATURE, parsed, part, read_table, unreadable, write_table};
use crate::learn::bounds::{COUNT, SHARE_FROM_ZERO, float, whole};
use crate::learn::recall::Recall;
use crate::sequences::{Sequence, Sequences};

/// What stands in `signature.json`.
pub(super) const KIND: &str = "item_knn";

/// The file of the neighbours.
const FILE: &str = "neighbours.parquet";

/// `item_knn(neighbours:, decay:, half_life:)`
pub(super) fn item_knn(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::SequenceEstimator(Arc::new(ItemKnn {
        neighbours: whole(&call, "neighbours", &COUNT)?,
        decay: float(&call, "decay", &SHARE_FROM_ZERO)?,
        half_life: duration(&call, "half_life")?,
        recall: Recall::of(&call, item_knn),
    })))
}

/// Learns which items are in the same sequences.
struct ItemKnn {
    neighbours: usize,
    decay: f64,
    /// In microseconds.
    half_life: Option<i64>,
    recall: Recall,
}

impl SequenceEstimator for ItemKnn {
    fn fit(&self, train: &Sequences, _: Option<&Sequences>, _: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        let lists = neighbours(train, self.neighbours, &self.weights(train));
        let mut near = Neighbours { starts: vec![0], ..Neighbours::default() };
        for list in lists {
            for (item, similarity) in list {
                near.items.push(item);
                near.similarities.push(similarity);
            }
            near.starts.push(near.items.len());
        }
        Ok(Arc::new(ByNeighbours { decay: self.decay, near }))
    }

    fn recall(&self) -> &Recall {
        &self.recall
    }
}

impl ItemKnn {
    /// How much each sequence counts: half as much for each `half_life` that it ended before the last one.
    fn weights(&self, train: &Sequences) -> Vec<f64> {
        let latest = train.end();
        let weight = |sequence: Sequence<'_>| match (self.half_life, latest, sequence.end()) {
            (Some(half_life), Some(latest), Some(end)) => {
                (-(latest.saturating_sub(end) as f64) / half_life as f64).exp2()
            }
            _ => 1.0,
        };
        train.iter().map(weight).collect()
    }
}

/// For each item the most similar other ones: the cosine of the sequences that they are in. The work is shared out by items; what
/// is added up for each of them does not depend on that.
fn neighbours(train: &Sequences, most: usize, weights: &[f64]) -> Vec<Vec<(u32, f64)>> {
    let count = train.items().len();
    let (starts, members) = members(train, count);
    let of = |item: usize| &members[starts[item]..starts[item + 1]];
    let lengths: Vec<f64> =
        (0..count).map(|item| of(item).iter().map(|place| weights[*place as usize]).sum::<f64>().sqrt()).collect();
    // Each piece of work has a number for each item at hand: few pieces, and no list of pairs.
    let piece = count.div_ceil(rayon::current_num_threads() * 8).max(64);
    let items: Vec<usize> = (0..count).collect();
    let lists = items.par_chunks(piece).map(|items| {
        let mut shared = vec![0.0_f64; count];
        let mut touched: Vec<u32> = Vec::new();
        let mut last_in = vec![u32::MAX; count];
        let mut lists = Vec::with_capacity(items.len());
        for item in items {
            for place in of(*item) {
                for other in train.get(*place as usize).items {
                    // An item counts once in a sequence, however often it is in it.
                    let index = *other as usize;
                    if std::mem::replace(&mut last_in[index], *place) == *place {
                        continue;
                    }
                    if shared[index] == 0.0 {
                        touched.push(*other);
                    }
                    shared[index] += weights[*place as usize];
                }
            }
            let similarity = |other: u32| shared[other as usize] / (lengths[*item] * lengths[other as usize]);
            let near =
                touched.iter().filter(|other| **other as usize != *item).map(|other| (*other, similarity(*other)));
            let mut near: Vec<(u32, f64)> = near.filter(|(_, similarity)| is_some(*similarity)).collect();
            let order = |left: &(u32, f64), right: &(u32, f64)| {
                (right.1 as f32).total_cmp(&(left.1 as f32)).then(left.0.cmp(&right.0))
            };
            if near.len() > most {
                near.select_nth_unstable_by(most - 1, order);
                near.truncate(most);
            }
            near.sort_unstable_by(order);
            lists.push(near);
            for other in touched.drain(..) {
                shared[other as usize] = 0.0;
                last_in[other as usize] = u32::MAX;
            }
        }
        lists
    });
    lists.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// What is too small to be told from 0 is 0.
fn is_some(score: f64) -> bool {
    score as f32 > 0.0
}

/// The places of the sequences that each item is in, item by item, and where those of each item begin.
fn members(train: &Sequences, count: usize) -> (Vec<usize>, Vec<u32>) {
    let each = |then: &mut dyn FnMut(u32, usize)| {
        let mut last_in = vec![u32::MAX; count];
        for (place, sequence) in (0_u32..).zip(train.iter()) {
            for item in sequence.items {
                let item = *item as usize;
                if std::mem::replace(&mut last_in[item], place) != place {
                    then(place, item);
                }
            }
        }
    };
    let mut starts = vec![0_usize; count + 1];
    each(&mut |_, item| starts[item + 1] += 1);
    for item in 0..count {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut members = vec![0_u32; starts[count]];
    each(&mut |place, item| {
        members[next[item]] = place;
        next[item] += 1;
    });
    (starts, members)
}

/// The neighbours of each item, item by item.
#[derive(Default)]
struct Neighbours {
    starts: Vec<usize>,
    items: Vec<u32>,
    similarities: Vec<f64>,
}

/// Items by how similar they are to those of a sequence.
struct ByNeighbours {
    decay: f64,
    near: Neighbours,
}

impl ByNeighbours {
    fn scores_behind(&self, sequence: &Sequence<'_>) -> Scores {
        let mut parts: Vec<(u32, f64)> = Vec::new();
        let mut weight = 1.0;
        for item in sequence.items.iter().rev() {
            if weight == 0.0 {
                break;
            }
            parts.push((*item, weight));
            weight *= self.decay;
        }
        // An item that is there several times is looked up once.
        let parts = added_up(parts);
        let mut scores: Vec<(u32, f64)> = Vec::new();
        for (item, weight) in parts {
            let range = self.near.starts[item as usize]..self.near.starts[item as usize + 1];
            let near = self.near.items[range.clone()].iter().zip(&self.near.similarities[range]);
            scores.extend(near.map(|(item, similarity)| (*item, weight * similarity)));
        }
        let scored = added_up(scores).into_iter().filter(|(_, score)| is_some(*score));
        Scores::Some { scored: scored.collect(), rest: Rest::Nothing }
    }
}

/// The sums by item, in rising order; those of an item are added in the order in which they stand.
fn added_up(mut parts: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    parts.sort_by_key(|(item, _)| *item);
    let mut sums: Vec<(u32, f64)> = Vec::with_capacity(parts.len());
    for (item, part) in parts {
        match sums.last_mut() {
            Some((last, sum)) if *last == item => *sum += part,
            _ => sums.push((item, part)),
        }
    }
    sums
}

impl Scorer for ByNeighbours {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn scores(&self, given: &[Sequence<'_>], _: &Known, _: Means<'_>) -> Result<Vec<Scores>, Fault> {
        Ok(given.par_iter().map(|sequence| self.scores_behind(sequence)).collect())
    }

    fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        let of: Vec<u32> = (0_u32..)
            .zip(self.near.starts.windows(2))
            .flat_map(|(item, ends)| std::iter::repeat_n(item, ends[1] - ends[0]))
            .collect();
        let columns = vec![
            Series::new("of".into(), of).into(),
            Series::new("item".into(), &self.near.items).into(),
            Series::new("similarity".into(), &self.near.similarities).into(),
        ];
        let mut table = DataFrame::new(self.near.items.len(), columns).map_err(fault)?;
        // As text, which every reader of JSON gives back as it was.
        Ok(vec![("decay", json!(self.decay.to_string())), ("neighbours", write_table(folder, FILE, &mut table)?)])
    }

    fn facts(&self) -> Vec<(String, String)> {
        vec![
            ("decay".into(), self.decay.to_string()),
            ("pairs of neighbours".into(), self.near.items.len().to_string()),
        ]
    }
}

/// Loads what was learned with [`ItemKnn`].
pub(super) fn load(folder: &Path, signature: &Json, known: &Known) -> Result<Arc<dyn Scorer>, Fault> {
    let table = read_table(folder, FILE, part(folder, signature, "neighbours")?)?;
    let numbers = |name: &str| -> Result<Vec<u32>, Fault> {
        let column = table.column(name).map_err(fault)?;
        Ok(column.u32().map_err(fault)?.iter().map(Option::unwrap_or_default).collect())
    };
    let (of, items) = (numbers("of")?, numbers("item")?);
    let similarities = table.column("similarity").map_err(fault)?.cast(&DataType::Float64).map_err(fault)?;
    let similarities: Vec<f64> = similarities.f64().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
    let count = known.len();
    if !of.is_sorted() || of.iter().chain(&items).any(|item| *item as usize >= count) {
        return Err(unreadable(&folder.join(FILE), "it has neighbours of items that are not among the items"));
    }
    let mut starts = vec![0_usize; count + 1];
    of.iter().for_each(|item| starts[*item as usize + 1] += 1);
    for item in 0..count {
        starts[item + 1] += starts[item];
    }
    let decay: String = parsed(folder, signature, "decay")?;
    let decay = decay.parse().map_err(|_| unreadable(&folder.join(SIGNATURE), "`decay` is no number"))?;
    Ok(Arc::new(ByNeighbours { decay, near: Neighbours { starts, items, similarities } }))
}
