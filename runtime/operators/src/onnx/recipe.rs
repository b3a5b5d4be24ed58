//! The steps of a recipe.

use std::sync::Arc;

use gml_connect::Fault;

use super::columns::{Column, Columns};
use super::dates::date_parts;
use super::graph::{Element, Flow, Graph, MODELS, RUNTIME, Setting, count};
use super::not_expressed;
use crate::learn::LARGEST_EXACT;
use crate::prep::{Affine, Bounded, Cell, Clipped, Coded, Encoded, Exact, Fill, Hashed, Kind, Recipe, Step};

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
            Step::TargetEncode { columns: encoded } => {
                encoded.iter().try_for_each(|encoded| target_encode(encoded, graph, columns))?;
            }
            Step::Log { columns: inputs } => {
                inputs.iter().try_for_each(|input| log(&input.column, input.kind, graph, columns))?;
            }
            Step::Clip { columns: clipped } => clipped.iter().try_for_each(|clipped| clip(clipped, graph, columns))?,
            Step::Drop { columns: dropped } => dropped.iter().for_each(|name| columns.drop(name)),
            Step::Binary { columns: coded } => coded.iter().try_for_each(|coded| binary(coded, graph, columns))?,
            Step::Bucket { columns: bounded } => {
                bounded.iter().try_for_each(|bounded| bucket(bounded, graph, columns))?;
            }
            Step::DateParts { columns: inputs } => {
                inputs.iter().try_for_each(|input| date_parts(input, graph, columns))?;
            }
            Step::Hash { columns: hashed } => hashed.iter().try_for_each(|hashed| hash(hashed, graph, columns))?,
            Step::TextCounts { .. } => {
                return Err(not_expressed(
                    "ONNX cannot tell the words of a text apart, which the step `text_counts` counts",
                ));
            }
        }
    }
    Ok(())
}

fn impute(fill: &Fill, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &fill.input.column;
    let column = columns.get(graph, name, fill.input.kind)?;
    let null = is_null(&column, graph);
    let value = match &fill.value {
        Cell::Text(text) => graph.texts(vec![text.to_string()]),
        value => graph.number(number(value)?),
    };
    let filled = graph.node("Where", &[&null, &value, &column.flow], Vec::new());
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
        graph.numbers(vec![1, count(numbers.len())], numbers)
    };
    let is_value = graph.node("Equal", &[&column.flow, &values], Vec::new());
    let indicators = graph.cast(&is_value, Element::Double);
    let made = graph.columns(&indicators, coded.values.len());
    for ((indicator, _), made) in coded.indicator_names().zip(made) {
        columns.set(&indicator, Column::numbers(made, false));
    }
    Ok(())
}

fn ordinal(coded: &Coded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &coded.input.column;
    let column = columns.get(graph, name, coded.input.kind)?;
    let places = (1..=coded.values.len()).map(|place| place as f64).collect();
    let place = looked_up(name, &column, &coded.values, places, -1.0, graph)?;
    let flow = where_null(&column, f64::NAN, place, graph);
    columns.set(name, Column::numbers(flow, column.nullable));
    Ok(())
}

/// Each digit is looked up by itself.
fn binary(coded: &Coded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &coded.input.column;
    let column = columns.get(graph, name, coded.input.kind)?;
    columns.drop(name);
    for (digit, (made, _)) in coded.digit_names().enumerate() {
        let found = looked_up(name, &column, &coded.values, coded.bits(digit), 0.0, graph)?;
        let flow = where_null(&column, 0.0, found, graph);
        columns.set(&made, Column::numbers(flow, false));
    }
    Ok(())
}

/// The number of bounds that the value is not below.
fn bucket(bounded: &Bounded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &bounded.input.column;
    let column = columns.get(graph, name, bounded.input.kind)?;
    let bounds: Vec<f64> = bounded.bounds.iter().map(|bound| bound.0).collect();
    let count = if bounds.is_empty() {
        let (none, null) = (graph.number(0.0), graph.node("IsNaN", &[&column.flow], Vec::new()));
        let null = graph.cast(&null, Element::Double);
        graph.node("Mul", &[&null, &none], Vec::new())
    } else {
        let across = graph.numbers(vec![1, count(bounds.len())], bounds);
        // NaN is not below any of them, as it is here.
        let is_below = graph.node("Less", &[&column.flow, &across], Vec::new());
        let reached = graph.node("Not", &[&is_below], Vec::new());
        let reached = graph.cast(&reached, Element::Double);
        let axis = graph.ints(vec![1]);
        graph.node("ReduceSum", &[&reached, &axis], vec![("keepdims", Setting::Int(1))])
    };
    let flow = where_null(&column, f64::NAN, count, graph);
    columns.set(name, Column::numbers(flow, column.nullable));
    Ok(())
}

