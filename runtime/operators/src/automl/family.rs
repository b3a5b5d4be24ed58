//! A recipe and a learner behind it, made ready once and fitted with many arguments.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::IntoLazy;

use super::columns::Columns;
use crate::data::{Context, Table};
use crate::frame;
use crate::learn::parameters::Objective;
use crate::learn::{behind, chain, computed, linear_learner, presets};
use crate::learned::{Change, Estimator, Fitted, Trials};

/// Rounds that trees stop after where nothing gets better, and at the latest.
const STOP_AFTER: i64 = 40;
const ROUNDS: i64 = 3_000;

/// A recipe and a learner.
pub(super) struct Family {
    /// What the leaderboard calls it.
    pub(super) name: &'static str,
    pub(super) learner: Arc<dyn Estimator>,
    /// Whether the learner's arguments are worth a search.
    pub(super) is_trees: bool,
    /// Arguments to begin with, the most promising first.
    pub(super) starts: Vec<Vec<Change>>,
    /// Of the trees.
    seed: i64,
    /// The steps before the learner.
    steps: Vec<Arc<dyn Estimator>>,
}

/// A family with its recipe learned, and rows in the form that the learner takes.
pub(super) struct Ready {
    pub(super) trials: Box<dyn Trials>,
    recipe: Option<Arc<dyn Fitted>>,
    input: Arc<gml_ir::Row>,
}

/// What is tried, in this order.
pub(super) fn families(
    objective: Objective,
    train: &Table,
    seed: i64,
    context: &Context,
) -> Result<Vec<Family>, Fault> {
    let rows = frame::collect(train.frame.clone())?;
    let columns = Columns::of(train, &rows)?;
    let rows = rows.height();
    let given = [("rounds", Value::Int(ROUNDS)), ("stop_after", Value::Int(STOP_AFTER)), ("seed", Value::Int(seed))];
    let trees = presets::boosted_trees(objective.name(), &given, context)?;
    let of_trees =
        |name, steps| Family { name, learner: Arc::clone(&trees), is_trees: true, starts: tree_starts(), seed, steps };
    let mut families = vec![of_trees("boosted_trees", columns.plain(rows, context)?)];
    let linear = match objective {
        Objective::Binary | Objective::Multiclass => Some(("logistic", "logistic of buckets")),
        Objective::Regression => Some(("ridge", "ridge of buckets")),
        Objective::Lambdarank => None,
    };
    if let Some((plain, buckets)) = linear {
        let learner = linear_learner(objective, context)?;
        let of_sums = |name, steps| {
            let starts = linear_starts();
            Family { name, learner: Arc::clone(&learner), is_trees: false, starts, seed, steps }
        };
        families.push(of_sums(plain, columns.linear(objective, false, rows, seed, context)?));
        if columns.has_numbers() {
            families.push(of_sums(buckets, columns.linear(objective, true, rows, seed, context)?));
        }
    }
    if columns.has_categories() {
        families.push(of_trees("boosted_trees of encoded texts", columns.encoded(objective, rows, seed, context)?));
    }
    Ok(families)
}

fn changes(values: &[(&str, f64)]) -> Vec<Change> {
    // Whole numbers are arguments of type int.
    let is_count = |name: &str| matches!(name, "leaves" | "min_rows");
    let change = |(name, value): &(&str, f64)| Change {
        operator: None,
        argument: (*name).into(),
        value: if is_count(name) { Value::Int(*value as i64) } else { Value::Float(*value) },
    };
    values.iter().map(change).collect()
}

/// From what suits most tables to what suits small and large ones.
fn tree_starts() -> Vec<Vec<Change>> {
    vec![
        changes(&[
            ("learning_rate", 0.05),
            ("leaves", 31.0),
            ("min_rows", 20.0),
            ("column_fraction", 0.8),
            ("row_fraction", 0.8),
            ("l2", 1.0),
        ]),
        changes(&[
            ("learning_rate", 0.05),
            ("leaves", 8.0),
            ("min_rows", 20.0),
            ("column_fraction", 0.6),
            ("row_fraction", 0.9),
            ("l2", 1.0),
        ]),
        changes(&[
            ("learning_rate", 0.03),
            ("leaves", 63.0),
            ("min_rows", 60.0),
            ("column_fraction", 0.5),
            ("row_fraction", 0.7),
            ("l2", 10.0),
        ]),
        changes(&[("learning_rate", 0.1)]),
    ]
}

fn linear_starts() -> Vec<Vec<Change>> {
    [1.0, 30.0, 0.03].map(|l2| changes(&[("l2", l2)])).to_vec()
}

