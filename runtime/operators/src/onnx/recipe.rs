//! The steps of a recipe.

use gml_connect::Fault;

use super::columns::{Column, Columns};
use super::graph::{Element, Graph, MODELS, Setting};
use super::not_expressed;
use crate::prep::{Affine, Cell, Coded, Exact, Fill, Kind, Recipe, Step};

/// Whole numbers up to here are floats without loss.
const LARGEST_EXACT: u64 = 1 << 53;

/// The columns with a recipe behind them.
///
/// # Errors
/// GML0936 where a step has no form in ONNX.
pub(crate) fn recipe(recipe: &Recipe, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    for step in &recipe.steps {
        match step {
            Step::Impute { columns: fills } => fills.iter().try_for_each(|fill| impute(fill, graph, columns))?,
            Step::OneHot { columns: coded } => coded.iter().try_for_each(|coded| one_hot(coded, graph, columns))?,
            Step::Ordinal { columns: coded } => coded.iter().try_for_each(|coded| ordinal(coded, graph, columns))?,
            Step::Scale { columns: affine } => affine.iter().try_for_each(|affine| scale(affine, graph, columns))?,
        }
    }
    Ok(())
}

fn impute(fill: &Fill, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &fill.input.column;
    let column = columns.get(graph, name, fill.input.kind)?;
    let filled = if let Cell::Text(text) = &fill.value {
        let empty = graph.texts(vec![String::new()]);
        let is_null = graph.node("Equal", &[&column.flow, &empty], Vec::new());
        let value = graph.texts(vec![text.to_string()]);
        graph.node("Where", &[&is_null, &value, &column.flow], Vec::new())
    } else {
        let is_null = graph.node("IsNaN", &[&column.flow], Vec::new());
        let value = graph.number(number(&fill.value)?);
        graph.node("Where", &[&is_null, &value, &column.flow], Vec::new())
    };
    columns.set(name, Column { flow: filled, nullable: false, ..column });
    Ok(())
}

fn one_hot(coded: &Coded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &coded.input.column;
    let column = columns.get(graph, name, coded.input.kind)?;
    columns.drop(name);
    if coded.values.is_empty() {
        return Ok(());
    }
    let values = if column.is_text {
        let texts = texts(name, &column, &coded.values)?;
        graph.texts(texts)
    } else {
        let numbers = numbers(&coded.values)?;
        graph.numbers(vec![1, i64::try_from(numbers.len()).unwrap_or(i64::MAX)], numbers)
    };
    let is_value = graph.node("Equal", &[&column.flow, &values], Vec::new());
    let indicators = graph.cast(&is_value, Element::Double);
    let made = graph.columns(&indicators, coded.values.len());
    for (indicator, made) in coded.names().zip(made) {
        columns.set(&indicator, Column::numbers(made, false));
    }
    Ok(())
}

fn ordinal(coded: &Coded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &coded.input.column;
    let column = columns.get(graph, name, coded.input.kind)?;
    let places: Vec<f64> = (1..=coded.values.len()).map(|place| place as f64).collect();
    let keys = if column.is_text {
        Setting::Texts(texts(name, &column, &coded.values)?)
    } else {
        Setting::Doubles(numbers(&coded.values)?)
    };
    let settings = vec![
        ("keys_tensor", keys),
        ("values_tensor", Setting::Doubles(places)),
        ("default_tensor", Setting::Doubles(vec![-1.0])),
    ];
    let place = graph.node_of(MODELS, "LabelEncoder", &[&column.flow], settings);
    let flow = if column.nullable {
        let is_null = if column.is_text {
            let empty = graph.texts(vec![String::new()]);
            graph.node("Equal", &[&column.flow, &empty], Vec::new())
        } else {
            graph.node("IsNaN", &[&column.flow], Vec::new())
        };
        let null = graph.number(f64::NAN);
        graph.node("Where", &[&is_null, &null, &place], Vec::new())
    } else {
        place
    };
    columns.set(name, Column::numbers(flow, column.nullable));
    Ok(())
}

fn scale(affine: &Affine, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &affine.input.column;
    let column = columns.get(graph, name, affine.input.kind)?;
    let center = graph.number(affine.center.0);
    let spread = graph.number(affine.spread.0);
    let moved = graph.node("Sub", &[&column.flow, &center], Vec::new());
    let flow = graph.node("Div", &[&moved, &spread], Vec::new());
    columns.set(name, Column { flow, ..column });
    Ok(())
}

/// The texts that a column is held against.
///
/// # Errors
/// GML0936 where the empty text is one of them and stands for null too.
fn texts(name: &str, column: &Column, values: &[Cell]) -> Result<Vec<String>, Fault> {
    let texts: Vec<String> = values.iter().map(Cell::label).collect();
    if column.nullable && texts.iter().any(String::is_empty) {
        return Err(not_expressed(&format!(
            "`{name}` holds empty texts and nulls, and the empty text stands for null there"
        ))
        .help(format!("make one of them before the recipe: impute(\"unknown\", [.{name}])")));
    }
    Ok(texts)
}

fn numbers(values: &[Cell]) -> Result<Vec<f64>, Fault> {
    values.iter().map(number).collect()
}

/// A value as a float: bools as 1 and 0, dates and times as their counts.
fn number(value: &Cell) -> Result<f64, Fault> {
    let whole = |number: i64| {
        if number.unsigned_abs() <= LARGEST_EXACT {
            Ok(number as f64)
        } else {
            Err(not_expressed(&format!("a recipe holds {number}, which no float is")))
        }
    };
    match value {
        Cell::Bool(truth) => Ok(f64::from(u8::from(*truth))),
        Cell::Date(days) => Ok(f64::from(*days)),
        Cell::Int(number) | Cell::Time(number) | Cell::Timestamp(number) | Cell::Duration(number) => whole(*number),
        Cell::Float(Exact(number)) => Ok(*number),
        Cell::Text(text) => Err(Fault::new("GML0999", format!("{text:?} is given where a number is due"))),
    }
}

/// What a text feature of a model is to the trees: the place among the texts that were learned from, else missing.
///
/// # Errors
/// GML0936 where the empty text is one of them and stands for null too.
pub(crate) fn places(
    name: &str,
    values: &[std::sync::Arc<str>],
    graph: &mut Graph,
    columns: &mut Columns<'_>,
) -> Result<super::graph::Flow, Fault> {
    let column = columns.get(graph, name, Kind::Text)?;
    let cells: Vec<Cell> = values.iter().map(|value| Cell::Text(std::sync::Arc::clone(value))).collect();
    let keys = texts(name, &column, &cells)?;
    let places = (0..keys.len()).map(|place| place as f64).collect();
    let settings = vec![
        ("keys_tensor", Setting::Texts(keys)),
        ("values_tensor", Setting::Doubles(places)),
        ("default_tensor", Setting::Doubles(vec![f64::NAN])),
    ];
    Ok(graph.node_of(MODELS, "LabelEncoder", &[&column.flow], settings))
}
