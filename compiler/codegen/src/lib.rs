//! Native code: tree ensembles, read from what others write and scored at the speed of the hardware, and row expressions as
//! programs over columns.
//!
//! What lives here: ensembles as values, their readers (LightGBM's text, XGBoost's JSON, ONNX), the interpreter that says what a
//! score is, and layouts that give the same bits faster; whole models as object files for other programs; programs of row
//! expressions, the interpreter that says what they give, and backends that compile them. What does not: learning, tables and the
//! language's expressions (`gml-operators`), files.

pub mod object;
pub mod rows;
#[doc(hidden)]
pub mod testing;
pub mod trees;
