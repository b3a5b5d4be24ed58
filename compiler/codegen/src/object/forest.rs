//! Ensembles as node tables. Whatever a node asks becomes one comparison, so that walks have no branches.
//!
//! - What a feature is to a node (0 where it is missing, always left, always right) depends on the feature and on how the node takes
//!   missing values, not on the node alone. So a row has a value for each such way, a *lane*, and a node asks whether its lane is at most
//!   its threshold: missing values that go left are negative infinity there, those that go right are NaN.
//! - The first lane is NaN. Leaves ask for it, get no, and lead to themselves; their threshold is their answer.
//! - A category becomes a number from 0: that of NaN, of all that no set can have, of 0, 1, .. A set is a bit for each; the comparison
//!   with a threshold of NaN says no, and the bit is added to it. Nodes that compare numbers have an empty set.
//! - Where all sets of a model fit 64 bits, a node has its set itself. Else it has the place of its set, which ends with the first number
//!   from which on it has none.

use std::collections::HashMap;

use super::Uncompiled;
use crate::trees::{Child, Ensemble, Missing, Node, Question, Tree};

/// A value that nodes compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// NaN.
    Nothing,
    /// A number.
    Number {
        /// The feature.
        feature: usize,
        /// What is missing in it.
        missing: Missing,
        /// Whether that goes left.
        missing_left: bool,
    },
    /// The number of a category.
    Category {
        /// The feature.
        feature: usize,
    },
}

impl Lane {
    /// The feature that it is made of.
    pub(super) fn feature(self) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Number { feature, .. } | Self::Category { feature } => Some(feature),
        }
    }
}

/// Numbers of categories below the first category itself: those of NaN and of what is in no set.
pub(super) const FIRST_CATEGORY: i64 = 2;

/// The number of what is in no set, where sets have 64 bits.
pub(super) const LAST_SMALL: i64 = 63;

/// The bytes of a float, of a lane's place, and of the place of the next node.
const PLAIN_NODE: usize = 16;
/// Those, and of a set or its place and end.
const SET_NODE: usize = 24;

/// No category, in a node or at the beginning of the table.
const NO_SET: [u8; 8] = [0; 8];

/// Where nodes have their sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sets {
    /// There are none.
    None,
    /// In themselves.
    Small,
    /// In a table.
    Large,
}

/// The tables of an ensemble.
pub(super) struct Forest {
    /// Nodes: the threshold, the place of the lane in a row's bytes, and that of the node to go to when the answer is no; that for yes
    /// is the one behind it.
    pub(super) nodes: Vec<u8>,
    /// Where nodes have their sets.
    pub(super) kind: Sets,
    /// Where each tree begins among the bytes of nodes.
    pub(super) roots: Vec<u32>,
    /// What a row has for them.
    pub(super) lanes: Vec<Lane>,
    /// Sets of categories.
    pub(super) sets: Vec<u8>,
}

struct Packing {
    forest: Forest,
    lanes: HashMap<Lane, u32>,
    sets: HashMap<Vec<u8>, u32>,
}

impl Forest {
    /// The tables of a checked ensemble.
    pub(super) fn of(ensemble: &Ensemble) -> Result<Self, Uncompiled> {
        let kind = kind(ensemble);
        let forest = Self { nodes: Vec::new(), kind, roots: Vec::new(), lanes: vec![Lane::Nothing], sets: vec![0] };
        let mut packing = Packing { forest, lanes: HashMap::from([(Lane::Nothing, 0)]), sets: HashMap::new() };
        for tree in &ensemble.trees {
            packing.add(tree)?;
        }
        Ok(packing.forest)
    }

    /// The bytes of a node.
    pub(super) fn node(&self) -> usize {
        if self.kind == Sets::None { PLAIN_NODE } else { SET_NODE }
    }
}

fn kind(ensemble: &Ensemble) -> Sets {
    let nodes = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
    let sets = nodes.filter_map(|node| match &node.question {
        Question::Among { members, .. } => Some(numbers(members).last().unwrap_or(0)),
        Question::AtMost { .. } => None,
    });
    match sets.max() {
        None => Sets::None,
        Some(largest) if (largest as i64) < LAST_SMALL => Sets::Small,
        Some(_) => Sets::Large,
    }
}

/// The numbers of the categories of a set, rising.
fn numbers(members: &[u32]) -> impl Iterator<Item = usize> + '_ {
    (0..).zip(members).flat_map(|(word, bits)| {
        let members = (0..32).filter(move |bit| bits >> bit & 1 == 1);
        members.map(move |bit| FIRST_CATEGORY as usize + word * 32 + bit)
    })
}

