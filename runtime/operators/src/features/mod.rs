//! `std.features`: features made of many rows.
//!
//! What lives here: `synthesize`. What does not: choosing features (`prep`), functions of pairs of values (`expr`).

mod synthesize;

use crate::data::Implementation;

/// The operators of `std.features` that are implemented here.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[("std.features", "synthesize", synthesize::synthesize)];

#[cfg(test)]
mod tests;
