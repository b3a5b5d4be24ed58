//! Native libraries that are not Rust: where they lie, how they are fetched, how they are called.
//!
//! What lives here: the binding of LightGBM's C interface, and `gmlc setup`'s download of it and of ONNX Runtime. What does
//! not: what is learned with it, and how models are run (`gml-inference`).

pub mod lightgbm;
pub mod onnxruntime;
pub mod setup;

use std::path::{Path, PathBuf};

/// Where a library is looked for: what the variable names, else the folder of libraries.
fn place(variable: &str, libraries: &Path) -> PathBuf {
    named(variable).unwrap_or_else(|| libraries.to_path_buf())
}

/// The library of the user's own that the variable names.
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
