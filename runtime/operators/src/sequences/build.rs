//! `sequences`: clicks to sequences.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{SequencesType, Type};
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, Series};

use super::value::{Clicks, Span};
use super::{Items, Sequences};
use crate::data::{Call, Data};
use crate::expr::{group_ids, micros, translate};
use crate::frame::{collect, evaluate, fault};
use crate::table::CallExt;

/// `sequences(clicks, session:, item:, time:)`
pub(super) fn sequences(call: Call<'_>) -> Result<Data, Fault> {
    let Type::Sequences(ty) = call.result else {
        return Err(Fault::new(
            "GML0999",
            format!("{} gives sequences, and the program has {}", call.operator, call.result),
        ));
    };
    let (min_length, min_support) = (call.whole("min_length")?, call.whole("min_support")?);
    let collapses = call.text("repeats").as_deref() == Some("collapse");
    let rows = Rows::of(&call)?;
    let support = Support::of(&rows, min_support)?;
    let mut clicks = in_order(&rows, &support);
    if collapses {
        clicks.collapse();
    }
    Ok(Data::Sequences(clicks.sequences(ty.clone(), support.items, &rows.keys, min_length)?))
}

/// The columns of the rows that sequences are made of.
struct Rows {
    /// The number of the session of each row, in order of first appearance.
    sessions: Vec<IdxSize>,
    /// The columns that name each session, one row a session.
    keys: DataFrame,
    /// The number of the item of each row, in order of first appearance.
    items: Vec<IdxSize>,
    /// Each item.
    distinct: Series,
    times: Vec<i64>,
}

impl Rows {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let frame = collect(call.table("input")?.frame.clone())?;
        let named = call.columns("session");
        if named.is_empty() {
            return Err(call.bad("session", "at least one column"));
        }
        let (item, time) = (call.expr("item")?, call.expr("time")?);
        let mut columns = named
            .iter()
            .map(|column| Ok((column.name.to_string(), translate(&column.expr)?)))
            .collect::<Result<Vec<_>, Fault>>()?;
        let keys_wide = columns.len();
        // Names of their own: a key may be called the same.
        columns.push((format!("{}item", crate::frame::TEMPORARY), translate(&item)?));
        columns.push((format!("{}time", crate::frame::TEMPORARY), micros(translate(&time)?, &time.ty)));
        let columns = evaluate(&frame, columns)?;
        drop(frame);
        let (keys, rest) = columns.columns().split_at(keys_wide);
        keys.iter().try_for_each(|key| without_nulls(call, "session", key))?;
        without_nulls(call, "item", &rest[0])?;
        without_nulls(call, "time", &rest[1])?;
        let series: Vec<Series> = keys.iter().map(|key| key.as_materialized_series().clone()).collect();
        let (sessions, count) = group_ids(&series)?;
        let keys = take_firsts(keys, &sessions, count)?;
        let item = rest[0].as_materialized_series();
        let (items, count) = group_ids(std::slice::from_ref(item))?;
        let distinct = take_firsts(&rest[..1], &items, count)?.columns()[0].as_materialized_series().clone();
        let times = rest[1].i64().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
        Ok(Self { sessions, keys, items, distinct, times })
    }
}

fn without_nulls(call: &Call<'_>, argument: &str, column: &Column) -> Result<(), Fault> {
    let nulls = column.null_count();
    if nulls == 0 {
        return Ok(());
    }
    let s = if nulls == 1 { "" } else { "s" };
    Err(Fault::new("GML0907", format!("`{argument}` of {} is null in {nulls} row{s}", call.operator))
        .help("leave such rows out before: `filter(.column is not null)`"))
}

