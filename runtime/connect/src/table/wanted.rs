//! What a reader of a dataset needs of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_ir::{BinaryOp, Column, Row, Type, Value};

use super::condition::Condition;

/// Which columns of a row, or which parts of a value, are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    All,
    /// These columns or fields; of a list, these fields of its items. Without any it is still needed whether the value is
    /// there, and how many items a list has.
    Fields(BTreeMap<Arc<str>, Wanted>),
}

impl Wanted {
    /// Only whether the value is there; of a row, no column.
    pub fn presence() -> Self {
        Self::Fields(BTreeMap::new())
    }

    /// Just one field, and of it what `wanted` says.
    pub fn only(name: Arc<str>, wanted: Self) -> Self {
        Self::Fields(BTreeMap::from([(name, wanted)]))
    }

    /// What is needed of a field; `None` where nothing is.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::All => Some(self),
            Self::Fields(fields) => fields.get(name),
        }
    }

    /// Adds what another reader needs.
    pub fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::Fields(fields), Self::Fields(others)) => {
                for (name, wanted) in others {
                    match fields.get_mut(&name) {
                        Some(known) => known.add(wanted),
                        None => {
                            fields.insert(name, wanted);
                        }
                    }
                }
            }
        }
    }
}

/// The row with the columns and fields that are wanted, at least one of each table and struct, and what is wanted when it
/// has those.
pub(crate) fn narrowed(row: &Row, wanted: &Wanted) -> (Row, Wanted) {
    let Wanted::Fields(fields) = wanted else { return (row.clone(), Wanted::All) };
    let keep = |column: &Column, wanted: &Wanted| {
        let (ty, wanted) = of_type(&column.ty, wanted);
        (column.clone().with_type(ty), (column.name.clone(), wanted))
    };
    let known = row.columns.iter().filter_map(|column| Some(keep(column, fields.get(&column.name)?)));
    let mut kept: Vec<_> = known.collect();
    if kept.is_empty() {
        // Whether rows or structs are there is told by each of their fields; a number takes the least room.
        let column = row.columns.iter().find(|column| column.ty.is_numeric()).or_else(|| row.columns.first());
        kept.extend(column.map(|column| keep(column, &Wanted::presence())));
    }
    let (columns, fields) = kept.into_iter().unzip();
    (Row { columns, ..row.clone() }, Wanted::Fields(fields))
}

fn of_type(ty: &Type, wanted: &Wanted) -> (Type, Wanted) {
    let (narrow, wanted) = match ty.non_null() {
        Type::Struct(row) => {
            let (row, wanted) = narrowed(row, wanted);
            (Type::Struct(Arc::new(row)), wanted)
        }
        Type::List(item) => {
            let (item, wanted) = of_type(item, wanted);
            (Type::List(Arc::new(item)), wanted)
        }
        other => return (if ty.is_nullable() { other.clone().nullable() } else { other.clone() }, Wanted::All),
    };
    (if ty.is_nullable() { narrow.nullable() } else { narrow }, wanted)
}

/// A comparison of a column with a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The column.
    pub column: Arc<str>,
    /// `==`, `<`, `<=`, `>` or `>=`; within a [`Condition`] `!=` too
    pub op: BinaryOp,
    /// What it is compared with.
    pub value: Value,
}

/// What a reader needs of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Columns, and fields within them.
    pub wanted: Wanted,
    /// Rows for which one of these does not hold are not needed. A reader gets them nevertheless where leaving them out
    /// would cost more than reading them.
    pub bounds: Vec<Bound>,
    /// Rows for which one of these does not hold are not needed either. What can choose rows before they are read takes what it
    /// understands of them: a database.
    pub conditions: Vec<Condition>,
}

impl Reading {
    /// Everything.
    pub fn everything() -> Self {
        Self { wanted: Wanted::All, bounds: Vec::new(), conditions: Vec::new() }
    }

    /// What `wanted` says, of all rows.
    pub fn of(wanted: Wanted) -> Self {
        Self { wanted, ..Self::everything() }
    }
}
