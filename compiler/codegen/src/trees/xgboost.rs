//! XGBoost's JSON of a model (boosters `gbtree`), as versions 1.7 to 3 write it.
//!
//! XGBoost counts in 32-bit floats: features, thresholds, answers and sums. A row goes left where its value is *less* than the
//! threshold, which among 32-bit floats is to be at most the next lower one. Categories of a split lead to the right.

use serde_json::Value as Json;

use super::ensemble::sensible_outputs;
use super::grow::{Part, grow};
use super::{Arithmetic, Ensemble, Leaf, Missing, Node, Objective, Question, Transform, Tree, Unread};

impl Ensemble {
    /// Reads XGBoost's JSON of a model.
    ///
    /// # Errors
    /// What is wrong with it, or what it has that is not read (boosters other than `gbtree`, leaves with several numbers).
    pub fn from_xgboost(text: &str) -> Result<Self, Unread> {
        let model: Json =
            serde_json::from_str(text).map_err(|error| Unread::broken(format!("it is no JSON: {error}")))?;
        let learner = part(&model, "learner")?;
        let booster = part(learner, "gradient_booster")?;
        let name = word(booster, "name")?;
        if name != "gbtree" {
            return Err(Unread::Unsupported(format!("the booster `{name}`")));
        }
        let of_model = part(learner, "learner_model_param")?;
        let features = whole(of_model, "num_feature")?;
        let classes = whole(of_model, "num_class")?;
        let targets = if of_model.get("num_target").is_some() { whole(of_model, "num_target")? } else { 1 };
        let outputs = sensible_outputs(classes.max(targets).max(1))?;
        let trees = list(part(booster, "model")?, "trees")?;
        let of_trees = numbers(part(booster, "model")?, "tree_info")?;
        if of_trees.len() != trees.len() {
            let (told, there) = (of_trees.len(), trees.len());
            return Err(Unread::broken(format!("`tree_info` tells of {told} trees, and there are {there}")));
        }
        let trees = trees.iter().zip(of_trees).enumerate().map(|(place, (of, output))| {
            let (nodes, leaves) = tree(of).map_err(|error| error.within(format!("tree {place}")))?;
            Ok(Tree { nodes, leaves, output: index(output)? })
        });
        let trees = trees.collect::<Result<_, Unread>>()?;
        let objective = word(part(learner, "objective")?, "name")?;
        let (link, objective) = objective_of(objective)?;
        let base = base(word(of_model, "base_score")?, outputs)?.into_iter().map(|base| f64::from(link.margin(base)));
        let ensemble = Self {
            trees,
            outputs,
            features,
            base: base.collect(),
            arithmetic: Arithmetic { narrow_features: true, narrow_sums: true, snap_to_zero: false },
            transform: Transform::of(objective),
        };
        ensemble.check()?;
        Ok(ensemble)
    }
}

/// How a base score is told.
#[derive(Clone, Copy)]
enum Link {
    Identity,
    Logit,
    Log,
}

impl Link {
    fn margin(self, base: f32) -> f32 {
        match self {
            Self::Identity => base,
            Self::Logit => -(1.0 / base - 1.0).ln(),
            Self::Log => base.ln(),
        }
    }
}

fn objective_of(name: &str) -> Result<(Link, Objective), Unread> {
    Ok(match name {
        "reg:squarederror"
        | "reg:linear"
        | "reg:squaredlogerror"
        | "reg:pseudohubererror"
        | "reg:absoluteerror"
        | "reg:quantileerror"
        | "rank:ndcg"
        | "rank:pairwise"
        | "rank:map" => (Link::Identity, Objective::Identity),
        "binary:logistic" | "reg:logistic" => (Link::Logit, Objective::NarrowSigmoid),
        "binary:logitraw" => (Link::Logit, Objective::Identity),
        // `softmax` is learned as `softprob` is; what it says is the place of the largest.
        "multi:softprob" | "multi:softmax" => (Link::Identity, Objective::NarrowSoftmax),
        "count:poisson" | "reg:gamma" | "reg:tweedie" => (Link::Log, Objective::NarrowExponential),
        other => return Err(Unread::Unsupported(format!("the objective `{other}`"))),
    })
}

/// One number, or (from version 3.1 on) a list of one for all outputs or one each.
fn base(text: &str, outputs: usize) -> Result<Vec<f32>, Unread> {
    let words = text.trim_start_matches('[').trim_end_matches(']').split(',');
    let numbers: Result<Vec<f32>, _> = words.map(|word| word.trim().parse()).collect();
    match numbers.as_deref() {
        Ok([only]) => Ok(vec![*only; outputs]),
        Ok(several) if several.len() == outputs => Ok(several.to_vec()),
        _ => Err(Unread::broken(format!("`base_score` is `{text}`, and one number for {outputs} outputs is due"))),
    }
}

