//! Models as code: tree ensembles, read from what others write and scored at the speed of the hardware.
//!
//! What lives here: ensembles as values, their readers (LightGBM's text, XGBoost's JSON, ONNX), the interpreter that says what a
//! score is, layouts that give the same bits faster, and whole models as object files for other programs. What does not: learning,
//! tables and their columns (`gml-operators`), files.

pub mod object;
pub mod rows;
#[doc(hidden)]
pub mod testing;
pub mod trees;
