//! The nodes of all trees, by number, whatever the version of the operator.

use std::collections::{BTreeMap, HashMap};

use super::super::{Missing, Question, Unread};
use super::attributes::Attributes;

/// What stands under a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Branch {
    /// A leaf.
    Leaf,
    /// A question, and where yes and no lead to.
    Split {
        /// The feature asked for.
        feature: usize,
        /// What is asked.
        question: Question,
        /// The numbers of its children.
        to: [usize; 2],
    },
}

/// The nodes of an operator.
pub(super) struct Nodes {
    pub(super) roots: Vec<usize>,
    pub(super) branches: Vec<Branch>,
    /// What each leaf adds to which targets.
    pub(super) weights: HashMap<usize, Vec<(usize, f64)>>,
    pub(super) outputs: usize,
    pub(super) is_classifier: bool,
    pub(super) averaged: bool,
    pub(super) base: Vec<f64>,
    pub(super) transform: String,
    /// Whether features are 32-bit floats.
    pub(super) narrow: bool,
}

impl Nodes {
    /// How many features are asked for: the operator does not tell how many a row has.
    pub(super) fn features(&self) -> usize {
        let asked = self.branches.iter().filter_map(|branch| match branch {
            Branch::Split { feature, .. } => Some(feature + 1),
            Branch::Leaf => None,
        });
        asked.max().unwrap_or(0)
    }

    /// The target of all weights, where it is one.
    pub(super) fn only_target(&self) -> Option<usize> {
        let mut targets = self.weights.values().flatten().map(|(target, _)| *target);
        let first = targets.next()?;
        targets.all(|target| target == first).then_some(first)
    }

    /// Versions 1 to 3: a table of nodes and one of weights.
    pub(super) fn of_tables(of: &Attributes<'_>, is_classifier: bool) -> Result<Self, Unread> {
        let (trees, numbers) = (of.ints("nodes_treeids"), of.ints("nodes_nodeids"));
        let count = trees.len();
        let (values, narrow) = of.numbers("nodes_values")?;
        let features = of.places("nodes_featureids")?;
        let modes = of.texts("nodes_modes");
        let (yes, no) = (of.ints("nodes_truenodeids"), of.ints("nodes_falsenodeids"));
        let tracks = of.ints("nodes_missing_value_tracks_true");
        let lengths = [numbers.len(), values.len(), features.len(), modes.len(), yes.len(), no.len()];
        if lengths.iter().any(|length| *length != count) || ![0, count].contains(&tracks.len()) {
            return Err(Unread::broken(format!(
                "its `nodes_` attributes are of different lengths ({count}, {lengths:?})"
            )));
        }
        let mut places = HashMap::with_capacity(count);
        let mut roots: BTreeMap<i64, usize> = BTreeMap::new();
        for (place, key) in trees.iter().zip(numbers).enumerate() {
            if places.insert((*key.0, *key.1), place).is_some() {
                return Err(Unread::broken(format!("tree {} has the node {} twice", key.0, key.1)));
            }
            // The first node of a tree is its root.
            roots.entry(*key.0).or_insert(place);
        }
        let branches = (0..count).map(|place| {
            if modes[place] == "LEAF" {
                return Ok(Branch::Leaf);
            }
            let child = |number: i64| {
                let found = places.get(&(trees[place], number)).copied();
                found.ok_or_else(|| Unread::broken(format!("tree {} has no node {number}", trees[place])))
            };
            let missing_is_yes = tracks.get(place).is_some_and(|tracks| *tracks != 0);
            let to = [child(yes[place])?, child(no[place])?];
            split(features[place], &modes[place], values[place], missing_is_yes, to, narrow)
        });
        let branches = branches.collect::<Result<_, Unread>>()?;
        let prefix = if is_classifier { "class" } else { "target" };
        let named = |name: &str| format!("{prefix}_{name}");
        let (of_trees, of_nodes) = (of.ints(&named("treeids")), of.ints(&named("nodeids")));
        let targets = of.places(&named("ids"))?;
        let (given, _) = of.numbers(&named("weights"))?;
        if [of_nodes.len(), targets.len(), given.len()].iter().any(|length| *length != of_trees.len()) {
            return Err(Unread::broken(format!("its `{prefix}_` attributes are of different lengths")));
        }
        let mut weights: HashMap<usize, Vec<(usize, f64)>> = HashMap::new();
        for (((tree, node), target), weight) in of_trees.iter().zip(of_nodes).zip(targets).zip(given) {
            let place = places.get(&(*tree, *node)).copied();
            let place = place.ok_or_else(|| {
                Unread::broken(format!("a weight is of node {node} of tree {tree}, which is not there"))
            })?;
            weights.entry(place).or_default().push((target, weight));
        }
        let outputs = if is_classifier {
            of.texts("classlabels_strings").len().max(of.ints("classlabels_int64s").len())
        } else {
            usize::try_from(of.int("n_targets").unwrap_or(1)).unwrap_or(0)
        };
        let averaged = match of.text("aggregate_function").as_deref() {
            None | Some("SUM") => false,
            Some("AVERAGE") => true,
            Some(other) => return Err(Unread::Unsupported(format!("the aggregate `{other}`"))),
        };
        let transform = of.text("post_transform").unwrap_or_default();
        let (base, _) = of.numbers("base_values")?;
        let roots = roots.into_values().collect();
        Ok(Self { roots, branches, weights, outputs, is_classifier, averaged, base, transform, narrow })
    }

