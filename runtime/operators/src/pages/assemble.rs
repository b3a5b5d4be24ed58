//! `report`: several results on one page.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use gml_report::{Block, Datum, Grid, Report};

use super::rivals::{alike, side_by_side};
use crate::data::{Call, Data, Input, Metric};
use crate::frame;
use crate::learn::arguments::{argument, misfit, word};

/// Rows of a table that are shown.
const SHOWN_ROWS: usize = 100;

pub(super) fn report(call: Call<'_>) -> Result<Data, Fault> {
    let title = word(&call, "title")?.to_owned();
    let parts = match argument(&call, "parts")? {
        Input::Data(Data::Record(fields)) => fields.clone(),
        Input::Data(Data::Value(Value::Record(fields))) | Input::Const(Value::Record(fields)) => {
            fields.iter().map(|(name, value)| (Arc::clone(name), Data::Value(value.clone()))).collect()
        }
        _ => return Err(misfit(&call, "parts", "is no record of results")),
    };
    Ok(Data::Report(Arc::new(Report::new(title, sections(&call, &parts)?))))
}

/// A section for each part; one for several behind each other that are judged by the same metrics.
fn sections(call: &Call<'_>, parts: &[(Arc<str>, Data)]) -> Result<Vec<Block>, Fault> {
    let mut sections = Vec::new();
    let rivals = parts.chunk_by(|(_, left), (_, right)| match (left, right) {
        (Data::Metrics(left), Data::Metrics(right)) => alike(left, right),
        _ => false,
    });
    for together in rivals {
        let judged = together.iter().filter_map(|(name, data)| match data {
            Data::Metrics(metrics) => Some((&**name, metrics.as_slice())),
            _ => None,
        });
        match together {
            [(name, data)] => sections.push(Block::section(words(name), blocks(call, name, data)?)),
            _ => sections.push(Block::section("Side by side", side_by_side(&judged.collect::<Vec<_>>()))),
        }
    }
    Ok(sections)
}

/// A name as words: `how_good` is "How good".
pub(super) fn words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What is shown of a result.
fn blocks(call: &Call<'_>, name: &str, data: &Data) -> Result<Vec<Block>, Fault> {
    Ok(match data {
        Data::Metrics(metrics) => vec![Block::Table(of_metrics(metrics))],
        Data::Figure(figure) => vec![Block::Figure(Arc::clone(figure))],
        Data::Report(report) => report.blocks.clone(),
        Data::Table(table) => vec![Block::Table(frame::grid(&frame::collect(table.frame.clone())?, SHOWN_ROWS))],
        Data::Value(value) => vec![Block::Facts(vec![(words(name), datum(value))])],
        Data::List(items) => items.iter().map(|item| blocks(call, name, item)).collect::<Result<Vec<_>, _>>()?.concat(),
        Data::Record(fields) => {
            let part = |(name, data): &(Arc<str>, Data)| match data {
                Data::Value(_) => blocks(call, name, data),
                _ => Ok(vec![Block::section(words(name), blocks(call, name, data)?)]),
            };
            fields.iter().map(part).collect::<Result<Vec<_>, Fault>>()?.concat()
        }
        Data::Sequences(_) | Data::Estimator(_) | Data::SequenceEstimator(_) | Data::Fitted(_) => {
            return Err(misfit(call, "parts", &format!("holds `{name}`, which cannot be shown")));
        }
    })
}

fn datum(value: &Value) -> Datum {
    match value {
        Value::Null => Datum::Nothing,
        Value::Str(text) => Datum::text(&**text),
        other => other.as_float().map_or_else(|| Datum::text(other.to_string()), Datum::Number),
    }
}

/// A row for each metric, a column for each partition.
pub(super) fn of_metrics(metrics: &[Metric]) -> Grid {
    let (mut partitions, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for metric in metrics {
        if !partitions.contains(&metric.partition.as_str()) {
            partitions.push(&metric.partition);
        }
        if !names.contains(&metric.name.as_str()) {
            names.push(&metric.name);
        }
    }
    let row = |name: &&str| {
        let value = |partition: &&str| {
            let found = metrics.iter().find(|metric| metric.name == *name && metric.partition == *partition);
            found.map_or(Datum::Nothing, |metric| Datum::Number(metric.value))
        };
        [Datum::Code((*name).to_owned())].into_iter().chain(partitions.iter().map(value)).collect()
    };
    let headings = partitions.iter().map(|name| if name.is_empty() { "value" } else { name });
    Grid::new(["metric"].into_iter().chain(headings), names.iter().map(row).collect())
}
