//! SR-GNN: a graph of each session, gated steps on it, and attention over its clicks (Wu et al., AAAI 2019).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::matrix::Matrix;
use crate::model::parts;
use crate::network::{Batch, Given, Network, Noise, Rows, Shape};
use crate::onnx::{Flow, Graph};
use crate::sequences::Sequences;

/// More clicks than these last ones of a session are not looked at: each prefix is a graph of its own.
pub const CLICKS: usize = 100;

/// The network's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SrGnn {
    /// Numbers in the row of an item.
    pub dimension: usize,
    /// Gated steps on the graph.
    pub steps: usize,
}

/// How large graphs of sessions are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many graphs.
    pub graphs: usize,
    /// Their nodes: the different items of each.
    pub nodes: usize,
    /// Their edges: the different steps from an item to the next of each.
    pub edges: usize,
}

impl SrGnn {
    /// Builds the graphs that are learned from, one for each prefix that something follows, `together` at a time and on all
    /// threads. No more of them are there at a time than threads build.
    #[must_use]
    pub fn graphs(&self, sequences: Sequences<'_>, together: usize) -> Extent {
        let prefixes = parts(self, sequences);
        let extents = prefixes.par_chunks(together.max(1)).map(|prefixes| {
            let (batch, _) = self.learning(prefixes);
            let edges = batch.layout.incoming.shares.iter().filter(|share| **share > 0.0).count();
            Extent { graphs: prefixes.len(), nodes: batch.layout.nodes, edges }
        });
        extents.reduce(Extent::default, |left, right| Extent {
            graphs: left.graphs + right.graphs,
            nodes: left.nodes + right.nodes,
            edges: left.edges + right.edges,
        })
    }
}

// Places of weights; a bias follows its matrix.
const INCOMING: usize = 0;
const INCOMING_SUM: usize = 2;
const OUTGOING: usize = 3;
const OUTGOING_SUM: usize = 5;
const GATES_OF_SUMS: usize = 6;
const GATES_OF_NODES: usize = 8;
const QUESTION: usize = 10;
const KEYS: usize = 12;
const ATTENTION: usize = 14;
const READOUT: usize = 15;

/// Graphs of sessions: those of a batch beside each other, none connected with another.
pub(crate) struct Graphs {
    nodes: usize,
    incoming: Edges,
    outgoing: Edges,
    /// The node of each click.
    clicks: Vec<i32>,
    /// The session of each click.
    sessions: Vec<i32>,
    /// The node of the last click of each session.
    last: Vec<i32>,
}

/// Edges along which rows go from node to node, each with its share of the sum.
#[derive(Default)]
struct Edges {
    from: Vec<i32>,
    to: Vec<i32>,
    shares: Vec<f32>,
}

impl Edges {
    fn push(&mut self, from: usize, to: usize, share: f32) {
        self.from.push(from as i32);
        self.to.push(to as i32);
        self.shares.push(share);
    }
}

impl Graphs {
    /// The graphs of sessions, and the items of their nodes.
    fn of(sessions: &[&[u32]]) -> (Vec<u32>, Self) {
        let mut items: Vec<u32> = Vec::new();
        let mut graphs = Self {
            nodes: 0,
            incoming: Edges::default(),
            outgoing: Edges::default(),
            clicks: Vec::new(),
            sessions: Vec::new(),
            last: Vec::new(),
        };
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for (place, session) in sessions.iter().enumerate() {
            let session = &session[session.len().saturating_sub(CLICKS)..];
            let first = items.len();
            edges.clear();
            let mut before = None;
            for item in session {
                let node = match items[first..].iter().position(|of| of == item) {
                    Some(node) => first + node,
                    None => {
                        items.push(*item);
                        items.len() - 1
                    }
                };
                graphs.clicks.push(node as i32);
                graphs.sessions.push(place as i32);
                edges.extend(before.map(|before| (before, node)));
                before = Some(node);
            }
            graphs.last.extend(before.map(|node| node as i32));
            edges.sort_unstable();
            edges.dedup();
            let mut degrees = vec![[0_u32; 2]; items.len() - first];
            for (from, to) in &edges {
                degrees[to - first][0] += 1;
                degrees[from - first][1] += 1;
            }
            for (from, to) in &edges {
                graphs.incoming.push(*from, *to, 1.0 / degrees[to - first][0] as f32);
                graphs.outgoing.push(*to, *from, 1.0 / degrees[from - first][1] as f32);
            }
        }
        for edges in [&mut graphs.incoming, &mut graphs.outgoing] {
            // Tensors have at least one row.
            if edges.to.is_empty() {
                edges.push(0, 0, 0.0);
            }
        }
        graphs.nodes = items.len();
        (items, graphs)
    }
}

