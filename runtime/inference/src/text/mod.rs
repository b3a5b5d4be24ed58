//! Vectors of texts: any sentence transformer in ONNX form.

mod encoder;
mod pooling;
mod settings;
mod tokens;

pub use encoder::TextEncoder;
pub use pooling::Pooling;
pub use settings::TextOptions;
