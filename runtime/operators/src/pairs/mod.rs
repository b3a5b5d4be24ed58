//! Pairs of a user and an item: cheap strategies that find candidates, their union, what is judged of it, and lists of the best.
//!
//! What lives here: `std.pairs`, the operators of `std.recommend` over tables, and judging candidates. What does not: recommenders
//! that learn.
//!
//! Strategies stay queries. Where pairs of several tables meet (candidates, lists of the best, judging), users and items are
//! numbered first, so that what is held of a pair is eight bytes. Candidates, the largest of these tables, are made from those numbers
//! a few users at a time where they are only saved.

mod candidates;
mod everyone;
mod judge;
mod label;
mod negatives;
mod numbering;
mod strategies;
mod top_k;

use crate::data::{Implementation, ImplementationInParts};

pub(crate) use judge::judge_candidates;
pub(crate) use negatives::sample_in_parts;
pub(crate) use top_k::{listed, top_k};

/// The operators of `std.pairs`, and those of `std.recommend` that are implemented here.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.pairs", "for_everyone", everyone::for_everyone),
    ("std.pairs", "label", label::label),
    ("std.recommend", "popular", strategies::popular),
    ("std.recommend", "bought_before", strategies::bought_before),
    ("std.recommend", "same_attribute", strategies::same_attribute),
    ("std.recommend", "candidates", candidates::candidates),
    ("std.recommend", "sample_negatives", negatives::sample_negatives),
    ("std.recommend", "top_k", top_k),
];

/// Those of them whose tables can be made in parts too.
pub(crate) const IN_PARTS: &[(&str, &str, ImplementationInParts)] =
    &[("std.recommend", "candidates", candidates::in_parts)];

#[cfg(test)]
mod tests;
