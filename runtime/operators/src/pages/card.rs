//! `model_card` (Mitchell et al. 2019, "Model Cards for Model Reporting").

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Value};
use gml_report::{Axis, Bar, Block, Colour, Datum, Figure, Form, Grid, Mark, Panel, Report, compact};
use polars::prelude::{BooleanChunked, DataFrame, IntoLazy, NewChunkedArray};

use crate::data::{Call, Context, Data, Input, Table};
use crate::frame::{self, fault};
use crate::learn::arguments::{column_names, fitted, items, misfit, optional, table, word};
use crate::learn::sample;
use crate::learned::Fitted;
use crate::metrics::{judge, name_of};
use crate::prep::Distinct;

/// Groups of a column that are judged apart, the most frequent ones.
const GROUPS: usize = 15;

/// Features that are listed.
const FEATURES: usize = 30;

pub(super) fn model_card(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let metrics = metrics(&call)?;
    let by = match optional(&call, "by") {
        Some(by) => column_names(by).map_err(|fault| fault.at(call.operator))?,
        None => Vec::new(),
    };
    let on = table(&call, "on")?;
    let rows = frame::collect(on.frame.clone())?;
    if rows.height() == 0 {
        return Err(Fault::new("GML0922", "`model_card` has no rows to judge by")
            .help("see which filter or which part of the split leaves no rows"));
    }
    let on = Table { frame: rows.clone().lazy(), ty: on.ty.clone() };
    let (purpose, limits) = (word(&call, "purpose")?, word(&call, "limits")?);
    let mut blocks = Vec::new();
    if !purpose.is_empty() {
        blocks.push(Block::section("What it is for", vec![Block::Text(purpose.to_owned())]));
    }
    if !limits.is_empty() {
        blocks.push(Block::section("What it is not for", vec![Block::Text(limits.to_owned())]));
    }
    blocks.push(Block::section("What it is", about(&**model)));
    let sample = sample(&**model, &on, call.context)?;
    let values: Vec<f64> = metrics.iter().map(|metric| judge(metric, &sample)).collect::<Result<_, _>>()?;
    let parts: Vec<_> = on.ty.partitions.names().collect();
    let mut facts = vec![("rows".to_owned(), Datum::count(rows.height()))];
    if !parts.is_empty() {
        facts.push(("part of the split".into(), Datum::text(parts.join(", "))));
    }
    let named =
        metrics.iter().zip(&values).map(|(metric, value)| vec![Datum::Code(name_of(metric)), Datum::Number(*value)]);
    let table = Block::Table(Grid::new(["metric", "value"], named.collect()));
    blocks.push(Block::section("How good it is", vec![Block::Facts(facts), table]));
    if !by.is_empty() {
        let mut found = Vec::new();
        for name in &by {
            found.extend(of_groups(&**model, &on, &rows, name, &metrics, &values, call.context)?);
        }
        blocks.push(Block::section("For whom", found));
    }
    Ok(Data::Report(Arc::new(Report::new("Model card", blocks))))
}

fn metrics(call: &Call<'_>) -> Result<Vec<Value>, Fault> {
    let metrics = items(call, "metrics")?.into_iter().map(|item| match item {
        Input::Const(metric) | Input::Data(Data::Value(metric)) => Ok(metric),
        _ => Err(misfit(call, "metrics", "holds something that is no metric")),
    });
    metrics.collect()
}

