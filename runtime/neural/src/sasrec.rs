//! SASRec: attention of each item of a sequence over those before it (Kang and McAuley, ICDM 2018). What comes after each item is
//! learned with a softmax over all items, where the paper's own code has one item that did not come next beside the one that did.

use serde::{Deserialize, Serialize};

use crate::gru4rec::windows;
use crate::matrix::Matrix;
use crate::network::{Batch, First, Given, Network, Noise, Rows, Shape, dropout};
use crate::onnx::{Flow, Graph, Setting};
use crate::sr_gnn::last_of;

/// The network's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SasRec {
    /// Numbers in the row of an item.
    pub dimension: usize,
    /// Into how many parts each row is cut, each of which has attention of its own.
    pub heads: usize,
    /// Layers of attention.
    pub layers: usize,
    /// How many items are read, the last ones.
    pub length: usize,
    /// The share of numbers left out while it learns.
    pub dropout: f64,
}

const NEVER: f32 = -1e9;

// Places of weights; a bias follows its matrix.
const PLACES: usize = 0;
const OF_LAYER: usize = 16;
const BEFORE: usize = 1;
const QUERIES: usize = 3;
const KEYS: usize = 5;
const VALUES: usize = 7;
const OUT: usize = 9;
const BETWEEN: usize = 11;
const INNER: usize = 13;
const OUTER: usize = 15;

/// Sequences one after the other.
pub(crate) struct Spans {
    /// Where each ends.
    ends: Vec<usize>,
    /// The place of each row in its sequence.
    places: Vec<i32>,
    /// The rows that are asked for; all where there is none.
    asked: Option<Vec<i32>>,
}

impl Spans {
    fn of(sequences: &[&[u32]]) -> (Vec<u32>, Self) {
        let mut spans = Self { ends: Vec::with_capacity(sequences.len()), places: Vec::new(), asked: None };
        for sequence in sequences {
            spans.places.extend((0..sequence.len()).map(|place| place as i32));
            spans.ends.push(spans.places.len());
        }
        (sequences.concat(), spans)
    }
}

impl SasRec {
    /// A size that can be.
    ///
    /// # Errors
    /// Where rows cannot be cut into as many parts.
    pub fn checked(self) -> Result<Self, crate::Error> {
        if self.heads > 0 && self.dimension.is_multiple_of(self.heads) {
            return Ok(self);
        }
        Err(crate::Error::Data(format!(
            "rows of {} numbers cannot be cut into {} heads of the same width",
            self.dimension, self.heads
        )))
    }
}

impl Network for SasRec {
    type Layout = Spans;

    fn width(&self) -> usize {
        self.dimension
    }

    fn first_items(&self) -> First {
        First::Normal((self.dimension as f32).recip())
    }

    fn shapes(&self) -> Vec<Shape> {
        let d = self.dimension;
        let first = First::Uniform((d as f32).sqrt().recip());
        let bias = move |name: &str| Shape::new(format!("{name}.bias"), [1, d], First::All(0.0));
        let norm = move |name: &str| [Shape::new(format!("{name}.scale"), [1, d], First::All(1.0)), bias(name)];
        let layer = |layer: usize| {
            ["before", "queries", "keys", "values", "out", "between", "inner", "outer"].into_iter().flat_map(
                move |of| {
                    let name = format!("layer{layer}.{of}");
                    match of {
                        "before" | "between" => norm(&name),
                        _ => [Shape::new(format!("{name}.weight"), [d, d], first), bias(&name)],
                    }
                },
            )
        };
        let places = Shape::new("places.table", [self.length, d], self.first_items());
        std::iter::once(places).chain((0..self.layers).flat_map(layer)).chain(norm("last")).collect()
    }

    fn decays_every(&self) -> Option<usize> {
        None
    }

