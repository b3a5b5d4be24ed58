//! `std.aggregate`: one value of many rows.
//!
//! Every aggregate runs over windows: stretches of rows, one for each group or one for each row. Sums are added up in
//! row order, so that they are the same whatever the number of threads.

mod decimal;
mod fold;
mod grow;
mod sweep;

use std::collections::HashMap;

use gml_connect::Fault;
use gml_ir::Type;
use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, IdxCa, IdxSize, Int64Chunked, IntoSeries, NewChunkedArray,
    Series, TimeUnit,
};

use super::list_parts::truths;
use super::vectors::{Centroid, Vectors};
use super::window::{Call, Windows};
use super::{Keys, checked, dtype, group_ids};
use crate::frame::fault;
use fold::{Count, Extreme, Ordinal, Sum, Truth, Variance};
pub(crate) use grow::Grow;
use grow::{Collect, Distinct, Mode, Quantile};
pub(crate) use sweep::Spans;
use sweep::{fold, grow};

/// All aggregates of the standard library.
pub(crate) const AGGREGATES: &[&str] = &[
    "count",
    "count_values",
    "distinct_count",
    "sum",
    "mean",
    "median",
    "quantile",
    "std",
    "variance",
    "min",
    "max",
    "first",
    "last",
    "mode",
    "any",
    "all",
    "collect",
    "dataset_max",
    "dataset_min",
];

/// Whether a function of that name is an aggregate.
pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name)
}

/// Whether the first row is looked for, by which argument, and among which rows.
type Ordering = (bool, Option<usize>, Option<usize>);

/// Computes aggregates over windows; what several of them need is computed once.
pub(crate) struct Aggregator<'a> {
    windows: &'a Windows,
    arguments: &'a [Series],
    conditions: HashMap<usize, Vec<bool>>,
    keys: HashMap<usize, Keys>,
    ordinals: HashMap<Ordering, Vec<Option<IdxSize>>>,
}

impl<'a> Aggregator<'a> {
    /// Over these windows; calls name their arguments by place.
    pub(crate) fn new(windows: &'a Windows, arguments: &'a [Series]) -> Self {
        Self { windows, arguments, conditions: HashMap::new(), keys: HashMap::new(), ordinals: HashMap::new() }
    }

    /// One value for each group, or for each row.
    pub(crate) fn evaluate(&mut self, call: &Call) -> Result<Series, Fault> {
        if let Some(smallest) = match &*call.function {
            "dataset_min" => Some(true),
            "dataset_max" => Some(false),
            _ => None,
        } {
            return self.of_dataset(call, smallest);
        }
        let spans = self.windows.spans(call)?;
        let result = self.over(call, &spans)?;
        self.windows.spread(result, &spans)
    }