fn tree(of: &Json) -> Result<(Vec<Node>, Vec<Leaf>), Unread> {
    if let Some(width) = of.get("tree_param").and_then(|param| param.get("size_leaf_vector"))
        && !["0", "1"].contains(&width.as_str().unwrap_or_default())
    {
        return Err(Unread::Unsupported("leaves with several numbers".into()));
    }
    let left = numbers(of, "left_children")?;
    let count = left.len();
    let same = |name: &str| {
        let found = numbers(of, name)?;
        if found.len() == count {
            return Ok(found);
        }
        let length = found.len();
        Err(Unread::broken(format!("`{name}` has {length} numbers, and `left_children` has {count}")))
    };
    let right = same("right_children")?;
    let (features, conditions) = (same("split_indices")?, same("split_conditions")?);
    let default_left = same("default_left")?;
    let kinds = if of.get("split_type").is_some() { same("split_type")? } else { vec![0.0; count] };
    let hessians = if of.get("sum_hessian").is_some() { same("sum_hessian")? } else { vec![0.0; count] };
    let gains = if of.get("loss_changes").is_some() { same("loss_changes")? } else { vec![0.0; count] };
    let sets = sets(of, count)?;
    let grown = grow(0, count, |number| {
        if left[number] < 0.0 {
            return Ok(Part::Leaf);
        }
        let (yes, no) = (index(left[number])?, index(right[number])?);
        let feature = index(features[number])?;
        let missing_left = default_left[number] != 0.0;
        if kinds[number] != 0.0 {
            let members = sets[number].clone();
            return Ok(Part::Split(feature, Question::Among { members, missing_left: !missing_left }, [no, yes]));
        }
        let threshold = conditions[number] as f32;
        if threshold.is_nan() || threshold == f32::NEG_INFINITY {
            return Err(Unread::broken(format!("its threshold is {threshold}")));
        }
        let threshold = f64::from(threshold.next_down());
        Ok(Part::Split(feature, Question::AtMost { threshold, missing: Missing::NotANumber, missing_left }, [yes, no]))
    })?;
    let told = grown.nodes.into_iter().zip(grown.node_numbers);
    let nodes = told.map(|(node, number)| Node { rows: hessians[number], gain: gains[number], ..node });
    let leaf = |number: &usize| Leaf { value: f64::from(conditions[*number] as f32), rows: hessians[*number] };
    Ok((nodes.collect(), grown.leaf_numbers.iter().map(leaf).collect()))
}

/// The categories of each node, as bits.
fn sets(of: &Json, count: usize) -> Result<Vec<Vec<u32>>, Unread> {
    // XGBoost takes no category beyond, since a 32-bit float holds no larger whole numbers exactly.
    const CATEGORIES: usize = 1 << 24;
    let mut sets = vec![Vec::new(); count];
    if of.get("categories_nodes").is_none() {
        return Ok(sets);
    }
    let (nodes, categories) = (numbers(of, "categories_nodes")?, numbers(of, "categories")?);
    let (starts, sizes) = (numbers(of, "categories_segments")?, numbers(of, "categories_sizes")?);
    if starts.len() != nodes.len() || sizes.len() != nodes.len() {
        return Err(Unread::broken(
            "`categories_segments` and `categories_sizes` are of other lengths than `categories_nodes`",
        ));
    }
    for ((node, start), size) in nodes.into_iter().zip(starts).zip(sizes) {
        let (node, start, size) = (index(node)?, index(start)?, index(size)?);
        let members = start.checked_add(size).and_then(|end| categories.get(start..end));
        let (Some(members), Some(set)) = (members, sets.get_mut(node)) else {
            return Err(Unread::broken(format!("the categories of node {node} are not there")));
        };
        for member in members {
            let category = index(*member)?;
            if category >= CATEGORIES {
                return Err(Unread::broken(format!("node {node} has the category {category}, which is too large")));
            }
            if set.len() <= category / 32 {
                set.resize(category / 32 + 1, 0);
            }
            set[category / 32] |= 1 << (category % 32);
        }
    }
    Ok(sets)
}

fn part<'j>(of: &'j Json, name: &str) -> Result<&'j Json, Unread> {
    of.get(name).ok_or_else(|| Unread::broken(format!("`{name}` is missing")))
}

fn list<'j>(of: &'j Json, name: &str) -> Result<&'j [Json], Unread> {
    let list = part(of, name)?.as_array();
    list.map(Vec::as_slice).ok_or_else(|| Unread::broken(format!("`{name}` is no list")))
}

fn word<'j>(of: &'j Json, name: &str) -> Result<&'j str, Unread> {
    part(of, name)?.as_str().ok_or_else(|| Unread::broken(format!("`{name}` is no text")))
}

/// Numbers; `true` and `false` are 1 and 0.
fn numbers(of: &Json, name: &str) -> Result<Vec<f64>, Unread> {
    let number = |json: &Json| json.as_f64().or_else(|| json.as_bool().map(|flag| f64::from(u8::from(flag))));
    let numbers = list(of, name)?.iter().map(number).collect::<Option<_>>();
    numbers.ok_or_else(|| Unread::broken(format!("`{name}` holds something that is no number")))
}

/// Whole numbers of the model are written as texts.
fn whole(of: &Json, name: &str) -> Result<usize, Unread> {
    let text = word(of, name)?;
    text.parse().map_err(|_| Unread::broken(format!("`{name}` is no whole number that fits: {text}")))
}

fn index(number: f64) -> Result<usize, Unread> {
    if number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0 {
        return Ok(number as usize);
    }
    Err(Unread::broken(format!("{number} is no place of anything")))
}