/// Rows of nodes along edges, added up where they arrive.
fn spread<M: Matrix>(nodes: &M, edges: &Edges, count: usize) -> M {
    let shares = nodes.constant_near(edges.shares.clone(), [edges.shares.len(), 1]);
    nodes.select(&edges.from).rows_times(&shares).gathered(&edges.to, count)
}

impl Network for SrGnn {
    type Layout = Graphs;

    fn width(&self) -> usize {
        self.dimension
    }

    fn shapes(&self) -> Vec<Shape> {
        let (d, first) = (self.dimension, self.first_items());
        let shape = |name: &str, rows, columns| Shape::new(name, [rows, columns], first);
        vec![
            shape("incoming.weight", d, d),
            shape("incoming.bias", 1, d),
            shape("incoming.sum", 1, d),
            shape("outgoing.weight", d, d),
            shape("outgoing.bias", 1, d),
            shape("outgoing.sum", 1, d),
            shape("gates.sums.weight", 2 * d, 3 * d),
            shape("gates.sums.bias", 1, 3 * d),
            shape("gates.nodes.weight", d, 3 * d),
            shape("gates.nodes.bias", 1, 3 * d),
            shape("question.weight", d, d),
            shape("question.bias", 1, d),
            shape("keys.weight", d, d),
            shape("keys.bias", 1, d),
            shape("attention.weight", d, 1),
            shape("readout.weight", 2 * d, d),
            shape("readout.bias", 1, d),
        ]
    }

    fn decays_every(&self) -> Option<usize> {
        Some(3)
    }

    fn parts(&self, length: usize) -> Vec<[usize; 2]> {
        (2..=length).map(|end| [end.saturating_sub(CLICKS + 1), end]).collect()
    }

    fn lesson(&self, parts: &[&[u32]]) -> (Batch<Graphs>, Vec<u32>) {
        let (sessions, next): (Vec<&[u32]>, Vec<u32>) =
            parts.iter().filter_map(|part| part.split_last()).map(|(next, session)| (session, *next)).unzip();
        (self.question(&sessions), next)
    }

    fn question(&self, sequences: &[&[u32]]) -> Batch<Graphs> {
        let (rows, layout) = Graphs::of(sequences);
        Batch { rows: Rows::of(rows), layout }
    }

    fn forward<M: Matrix>(&self, given: &Given<'_, M>, graphs: &Graphs, _: Option<&mut Noise>) -> M {
        let mut nodes = given.rows.clone();
        for _ in 0..self.steps {
            let sum = |place: usize, edges: &Edges, bias: usize| {
                spread(&given.linear(&nodes, place), edges, graphs.nodes).plus(given.weight(bias))
            };
            let incoming = sum(INCOMING, &graphs.incoming, INCOMING_SUM);
            let outgoing = sum(OUTGOING, &graphs.outgoing, OUTGOING_SUM);
            let of_sums = given.linear(&M::beside(&[incoming, outgoing]), GATES_OF_SUMS);
            let of_nodes = given.linear(&nodes, GATES_OF_NODES);
            nodes = nodes.gated(&of_sums, &of_nodes);
        }
        let last = nodes.select(&graphs.last);
        let question = given.linear(&last, QUESTION).select(&graphs.sessions);
        let keys = given.linear(&nodes, KEYS).select(&graphs.clicks);
        let attention = question.plus(&keys).sigmoid().matmul(given.weight(ATTENTION));
        let clicks = nodes.select(&graphs.clicks).rows_times(&attention);
        let whole = clicks.gathered(&graphs.sessions, graphs.last.len());
        given.linear(&M::beside(&[whole, last]), READOUT)
    }

