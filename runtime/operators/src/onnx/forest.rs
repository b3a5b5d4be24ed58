//! Trees, as the operator `TreeEnsemble` of `ai.onnx.ml`, version 5.

use gml_codegen::trees::{Child, Ensemble, Missing, Node, Question};
use gml_connect::Fault;

use super::graph::{Flow, Graph, MODELS, Setting};
use super::not_expressed;

/// Modes of nodes.
const AT_MOST: u8 = 0;
const AMONG: u8 = 6;
/// Answers are summed, and nothing is done to the sums.
const SUM: i64 = 1;
const PLAIN: i64 = 0;

/// The attributes of the operator, a list each.
#[derive(Default)]
struct Attributes {
    roots: Vec<i64>,
    features: Vec<i64>,
    splits: Vec<f64>,
    modes: Vec<u8>,
    when_true: Vec<i64>,
    when_false: Vec<i64>,
    true_is_leaf: Vec<i64>,
    false_is_leaf: Vec<i64>,
    missing_is_true: Vec<i64>,
    /// The sets that nodes ask for, each ended by NaN.
    members: Vec<f64>,
    targets: Vec<i64>,
    weights: Vec<f64>,
}

/// The sums of the answers of all trees for each row of a matrix of features, a column for each output.
///
/// # Errors
/// GML0936 where trees take 0 for missing.
pub(crate) fn forest(forest: &Ensemble, matrix: &Flow, graph: &mut Graph) -> Result<Flow, Fault> {
    let mut all = Attributes::default();
    let outputs = forest.outputs.max(1);
    for (place, tree) in forest.trees.iter().enumerate() {
        let (first_node, first_leaf) = (all.features.len(), all.weights.len());
        all.roots.push(index(first_node));
        for node in &tree.nodes {
            all.push(node, first_node, first_leaf)?;
        }
        if tree.nodes.is_empty() {
            // A tree that is a leaf: whatever the first feature is, the answer is the same.
            all.ask(0, AT_MOST, 0.0, [Child::Leaf(0), Child::Leaf(0)], false, first_node, first_leaf);
        }
        for leaf in &tree.leaves {
            all.targets.push(index(place % outputs));
            all.weights.push(leaf.value);
        }
    }
    let mut settings = vec![
        ("n_targets", Setting::Int(index(outputs))),
        ("aggregate_function", Setting::Int(SUM)),
        ("post_transform", Setting::Int(PLAIN)),
        ("tree_roots", Setting::Ints(all.roots)),
        ("nodes_featureids", Setting::Ints(all.features)),
        ("nodes_splits", Setting::Doubles(all.splits)),
        ("nodes_modes", Setting::Bytes(all.modes)),
        ("nodes_truenodeids", Setting::Ints(all.when_true)),
        ("nodes_falsenodeids", Setting::Ints(all.when_false)),
        ("nodes_trueleafs", Setting::Ints(all.true_is_leaf)),
        ("nodes_falseleafs", Setting::Ints(all.false_is_leaf)),
        ("nodes_missing_value_tracks_true", Setting::Ints(all.missing_is_true)),
        ("leaf_targetids", Setting::Ints(all.targets)),
        ("leaf_weights", Setting::Doubles(all.weights)),
    ];
    if !all.members.is_empty() {
        settings.push(("membership_values", Setting::Doubles(all.members)));
    }
    Ok(graph.node_of(MODELS, "TreeEnsemble", &[matrix], settings))
}

impl Attributes {
    fn push(&mut self, node: &Node, first_node: usize, first_leaf: usize) -> Result<(), Fault> {
        let children = [node.left, node.right];
        match &node.question {
            Question::AtMost { threshold, missing, missing_left } => {
                let missing_is_true = match missing {
                    // NaN is taken for 0.
                    Missing::Nothing => 0.0 <= *threshold,
                    Missing::NotANumber => *missing_left,
                    Missing::Zero => return Err(not_expressed("its trees take 0 for a missing value")),
                };
                self.ask(node.feature, AT_MOST, *threshold, children, missing_is_true, first_node, first_leaf);
            }
            Question::Among { members: words, missing_left } => {
                self.ask(node.feature, AMONG, 0.0, children, *missing_left, first_node, first_leaf);
                let bits = words.iter().enumerate().flat_map(|(word, bits)| {
                    (0..32).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| (word * 32 + bit) as f64)
                });
                self.members.extend(bits);
                self.members.push(f64::NAN);
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of one row of the operator's attributes")]
    fn ask(
        &mut self,
        feature: usize,
        mode: u8,
        split: f64,
        [left, right]: [Child; 2],
        missing_is_true: bool,
        first_node: usize,
        first_leaf: usize,
    ) {
        let place = |child| match child {
            Child::Node(node) => (index(first_node + node), 0),
            Child::Leaf(leaf) => (index(first_leaf + leaf), 1),
        };
        self.features.push(index(feature));
        self.modes.push(mode);
        self.splits.push(split);
        self.missing_is_true.push(i64::from(missing_is_true));
        let ((left, left_is_leaf), (right, right_is_leaf)) = (place(left), place(right));
        self.when_true.push(left);
        self.true_is_leaf.push(left_is_leaf);
        self.when_false.push(right);
        self.false_is_leaf.push(right_is_leaf);
    }
}

fn index(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
