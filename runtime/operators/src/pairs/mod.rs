//! Pairs of a user and an item: cheap strategies that find candidates, their union, what is judged of it, and lists of the best.
//!
//! What lives here: `std.pairs`, the operators of `std.recommend` over tables, and judging candidates. What does not: recommenders
//! that learn.
//!
//! Strategies stay queries. Where pairs of several tables meet (candidates, lists of the best, judging), users and items are
//! numbered first, so that what is held of a pair is eight bytes.

mod candidates;
mod everyone;
mod judge;
mod label;
mod negatives;
mod numbering;
mod strategies;
mod top_k;

use crate::data::Implementation;

pub(crate) use judge::judge_candidates;

/// The operators of `std.pairs`, and those of `std.recommend` that are implemented here.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.pairs", "for_everyone", everyone::for_everyone),
    ("std.pairs", "label", label::label),
    ("std.recommend", "popular", strategies::popular),
    ("std.recommend", "bought_before", strategies::bought_before),
    ("std.recommend", "same_attribute", strategies::same_attribute),
    ("std.recommend", "candidates", candidates::candidates),
    ("std.recommend", "sample_negatives", negatives::sample_negatives),
    ("std.recommend", "top_k", top_k::top_k),
];

#[cfg(test)]
mod tests;
