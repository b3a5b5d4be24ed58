//! Judging a model.

use gml_connect::Fault;
use gml_ir::Value;

use super::arguments::{fitted, items, misfit};
use super::truth;
use crate::data::{Call, Data, Input, Metric, Table};
use crate::metrics::{judge, name_of};

/// `evaluate(model, on: [..], metrics: [..])`: every metric on every table, table by table.
pub(super) fn evaluate(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let metrics = metrics(&call)?;
    let mut found = Vec::new();
    for input in items(&call, "on")? {
        let Input::Data(Data::Table(table)) = input else {
            return Err(misfit(&call, "on", "holds something that is no table"));
        };
        let partition = partition(&table);
        let place =
            |fault: Fault| if partition.is_empty() { fault } else { fault.at(format!("the rows of {partition}")) };
        let sample = truth::sample(&**model, &table, call.context).map_err(place)?;
        for metric in &metrics {
            let value = judge(metric, &sample).map_err(place)?;
            found.push(Metric { name: name_of(metric), partition: partition.clone(), value });
        }
    }
    Ok(Data::Metrics(found))
}

fn metrics(call: &Call<'_>) -> Result<Vec<Value>, Fault> {
    let metrics = items(call, "metrics")?.into_iter().map(|item| match item {
        Input::Const(metric) | Input::Data(Data::Value(metric)) => Ok(metric),
        _ => Err(misfit(call, "metrics", "holds something that is no metric")),
    });
    metrics.collect()
}

/// The names of the parts of a split that the rows come from.
fn partition(table: &Table) -> String {
    table.ty.partitions.names().collect::<Vec<_>>().join("+")
}
