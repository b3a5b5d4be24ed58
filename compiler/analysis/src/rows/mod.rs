//! The algebra of rows: what the columns of a result are, given those of the arguments.
//!
//! Pure functions. Results are closed unless an argument is open, belong to no schema, and promise no `unique` set;
//! operators that keep those of their argument (`filter`) give the argument's row itself.

mod combine;
mod derived;
mod fit;
mod predictions;

pub use combine::{
    common_type, disjoint, elements, features, minus, non_null, nullable, plus, rename, retyped, select, unify,
};
pub use derived::{in_both, listed, roled, some, suffixed, synthesized, with_roles};
pub use fit::{Mismatch, can_be_compared, conforms, has_at_least};
pub use predictions::{may_predict, predicts};

use crate::hash::Map;
use gml_ir::{Column, Row};

/// Names of the columns in order, for suggestions.
pub fn column_names(row: &Row) -> impl Iterator<Item = &str> {
    row.columns.iter().map(|column| &*column.name)
}

/// Columns by name. Narrow rows are searched, wide ones hashed.
struct Index<'a> {
    row: &'a Row,
    places: Option<Map<&'a str, usize>>,
}

impl<'a> Index<'a> {
    const NARROW: usize = 12;

    fn of(row: &'a Row) -> Self {
        let places = (row.columns.len() > Self::NARROW)
            .then(|| row.columns.iter().enumerate().rev().map(|(place, column)| (&*column.name, place)).collect());
        Self { row, places }
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(name).copied(),
            None => self.row.columns.iter().position(|column| &*column.name == name),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Column> {
        self.place(name).map(|place| &self.row.columns[place])
    }

    fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }
}

#[cfg(test)]
mod tests;
