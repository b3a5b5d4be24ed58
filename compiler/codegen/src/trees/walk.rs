//! Any tree on any machine: small nodes without branches, several walks in flight.

use super::codes::{Members, Test};
use super::{Child, Tree};

/// Walks in flight: as many as hide what a load takes.
pub(super) const LANES: usize = 8;
/// What `most` says of a node that asks for a category.
const CATEGORY: u32 = 256;

/// A question about bytes, or a leaf, which leads to itself.
#[derive(Clone, Copy)]
struct Node {
    column: u32,
    most: u32,
    /// Where no and yes lead to.
    next: [u32; 2],
}

/// A tree in this form: nodes, then leaves.
pub(super) struct Walk {
    nodes: Vec<Node>,
    inner: usize,
    sets: Vec<Vec<Members>>,
    pub(super) answers: Vec<f64>,
    pub(super) output: usize,
}

impl Walk {
    /// The form of a checked tree.
    pub(super) fn new(tree: &Tree, tests: &[Test]) -> Self {
        let inner = tree.nodes.len();
        let place = |child| match child {
            Child::Node(node) => node as u32,
            Child::Leaf(leaf) => (inner + leaf) as u32,
        };
        let mut sets = Vec::new();
        let mut nodes = Vec::with_capacity(inner + tree.leaves.len());
        for (node, test) in tree.nodes.iter().zip(tests) {
            let (column, most) = match test {
                Test::AtMost { column, most } => (*column as u32, u32::from(*most)),
                Test::Among { tables, .. } => {
                    sets.push(tables.clone());
                    (sets.len() as u32 - 1, CATEGORY)
                }
            };
            nodes.push(Node { column, most, next: [place(node.right), place(node.left)] });
        }
        for leaf in inner..inner + tree.leaves.len() {
            nodes.push(Node { column: 0, most: 0, next: [leaf as u32; 2] });
        }
        let answers = tree.leaves.iter().map(|leaf| leaf.value).collect();
        Self { nodes, inner, sets, answers, output: tree.output }
    }

    /// The step from a node, for the row at `codes[row]` of columns that are `stride` apart.
    #[inline(always)]
    fn step(&self, at: u32, codes: &[u8], stride: usize, row: usize) -> u32 {
        let node = self.nodes[at as usize];
        let yes = if node.most == CATEGORY {
            let value = |column: usize| codes[column * stride + row];
            self.sets[node.column as usize].iter().any(|set| set.holds(value(set.column), value(set.column + 1)))
        } else {
            u32::from(codes[node.column as usize * stride + row]) <= node.most
        };
        node.next[usize::from(yes)]
    }

    /// The leaves that rows come to, from `first` on.
    pub(super) fn leaves(&self, codes: &[u8], stride: usize, first: usize, into: &mut [u32; LANES]) {
        let mut at = [0_u32; LANES];
        while at.iter().any(|at| (*at as usize) < self.inner) {
            for (lane, at) in at.iter_mut().enumerate() {
                *at = self.step(*at, codes, stride, first + lane);
            }
        }
        for (into, at) in into.iter_mut().zip(at) {
            *into = at - self.inner as u32;
        }
    }
}

/// The answers of up to [`LANES`] trees to one row, whose codes have a stride of 1.
pub(super) fn answers(trees: &[Walk], codes: &[u8], into: &mut [f64; LANES]) {
    let mut at = [0_u32; LANES];
    let mut open = true;
    while open {
        open = false;
        for (tree, at) in trees.iter().zip(&mut at) {
            *at = tree.step(*at, codes, 1, 0);
            open |= (*at as usize) < tree.inner;
        }
    }
    for ((tree, at), into) in trees.iter().zip(at).zip(into) {
        *into = tree.answers[at as usize - tree.inner];
    }
}
