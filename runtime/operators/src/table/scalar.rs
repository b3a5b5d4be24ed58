//! Operators that give a single value.

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::len;

use super::args::CallExt;
use crate::data::{Call, Data};
use crate::expr::value;
use crate::frame::{collect, fault};

/// `count`: how many rows.
pub(super) fn count(call: Call<'_>) -> Result<Data, Fault> {
    let counted = collect(call.table("input")?.frame.clone().select([len()]))?;
    let count = counted.columns()[0].get(0).map_err(fault)?;
    Ok(Data::Value(value(&count, &Type::INT)?))
}

/// `first`: the first row as a record.
pub(super) fn first(call: Call<'_>) -> Result<Data, Fault> {
    let table = call.table("input")?;
    let row = collect(table.frame.clone().slice(0, 1))?;
    if row.height() == 0 {
        return Err(Fault::new("GML0922", "first was asked for the first row of a table that has none")
            .help("look at `count(..)` first, or see why the steps before leave nothing"));
    }
    let fields = row.columns().iter().map(|column| {
        let ty = table.ty.row.get(column.name()).map_or(&Type::Unknown, |known| &known.ty);
        Ok((column.name().as_str().into(), value(&column.get(0).map_err(fault)?, ty)?))
    });
    Ok(Data::Value(Value::Record(fields.collect::<Result<_, Fault>>()?)))
}
