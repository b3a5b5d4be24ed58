//! What steps do to values: the operations of `step`, in the same order, on one value at a time.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::DAY;

use super::super::hashed;
use super::super::values::{Cell, Exact};
use super::super::words::Weights;
use super::lookup::Lookup;
use crate::scoring::{Form, Lane};

/// What is done to a column.
#[derive(Clone)]
pub(super) enum Change {
    FillFloat(f64),
    FillWhole(i64),
    FillText(Arc<str>),
    /// 1, 2, .. by the place, -1 for another value.
    Places(Lookup),
    /// 1 in the lane of the place.
    Indicators(Lookup),
    /// The binary digits of the place from 1, the highest first.
    Digits(Lookup),
    Means {
        known: Lookup,
        means: Vec<f64>,
        null: f64,
        other: f64,
    },
    /// 1 in the lane that the hash chooses.
    Hash(Form),
    Affine {
        center: f64,
        factor: f64,
    },
    Buckets(Vec<f64>),
    Log,
    Clip {
        low: f64,
        high: f64,
    },
    /// Year, month, day or day of the week.
    DatePart {
        part: usize,
        form: Form,
    },
    Words(Weights),
}

impl Change {
    /// The lanes that it makes of one; `width` is how many.
    pub(super) fn apply<'r>(&'r self, lane: &Lane<'r>, rows: usize, width: usize) -> Result<Vec<Lane<'r>>, Fault> {
        let all = 0..rows;
        let floats = |of: &dyn Fn(usize) -> Option<f64>| Ok(vec![Lane::Float(all.clone().map(of).collect())]);
        let wholes = |of: &dyn Fn(usize) -> Option<i64>| Ok(vec![Lane::Whole(all.clone().map(of).collect())]);
        match self {
            Self::FillFloat(value) => floats(&|row| Some(lane.number(row).unwrap_or(*value))),
            Self::FillWhole(value) => wholes(&|row| Some(lane.whole(row).unwrap_or(*value))),
            Self::FillText(value) => {
                Ok(vec![Lane::Text(all.map(|row| Some(lane.text(row).unwrap_or(value))).collect())])
            }
            Self::Places(known) => {
                wholes(&|row| (!lane.is_null(row)).then(|| known.place(lane, row).map_or(-1, |place| place as i64 + 1)))
            }
            Self::Indicators(known) => marked(rows, width, |row| Ok(known.place(lane, row))),
            Self::Digits(known) => {
                let place = |row| known.place(lane, row).map_or(0, |place| place + 1);
                let digit = |digit: usize| {
                    let bit = |row| Some(((place(row) >> (width - 1 - digit)) & 1) as f64);
                    Lane::Float((0..rows).map(bit).collect())
                };
                Ok((0..width).map(digit).collect())
            }
            Self::Means { known, means, null, other } => floats(&|row| {
                let mean = || known.place(lane, row).and_then(|place| means.get(place).copied());
                Some(if lane.is_null(row) { *null } else { mean().unwrap_or(*other) })
            }),
            Self::Hash(form) => marked(rows, width, |row| {
                label(*form, lane, row).map(|label| hashed::bucket(&label, width)).transpose()
            }),
            Self::Affine { center, factor } => floats(&|row| lane.number(row).map(|value| (value - center) * factor)),
            Self::Buckets(bounds) => wholes(&|row| {
                let place = |value: f64| bounds.partition_point(|bound| *bound <= value || value.is_nan()) as i64;
                lane.number(row).map(place)
            }),
            Self::Log => floats(&|row| lane.number(row).map(|value| value.abs().ln_1p() * sign(value))),
            Self::Clip { low, high } => floats(&|row| lane.number(row).map(|value| clipped(value, *low, *high))),
            Self::DatePart { part, form } => wholes(&|row| lane.whole(row).map(|count| date_part(*part, *form, count))),
            Self::Words(weights) => {
                let mut made = vec![vec![Some(0.0); rows]; width];
                for row in all {
                    for (place, weight) in weights.of(lane.text(row).unwrap_or_default()) {
                        if let Some(value) = made.get_mut(place).and_then(|lane| lane.get_mut(row)) {
                            *value = Some(weight);
                        }
                    }
                }
                Ok(made.into_iter().map(Lane::Float).collect())
            }
        }
    }
}

/// Lanes of 0, with 1 where a function says.
fn marked<'r>(
    rows: usize,
    width: usize,
    place: impl Fn(usize) -> Result<Option<usize>, Fault>,
) -> Result<Vec<Lane<'r>>, Fault> {
    let mut made = vec![vec![Some(0.0); rows]; width];
    for row in 0..rows {
        let place = place(row)?;
        if let Some(value) = place.and_then(|place| made.get_mut(place)).and_then(|lane| lane.get_mut(row)) {
            *value = Some(1.0);
        }
    }
    Ok(made.into_iter().map(Lane::Float).collect())
}

/// The text of a value that is hashed; none where it is null.
fn label(form: Form, lane: &Lane<'_>, row: usize) -> Option<String> {
    let whole = || lane.whole(row);
    let cell = match form {
        Form::Text => return lane.text(row).map(str::to_owned),
        // As the distinct values of a column have it: zero has one sign.
        Form::Float | Form::Single => Cell::Float(Exact(lane.number(row)? + 0.0)),
        Form::Bool => Cell::Bool(whole()? != 0),
        Form::Int => Cell::Int(whole()?),
        Form::Date => Cell::Date(i32::try_from(whole()?).unwrap_or(i32::MAX)),
        Form::Time => Cell::Time(whole()?),
        Form::Timestamp => Cell::Timestamp(whole()?),
        Form::Duration => Cell::Duration(whole()?),
    };
    Some(cell.label())
}

/// -1 and 1; zeros and what is no number stay as they are.
fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// What is no number stands above all numbers, as in a query.
fn clipped(value: f64, low: f64, high: f64) -> f64 {
    let below = value < low || low.is_nan() && !value.is_nan();
    let above = value > high || value.is_nan() && !high.is_nan();
    if below {
        low
    } else if above {
        high
    } else {
        value
    }
}

/// Year, month, day and day of the week (Monday is 1) of days or microseconds since 1970 (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", `civil_from_days`).
fn date_part(part: usize, form: Form, count: i64) -> i64 {
    let days = if form == Form::Timestamp { count.div_euclid(DAY) } else { count };
    if part == 3 {
        return (days + 3).rem_euclid(7) + 1;
    }
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    match part {
        0 => year_of_era + era * 400 + i64::from(month <= 2),
        1 => month,
        _ => day_of_year - (153 * shifted_month + 2) / 5 + 1,
    }
}
