//! The network: filters that make pictures smaller and deeper, a few numbers, and the same way back.

use serde::{Deserialize, Serialize};

use super::COLOURS;
use super::planes::{LEAK, Planes, SEEN};
use crate::Error;
use crate::matrix::Matrix;
use crate::network::{First, Shape};
use crate::onnx::{Flow, Graph, Setting};

/// An autoencoder of pictures: for each depth filters of 3 × 3 pixels that make as many numbers a pixel, a hundredth left of what is
/// below 0, and the largest of four neighbours; then a layer of `hidden` numbers, and the vector. Back it goes by a layer of `hidden` numbers
/// and filters on pixels that stand twice, down to three colours between 0 and 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Autoencoder {
    /// Pixels on each side of the pictures.
    pub size: usize,
    /// Numbers of a vector.
    pub dimension: usize,
    /// Numbers a pixel after each round of filters.
    pub depths: Vec<usize>,
    /// Numbers of the layers beside the vector.
    pub hidden: usize,
}

/// Weights of a layer: the matrix and the bias.
const OF_LAYER: usize = 2;

impl Autoencoder {
    /// The usual one, for pictures of `size` pixels on each side.
    #[must_use]
    pub fn new(size: usize, dimension: usize) -> Self {
        Self { size, dimension, depths: vec![16, 32, 64, 64], hidden: 128 }
    }

    /// The least number of pixels on each side: after each depth half of them are left.
    #[must_use]
    pub fn least_size(&self) -> usize {
        1 << self.depths.len()
    }

    /// Itself, where it can be made.
    ///
    /// # Errors
    /// Where the pictures are too small, or it would have a layer without numbers.
    pub fn checked(self) -> Result<Self, Error> {
        let has_empty = self.depths.is_empty() || self.depths.contains(&0) || self.hidden == 0 || self.dimension == 0;
        if has_empty {
            return Err(Error::Data("an autoencoder has no layer without numbers".into()));
        }
        if self.size < self.least_size() {
            let (size, least) = (self.size, self.least_size());
            return Err(Error::Data(format!("pictures of {size} pixels a side are too small: {least} are the least")));
        }
        Ok(self)
    }

    /// How pictures lie.
    pub(crate) fn picture(&self) -> Planes {
        Planes { height: self.size, width: self.size, depth: COLOURS }
    }

    /// How they lie before each round of filters, and after the last.
    fn planes(&self) -> Vec<Planes> {
        let mut all = vec![self.picture()];
        for (last, depth) in self.depths.iter().enumerate() {
            all.push(all[last].with_depth(*depth).halved());
        }
        all
    }

