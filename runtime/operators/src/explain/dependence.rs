//! `partial_dependence`

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Learned;
use gml_report::{Axis, Bar, Colour, Figure, Form, Mark, Panel, compact};
use polars::prelude::{Column, DataFrame, DataType, IntoLazy, col};

use crate::columns::Values;
use crate::data::{Call, Context, Data, Table};
use crate::frame::{self, fault};
use crate::learn::arguments::{argument, column_names, constant, fitted, misfit, table};
use crate::learned::Fitted;

/// Rows that are drawn each for itself.
const INDIVIDUALS: usize = 100;

/// The values of a feature that has names, the most frequent ones.
const VALUES: usize = 30;

pub(super) fn partial_dependence(call: Call<'_>) -> Result<Data, Fault> {
    let model = fitted(&call, "model")?;
    let columns = column_names(argument(&call, "columns")?).map_err(|fault| fault.at(call.operator))?;
    let points = constant(&call, "points")?.as_int().and_then(|points| usize::try_from(points).ok());
    let points = points.filter(|points| (2..=1000).contains(points)).ok_or_else(|| {
        Fault::new("GML0229", "`points` of partial_dependence lies between 2 and 1000").help("leave it out for 20")
    })?;
    let individual = constant(&call, "individual")?.as_bool();
    let individual = individual.ok_or_else(|| misfit(&call, "individual", "is neither true nor false"))?;
    let on = table(&call, "on")?;
    let rows = frame::collect(on.frame.clone())?;
    if rows.height() == 0 {
        return Err(Fault::new("GML0922", "`partial_dependence` has no rows to look at")
            .help("see which filter or which part of the split leaves no rows"));
    }
    let output = Output::of(&**model)?;
    let mut panels = Vec::new();
    // Only of numbers are there lines.
    let mut has_lines = false;
    for name in &columns {
        let grid = grid(rows.column(name).map_err(fault)?, points)?;
        has_lines |= matches!(grid.places, Places::Numbers(..));
        let curves = curves(&**model, &output, &rows, on, name, &grid, call.context)?;
        panels.push(panel(name, &grid, &curves, &output, individual));
    }
    let each = if individual && has_lines {
        format!(" Thin lines are single rows{}.", if rows.height() > INDIVIDUALS { ", a hundred of them" } else { "" })
    } else {
        String::new()
    };
    let reads = model.reads();
    let idle: Vec<&str> =
        columns.iter().map(|name| &**name).filter(|name| !reads.iter().any(|read| **read == **name)).collect();
    let idle =
        if idle.is_empty() { String::new() } else { format!(" The model does not look at {}.", idle.join(", ")) };
    let description = format!(
        "What the model says as one feature changes and all others stay as they are, the mean of {} rows.{each}{idle}",
        compact(rows.height() as f64)
    );
    Ok(Data::Figure(Arc::new(Figure { title: "Partial dependence".into(), description, panels })))
}

/// What a model says, as numbers.
struct Output {
    column: &'static str,
    form: Form,
    title: &'static str,
    /// The classes, where there is a number for each.
    classes: Vec<String>,
}

impl Output {
    fn of(model: &dyn Fitted) -> Result<Self, Fault> {
        let Learned::Model(Some((_, outputs))) = model.ty() else {
            return Err(Fault::new("GML0713", "what was learned predicts nothing that could depend on a feature"));
        };
        let classes = || model.classes().iter().map(ToString::to_string).collect();
        let output = |column, form, title, classes| Self { column, form, title, classes };
        Ok(match outputs.schema.as_deref() {
            Some("Probability") => output("score", Form::Percent, "probability", Vec::new()),
            Some("Calibrated") => output("calibrated", Form::Percent, "probability", Vec::new()),
            Some("Classes") => output("scores", Form::Percent, "probability", classes()),
            Some("CalibratedClasses") => output("calibrated", Form::Percent, "probability", classes()),
            Some("Value") => output("value", Form::Plain, "value", Vec::new()),
            Some("Rank") => output("score", Form::Plain, "score", Vec::new()),
            _ => return Err(Fault::new("GML0713", format!("`partial_dependence` does not know what {outputs} says"))),
        })
    }

    /// How many numbers there are for a row.
    fn width(&self) -> usize {
        self.classes.len().max(1)
    }

    fn numbers(&self, predicted: &DataFrame) -> Result<Vec<f64>, Fault> {
        let column = predicted.column(self.column).map_err(fault)?;
        if self.classes.is_empty() {
            let floats = column.cast(&DataType::Float64).map_err(fault)?;
            return Ok(floats.f64().map_err(fault)?.iter().map(|number| number.unwrap_or(f64::NAN)).collect());
        }
        let flat = column.list().map_err(fault)?.get_inner();
        Ok(flat.f64().map_err(fault)?.iter().map(|number| number.unwrap_or(f64::NAN)).collect())
    }
}

/// Where a feature is looked at.
struct Grid {
    /// A row that has the value, for each place.
    rows: Vec<usize>,
    places: Places,
    /// Values that are left out, as they are rare.
    rest: usize,
}

enum Places {
    Numbers(Vec<f64>, Form),
    Names(Vec<String>),
}

