//! The functions of matrices, by burn.

use burn_backend::ops::ConvOptions;
use burn_backend::tensor::{Device, FloatTensor, IndexingUpdateOp, IntTensor};
use burn_backend::{Backend, FloatDType, Shape, Slice, TensorData, TensorMetadata};

use crate::layers::{EPSILON, NOTHING, SHARPEST};
use crate::matrix::Matrix;
use crate::pictures::Planes;
use crate::pictures::planes::{LEAK, SIDE};

/// Added to the score of what may not be seen: of its exponential nothing is left.
const NEVER: f32 = -1e9;

/// A matrix on a device.
#[derive(Clone)]
pub(crate) struct OnDevice<B: Backend> {
    values: FloatTensor<B>,
    size: [usize; 2],
}

impl<B: Backend> OnDevice<B> {
    /// Numbers that lie on a device.
    pub(super) fn new(values: FloatTensor<B>, size: [usize; 2]) -> Self {
        Self { values, size }
    }

    /// Numbers of which no gradient is wanted, row by row.
    pub(super) fn constant(values: Vec<f32>, size: [usize; 2], device: &Device<B>) -> Self {
        Self::new(B::float_from_data(TensorData::new(values, Shape::new(size)), device), size)
    }

    /// The numbers.
    pub(super) fn values(&self) -> &FloatTensor<B> {
        &self.values
    }

    /// The mean of the negative logarithms of the probabilities that are given to what came next: each row is a sequence, its
    /// products with the rows of the table are the scores of the items, and a softmax over all of them gives the probabilities.
    pub(super) fn cross_entropy(&self, table: &Self, next: &[u32]) -> FloatTensor<B> {
        let scores = B::float_matmul(self.values.clone(), B::float_transpose(table.values.clone()));
        let logarithms = B::log_softmax(scores, 1);
        let next: Vec<i32> = next.iter().map(|item| *item as i32).collect();
        let next = B::int_reshape(self.places(&next), Shape::new([next.len(), 1]));
        B::float_neg(B::float_mean(B::float_gather(1, logarithms, next)))
    }

    /// The mean of the squares of the differences.
    pub(super) fn mean_squared_difference(&self, other: &Self) -> FloatTensor<B> {
        let difference = B::float_sub(self.values.clone(), other.values.clone());
        B::float_mean(B::float_mul(difference.clone(), difference))
    }

    fn places(&self, places: &[i32]) -> IntTensor<B> {
        B::int_from_data(TensorData::new(places.to_vec(), Shape::new([places.len()])), &self.values.device())
    }

    /// The numbers along other axes.
    fn along<const D: usize>(&self, axes: [usize; D]) -> FloatTensor<B> {
        B::float_reshape(self.values.clone(), Shape::new(axes))
    }

    /// Columns beside each other.
    fn columns(&self, from: usize, count: usize) -> FloatTensor<B> {
        B::float_slice(self.values.clone(), &[Slice::from(0..self.size[0]), Slice::from(from..from + count)])
    }

    /// Pictures as filters of burn see them: the numbers of all pixels one after the other.
    fn planes(&self, planes: Planes) -> FloatTensor<B> {
        B::float_permute(self.pixels(planes), &[0, 3, 1, 2])
    }

    /// Pictures line by line and pixel by pixel.
    fn pixels(&self, Planes { height, width, depth }: Planes) -> FloatTensor<B> {
        self.along([self.size[0], height, width, depth])
    }

    /// Pictures as rows again.
    fn of_planes(&self, planes: FloatTensor<B>, made: Planes) -> Self {
        let size = [self.size[0], made.count()];
        Self::new(B::float_reshape(B::float_permute(planes, &[0, 2, 3, 1]), Shape::new(size)), size)
    }
}

impl<B: Backend> Matrix for OnDevice<B> {
    fn size(&self) -> [usize; 2] {
        self.size
    }

    fn constant_near(&self, values: Vec<f32>, size: [usize; 2]) -> Self {
        Self::constant(values, size, &self.values.device())
    }

    fn matmul(&self, right: &Self) -> Self {
        Self::new(B::float_matmul(self.values.clone(), right.values.clone()), [self.size[0], right.size[1]])
    }

    fn plus(&self, other: &Self) -> Self {
        Self::new(B::float_add(self.values.clone(), other.values.clone()), self.size)
    }

