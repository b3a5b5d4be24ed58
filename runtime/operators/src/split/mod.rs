//! `std.split`: rows to learn from, to stop and tune on, to judge on.
//!
//! A split runs its input once and then takes rows out of the result. Parts keep the order of the table. What is random
//! depends on the seed and on places of rows alone.

mod parts;
mod random;
mod time;

use crate::data::Implementation;

/// All operators of `std.split`.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.split", "split_time", time::split_time),
    ("std.split", "split_random", random::split_random),
    ("std.split", "split_stratified", random::split_stratified),
    ("std.split", "split_group", random::split_group),
];
