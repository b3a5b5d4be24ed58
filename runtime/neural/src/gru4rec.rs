//! GRU4Rec: gated recurrent layers over the items of a session (Hidasi et al., ICLR 2016). The rows of items are those that the
//! last layer tells them by, and what comes after each item of a session is learned at once, with a softmax over all items.

use serde::{Deserialize, Serialize};

use crate::matrix::Matrix;
use crate::network::{Batch, Given, Network, Noise, Rows, Shape, dropout};
use crate::onnx::{Flow, Graph, Setting};
use crate::sr_gnn::CLICKS;

/// The network's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gru4Rec {
    /// Numbers in the row of an item and in the state.
    pub dimension: usize,
    /// Recurrent layers.
    pub layers: usize,
    /// The share of numbers that each layer does not see of what it is given, while it learns.
    pub dropout: f64,
}

/// Weights of a layer.
const OF_LAYER: usize = 4;
const INPUTS: usize = 0;
const STATES: usize = 2;

/// Sequences item by item: the first of all, then the second of those that have one.
pub(crate) struct Steps {
    /// How many sequences have an item in each step; those that do come first.
    counts: Vec<usize>,
    /// Which states are asked for; all where there is none.
    asked: Option<Vec<i32>>,
}

impl Steps {
    /// The items in the order of steps, and the sequences in theirs.
    fn of(sequences: &[&[u32]]) -> (Vec<u32>, Vec<usize>, Self) {
        let mut order: Vec<usize> = (0..sequences.len()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(sequences[*place].len()));
        let longest = order.first().map_or(0, |place| sequences[*place].len());
        let (mut items, mut counts) = (Vec::new(), Vec::new());
        for step in 0..longest {
            let before = items.len();
            items.extend(order.iter().map_while(|place| sequences[*place].get(step)));
            counts.push(items.len() - before);
        }
        (items, order, Self { counts, asked: None })
    }
}

/// Parts of a sequence of at most so many items to read, so that what comes next after each item is in one of them.
pub(crate) fn windows(length: usize, most: usize) -> Vec<[usize; 2]> {
    let (mut parts, mut end) = (Vec::new(), length);
    while end > 1 {
        let from = end.saturating_sub(most + 1);
        parts.push([from, end]);
        end = from + 1;
    }
    parts.reverse();
    parts
}

impl Network for Gru4Rec {
    type Layout = Steps;

    fn width(&self) -> usize {
        self.dimension
    }

    fn shapes(&self) -> Vec<Shape> {
        let (d, first) = (self.dimension, self.first_items());
        let layer = |layer: usize| {
            ["inputs", "states"].into_iter().flat_map(move |of| {
                [("weight", d), ("bias", 1)]
                    .map(|(part, rows)| Shape::new(format!("layer{layer}.{of}.{part}"), [rows, 3 * d], first))
            })
        };
        let readout =
            [("readout.weight", d), ("readout.bias", 1)].map(|(name, rows)| Shape::new(name, [rows, d], first));
        (0..self.layers).flat_map(layer).chain(readout).collect()
    }

    fn decays_every(&self) -> Option<usize> {
        None
    }

