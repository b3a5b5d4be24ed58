//! `group`: one row a group.

use gml_connect::Fault;
use gml_ir::NamedExpr;
use polars::prelude::{Column, DataFrame, Expr, IdxCa, LazyFrame, Series, col};

use super::args::{CallExt, named};
use crate::data::{Call, Data};
use crate::expr::aggregate::Aggregator;
use crate::expr::translate;
use crate::expr::window::{Extent, Plan, Windows, Within};
use crate::frame::{TEMPORARY, apply, evaluate, fault, schema};

/// `group`: groups in order of first appearance; null is a value of a key like others.
pub(super) fn group(call: Call<'_>) -> Result<Data, Fault> {
    let grouped = grouped(call.table("input")?.frame.clone(), &call.columns("by"), &call.columns("aggregates"))?;
    call.give(grouped)
}

/// The query that groups by columns and computes aggregates; the keys come first.
pub(crate) fn grouped(frame: LazyFrame, by: &[NamedExpr], aggregates: &[NamedExpr]) -> Result<LazyFrame, Fault> {
    let plan = Plan::of(aggregates)?;
    let keys = named(by)?;
    let frame = if plan.within.is_empty() { frame } else { with_windows(frame, &keys, plan.within)? };
    let outputs = named(&plan.outputs)?;
    let mut needed = key_columns(&keys);
    for (place, argument) in plan.arguments.iter().enumerate() {
        needed.push(translate(argument)?.alias(Plan::argument_name(place)));
    }
    let names = (0..keys.len()).map(key_name).chain((0..plan.arguments.len()).map(Plan::argument_name));
    let mut names: Vec<Expr> = names.map(col).collect();
    if names.is_empty() {
        // Rows are counted by one of their columns.
        names.extend(schema(&frame)?.iter_names().next().map(|name| col(name.clone())));
    }
    let rows = frame.with_columns(needed).select(names);
    let keys: Vec<String> = keys.into_iter().map(|(name, _)| name).collect();
    apply(rows, "group", move |frame| {
        let series =
            |name: String| frame.column(&name).map(|column| column.as_materialized_series().clone()).map_err(fault);
        let by = (0..keys.len()).map(key_name).map(series).collect::<Result<Vec<Series>, Fault>>()?;
        let arguments = (0..plan.arguments.len()).map(Plan::argument_name).map(series);
        let arguments = arguments.collect::<Result<Vec<Series>, Fault>>()?;
        let windows = Windows::new(frame.height(), &by, &[], Extent::Group)?;
        let firsts = IdxCa::from_vec("".into(), windows.first_rows());
        let mut columns = Vec::new();
        for (name, key) in keys.iter().zip(&by) {
            columns.push(Column::from(key.take(&firsts).map_err(fault)?.with_name(name.as_str().into())));
        }
        let mut aggregator = Aggregator::new(&windows, &arguments);
        for (place, call) in plan.calls.iter().enumerate() {
            let result = aggregator.evaluate(call)?;
            columns.push(Column::from(result.with_name(Plan::call_name(place).into())));
        }
        let groups = DataFrame::new(windows.groups(), columns).map_err(fault)?;
        let results = evaluate(&groups, outputs.clone())?;
        let mut columns = groups.columns()[..keys.len()].to_vec();
        columns.extend_from_slice(results.columns());
        DataFrame::new(groups.height(), columns).map_err(fault)
    })
}

/// The temporary column that a key is put into.
fn key_name(place: usize) -> String {
    format!("{TEMPORARY}key_{place}")
}

/// The keys, each in its temporary column.
fn key_columns(keys: &[(String, Expr)]) -> Vec<Expr> {
    keys.iter().enumerate().map(|(place, (_, key))| key.clone().alias(key_name(place))).collect()
}

/// The rows with what window functions give of each among those of its group. A group has no order: it is that of the values which the
/// function looks at, the smallest first.
fn with_windows(frame: LazyFrame, keys: &[(String, Expr)], within: Vec<Within>) -> Result<LazyFrame, Fault> {
    let along_name = |place: usize| format!("{TEMPORARY}along_{place}");
    let mut needed = key_columns(keys);
    for (place, window) in within.iter().enumerate() {
        needed.push(translate(&window.along)?.alias(along_name(place)));
    }
    let count = keys.len();
    apply(frame.with_columns(needed), "group", move |frame| {
        let series =
            |name: String| frame.column(&name).map(|column| column.as_materialized_series().clone()).map_err(fault);
        let by = (0..count).map(key_name).map(series).collect::<Result<Vec<Series>, Fault>>()?;
        let mut columns = frame.columns().to_vec();
        for (place, window) in within.iter().enumerate() {
            let along = series(along_name(place))?;
            let windows = Windows::new(frame.height(), &by, &[(along.clone(), false)], Extent::Current)?;
            let result = windows.function(&window.call, std::slice::from_ref(&along))?;
            columns.push(Column::from(result.with_name(Plan::within_name(place).into())));
        }
        DataFrame::new(frame.height(), columns).map_err(fault)
    })
}