    /// Version 5: nodes and leaves in lists of their own. Numbers of leaves come behind those of nodes.
    pub(super) fn of_version_5(of: &Attributes<'_>) -> Result<Self, Unread> {
        let features = of.places("nodes_featureids")?;
        let count = features.len();
        let (splits, narrow) = of.numbers("nodes_splits")?;
        let modes = of.bytes("nodes_modes")?;
        let (yes, no) = (of.places("nodes_truenodeids")?, of.places("nodes_falsenodeids")?);
        let (yes_is_leaf, no_is_leaf) = (of.ints("nodes_trueleafs"), of.ints("nodes_falseleafs"));
        let tracks = of.ints("nodes_missing_value_tracks_true");
        let lengths = [splits.len(), modes.len(), yes.len(), no.len(), yes_is_leaf.len(), no_is_leaf.len()];
        if lengths.iter().any(|length| *length != count) || ![0, count].contains(&tracks.len()) {
            return Err(Unread::broken(format!(
                "its `nodes_` attributes are of different lengths ({count}, {lengths:?})"
            )));
        }
        let targets = of.places("leaf_targetids")?;
        let (given, _) = of.numbers("leaf_weights")?;
        if targets.len() != given.len() {
            return Err(Unread::broken("`leaf_targetids` and `leaf_weights` are of different lengths"));
        }
        let mut branches = (0..count)
            .map(|place| {
                const MODES: [&str; 7] =
                    ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"];
                let mode = MODES.get(usize::from(modes[place])).copied().unwrap_or("unknown");
                let to = [(yes[place], yes_is_leaf[place]), (no[place], no_is_leaf[place])];
                let to = to.map(|(to, is_leaf)| if is_leaf == 0 { to } else { to + count });
                let missing_is_yes = tracks.get(place).is_some_and(|tracks| *tracks != 0);
                split(features[place], mode, splits[place], missing_is_yes, to, narrow)
            })
            .collect::<Result<Vec<_>, Unread>>()?;
        branches.resize(count + targets.len(), Branch::Leaf);
        let weights = targets.into_iter().zip(given).enumerate();
        let weights = weights.map(|(leaf, (target, weight))| (count + leaf, vec![(target, weight)])).collect();
        let averaged = match of.int("aggregate_function") {
            None | Some(1) => false,
            Some(0) => true,
            Some(other) => return Err(Unread::Unsupported(format!("the aggregate {other} (least or most)"))),
        };
        let transform = match of.int("post_transform") {
            None | Some(0) => "NONE",
            Some(1) => "SOFTMAX",
            Some(2) => "LOGISTIC",
            Some(3) => "SOFTMAX_ZERO",
            _ => "PROBIT",
        };
        Ok(Self {
            roots: of.places("tree_roots")?,
            branches,
            weights,
            outputs: usize::try_from(of.int("n_targets").unwrap_or(1)).unwrap_or(0),
            is_classifier: false,
            averaged,
            base: Vec::new(),
            transform: transform.into(),
            narrow,
        })
    }
}

/// A question in the form that is kept: less than is at most the next lower number, and the opposites change sides.
fn split(
    feature: usize,
    mode: &str,
    value: f64,
    missing_is_yes: bool,
    [yes, no]: [usize; 2],
    narrow: bool,
) -> Result<Branch, Unread> {
    let lower = if narrow { f64::from((value as f32).next_down()) } else { value.next_down() };
    let (threshold, is_opposite) = match mode {
        "BRANCH_LEQ" => (value, false),
        "BRANCH_LT" => (lower, false),
        "BRANCH_GT" => (value, true),
        "BRANCH_GTE" => (lower, true),
        other => return Err(Unread::Unsupported(format!("a node of mode `{other}`"))),
    };
    if value.is_nan() || value == f64::NEG_INFINITY {
        return Err(Unread::broken(format!("a node has the threshold {value}")));
    }
    let (to, missing_left) = if is_opposite { ([no, yes], !missing_is_yes) } else { ([yes, no], missing_is_yes) };
    Ok(Branch::Split {
        feature,
        question: Question::AtMost { threshold, missing: Missing::NotANumber, missing_left },
        to,
    })
}
