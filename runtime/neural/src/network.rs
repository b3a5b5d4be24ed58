//! What a network is to the training: its weights, how sequences become a batch, and what it makes of one.

use std::ops::ControlFlow;

use rand::RngExt;
use rand_pcg::Pcg64;

use crate::matrix::Matrix;
use crate::model::Weight;
use crate::onnx::{Flow, Graph};
use crate::random;

/// Whether to go on.
pub(crate) type Pulse<'p> = &'p mut dyn FnMut() -> ControlFlow<()>;

/// A matrix of weights before the first step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    /// As the file of the model has it.
    pub(crate) name: String,
    /// How many rows and columns.
    pub(crate) size: [usize; 2],
    /// What it is filled with.
    pub(crate) first: First,
}

/// First weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum First {
    /// From minus to plus this.
    Uniform(f32),
    /// Of the normal distribution with this deviation.
    Normal(f32),
    /// All the same.
    All(f32),
}

impl Shape {
    /// A matrix with a name.
    pub(crate) fn new(name: impl Into<String>, size: [usize; 2], first: First) -> Self {
        Self { name: name.into(), size, first }
    }

    /// The first weights.
    pub(crate) fn values(&self, rng: &mut Pcg64) -> Vec<f32> {
        let count = self.size[0] * self.size[1];
        match self.first {
            First::Uniform(bound) => (0..count).map(|_| random::uniform(rng, bound)).collect(),
            First::Normal(deviation) => (0..count).map(|_| random::normal(rng) * deviation).collect(),
            First::All(value) => vec![value; count],
        }
    }
}

/// Weights that lie one after the other, each with its shape.
pub(crate) fn split<'v>(shapes: &'v [Shape], mut values: &'v [f32]) -> impl Iterator<Item = (&'v Shape, Vec<f32>)> {
    shapes.iter().map(move |shape| {
        let (own, others) = values.split_at(shape.size[0] * shape.size[1]);
        values = others;
        (shape, own.to_vec())
    })
}

/// Rows of a table that a network is given, each the mean of those of some items.
#[derive(Debug, PartialEq)]
pub(crate) struct Rows {
    items: Vec<u32>,
    /// Where the items of each row end.
    ends: Vec<u32>,
}

impl Rows {
    /// The rows of items in order; an item may be there more than once.
    pub(crate) fn of(items: Vec<u32>) -> Self {
        let ends = (1..=items.len() as u32).collect();
        Self { items, ends }
    }

    /// Means of the rows of items: of each the place where its items end, which are at least one.
    pub(crate) fn means(items: Vec<u32>, ends: Vec<u32>) -> Self {
        Self { items, ends }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All items.
    pub(crate) fn items(&self) -> &[u32] {
        &self.items
    }

    /// The items of a row.
    pub(crate) fn group(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.items[start..self.ends[row] as usize]
    }

    /// The items of each row.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.items[start as usize..*end as usize])
    }
}

/// Sequences as a network reads them.
pub(crate) struct Batch<L> {
    /// The rows that it is given.
    pub(crate) rows: Rows,
    /// What it knows of them.
    pub(crate) layout: L,
}

/// A part of a sequence to learn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part<'a> {
    /// Its items; what comes after each of them but the last is among them.
    pub(crate) items: &'a [u32],
    /// The place of its last item among those of all sequences.
    pub(crate) last: usize,
}

/// A network that makes of sequences of items a vector for each, whose products with the rows of the items are the scores.
pub(crate) trait Network: Sync {
    /// What it knows of a batch.
    type Layout: Send;

    /// How many numbers a row of an item has, and what it makes of a sequence.
    fn width(&self) -> usize;

    /// The first rows of items.
    fn first_items(&self) -> First {
        First::Uniform((self.width() as f32).sqrt().recip())
    }

    /// Its weights.
    fn shapes(&self) -> Vec<Shape>;

    /// After how many epochs the learning rate becomes a tenth, again and again.
    fn decays_every(&self) -> Option<usize>;

    /// What of a sequence of so many items is learned from at once: the first item of each part, and where it ends. What comes
    /// next after an item of a part is in the part.
    fn parts(&self, length: usize) -> Vec<[usize; 2]>;

    /// Parts of sequences to learn from: a batch without what comes next, and the item that does, for each vector.
    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Self::Layout>, Vec<u32>);

    /// The same while it learns: parts of the sequences that it learns from.
    fn learning(&self, parts: &[Part<'_>]) -> (Batch<Self::Layout>, Vec<u32>) {
        self.lesson(&parts.iter().map(|part| part.items).collect::<Vec<_>>())
    }

    /// Weights that follow from what was learned, and are wanted to judge and to tell what comes next. They stand behind the
    /// others. `pulse` is asked now and then whether to go on.
    fn settle(&self, table: &[f32], weights: &[Weight], pulse: Pulse<'_>) -> ControlFlow<(), Vec<Weight>> {
        let _ = (table, weights, pulse);
        ControlFlow::Continue(Vec::new())
    }

    /// Sequences, none of them empty, to ask what comes after the last item.
    fn question(&self, sequences: &[&[u32]]) -> Batch<Self::Layout>;

    /// What it makes of a batch. `noise` is there while it learns.
    fn forward<M: Matrix>(&self, given: &Given<'_, M>, layout: &Self::Layout, noise: Option<&mut Noise>) -> M;

    /// The same in the form of ONNX: a vector for each sequence, of `items` with sequences as rows and -1 after the last item.
    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow;
}

/// The rows of a batch and the weights, for a pass.
pub(crate) struct Given<'a, M> {
    /// The rows of the items.
    pub(crate) rows: M,
    /// The weights, as in [`Network::shapes`].
    pub(crate) weights: &'a [M],
}

impl<M: Matrix> Given<'_, M> {
    /// A matrix of weights.
    pub(crate) fn weight(&self, place: usize) -> &M {
        &self.weights[place]
    }

    /// A linear layer: the weights at `place`, the bias after them.
    pub(crate) fn linear(&self, input: &M, place: usize) -> M {
        input.matmul(self.weight(place)).plus(self.weight(place + 1))
    }
}

/// What is left out of a step by chance.
pub(crate) struct Noise {
    /// Where its chances come from.
    pub(crate) rng: Pcg64,
}

impl Noise {
    /// Factors for some numbers: 0 for a share of them, and as much more than 1 for the others.
    pub(crate) fn factors(&mut self, count: usize, share: f64) -> Vec<f32> {
        let rest = (1.0 / (1.0 - share)) as f32;
        (0..count).map(|_| if self.rng.random::<f64>() < share { 0.0 } else { rest }).collect()
    }
}

/// Leaves a share out where there is noise.
pub(crate) fn dropout<M: Matrix>(of: M, share: f64, noise: &mut Option<&mut Noise>) -> M {
    match noise {
        Some(noise) if share > 0.0 => of.times(noise.factors(of.count(), share)),
        _ => of,
    }
}
