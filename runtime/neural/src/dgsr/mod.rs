//! DGSR: one graph of all sequences and items in the order of time (Zhang et al., TKDE 2022).
//!
//! A node is an item or a sequence at a moment. It sees the most recent nodes around it: an item the sequences that clicked it, a
//! sequence its items. Layer by layer each node attends to those around it, once by their order (long term) and once by what is
//! most recent (short term). What is told in the end are all layers of the sequence's own node beside each other.
//!
//! Two things differ from the paper. Sequences have no rows of their own, since those that are asked for are not those that were
//! learned from: a sequence begins as the mean of its items. And while it learns, a node sees what was before the moment that it
//! is asked for, and never more; when it has learned, items are as they were after the last click, so that what comes next is told
//! by the items of a sequence alone.

mod graph;
mod tree;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::layers::{NOTHING, SHARPEST};
use crate::matrix::Matrix;
use crate::model::{Weight, rows_of, tensors};
use crate::network::{Batch, Given, Network, Noise, Part, Pulse, Rows, Shape};
use crate::onnx::{Flow, Graph};
use crate::sr_gnn::last_of;
use crate::tensor::Tensor;

pub(crate) use graph::Clicks;
use graph::Node;
use tree::{Around, Tree};

/// The network's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dgsr {
    /// Numbers in the row of an item and the state of a node.
    pub dimension: usize,
    /// How many layers, each of which looks one node further.
    pub hops: usize,
    /// How many nodes a node sees, the most recent ones.
    pub neighbours: usize,
}

// Places of weights of a layer of nodes of one kind.
const QUESTION: usize = 0;
const KEYS: usize = 1;
const ORDER_KEYS: usize = 2;
const ORDER_VALUES: usize = 3;
const RECENT: usize = 4;
const UPDATE: usize = 5;
const OF_KIND: usize = 6;

/// Items whose states are found at once when it has learned.
const ITEMS_AT_ONCE: usize = 128;

/// Nodes as the network reads them.
pub(crate) enum Layout {
    /// Sequences and all that they see, while it learns.
    Tree(Tree),
    /// Sequences and their items, which have states.
    After {
        /// How many sequences.
        count: usize,
        /// Their items.
        around: Around,
        /// Which.
        items: Vec<i32>,
    },
}

impl Dgsr {
    /// The weights of a layer, from 1, of sequences or of items.
    fn place(&self, layer: usize, is_item: bool) -> usize {
        (layer - 1) * 2 * OF_KIND + if is_item { OF_KIND } else { 0 }
    }

    fn readout(&self) -> usize {
        self.hops * 2 * OF_KIND - OF_KIND
    }

    /// The next state of nodes, of their own and of those around them.
    fn update<M: Matrix>(given: &Given<'_, M>, at: usize, own: &M, others: &M, around: &Around) -> M {
        let keys = others.matmul(given.weight(at + KEYS));
        let question = own.matmul(given.weight(at + QUESTION));
        let of_order = |place: usize| keys.plus_rows(given.weight(at + place), &around.orders);
        let (by_order, values) = (of_order(ORDER_KEYS), of_order(ORDER_VALUES));
        let own_rows: Vec<u32> = (0..own.size()[0] as u32).collect();
        let long = M::seen([&question, &by_order, &values], &own_rows, &around.ends, &around.there);
        let recent = others.matmul(given.weight(at + RECENT));
        let short = M::seen([&recent, &recent, others], &around.recent(), &around.ends, &around.there);
        M::beside(&[long, short, own.clone()]).matmul(given.weight(at + UPDATE)).tanh()
    }

    /// The states of the roots of trees, layer by layer.
    fn roots<M: Matrix>(&self, given: &Given<'_, M>, tree: &Tree) -> Vec<M> {
        let mut from = 0;
        let mut states: Vec<M> = Vec::with_capacity(tree.counts.len());
        for count in &tree.counts {
            states.push(given.rows.rows(from, *count));
            from += count;
        }
        let depth = tree.around.len();
        let mut roots = vec![states[0].clone()];
        for layer in 1..=depth {
            for level in 0..=depth - layer {
                let at = self.place(layer, tree.are_roots_items == level.is_multiple_of(2));
                states[level] = Self::update(given, at, &states[level], &states[level + 1], &tree.around[level]);
            }
            roots.push(states[0].clone());
        }
        roots
    }
}

impl Network for Dgsr {
    type Layout = Layout;

    fn width(&self) -> usize {
        self.dimension
    }

