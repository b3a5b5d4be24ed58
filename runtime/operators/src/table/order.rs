//! Operators that order rows, or choose them by an order.

use gml_connect::Fault;
use gml_ir::{OrderKey, Value};
use polars::prelude::{IdxCa, IdxSize, SortMultipleOptions};

use super::args::CallExt;
use super::derive::{series, sorted_by, without_temporaries};
use super::rows::with_temporaries;
use crate::data::{Call, Data};
use crate::expr::window::{Extent, Windows};
use crate::expr::{micros, translate};
use crate::frame::{apply, fault};

/// `sort`: stable; nulls come last in either direction.
pub(super) fn sort(call: Call<'_>) -> Result<Data, Fault> {
    let order = call.order("by");
    let options = SortMultipleOptions {
        descending: order.iter().map(|key| key.descending).collect(),
        nulls_last: vec![true; order.len()],
        multithreaded: true,
        maintain_order: true,
        limit: None,
    };
    call.give(call.table("input")?.frame.clone().sort_by_exprs(sorted_by(&order)?, options))
}

/// `take`: the first rows; of each group those that it has among them, in the order of the table.
pub(super) fn take(call: Call<'_>) -> Result<Data, Fault> {
    let n = call.whole("n")?;
    let per = call.keys("per")?;
    let frame = call.table("input")?.frame.clone();
    if per.is_empty() {
        return call.give(frame.slice(0, IdxSize::try_from(n).unwrap_or(IdxSize::MAX)));
    }
    call.give(apply(frame, "take", move |frame| {
        let windows = Windows::new(frame.height(), &series(&frame, &per)?, &[], Extent::All)?;
        let groups = windows.bounds.windows(2).map(|ends| &windows.rows[ends[0]..ends[1]]);
        let mut rows: Vec<IdxSize> = groups.flat_map(|rows| &rows[..n.min(rows.len())]).copied().collect();
        rows.sort_unstable();
        frame.take(&IdxCa::from_vec("".into(), rows)).map_err(fault)
    })?)
}

/// `top`: the rows with the largest value, the largest first; groups in order of first appearance.
pub(super) fn top(call: Call<'_>) -> Result<Data, Fault> {
    let order = vec![OrderKey { expr: call.expr("by")?, descending: true }];
    let n = call.whole("n")?;
    chosen(&call, order, move |rows| &rows[..n.min(rows.len())])
}

/// `take_last`: the last rows by an order, in that order; groups in order of first appearance.
pub(super) fn take_last(call: Call<'_>) -> Result<Data, Fault> {
    let n = call.whole("n")?;
    let order = call.order("by");
    chosen(&call, order, move |rows| &rows[rows.len() - n.min(rows.len())..])
}

/// Some of the ordered rows of each group of `per`.
fn chosen(
    call: &Call<'_>,
    order: Vec<OrderKey>,
    choose: impl Fn(&[IdxSize]) -> &[IdxSize] + Send + Sync + 'static,
) -> Result<Data, Fault> {
    let per = call.keys("per")?;
    let (frame, names) = with_temporaries(call.table("input")?.frame.clone(), "order", sorted_by(&order)?);
    let descending: Vec<bool> = order.iter().map(|key| key.descending).collect();
    call.give(apply(frame, "order", move |mut frame| {
        let per = series(&frame, &per)?;
        let order: Vec<_> = series(&frame, &names)?.into_iter().zip(descending.iter().copied()).collect();
        without_temporaries(&mut frame)?;
        let windows = Windows::new(frame.height(), &per, &order, Extent::All)?;
        let groups = windows.bounds.windows(2).map(|ends| choose(&windows.rows[ends[0]..ends[1]]));
        let rows: Vec<IdxSize> = groups.flatten().copied().collect();
        frame.take(&IdxCa::from_vec("".into(), rows)).map_err(fault)
    })?)
}

/// `last`: the rows whose time is later than the latest one less the period. Rows without a time are left out.
pub(super) fn last(call: Call<'_>) -> Result<Data, Fault> {
    let frame = call.table("input")?.frame.clone();
    let length = match call.value("period") {
        None => return call.give(frame),
        Some(Value::Duration(length)) => length,
        Some(_) => return Err(call.bad("period", "a duration")),
    };
    let by = call.expr("by")?;
    let (frame, names) = with_temporaries(frame, "time", vec![micros(translate(&by)?, &by.ty)]);
    call.give(apply(frame, "last", move |mut frame| {
        let times = series(&frame, &names)?;
        without_temporaries(&mut frame)?;
        let times = times[0].i64().map_err(fault)?;
        let latest = times.iter().flatten().max();
        let kept = times.iter().map(|time| {
            time.zip(latest).is_some_and(|(time, latest)| i128::from(time) > i128::from(latest) - i128::from(length))
        });
        frame.filter(&kept.collect()).map_err(fault)
    })?)
}
