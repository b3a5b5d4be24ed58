//! Trees as data: LightGBM's text of a model, read into nodes.

use std::collections::HashMap;

/// The trees of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Forest {
    /// In the order in which they were grown; tree `i` speaks for output `i % outputs`.
    pub(crate) trees: Vec<Tree>,
    /// Numbers that the model gives a row: the number of classes, else 1.
    pub(crate) outputs: usize,
    /// Features that a row has.
    pub(crate) features: usize,
}

/// A tree: nodes that ask, leaves that answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tree {
    /// The first one is the root; none where the tree is a single leaf.
    pub(crate) nodes: Vec<Node>,
    /// The answers.
    pub(crate) leaves: Vec<Leaf>,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The feature asked for.
    pub(crate) feature: usize,
    /// What is asked of it.
    pub(crate) question: Question,
    /// Where to go when the answer is yes.
    pub(crate) left: Child,
    /// Where to go when it is no.
    pub(crate) right: Child,
    /// Rows of the training that came here.
    pub(crate) rows: f64,
    /// How much the split made the loss smaller.
    pub(crate) gain: f64,
}

/// What a node asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Question {
    /// Whether the value is at most the threshold.
    AtMost {
        /// The threshold.
        threshold: f64,
        /// What counts as missing.
        missing: Missing,
        /// Whether a missing value goes left.
        missing_left: bool,
    },
    /// Whether the category is among these: a bit each, 32 a word. What is missing or unknown is not.
    Among(Vec<u32>),
}

/// What counts as missing for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing; NaN is taken for 0.
    Nothing,
    /// 0 and NaN.
    Zero,
    /// NaN.
    NotANumber,
}

/// What lies below a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child {
    /// A node, by its place.
    Node(usize),
    /// A leaf, by its place.
    Leaf(usize),
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Leaf {
    /// What it adds to the score.
    pub(crate) value: f64,
    /// Rows of the training that came here.
    pub(crate) rows: f64,
}

/// Numbers this close to 0 are 0 (LightGBM's `kZeroThreshold`, a 32-bit float).
const ZERO: f64 = 1e-35_f32 as f64;

impl Question {
    /// Whether a value goes left.
    pub(crate) fn holds(&self, value: f64) -> bool {
        match self {
            Self::AtMost { threshold, missing, missing_left } => {
                let value = if value.is_nan() && *missing != Missing::NotANumber { 0.0 } else { value };
                let is_missing = match missing {
                    Missing::Nothing => false,
                    Missing::Zero => value.abs() <= ZERO,
                    Missing::NotANumber => value.is_nan(),
                };
                if is_missing { *missing_left } else { value <= *threshold }
            }
            Self::Among(bits) => {
                // The cast cuts the fraction off, as LightGBM does; NaN is none of the categories.
                let category = value as i64;
                let word = usize::try_from(category).ok().and_then(|category| bits.get(category / 32));
                !value.is_nan() && value > -1.0 && word.is_some_and(|word| word >> (category % 32) & 1 == 1)
            }
        }
    }
}

impl Tree {
    /// The mean answer over the rows of the training.
    pub(crate) fn mean(&self) -> f64 {
        let rows: f64 = self.leaves.iter().map(|leaf| leaf.rows).sum();
        match self.leaves.as_slice() {
            [only] => only.value,
            leaves if rows > 0.0 => leaves.iter().map(|leaf| leaf.rows / rows * leaf.value).sum(),
            _ => 0.0,
        }
    }

    /// Rows of the training that came to a child.
    pub(crate) fn rows(&self, child: Child) -> f64 {
        match child {
            Child::Node(node) => self.nodes[node].rows,
            Child::Leaf(leaf) => self.leaves[leaf].rows,
        }
    }
}

impl Forest {
    /// Reads LightGBM's text of a model (version 4).
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut blocks = text.split("\nTree=");
        let header = entries(blocks.next().unwrap_or_default());
        let outputs = whole(&header, "num_tree_per_iteration")?.max(1);
        let features = whole(&header, "max_feature_idx")? + 1;
        let trees = blocks.enumerate().map(|(place, block)| {
            let block = block.split("\nend of trees").next().unwrap_or_default();
            tree(&entries(block), features).map_err(|what| format!("tree {place}: {what}"))
        });
        Ok(Self { trees: trees.collect::<Result<_, _>>()?, outputs, features })
    }
}

fn entries(block: &str) -> HashMap<&str, &str> {
    block.lines().filter_map(|line| line.split_once('=')).collect()
}

