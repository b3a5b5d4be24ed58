//! The functions of matrices that networks are made of.
//!
//! A network's pass is written once, over these. What stands behind them is compiled in: the tape of this crate on the processor
//! ([`Tensor`](crate::tensor::Tensor)), or burn on a device.

use crate::pictures::Planes;

/// A matrix that knows what it was made of, so that gradients can be followed back.
pub(crate) trait Matrix: Clone {
    /// How many rows and columns.
    fn size(&self) -> [usize; 2];

    /// How many numbers.
    fn count(&self) -> usize {
        let [rows, width] = self.size();
        rows * width
    }

    /// Numbers of which no gradient is wanted, row by row, on the device of this matrix.
    fn constant_near(&self, values: Vec<f32>, size: [usize; 2]) -> Self;

    /// The product of matrices.
    fn matmul(&self, right: &Self) -> Self;

    /// The sum with a matrix of the same size, or with one row that is added to all.
    fn plus(&self, other: &Self) -> Self;

    /// The sum with rows of another, of each row the place of the one that is added.
    fn plus_rows(&self, other: &Self, places: &[i32]) -> Self;

    /// Each number times one that is no weight.
    fn times(&self, factors: Vec<f32>) -> Self;

    /// Each row times the number of it in a matrix of one column.
    fn rows_times(&self, factors: &Self) -> Self;

    /// The logistic function.
    fn sigmoid(&self) -> Self;

    /// The hyperbolic tangent.
    fn tanh(&self) -> Self;

    /// Of numbers below 0 a part is left.
    fn rectified(&self, left: f32) -> Self;

    /// Numbers below 0 become 0.
    fn relu(&self) -> Self;

    /// Rows by their places, which may be there more than once.
    fn select(&self, places: &[i32]) -> Self;

    /// Rows added up by where they go, of which there are `count`.
    fn gathered(&self, to: &[i32], count: usize) -> Self;

    /// Some rows one after the other.
    fn rows(&self, from: usize, count: usize) -> Self;

    /// Rows of several below each other.
    fn below(parts: &[Self]) -> Self;

    /// Columns of several beside each other.
    fn beside(parts: &[Self]) -> Self;

    /// A gated recurrent unit: this is what was there; the others are, beside each other, the three gates (reset, update, new) of
    /// what is given and of what was there.
    fn gated(&self, of_input: &Self, of_state: &Self) -> Self;

    /// Rows with mean 0 and deviation 1, times a scale and with a bias.
    fn normal(&self, scale: &Self, bias: &Self) -> Self;

    /// Attention of each row of a sequence over those of the same sequence up to it, by queries, keys and values. Sequences lie one
    /// after the other and end at `ends`; each row is cut into `heads` parts. `kept` are factors of the attention (0 for what is
    /// left out): those of a sequence and a head after the other, each a square.
    fn attention(asked: [&Self; 3], ends: &[usize], heads: usize, kept: Option<Vec<f32>>) -> Self;

    /// Attention of nodes over the rows around them, by questions, keys and values. Keys and values have a row for each that is
    /// around a node; `ends` says where those around each node end, `there` whether each is really there, and `asks` with which row
    /// of the questions each node asks. A node with none around it gets zeros. No two nodes ask with the same row.
    fn seen(asked: [&Self; 3], asks: &[u32], ends: &[u32], there: &[f32]) -> Self;

    /// Filters of 3 × 3 pixels over pictures that go on with zeros beyond their edges. `filters` has a row for each number that they
    /// see (line by line, pixel by pixel) and a column for each number that they make. With `is_rectified`, what would be below 0
    /// becomes a hundredth of it.
    fn convolution(&self, planes: Planes, filters: &Self, bias: &Self, is_rectified: bool) -> Self;

    /// The largest of each four neighbours, so that half as many lines and columns are left. A last line or column without a
    /// neighbour is left out.
    fn pooled(&self, planes: Planes) -> Self;

    /// Each pixel twice in both directions, so that the pictures become as large as `made`; the last line and column once more
    /// where that is not even.
    fn enlarged(&self, planes: Planes, made: Planes) -> Self;
}
