//! `derive`: columns added to each row, from the row itself or from a window of rows.

use gml_connect::Fault;
use gml_ir::OrderKey;
use polars::prelude::{Column, DataFrame, Expr, Series, by_name};

use super::args::{CallExt, named};
use super::rows::with_temporaries;
use crate::data::{Call, Data};
use crate::expr::aggregate::{Aggregator, is_aggregate};
use crate::expr::rows::{self, Lowered};
use crate::expr::window::{Extent, Plan, Windows};
use crate::expr::{micros, translate};
use crate::frame::{TEMPORARY, apply, evaluate, fault};

/// `derive`: rows keep their order, a replaced column its place.
pub(super) fn derive(call: Call<'_>) -> Result<Data, Fault> {
    let frame = call.table("input")?.frame.clone();
    let plan = Plan::of(&call.columns("columns"))?;
    if plan.calls.is_empty() {
        let Lowered { before, columns, temporaries } = rows::columns(&plan.outputs, call.context)?;
        let columns: Vec<Expr> = columns.into_iter().map(|(name, value)| value.alias(name.as_str())).collect();
        if before.is_empty() {
            return call.give(frame.with_columns(columns));
        }
        return call.give(frame.with_columns(before).with_columns(columns).drop(by_name(temporaries, true, false)));
    }
    let outputs = named(&plan.outputs)?;
    let over = call.keys("over")?;
    let order = call.order("order");
    let extent = match call.text("rows").as_deref() {
        _ if order.is_empty() => Extent::All,
        Some("before") => Extent::Before,
        Some("all") => Extent::All,
        _ => Extent::Current,
    };
    let (frame, order_names) = with_temporaries(frame, "order", sorted_by(&order)?);
    let times = match order.as_slice() {
        [key] if plan.calls.iter().any(|call| call.last.is_some()) => vec![micros(translate(&key.expr)?, &key.expr.ty)],
        _ => Vec::new(),
    };
    let (frame, times) = with_temporaries(frame, "time", times);
    let arguments = plan.arguments.iter().map(translate).collect::<Result<Vec<Expr>, Fault>>()?;
    let (frame, arguments) = with_temporaries(frame, "argument", arguments);
    let descending: Vec<bool> = order.iter().map(|key| key.descending).collect();
    call.give(apply(frame, "derive", move |mut frame| {
        let over = series(&frame, &over)?;
        let order = series(&frame, &order_names)?.into_iter().zip(descending.iter().copied()).collect::<Vec<_>>();
        let mut windows = Windows::new(frame.height(), &over, &order, extent)?;
        if let [times] = series(&frame, &times)?.as_slice() {
            windows = windows.with_times(times)?;
        }
        let arguments = series(&frame, &arguments)?;
        without_temporaries(&mut frame)?;
        let mut with_calls = frame.clone();
        let mut aggregator = Aggregator::new(&windows, &arguments);
        for (place, call) in plan.calls.iter().enumerate() {
            let result = if is_aggregate(&call.function) {
                aggregator.evaluate(call)?
            } else {
                windows.function(call, &arguments)?
            };
            let result = Column::from(result.with_name(Plan::call_name(place).into()));
            with_calls.with_column(result).map_err(fault)?;
        }
        for column in evaluate(&with_calls, outputs.clone())?.columns() {
            frame.with_column(column.clone()).map_err(fault)?;
        }
        Ok(frame)
    })?)
}

/// The values of an order.
pub(super) fn sorted_by(order: &[OrderKey]) -> Result<Vec<Expr>, Fault> {
    order.iter().map(|key| translate(&key.expr)).collect()
}

/// Columns of a frame by name.
pub(crate) fn series(frame: &DataFrame, names: &[String]) -> Result<Vec<Series>, Fault> {
    let columns = names.iter().map(|name| frame.column(name).map(|column| column.as_materialized_series().clone()));
    columns.collect::<Result<_, _>>().map_err(fault)
}

/// Takes the temporary columns away.
pub(super) fn without_temporaries(frame: &mut DataFrame) -> Result<(), Fault> {
    let kept = frame.columns().iter().filter(|column| !column.name().starts_with(TEMPORARY)).cloned();
    *frame = DataFrame::new(frame.height(), kept.collect()).map_err(fault)?;
    Ok(())
}