    fn shapes(&self) -> Vec<Shape> {
        let (d, first) = (self.dimension, self.first_items());
        let of_layer = |layer: usize| {
            let kinds: &[&str] = if layer < self.hops { &["sequences", "items"] } else { &["sequences"] };
            kinds.iter().flat_map(move |kind| {
                let shape = |name: &str, rows| Shape::new(format!("layer{layer}.{kind}.{name}"), [rows, d], first);
                [
                    shape("question", d),
                    shape("keys", d),
                    shape("order.keys", self.neighbours),
                    shape("order.values", self.neighbours),
                    shape("recent", d),
                    shape("update", 3 * d),
                ]
            })
        };
        let readout = Shape::new("readout.weight", [(self.hops + 1) * d, d], first);
        (1..=self.hops).flat_map(of_layer).chain([readout]).collect()
    }

    fn decays_every(&self) -> Option<usize> {
        None
    }

    fn parts(&self, length: usize) -> Vec<[usize; 2]> {
        (2..=length).map(|end| [end.saturating_sub(self.neighbours + 1), end]).collect()
    }

    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Layout>, Vec<u32>) {
        let (sequences, next): (Vec<&[u32]>, Vec<u32>) =
            parts.iter().filter_map(|part| part.split_last()).map(|(next, sequence)| (sequence, *next)).unzip();
        (self.question(&sequences), next)
    }

    fn question(&self, sequences: &[&[u32]]) -> Batch<Layout> {
        let (mut items, mut ends, mut around) = (Vec::new(), Vec::new(), Around::default());
        for sequence in sequences {
            let before = items.len();
            items.extend(sequence.iter().rev().take(self.neighbours));
            around.push(items.len() - before);
            ends.push(items.len() as u32);
        }
        let clicks = items.iter().map(|item| *item as i32).collect();
        let count = items.len() as u32;
        ends.extend((1..=count).map(|end| count + end));
        items.extend_from_within(..);
        let layout = Layout::After { count: sequences.len(), around, items: clicks };
        Batch { rows: Rows::means(items, ends), layout }
    }

    fn forward<M: Matrix>(&self, given: &Given<'_, M>, layout: &Layout, _: Option<&mut Noise>) -> M {
        let states = match layout {
            Layout::Tree(tree) => self.roots(given, tree),
            Layout::After { count, around, items } => {
                let mut states = vec![given.rows.rows(0, *count)];
                for layer in 1..=self.hops {
                    let others = match layer {
                        1 => given.rows.rows(*count, items.len()),
                        _ => given.weight(self.readout() + layer - 1).select(items),
                    };
                    let at = self.place(layer, false);
                    states.push(Self::update(given, at, &states[layer - 1], &others, around));
                }
                states
            }
        };
        M::beside(&states).matmul(given.weight(self.readout()))
    }

    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow {
        let is_click = graph.at_least(items, 0);
        let is_click = graph.float(&is_click);
        let lengths = graph.sum(&is_click, 1, true);
        let known = graph.largest_int(items, 0);
        // The most recent click has the order 0; those that are too far back are not seen.
        let places = graph.places_of(items);
        let places = graph.float(&places);
        let (one, zero) = (graph.number(1.0), graph.number(0.0));
        let orders = graph.node("Sub", &[&lengths, &one]);
        let orders = graph.node("Sub", &[&orders, &places]);
        let most = graph.number(self.neighbours as f32);
        let is_near = graph.node("Less", &[&orders, &most]);
        let is_near = graph.float(&is_near);
        let there = graph.node("Mul", &[&is_click, &is_near]);
        let last = graph.number((self.neighbours - 1) as f32);
        let orders = graph.node("Clip", &[&orders, &zero, &last]);
        let orders = graph.int(&orders);
        let there_rows = graph.unsqueezed(&there, 2);
        let count = graph.sum(&there, 1, true);
        let count = graph.node("Max", &[&count, &one]);
        let of_items = graph.node("Gather", &[table, &known]);
        let own = graph.node("Mul", &[&of_items, &there_rows]);
        let own = graph.sum(&own, 1, false);
        let mut states = vec![graph.node("Div", &[&own, &count])];
        let lengths = graph.squeezed(&lengths, 1);
        let scale = graph.number((self.dimension as f32).sqrt().recip());
        let (least, sharpest) = (graph.number(-SHARPEST), graph.number(SHARPEST));
        let nothing = graph.number(NOTHING);
        for layer in 1..=self.hops {
            let at = self.place(layer, false);
            let w = |of: usize| &weights[at + of];
            let attended = |graph: &mut Graph, left: &Flow, right: &Flow, values: &Flow| {
                let scores = graph.node("Mul", &[left, right]);
                let scores = graph.sum(&scores, 2, true);
                let scores = graph.node("Mul", &[&scores, &scale]);
                let scores = graph.node("Clip", &[&scores, &least, &sharpest]);
                let shares = graph.node("Exp", &[&scores]);
                let shares = graph.node("Mul", &[&shares, &there_rows]);
                let sum = graph.sum(&shares, 1, false);
                let sum = graph.node("Add", &[&sum, &nothing]);
                let values = graph.node("Mul", &[values, &shares]);
                let values = graph.sum(&values, 1, false);
                graph.node("Div", &[&values, &sum])
            };
            let seen = match layer {
                1 => of_items.clone(),
                _ => graph.node("Gather", &[&weights[self.readout() + layer - 1], &known]),
            };
            let own = states[layer - 1].clone();
            let keys = graph.node("MatMul", &[&seen, w(KEYS)]);
            let question = graph.node("MatMul", &[&own, w(QUESTION)]);
            let question = graph.unsqueezed(&question, 1);
            let with_order = |graph: &mut Graph, of: usize| {
                let order = graph.node("Gather", &[w(of), &orders]);
                graph.node("Add", &[&keys, &order])
            };
            let (order_keys, values) = (with_order(graph, ORDER_KEYS), with_order(graph, ORDER_VALUES));
            let long = attended(graph, &question, &order_keys, &values);
            let recent = graph.node("MatMul", &[&seen, w(RECENT)]);
            let last = last_of(graph, &recent, &lengths);
            let last = graph.unsqueezed(&last, 1);
            let short = attended(graph, &last, &recent, &seen);
            let all = graph.concatenated(&[&long, &short, &own], 1);
            let state = graph.node("MatMul", &[&all, w(UPDATE)]);
            states.push(graph.node("Tanh", &[&state]));
        }
        let states = graph.concatenated(&states.iter().collect::<Vec<_>>(), 1);
        graph.node("MatMul", &[&states, &weights[self.readout()]])
    }
}

