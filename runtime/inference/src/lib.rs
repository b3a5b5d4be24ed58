//! ONNX models on ONNX Runtime: encoders of text and of images.
//!
//! What lives here: finding and opening the library, sessions that run a model on tensors, and encoders that make vectors of
//! texts and pictures with them. What does not: fetching the library, tables, the language's values.

mod error;
mod folder;
mod library;
mod pictures;
mod pool;
mod session;
mod tensor;
mod text;
mod vectors;

pub use error::{Fault, Kind};
pub use library::{CUDA_VERSION, Device, Runtime, VERSION, library_in};
pub use pictures::{ImageEncoder, ImageOptions, Picture, decode, resized, size_of, to_bytes, to_size};
pub use session::{Options, Port, Session};
pub use tensor::{Element, Tensor};
pub use text::{Pooling, TextEncoder, TextOptions};
pub use vectors::Vectors;

#[cfg(test)]
mod tests;
