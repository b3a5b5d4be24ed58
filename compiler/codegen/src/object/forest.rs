//! Ensembles as node tables. Whatever a node asks becomes one comparison, so that walks have no branches.
//!
//! - What a feature is to a node (0 where it is missing, always left, always right) depends on the feature and on how the node takes
//!   missing values, not on the node alone. So a row has a value for each such way, a *lane*, and a node asks whether its lane is at most
//!   its threshold: missing values that go left are negative infinity there, those that go right are NaN.
//! - The first lane is NaN. Leaves ask for it, get no, and lead to themselves; their threshold is their answer.
//! - A category becomes a number from 0: that of NaN, of all that no set can have, of 0, 1, .. A set is a bit for each, up to the first
//!   that it has none of the rest. The comparison with a threshold of NaN says no, and the bit is added to it; nodes that compare
//!   numbers have an empty set.

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

/// Bytes of a float, of a lane's place, and of the place of the next node.
const PLAIN_NODE: usize = 16;
/// The same, the place of a set and how many categories it may have.
const SET_NODE: usize = 24;

/// The tables of an ensemble.
pub(super) struct Forest {
    /// Nodes: the threshold, the place of the lane in a row's bytes, and that of the node to go to when the answer is no; that for yes
    /// is the one behind it.
    pub(super) nodes: Vec<u8>,
    /// Bytes of a node.
    pub(super) node: usize,
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
        let mut nodes = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        let has_sets = nodes.any(|node| matches!(node.question, Question::Among { .. }));
        let node = if has_sets { SET_NODE } else { PLAIN_NODE };
        let forest = Self { nodes: Vec::new(), node, roots: Vec::new(), lanes: vec![Lane::Nothing], sets: vec![0] };
        let mut packing = Packing { forest, lanes: HashMap::from([(Lane::Nothing, 0)]), sets: HashMap::new() };
        for tree in &ensemble.trees {
            packing.add(tree)?;
        }
        Ok(packing.forest)
    }

    /// Whether nodes may have sets.
    pub(super) fn has_sets(&self) -> bool {
        self.node == SET_NODE
    }
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
        let size = self.forest.node;
        // The root stands alone, so that pairs begin at even places.
        let root = (self.forest.nodes.len() / size + 1) * size;
        self.forest.nodes.resize(root + size, 0);
        self.forest.roots.push(place(root)?);
        let first = if tree.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
        let mut open = vec![(first, root)];
        while let Some((child, at)) = open.pop() {
            match child {
                Child::Leaf(leaf) => self.write(at, tree.leaves[leaf].value, 0, place(at)?, (0, 0)),
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

    fn write(&mut self, at: usize, threshold: f64, lane: u32, next: u32, (set, limit): (u32, u32)) {
        let mut bytes = Vec::with_capacity(SET_NODE);
        bytes.extend(threshold.to_ne_bytes());
        [lane, next, set, limit].into_iter().for_each(|word| bytes.extend(word.to_ne_bytes()));
        let size = self.forest.node;
        self.forest.nodes[at..at + size].copy_from_slice(&bytes[..size]);
    }

    /// The threshold, the lane, and the set with the first number that is in none.
    fn question(&mut self, node: &Node) -> Result<(f64, u32, (u32, u32)), Uncompiled> {
        let feature = node.feature;
        match &node.question {
            Question::AtMost { threshold, missing, missing_left } => {
                let missing_left = *missing_left && *missing != Missing::Nothing;
                let lane = self.lane(Lane::Number { feature, missing: *missing, missing_left })?;
                Ok((*threshold, lane, (0, 0)))
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

    fn set(&mut self, members: &[u32], missing_left: bool) -> Result<(u32, u32), Uncompiled> {
        let numbers = (0..).zip(members).flat_map(|(word, bits)| {
            let members = (0..32).filter(move |bit| bits >> bit & 1 == 1);
            members.map(move |bit| FIRST_CATEGORY as usize + word * 32 + bit)
        });
        let mut bits = vec![u8::from(missing_left)];
        let mut limit = FIRST_CATEGORY as usize;
        for number in numbers {
            bits.resize(number / 8 + 1, 0);
            bits[number / 8] |= 1 << (number % 8);
            limit = number + 1;
        }
        bits.resize(limit / 8 + 1, 0);
        let limit = place(limit)?;
        if let Some(known) = self.sets.get(&bits) {
            return Ok((*known, limit));
        }
        let at = place(self.forest.sets.len())?;
        self.forest.sets.extend_from_slice(&bits);
        self.sets.insert(bits, at);
        Ok((at, limit))
    }
}
