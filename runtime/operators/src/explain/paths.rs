//! Leaves as games: the features on the way to a leaf, and how each takes part.

use gml_codegen::trees::{Child, Tree};

/// A leaf with the features on the way to it, each once.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// What the leaf adds to the score.
    pub(super) value: f64,
    /// The features asked for on the way.
    pub(super) steps: Vec<Step>,
}

/// A feature on the way to a leaf.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Which.
    pub(super) feature: usize,
    /// The share of the training's rows that go on towards the leaf wherever the feature is asked for: what happens
    /// where its value is not known.
    pub(super) share: f64,
    /// The nodes that ask for it, and whether the way goes left there.
    pub(super) turns: Vec<(usize, bool)>,
}

/// The leaves of a tree.
pub(super) fn paths(tree: &Tree) -> Vec<Path> {
    let mut found = Vec::with_capacity(tree.leaves.len());
    if tree.nodes.is_empty() {
        return found;
    }
    let mut open = vec![(Child::Node(0), Vec::<Step>::new())];
    while let Some((at, steps)) = open.pop() {
        match at {
            Child::Leaf(leaf) => found.push(Path { value: tree.leaves[leaf].value, steps }),
            Child::Node(place) => {
                let node = &tree.nodes[place];
                for (child, left) in [(node.right, false), (node.left, true)] {
                    let share = if node.rows > 0.0 { tree.rows(child) / node.rows } else { 0.0 };
                    let mut steps = steps.clone();
                    match steps.iter_mut().find(|step| step.feature == node.feature) {
                        Some(step) => {
                            step.share *= share;
                            step.turns.push((place, left));
                        }
                        None => steps.push(Step { feature: node.feature, share, turns: vec![(place, left)] }),
                    }
                    open.push((child, steps));
                }
            }
        }
    }
    found
}
