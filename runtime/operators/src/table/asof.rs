//! `join` by time: for each left row the nearest right row before or after it.

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize, LazyFrame, NewChunkedArray, Schema, Series, col};

use super::args::CallExt;
use super::derive::series;
use super::join::{alike, no_collision};
use crate::data::{Call, Data};
use crate::expr::{Keys, group_ids, micros, type_of};
use crate::frame::{apply, collect, evaluate, fault};

/// How to look.
#[derive(Clone)]
struct Search {
    /// The columns that must agree.
    on: Vec<String>,
    /// The column that is compared.
    at: String,
    forward: bool,
    /// The largest distance, in microseconds.
    within: Option<i64>,
}

/// The left rows in their order, each once. A row whose time or key is null finds nothing.
pub(super) fn join(
    call: &Call<'_>,
    left: LazyFrame,
    right: LazyFrame,
    on: Vec<String>,
    left_columns: &Schema,
    right_columns: &Schema,
) -> Result<Data, Fault> {
    let at = call.keys("at")?;
    let [at] = at.as_slice() else {
        return Err(call.bad("at", "one column that both tables have"));
    };
    let within = match call.value("within") {
        None => None,
        Some(Value::Duration(micros)) if micros >= 0 => Some(micros),
        Some(_) => return Err(call.bad("within", "a duration that is not negative")),
    };
    let forward = call.text("direction").as_deref() == Some("forward");
    let mut keys = on.clone();
    keys.push(at.clone());
    no_collision(left_columns, right_columns, &keys)?;
    let (left, right) = alike(left, right, &keys, left_columns, right_columns)?;
    let search = Search { on, at: at.clone(), forward, within };
    call.give(apply(left, "asof", move |left| {
        // An empty left side asks for the columns only: the right side is not computed for that.
        let right = if left.height() == 0 {
            DataFrame::empty_with_schema(&*crate::frame::schema(&right)?)
        } else {
            collect(right.clone())?
        };
        search.join(left, &right)
    })?)
}

impl Search {
    fn join(&self, mut left: DataFrame, right: &DataFrame) -> Result<DataFrame, Fault> {
        let found = self.found(&left, right)?;
        let found = IdxCa::from_slice_options("".into(), &found);
        for column in right.columns() {
            let name = column.name().as_str();
            if name != self.at && !self.on.iter().any(|key| key == name) {
                left.with_column(column.take(&found).map_err(fault)?).map_err(fault)?;
            }
        }
        Ok(left)
    }

    /// The right row for each left one.
    fn found(&self, left: &DataFrame, right: &DataFrame) -> Result<Vec<Option<IdxSize>>, Fault> {
        let height = left.height();
        // Both sides one below the other, so that keys and times are counted alike.
        let both = |name: &String| -> Result<Series, Fault> {
            let mut values = series(left, std::slice::from_ref(name))?.remove(0);
            values.append(&series(right, std::slice::from_ref(name))?[0]).map_err(fault)?;
            Ok(values)
        };
        let on = self.on.iter().map(both).collect::<Result<Vec<_>, Fault>>()?;
        let at = both(&self.at)?;
        let times = Keys::of(&at)?;
        let ticks = self.within.map(|_| ticks(&at)).transpose()?;
        let (groups, count) = if on.is_empty() { (vec![0; at.len()], 1) } else { group_ids(&on)? };
        let mut usable: Vec<bool> = (0..at.len()).map(|row| times.is_known(row)).collect();
        for key in on.iter().filter(|key| key.null_count() > 0) {
            for (usable, known) in usable.iter_mut().zip(key.is_not_null().iter()) {
                *usable &= known == Some(true);
            }
        }
        let mut candidates: Vec<Vec<usize>> = vec![Vec::new(); count];
        for row in (height..at.len()).filter(|row| usable[*row]) {
            candidates[groups[row] as usize].push(row);
        }
        for rows in &mut candidates {
            rows.sort_by_key(|row| times.key(*row));
        }
        let find = |row: usize| {
            let rows = &candidates[groups[row] as usize];
            let place = if self.forward {
                rows.partition_point(|other| times.key(*other) < times.key(row))
            } else {
                rows.partition_point(|other| times.key(*other) <= times.key(row)).checked_sub(1)?
            };
            let other = *rows.get(place)?;
            let near = self.within.zip(ticks.as_ref()).is_none_or(|(within, ticks)| {
                ticks[row].zip(ticks[other]).is_some_and(|(a, b)| a.abs_diff(b) <= within.unsigned_abs())
            });
            near.then(|| (other - height) as IdxSize)
        };
        Ok((0..height).map(|row| if usable[row] { find(row) } else { None }).collect())
    }
}

/// Times as microseconds.
fn ticks(at: &Series) -> Result<Vec<Option<i64>>, Fault> {
    let ty = type_of(at.dtype());
    if !matches!(ty, Type::Date | Type::Time | Type::Timestamp | Type::Duration) {
        return Err(
            Fault::new("GML0229", format!("within of join is a duration, and at is {ty}")).help("leave within out")
        );
    }
    let frame = DataFrame::new(at.len(), vec![Column::from(at.clone().with_name("at".into()))]).map_err(fault)?;
    let ticks = evaluate(&frame, vec![("at".into(), micros(col("at"), &ty))])?;
    let ticks = ticks.columns()[0].cast(&DataType::Int64).map_err(fault)?;
    Ok(ticks.i64().map_err(fault)?.iter().collect())
}
