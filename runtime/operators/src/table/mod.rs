//! `std.table`: rows in, rows out.
//!
//! Row order is part of the meaning of a table: every operator says which order its result has, and gives it for any
//! number of threads. Operators stay queries as long as polars allows; where one needs all rows at once, it stands in
//! the query as a function of whole frames.

mod args;
mod asof;
mod conform;
mod derive;
mod fill;
mod group;
mod join;
mod order;
mod reshape;
mod rows;
mod sample;
mod scalar;
mod union;

use crate::data::Implementation;

pub(crate) use args::CallExt;
pub(crate) use sample::hash;

/// All operators of `std.table`.
pub(crate) const OPERATORS: &[(&str, Implementation)] = &[
    ("filter", rows::filter),
    ("derive", derive::derive),
    ("select", rows::select),
    ("drop", rows::drop),
    ("rename", rows::rename),
    ("group", group::group),
    ("join", join::join),
    ("union", union::union),
    ("distinct", rows::distinct),
    ("sort", order::sort),
    ("take", rows::take),
    ("take_last", order::take_last),
    ("top", order::top),
    ("sample", sample::sample),
    ("last", order::last),
    ("explode", reshape::explode),
    ("pivot", reshape::pivot),
    ("unpivot", reshape::unpivot),
    ("fill", fill::fill),
    ("conform", conform::conform),
    ("count", scalar::count),
    ("first", scalar::first),
];
