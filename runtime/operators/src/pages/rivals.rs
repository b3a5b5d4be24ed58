//! Rivals that were judged by the same numbers, side by side.

use std::sync::Arc;

use gml_report::{Axis, Bar, Block, Colour, Datum, Figure, Form, Grid, Mark, Panel};

use super::assemble::words;
use crate::data::Metric;

/// Whether they were judged by the same metrics on the same parts.
pub(super) fn alike(left: &[Metric], right: &[Metric]) -> bool {
    let same = |(left, right): (&Metric, &Metric)| left.name == right.name && left.partition == right.partition;
    !left.is_empty() && left.len() == right.len() && left.iter().zip(right).all(same)
}

/// A table with a row for each rival, by its name and what it was judged by, and a figure with a panel for each metric. They have the metrics of the first one, all of them.
pub(super) fn side_by_side(rivals: &[(&str, &[Metric])]) -> Vec<Block> {
    let Some((_, metrics)) = rivals.first() else { return Vec::new() };
    let headings: Vec<String> = metrics.iter().map(|metric| heading(metric, metrics)).collect();
    let row = |(name, metrics): &(&str, &[Metric])| {
        let values = metrics.iter().map(|metric| Datum::Number(metric.value));
        [Datum::text(words(name))].into_iter().chain(values).collect()
    };
    let all = ["".to_owned()].into_iter().chain(headings.iter().cloned());
    let grid = Grid::new(all, rivals.iter().map(row).collect());
    let names: Vec<String> = rivals.iter().map(|(name, _)| words(name)).collect();
    let panel = |(place, heading): (usize, &String)| {
        let bar = |(row, (name, metrics)): (usize, &(&str, &[Metric]))| {
            let value = metrics[place].value;
            let label = format!("{value:.4}");
            Bar::at(row, value, label.clone(), format!("{}: {heading} {label}", words(name)))
        };
        let bars = rivals.iter().enumerate().map(bar).collect();
        let marks = vec![Mark::Bars { name: heading.clone(), bars, colour: Colour::Series(0) }];
        let height = 60.0 + 28.0 * rivals.len() as f64;
        Panel::new(Axis::written(heading.clone(), Form::Plain), Axis::names("", names.clone()), marks)
            .titled(heading.clone())
            .of_height(height)
    };
    let figure = Figure {
        title: "Side by side".into(),
        description: format!("{} of {}: a bar for each.", headings.join(", "), names.join(", ")),
        panels: headings.iter().enumerate().map(panel).collect(),
    };
    vec![Block::Table(grid), Block::Figure(Arc::new(figure))]
}

/// The name of the metric, with its part where there are several.
fn heading(metric: &Metric, all: &[Metric]) -> String {
    let one_part = all.iter().all(|other| other.partition == metric.partition);
    if one_part || metric.partition.is_empty() {
        metric.name.clone()
    } else {
        format!("{} of {}", metric.name, metric.partition)
    }
}
