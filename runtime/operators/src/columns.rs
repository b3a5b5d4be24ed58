//! Columns as figures and comparisons take them: numbers in an order, or values with names.

use gml_connect::Fault;
use gml_ir::DAY;
use gml_report::Form;
use polars::prelude::{Column, DataType, TimeUnit};

use crate::frame::fault;
use crate::prep::{Distinct, Kind};

/// The values of a column.
pub(crate) enum Values {
    /// Numbers, and what has an order like them: dates and times as microseconds, durations as seconds.
    Ordered {
        /// One a row.
        numbers: Vec<Option<f64>>,
        /// How they are written.
        form: Form,
    },
    /// Texts, and true and false.
    Named {
        /// The distinct values.
        names: Vec<String>,
        /// The place among them, one a row.
        codes: Vec<Option<u32>>,
    },
}

impl Values {
    /// The values of a column of scalars; `None` where it holds anything nested.
    ///
    /// # Errors
    /// What polars says of the column.
    pub(crate) fn of(column: &Column) -> Result<Option<Self>, Fault> {
        let kind = Kind::of(column.dtype());
        Ok(match kind {
            Kind::Other if *column.dtype() == DataType::Null => {
                Some(Self::Ordered { numbers: vec![None; column.len()], form: Form::Plain })
            }
            Kind::Other => None,
            Kind::Bool | Kind::Text => {
                let Distinct { cells, codes } = Distinct::of(column)?;
                Some(Self::Named { names: cells.iter().map(|cell| cell.label()).collect(), codes })
            }
            Kind::Number => Some(Self::Ordered { numbers: floats(column)?, form: Form::Plain }),
            Kind::Date | Kind::Time | Kind::Timestamp | Kind::Duration => {
                let unit = match column.dtype() {
                    DataType::Date => DAY as f64,
                    DataType::Time => 1e-3,
                    DataType::Datetime(unit, _) | DataType::Duration(unit) => match unit {
                        TimeUnit::Nanoseconds => 1e-3,
                        TimeUnit::Microseconds => 1.0,
                        TimeUnit::Milliseconds => 1e3,
                    },
                    _ => 1.0,
                };
                let (unit, form) = if kind == Kind::Duration { (unit * 1e-6, Form::Plain) } else { (unit, Form::Time) };
                let ticks = floats(&column.to_physical_repr())?;
                let numbers = ticks.into_iter().map(|ticks| ticks.map(|ticks| ticks * unit)).collect();
                Some(Self::Ordered { numbers, form })
            }
        })
    }

    /// How far each value is from the lowest (0) to the highest (1), by its rank; nothing where values have no order.
    pub(crate) fn shades(&self) -> Vec<Option<f64>> {
        match self {
            Self::Ordered { numbers, .. } => {
                let mut sorted: Vec<f64> =
                    numbers.iter().flatten().copied().filter(|number| !number.is_nan()).collect();
                sorted.sort_by(f64::total_cmp);
                sorted.dedup();
                let last = sorted.len().saturating_sub(1).max(1) as f64;
                let shade = |number: f64| sorted.partition_point(|other| *other < number) as f64 / last;
                numbers.iter().map(|number| number.filter(|number| !number.is_nan()).map(shade)).collect()
            }
            Self::Named { names, codes } => {
                let of_name = |name: &String| match name.as_str() {
                    "true" => Some(1.0),
                    "false" => Some(0.0),
                    _ => None,
                };
                let shades: Option<Vec<f64>> = names.iter().map(of_name).collect();
                codes.iter().map(|code| Some(shades.as_ref()?[(*code)? as usize])).collect()
            }
        }
    }
}

fn floats(column: &Column) -> Result<Vec<Option<f64>>, Fault> {
    let floats = column.cast(&DataType::Float64).map_err(fault)?;
    Ok(floats.f64().map_err(fault)?.iter().collect())
}

/// The value below which that share of sorted numbers lies, interpolated between the two nearest (Hyndman and Fan 1996,
/// definition 7); NaN of no numbers.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    if low == high { low } else { low + (high - low) * place.fract() }
}
