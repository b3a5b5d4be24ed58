//! Texts and pictures as vectors: encoders that were learned here or elsewhere, and the function `embed`.
//!
//! What lives here: encoders as values of a program, vectors as columns. What does not: how a model is run (`gml-inference`).

mod column;
mod encoder;
mod onnx;
mod svd;
mod vectors;
mod words;

use crate::data::Implementation;

pub(crate) use column::{EMBED, within};
pub use onnx::open as open_onnx;
pub(crate) use vectors::Points;
pub(crate) use words::{KIND as WORDS, load as load_words};

/// The operators of `std.embed` that are implemented: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[("std.embed", "text_encoder", words::text_encoder)];

#[cfg(test)]
mod tests;