    fn plus_rows(&self, other: &Self, places: &[i32]) -> Self {
        self.plus(&other.select(places))
    }

    fn times(&self, factors: Vec<f32>) -> Self {
        let factors = self.constant_near(factors, self.size);
        Self::new(B::float_mul(self.values.clone(), factors.values), self.size)
    }

    fn rows_times(&self, factors: &Self) -> Self {
        Self::new(B::float_mul(self.values.clone(), factors.values.clone()), self.size)
    }

    fn sigmoid(&self) -> Self {
        Self::new(B::sigmoid(self.values.clone()), self.size)
    }

    fn tanh(&self) -> Self {
        Self::new(B::float_tanh(self.values.clone()), self.size)
    }

    fn rectified(&self, left: f32) -> Self {
        Self::new(B::leaky_relu(self.values.clone(), left.into()), self.size)
    }

    fn relu(&self) -> Self {
        Self::new(B::relu(self.values.clone()), self.size)
    }

    fn select(&self, places: &[i32]) -> Self {
        let size = [places.len(), self.size[1]];
        Self::new(B::float_select(self.values.clone(), 0, self.places(places)), size)
    }

    fn gathered(&self, to: &[i32], count: usize) -> Self {
        let size = [count, self.size[1]];
        let zeros = B::float_zeros(Shape::new(size), &self.values.device(), FloatDType::F32);
        let sums = B::float_select_assign(zeros, 0, self.places(to), self.values.clone(), IndexingUpdateOp::Add);
        Self::new(sums, size)
    }

    fn rows(&self, from: usize, count: usize) -> Self {
        let width = self.size[1];
        let rows = [Slice::from(from..from + count), Slice::from(0..width)];
        Self::new(B::float_slice(self.values.clone(), &rows), [count, width])
    }

    fn below(parts: &[Self]) -> Self {
        let rows = parts.iter().map(|part| part.size[0]).sum();
        let width = parts.first().map_or(0, |part| part.size[1]);
        Self::new(B::float_cat(parts.iter().map(|part| part.values.clone()).collect(), 0), [rows, width])
    }

    fn beside(parts: &[Self]) -> Self {
        let rows = parts.first().map_or(0, |part| part.size[0]);
        let width = parts.iter().map(|part| part.size[1]).sum();
        Self::new(B::float_cat(parts.iter().map(|part| part.values.clone()).collect(), 1), [rows, width])
    }

    fn gated(&self, of_input: &Self, of_state: &Self) -> Self {
        let width = self.size[1];
        let given = |gate: usize| of_input.columns(gate * width, width);
        let own = |gate: usize| of_state.columns(gate * width, width);
        let [reset, update] = [0, 1].map(|gate| B::sigmoid(B::float_add(given(gate), own(gate))));
        let new = B::float_tanh(B::float_add(given(2), B::float_mul(reset, own(2))));
        let change = B::float_mul(update, B::float_sub(self.values.clone(), new.clone()));
        Self::new(B::float_add(new, change), self.size)
    }