/// Quantiles that rows have, or the most frequent values.
fn grid(column: &Column, points: usize) -> Result<Grid, Fault> {
    let name = column.name();
    let values = Values::of(column)?.ok_or_else(|| {
        Fault::new("GML0703", format!("the column `{name}` holds nested values, which no model was trained on"))
    })?;
    let grid = match values {
        Values::Ordered { numbers, form } => {
            let mut sorted: Vec<(f64, usize)> = numbers
                .iter()
                .enumerate()
                .filter_map(|(row, number)| Some(((*number)?, row)))
                .filter(|(number, _)| number.is_finite())
                .collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let last = sorted.len().saturating_sub(1);
            let places = (0..points).map(|point| (point * last + (points - 1) / 2) / (points - 1));
            let mut chosen: Vec<(f64, usize)> = places.filter_map(|place| sorted.get(place).copied()).collect();
            chosen.dedup_by(|a, b| a.0 == b.0);
            let (numbers, rows) = chosen.into_iter().unzip();
            Grid { rows, places: Places::Numbers(numbers, form), rest: 0 }
        }
        Values::Named { names, codes } => {
            let mut counts: Vec<(usize, usize, usize)> = vec![(0, 0, 0); names.len()];
            for (row, code) in codes.iter().enumerate() {
                if let Some(code) = code {
                    let (count, first, place) = &mut counts[*code as usize];
                    if *count == 0 {
                        (*first, *place) = (row, *code as usize);
                    }
                    *count += 1;
                }
            }
            counts.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
            let rest = counts.len().saturating_sub(VALUES);
            counts.truncate(VALUES);
            let places = counts.iter().map(|(.., place)| names[*place].clone()).collect();
            Grid { rows: counts.into_iter().map(|(_, first, _)| first).collect(), places: Places::Names(places), rest }
        }
    };
    if grid.rows.is_empty() {
        return Err(Fault::new("GML0922", format!("`{name}` is null in every row, so nothing can depend on it"))
            .help("leave it out of `columns`, or give rows that have it"));
    }
    Ok(grid)
}

/// What the model says of every row at each place: place by place, row by row, class by class.
fn curves(
    model: &dyn Fitted,
    output: &Output,
    rows: &DataFrame,
    on: &Table,
    name: &str,
    grid: &Grid,
    context: &Context,
) -> Result<Vec<Vec<f64>>, Fault> {
    let column = rows.column(name).map_err(fault)?;
    let at = |row: &usize| {
        let mut changed = rows.clone();
        changed.with_column(column.new_from_index(*row, rows.height())).map_err(fault)?;
        let changed = Table { frame: changed.lazy(), ty: on.ty.clone() };
        let predicted = frame::collect(model.apply(&changed, context)?.frame.select([col(output.column)]))?;
        output.numbers(&predicted)
    };
    grid.rows.iter().map(at).collect()
}

/// The mean over the rows at each place, for a class.
fn mean(curves: &[Vec<f64>], width: usize, class: usize) -> Vec<f64> {
    let of_place = |numbers: &Vec<f64>| {
        let rows = (numbers.len() / width).max(1) as f64;
        numbers.iter().skip(class).step_by(width).sum::<f64>() / rows
    };
    curves.iter().map(of_place).collect()
}

fn panel(name: &str, grid: &Grid, curves: &[Vec<f64>], output: &Output, individual: bool) -> Panel {
    let width = output.width();
    let series: Vec<(String, Vec<f64>)> = if output.classes.is_empty() {
        vec![(String::new(), mean(curves, 1, 0))]
    } else {
        output.classes.iter().enumerate().map(|(class, name)| (name.clone(), mean(curves, width, class))).collect()
    };
    let mut marks = Vec::new();
    let title =
        if grid.rest > 0 { format!("{name} (and {} less frequent values)", grid.rest) } else { name.to_owned() };
    match &grid.places {
        Places::Numbers(numbers, form) => {
            if individual {
                let rows = curves.first().map_or(0, |numbers| numbers.len() / width);
                let step = rows.div_ceil(INDIVIDUALS).max(1);
                // Of several classes, the first: lines of all would hide each other.
                let line =
                    |row: usize| numbers.iter().zip(curves).map(|(x, values)| (*x, values[row * width])).collect();
                marks.push(Mark::Threads {
                    name: "single rows".into(),
                    lines: (0..rows).step_by(step).map(line).collect(),
                });
            }
            for (place, (class, means)) in series.into_iter().enumerate() {
                let points = numbers.iter().copied().zip(means).collect();
                let name = if class.is_empty() && individual { "mean".to_owned() } else { class };
                marks.push(Mark::Line { name, points, colour: Colour::Series(place), dashed: false });
            }
            Panel::new(Axis::written(name, *form), Axis::written(output.title, output.form), marks).titled(title)
        }
        Places::Names(names) => {
            for (place, (class, means)) in series.into_iter().enumerate() {
                let written = |value: f64| match output.form {
                    Form::Percent => gml_report::percent(value),
                    _ => compact(value),
                };
                let wide = 0.76 / width as f64;
                let bars = means.into_iter().enumerate().map(|(at, value)| {
                    let label = if width == 1 { written(value) } else { String::new() };
                    let start = at as f64 - 0.38 + place as f64 * wide;
                    let tip = format!("{}: {}", names[at], written(value));
                    Bar { start, end: start + wide, ..Bar::at(at, value, label, tip) }
                });
                marks.push(Mark::Bars { name: class, bars: bars.collect(), colour: Colour::Series(place) });
            }
            Panel::new(Axis::written(output.title, output.form), Axis::names("", names.clone()), marks).titled(title)
        }
    }
}

#[cfg(test)]
pub(super) fn means(
    model: &dyn Fitted,
    on: &Table,
    name: &str,
    points: usize,
    context: &Context,
) -> Result<Vec<(f64, f64)>, Fault> {
    let rows = frame::collect(on.frame.clone())?;
    let grid = grid(rows.column(name).map_err(fault)?, points)?;
    let output = Output::of(model)?;
    let curves = curves(model, &output, &rows, on, name, &grid, context)?;
    let Places::Numbers(numbers, _) = grid.places else { return Ok(Vec::new()) };
    Ok(numbers.into_iter().zip(mean(&curves, 1, 0)).collect())
}