fn too_large() -> Uncompiled {
    Uncompiled::Unsupported("its trees are larger than 2 GiB of tables".into())
}

/// A place among bytes, which have room for the most that a table may have.
fn place(bytes: usize) -> Result<u32, Uncompiled> {
    i32::try_from(bytes).map(i32::cast_unsigned).map_err(|_| too_large())
}

impl Packing {
    /// Adds a tree: the way that most rows of the training went comes first, and pairs of children share a line of the cache.
    fn add(&mut self, tree: &Tree) -> Result<(), Uncompiled> {
        let size = self.forest.node();
        // The root stands alone, so that pairs begin at even places.
        let root = (self.forest.nodes.len() / size + 1) * size;
        self.forest.nodes.resize(root + size, 0);
        self.forest.roots.push(place(root)?);
        let first = if tree.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
        let mut open = vec![(first, root)];
        while let Some((child, at)) = open.pop() {
            match child {
                Child::Leaf(leaf) => self.write(at, tree.leaves[leaf].value, 0, place(at)?, NO_SET),
                Child::Node(number) => {
                    let node = &tree.nodes[number];
                    let pair = self.forest.nodes.len();
                    self.forest.nodes.resize(pair + 2 * size, 0);
                    let (threshold, lane, set) = self.question(node)?;
                    self.write(at, threshold, lane, place(pair)?, set);
                    let ways = [(node.right, pair), (node.left, pair + size)];
                    let [rare, often] =
                        if tree.rows(node.left) < tree.rows(node.right) { [ways[1], ways[0]] } else { ways };
                    open.extend([rare, often]);
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, at: usize, threshold: f64, lane: u32, next: u32, set: [u8; 8]) {
        let mut bytes = Vec::with_capacity(SET_NODE);
        bytes.extend(threshold.to_ne_bytes());
        bytes.extend([lane, next].into_iter().flat_map(u32::to_ne_bytes));
        bytes.extend(set);
        let size = self.forest.node();
        self.forest.nodes[at..at + size].copy_from_slice(&bytes[..size]);
    }

    /// The threshold, the lane, and the set or where it is.
    fn question(&mut self, node: &Node) -> Result<(f64, u32, [u8; 8]), Uncompiled> {
        let feature = node.feature;
        match &node.question {
            Question::AtMost { threshold, missing, missing_left } => {
                let missing_left = *missing_left && *missing != Missing::Nothing;
                let lane = self.lane(Lane::Number { feature, missing: *missing, missing_left })?;
                Ok((*threshold, lane, NO_SET))
            }
            Question::Among { members, missing_left } => {
                let set = self.set(members, *missing_left)?;
                Ok((f64::NAN, self.lane(Lane::Category { feature })?, set))
            }
        }
    }

    /// The place of a lane in the bytes of a row.
    fn lane(&mut self, lane: Lane) -> Result<u32, Uncompiled> {
        if let Some(known) = self.lanes.get(&lane) {
            return Ok(*known);
        }
        let at = place(self.forest.lanes.len() * size_of::<f64>())?;
        self.forest.lanes.push(lane);
        self.lanes.insert(lane, at);
        Ok(at)
    }

    fn set(&mut self, members: &[u32], missing_left: bool) -> Result<[u8; 8], Uncompiled> {
        if self.forest.kind == Sets::Small {
            let set = numbers(members).fold(u64::from(missing_left), |set, number| set | 1 << number);
            return Ok(set.to_ne_bytes());
        }
        let mut bits = vec![u8::from(missing_left)];
        let mut end = FIRST_CATEGORY as usize;
        for number in numbers(members) {
            bits.resize(number / 8 + 1, 0);
            bits[number / 8] |= 1 << (number % 8);
            end = number + 1;
        }
        bits.resize(end / 8 + 1, 0);
        let end = place(end)?;
        let at = match self.sets.get(&bits) {
            Some(known) => *known,
            None => {
                let at = place(self.forest.sets.len())?;
                self.forest.sets.extend_from_slice(&bits);
                self.sets.insert(bits, at);
                at
            }
        };
        let (at, end) = (at.to_ne_bytes(), end.to_ne_bytes());
        Ok([at[0], at[1], at[2], at[3], end[0], end[1], end[2], end[3]])
    }
}
