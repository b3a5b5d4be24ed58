//! The parts of a split.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Partitions, Row, TableType, Type};
use polars::prelude::{BooleanChunked, DataFrame, IntoLazy};

use crate::data::{Call, Data, Table};
use crate::frame::fault;

/// The names of the parts, in their order.
pub(super) const NAMES: [&str; 3] = ["train", "valid", "test"];

/// Takes the rows apart. `part_of` holds for each row the place of its part in [`NAMES`]; rows without one are in none.
pub(super) fn parts(
    call: &Call<'_>,
    row: &Arc<Row>,
    frame: &DataFrame,
    asked: [bool; 3],
    part_of: &[Option<u8>],
) -> Result<Data, Fault> {
    let mut parts = Vec::new();
    for (place, name) in (0_u8..).zip(NAMES) {
        if !asked[usize::from(place)] {
            continue;
        }
        let kept: BooleanChunked = part_of.iter().map(|part| *part == Some(place)).collect();
        let rows = frame.filter(&kept).map_err(fault)?;
        let ty = part_type(call.result, name)
            .unwrap_or_else(|| TableType { row: row.clone(), partitions: Partitions::named(name).unwrap_or_default() });
        parts.push((Arc::from(name), Data::Table(Table { frame: rows.lazy(), ty })));
    }
    Ok(Data::Record(parts))
}

/// The type that the checker gave a part.
fn part_type(result: &Type, name: &str) -> Option<TableType> {
    match result {
        Type::Record(row) | Type::Struct(row) => match &row.get(name)?.ty {
            Type::Table(ty) => Some(ty.clone()),
            _ => None,
        },
        _ => None,
    }
}
