//! A trained network.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::dgsr::Dgsr;
use crate::gru4rec::Gru4Rec;
use crate::kernels;
use crate::network::{Batch, Given, Network, Part, Pulse, Rows, Shape};
use crate::onnx::Graph;
use crate::sasrec::SasRec;
use crate::sequences::Sequences;
use crate::sr_gnn::{CLICKS, SrGnn};
use crate::table;
use crate::tensor::Tensor;

/// Items that are recommended, where ranks are judged.
const RECOMMENDED: u32 = 20;

/// Sequences that are asked about at once.
const ASKED_AT_ONCE: usize = 256;

/// Which network, and its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// A graph of each session.
    SrGnn(SrGnn),
    /// Recurrent layers.
    Gru4Rec(Gru4Rec),
    /// Layers of attention.
    SasRec(SasRec),
    /// One graph of all sequences.
    Dgsr(Dgsr),
}

impl Architecture {
    /// How many clicks of a sequence are looked at, the last ones. The ONNX file takes no more where places are learned.
    #[must_use]
    pub fn clicks(&self) -> usize {
        match self {
            Self::SrGnn(_) | Self::Gru4Rec(_) => CLICKS,
            Self::SasRec(network) => network.length,
            Self::Dgsr(network) => network.neighbours,
        }
    }
}

/// Does the same with the network of any architecture.
macro_rules! with_network {
    ($architecture:expr, $network:ident => $body:expr) => {
        match $architecture {
            $crate::model::Architecture::SrGnn($network) => $body,
            $crate::model::Architecture::Gru4Rec($network) => $body,
            $crate::model::Architecture::SasRec($network) => $body,
            $crate::model::Architecture::Dgsr($network) => $body,
        }
    };
}
pub(crate) use with_network;

/// A matrix of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// Its name in the file of the model.
    pub name: String,
    /// How many rows and columns.
    pub size: [usize; 2],
    /// The numbers, row by row.
    pub values: Vec<f32>,
}

impl Weight {
    /// With its name and size.
    pub(crate) fn of((shape, values): (&Shape, Vec<f32>)) -> Self {
        Self { name: shape.name.clone(), size: shape.size, values }
    }
}

/// How well a network tells the last item of sequences by those before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The share of what came next that was among the 20 items with the highest scores.
    pub hit_rate: f64,
    /// The mean of the reciprocal ranks, 0 where it was not among the 20.
    pub mrr: f64,
    /// How many sequences it was asked about.
    pub count: usize,
}

/// An epoch of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The mean loss.
    pub loss: f64,
    /// How well it did on the sequences to stop by.
    pub valid: Option<Judged>,
}

/// A trained network.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Which.
    pub architecture: Architecture,
    /// How many items.
    pub items: usize,
    /// The rows of the items.
    pub table: Weight,
    /// The other weights.
    pub weights: Vec<Weight>,
    /// What was seen of each epoch.
    pub history: Vec<Epoch>,
    /// The epoch whose weights these are, from 1.
    pub best: usize,
}

impl Model {
    /// The scores of all items after each of some sequences, sequence by sequence; zeros after an empty one.
    #[must_use]
    pub fn scores(&self, sequences: &[&[u32]]) -> Vec<f32> {
        let asked: Vec<&[u32]> = sequences.iter().filter(|sequence| !sequence.is_empty()).copied().collect();
        let vectors = if asked.is_empty() {
            Vec::new()
        } else {
            with_network!(&self.architecture, network => {
                let Batch { rows, layout } = network.question(&asked);
                vectors(network, &self.table.values, &self.weights, &rows, &layout)
            })
        };
        let of_asked = table::scores(&self.table.values, self.table.size[1], &vectors);
        let mut of_asked = of_asked.chunks_exact(self.items.max(1));
        let zeros = vec![0.0; self.items];
        let of = |sequence: &&[u32]| match sequence.is_empty() {
            true => zeros.clone(),
            false => of_asked.next().map_or_else(|| zeros.clone(), <[f32]>::to_vec),
        };
        sequences.iter().flat_map(of).collect()
    }