/// ONNX Runtime's MurmurHash3 of 32 bits, its size modulo the number of columns.
///
/// # Errors
/// GML0936 for values that are no texts: their hash is that of how they are written, which ONNX does in another way.
fn hash(hashed: &Hashed, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &hashed.input.column;
    let column = columns.get(graph, name, hashed.input.kind)?;
    columns.drop(name);
    if !column.is_text {
        return Err(not_expressed(&format!("ONNX has no hash of what is no text, which `hash` takes of `{name}`"))
            .help("hash columns of text; `bucketize` and `quantile_bin` make few values of many numbers"));
    }
    let settings = vec![("positive", Setting::Int(0)), ("seed", Setting::Int(0))];
    let hash = graph.node_of(RUNTIME, "MurmurHash3", &[&column.flow], settings);
    // In 64 bits, since the smallest number of 32 bits has no size there.
    let hash = graph.cast(&hash, Element::Int);
    let (size, buckets) = (graph.node("Abs", &[&hash], Vec::new()), graph.ints(vec![count(hashed.buckets)]));
    let bucket = graph.node("Mod", &[&size, &buckets], Vec::new());
    let bucket = graph.cast(&bucket, Element::Double);
    let bucket = where_null(&column, -1.0, bucket, graph);
    let all = graph.numbers(vec![1, count(hashed.buckets)], (0..hashed.buckets).map(|bucket| bucket as f64).collect());
    let is_bucket = graph.node("Equal", &[&bucket, &all], Vec::new());
    let indicators = graph.cast(&is_bucket, Element::Double);
    let made = graph.columns(&indicators, hashed.buckets);
    for ((indicator, _), made) in hashed.names().zip(made) {
        columns.set(&indicator, Column::numbers(made, false));
    }
    Ok(())
}

/// Which rows of a column are null.
fn is_null(column: &Column, graph: &mut Graph) -> Flow {
    if column.is_text {
        let empty = graph.texts(vec![String::new()]);
        graph.node("Equal", &[&column.flow, &empty], Vec::new())
    } else {
        graph.node("IsNaN", &[&column.flow], Vec::new())
    }
}

/// The number of each value of a column, or another one for what is none of the values.
fn looked_up(
    name: &str,
    column: &Column,
    values: &[Cell],
    found: Vec<f64>,
    other: f64,
    graph: &mut Graph,
) -> Result<Flow, Fault> {
    let keys =
        if column.is_text { Setting::Texts(texts(name, column, values)?) } else { Setting::Doubles(numbers(values)?) };
    let settings = vec![
        ("keys_tensor", keys),
        ("values_tensor", Setting::Doubles(found)),
        ("default_tensor", Setting::Doubles(vec![other])),
    ];
    Ok(graph.node_of(MODELS, "LabelEncoder", &[&column.flow], settings))
}

/// A number where the column is null, and what was made of it elsewhere.
fn where_null(column: &Column, null: f64, made: Flow, graph: &mut Graph) -> Flow {
    if !column.nullable {
        return made;
    }
    let is_null = is_null(column, graph);
    let null = graph.number(null);
    graph.node("Where", &[&is_null, &null, &made], Vec::new())
}

fn target_encode(encoded: &Encoded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &encoded.input.column;
    let column = columns.get(graph, name, encoded.input.kind)?;
    let means = encoded.means.iter().map(|mean| mean.0).collect();
    let mean = looked_up(name, &column, &encoded.values, means, encoded.other.0, graph)?;
    let flow = where_null(&column, encoded.null.0, mean, graph);
    columns.set(name, Column::numbers(flow, false));
    Ok(())
}

fn log(name: &str, kind: Kind, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let column = columns.get(graph, name, kind)?;
    let (size, sign) =
        (graph.node("Abs", &[&column.flow], Vec::new()), graph.node("Sign", &[&column.flow], Vec::new()));
    let one = graph.number(1.0);
    let more = graph.node("Add", &[&size, &one], Vec::new());
    let log = graph.node("Log", &[&more], Vec::new());
    let flow = graph.node("Mul", &[&log, &sign], Vec::new());
    columns.set(name, Column { flow, ..column });
    Ok(())
}

/// Null stays null: it is neither below nor above a bound.
fn clip(clipped: &Clipped, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &clipped.input.column;
    let column = columns.get(graph, name, clipped.input.kind)?;
    let (low, high) = (graph.number(clipped.low.0), graph.number(clipped.high.0));
    let is_below = graph.node("Less", &[&column.flow, &low], Vec::new());
    let from_low = graph.node("Where", &[&is_below, &low, &column.flow], Vec::new());
    let is_above = graph.node("Less", &[&high, &column.flow], Vec::new());
    let flow = graph.node("Where", &[&is_above, &high, &from_low], Vec::new());
    columns.set(name, Column { flow, ..column });
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
    values: &[Arc<str>],
    graph: &mut Graph,
    columns: &mut Columns<'_>,
) -> Result<Flow, Fault> {
    let column = columns.get(graph, name, Kind::Text)?;
    let cells: Vec<Cell> = values.iter().map(|value| Cell::Text(Arc::clone(value))).collect();
    let places = (0..cells.len()).map(|place| place as f64).collect();
    looked_up(name, &column, &cells, places, f64::NAN, graph)
}
