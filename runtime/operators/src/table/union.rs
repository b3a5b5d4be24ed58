//! `union`: tables one below the other.

use gml_connect::Fault;
use polars::prelude::{DataType, Expr, LazyFrame, NULL, PlSmallStr, UnionArgs, col, concat, lit};

use super::args::CallExt;
use crate::data::{Call, Data, Input, Table};
use crate::expr::{self, dtype, type_of};
use crate::frame::{fault, schema};

/// `union`: columns are matched by name and widened to a common type; the first table tells their order.
pub(super) fn union(call: Call<'_>) -> Result<Data, Fault> {
    let tables = tables(&call)?;
    if tables.is_empty() {
        return Err(call.bad("tables", "a list with at least one table"));
    }
    let row = &call.table_type()?.row;
    let schemas = tables.iter().map(|table| schema(&table.frame)).collect::<Result<Vec<_>, Fault>>()?;
    let mut columns: Vec<(PlSmallStr, DataType)> = Vec::new();
    for columns_of in &schemas {
        for (name, found) in columns_of.iter() {
            match columns.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = common(name, known, found)?,
                None => columns.push((name.clone(), found.clone())),
            }
        }
    }
    for (name, found) in &mut columns {
        if let Some(declared) = row.get(name).and_then(|column| dtype(&column.ty)) {
            *found = declared;
        }
    }
    if !row.open {
        columns.retain(|(name, _)| row.get(name).is_some());
    }
    let frames = tables.iter().zip(&schemas).map(|(table, schema)| {
        let columns = columns.iter().map(|(name, wanted)| match schema.get(name) {
            Some(found) if found == wanted => col(name.clone()),
            Some(_) => col(name.clone()).strict_cast(wanted.clone()),
            None => lit(NULL).cast(wanted.clone()).alias(name.clone()),
        });
        table.frame.clone().select(columns.collect::<Vec<Expr>>())
    });
    let frames: Vec<LazyFrame> = frames.collect();
    let args = UnionArgs { rechunk: false, maintain_order: true, ..UnionArgs::default() };
    call.give(concat(frames, args).map_err(fault)?)
}

fn tables(call: &Call<'_>) -> Result<Vec<Table>, Fault> {
    let of = |data: &Data| match data {
        Data::Table(table) => Ok(table.clone()),
        _ => Err(call.bad("tables", "a list of tables")),
    };
    match call.input("tables") {
        Some(Input::List(items)) => items
            .iter()
            .map(|item| match item {
                Input::Data(data) => of(data),
                _ => Err(call.bad("tables", "a list of tables")),
            })
            .collect(),
        Some(Input::Data(Data::List(items))) => items.iter().map(of).collect(),
        Some(_) => Err(call.bad("tables", "a list of tables")),
        None => Ok(vec![call.table("input")?.clone(), call.table("other")?.clone()]),
    }
}

fn common(name: &str, a: &DataType, b: &DataType) -> Result<DataType, Fault> {
    expr::common(a, b).ok_or_else(|| {
        let (one, other) = (type_of(a), type_of(b));
        Fault::new("GML0314", format!("the column {name} of a union is {one} in one table and {other} in another"))
            .help("convert one of them before the union")
    })
}
