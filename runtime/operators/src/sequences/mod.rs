//! Sequences: the sessions of items that recommenders learn from and are used on.
//!
//! What lives here: the value, the operator `sequences`, and how splits take sequences apart. What does not: what learns from
//! them ([`crate::recommenders`], where it is told how to add an estimator).

mod build;
mod items;
mod split;
mod stored;
mod value;

#[cfg(test)]
mod tests;

use crate::data::Implementation;

pub use items::Items;
pub(crate) use split::{input, parts};
pub(crate) use stored::{read, single, write};
pub use value::{Sequence, Sequences};

/// Module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] =
    &[("std.graph", "sequences", build::sequences), ("std.split", "split_leave_last", split::leave_last)];
