//! `std.window`, and `quantile_bin` of `std.math`.

use gml_connect::Fault;
use gml_ir::{BinaryOp, IntKind, Type};
use polars::prelude::{
    Column, DataFrame, DataType, IdxCa, IdxSize, Int64Chunked, IntoSeries, NewChunkedArray, Series, TimeUnit, col,
};

use super::{Call, Windows};
use crate::expr::{Keys, checked, decimal};
use crate::frame::{evaluate, fault};

/// All window functions of the standard library.
pub(crate) const WINDOWS: &[&str] =
    &["lag", "lead", "difference", "gap", "row_number", "rank", "last_known", "quantile_bin"];

/// Whether a function of that name is a window function.
pub(crate) fn is_window(name: &str) -> bool {
    WINDOWS.contains(&name)
}

impl Windows {
    /// A window function's value for each row of the table.
    pub(crate) fn function(&self, call: &Call, arguments: &[Series]) -> Result<Series, Fault> {
        let values = || {
            let values = call.values.and_then(|place| arguments.get(place));
            values.ok_or_else(|| Fault::new("GML0999", format!("{} was called without its values", call.function)))
        };
        match &*call.function {
            "lag" => self.shifted(values()?, whole(call, 1)?),
            "lead" => self.shifted(values()?, -whole(call, 1)?),
            "difference" => {
                let before = self.shifted(values()?, 1)?;
                difference(values()?, &before, &call.ty)
            }
            "gap" => gap(values()?, &self.shifted(values()?, 1)?),
            "row_number" => Ok(self.numbers(|places, numbers| {
                for (number, row) in places.iter().enumerate() {
                    numbers[*row as usize] = number as i64 + 1;
                }
            })),
            "rank" => Ok(self.numbers(|places, numbers| {
                let mut rank = 1;
                for (number, row) in places.iter().enumerate() {
                    if number > 0 && !self.are_tied(places[number - 1], *row) {
                        rank = number as i64 + 1;
                    }
                    numbers[*row as usize] = rank;
                }
            })),
            "last_known" => self.last_known(values()?),
            "quantile_bin" => quantile_bin(values()?, whole(call, 1)?),
            other => {
                Err(Fault::new("GML0912", format!("this version of gmlc does not know the window function {other}"))
                    .help("install a newer version"))
            }
        }
    }

    fn numbers(&self, number: impl Fn(&[IdxSize], &mut [i64])) -> Series {
        let mut numbers = vec![0; self.rows.len()];
        for ends in self.bounds.windows(2) {
            number(&self.rows[ends[0]..ends[1]], &mut numbers);
        }
        Int64Chunked::from_vec("".into(), numbers).into_series()
    }

    /// The value `by` places earlier in the window.
    fn shifted(&self, values: &Series, by: i64) -> Result<Series, Fault> {
        self.picked(values, |places, place| {
            let other = i64::try_from(place).ok()?.checked_sub(by)?;
            places.get(usize::try_from(other).ok()?).copied()
        })
    }

    /// The last value that is not null, the row's own included.
    pub(crate) fn last_known(&self, values: &Series) -> Result<Series, Fault> {
        let known = values.is_not_null();
        let known: Vec<bool> = known.iter().map(|known| known == Some(true)).collect();
        let mut picks = vec![None; self.rows.len()];
        for ends in self.bounds.windows(2) {
            let mut last = None;
            for row in &self.rows[ends[0]..ends[1]] {
                if known[*row as usize] {
                    last = Some(*row);
                }
                picks[*row as usize] = last;
            }
        }
        values.take(&IdxCa::from_slice_options("".into(), &picks)).map_err(fault)
    }

    fn picked(&self, values: &Series, pick: impl Fn(&[IdxSize], usize) -> Option<IdxSize>) -> Result<Series, Fault> {
        let mut picks = vec![None; self.rows.len()];
        for ends in self.bounds.windows(2) {
            let places = &self.rows[ends[0]..ends[1]];
            for (place, row) in places.iter().enumerate() {
                picks[*row as usize] = pick(places, place);
            }
        }
        values.take(&IdxCa::from_slice_options("".into(), &picks)).map_err(fault)
    }
}

/// The constant `n` of a call.
fn whole(call: &Call, least: i64) -> Result<i64, Fault> {
    let number = call.number.map_or(1, |number| number as i64);
    if number < least {
        return Err(
            Fault::new("GML0229", format!("n of {} is {number}", call.function)).help(format!("take {least} or more"))
        );
    }
    Ok(number)
}

fn difference(values: &Series, before: &Series, ty: &Type) -> Result<Series, Fault> {
    let value = match ty.non_null() {
        Type::Int(kind) => checked::arithmetic(BinaryOp::Subtract, col("value"), col("before"), *kind),
        Type::Decimal { .. } => decimal::arithmetic(BinaryOp::Subtract, col("value"), col("before"), ty),
        _ => col("value") - col("before"),
    };
    of_two(values, before, value)
}

fn gap(values: &Series, before: &Series) -> Result<Series, Fault> {
    // Dates and moments as microseconds, times of day come as nanoseconds.
    let ticks = |name: &str| match values.dtype() {
        DataType::Time => crate::expr::micros(col(name), &Type::Time),
        DataType::Date => crate::expr::micros(col(name), &Type::Date),
        _ => crate::expr::micros(col(name), &Type::Timestamp),
    };
    let gap = checked::arithmetic(BinaryOp::Subtract, ticks("value"), ticks("before"), IntKind::I64);
    of_two(values, before, gap.cast(DataType::Duration(TimeUnit::Microseconds)))
}

fn of_two(values: &Series, before: &Series, value: polars::prelude::Expr) -> Result<Series, Fault> {
    let columns = vec![
        Column::from(values.clone().with_name("value".into())),
        Column::from(before.clone().with_name("before".into())),
    ];
    let frame = DataFrame::new(values.len(), columns).map_err(fault)?;
    let result = evaluate(&frame, vec![("difference".into(), value)])?;
    Ok(result.columns()[0].as_materialized_series().clone())
}

/// The bin of each value by its place among all that are not null; equal values are in the same bin.
fn quantile_bin(values: &Series, bins: i64) -> Result<Series, Fault> {
    let keys = Keys::of(values)?;
    let mut rows: Vec<usize> = (0..values.len()).filter(|row| keys.is_known(*row)).collect();
    rows.sort_by_key(|row| keys.key(*row));
    let mut result = vec![None; values.len()];
    let mut smallest = 0;
    for (place, row) in rows.iter().enumerate() {
        if keys.key(rows[smallest]) != keys.key(*row) {
            smallest = place;
        }
        let bin = smallest as i128 * i128::from(bins) / rows.len() as i128;
        result[*row] = i64::try_from(bin).ok();
    }
    Ok(result.into_iter().collect::<Int64Chunked>().into_series())
}
