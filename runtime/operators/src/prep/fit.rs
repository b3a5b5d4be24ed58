//! What single columns teach: fillings, shifts and scales.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataType};

use super::hashed::Hashed;
use super::numbers::{Bounded, Clipped};
use super::step::{Affine, Fill, Input};
use super::values::{Cell, Distinct, Exact, Kind};
use super::{Filling, Scaling, Statistic};
use crate::frame::fault;

/// The numbers of a column that are not null, in the order of the rows.
fn numbers(column: &Column, wanted_by: &str) -> Result<Vec<f64>, Fault> {
    only_numbers(Kind::of(column.dtype()), column, wanted_by)?;
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    let numbers: Vec<f64> = floats.f64().map_err(fault)?.iter().flatten().collect();
    if let Some(odd) = numbers.iter().find(|number| !number.is_finite()) {
        return Err(Fault::new("GML0921", format!("{wanted_by} cannot be learned: `{}` holds {odd}", column.name()))
            .help("make such values null, or leave the rows out with filter"));
    }
    Ok(numbers)
}

fn all_null(column: &Column, wanted_by: &str) -> Fault {
    let name = column.name();
    Fault::new("GML0921", format!("{wanted_by} of `{name}` cannot be learned: it is null in every row to learn from"))
        .help(format!("give the value: impute(0.0, [.{name}]), or leave the column out with drop"))
}

/// The value that goes where a column is null.
pub(super) fn fill(filling: &Filling, input: Input, column: &Column, ty: Option<&Type>) -> Result<Fill, Fault> {
    let (value, to_float) = match filling {
        Filling::Given(value) => (given(value, &input, column, ty)?, false),
        Filling::Learned(Statistic::Mean) => {
            let numbers = numbers(column, "a mean")?;
            if numbers.is_empty() {
                return Err(all_null(column, "the mean"));
            }
            (Cell::Float(Exact(mean(&numbers))), true)
        }
        Filling::Learned(Statistic::Median) => {
            let numbers = numbers(column, "a median")?;
            (Cell::Float(Exact(quantile(numbers, 0.5).ok_or_else(|| all_null(column, "the median"))?)), true)
        }
        Filling::Learned(Statistic::MostFrequent) => {
            (most_frequent(column)?.ok_or_else(|| all_null(column, "the most frequent value"))?, false)
        }
        Filling::Learned(Statistic::Zero) => (zero(&input, column)?, false),
    };
    let empty = holds_empty_text(column)?;
    Ok(Fill { input, value, to_float, empty })
}

fn holds_empty_text(column: &Column) -> Result<bool, Fault> {
    if Kind::of(column.dtype()) != Kind::Text {
        return Ok(false);
    }
    Ok(column.str().map_err(fault)?.iter().flatten().any(str::is_empty))
}

/// A value that the program gives, if the column can hold it.
fn given(value: &Value, input: &Input, column: &Column, ty: Option<&Type>) -> Result<Cell, Fault> {
    let unfit = || {
        Fault::new("GML0201", format!("`{}` holds {} values, and {value} is none", input.column, input.kind.name()))
            .help("give a value of the column's own type")
    };
    if let (Some(Type::Enum(listed)), Value::Str(text)) = (ty, value)
        && !listed.contains(text)
    {
        return Err(Fault::new("GML0208", format!("{value} is not among the values of `{}`", input.column))
            .help("take one of its values, or convert the column to category with derive"));
    }
    let cell = Cell::of(value).ok_or_else(unfit)?;
    let fits = match (&cell, input.kind) {
        (Cell::Int(number), Kind::Number) => {
            !column.dtype().is_integer()
                || Column::new_scalar("".into(), (*number).into(), 1).strict_cast(column.dtype()).is_ok()
        }
        (Cell::Float(_), Kind::Number) => !column.dtype().is_integer(),
        (Cell::Bool(_), Kind::Bool)
        | (Cell::Text(_), Kind::Text)
        | (Cell::Date(_), Kind::Date)
        | (Cell::Time(_), Kind::Time)
        | (Cell::Timestamp(_), Kind::Timestamp)
        | (Cell::Duration(_), Kind::Duration) => true,
        _ => *column.dtype() == DataType::Null,
    };
    if fits { Ok(cell) } else { Err(unfit()) }
}

fn zero(input: &Input, column: &Column) -> Result<Cell, Fault> {
    match input.kind {
        Kind::Number if column.dtype().is_integer() => Ok(Cell::Int(0)),
        Kind::Number => Ok(Cell::Float(Exact(0.0))),
        Kind::Bool => Ok(Cell::Bool(false)),
        Kind::Duration => Ok(Cell::Duration(0)),
        kind => Err(Fault::new(
            "GML0703",
            format!("{} values such as those of `{}` have no zero", kind.name(), input.column),
        )
        .help("give the value: impute(\"UNKNOWN\", [..]), or take most_frequent")),
    }
}

