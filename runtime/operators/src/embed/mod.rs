//! Texts and pictures as vectors: encoders that were learned here or elsewhere, and the function `embed`.
//!
//! What lives here: encoders as values of a program, vectors as columns. What does not: how a model is run (`gml-inference`).

mod column;
mod encoder;
mod gallery;
mod looks;
mod onnx;
mod pretrained;
mod svd;
mod vectors;
mod words;

use gml_connect::Fault;

use crate::data::{Call, Data, Implementation};
use crate::table::CallExt;

pub(crate) use column::{EMBED, calls_embed, embeds, within};
pub(crate) use looks::{KIND as LOOKS, load as load_looks};
pub use onnx::open as open_onnx;
pub(crate) use pretrained::{KIND as PROJECTED, load as load_projected};
pub(crate) use vectors::Points;
pub(crate) use words::{KIND as WORDS, load as load_words};

/// The operators of `std.embed` that are implemented: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] =
    &[("std.embed", "text_encoder", words::text_encoder), ("std.embed", "image_encoder", image_encoder)];

/// `image_encoder(..)` of either architecture.
fn image_encoder(call: Call<'_>) -> Result<Data, Fault> {
    match call.text("architecture").as_deref() {
        Some("pretrained") => pretrained::pretrained(call),
        _ => looks::autoencoder(call),
    }
}

#[cfg(test)]
mod tests;
