//! Rows by the values of some columns, and how well a model does on each of them.

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, IntoLazy, Series};

use super::arguments::{fitted, items, misfit};
use super::bootstrap::defined;
use super::evaluate::{metrics, partition};
use super::{truth, with_columns};
use crate::data::{Call, Data, Input, Table};
use crate::expr::{group_ids, translate};
use crate::frame::{self, fault};
use crate::metrics::name_of;
use crate::prep::Distinct;
use crate::table::CallExt;

/// Rows with the same values of `by`.
pub(super) struct Segment {
    /// `device=mobile`
    pub(super) label: String,
    pub(super) rows: Vec<usize>,
}

/// The rows by the values of `by`, in order of first appearance, and the values of each row; none where it was not given.
pub(super) fn segments(call: &Call<'_>, rows: &DataFrame) -> Result<(Vec<Segment>, DataFrame), Fault> {
    let by = call.columns("by");
    if by.is_empty() {
        return Ok((Vec::new(), DataFrame::empty_with_height(rows.height())));
    }
    let columns = by.iter().map(|column| Ok((column.name.to_string(), translate(&column.expr)?)));
    let keys = frame::evaluate(rows, columns.collect::<Result<_, Fault>>()?)?;
    let series: Vec<Series> = keys.columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    let (groups, count) = group_ids(&series)?;
    let mut segments: Vec<Segment> = (0..count).map(|_| Segment { label: String::new(), rows: Vec::new() }).collect();
    for (row, group) in groups.iter().enumerate() {
        segments[*group as usize].rows.push(row);
    }
    for key in keys.columns() {
        let distinct = Distinct::of(key)?;
        for segment in &mut segments {
            let code = segment.rows.first().and_then(|row| distinct.codes[*row]);
            let value = code.map_or_else(|| "null".to_owned(), |code| distinct.cells[code as usize].label());
            let comma = if segment.label.is_empty() { "" } else { ", " };
            segment.label += &format!("{comma}{}={value}", key.name());
        }
    }
    segments.sort_by_key(|segment| segment.rows.first().copied());
    Ok((segments, keys))
}

/// A row of what [`evaluate_by`] gives, beside the values of `by`.
#[derive(Default)]
struct Judged {
    partitions: Vec<String>,
    rows: Vec<i64>,
    metrics: Vec<String>,
    values: Vec<Option<f64>>,
}

/// `evaluate_by(model, on: [..], metrics: [..], by: [..])`: a row for each metric of each combination of values, table by table.
pub(super) fn evaluate_by(call: Call<'_>) -> Result<Data, Fault> {
    let (model, metrics) = (fitted(&call, "model")?, metrics(&call)?);
    let (mut judged, mut of_by): (Judged, Option<DataFrame>) = Default::default();
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
        let (segments, keys) = segments(&call, &rows)?;
        let mut firsts: Vec<IdxSize> = Vec::new();
        for Segment { rows, .. } in &segments {
            let Some(first) = rows.first() else { continue };
            let sample = sample.take(rows, None);
            for metric in &metrics {
                firsts.push(*first as IdxSize);
                judged.partitions.push(partition.clone());
                judged.rows.push(rows.len() as i64);
                judged.metrics.push(name_of(metric));
                judged.values.push(defined(metric, &sample).map_err(place)?);
            }
        }
        let keys = keys.take(&IdxCa::from_vec("row".into(), firsts)).map_err(fault)?;
        of_by = Some(match of_by {
            Some(before) => before.vstack(&keys).map_err(fault)?,
            None => keys,
        });
    }
    let Judged { partitions, rows, metrics, values } = judged;
    let made = vec![
        Column::new("partition".into(), partitions),
        Column::new("rows".into(), rows),
        Column::new("metric".into(), metrics),
        Column::new("value".into(), values),
    ];
    with_columns(of_by.unwrap_or_else(DataFrame::empty), made, call.result)
}