    /// How well it tells the last item of sequences by those before it; `None` where none has two.
    #[must_use]
    pub fn judge(&self, sequences: Sequences<'_>) -> Option<Judged> {
        let (table, go_on) = (&self.table.values, &mut || ControlFlow::Continue(()));
        let judged =
            with_network!(&self.architecture, network => judge(network, table, &self.weights, sequences, go_on));
        judged.continue_value().flatten()
    }

    /// The network as an ONNX file, see [`ITEMS`](crate::ITEMS) and [`SCORES`](crate::SCORES).
    #[must_use]
    pub fn onnx(&self, description: &str) -> Vec<u8> {
        let mut graph = Graph::default();
        let table = graph.weights("items.table", &self.table.size, &self.table.values);
        let weight = |weight: &Weight| {
            let is_row = [".bias", ".scale", ".sum"].iter().any(|end| weight.name.ends_with(end));
            graph.weights(&weight.name, &weight.size[usize::from(is_row)..], &weight.values)
        };
        let weights: Vec<_> = self.weights.iter().map(weight).collect();
        let items = Graph::items();
        let vectors = with_network!(&self.architecture, network => network.write(&mut graph, &items, &table, &weights));
        graph.finish(&vectors, &table, self.items, description)
    }
}

/// What a network makes of a batch, without learning.
fn vectors<N: Network>(network: &N, table: &[f32], weights: &[Weight], rows: &Rows, layout: &N::Layout) -> Vec<f32> {
    let (weights, width) = (tensors(weights), network.width());
    let rows = Tensor::constant(rows_of(table, width, rows), [rows.len(), width]);
    network.forward(&Given { rows, weights: &weights }, layout, None).values().to_vec()
}

/// Weights as they are used.
pub(crate) fn tensors(weights: &[Weight]) -> Vec<Tensor> {
    weights.iter().map(|weight| Tensor::constant(weight.values.clone(), weight.size)).collect()
}

/// Rows of a table.
pub(crate) fn rows_of(table: &[f32], width: usize, rows: &Rows) -> Vec<f32> {
    let mut numbers = vec![0.0; rows.len() * width];
    kernels::in_parts(&mut numbers, width, |first, numbers| {
        for (place, row) in (first..).zip(numbers.chunks_exact_mut(width)) {
            let items = rows.group(place);
            for item in items {
                let of_item = &table[*item as usize * width..(*item as usize + 1) * width];
                kernels::add_times(row, of_item, (items.len() as f32).recip());
            }
        }
    });
    numbers
}

/// How well a network tells the last item of sequences by those before it; `None` where none has two. `pulse` may end it.
pub(crate) fn judge<N: Network>(
    network: &N,
    table: &[f32],
    weights: &[Weight],
    sequences: Sequences<'_>,
    pulse: Pulse<'_>,
) -> ControlFlow<(), Option<Judged>> {
    let asked = sequences.iter().filter(|sequence| sequence.len() > 1);
    let (given, next): (Vec<&[u32]>, Vec<u32>) =
        asked.filter_map(|sequence| sequence.split_last()).map(|(next, given)| (given, *next)).unzip();
    let (mut hits, mut reciprocals) = (0_usize, 0.0);
    for (given, next) in given.chunks(ASKED_AT_ONCE).zip(next.chunks(ASKED_AT_ONCE)) {
        pulse()?;
        let Batch { rows, layout } = network.question(given);
        let vectors = vectors(network, table, weights, &rows, &layout);
        let ranks = table::ranks(table, network.width(), &vectors, next);
        for rank in ranks.into_iter().filter(|rank| *rank <= RECOMMENDED) {
            hits += 1;
            reciprocals += 1.0 / f64::from(rank);
        }
    }
    let (count, share) = (next.len(), |sum: f64| sum / next.len() as f64);
    ControlFlow::Continue((count > 0).then(|| Judged { hit_rate: share(hits as f64), mrr: share(reciprocals), count }))
}

/// All parts of sequences that something is learned from.
pub(crate) fn parts<'a, N: Network>(network: &N, sequences: Sequences<'a>) -> Vec<Part<'a>> {
    let of = |(sequence, start): (&'a [u32], &usize)| -> Vec<Part<'a>> {
        let part = |[from, to]: [usize; 2]| Part { items: &sequence[from..to], last: start + to - 1 };
        network.parts(sequence.len()).into_iter().map(part).collect()
    };
    sequences.iter().zip(sequences.offsets()).flat_map(of).collect()
}