/// What it reads, what it says, and how it was learned.
fn about(model: &dyn Fitted) -> Vec<Block> {
    let features = model.features();
    let mut facts: Vec<(String, Datum)> =
        model.facts().into_iter().map(|(name, value)| (name, Datum::Code(value))).collect();
    facts.push(("features".into(), Datum::count(features.len())));
    if let Learned::Model(Some((input, outputs))) = model.ty() {
        let target = input.with_role(gml_ir::Role::Target);
        facts.extend(
            target.map(|column| ("predicts".to_owned(), Datum::Code(format!("{}: {}", column.name, column.ty)))),
        );
        let said: Vec<String> =
            outputs.columns.iter().map(|column| format!("{}: {}", column.name, column.ty)).collect();
        facts.push(("adds the columns".into(), Datum::Code(said.join(", "))));
        let classes = model.classes();
        if !classes.is_empty() {
            facts.push(("classes".into(), Datum::text(classes.join(", "))));
        }
        let gains = model.gains().unwrap_or_default();
        let whole: f64 = gains.iter().map(|(_, gain)| gain).sum();
        let row = |name: &Arc<str>| {
            let ty = input.get(name).map_or(Datum::Nothing, |column| Datum::Code(column.ty.to_string()));
            let gain = gains.iter().find(|(known, _)| known == name).filter(|_| whole > 0.0);
            let share = gain.map_or(Datum::Nothing, |(_, gain)| Datum::Share(gain / whole));
            (gain.map_or(0.0, |(_, gain)| *gain), vec![Datum::Code(name.to_string()), ty, share])
        };
        let mut rows: Vec<(f64, Vec<Datum>)> = features.iter().map(row).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let left_out = rows.len().saturating_sub(FEATURES);
        rows.truncate(FEATURES);
        let grid = Grid::new(["feature", "type", "share of the gain"], rows.into_iter().map(|(_, row)| row).collect());
        return vec![Block::Facts(facts), Block::Table(Grid { left_out, ..grid })];
    }
    vec![Block::Facts(facts)]
}

/// How good a model is for each value of a column.
fn of_groups(
    model: &dyn Fitted,
    on: &Table,
    rows: &DataFrame,
    name: &str,
    metrics: &[Value],
    whole: &[f64],
    context: &Context,
) -> Result<Vec<Block>, Fault> {
    let distinct = Distinct::of(rows.column(name).map_err(fault)?)?;
    let mut groups: Vec<(Option<u32>, String, usize)> = distinct
        .cells
        .iter()
        .enumerate()
        .map(|(place, cell)| (u32::try_from(place).ok(), cell.label(), 0))
        .chain([(None, "null".to_owned(), 0)])
        .collect();
    let last = groups.len() - 1;
    distinct.codes.iter().for_each(|code| groups[code.map_or(last, |code| code as usize)].2 += 1);
    groups.retain(|(.., rows)| *rows > 0);
    groups.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
    let left_out = groups.len().saturating_sub(GROUPS);
    groups.truncate(GROUPS);
    let mut table = Vec::new();
    let mut judged: Vec<Vec<Option<f64>>> = Vec::new();
    for (code, label, count) in &groups {
        let mask: BooleanChunked =
            BooleanChunked::from_iter_values("mask".into(), distinct.codes.iter().map(|of_row| of_row == code));
        let group = Table { frame: rows.filter(&mask).map_err(fault)?.lazy(), ty: on.ty.clone() };
        let sample = sample(model, &group, context)?;
        // A metric may have no meaning for a group, such as one of a single class.
        let values: Vec<Option<f64>> = metrics.iter().map(|metric| judge(metric, &sample).ok()).collect();
        let mut row = vec![Datum::text(label.clone()), Datum::count(*count)];
        row.extend(values.iter().map(|value| value.map_or(Datum::Nothing, Datum::Number)));
        table.push(row);
        judged.push(values);
    }
    let names: Vec<String> = metrics.iter().map(name_of).collect();
    let headings = [name.to_owned(), "rows".into()].into_iter().chain(names.iter().cloned());
    let panels = names.iter().enumerate().map(|(place, metric)| {
        let bars = judged.iter().enumerate().filter_map(|(at, values)| {
            let value = values[place]?;
            Some(Bar::at(at, value, compact(value), format!("{}: {}", groups[at].1, compact(value))))
        });
        let bars = Mark::Bars { name: String::new(), bars: bars.collect(), colour: Colour::Series(0) };
        let all = Mark::RuleAtX { at: whole[place], label: String::new() };
        let labels = groups.iter().map(|(_, label, _)| label.clone()).collect();
        let x = Axis { title: metric.clone(), ..Axis::written("", Form::Plain) };
        Panel::new(x, Axis::names("", labels), vec![bars, all]).titled(metric.clone())
    });
    let description = format!("Each metric for the rows of each {name}; the dotted line is that of all rows.");
    let figure = Figure { title: format!("By {name}"), description, panels: panels.collect() };
    let grid = Grid { left_out, ..Grid::new(headings, table) };
    Ok(vec![Block::figure(figure), Block::Table(grid)])
}
