//! `cross_validate`: an estimator judged on rows that it has not learned from, by turns.

use gml_connect::Fault;
use gml_ir::Role;
use polars::prelude::{BooleanChunked, DataFrame, DataType, IntoLazy, Series};

use super::arguments::{estimator, misfit, table, word};
use super::bounds::{Bounds, seed, whole};
use super::evaluate::metrics;
use super::target::{self, Roles};
use super::{folds, truth};
use crate::data::{Call, Data, Metric, Table};
use crate::expr::{group_ids, translate};
use crate::frame::{self, fault};
use crate::metrics::{judge, name_of};
use crate::prep::Kind;
use crate::table::CallExt;

/// What the rows judged on are called: they are no part of a split.
const PARTITION: &str = "folds";
const FOLDS: Bounds = Bounds { least: 2.0, most: 1_000.0, words: "in 2..1000" };

/// The rows to learn from and those to judge on, for each turn.
struct Turns {
    /// The fold of each row.
    fold_of: Vec<usize>,
    /// By time the folds are learned from that come before the one judged on, else all others.
    by_time: bool,
    count: usize,
}

impl Turns {
    fn masks(&self, turn: usize) -> (BooleanChunked, BooleanChunked) {
        // The first fold by time is only learned from.
        let judged = if self.by_time { turn + 1 } else { turn };
        let learned = |fold: usize| if self.by_time { fold < judged } else { fold != judged };
        let learned = self.fold_of.iter().map(|fold| learned(*fold)).collect();
        (learned, self.fold_of.iter().map(|fold| *fold == judged).collect())
    }
}

pub(super) fn cross_validate(call: Call<'_>) -> Result<Data, Fault> {
    let learner = estimator(&call, "learner")?;
    let on = table(&call, "on")?;
    let metrics = metrics(&call)?;
    let rows = frame::collect(on.frame.clone())?;
    let turns = turns(&call, on, &rows)?;
    let mut values = vec![Vec::with_capacity(turns.count); metrics.len()];
    for turn in 0..turns.count {
        let place = |fault: Fault| fault.at(format!("fold {} of {}", turn + 1, turns.count));
        let (learned, judged) = turns.masks(turn);
        let part = |mask: &BooleanChunked| -> Result<Table, Fault> {
            Ok(Table { frame: rows.filter(mask).map_err(fault)?.lazy(), ty: on.ty.clone() })
        };
        let model = learner.fit(&part(&learned)?, None, call.context).map_err(place)?;
        let sample = truth::sample(&*model, &part(&judged)?, call.context).map_err(place)?;
        for (metric, values) in metrics.iter().zip(&mut values) {
            values.push(judge(metric, &sample).map_err(place)?);
        }
    }
    let mut found = Vec::new();
    for (metric, values) in metrics.iter().zip(&values) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (values.len() as f64 - 1.0)).sqrt();
        for (name, value) in [(name_of(metric), mean), (name_of(metric) + ".deviation", deviation)] {
            found.push(Metric { name, partition: PARTITION.into(), value });
        }
    }
    Ok(Data::Metrics(found))
}

fn turns(call: &Call<'_>, on: &Table, rows: &DataFrame) -> Result<Turns, Fault> {
    let (count, seed) = (whole(call, "folds", &FOLDS)?, seed(call)?);
    let enough = |parts: usize, of: &str| {
        if parts >= count {
            return Ok(());
        }
        Err(Fault::new("GML0922", format!("there are {parts} {of}, which cannot be put into {count} folds"))
            .help("give `folds` a smaller value"))
    };
    enough(rows.height(), "rows")?;
    let split = word(call, "split")?;
    let fold_of = match split {
        "random" => folds::random(rows.height(), count, seed),
        "stratified" => {
            let column = rows.column(&Roles::of(&on.ty.row)?.target).map_err(fault)?;
            target::no_nulls(column)?;
            folds::stratified(&target::queries(column)?, count, seed)
        }
        "group" => {
            let groups = groups(call, rows)?;
            enough(groups.iter().max().map_or(0, |last| last + 1), "groups")?;
            folds::grouped(&groups, count, seed)
        }
        // The first fold is learned from before the first turn.
        "time" => by_time(on, rows, count + 1)?,
        other => return Err(misfit(call, "split", &format!("is `{other}`, which is no way to split"))),
    };
    Ok(Turns { fold_of, by_time: split == "time", count })
}

/// The group of each row, by the values of `by`.
fn groups(call: &Call<'_>, rows: &DataFrame) -> Result<Vec<usize>, Fault> {
    let by = call.columns("by");
    if by.is_empty() {
        return Err(Fault::new("GML0229", "`split: group` needs to know what tells groups apart")
            .help("name it: cross_validate(.., split: group, by: [.customer])"));
    }
    let columns = by.iter().map(|column| Ok((column.name.to_string(), translate(&column.expr)?)));
    let keys = frame::evaluate(rows, columns.collect::<Result<_, Fault>>()?)?;
    let keys: Vec<Series> = keys.columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    Ok(group_ids(&keys)?.0.into_iter().map(|group| group as usize).collect())
}

/// Folds of about equal size, each later than the one before: rows of one moment are all in the same.
fn by_time(on: &Table, rows: &DataFrame, count: usize) -> Result<Vec<usize>, Fault> {
    let Some(time) = on.ty.row.with_role(Role::Time) else {
        return Err(Fault::new("GML0229", "`split: time` goes by the column with the role `time`, and there is none")
            .help("mark it: `time day: date`"));
    };
    let column = rows.column(&time.name).map_err(fault)?;
    target::no_nulls(column)?;
    if !matches!(Kind::of(column.dtype()), Kind::Date | Kind::Timestamp | Kind::Number) {
        return Err(Fault::new("GML0703", format!("`{}` is of type {}, which is no time", time.name, column.dtype())));
    }
    let ticks = column.to_physical_repr().cast(&DataType::Float64).map_err(fault)?;
    let ticks: Vec<f64> = ticks.f64().map_err(fault)?.iter().flatten().collect();
    let mut order: Vec<usize> = (0..ticks.len()).collect();
    order.sort_by(|left, right| ticks[*left].total_cmp(&ticks[*right]));
    let (mut fold_of, mut before) = (vec![0; ticks.len()], 0);
    for moment in order.chunk_by(|left, right| ticks[*left] == ticks[*right]) {
        for row in moment {
            fold_of[*row] = before * count / ticks.len();
        }
        before += moment.len();
    }
    match (0..count).find(|fold| !fold_of.contains(fold)) {
        None => Ok(fold_of),
        Some(_) => Err(Fault::new(
            "GML0922",
            format!("the rows lie at too few moments of `{}` for {} turns", time.name, count - 1),
        )
        .help("give `folds` a smaller value")),
    }
}
