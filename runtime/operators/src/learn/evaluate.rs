//! Judging a model.

use gml_connect::Fault;
use gml_ir::Value;
use polars::prelude::IntoLazy;

use super::arguments::{fitted, items, misfit, optional};
use super::bootstrap;
use super::bounds::{Bounds, seed, whole};
use super::segments::{Segment, segments};
use super::truth;
use crate::data::{Call, Data, Input, Metric, Table};
use crate::frame;
use crate::metrics::{Sample, judge, name_of};
use crate::pairs::judge_candidates;

/// How many samples may be drawn.
const RESAMPLES: Bounds = Bounds { least: 0.0, most: 1_000_000.0, words: "in 0..1000000" };

/// `evaluate(model, on: [..], metrics: [..])`: every metric on every table, table by table. Recommenders are judged elsewhere.
pub(super) fn evaluate(call: Call<'_>) -> Result<Data, Fault> {
    if optional(&call, "recommender").is_some() {
        return crate::recommenders::evaluate(call);
    }
    if optional(&call, "candidates").is_some() {
        return judge_candidates(&call);
    }
    let model = fitted(&call, "model")?;
    let metrics = metrics(&call)?;
    let resampling = match optional(&call, "resamples") {
        Some(_) => Some((whole(&call, "resamples", &RESAMPLES)?, seed(&call)?)),
        None => None,
    };
    let mut found = Vec::new();
    for input in items(&call, "on")? {
        let Input::Data(Data::Table(table)) = input else {
            return Err(misfit(&call, "on", "holds something that is no table"));
        };
        let partition = partition(&table);
        let place =
            |fault: Fault| if partition.is_empty() { fault } else { fault.at(format!("the rows of {partition}")) };
        let rows = frame::collect(table.frame.clone())?;
        let table = Table { frame: rows.clone().lazy(), ty: table.ty };
        let sample = truth::sample(&**model, &table, call.context).map_err(place)?;
        let made = |name: String, value: f64| Metric { name, partition: partition.clone(), value };
        let drawn = |of: &Sample| match resampling {
            Some((resamples, seed)) => bootstrap::values(&metrics, of, resamples, seed, call.context),
            None => Ok(vec![Vec::new(); metrics.len()]),
        };
        // Each value with its interval behind it.
        let told = |end: &str, values: Vec<Option<f64>>, drawn: Vec<Vec<f64>>, found: &mut Vec<Metric>| {
            for ((metric, value), drawn) in metrics.iter().zip(values).zip(drawn) {
                let name = name_of(metric) + end;
                let interval = bootstrap::interval(drawn).map(|[low, high]| [(".low", low), (".high", high)]);
                let all = value.map(|value| ("", value)).into_iter().chain(interval.into_iter().flatten());
                found.extend(all.map(|(what, value)| made(format!("{name}{what}"), value)));
            }
        };
        let values = metrics.iter().map(|metric| judge(metric, &sample).map(Some)).collect::<Result<_, _>>();
        told("", values.map_err(place)?, drawn(&sample).map_err(place)?, &mut found);
        for Segment { label, rows } in segments(&call, &rows)?.0 {
            let (sample, end) = (sample.take(&rows, None), format!("[{label}]"));
            found.push(made(format!("rows{end}"), rows.len() as f64));
            let values = metrics.iter().map(|metric| bootstrap::defined(metric, &sample)).collect::<Result<_, _>>();
            told(&end, values.map_err(place)?, drawn(&sample).map_err(place)?, &mut found);
        }
    }
    Ok(Data::Metrics(found))
}

/// The metrics of a call.
pub(crate) fn metrics(call: &Call<'_>) -> Result<Vec<Value>, Fault> {
    let metrics = items(call, "metrics")?.into_iter().map(|item| match item {
        Input::Const(metric) | Input::Data(Data::Value(metric)) => Ok(metric),
        _ => Err(misfit(call, "metrics", "holds something that is no metric")),
    });
    metrics.collect()
}

/// The names of the parts of a split that the rows come from.
pub(crate) fn partition(table: &Table) -> String {
    table.ty.partitions.names().collect::<Vec<_>>().join("+")
}
