//! What this crate implements, by the names of the standard library.

use crate::data::Implementation;
use crate::expr::{FUNCTIONS, aggregate::AGGREGATES, window::WINDOWS};
use crate::{split, table};

/// The operators of each module.
const MODULES: &[(&str, &[(&str, Implementation)])] =
    &[("std.table", table::OPERATORS), ("std.split", split::OPERATORS)];

/// The implementation of an operator, by its module and its name.
pub fn operator(module: &str, name: &str) -> Option<Implementation> {
    let (_, operators) = MODULES.iter().find(|(known, _)| *known == module)?;
    operators.iter().find(|(known, _)| *known == name).map(|(_, implementation)| *implementation)
}

/// Modules and names of all operators.
pub fn operators() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODULES.iter().flat_map(|(module, operators)| operators.iter().map(|(name, _)| (*module, *name)))
}

/// Names of all functions of rows, aggregates and window functions.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let functions = FUNCTIONS.iter().copied().flatten().map(|(name, _)| *name);
    functions.chain(AGGREGATES.iter().copied()).chain(WINDOWS.iter().copied())
}