    fn over(&mut self, call: &Call, spans: &Spans) -> Result<Series, Fault> {
        if let Some(place) = call.condition
            && !self.conditions.contains_key(&place)
        {
            let truth = self.arguments[place].cast(&DataType::Boolean).map_err(fault)?;
            self.conditions.insert(place, truths(truth.bool().map_err(fault)?));
        }
        match &*call.function {
            "first" | "last" => return self.ordinal(call, spans),
            "min" | "max" => {
                let place = argument(call)?;
                self.keys_of(place)?;
            }
            _ => {}
        }
        let condition = call.condition.and_then(|place| self.conditions.get(&place)).map(Vec::as_slice);
        match &*call.function {
            "count" => Ok(counts(fold(&Count { known: None }, spans, condition))),
            "count_values" => {
                let known = known(self.values(call)?);
                Ok(counts(fold(&Count { known: Some(&known) }, spans, condition)))
            }
            "sum" => sum(self.values(call)?, &call.ty, spans, condition),
            "mean" if let Type::Vector(width) = call.ty.non_null() => {
                let vectors = Vectors::of(&Column::from(self.values(call)?.clone()))?;
                let mut centroid = Centroid::new(&vectors, *width as usize);
                let places = grow(&mut centroid, spans, condition);
                centroid.column(&places)
            }
            "mean" => {
                let values = floats(self.values(call)?)?;
                let means = fold(&Sum { values: &values }, spans, condition);
                let means = numbers(means.into_iter().map(|state| state.map(|(sum, count)| sum / count as f64)));
                // A length of time is a whole number of microseconds.
                match call.ty.non_null() {
                    Type::Duration => {
                        let micros = means.cast(&DataType::Int64).map_err(fault)?;
                        micros.cast(&DataType::Duration(TimeUnit::Microseconds)).map_err(fault)
                    }
                    _ => Ok(means),
                }
            }
            "std" | "variance" => {
                let values = floats(self.values(call)?)?;
                let root = &*call.function == "std";
                let states = fold(&Variance { values: &values }, spans, condition);
                Ok(numbers(states.into_iter().map(|state| {
                    let variance = state.and_then(Variance::sample)?;
                    Some(if root { variance.sqrt() } else { variance })
                })))
            }
            "min" | "max" => {
                let place = argument(call)?;
                let keys = self.keys.get(&place).ok_or_else(unknown_argument)?;
                let extreme = Extreme { keys, smallest: &*call.function == "min" };
                self.pick(place, fold(&extreme, spans, condition))
            }
            "any" | "all" => {
                let any = &*call.function == "any";
                let values = self.values(call)?.cast(&DataType::Boolean).map_err(fault)?;
                let values: Vec<Option<bool>> = values.bool().map_err(fault)?.iter().collect();
                let states = fold(&Truth { values: &values, any }, spans, condition);
                let truths = states.into_iter().map(|state| Some(state.unwrap_or(!any)));
                Ok(truths.collect::<BooleanChunked>().into_series())
            }
            "distinct_count" => {
                let values = self.values(call)?;
                let (ids, count) = group_ids(std::slice::from_ref(values))?;
                let known = known(values);
                let counts = grow(&mut Distinct::new(&ids, count, &known), spans, condition);
                Ok(counts.into_iter().map(Some).collect::<Int64Chunked>().into_series())
            }
            "mode" => {
                let values = self.values(call)?;
                let (ids, count) = group_ids(std::slice::from_ref(values))?;
                let known = known(values);
                let picks = grow(&mut Mode::new(&ids, count, &known), spans, condition);
                self.pick(argument(call)?, picks)
            }
            "median" | "quantile" => {
                let share = if &*call.function == "median" { 0.5 } else { call.number.unwrap_or(f64::NAN) };
                if !(0.0..=1.0).contains(&share) {
                    return Err(
                        Fault::new("GML0229", format!("q of quantile is {share}")).help("take a share between 0 and 1")
                    );
                }
                let values = floats(self.values(call)?)?;
                Ok(numbers(grow(&mut Quantile::new(&values, share), spans, condition).into_iter()))
            }
            "collect" => {
                let values = self.values(call)?;
                let known = known(values);
                let mut collect = Collect::new(&known);
                let ranges = grow(&mut collect, spans, condition);
                collect.lists(values, &ranges)
            }
            other => Err(Fault::new("GML0912", format!("this version of gmlc does not know the aggregate {other}"))
                .help("install a newer version")),
        }
    }

    /// `first` and `last`: the place of the row is found once for all columns taken from it.
    fn ordinal(&mut self, call: &Call, spans: &Spans) -> Result<Series, Fault> {
        let first = &*call.function == "first";
        let shared = (first, call.by, call.condition);
        if !self.ordinals.contains_key(&shared) {
            if let Some(by) = call.by {
                self.keys_of(by)?;
            }
            let keys = call.by.and_then(|by| self.keys.get(&by));
            let condition = call.condition.and_then(|place| self.conditions.get(&place)).map(Vec::as_slice);
            let picks = fold(&Ordinal { keys, first }, spans, condition);
            self.ordinals.insert(shared, picks);
        }
        let picks = self.ordinals.get(&shared).cloned().unwrap_or_default();
        self.pick(argument(call)?, picks)
    }