/// The network while it learns, with all clicks that it learns from.
pub(crate) struct Growing<'a> {
    pub(crate) of: &'a Dgsr,
    pub(crate) clicks: Clicks<'a>,
}

impl Network for Growing<'_> {
    type Layout = Layout;

    fn width(&self) -> usize {
        self.of.width()
    }

    fn shapes(&self) -> Vec<Shape> {
        self.of.shapes()
    }

    fn decays_every(&self) -> Option<usize> {
        self.of.decays_every()
    }

    fn parts(&self, length: usize) -> Vec<[usize; 2]> {
        self.of.parts(length)
    }

    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Layout>, Vec<u32>) {
        self.of.lesson(parts)
    }

    fn learning(&self, parts: &[Part<'_>]) -> (Batch<Layout>, Vec<u32>) {
        let root = |part: &Part<'_>| self.clicks.sequence_before(part.last, part.items.len() - 1);
        let next = parts.iter().filter_map(|part| part.items.last().copied()).collect();
        let roots = parts.iter().map(root).collect();
        let (rows, tree) = Tree::grow(&self.clicks, roots, false, self.of.hops, self.of.neighbours);
        (Batch { rows, layout: Layout::Tree(tree) }, next)
    }

    fn settle(&self, table: &[f32], weights: &[Weight], pulse: Pulse<'_>) -> ControlFlow<(), Vec<Weight>> {
        let d = self.of.dimension;
        let (of_weights, layers) = (tensors(weights), self.of.hops - 1);
        let items = table.len() / d;
        let mut settled = vec![Vec::with_capacity(table.len()); layers];
        let places: Vec<u32> = (0..items as u32).collect();
        for places in places.chunks(ITEMS_AT_ONCE).take_while(|_| layers > 0) {
            pulse()?;
            let roots = places.iter().map(|item| Node::item_in_the_end(*item)).collect();
            let (rows, tree) = Tree::grow(&self.clicks, roots, true, layers, self.of.neighbours);
            let of_rows = Tensor::constant(rows_of(table, d, &rows), [rows.len(), d]);
            let given = Given { rows: of_rows, weights: &of_weights };
            for (layer, states) in self.of.roots(&given, &tree).into_iter().skip(1).enumerate() {
                settled[layer].extend_from_slice(states.values());
            }
        }
        let named = |(layer, values)| Weight { name: format!("states.layer{}", layer + 1), size: [items, d], values };
        ControlFlow::Continue(settled.into_iter().enumerate().map(named).collect())
    }

    fn question(&self, sequences: &[&[u32]]) -> Batch<Layout> {
        self.of.question(sequences)
    }

    fn forward<M: Matrix>(&self, given: &Given<'_, M>, layout: &Layout, noise: Option<&mut Noise>) -> M {
        self.of.forward(given, layout, noise)
    }

    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow {
        self.of.write(graph, items, table, weights)
    }
}
