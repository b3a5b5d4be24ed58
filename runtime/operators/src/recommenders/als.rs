//! Factors of sequences and items (Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets"). The
//! preference of a sequence for an item is 1 where the item is in it, with a confidence of 1 + `confidence` times how often, and 0
//! else, with a confidence of 1.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{DataFrame, NamedFrom, Series};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::cholesky::Cholesky;
use super::{Known, Means, Scorer, Scores, SequenceEstimator};
use crate::data::{Call, Context, Data};
use crate::frame::fault;
use crate::learn::artifact::{FILE as SIGNATURE, parsed, part, read_table, unreadable, write_table};
use crate::learn::bounds::{AMOUNT, Bounds, COUNT, float, seed, whole};
use crate::learn::recall::Recall;
use crate::sequences::{Sequence, Sequences};
use crate::table::hash;

/// What stands in `signature.json`.
pub(super) const KIND: &str = "als";

/// The file of the factors.
const FILE: &str = "factors.parquet";

/// More factors than that take longer for one sequence than anybody waits.
const FACTORS: Bounds = Bounds { least: 1.0, most: 4096.0, words: "in 1..4096" };

/// With far more, nothing is left beside it of what was not there.
const CONFIDENCE: Bounds = Bounds { least: 0.0, most: 1e6, words: "in 0..1000000" };

/// So many rows are added up by one thread, however many there are.
const PIECE: usize = 1024;

/// `als(factors:, iterations:, l2:, confidence:, seed:)`
pub(super) fn als(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::SequenceEstimator(Arc::new(Als {
        factors: whole(&call, "factors", &FACTORS)?,
        iterations: whole(&call, "iterations", &COUNT)?,
        l2: float(&call, "l2", &AMOUNT)?,
        confidence: float(&call, "confidence", &CONFIDENCE)?,
        seed: seed(&call)?,
        recall: Recall::of(&call, als),
    })))
}

struct Als {
    factors: usize,
    iterations: usize,
    l2: f64,
    confidence: f64,
    seed: u64,
    recall: Recall,
}

/// What one of one side has of the other: a sequence its items, an item its sequences, and how often.
type Count = Vec<(u32, f32)>;

impl SequenceEstimator for Als {
    fn fit(&self, train: &Sequences, _: Option<&Sequences>, _: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        let of_sequences: Vec<Count> = train.iter().map(|sequence| counted(sequence.items)).collect();
        let mut of_items: Vec<Count> = vec![Vec::new(); train.items().len()];
        for (place, items) in (0_u32..).zip(&of_sequences) {
            for (item, count) in items {
                of_items[*item as usize].push((place, *count));
            }
        }
        let mut items = self.start(train.items().len());
        for _ in 0..self.iterations {
            let sequences = self.side(&of_sequences, &items)?;
            items = self.side(&of_items, &sequences)?;
        }
        Factors::new(items, self.factors, self.l2, self.confidence).map(|factors| Arc::new(factors) as Arc<dyn Scorer>)
    }

    fn recall(&self) -> &Recall {
        &self.recall
    }
}

impl Als {
    /// Small numbers around 0, which depend on the seed and the number of the item alone.
    fn start(&self, items: usize) -> Vec<f32> {
        let scale = 0.1 / (self.factors as f64).sqrt();
        let number = |place: u64| (hash(self.seed, place) >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0;
        (0..items as u64 * self.factors as u64).map(|place| (number(place) * scale) as f32).collect()
    }

    /// The factors of one side that fit those of the other best.
    fn side(&self, counts: &[Count], others: &[f32]) -> Result<Vec<f32>, Fault> {
        let gram = gram(others, self.factors, self.l2);
        let solved: Vec<Option<Vec<f64>>> =
            counts.par_iter().map(|counts| solve(counts, others, &gram, self.factors, self.confidence)).collect();
        let mut factors = Vec::with_capacity(counts.len() * self.factors);
        for row in solved {
            factors.extend(row.ok_or_else(singular)?.into_iter().map(|value| value as f32));
        }
        if factors.iter().all(|value| value.is_finite()) { Ok(factors) } else { Err(unbounded()) }
    }
}

fn unbounded() -> Fault {
    Fault::new("GML0921", "the factors of als have grown beyond what a number can hold")
        .help("give a smaller `confidence`, or a larger `l2`")
}

fn singular() -> Fault {
    let message = "the factors of als cannot be told apart: there are too few different sequences for so many of them, or \
        `confidence` leaves nothing of what was not there";
    Fault::new("GML0921", message).help("give a larger `l2`, fewer `factors` or a smaller `confidence`")
}

/// How often each item is in a sequence, in rising order of the items.
pub(super) fn counted(items: &[u32]) -> Vec<(u32, f32)> {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|left, right| left == right);
    runs.map(|run| (run[0], run.len() as f32)).collect()
}