/// Where arguments of trees are looked for.
pub(super) fn tree_space() -> Value {
    let range = |start: Value, end: Value| Value::Range { start: Box::new(start), end: Box::new(end), inclusive: true };
    let floats = |low: f64, high: f64| range(Value::Float(low), Value::Float(high));
    let log = |values: Value| Value::Symbol { name: "log".into(), args: vec![("values".into(), values)] };
    Value::Record(vec![
        ("learning_rate".into(), log(floats(0.015, 0.2))),
        ("leaves".into(), log(range(Value::Int(4), Value::Int(128)))),
        ("min_rows".into(), log(range(Value::Int(5), Value::Int(200)))),
        ("column_fraction".into(), floats(0.3, 1.0)),
        ("row_fraction".into(), floats(0.5, 1.0)),
        ("l1".into(), log(floats(1e-3, 10.0))),
        ("l2".into(), log(floats(1e-2, 50.0))),
        ("category_smoothing".into(), log(floats(1.0, 100.0))),
    ])
}

/// The arguments that starts and searches change.
fn changed(family: &Family) -> Vec<(Option<Arc<str>>, Arc<str>)> {
    let mut names: Vec<Arc<str>> = family.starts.iter().flatten().map(|change| Arc::clone(&change.argument)).collect();
    if let (true, Value::Record(fields)) = (family.is_trees, tree_space()) {
        names.extend(fields.into_iter().map(|(name, _)| name));
    }
    names.sort();
    names.dedup();
    names.into_iter().map(|name| (None, name)).collect()
}

impl Family {
    /// Learns the recipe and brings the rows into the form of the learner.
    pub(super) fn ready(&self, train: &Table, valid: &Table, context: &Context) -> Result<Ready, Fault> {
        let (mut learned, mut judged, mut recipe) = (train.clone(), valid.clone(), None);
        if !self.steps.is_empty() {
            let (fitted, rows) = chain(self.steps.clone()).fit_apply(train, context)?;
            (learned, judged) = (computed(&rows)?, computed(&fitted.apply(valid, context)?)?);
            recipe = Some(fitted);
        }
        let trials = self.learner.trials(&changed(self), &learned, &judged, context)?;
        Ok(Ready { trials, recipe, input: Arc::clone(&train.ty.row) })
    }

    /// Learns the recipe and the learner anew, from all rows; trees for as many rounds as were found best, with a seed of their
    /// own in each turn.
    pub(super) fn anew(
        &self,
        changes: &[Change],
        rounds: Option<usize>,
        turn: u32,
        rows: &Table,
        context: &Context,
    ) -> Result<Arc<dyn Fitted>, Fault> {
        let mut changes = changes.to_vec();
        let change = |name: &str, value: Value| Change { operator: None, argument: name.into(), value };
        if turn > 0 {
            let seed = (self.seed + i64::from(turn)) & 0x7fff_ffff;
            changes.push(change("seed", Value::Int(seed)));
        }
        if let Some(rounds) = rounds {
            let rounds = i64::try_from(rounds).unwrap_or(ROUNDS).max(1);
            changes.extend([change("stop_after", Value::Null), change("rounds", Value::Int(rounds))]);
        }
        let mut parts = self.steps.clone();
        parts.push(self.learner.with(&changes, context)?);
        chain(parts).fit(rows, None, context)
    }
}

impl Ready {
    /// The model behind the recipe.
    pub(super) fn whole(&self, model: &Arc<dyn Fitted>) -> Result<Arc<dyn Fitted>, Fault> {
        match &self.recipe {
            Some(recipe) => behind(&**recipe, Arc::clone(&self.input), Arc::clone(model)),
            None => Ok(Arc::clone(model)),
        }
    }
}

/// The rows of both tables, those of the first first.
pub(super) fn together(train: &Table, valid: &Table) -> Result<Table, Fault> {
    let mut rows = frame::collect(train.frame.clone())?;
    let others = frame::collect(valid.frame.clone())?;
    let columns = rows.columns().iter().map(|column| {
        let other = others.column(column.name()).map_err(frame::fault)?;
        other.strict_cast(column.dtype()).map_err(frame::fault)
    });
    let others = polars::prelude::DataFrame::new(others.height(), columns.collect::<Result<Vec<_>, Fault>>()?);
    rows.vstack_mut(&others.map_err(frame::fault)?).map_err(frame::fault)?;
    Ok(Table { frame: rows.lazy(), ty: train.ty.clone() })
}
