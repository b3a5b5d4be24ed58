//! Pictures as vectors: an autoencoder of convolutions, which learns to give pictures back from a few numbers.
//!
//! ```text
//! Pictures ──Autoencoder, Schedule──▶ train ──▶ Model ──▶ onnx(): the file of the encoder, vectors()
//! ```
//!
//! A picture is a row of a matrix: its pixels line by line, the numbers of a pixel beside each other, so that what a filter sees of
//! a line lies in one piece. Each picture of a batch is computed by itself, and what is summed over them is summed in their order:
//! nothing depends on the number of threads.

mod autoencoder;
mod model;
pub(crate) mod planes;
#[cfg(test)]
pub(crate) mod tests;
mod train;

pub use autoencoder::Autoencoder;
pub use model::{Epoch, Model, PICTURES, VECTORS};
pub(crate) use planes::Planes;
pub use train::{Data, Progress, train};
#[cfg(feature = "burn")]
pub(crate) use train::{Learner, Lesson};
#[cfg(all(test, feature = "burn"))]
pub(crate) use train::{Tape, Training};

use crate::Error;

/// Numbers of a pixel: red, green, blue.
pub const COLOURS: usize = 3;

/// Pictures of one size.
pub trait Pictures: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Writes the bytes of a picture: line by line, red, green and blue of each pixel.
    ///
    /// # Errors
    /// Where it cannot be had.
    fn bytes(&self, place: usize, into: &mut [u8]) -> Result<(), Error>;
}