/// The products of all factors with each other, and the penalty on the diagonal. Rows are added up in pieces of the same size, one
/// piece after the other: so the sum is the same however many threads there are.
fn gram(rows: &[f32], size: usize, l2: f64) -> Vec<f64> {
    let pieces = rows.par_chunks(size * PIECE).map(|rows| {
        let mut sum = vec![0.0; size * size];
        for row in rows.chunks_exact(size) {
            add_square(&mut sum, row, 1.0);
        }
        sum
    });
    let mut sum = vec![0.0; size * size];
    for piece in pieces.collect::<Vec<_>>() {
        sum.iter_mut().zip(piece).for_each(|(sum, part)| *sum += part);
    }
    (0..size).for_each(|place| sum[place * size + place] += l2);
    sum
}

/// Adds the product of a row with itself, the lower triangle.
fn add_square(sum: &mut [f64], row: &[f32], weight: f64) {
    for (place, (value, line)) in row.iter().zip(sum.chunks_exact_mut(row.len())).enumerate() {
        let value = weight * f64::from(*value);
        line[..=place].iter_mut().zip(row).for_each(|(sum, other)| *sum += value * f64::from(*other));
    }
}

/// The factors that meet the counts best; `None` where there is no single answer.
fn solve(counts: &[(u32, f32)], others: &[f32], gram: &[f64], size: usize, confidence: f64) -> Option<Vec<f64>> {
    let mut matrix = gram.to_vec();
    let mut right = vec![0.0; size];
    for (other, count) in counts {
        let row = &others[*other as usize * size..(*other as usize + 1) * size];
        let extra = confidence * f64::from(*count);
        add_square(&mut matrix, row, extra);
        right.iter_mut().zip(row).for_each(|(right, value)| *right += (1.0 + extra) * f64::from(*value));
    }
    Some(Cholesky::of(matrix, size)?.solve(right))
}

/// The factors of the items. Those of a sequence are found when it is at hand, as they are while learning.
struct Factors {
    items: Vec<f32>,
    size: usize,
    l2: f64,
    confidence: f64,
    gram: Vec<f64>,
}

impl Factors {
    fn new(items: Vec<f32>, size: usize, l2: f64, confidence: f64) -> Result<Self, Fault> {
        let gram = gram(&items, size, l2);
        // Then there is an answer for every sequence: what is added to the matrix for its items is not negative.
        match Cholesky::of(gram.clone(), size) {
            Some(_) => Ok(Self { items, size, l2, confidence, gram }),
            None => Err(singular()),
        }
    }
}

impl Scorer for Factors {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn scores(&self, given: &[Sequence<'_>], _: &Known, _: Means<'_>) -> Result<Vec<Scores>, Fault> {
        let one = |sequence: &Sequence<'_>| {
            let counts = counted(sequence.items);
            let own = solve(&counts, &self.items, &self.gram, self.size, self.confidence).ok_or_else(singular)?;
            let own: Vec<f32> = own.into_iter().map(|value| value as f32).collect();
            let score = |row: &[f32]| f64::from(row.iter().zip(&own).map(|(left, right)| left * right).sum::<f32>());
            Ok(Scores::All(self.items.chunks_exact(self.size).map(score).collect()))
        };
        given.par_iter().map(one).collect()
    }

    fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault> {
        let column = |place: usize| {
            let values: Vec<f32> = self.items.iter().skip(place).step_by(self.size).copied().collect();
            Series::new(format!("factor_{place}").into(), values).into()
        };
        let columns = (0..self.size).map(column).collect();
        let mut table = DataFrame::new(self.items.len() / self.size, columns).map_err(fault)?;
        // Numbers as text, which every reader of JSON gives back as they were.
        Ok(vec![
            ("l2", json!(self.l2.to_string())),
            ("confidence", json!(self.confidence.to_string())),
            ("factors", write_table(folder, FILE, &mut table)?),
        ])
    }

    fn facts(&self) -> Vec<(String, String)> {
        let facts = [("factors", self.size.to_string()), ("l2", self.l2.to_string())];
        let more = [("confidence", self.confidence.to_string())];
        facts.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Loads what was learned with [`Als`].
pub(super) fn load(folder: &Path, signature: &Json, known: &Known) -> Result<Arc<dyn Scorer>, Fault> {
    let table = read_table(folder, FILE, part(folder, signature, "factors")?)?;
    let size = table.width();
    if table.height() != known.len() || size == 0 {
        return Err(unreadable(&folder.join(FILE), "it has another number of items"));
    }
    let mut items = vec![0.0_f32; table.height() * size];
    for (place, column) in table.columns().iter().enumerate() {
        for (row, value) in column.f32().map_err(fault)?.iter().enumerate() {
            items[row * size + place] = value.unwrap_or_default();
        }
    }
    let number = |name: &str| -> Result<f64, Fault> {
        let text: String = parsed(folder, signature, name)?;
        text.parse().map_err(|_| unreadable(&folder.join(SIGNATURE), &format!("`{name}` is no number")))
    };
    Ok(Arc::new(Factors::new(items, size, number("l2")?, number("confidence")?)?))
}
