//! LightGBM's text of a model (`version=v4`, and `v3`, which is the same for trees).

use std::collections::HashMap;
use std::str::FromStr;

use super::ensemble::sensible_outputs;
use super::{Arithmetic, Child, Ensemble, Leaf, Missing, Node, Objective, Question, Transform, Tree, Unread};

/// Bits of `decision_type`.
const BY_CATEGORY: u8 = 1;
const MISSING_LEFT: u8 = 2;

type Entries<'t> = HashMap<&'t str, &'t str>;

impl Ensemble {
    /// Reads LightGBM's text of a model.
    ///
    /// # Errors
    /// What is wrong with the text, or what it has that is not read (leaves that are linear models, an unknown objective).
    pub fn from_lightgbm(text: &str) -> Result<Self, Unread> {
        let mut blocks = text.split("\nTree=");
        let header = blocks.next().unwrap_or_default();
        if header.lines().next().map(str::trim_end) != Some("tree") {
            return Err(Unread::broken("it is no model of LightGBM: its first line is not `tree`"));
        }
        if !text.contains("\nend of trees") {
            return Err(Unread::broken("it is cut off: it has no line `end of trees`"));
        }
        let averaged = header.lines().any(|line| line.trim_end() == "average_output");
        let header = entries(header);
        let outputs = sensible_outputs(whole(&header, "num_tree_per_iteration")?)?;
        let last: usize = whole(&header, "max_feature_idx")?;
        let features = last.checked_add(1).ok_or_else(|| Unread::broken("`max_feature_idx` is too large"))?;
        let names = header.get("feature_names").map_or(0, |names| names.split(' ').count());
        if names != features {
            return Err(Unread::broken(format!(
                "`feature_names` has {names} names, and `max_feature_idx` tells of {features}"
            )));
        }
        let trees = blocks.enumerate().map(|(place, block)| {
            let block = block.split("\nend of trees").next().unwrap_or_default();
            let tree = tree(&entries(block)).map_err(|error| error.within(format!("tree {place}")))?;
            Ok(Tree { output: place % outputs, ..tree })
        });
        let trees: Vec<Tree> = trees.collect::<Result<_, Unread>>()?;
        if !trees.len().is_multiple_of(outputs) {
            let count = trees.len();
            return Err(Unread::broken(format!(
                "it has {count} trees, and a round has {outputs}: the last one is cut off"
            )));
        }
        if let Some(sizes) = header.get("tree_sizes") {
            let due = sizes.split_whitespace().count();
            if due != trees.len() {
                return Err(Unread::broken(format!(
                    "`tree_sizes` tells of {due} trees, and there are {}",
                    trees.len()
                )));
            }
        }
        let rounds = u32::try_from(trees.len() / outputs).map_err(|_| Unread::broken("it has too many trees"))?;
        let objective = objective(header.get("objective").copied())?;
        let ensemble = Self {
            trees,
            outputs,
            features,
            base: vec![0.0; outputs],
            arithmetic: Arithmetic { snap_to_zero: true, ..Arithmetic::default() },
            transform: Transform { divisor: if averaged { rounds.max(1) } else { 1 }, objective },
        };
        ensemble.check()?;
        Ok(ensemble)
    }
}

fn entries(block: &str) -> Entries<'_> {
    block.lines().filter_map(|line| line.split_once('=')).collect()
}

fn whole<T: FromStr>(entries: &Entries<'_>, name: &str) -> Result<T, Unread> {
    let text = entries.get(name).ok_or_else(|| Unread::broken(format!("`{name}` is missing")))?;
    text.trim()
        .parse()
        .map_err(|_| Unread::broken(format!("`{name}` is no whole number that fits: {}", shortened(text))))
}

/// What is quoted of a line: files may have lines of megabytes.
fn shortened(text: &str) -> String {
    const QUOTED: usize = 40;
    if text.chars().count() <= QUOTED { text.to_owned() } else { text.chars().take(QUOTED).chain(['…']).collect() }
}

/// A list of so many numbers.
fn numbers<T: FromStr>(entries: &Entries<'_>, name: &str, count: usize) -> Result<Vec<T>, Unread> {
    let text = entries.get(name).ok_or_else(|| Unread::broken(format!("`{name}` is missing")))?;
    let mut found = Vec::with_capacity(count.min(text.len()));
    for (place, word) in text.split_whitespace().enumerate() {
        let number = word.parse().map_err(|_| {
            Unread::broken(format!(
                "`{name}` holds `{}` at place {place}, which is no number that fits",
                shortened(word)
            ))
        })?;
        found.push(number);
    }
    if found.len() == count {
        return Ok(found);
    }
    Err(Unread::broken(format!("`{name}` has {} numbers, and {count} are due", found.len())))
}

/// What is told of the training, which scores do not need.
fn told(entries: &Entries<'_>, name: &str, count: usize) -> Result<Vec<f64>, Unread> {
    if entries.contains_key(name) { numbers(entries, name, count) } else { Ok(vec![0.0; count]) }
}