    fn parts(&self, length: usize) -> Vec<[usize; 2]> {
        windows(length, CLICKS)
    }

    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Steps>, Vec<u32>) {
        let read: Vec<&[u32]> = parts.iter().map(|part| &part[..part.len() - 1]).collect();
        let next: Vec<&[u32]> = parts.iter().map(|part| &part[1..]).collect();
        let (rows, _, layout) = Steps::of(&read);
        // As long as what is read, so in the same order.
        (Batch { rows: Rows::of(rows), layout }, Steps::of(&next).0)
    }

    fn question(&self, sequences: &[&[u32]]) -> Batch<Steps> {
        let last: Vec<&[u32]> =
            sequences.iter().map(|sequence| &sequence[sequence.len().saturating_sub(CLICKS)..]).collect();
        let (rows, order, mut layout) = Steps::of(&last);
        let mut asked = vec![0; last.len()];
        for (rank, place) in order.into_iter().enumerate() {
            let before: usize = layout.counts[..last[place].len() - 1].iter().sum();
            asked[place] = (before + rank) as i32;
        }
        layout.asked = Some(asked);
        Batch { rows: Rows::of(rows), layout }
    }

    fn forward<M: Matrix>(&self, given: &Given<'_, M>, steps: &Steps, mut noise: Option<&mut Noise>) -> M {
        let mut rows = given.rows.clone();
        for layer in 0..self.layers {
            let of_inputs = given.linear(&dropout(rows, self.dropout, &mut noise), layer * OF_LAYER + INPUTS);
            let first = steps.counts.first().copied().unwrap_or(0);
            let mut state = given.rows.constant_near(vec![0.0; first * self.dimension], [first, self.dimension]);
            let (mut states, mut from) = (Vec::with_capacity(steps.counts.len()), 0);
            for count in &steps.counts {
                if state.size()[0] > *count {
                    state = state.rows(0, *count);
                }
                let of_state = given.linear(&state, layer * OF_LAYER + STATES);
                state = state.gated(&of_inputs.rows(from, *count), &of_state);
                states.push(state.clone());
                from += count;
            }
            rows = M::below(&states);
        }
        if let Some(asked) = &steps.asked {
            rows = rows.select(asked);
        }
        given.linear(&rows, self.layers * OF_LAYER)
    }

    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow {
        let is_click = graph.at_least(items, 0);
        let is_click = graph.float(&is_click);
        let lengths = graph.sum(&is_click, 1, false);
        let one = graph.number(1.0);
        let lengths = graph.node("Max", &[&lengths, &one]);
        let lengths = graph.int32(&lengths);
        let known = graph.largest_int(items, 0);
        let rows = graph.node("Gather", &[table, &known]);
        let mut rows = graph.transposed(&rows, vec![1, 0, 2]);
        let mut last = rows.clone();
        for layer in weights[..self.layers * OF_LAYER].chunks(OF_LAYER) {
            // ONNX has the gates in another order, with the new one last as here, and each as rows.
            let turned = |graph: &mut Graph, weight: &Flow, is_matrix: bool| {
                let parts = graph.split(weight, 3);
                let gates = graph.concatenated(&[&parts[1], &parts[0], &parts[2]], -1);
                if is_matrix { graph.transposed(&gates, vec![1, 0]) } else { gates }
            };
            let inputs = turned(graph, &layer[INPUTS], true);
            let states = turned(graph, &layer[STATES], true);
            let biases = [INPUTS, STATES].map(|of| turned(graph, &layer[of + 1], false));
            let biases = graph.concatenated(&[&biases[0], &biases[1]], 0);
            let [inputs, states, biases] = [inputs, states, biases].map(|of| graph.unsqueezed(&of, 0));
            let width = i64::try_from(self.dimension).unwrap_or(i64::MAX);
            let settings = vec![("hidden_size", Setting::Int(width)), ("linear_before_reset", Setting::Int(1))];
            let results = graph.node_with("GRU", &[&rows, &inputs, &states, &biases, &lengths], settings, 2);
            rows = graph.squeezed(&results[0], 1);
            last = graph.squeezed(&results[1], 0);
        }
        let readout = self.layers * OF_LAYER;
        graph.linear(&last, &weights[readout], &weights[readout + 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_read_step_by_step() {
        let network = Gru4Rec { dimension: 2, layers: 1, dropout: 0.0 };
        let (batch, next) = network.lesson(&[&[1, 2], &[3, 4, 5, 6], &[7, 8, 9]]);
        assert_eq!(batch.rows.items(), [3, 7, 1, 4, 8, 5]);
        assert_eq!(batch.layout.counts, [3, 2, 1]);
        assert_eq!(next, [4, 8, 2, 5, 9, 6]);
        let batch = network.question(&[&[1, 2], &[3, 4, 5, 6], &[7]]);
        assert_eq!(batch.rows.items(), [3, 1, 7, 4, 2, 5, 6]);
        assert_eq!(batch.layout.asked, Some(vec![4, 6, 2]));
    }

    #[test]
    fn every_item_but_the_first_comes_next_once() {
        assert_eq!(windows(0, 3), [[0; 2]; 0]);
        assert_eq!(windows(1, 3), [[0; 2]; 0]);
        assert_eq!(windows(4, 3), [[0, 4]]);
        assert_eq!(windows(9, 3), [[0, 3], [2, 6], [5, 9]]);
    }
}
