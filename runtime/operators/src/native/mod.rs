//! Native libraries that are not Rust: where they lie, how they are fetched, how they are called.
//!
//! What lives here: the binding of LightGBM's C interface, and `gmlc setup`'s download of it. What does not: what is
//! learned with it.

pub mod lightgbm;
pub mod setup;
