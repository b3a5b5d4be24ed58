//! The formatter: what it makes of programs, and what holds whatever it is given.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod cases;
mod chance;
mod comments;
mod laws;
mod noise;
mod properties;
mod random;
mod repository;