/// The rows in which each group appears first, in the order of the groups.
fn take_firsts(columns: &[Column], groups: &[IdxSize], count: usize) -> Result<DataFrame, Fault> {
    let mut firsts: Vec<IdxSize> = Vec::with_capacity(count);
    for (row, group) in (0..).zip(groups) {
        // Groups are numbered in the order in which they appear.
        if *group as usize == firsts.len() {
            firsts.push(row);
        }
    }
    let firsts = IdxCa::from_vec("".into(), firsts);
    let columns = columns.iter().map(|column| column.take(&firsts).map_err(fault)).collect::<Result<_, _>>()?;
    DataFrame::new(count, columns).map_err(fault)
}

/// The items that are in enough rows.
struct Support {
    items: Arc<Items>,
    /// The number of each item among them.
    numbers: Vec<Option<u32>>,
}

impl Support {
    fn of(rows: &Rows, least: usize) -> Result<Self, Fault> {
        let mut counts = vec![0_usize; rows.distinct.len()];
        rows.items.iter().for_each(|item| counts[*item as usize] += 1);
        let mut left = Vec::new();
        let numbers = (0..)
            .zip(&counts)
            .map(|(item, count): (IdxSize, _)| {
                (*count >= least).then(|| {
                    left.push(item);
                    left.len() as u32 - 1
                })
            })
            .collect();
        let items = rows.distinct.take(&IdxCa::from_vec("".into(), left)).map_err(fault)?;
        Ok(Self { items: Arc::new(Items::new(&items)?), numbers })
    }
}

/// Clicks of all sessions, one session behind the other.
struct Sessions {
    clicks: Clicks,
    /// Where the session at each place ends; it begins where the one before it ends.
    ends: Vec<usize>,
}

/// The clicks on items with support, each session in the order of time; equal times stay in the order of the rows.
fn in_order(rows: &Rows, support: &Support) -> Sessions {
    let mut ends = vec![0_usize; rows.keys.height()];
    let kept = |row: usize| support.numbers[rows.items[row] as usize];
    for (row, session) in rows.sessions.iter().enumerate() {
        ends[*session as usize] += usize::from(kept(row).is_some());
    }
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total;
    }
    let mut next: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).collect();
    let mut places = vec![0_u32; total];
    for (row, session) in (0_u32..).zip(&rows.sessions) {
        if kept(row as usize).is_some() {
            let place = &mut next[*session as usize];
            places[*place] = row;
            *place += 1;
        }
    }
    let mut start = 0;
    for end in &ends {
        places[start..*end].sort_by_key(|row| rows.times[*row as usize]);
        start = *end;
    }
    let items = places.iter().filter_map(|row| kept(*row as usize)).collect();
    let times = places.iter().map(|row| rows.times[*row as usize]).collect();
    Sessions { clicks: Clicks { items, times }, ends }
}

impl Sessions {
    /// Makes one click, the first, of several on the same item in a row.
    fn collapse(&mut self) {
        let Clicks { items, times } = &mut self.clicks;
        let (mut start, mut left) = (0, 0);
        for end in &mut self.ends {
            let begin = left;
            for place in start..*end {
                if left == begin || items[left - 1] != items[place] {
                    (items[left], times[left]) = (items[place], times[place]);
                    left += 1;
                }
            }
            start = std::mem::replace(end, left);
        }
        items.truncate(left);
        times.truncate(left);
    }

    /// Sequences of those sessions that are long enough.
    fn sequences(
        self,
        ty: SequencesType,
        items: Arc<Items>,
        keys: &DataFrame,
        min_length: usize,
    ) -> Result<Sequences, Fault> {
        let (mut places, mut spans) = (Vec::new(), Vec::new());
        let mut start = 0;
        for (place, end) in (0_u32..).zip(&self.ends) {
            if end - start >= min_length {
                places.push(place);
                // A frame has fewer rows than u32 has values.
                spans.push(Span { start: start as u32, end: *end as u32 });
            }
            start = *end;
        }
        let keys = keys.take(&IdxCa::from_vec("".into(), places)).map_err(fault)?;
        Ok(Sequences::new(ty, items, self.clicks, spans, keys))
    }
}
