//! Pages of results: `report` and `model_card` of `std.report`.
//!
//! What lives here: what is put on such a page, and in which order. What does not: results themselves, how pages look
//! (`gml-report`).

mod assemble;
mod card;
mod rivals;
#[cfg(test)]
mod tests;

use crate::data::Implementation;

/// The operators of `std.report` that put results together: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] =
    &[("std.report", "report", assemble::report), ("std.report", "model_card", card::model_card)];