/// The first of the values that occur most often.
fn most_frequent(column: &Column) -> Result<Option<Cell>, Fault> {
    let distinct = Distinct::of(column)?;
    let mut counts = vec![0_usize; distinct.cells.len()];
    for code in distinct.codes.iter().flatten() {
        counts[*code as usize] += 1;
    }
    let most = counts.iter().max().copied();
    let place = counts.iter().position(|count| Some(*count) == most);
    Ok(place.map(|place| distinct.cells[place].clone()))
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The value below which that share of the numbers lies, interpolated between the two nearest (Hyndman and Fan 1996,
/// definition 7); none of no numbers.
fn quantile(mut numbers: Vec<f64>, share: f64) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    sorted_quantile(&numbers, share)
}

fn sorted_quantile(numbers: &[f64], share: f64) -> Option<f64> {
    let place = share * numbers.len().checked_sub(1)? as f64;
    let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// Shift and scale of a column. A column without spread is only shifted.
pub(super) fn scale(how: Scaling, input: Input, column: &Column) -> Result<Affine, Fault> {
    let numbers = numbers(column, "a scale")?;
    if numbers.is_empty() {
        return Err(all_null(column, "the scale"));
    }
    let nothing = || Fault::new("GML0999", "a quantile of no numbers");
    let (center, spread) = match how {
        Scaling::Standard => {
            let mean = mean(&numbers);
            let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
            (mean, (squares / numbers.len() as f64).sqrt())
        }
        Scaling::MinMax => {
            let smallest = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (smallest, largest - smallest)
        }
        Scaling::Robust => {
            let at = |share| quantile(numbers.clone(), share).ok_or_else(nothing);
            (at(0.5)?, at(0.75)? - at(0.25)?)
        }
    };
    let spread = if spread > 0.0 { spread } else { 1.0 };
    Ok(Affine {
        input: Input { column: Arc::clone(&input.column), ..input },
        center: Exact(center),
        spread: Exact(spread),
    })
}

/// So many columns for the values.
pub(super) fn hashed(buckets: usize, input: Input, column: &Column) -> Result<Hashed, Fault> {
    // Nested values have no hash.
    Distinct::of(&column.head(Some(1)))?;
    let empty = holds_empty_text(column)?;
    Ok(Hashed { input, buckets, empty })
}

/// Buckets with bounds that the program gives.
pub(super) fn bounded(bounds: &[f64], input: Input, column: &Column) -> Result<Bounded, Fault> {
    only_numbers(input.kind, column, "a bucket")?;
    Ok(Bounded { input, bounds: bounds.iter().map(|bound| Exact(*bound)).collect() })
}

/// Buckets that hold equally many rows each, as far as equal values allow: quantiles that coincide bound one bucket
/// together.
pub(super) fn quantiles(count: usize, input: Input, column: &Column) -> Result<Bounded, Fault> {
    let mut numbers = numbers(column, "a quantile")?;
    if numbers.is_empty() {
        return Err(all_null(column, "the quantiles"));
    }
    numbers.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> =
        (0..=count).filter_map(|edge| sorted_quantile(&numbers, edge as f64 / count as f64)).collect();
    edges.dedup();
    // The first and the last are the smallest and the largest value: nothing lies outside of them.
    edges.pop();
    Ok(Bounded { input, bounds: edges.into_iter().skip(1).map(Exact).collect() })
}

/// A column of numbers.
pub(super) fn of_numbers(input: Input, column: &Column) -> Result<Input, Fault> {
    only_numbers(input.kind, column, "a logarithm")?;
    Ok(input)
}

/// The quantiles at two shares.
pub(super) fn clipped(low: f64, high: f64, input: Input, column: &Column) -> Result<Clipped, Fault> {
    let mut numbers = numbers(column, "a quantile")?;
    numbers.sort_by(f64::total_cmp);
    match (sorted_quantile(&numbers, low), sorted_quantile(&numbers, high)) {
        (Some(low), Some(high)) => Ok(Clipped { input, low: Exact(low), high: Exact(high) }),
        _ => Err(all_null(column, "the quantiles")),
    }
}

/// A column of dates or timestamps.
pub(super) fn dated(input: Input, _: &Column) -> Result<Input, Fault> {
    match input.kind {
        Kind::Date | Kind::Timestamp => Ok(input),
        kind => {
            Err(Fault::new("GML0703", format!("`{}` holds {} values, which have no day", input.column, kind.name()))
                .help("give date_parts columns of dates or timestamps"))
        }
    }
}

fn only_numbers(kind: Kind, column: &Column, wanted_by: &str) -> Result<(), Fault> {
    match kind {
        Kind::Number | Kind::Bool => Ok(()),
        kind => Err(Fault::new(
            "GML0703",
            format!("{wanted_by} needs numbers, and `{}` holds {} values", column.name(), kind.name()),
        )),
    }
}
