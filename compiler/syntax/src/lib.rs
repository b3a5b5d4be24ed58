//! Source text to syntax tree.
//!
//! What lives here: the grammar's driver, the tree, and the recovery from errors. What does not: anything that knows
//! what a name means. This is the only crate that knows pest.

pub mod ast;