fn tree(entries: &Entries<'_>) -> Result<Tree, Unread> {
    if entries.get("is_linear").is_some_and(|linear| linear.trim() == "1") {
        return Err(Unread::Unsupported("its leaves are linear models".into()));
    }
    let count: usize = whole(entries, "num_leaves")?;
    let values: Vec<f64> = numbers(entries, "leaf_value", count)?;
    let leaves = |rows: Vec<f64>| values.iter().zip(rows).map(|(value, rows)| Leaf { value: *value, rows }).collect();
    let splits = match count {
        0 => return Err(Unread::broken("`num_leaves` is 0")),
        // LightGBM keeps no other entry of a tree that did not grow.
        1 => return Ok(Tree { nodes: Vec::new(), leaves: leaves(vec![0.0]), output: 0 }),
        count => count - 1,
    };
    let feature: Vec<usize> = numbers(entries, "split_feature", splits)?;
    let threshold: Vec<f64> = numbers(entries, "threshold", splits)?;
    let decision: Vec<u8> = numbers(entries, "decision_type", splits)?;
    let left: Vec<i64> = numbers(entries, "left_child", splits)?;
    let right: Vec<i64> = numbers(entries, "right_child", splits)?;
    let rows = told(entries, "internal_count", splits)?;
    let gain = told(entries, "split_gain", splits)?;
    let sets = sets(entries)?;
    let nodes = (0..splits).map(|place| {
        let question = question(decision[place], threshold[place], &sets)
            .map_err(|error| error.within(format!("node {place}")))?;
        Ok(Node {
            feature: feature[place],
            question,
            left: child(left[place]),
            right: child(right[place]),
            rows: rows[place],
            gain: gain[place],
        })
    });
    let nodes = nodes.collect::<Result<_, Unread>>()?;
    Ok(Tree { nodes, leaves: leaves(told(entries, "leaf_count", count)?), output: 0 })
}

/// Leaves are written as their complement. What leads nowhere is found by [`Ensemble::check`].
fn child(to: i64) -> Child {
    let place = |to: i64| usize::try_from(to).unwrap_or(usize::MAX);
    if to < 0 { Child::Leaf(place(!to)) } else { Child::Node(place(to)) }
}

fn question(decision: u8, threshold: f64, sets: &[Vec<u32>]) -> Result<Question, Unread> {
    if decision & BY_CATEGORY != 0 {
        let set = (threshold >= 0.0).then(|| sets.get(threshold as usize)).flatten();
        let members = set.ok_or_else(|| Unread::broken(format!("there is no set of categories {threshold}")))?.clone();
        return Ok(Question::Among { members, missing_left: false });
    }
    let missing = match decision >> 2 {
        0 => Missing::Nothing,
        1 => Missing::Zero,
        2 => Missing::NotANumber,
        _ => return Err(Unread::broken(format!("`decision_type` {decision} has no meaning"))),
    };
    Ok(Question::AtMost { threshold, missing, missing_left: decision & MISSING_LEFT != 0 })
}

fn sets(entries: &Entries<'_>) -> Result<Vec<Vec<u32>>, Unread> {
    let count: usize = match entries.get("num_cat") {
        Some(_) => whole(entries, "num_cat")?,
        None => 0,
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let due = count.checked_add(1).ok_or_else(|| Unread::broken("`num_cat` is too large"))?;
    let bounds: Vec<usize> = numbers(entries, "cat_boundaries", due)?;
    let words: Vec<u32> = numbers(entries, "cat_threshold", bounds.last().copied().unwrap_or(0))?;
    let set = |pair: &[usize]| {
        let set = words.get(pair[0]..pair[1]).map(<[u32]>::to_vec);
        set.ok_or_else(|| Unread::broken("`cat_boundaries` are out of order"))
    };
    bounds.windows(2).map(set).collect()
}

/// What is made of sums, by the name of the objective and its settings. A model learned by a function of the user's has none.
fn objective(text: Option<&str>) -> Result<Objective, Unread> {
    let mut words = text.unwrap_or_default().split_whitespace();
    let name = words.next().unwrap_or("none");
    let settings: Vec<&str> = words.collect();
    let sigmoid = || {
        let text = settings.iter().find_map(|setting| setting.strip_prefix("sigmoid:")).unwrap_or("1");
        let number =
            text.parse().map_err(|_| Unread::broken(format!("the objective's `sigmoid:{text}` is no number")))?;
        Ok(Objective::Sigmoid(number))
    };
    match name {
        "binary" | "multiclassova" => sigmoid(),
        "multiclass" => Ok(Objective::Softmax),
        "regression" | "regression_l1" | "quantile" | "mape" if settings.contains(&"sqrt") => {
            Ok(Objective::SignedSquare)
        }
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => Ok(Objective::Identity),
        "lambdarank" | "rank_xendcg" | "none" | "custom" => Ok(Objective::Identity),
        "poisson" | "gamma" | "tweedie" => Ok(Objective::Exponential),
        "cross_entropy" => Ok(Objective::Sigmoid(1.0)),
        "cross_entropy_lambda" => Ok(Objective::Softplus),
        other => Err(Unread::Unsupported(format!("its objective is `{}`", shortened(other)))),
    }
}
