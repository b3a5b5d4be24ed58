//! `std.table`: rows in, rows out.
//!
//! Row order is part of the meaning of a table: every operator says which order its result has, and gives it for any
//! number of threads. Operators stay queries as long as polars allows; where one needs all rows at once, it stands in
//! the query as a function of whole frames.

mod args;
mod asof;
mod conditions;
mod conform;
mod derive;
mod fill;
mod group;
mod join;
mod lookup;
mod open;
mod order;
mod partition;
mod parts;
mod reshape;
mod rows;
mod sample;
mod scalar;
mod union;
mod uses;

use crate::data::Implementation;
use crate::embed::within;
use open::as_found;

pub(crate) use args::CallExt;
pub use conditions::conditions;
pub(crate) use derive::series;
pub(crate) use group::grouped;
pub(crate) use join::{alike, no_collision};
pub use lookup::Lookup;
pub use partition::Keys;
pub use parts::{Turns, in_turns};
pub(crate) use sample::hash;
pub use uses::{applies, bounds, by_rows, keeps_rows, leaves_out, looks_up, used};

/// The operators in whose expressions something may be embedded.
pub(crate) const EMBEDDING: [&str; 6] = ["filter", "derive", "select", "group", "sort", "top"];

/// All operators of `std.table`.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.table", "filter", |call| within(call, |call| as_found(call, rows::filter))),
    ("std.table", "derive", |call| within(call, |call| as_found(call, derive::derive))),
    ("std.table", "select", |call| within(call, |call| as_found(call, rows::select))),
    ("std.table", "drop", rows::drop),
    ("std.table", "rename", rows::rename),
    ("std.table", "group", |call| within(call, |call| as_found(call, group::group))),
    ("std.table", "join", join::join),
    ("std.table", "union", union::union),
    ("std.table", "distinct", rows::distinct),
    ("std.table", "sort", |call| within(call, |call| as_found(call, order::sort))),
    ("std.table", "take", order::take),
    ("std.table", "take_last", order::take_last),
    ("std.table", "top", |call| within(call, |call| as_found(call, order::top))),
    ("std.table", "sample", sample::sample),
    ("std.table", "last", order::last),
    ("std.table", "explode", reshape::explode),
    ("std.table", "pivot", |call| as_found(call, reshape::pivot)),
    ("std.table", "unpivot", reshape::unpivot),
    ("std.table", "fill", fill::fill),
    ("std.table", "conform", conform::conform),
    ("std.table", "count", scalar::count),
    ("std.table", "first", scalar::first),
];
