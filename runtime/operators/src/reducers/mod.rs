//! Operators that keep few of the rows that they are given: they take them some at a time, and hold no more than may be in the result.

use std::sync::Arc;

use gml_connect::{Fault, append};
use gml_ir::{Arg, TableType};
use polars::prelude::{DataFrame, IntoLazy};

use crate::data::{Call, Data, Implementation, Input, Table};
use crate::{frame, pairs, table};

/// Takes the rows of the argument `input` of a call, some at a time, in their order. The result is that of the operator with all of
/// them.
pub trait Reducer {
    /// Takes some more.
    ///
    /// # Errors
    /// What the operator says of them.
    fn take(&mut self, rows: DataFrame) -> Result<(), Fault>;

    /// The result, when all were taken.
    ///
    /// # Errors
    /// What the operator says.
    fn finish(self: Box<Self>) -> Result<Data, Fault>;
}

/// An implementation of an operator that takes its `input`, which has that type and is no argument of the call, some rows at a time.
pub type ImplementationOfParts = for<'a> fn(Call<'a>, TableType) -> Result<Box<dyn Reducer + 'a>, Fault>;

const REDUCERS: &[(&str, &str, ImplementationOfParts)] = &[
    ("std.table", "take", |call, ty| Repeated::boxed(call, ty, "std.table")),
    ("std.table", "take_last", |call, ty| Repeated::boxed(call, ty, "std.table")),
    ("std.table", "top", |call, ty| Repeated::boxed(call, ty, "std.table")),
    ("std.recommend", "sample_negatives", pairs::sample_in_parts),
    ("std.recommend", "top_k", |call, ty| Ok(Box::new(Repeated::new(call, ty, pairs::listed, pairs::top_k)))),
];

/// The implementation of an operator that takes its table some rows at a time, where it has such a one.
pub fn reducer(module: &str, name: &str) -> Option<ImplementationOfParts> {
    let known = REDUCERS.iter().find(|(of, known, _)| *of == module && *known == name);
    known.map(|(.., implementation)| *implementation)
}

/// Whether an operator can take its table some rows at a time with these arguments.
pub fn reduces(module: &str, operator: &str, args: &[(Arc<str>, Arg)]) -> bool {
    // Which negatives of a group stay is only known of all its rows.
    let of_groups = operator == "sample_negatives"
        && args.iter().any(|(name, arg)| &**name == "per" && !matches!(arg, Arg::Columns(keys) if keys.is_empty()));
    reducer(module, operator).is_some() && !of_groups
}

/// So many rows may wait before what they come to is computed, however few it was the last time.
pub(crate) const WAITING: usize = 1 << 20;

/// An operator that chooses from what it chose of parts what it chooses from all rows.
struct Repeated<'a> {
    call: Call<'a>,
    ty: TableType,
    /// Chooses the rows that may count.
    choose: Implementation,
    /// The operator itself.
    whole: Implementation,
    chosen: Option<DataFrame>,
    /// How many rows were left when it was last chosen from those that wait.
    left: usize,
}

impl<'a> Repeated<'a> {
    fn new(call: Call<'a>, ty: TableType, choose: Implementation, whole: Implementation) -> Self {
        Self { call, ty, choose, whole, chosen: None, left: 0 }
    }

    /// Of an operator that gives rows of its table, and of them once more the same.
    fn boxed(call: Call<'a>, ty: TableType, module: &str) -> Result<Box<dyn Reducer + 'a>, Fault> {
        let found = table::OPERATORS.iter().find(|(of, name, _)| *of == module && *name == call.operator);
        let (.., operator) =
            found.ok_or_else(|| Fault::new("GML0999", format!("{} takes no rows in parts", call.operator)))?;
        Ok(Box::new(Self::new(call, ty, *operator, *operator)))
    }

    fn of(&self, implementation: Implementation, rows: DataFrame) -> Result<Data, Fault> {
        let mut call = self.call.clone();
        let input = Table { frame: rows.lazy(), ty: self.ty.clone() };
        call.args.push(("input".into(), Input::Data(Data::Table(input))));
        implementation(call)
    }

    fn chosen_of(&self, rows: DataFrame) -> Result<DataFrame, Fault> {
        match self.of(self.choose, rows)? {
            Data::Table(table) => frame::collect(table.frame),
            _ => Err(Fault::new("GML0999", format!("{} gives no table", self.call.operator))),
        }
    }
}

impl Reducer for Repeated<'_> {
    fn take(&mut self, rows: DataFrame) -> Result<(), Fault> {
        let rows = self.chosen_of(rows)?;
        append(&mut self.chosen, rows)?;
        if let Some(waiting) = self.chosen.take_if(|waiting| waiting.height() > 2 * self.left + WAITING) {
            let chosen = self.chosen_of(waiting)?;
            self.left = chosen.height();
            self.chosen = Some(chosen);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Data, Fault> {
        let chosen = self.chosen.take().unwrap_or_default();
        self.of(self.whole, chosen)
    }
}

#[cfg(test)]
mod tests;