fn whole(entries: &HashMap<&str, &str>, name: &str) -> Result<usize, String> {
    let text = entries.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
    text.trim().parse().map_err(|_| format!("`{name}` is no whole number: {text}"))
}

/// A list of so many numbers.
fn numbers<T: std::str::FromStr>(entries: &HashMap<&str, &str>, name: &str, count: usize) -> Result<Vec<T>, String> {
    let text = entries.get(name).copied().unwrap_or_default();
    let found: Result<Vec<T>, _> = text.split_whitespace().map(str::parse).collect();
    match found {
        Ok(found) if found.len() == count => Ok(found),
        Ok(found) => Err(format!("`{name}` has {} numbers, and {count} are due", found.len())),
        Err(_) => Err(format!("`{name}` holds something that is no number")),
    }
}

fn tree(entries: &HashMap<&str, &str>, features: usize) -> Result<Tree, String> {
    if entries.get("is_linear").is_some_and(|linear| linear.trim() == "1") {
        return Err("its leaves are linear models, which are not read".into());
    }
    let count = whole(entries, "num_leaves")?;
    let values: Vec<f64> = numbers(entries, "leaf_value", count)?;
    if count == 1 {
        return Ok(Tree { nodes: Vec::new(), leaves: vec![Leaf { value: values[0], rows: 0.0 }] });
    }
    let rows: Vec<f64> = numbers(entries, "leaf_count", count)?;
    let leaves: Vec<Leaf> = values.into_iter().zip(rows).map(|(value, rows)| Leaf { value, rows }).collect();
    let splits = count.saturating_sub(1);
    let feature: Vec<usize> = numbers(entries, "split_feature", splits)?;
    let threshold: Vec<f64> = numbers(entries, "threshold", splits)?;
    let decision: Vec<u8> = numbers(entries, "decision_type", splits)?;
    let left: Vec<i64> = numbers(entries, "left_child", splits)?;
    let right: Vec<i64> = numbers(entries, "right_child", splits)?;
    let rows: Vec<f64> = numbers(entries, "internal_count", splits)?;
    let gain: Vec<f64> = numbers(entries, "split_gain", splits)?;
    let sets = sets(entries)?;
    let nodes = (0..splits).map(|place| {
        if feature[place] >= features {
            return Err(format!("it asks for the feature {}, and there are {features}", feature[place]));
        }
        let child = |to: i64| child(to, place, splits, count);
        Ok(Node {
            feature: feature[place],
            question: question(decision[place], threshold[place], &sets)?,
            left: child(left[place])?,
            right: child(right[place])?,
            rows: rows[place],
            gain: gain[place],
        })
    });
    Ok(Tree { nodes: nodes.collect::<Result<_, _>>()?, leaves })
}

/// Children come after their parents, so a walk from the root ends. Leaves are written as their complement.
fn child(to: i64, parent: usize, nodes: usize, leaves: usize) -> Result<Child, String> {
    let place = usize::try_from(if to < 0 { !to } else { to }).unwrap_or(usize::MAX);
    match to < 0 {
        true if place < leaves => Ok(Child::Leaf(place)),
        false if place < nodes && place > parent => Ok(Child::Node(place)),
        _ => Err(format!("the node {parent} leads to {to}, which is not there")),
    }
}

fn question(decision: u8, threshold: f64, sets: &[Vec<u32>]) -> Result<Question, String> {
    if decision & 1 == 1 {
        let set = sets.get(threshold as usize).ok_or("a split by category has no categories")?;
        return Ok(Question::Among(set.clone()));
    }
    let missing = match decision >> 2 & 3 {
        0 => Missing::Nothing,
        1 => Missing::Zero,
        _ => Missing::NotANumber,
    };
    Ok(Question::AtMost { threshold, missing, missing_left: decision & 2 != 0 })
}

fn sets(entries: &HashMap<&str, &str>) -> Result<Vec<Vec<u32>>, String> {
    let count = whole(entries, "num_cat")?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let bounds: Vec<usize> = numbers(entries, "cat_boundaries", count + 1)?;
    let words: Vec<u32> = numbers(entries, "cat_threshold", bounds.last().copied().unwrap_or(0))?;
    let set = |pair: &[usize]| words.get(pair[0]..pair[1]).map(<[u32]>::to_vec).ok_or("categories are out of order");
    bounds.windows(2).map(set).collect::<Result<_, _>>().map_err(Into::into)
}