    fn write(&self, graph: &mut Graph, items: &Flow, table: &Flow, weights: &[Flow]) -> Flow {
        let w = |place: usize| &weights[place];
        // A node for each click; those of the same item hold the same numbers, and share what comes from them.
        let is_click = graph.at_least(items, 0);
        let is_click = graph.float(&is_click);
        let lengths = graph.sum(&is_click, 1, false);
        let known = graph.largest_int(items, 0);
        let mut nodes = graph.node("Gather", &[table, &known]);
        let (of_rows, of_columns) = (graph.unsqueezed(&is_click, 2), graph.unsqueezed(&is_click, 1));
        let (left, right) = (graph.unsqueezed(items, 2), graph.unsqueezed(items, 1));
        let same = graph.node("Equal", &[&left, &right]);
        let same = graph.float(&same);
        let same = graph.node("Mul", &[&same, &of_rows]);
        let clicks_of_node = graph.sum(&same, 2, false);
        let one = graph.number(1.0);
        let clicks_of_node = graph.node("Max", &[&clicks_of_node, &one]);
        let clicks_of_node = graph.unsqueezed(&clicks_of_node, 1);
        // From any click of an item to the click after it, and to all others of that item.
        let moved = graph.padded(&same, vec![0, 0, 1, 0, 0, -1]);
        let moved = graph.node("Mul", &[&moved, &of_columns]);
        let reached = graph.node("MatMul", &[&moved, &same]);
        let zero = graph.number(0.0);
        let edges = graph.node("Greater", &[&reached, &zero]);
        let edges = graph.float(&edges);
        let back = graph.transposed(&edges, vec![0, 2, 1]);
        let half = graph.number(0.5);
        let shares = |graph: &mut Graph, edges: &Flow| {
            let edges = graph.node("Div", &[edges, &clicks_of_node]);
            let degree = graph.sum(&edges, 2, true);
            let degree = graph.node("Max", &[&degree, &half]);
            graph.node("Div", &[&edges, &degree])
        };
        let (incoming, outgoing) = (shares(graph, &back), shares(graph, &edges));
        for _ in 0..self.steps {
            let sum = |graph: &mut Graph, edges: &Flow, place: usize, bias: usize| {
                let given = graph.linear(&nodes, w(place), w(place + 1));
                let sum = graph.node("MatMul", &[edges, &given]);
                graph.node("Add", &[&sum, w(bias)])
            };
            let from = sum(graph, &incoming, INCOMING, INCOMING_SUM);
            let to = sum(graph, &outgoing, OUTGOING, OUTGOING_SUM);
            let sums = graph.concatenated(&[&from, &to], 2);
            let of_sums = graph.linear(&sums, w(GATES_OF_SUMS), w(GATES_OF_SUMS + 1));
            let of_nodes = graph.linear(&nodes, w(GATES_OF_NODES), w(GATES_OF_NODES + 1));
            nodes = gated_in(graph, &nodes, &of_sums, &of_nodes);
        }
        let last = last_of(graph, &nodes, &lengths);
        let question = graph.linear(&last, w(QUESTION), w(QUESTION + 1));
        let question = graph.unsqueezed(&question, 1);
        let keys = graph.linear(&nodes, w(KEYS), w(KEYS + 1));
        let both = graph.node("Add", &[&question, &keys]);
        let both = graph.node("Sigmoid", &[&both]);
        let attention = graph.node("MatMul", &[&both, w(ATTENTION)]);
        let attention = graph.node("Mul", &[&attention, &of_rows]);
        let whole = graph.node("Mul", &[&nodes, &attention]);
        let whole = graph.sum(&whole, 1, false);
        let both = graph.concatenated(&[&whole, &last], 1);
        graph.linear(&both, w(READOUT), w(READOUT + 1))
    }
}