    /// Its weights.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        // He et al. 2015, "Delving Deep into Rectifiers", and Glorot and Bengio 2010 where nothing is rectified.
        let layer = |name: String, given: usize, made: usize, is_rectified: bool| {
            let spread = if is_rectified { 6.0 / given as f32 } else { 6.0 / (given + made) as f32 };
            [
                Shape::new(format!("{name}.weight"), [given, made], First::Uniform(spread.sqrt())),
                Shape::new(format!("{name}.bias"), [1, made], First::All(0.0)),
            ]
        };
        let planes = self.planes();
        let last = planes.last().map_or(0, |planes| planes.count());
        let mut shapes = Vec::new();
        for (place, pair) in planes.windows(2).enumerate() {
            shapes.extend(layer(format!("encoder.filters{place}"), SEEN * pair[0].depth, pair[1].depth, true));
        }
        shapes.extend(layer("encoder.hidden".into(), last, self.hidden, true));
        shapes.extend(layer("encoder.vector".into(), self.hidden, self.dimension, false));
        shapes.extend(layer("decoder.hidden".into(), self.dimension, self.hidden, true));
        shapes.extend(layer("decoder.planes".into(), self.hidden, last, true));
        for (place, pair) in planes.windows(2).rev().enumerate() {
            let is_last = place + 1 == self.depths.len();
            shapes.extend(layer(format!("decoder.filters{place}"), SEEN * pair[1].depth, pair[0].depth, !is_last));
        }
        shapes
    }

    /// The vectors of pictures.
    pub(crate) fn encode<M: Matrix>(&self, pictures: M, weights: &[M]) -> M {
        let planes = self.planes();
        let mut rows = pictures;
        for (place, pair) in planes.windows(2).enumerate() {
            let [filters, bias] = layer(weights, place);
            let made = pair[0].with_depth(pair[1].depth);
            rows = rows.convolution(pair[0], filters, bias, true).pooled(made);
        }
        let hidden = linear(&rows, weights, self.depths.len()).rectified(LEAK);
        linear(&hidden, weights, self.depths.len() + 1)
    }

    /// The pictures that vectors stand for.
    pub(crate) fn decode<M: Matrix>(&self, vectors: &M, weights: &[M]) -> M {
        let (planes, first) = (self.planes(), self.depths.len() + 2);
        let hidden = linear(vectors, weights, first).rectified(LEAK);
        let mut rows = linear(&hidden, weights, first + 1).rectified(LEAK);
        for (place, pair) in planes.windows(2).rev().enumerate() {
            let [filters, bias] = layer(weights, first + 2 + place);
            let large = pair[0].with_depth(pair[1].depth);
            let is_last = place + 1 == self.depths.len();
            rows = rows.enlarged(pair[1], large).convolution(large, filters, bias, !is_last);
        }
        rows.sigmoid()
    }

    /// The vectors in the form of ONNX, of `pictures` with the colours one after the other; `weights` are values and biases of
    /// the layers by name.
    pub(crate) fn write(&self, graph: &mut Graph, pictures: &Flow, weights: &[(Shape, &[f32])]) -> Flow {
        let mut planes = pictures.clone();
        for place in 0..self.depths.len() {
            let [(shape, filters), (bias_shape, bias)] = [&weights[place * OF_LAYER], &weights[place * OF_LAYER + 1]];
            let [seen, depth] = shape.size;
            let given = seen / SEEN;
            // ONNX has a filter after the other, each of them number by number.
            let mut turned = Vec::with_capacity(filters.len());
            for filter in 0..depth {
                for number in 0..given {
                    turned.extend((0..SEEN).map(|pixel| filters[(pixel * given + number) * depth + filter]));
                }
            }
            let turned = graph.weights(&shape.name, &[depth, given, 3, 3], &turned);
            let bias = graph.weights(&bias_shape.name, &[depth], bias);
            let around = vec![("kernel_shape", Setting::Ints(vec![3, 3])), ("pads", Setting::Ints(vec![1; 4]))];
            let made = graph.node_with("Conv", &[&planes, &turned, &bias], around, 1).remove(0);
            let made = rectified(graph, &made);
            let four = vec![("kernel_shape", Setting::Ints(vec![2, 2])), ("strides", Setting::Ints(vec![2, 2]))];
            planes = graph.node_with("MaxPool", &[&made], four, 1).remove(0);
        }
        let by_pixel = graph.transposed(&planes, vec![0, 2, 3, 1]);
        let mut rows = graph.node("Flatten", &[&by_pixel]);
        for (place, is_last) in [(self.depths.len(), false), (self.depths.len() + 1, true)] {
            let [(shape, weight), (bias_shape, bias)] = [&weights[place * OF_LAYER], &weights[place * OF_LAYER + 1]];
            let weight = graph.weights(&shape.name, &shape.size, weight);
            let bias = graph.weights(&bias_shape.name, &[shape.size[1]], bias);
            rows = graph.linear(&rows, &weight, &bias);
            if !is_last {
                rows = rectified(graph, &rows);
            }
        }
        rows
    }
}

/// Matrix and bias of a layer.
fn layer<M>(weights: &[M], place: usize) -> [&M; OF_LAYER] {
    [&weights[place * OF_LAYER], &weights[place * OF_LAYER + 1]]
}

fn rectified(graph: &mut Graph, value: &Flow) -> Flow {
    graph.node_with("LeakyRelu", &[value], vec![("alpha", Setting::Float(LEAK))], 1).remove(0)
}

fn linear<M: Matrix>(rows: &M, weights: &[M], place: usize) -> M {
    let [weight, bias] = layer(weights, place);
    rows.matmul(weight).plus(bias)
}
