//! Watching models that run.
//!
//! What lives here: `performance` and `promote` of `std.monitor`. What does not: metrics, and how far they move by chance
//! (`metrics`, `learn`).

mod performance;
mod promote;

use crate::data::Implementation;

/// The operators of `std.monitor`: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] =
    &[("std.monitor", "performance", performance::performance), ("std.monitor", "promote", promote::promote)];