    fn of_dataset(&mut self, call: &Call, smallest: bool) -> Result<Series, Fault> {
        let place = argument(call)?;
        self.keys_of(place)?;
        let keys = self.keys.get(&place).ok_or_else(unknown_argument)?;
        let rows = (0..self.arguments[place].len()).filter(|row| keys.is_known(*row));
        let found =
            if smallest { rows.min_by_key(|row| keys.key(*row)) } else { rows.max_by_key(|row| keys.key(*row)) };
        let value = self.pick(place, vec![found.map(|row| row as IdxSize)])?;
        Ok(value.new_from_index(0, self.windows.results()))
    }

    fn keys_of(&mut self, place: usize) -> Result<(), Fault> {
        if !self.keys.contains_key(&place) {
            self.keys.insert(place, Keys::of(&self.arguments[place])?);
        }
        Ok(())
    }

    fn values(&self, call: &Call) -> Result<&'a Series, Fault> {
        self.arguments.get(argument(call)?).ok_or_else(unknown_argument)
    }

    fn pick(&self, place: usize, rows: Vec<Option<IdxSize>>) -> Result<Series, Fault> {
        let values = self.arguments.get(place).ok_or_else(unknown_argument)?;
        values.take(&IdxCa::from_slice_options("".into(), &rows)).map_err(fault)
    }
}

fn sum(values: &Series, ty: &Type, spans: &Spans, condition: Option<&[bool]>) -> Result<Series, Fault> {
    let dtype_now = values.dtype().clone();
    if dtype_now.is_integer() || matches!(dtype_now, DataType::Boolean | DataType::Null) {
        let values: Vec<Option<i128>> = if dtype_now == DataType::UInt64 {
            values.u64().map_err(fault)?.iter().map(|value| value.map(i128::from)).collect()
        } else {
            let values = values.cast(&DataType::Int64).map_err(fault)?;
            values.i64().map_err(fault)?.iter().map(|value| value.map(i128::from)).collect()
        };
        let sums = fold(&fold::WholeSum { values: &values }, spans, condition);
        let kind = if let Type::Int(kind) = ty.non_null() { *kind } else { gml_ir::IntKind::I64 };
        let sums = sums.into_iter().map(|sum| {
            let sum = sum.unwrap_or(0);
            i64::try_from(sum).map(Some).map_err(|_| {
                Fault::new("GML0923", format!("the sum {sum} does not fit int")).help("sum floats: `sum(as_float(..))`")
            })
        });
        let sums: Int64Chunked = sums.collect::<Result<Vec<_>, Fault>>()?.into_iter().collect();
        return checked::narrow(sums.into_series(), kind);
    }
    if dtype_now.is_decimal() {
        return decimal::sum(values, ty, spans, condition);
    }
    let values = floats(values)?;
    let states = fold(&Sum { values: &values }, spans, condition);
    let sums = numbers(states.into_iter().map(|state| Some(state.map_or(0.0, |(sum, _)| sum))));
    match dtype(ty) {
        Some(DataType::Float32) => sums.cast(&DataType::Float32).map_err(fault),
        _ => Ok(sums),
    }
}

fn counts(states: Vec<Option<i64>>) -> Series {
    states.into_iter().map(|count| Some(count.unwrap_or(0))).collect::<Int64Chunked>().into_series()
}

fn numbers(values: impl Iterator<Item = Option<f64>>) -> Series {
    values.collect::<Float64Chunked>().into_series()
}

fn floats(values: &Series) -> Result<Vec<Option<f64>>, Fault> {
    let values = gml_connect::decimal::floats(values)?;
    Ok(values.f64().map_err(fault)?.iter().collect())
}

fn known(values: &Series) -> Vec<bool> {
    truths(&values.is_not_null())
}

fn argument(call: &Call) -> Result<usize, Fault> {
    call.values.ok_or_else(unknown_argument)
}

fn unknown_argument() -> Fault {
    Fault::new("GML0999", "an aggregate was called without its values")
}
