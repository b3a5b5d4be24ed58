//! `fill`: values where there is null.

use gml_connect::Fault;
use gml_ir::Type;
use polars::prelude::{Column, coalesce, col};

use super::args::CallExt;
use super::derive::{series, sorted_by, without_temporaries};
use super::rows::with_temporaries;
use crate::data::{Call, Data};
use crate::expr::window::{Extent, Windows};
use crate::expr::{dtype, literal, type_of};
use crate::frame::{apply, fault, schema};

/// `fill`: with one value, or with that of an earlier or later row. Rows keep their order.
pub(super) fn fill(call: Call<'_>) -> Result<Data, Fault> {
    let table = call.table("input")?;
    let (frame, keys) = (table.frame.clone(), call.keys("columns")?);
    let Some(direction) = call.text("direction") else {
        let value = call.value("value").ok_or_else(|| call.bad("value", "a value that is not null"))?;
        let columns = schema(&frame)?;
        let filled = keys.iter().map(|key| {
            let declared = table.ty.row.get(key).map(|column| column.ty.non_null().clone());
            let ty = match declared.filter(|ty| dtype(ty).is_some()) {
                Some(ty) => ty,
                None => columns.get(key).map_or(Type::Unknown, type_of),
            };
            Ok(coalesce(&[col(key.as_str()), literal(&value, &ty)?]).alias(key.as_str()))
        });
        return call.give(frame.with_columns(filled.collect::<Result<Vec<_>, Fault>>()?));
    };
    let backward = direction == "backward";
    let over = call.keys("over")?;
    let order = call.order("order");
    let (frame, order_names) = with_temporaries(frame, "order", sorted_by(&order)?);
    let descending: Vec<bool> = order.iter().map(|key| key.descending).collect();
    call.give(apply(frame, "fill", move |mut frame| {
        let over = series(&frame, &over)?;
        let order: Vec<_> = series(&frame, &order_names)?.into_iter().zip(descending.iter().copied()).collect();
        without_temporaries(&mut frame)?;
        let mut windows = Windows::new(frame.height(), &over, &order, Extent::Current)?;
        if backward {
            windows.reverse();
        }
        for (key, values) in keys.iter().zip(series(&frame, &keys)?) {
            let filled = windows.last_known(&values)?.with_name(key.as_str().into());
            frame.with_column(Column::from(filled)).map_err(fault)?;
        }
        Ok(frame)
    })?)
}