    fn parts(&self, length: usize) -> Vec<[usize; 2]> {
        windows(length, self.length)
    }

    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Spans>, Vec<u32>) {
        let read: Vec<&[u32]> = parts.iter().map(|part| &part[..part.len() - 1]).collect();
        let (rows, layout) = Spans::of(&read);
        (Batch { rows: Rows::of(rows), layout }, parts.iter().flat_map(|part| &part[1..]).copied().collect())
    }

    fn question(&self, sequences: &[&[u32]]) -> Batch<Spans> {
        let last: Vec<&[u32]> =
            sequences.iter().map(|sequence| &sequence[sequence.len().saturating_sub(self.length)..]).collect();
        let (rows, mut layout) = Spans::of(&last);
        layout.asked = Some(layout.ends.iter().map(|end| *end as i32 - 1).collect());
        Batch { rows: Rows::of(rows), layout }
    }

    fn forward<M: Matrix>(&self, given: &Given<'_, M>, spans: &Spans, mut noise: Option<&mut Noise>) -> M {
        let root = (self.dimension as f32).sqrt();
        let starts = std::iter::once(0).chain(spans.ends.iter().copied());
        let squares: usize = starts.zip(&spans.ends).map(|(start, end)| (end - start) * (end - start)).sum();
        let normal = |rows: &M, place: usize| rows.normal(given.weight(place), given.weight(place + 1));
        let rows = given.rows.times(vec![root; given.rows.count()]);
        let rows = rows.plus(&given.weight(PLACES).select(&spans.places));
        let mut rows = dropout(rows, self.dropout, &mut noise);
        for layer in 0..self.layers {
            let at = layer * OF_LAYER;
            let asked = normal(&rows, at + BEFORE);
            let queries = given.linear(&asked, at + QUERIES);
            let (keys, values) = (given.linear(&rows, at + KEYS), given.linear(&rows, at + VALUES));
            let kept = match &mut noise {
                Some(noise) if self.dropout > 0.0 => Some(noise.factors(squares * self.heads, self.dropout)),
                _ => None,
            };
            let seen = M::attention([&queries, &keys, &values], &spans.ends, self.heads, kept);
            rows = normal(&asked.plus(&given.linear(&seen, at + OUT)), at + BETWEEN);
            let inner = dropout(given.linear(&rows, at + INNER).relu(), self.dropout, &mut noise);
            rows = rows.plus(&dropout(given.linear(&inner, at + OUTER), self.dropout, &mut noise));
        }
        if let Some(asked) = &spans.asked {
            rows = rows.select(asked);
        }
        normal(&rows, self.layers * OF_LAYER + BEFORE)
    }

    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow {
        let d = self.dimension;
        let is_click = graph.at_least(items, 0);
        let is_click = graph.float(&is_click);
        let lengths = graph.sum(&is_click, 1, false);
        let known = graph.largest_int(items, 0);
        let rows = graph.node("Gather", &[table, &known]);
        let root = graph.number((d as f32).sqrt());
        let rows = graph.node("Mul", &[&rows, &root]);
        let places = graph.places_of(items);
        let of_places = graph.node("Gather", &[&weights[PLACES], &places]);
        let mut rows = graph.node("Add", &[&rows, &of_places]);
        let (of_rows, of_columns) = (graph.unsqueezed(&places, 1), graph.unsqueezed(&places, 0));
        let is_seen = graph.node("GreaterOrEqual", &[&of_rows, &of_columns]);
        let never = graph.number(NEVER);
        let (scale, part) = (graph.number(((d / self.heads) as f32).sqrt().recip()), d / self.heads);
        let into_heads = graph.ints(vec![0, 0, count(self.heads), count(part)]);
        let out_of_heads = graph.ints(vec![0, 0, count(d)]);
        let normal = |graph: &mut Graph, rows: &Flow, place: usize| {
            let settings = vec![("axis", Setting::Int(-1))];
            let inputs = [rows, &weights[place], &weights[place + 1]];
            graph.node_with("LayerNormalization", &inputs, settings, 1).remove(0)
        };
        for layer in 0..self.layers {
            let at = layer * OF_LAYER;
            let linear = |graph: &mut Graph, rows: &Flow, of: usize| {
                graph.linear(rows, &weights[at + of], &weights[at + of + 1])
            };
            let heads = |graph: &mut Graph, rows: &Flow, of: usize, order: Vec<i64>| {
                let rows = linear(graph, rows, of);
                let rows = graph.node("Reshape", &[&rows, &into_heads]);
                graph.transposed(&rows, order)
            };
            let asked = normal(graph, &rows, at + BEFORE);
            let queries = heads(graph, &asked, QUERIES, vec![0, 2, 1, 3]);
            let keys = heads(graph, &rows, KEYS, vec![0, 2, 3, 1]);
            let values = heads(graph, &rows, VALUES, vec![0, 2, 1, 3]);
            let scores = graph.node("MatMul", &[&queries, &keys]);
            let scores = graph.node("Mul", &[&scores, &scale]);
            let scores = graph.node("Where", &[&is_seen, &scores, &never]);
            let attention = graph.node_with("Softmax", &[&scores], vec![("axis", Setting::Int(-1))], 1).remove(0);
            let seen = graph.node("MatMul", &[&attention, &values]);
            let seen = graph.transposed(&seen, vec![0, 2, 1, 3]);
            let seen = graph.node("Reshape", &[&seen, &out_of_heads]);
            let seen = linear(graph, &seen, OUT);
            let both = graph.node("Add", &[&asked, &seen]);
            let between = normal(graph, &both, at + BETWEEN);
            let inner = linear(graph, &between, INNER);
            let inner = graph.node("Relu", &[&inner]);
            let outer = linear(graph, &inner, OUTER);
            rows = graph.node("Add", &[&between, &outer]);
        }
        let last = last_of(graph, &rows, &lengths);
        normal(graph, &last, self.layers * OF_LAYER + BEFORE)
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
