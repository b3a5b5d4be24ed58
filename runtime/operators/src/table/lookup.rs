//! Joins whose rows come in parts: what is known of the other table is made once.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{DataFrame, IdxCa, IdxSize, IntoColumn, IntoLazy, JoinArgs, JoinType, col};

use super::args::CallExt;
use super::join;
use crate::data::{Call, Data, Input, Table};
use crate::expr::{Grouped, firsts, group_ids};
use crate::frame::{TEMPORARY, collect, fault};

/// A table with fewer rows than this is joined as it is.
const INDEXED: usize = 1 << 17;

/// A `join` that is ready but for its own rows.
pub struct Lookup<'a> {
    call: Call<'a>,
    other: DataFrame,
    index: Option<Index>,
}

/// The rows of the other table by the value of a column.
struct Index {
    column: String,
    /// Each value, and its number.
    values: DataFrame,
    /// The rows of each number.
    rows: Grouped,
}

impl<'a> Lookup<'a> {
    /// Of a call that lacks its `input`. All rows of its input with the same values of the columns `together` come in the same part.
    ///
    /// # Errors
    /// Where the other table is not what the call expects.
    pub fn new(mut call: Call<'a>, together: &[Arc<str>]) -> Result<Self, Fault> {
        let keys = call.keys("on")?;
        let other = call.table("other")?.clone();
        let frame = collect(join::expected_once(&call, other.frame, &keys))?;
        // It was looked at as a whole.
        call.args.retain(|(name, _)| !matches!(&**name, "other" | "expect"));
        let column = keys.iter().find(|key| together.iter().any(|known| **known == **key));
        let index = match column {
            Some(column) if frame.height() >= INDEXED => Some(Index::of(&frame, column)?),
            _ => None,
        };
        let ty = other.ty;
        call.args.push(("other".into(), Input::Data(Data::Table(Table { frame: DataFrame::empty().lazy(), ty }))));
        Ok(Self { call, other: frame, index })
    }

    /// The join of some rows.
    ///
    /// # Errors
    /// As that of all rows.
    pub fn of(&self, input: Table) -> Result<Table, Fault> {
        let (input, other) = match &self.index {
            None => (input, self.other.clone()),
            Some(index) => {
                let rows = collect(input.frame)?;
                let met = index.met(&rows)?;
                let other = self.other.take(&IdxCa::from_vec("".into(), met)).map_err(fault)?;
                (Table { frame: rows.lazy(), ty: input.ty }, other)
            }
        };
        let mut call = self.call.clone();
        if let Some((_, Input::Data(Data::Table(table)))) = call.args.iter_mut().find(|(name, _)| &**name == "other") {
            table.frame = other.lazy();
        }
        call.args.push(("input".into(), Input::Data(Data::Table(input))));
        match join::join(call)? {
            Data::Table(table) => Ok(table),
            _ => Err(Fault::new("GML0999", "a join gives no table")),
        }
    }
}

/// The column of the number of a value.
fn number() -> String {
    format!("{TEMPORARY}number")
}

impl Index {
    fn of(frame: &DataFrame, column: &str) -> Result<Self, Fault> {
        let values = frame.column(column).map_err(fault)?.as_materialized_series().clone();
        let (ids, count) = group_ids(std::slice::from_ref(&values))?;
        let mut values = values.take(&IdxCa::from_vec("".into(), firsts(&ids, count))).map_err(fault)?.into_frame();
        let numbers = IdxCa::from_vec(number().into(), (0..count as IdxSize).collect());
        values.with_column(numbers.into_column()).map_err(fault)?;
        Ok(Self { column: column.to_owned(), values, rows: Grouped::of(&ids, count) })
    }

    /// The rows, in their order, of all values that are in these rows.
    fn met(&self, rows: &DataFrame) -> Result<Vec<IdxSize>, Fault> {
        let own = rows.column(&self.column).map_err(fault)?.unique_stable().map_err(fault)?.into_frame();
        let (own_type, type_of_values) = (own.columns()[0].dtype(), self.values.columns()[0].dtype());
        let own = if own_type == type_of_values {
            own
        } else {
            own.columns()[0].cast(type_of_values).map_err(fault)?.into_frame()
        };
        let on = [col(self.column.as_str())];
        let found = own.lazy().join(self.values.clone().lazy(), on.clone(), on, JoinArgs::new(JoinType::Inner));
        let found = collect(found.select([col(number())]))?;
        let found = found.columns()[0].idx().map_err(fault)?;
        let mut met: Vec<IdxSize> =
            found.iter().flatten().flat_map(|number| self.rows.rows(number as usize)).copied().collect();
        met.sort_unstable();
        Ok(met)
    }
}