/// A gated recurrent unit in the form of ONNX, along the last axis.
fn gated_in(graph: &mut Graph, state: &Flow, of_input: &Flow, of_state: &Flow) -> Flow {
    let (input, of_state) = (graph.split(of_input, 3), graph.split(of_state, 3));
    let gate = |graph: &mut Graph, place: usize| {
        let both = graph.node("Add", &[&input[place], &of_state[place]]);
        graph.node("Sigmoid", &[&both])
    };
    let (reset, update) = (gate(graph, 0), gate(graph, 1));
    let kept = graph.node("Mul", &[&reset, &of_state[2]]);
    let new = graph.node("Add", &[&input[2], &kept]);
    let new = graph.node("Tanh", &[&new]);
    let change = graph.node("Sub", &[state, &new]);
    let change = graph.node("Mul", &[&update, &change]);
    graph.node("Add", &[&new, &change])
}

/// The row of the last item of each sequence: of rows (sequence, item, number) and the lengths as floats.
pub(crate) fn last_of(graph: &mut Graph, rows: &Flow, lengths: &Flow) -> Flow {
    let one = graph.number(1.0);
    let lengths = graph.node("Max", &[lengths, &one]);
    let place = graph.node("Sub", &[&lengths, &one]);
    let place = graph.int(&place);
    let place = graph.unsqueezed(&place, 1);
    graph.gathered(rows, &place, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_a_graph_of_its_items() {
        // 7 and 3 are clicked twice, 3 twice in a row.
        let (items, graphs) = Graphs::of(&[&[7, 3, 3, 5, 7, 3], &[7]]);
        assert_eq!(items, [7, 3, 5, 7]);
        assert_eq!(graphs.clicks, [0, 1, 1, 2, 0, 1, 3]);
        assert_eq!(graphs.sessions, [0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(graphs.last, [1, 3]);
        let edges = |edges: &Edges| -> Vec<_> {
            (0..edges.to.len()).map(|edge| (edges.from[edge], edges.to[edge], edges.shares[edge])).collect()
        };
        assert_eq!(edges(&graphs.incoming), [(0, 1, 0.5), (1, 1, 0.5), (1, 2, 1.0), (2, 0, 1.0)]);
        assert_eq!(edges(&graphs.outgoing), [(1, 0, 1.0), (1, 1, 0.5), (2, 1, 0.5), (0, 2, 1.0)]);
    }

    #[test]
    fn graphs_of_all_prefixes_are_counted() {
        let (items, offsets) = ([7, 3, 3, 5, 1, 2, 9], [0, 4, 6, 7]);
        let sequences = Sequences::new(&items, &offsets, 10).unwrap();
        // 7; 7 3; 7 3 3; 1.
        let extent = Extent { graphs: 4, nodes: 1 + 2 + 2 + 1, edges: 1 + 2 };
        for together in [1, 2, 100] {
            assert_eq!(SrGnn { dimension: 2, steps: 1 }.graphs(sequences, together), extent);
        }
    }

    #[test]
    fn sessions_of_one_click_and_of_ten_thousand() {
        let (items, graphs) = Graphs::of(&[&[4]]);
        assert_eq!((items, graphs.incoming.shares), (vec![4], vec![0.0]));
        let long: Vec<u32> = (0..10_000).collect();
        let (items, graphs) = Graphs::of(&[&long]);
        assert_eq!((items[0], items.len(), graphs.last), (9_900, CLICKS, vec![99]));
        let parts = SrGnn { dimension: 2, steps: 1 }.parts(10_000);
        assert_eq!((parts.len(), parts[0], parts[9_998]), (9_999, [0, 2], [9_899, 10_000]));
    }
}
