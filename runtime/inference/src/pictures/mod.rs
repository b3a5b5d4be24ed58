//! Vectors of pictures: any model of pictures in ONNX form.

mod decode;
mod encoder;
mod prepare;
mod settings;

pub use decode::{Picture, decode, resized, size_of, to_bytes, to_size};
pub use encoder::{ImageEncoder, ImageOptions};
