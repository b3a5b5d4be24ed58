//! What came to be beside what was predicted, read from a table.

use std::collections::HashMap;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Role, Row, Value};
use polars::prelude::{Column, DataFrame, IntoLazy, col};

use super::target::{self, Roles};
use crate::data::{Context, Table};
use crate::frame::{self, fault};
use crate::learned::Fitted;
use crate::metrics::{Outcome, Sample, judge};
use crate::prep::Distinct;

/// Lets a model predict a table whose target is known.
///
/// # Errors
/// GML0701 without a target, GML0709 where it is null, GML0702 where it has not the type that the model predicts, GML0707
/// where a ranking has no group, and those of predicting.
pub(crate) fn sample(model: &dyn Fitted, table: &Table, context: &Context) -> Result<Sample, Fault> {
    let Learned::Model(Some((input, outputs))) = model.ty() else {
        return Err(Fault::new("GML0713", "what was learned predicts nothing that could be judged"));
    };
    let mut roles = Roles::of(&table.ty.row)?;
    // A ranking may have been told its group by an argument, not by a role.
    roles.group = roles.group.or_else(|| group_of(&input));
    // The truth is taken from the rows before predicting: a model's output may have the name of the target.
    let rows = frame::collect(table.frame.clone())?;
    let truth = rows.column(&roles.target).map_err(fault)?;
    target::no_nulls(truth)?;
    let known = Table { frame: rows.clone().lazy(), ty: table.ty.clone() };
    let names: Vec<_> = outputs.names().map(|name| col(&**name)).collect();
    let predicted = frame::collect(model.apply(&known, context)?.frame.select(names))?;
    let weights = match &roles.weight {
        Some(weight) => Some(target::weights(rows.column(weight).map_err(fault)?)?),
        None => None,
    };
    let outcome = outcome(model, &outputs, &roles, &rows, &predicted)?;
    let group = match (&outcome, &roles.group) {
        (Outcome::Binary { .. }, Some(group)) => {
            let column = rows.column(group).map_err(fault)?;
            // Most metrics do not ask for it: a null is no reason to refuse them.
            if column.null_count() == 0 { Some(target::queries(column)?) } else { None }
        }
        _ => None,
    };
    Ok(Sample { outcome, weights, group })
}

/// The column of a model's rows that has the role `group`.
pub(crate) fn group_of(input: &Row) -> Option<Arc<str>> {
    input.with_role(Role::Group).map(|column| Arc::clone(&column.name))
}

/// The mean loss of a model on rows whose target is known: the log loss of probabilities, the squared error of numbers, and
/// of a ranking how much NDCG falls short of 1.
///
/// # Errors
/// Those of [`sample`].
pub(crate) fn mean_loss(model: &dyn Fitted, table: &Table, context: &Context) -> Result<f64, Fault> {
    let sample = sample(model, table, context)?;
    let metric = |name: &str, args: Vec<(Arc<str>, Value)>| Value::Symbol { name: name.into(), args };
    match &sample.outcome {
        Outcome::Binary { .. } | Outcome::Classes { .. } => judge(&metric("log_loss", Vec::new()), &sample),
        Outcome::Value { .. } => Ok(judge(&metric("rmse", Vec::new()), &sample)?.powi(2)),
        Outcome::Rank { relevance, .. } => {
            let places = i64::try_from(relevance.len()).unwrap_or(i64::MAX);
            Ok(1.0 - judge(&metric("ndcg", vec![("k".into(), Value::Int(places))]), &sample)?)
        }
    }
}

fn outcome(
    model: &dyn Fitted,
    outputs: &Row,
    roles: &Roles,
    rows: &DataFrame,
    predicted: &DataFrame,
) -> Result<Outcome, Fault> {
    let truth = rows.column(&roles.target).map_err(fault)?;
    let floats = |name: &str| target::numbers(predicted.column(name).map_err(fault)?);
    Ok(match outputs.schema.as_deref() {
        Some("Probability") => Outcome::Binary { truth: bools(truth)?, probability: floats("score")? },
        Some("Calibrated") => Outcome::Binary { truth: bools(truth)?, probability: floats("calibrated")? },
        Some(schema @ ("Classes" | "CalibratedClasses")) => {
            let classes = model.classes();
            let probabilities = if schema == "Classes" { "scores" } else { "calibrated" };
            let lists = predicted.column(probabilities).map_err(fault)?.list().map_err(fault)?;
            let flat = lists.get_inner();
            let probabilities: Vec<f64> = flat.f64().map_err(fault)?.iter().flatten().collect();
            Outcome::Classes { truth: places(truth, classes)?, probabilities, classes: classes.len() }
        }
        Some("Value") => Outcome::Value { truth: target::numbers(truth)?, value: floats("value")? },
        Some("Rank") => {
            let Some(group) = &roles.group else {
                return Err(Fault::new(
                    "GML0707",
                    "a ranking is judged query by query, and no column has the role `group`",
                )
                .help("mark the column that names the query: `group query: int`"));
            };
            let query = target::queries(rows.column(group).map_err(fault)?)?;
            let relevance = target::numbers(&target::grades(truth)?)?;
            if let Some(odd) = relevance.iter().find(|relevance| **relevance < 0.0) {
                return Err(Fault::new(
                    "GML0921",
                    format!("the target `{}` is {odd}, and a relevance is at least 0", roles.target),
                ));
            }
            Outcome::Rank { relevance, score: floats("score")?, query }
        }
        _ => return Err(Fault::new("GML0713", format!("there is no metric for a model that predicts {outputs}"))),
    })
}

fn bools(truth: &Column) -> Result<Vec<bool>, Fault> {
    let bools = truth.bool().map_err(|_| {
        Fault::new(
            "GML0702",
            format!("the target `{}` is of type {}, and the model predicts a bool", truth.name(), truth.dtype()),
        )
    })?;
    Ok(bools.iter().flatten().collect())
}

/// The class of each row; none where the model does not know it.
fn places(truth: &Column, classes: &[Arc<str>]) -> Result<Vec<Option<usize>>, Fault> {
    let places: HashMap<&str, usize> = classes.iter().enumerate().map(|(place, class)| (&**class, place)).collect();
    let distinct = Distinct::of(truth)?;
    let known: Vec<Option<usize>> = distinct.cells.iter().map(|cell| places.get(&*cell.label()).copied()).collect();
    Ok(distinct.codes.iter().flatten().map(|code| known[*code as usize]).collect())
}
