//! Drift: how far the columns of one table have moved from those of another.
//!
//! What lives here: `drift` of `std.monitor`, and the statistics that it is made of. What does not: how a model does on rows
//! whose target has become known (`performance`).

mod column;
mod operator;
mod report;
mod statistics;
#[cfg(test)]
mod tests;

pub(crate) use report::written;

use crate::data::Implementation;

/// The operators of `std.monitor` that compare tables: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[("std.monitor", "drift", operator::drift)];