    fn normal(&self, scale: &Self, bias: &Self) -> Self {
        let centred = B::float_sub(self.values.clone(), B::float_mean_dim(self.values.clone(), 1));
        let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred.clone()), 1);
        let deviation = B::float_sqrt(B::float_add_scalar(variance, EPSILON.into()));
        let normal = B::float_mul(B::float_div(centred, deviation), scale.values.clone());
        Self::new(B::float_add(normal, bias.values.clone()), self.size)
    }

    fn attention(asked: [&Self; 3], ends: &[usize], heads: usize, kept: Option<Vec<f32>>) -> Self {
        let [first, ..] = asked;
        let (size, count) = (first.size, ends.len());
        let (width, part) = (size[1], size[1] / heads);
        let starts = || std::iter::once(0).chain(ends.iter().copied());
        let lengths: Vec<usize> = starts().zip(ends).map(|(start, end)| end - start).collect();
        // All sequences become as long as the longest. What is added stands behind what is there, so that nothing sees it.
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let (mut filled, mut there) = (vec![0; count * longest], Vec::with_capacity(size[0]));
        for (place, (start, length)) in starts().zip(&lengths).enumerate() {
            for at in 0..*length {
                filled[place * longest + at] = (start + at) as i32;
                there.push((place * longest + at) as i32);
            }
        }
        let [queries, keys, values] = asked.map(|of| {
            let of_heads = of.select(&filled).along([count, longest, heads, part]);
            B::float_permute(of_heads, &[0, 2, 1, 3])
        });
        let later = |place: usize| if place % longest > place / longest { NEVER } else { 0.0 };
        let later = first.constant_near((0..longest * longest).map(later).collect(), [longest, longest]);
        let scores = B::float_matmul(queries, B::float_transpose(keys));
        let scores = B::float_mul_scalar(scores, (part as f32).sqrt().recip().into());
        let mut shares = B::softmax(B::float_add(scores, later.along([1, 1, longest, longest])), 3);
        if let Some(kept) = kept {
            let factors = filled_up(&kept, &lengths, heads, longest);
            let factors = first.constant_near(factors, [count * heads * longest, longest]);
            shares = B::float_mul(shares, factors.along([count, heads, longest, longest]));
        }
        let seen = B::float_permute(B::float_matmul(shares, values), &[0, 2, 1, 3]);
        let rows = [count * longest, width];
        Self::new(B::float_reshape(seen, Shape::new(rows)), rows).select(&there)
    }

    fn seen([questions, keys, values]: [&Self; 3], asks: &[u32], ends: &[u32], there: &[f32]) -> Self {
        let [rows, width] = values.size;
        let (mut nodes, mut asked) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for (node, end) in ends.iter().enumerate() {
            nodes.resize(*end as usize, node as i32);
            asked.resize(*end as usize, asks[node] as i32);
        }
        let products = B::float_mul(questions.select(&asked).values, keys.values.clone());
        let scores = B::float_mul_scalar(B::float_sum_dim(products, 1), (width as f32).sqrt().recip().into());
        let sharp = B::float_exp(B::float_clamp(scores, (-SHARPEST).into(), SHARPEST.into()));
        let shares = Self::new(sharp, [rows, 1]).times(there.to_vec());
        let sums = shares.gathered(&nodes, asks.len());
        let sums = Self::new(B::float_add_scalar(sums.values, NOTHING.into()), sums.size).select(&nodes);
        let shares = Self::new(B::float_div(shares.values, sums.values), [rows, 1]);
        values.rows_times(&shares).gathered(&nodes, asks.len())
    }

    fn convolution(&self, planes: Planes, filters: &Self, bias: &Self, is_rectified: bool) -> Self {
        let made = planes.with_depth(filters.size[1]);
        let filters = B::float_permute(filters.along([SIDE, SIDE, planes.depth, made.depth]), &[3, 2, 0, 1]);
        let around = ConvOptions::new([1; 2], [SIDE / 2; 2], [1; 2], 1);
        let sums = B::conv2d(self.planes(planes), filters, Some(bias.along([made.depth])), around);
        self.of_planes(if is_rectified { B::leaky_relu(sums, LEAK.into()) } else { sums }, made)
    }

    fn pooled(&self, planes: Planes) -> Self {
        let largest = B::max_pool2d(self.planes(planes), [2; 2], [2; 2], [0; 2], [1; 2], false);
        self.of_planes(largest, planes.halved())
    }

    fn enlarged(&self, planes: Planes, made: Planes) -> Self {
        let twice =
            |count: usize, of: usize| (0..count).map(|place| (place / 2).min(of - 1) as i32).collect::<Vec<_>>();
        let lines = self.places(&twice(made.height, planes.height));
        let columns = self.places(&twice(made.width, planes.width));
        let pixels = B::float_select(B::float_select(self.pixels(planes), 1, lines), 2, columns);
        let size = [self.size[0], made.count()];
        Self::new(B::float_reshape(pixels, Shape::new(size)), size)
    }
}

/// Squares of sequences and heads, one after the other, each brought to the size of the largest with zeros.
fn filled_up(squares: &[f32], lengths: &[usize], heads: usize, longest: usize) -> Vec<f32> {
    let mut filled = vec![0.0; lengths.len() * heads * longest * longest];
    let (mut from, mut large) = (0, filled.chunks_exact_mut(longest * longest));
    for length in lengths.iter().flat_map(|length| std::iter::repeat_n(*length, heads)) {
        let Some(into) = large.next() else { break };
        for (into, of) in into.chunks_exact_mut(longest).zip(squares[from..].chunks_exact(length).take(length)) {
            into[..length].copy_from_slice(of);
        }
        from += length * length;
    }
    filled
}
