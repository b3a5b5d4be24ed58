//! `nearest`: the items whose vectors lie nearest to that of another item.
//!
//! What lives here: the operator, looking at all vectors, and an index of many. What does not: where vectors come from (`embed`).

mod exact;
mod graph;
mod metric;
mod operator;

use crate::data::Implementation;

/// The operator of `std.recommend` that is implemented here.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[("std.recommend", "nearest", operator::nearest)];

/// Vectors of which all are looked at; among more an index is used.
const ALL: usize = 100_000;

/// For each of `places`, the places of the `k` nearest other points, the nearest first and of equal ones the first.
pub(crate) fn neighbours(points: &metric::Prepared, places: &[usize], k: usize, threads: usize) -> Vec<Vec<usize>> {
    if points.len() <= ALL {
        exact::neighbours(points, places, k, threads)
    } else {
        graph::neighbours(points, places, k, threads)
    }
}

#[cfg(test)]
mod tests;
