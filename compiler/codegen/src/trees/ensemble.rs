//! Tree ensembles as values.

use super::{Transform, Unread};

/// Trees that answer together.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// In the order in which their answers are summed.
    pub trees: Vec<Tree>,
    /// Numbers that a row gets: the number of classes, else 1.
    pub outputs: usize,
    /// Features that a row has.
    pub features: usize,
    /// What each output starts from, before the first tree.
    pub base: Vec<f64>,
    /// How numbers are taken.
    pub arithmetic: Arithmetic,
    /// What makes an answer of a sum.
    pub transform: Transform,
}

/// How numbers are taken: it differs between libraries, and scores are to be theirs to the last bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arithmetic {
    /// A feature is rounded to a 32-bit float before any question.
    pub narrow_features: bool,
    /// A sum is rounded to a 32-bit float after every tree.
    pub narrow_sums: bool,
    /// A feature this close to 0 ([`NEAR_ZERO`]) is 0 before any question: LightGBM keeps no such value of a row.
    pub snap_to_zero: bool,
}

/// A tree: nodes that ask, leaves that answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// The first one is the root; children come after their parents. None where the tree is a single leaf.
    pub nodes: Vec<Node>,
    /// The answers.
    pub leaves: Vec<Leaf>,
    /// The output that it speaks for.
    pub output: usize,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The feature asked for.
    pub feature: usize,
    /// What is asked of it.
    pub question: Question,
    /// Where to go when the answer is yes.
    pub left: Child,
    /// Where to go when it is no.
    pub right: Child,
    /// Rows of the training that came here; 0 where the file does not tell.
    pub rows: f64,
    /// How much the split made the loss smaller; 0 where the file does not tell.
    pub gain: f64,
}

/// What a node asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Whether the value is at most the threshold.
    AtMost {
        /// The threshold; not NaN.
        threshold: f64,
        /// What counts as missing.
        missing: Missing,
        /// Whether a missing value goes left.
        missing_left: bool,
    },
    /// Whether the category, a whole number, is a member. One that is negative or unknown is none.
    Among {
        /// A bit for each category, 32 a word.
        members: Vec<u32>,
        /// Whether NaN goes left.
        missing_left: bool,
    },
}

/// What counts as missing for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// Nothing; NaN is taken for 0.
    Nothing,
    /// 0 and NaN.
    Zero,
    /// NaN.
    NotANumber,
}

/// What lies below a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// A node, by its place.
    Node(usize),
    /// A leaf, by its place.
    Leaf(usize),
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaf {
    /// What it adds to the score.
    pub value: f64,
    /// Rows of the training that came here; 0 where the file does not tell.
    pub rows: f64,
}

/// Numbers this close to 0 are 0 (LightGBM's `kZeroThreshold`, a 32-bit float).
pub const NEAR_ZERO: f64 = 1e-35_f32 as f64;

/// Outputs that a model may have; room is made for all of them.
const MOST_OUTPUTS: usize = 1 << 20;

/// The number of outputs that a file tells, where it is one.
pub(super) fn sensible_outputs(outputs: usize) -> Result<usize, Unread> {
    match outputs {
        1..=MOST_OUTPUTS => Ok(outputs),
        _ => Err(Unread::broken(format!("it tells of {outputs} outputs, and 1 to {MOST_OUTPUTS} are possible"))),
    }
}

impl Question {
    /// Whether a value goes left.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        match self {
            Self::AtMost { threshold, missing, missing_left } => {
                let value = if value.is_nan() && *missing != Missing::NotANumber { 0.0 } else { value };
                let is_missing = match missing {
                    Missing::Nothing => false,
                    Missing::Zero => value.abs() <= NEAR_ZERO,
                    Missing::NotANumber => value.is_nan(),
                };
                if is_missing { *missing_left } else { value <= *threshold }
            }
            Self::Among { missing_left, .. } if value.is_nan() => *missing_left,
            // The cast cuts the fraction off, as LightGBM does: -0.5 is the category 0.
            Self::Among { members, .. } => value > -1.0 && is_member(members, value as u64),
        }
    }
}

