//! What this crate implements, by the names of the standard library.

use crate::data::{Implementation, ImplementationInParts};
use crate::expr::aggregate::AGGREGATES;
use crate::expr::window::WINDOWS;
use crate::expr::{FUNCTIONS, Function};
use crate::{
    drift, embed, explain, features, learn, monitor, nearest, pages, pairs, plots, prep, profile, recommenders,
    sequences, split, table,
};

/// Module, name and implementation of operators, a table a part of this crate.
const OPERATORS: &[&[(&str, &str, Implementation)]] = &[
    table::OPERATORS,
    split::OPERATORS,
    prep::OPERATORS,
    learn::OPERATORS,
    explain::OPERATORS,
    plots::OPERATORS,
    drift::OPERATORS,
    profile::OPERATORS,
    pages::OPERATORS,
    monitor::OPERATORS,
    sequences::OPERATORS,
    recommenders::OPERATORS,
    pairs::OPERATORS,
    features::OPERATORS,
    embed::OPERATORS,
    nearest::OPERATORS,
];

/// The implementation of an operator, by its module and its name.
pub fn operator(module: &str, name: &str) -> Option<Implementation> {
    let mut all = OPERATORS.iter().copied().flatten();
    all.find(|(of, known, _)| *of == module && *known == name).map(|(.., implementation)| *implementation)
}

/// The implementation of an operator that makes its table in parts, where it has such a one: the rows are the same.
pub fn operator_in_parts(module: &str, name: &str) -> Option<ImplementationInParts> {
    let known = pairs::IN_PARTS.iter().find(|(of, known, _)| *of == module && *known == name);
    known.map(|(.., implementation)| *implementation)
}

/// Modules and names of all operators.
pub fn operators() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATORS.iter().copied().flatten().map(|(module, name, _)| (*module, *name))
}

/// Names of all functions of rows, aggregates and window functions.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let of_rows = |functions: &'static [(&'static str, Function)]| functions.iter().map(|(name, _)| *name);
    FUNCTIONS
        .iter()
        .copied()
        .flat_map(of_rows)
        .chain(AGGREGATES.iter().copied())
        .chain(WINDOWS.iter().copied())
        .chain([embed::EMBED])
}
