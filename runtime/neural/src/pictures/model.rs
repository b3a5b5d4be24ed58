//! A trained autoencoder.

use serde::{Deserialize, Serialize};

use super::autoencoder::Autoencoder;
use super::train::{numbers, tensors};
use super::{COLOURS, Pictures};
use crate::Error;
use crate::checkpoint::Kept;
use crate::model::Weight;
use crate::onnx::{Graph, Port};
use crate::tensor::Tensor;

/// The input of the ONNX file: numbers from 0 to 1 of shape `[pictures, 3, size, size]`, the colours one after the other.
pub const PICTURES: &str = "pixel_values";
/// The output: 32-bit floats of shape `[pictures, dimension]`.
pub const VECTORS: &str = "image_embeds";

/// Pictures that are asked about at once.
const ASKED_AT_ONCE: usize = 32;

/// An epoch of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The mean squared difference to the pictures, of numbers from 0 to 1, while it learned.
    pub loss: f64,
    /// The same of the pictures to stop by, after the epoch.
    pub valid: Option<f64>,
}

impl Kept for Epoch {
    type Bits = (u64, Option<u64>);

    fn loss(&self) -> f64 {
        self.loss
    }

    fn bits(&self) -> Self::Bits {
        (self.loss.to_bits(), self.valid.map(f64::to_bits))
    }

    fn of((loss, valid): Self::Bits) -> Self {
        Self { loss: f64::from_bits(loss), valid: valid.map(f64::from_bits) }
    }
}

/// A trained autoencoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its size.
    pub autoencoder: Autoencoder,
    /// Its weights.
    pub weights: Vec<Weight>,
    /// What was seen of each epoch.
    pub history: Vec<Epoch>,
    /// The epoch whose weights these are, from 1.
    pub best: usize,
}

impl Model {
    /// The vectors of pictures, one after the other.
    ///
    /// # Errors
    /// Where a picture cannot be had.
    pub fn vectors(&self, pictures: &dyn Pictures) -> Result<Vec<f32>, Error> {
        let weights = self.tensors();
        self.by_parts(pictures, |pictures| self.autoencoder.encode(pictures, &weights))
    }

    /// The pictures as it gives them back, numbers from 0 to 1, one after the other.
    ///
    /// # Errors
    /// Where a picture cannot be had.
    pub fn given_back(&self, pictures: &dyn Pictures) -> Result<Vec<f32>, Error> {
        let weights = self.tensors();
        self.by_parts(pictures, |pictures| {
            self.autoencoder.decode(&self.autoencoder.encode(pictures, &weights), &weights)
        })
    }

    fn by_parts(&self, pictures: &dyn Pictures, of: impl Fn(Tensor) -> Tensor) -> Result<Vec<f32>, Error> {
        let places: Vec<usize> = (0..pictures.count()).collect();
        let mut all = Vec::new();
        for places in places.chunks(ASKED_AT_ONCE) {
            let size = [places.len(), self.autoencoder.picture().count()];
            all.extend_from_slice(of(Tensor::constant(numbers(pictures, places, size[1])?, size)).values());
        }
        Ok(all)
    }

    fn tensors(&self) -> Vec<Tensor> {
        let values: Vec<f32> = self.weights.iter().flat_map(|weight| weight.values.iter().copied()).collect();
        tensors(&self.autoencoder.shapes(), &values, Tensor::constant)
    }

    /// The encoder as an ONNX file, see [`PICTURES`] and [`VECTORS`].
    #[must_use]
    pub fn onnx(&self, description: &str) -> Vec<u8> {
        let mut graph = Graph::default();
        let shapes = self.autoencoder.shapes().into_iter();
        let weights: Vec<_> =
            shapes.zip(&self.weights).map(|(shape, weight)| (shape, weight.values.as_slice())).collect();
        let side = Some(self.autoencoder.size);
        let pictures =
            Port { name: PICTURES, shape: vec![("pictures", None), ("", Some(COLOURS)), ("", side), ("", side)] };
        let vectors = Port { name: VECTORS, shape: vec![("pictures", None), ("", Some(self.autoencoder.dimension))] };
        let made = self.autoencoder.write(&mut graph, &pictures.flow(), &weights);
        graph.with_output(&made, VECTORS);
        graph.file("encoder", &pictures, &vectors, description)
    }
}
