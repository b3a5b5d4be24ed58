//! Row expressions as native code: which of them, by what, and how columns get there and back.
//!
//! What lives here: expressions as programs of [`gml_codegen::rows`], the choice between polars and these by what both cost,
//! the border between polars' columns and theirs, and what a plan says of it. What does not: how programs are executed
//! (`gml-codegen`), and what an expression means: that is the lowering beside this folder, to which programs are held.

mod builder;
mod call;
mod columns;
mod cost;
mod kernel;
mod lower;
mod settings;
mod stored;
mod tell;
#[cfg(test)]
mod tests;

pub(crate) use lower::{Lowered, columns, condition};
pub use settings::{Expressions, RowBackend};
pub use tell::{Told, computed_by, told};
