//! The steps of a recipe.

use std::sync::Arc;

use gml_connect::Fault;

use super::columns::{Column, Columns};
use super::dates::date_parts;
use super::graph::{Element, Flow, Graph, RUNTIME, Setting, count};
use super::not_expressed;
use super::numbers::{bucket, clip, log, scale};
use super::words::text_counts;
use crate::learn::LARGEST_EXACT;
use crate::prep::{Cell, Coded, Encoded, Exact, Fill, Hashed, Kind, Recipe, Step, hash_bucket};
use crate::scoring::Form;

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
                inputs.iter().try_for_each(|input| log(input, graph, columns))?;
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
            Step::TextCounts { columns: texts } => {
                texts.iter().try_for_each(|words| text_counts(words, graph, columns))?;
            }
        }
    }
    Ok(())
}

fn impute(fill: &Fill, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &fill.input.column;
    let column = columns.get(graph, name, fill.input.kind)?;
    let form = if fill.to_float { Form::Float } else { column.form };
    if !column.nullable {
        // Where nothing is null, an empty text is a text.
        columns.set(name, Column { form, ..column });
        return Ok(());
    }
    if fill.empty {
        return Err(empty_is_null(name));
    }
    let null = is_null(&column, graph);
    let value = match (&fill.value, column.form) {
        (Cell::Text(text), _) => graph.texts(vec![text.to_string()]),
        // The column stays one of 32 bits.
        (Cell::Float(Exact(value)), Form::Single) if !fill.to_float => graph.number(f64::from(*value as f32)),
        (value, _) => graph.number(number(value)?),
    };
    let flow = graph.node("Where", &[&null, &value, &column.flow], Vec::new());
    columns.set(name, Column { flow, form, nullable: false });
    Ok(())
}

fn one_hot(coded: &Coded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &coded.input.column;
    let column = columns.get(graph, name, coded.input.kind)?;
    columns.drop(name);
    if coded.values.is_empty() {
        return Ok(());
    }
    let values = if column.is_text() {
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
    columns.set(name, Column::whole(flow, column.nullable));
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

/// A column of 0 and 1 for each bucket. Which of them a value is in follows from how it is written: whole numbers as ONNX writes them,
/// truths as one of two texts, which are known.
///
/// # Errors
/// GML0936 for floats, dates and times, which ONNX writes in another way, and for empty texts beside nulls.
fn hash(hashed: &Hashed, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &hashed.input.column;
    let column = columns.get(graph, name, hashed.input.kind)?;
    columns.drop(name);
    if hashed.empty && column.nullable {
        return Err(empty_is_null(name));
    }
    let bucket = match column.form {
        Form::Text => murmur(&column.flow, hashed.buckets, graph),
        Form::Int => {
            let whole = graph.cast(&column.flow, Element::Int);
            let written = graph.cast(&whole, Element::Text);
            murmur(&written, hashed.buckets, graph)
        }
        Form::Bool => {
            let truths = [Cell::Bool(false), Cell::Bool(true)];
            let buckets = truths.each_ref().map(|truth| Ok(hash_bucket(&truth.label(), hashed.buckets)? as f64));
            let buckets = buckets.into_iter().collect::<Result<_, Fault>>()?;
            looked_up(name, &column, &truths, buckets, -1.0, graph)?
        }
        form => {
            let kind = form.kind().name();
            return Err(not_expressed(&format!(
                "the step `hash` takes the text of each {kind} of `{name}`, and ONNX writes these in another way"
            ))
            .help("hash texts and whole numbers; `bucketize` and `quantile_bin` make few values of many numbers"));
        }
    };
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

/// ONNX Runtime's MurmurHash3 of 32 bits, its size modulo the number of columns.
fn murmur(texts: &Flow, buckets: usize, graph: &mut Graph) -> Flow {
    let settings = vec![("positive", Setting::Int(0)), ("seed", Setting::Int(0))];
    let hash = graph.node_of(RUNTIME, "MurmurHash3", &[texts], settings);
    // In 64 bits, since the smallest number of 32 bits has no size there.
    let hash = graph.cast(&hash, Element::Int);
    let (size, buckets) = (graph.node("Abs", &[&hash], Vec::new()), graph.ints(vec![count(buckets)]));
    let bucket = graph.node("Mod", &[&size, &buckets], Vec::new());
    graph.cast(&bucket, Element::Double)
}

/// Which rows of a column are null.
fn is_null(column: &Column, graph: &mut Graph) -> Flow {
    if column.is_text() {
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
    let keys = if column.is_text() {
        Setting::Texts(texts(name, column, values)?)
    } else {
        Setting::Doubles(numbers(values)?)
    };
    Ok(graph.looked_up(&column.flow, keys, Setting::Doubles(found), Setting::Doubles(vec![other])))
}

/// A number where the column is null, and what was made of it elsewhere.
pub(super) fn where_null(column: &Column, null: f64, made: Flow, graph: &mut Graph) -> Flow {
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

/// The texts that a column is held against.
///
/// # Errors
/// GML0936 where the empty text is one of them and stands for null too.
fn texts(name: &str, column: &Column, values: &[Cell]) -> Result<Vec<String>, Fault> {
    let texts: Vec<String> = values.iter().map(Cell::label).collect();
    if column.nullable && texts.iter().any(String::is_empty) {
        return Err(empty_is_null(name));
    }
    Ok(texts)
}

/// A step or a model that tells the empty text from null.
fn empty_is_null(name: &str) -> Fault {
    not_expressed(&format!("`{name}` holds empty texts and nulls, and the empty text stands for null there"))
        .help(format!("make one of them before `fit` and `predict`: derive {{ {name} = .{name} ?? \"unknown\" }}"))
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