/// Whether a category's bit is set.
pub(super) fn is_member(members: &[u32], category: u64) -> bool {
    let word = usize::try_from(category / 32).ok().and_then(|word| members.get(word));
    word.is_some_and(|word| word >> (category % 32) & 1 == 1)
}

impl Tree {
    /// The mean answer over the rows of the training.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let rows: f64 = self.leaves.iter().map(|leaf| leaf.rows).sum();
        match self.leaves.as_slice() {
            [only] => only.value,
            leaves if rows > 0.0 => leaves.iter().map(|leaf| leaf.rows / rows * leaf.value).sum(),
            _ => 0.0,
        }
    }

    /// Rows of the training that came to a child.
    #[must_use]
    pub fn rows(&self, child: Child) -> f64 {
        match child {
            Child::Node(node) => self.nodes[node].rows,
            Child::Leaf(leaf) => self.leaves[leaf].rows,
        }
    }

    /// The most nodes that lie on the way to a leaf.
    #[must_use]
    pub fn depth(&self) -> usize {
        let mut depths = vec![1; self.nodes.len()];
        for (place, node) in self.nodes.iter().enumerate() {
            for child in [node.left, node.right] {
                if let Child::Node(below) = child {
                    depths[below] = depths[place] + 1;
                }
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// Whether it is a tree: the children of each node lie behind it, and each node but the root, and each leaf, has one parent.
    fn check(&self, features: usize) -> Result<(), Unread> {
        if self.leaves.len() != self.nodes.len() + 1 {
            let (nodes, leaves) = (self.nodes.len(), self.leaves.len());
            return Err(Unread::broken(format!(
                "it has {nodes} nodes and {leaves} leaves, and a tree has one leaf more"
            )));
        }
        let (mut nodes, mut leaves) = (vec![false; self.nodes.len()], vec![false; self.leaves.len()]);
        for (place, node) in self.nodes.iter().enumerate() {
            if node.feature >= features {
                let asked = node.feature;
                return Err(Unread::broken(format!(
                    "node {place} asks for the feature {asked}, and there are {features}"
                )));
            }
            if matches!(node.question, Question::AtMost { threshold, .. } if threshold.is_nan()) {
                return Err(Unread::broken(format!("the threshold of node {place} is not a number")));
            }
            for child in [node.left, node.right] {
                let (taken, what, to) = match child {
                    Child::Node(to) if to > place => (nodes.get_mut(to), "node", to),
                    Child::Node(to) => (None, "node", to),
                    Child::Leaf(to) => (leaves.get_mut(to), "leaf", to),
                };
                match taken {
                    Some(taken) if !*taken => *taken = true,
                    Some(_) => {
                        return Err(Unread::broken(format!(
                            "node {place} leads to {what} {to}, where another way leads already"
                        )));
                    }
                    None => {
                        return Err(Unread::broken(format!(
                            "node {place} leads to {what} {to}, which is not there or lies above it"
                        )));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Ensemble {
    /// Whether the trees are trees, and ask and answer only what there is.
    ///
    /// # Errors
    /// What is wrong, and in which tree.
    pub fn check(&self) -> Result<(), Unread> {
        if self.outputs == 0 || self.base.len() != self.outputs {
            let (outputs, base) = (self.outputs, self.base.len());
            return Err(Unread::broken(format!(
                "the model has {outputs} outputs and {base} numbers that they start from"
            )));
        }
        for (place, tree) in self.trees.iter().enumerate() {
            tree.check(self.features).map_err(|error| error.within(format!("tree {place}")))?;
            if tree.output >= self.outputs {
                let (output, outputs) = (tree.output, self.outputs);
                return Err(Unread::broken(format!(
                    "tree {place} speaks for output {output}, and there are {outputs}"
                )));
            }
        }
        Ok(())
    }
}
