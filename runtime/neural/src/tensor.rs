//! Matrices that know what they were made of, so that the gradient of what is made of them in the end can be followed back.
//!
//! There are no more functions than the networks here are made of, and those that are most of their work (a gated unit, attention)
//! are one function each, with its gradient written out.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::kernels::{self, Strides, multiply_in_parts};

/// The gradients of what a matrix was made of, by its own.
type Back = Box<dyn Fn(&[f32]) -> Vec<Vec<f32>>>;

static MADE: AtomicU64 = AtomicU64::new(0);

struct Inner {
    values: Rc<Vec<f32>>,
    size: [usize; 2],
    /// Larger than those of what it was made of.
    number: u64,
    /// Whether a gradient is wanted of it or of something that it was made of.
    is_followed: bool,
    made_of: Vec<Tensor>,
    back: Option<Back>,
}

/// A matrix.
#[derive(Clone)]
pub(crate) struct Tensor(Rc<Inner>);

/// Gradients by the numbers of matrices.
pub(crate) struct Gradients(BTreeMap<u64, Vec<f32>>);

impl Gradients {
    /// That of a matrix of weights.
    pub(crate) fn take(&mut self, of: &Tensor) -> Option<Vec<f32>> {
        self.0.remove(&of.0.number)
    }
}

impl Tensor {
    fn new(
        values: impl Into<Rc<Vec<f32>>>,
        size: [usize; 2],
        is_followed: bool,
        made_of: Vec<Self>,
        back: Option<Back>,
    ) -> Self {
        let values = values.into();
        debug_assert_eq!(values.len(), size[0] * size[1]);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Self(Rc::new(Inner { values, size, number, is_followed, made_of, back }))
    }

    /// Numbers of which no gradient is wanted, row by row.
    pub(crate) fn constant(values: impl Into<Rc<Vec<f32>>>, size: [usize; 2]) -> Self {
        Self::new(values, size, false, Vec::new(), None)
    }

    /// Numbers of which a gradient is wanted.
    pub(crate) fn weights(values: Vec<f32>, size: [usize; 2]) -> Self {
        Self::new(values, size, true, Vec::new(), None)
    }

    /// What is made of others; `back` gives a gradient for each of them by that of the result. For one of which none is wanted it
    /// may give an empty one.
    pub(crate) fn made(
        values: impl Into<Rc<Vec<f32>>>,
        size: [usize; 2],
        of: Vec<Self>,
        back: impl Fn(&[f32]) -> Vec<Vec<f32>> + 'static,
    ) -> Self {
        match of.iter().any(|of| of.0.is_followed) {
            true => Self::new(values, size, true, of, Some(Box::new(back))),
            false => Self::constant(values, size),
        }
    }

    /// The numbers, row by row.
    pub(crate) fn values(&self) -> &Rc<Vec<f32>> {
        &self.0.values
    }

    /// How many rows and columns.
    pub(crate) fn size(&self) -> [usize; 2] {
        self.0.size
    }

    /// Whether a gradient is wanted of it or of something that it was made of.
    pub(crate) fn is_followed(&self) -> bool {
        self.0.is_followed
    }

    /// Gradients of all that it was made of, by its own.
    pub(crate) fn backward(&self, gradient: Vec<f32>) -> Gradients {
        let mut waiting = BTreeMap::from([(self.0.number, (self.clone(), gradient))]);
        let mut found = BTreeMap::new();
        // What was made last comes first: then all that it went into has been seen.
        while let Some((number, (tensor, gradient))) = waiting.pop_last() {
            let Some(back) = &tensor.0.back else {
                found.insert(number, gradient);
                continue;
            };
            for (of, gradient) in tensor.0.made_of.iter().zip(back(&gradient)) {
                if !of.0.is_followed {
                    continue;
                }
                match waiting.get_mut(&of.0.number) {
                    Some((_, sum)) => kernels::add(sum, &gradient),
                    None => drop(waiting.insert(of.0.number, (of.clone(), gradient))),
                }
            }
        }
        Gradients(found)
    }

    /// The product of matrices.
    pub(crate) fn matmul(&self, right: &Self) -> Self {
        let ([m, k], [_, n]) = (self.size(), right.size());
        let mut values = vec![0.0; m * n];
        let (left, other) = (Rc::clone(self.values()), Rc::clone(right.values()));
        multiply_in_parts(&mut values, [m, n, k], (&left, Strides::rows(k)), (&other, Strides::rows(n)));
        let back = move |gradient: &[f32]| {
            let (mut of_left, mut of_right) = (vec![0.0; m * k], vec![0.0; k * n]);
            multiply_in_parts(&mut of_left, [m, k, n], (gradient, Strides::rows(n)), (&other, Strides::columns(n)));
            multiply_in_parts(&mut of_right, [k, n, m], (&left, Strides::columns(k)), (gradient, Strides::rows(n)));
            vec![of_left, of_right]
        };
        Self::made(values, [m, n], vec![self.clone(), right.clone()], back)
    }

    /// The sum with a matrix of the same size, or with one row that is added to all.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let ([rows, width], is_row) = (self.size(), other.size()[0] == 1);
        let mut values = self.values().to_vec();
        for row in values.chunks_exact_mut(if is_row { width } else { rows * width }.max(1)) {
            kernels::add(row, other.values());
        }
        let back = move |gradient: &[f32]| {
            let of_other = if is_row { sum_of_rows(gradient, width) } else { gradient.to_vec() };
            vec![gradient.to_vec(), of_other]
        };
        Self::made(values, [rows, width], vec![self.clone(), other.clone()], back)
    }

    /// Each number times one that is no weight.
    pub(crate) fn times(&self, factors: Vec<f32>) -> Self {
        let values: Vec<f32> = self.values().iter().zip(&factors).map(|(value, factor)| value * factor).collect();
        let back =
            move |gradient: &[f32]| vec![gradient.iter().zip(&factors).map(|(value, factor)| value * factor).collect()];
        Self::made(values, self.size(), vec![self.clone()], back)
    }

    /// Each row times the number of it in a matrix of one column.
    pub(crate) fn rows_times(&self, factors: &Self) -> Self {
        let [rows, width] = self.size();
        let (own, of_rows) = (Rc::clone(self.values()), Rc::clone(factors.values()));
        let scaled = move |values: &[f32], factors: &[f32]| -> Vec<f32> {
            let of = |(row, factor): (&[f32], &f32)| row.iter().map(|value| value * factor).collect::<Vec<_>>();
            values.chunks_exact(width).zip(factors).flat_map(of).collect()
        };
        let values = scaled(&own, &of_rows);
        let back = move |gradient: &[f32]| {
            let rows = gradient.chunks_exact(width).zip(own.chunks_exact(width));
            vec![scaled(gradient, &of_rows), rows.map(|(left, right)| kernels::dot(left, right)).collect()]
        };
        Self::made(values, [rows, width], vec![self.clone(), factors.clone()], back)
    }

    /// A function of each number, and its slope by what it gives.
    fn each(&self, of: impl Fn(f32) -> f32, slope: impl Fn(f32) -> f32 + 'static) -> Self {
        let values: Vec<f32> = self.values().iter().map(|value| of(*value)).collect();
        let given = values.clone();
        let back = move |gradient: &[f32]| {
            vec![gradient.iter().zip(&given).map(|(gradient, given)| gradient * slope(*given)).collect()]
        };
        Self::made(values, self.size(), vec![self.clone()], back)
    }

    /// The logistic function.
    pub(crate) fn sigmoid(&self) -> Self {
        self.each(sigmoid, |given| given * (1.0 - given))
    }

    /// The hyperbolic tangent.
    pub(crate) fn tanh(&self) -> Self {
        self.each(f32::tanh, |given| 1.0 - given * given)
    }

    /// Of numbers below 0 a part is left.
    pub(crate) fn rectified(&self, left: f32) -> Self {
        let slope = move |value: f32| if value < 0.0 { left } else { 1.0 };
        self.each(move |value| value * slope(value), slope)
    }

    /// Numbers below 0 become 0.
    pub(crate) fn relu(&self) -> Self {
        self.each(|value| value.max(0.0), |given| if given > 0.0 { 1.0 } else { 0.0 })
    }

    /// Rows by their places, which may be there more than once.
    pub(crate) fn select(&self, places: &[i32]) -> Self {
        let [rows, width] = self.size();
        let mut values = Vec::with_capacity(places.len() * width);
        for place in places {
            values.extend_from_slice(&self.values()[*place as usize * width..(*place as usize + 1) * width]);
        }
        let places_ = places.to_vec();
        let back = move |gradient: &[f32]| vec![added(gradient, &places_, rows, width)];
        Self::made(values, [places.len(), width], vec![self.clone()], back)
    }

    /// Rows added up by where they go, of which there are `count`.
    pub(crate) fn gathered(&self, to: &[i32], count: usize) -> Self {
        let width = self.size()[1];
        let values = added(self.values(), to, count, width);
        let to = to.to_vec();
        let back = move |gradient: &[f32]| {
            let of = |to: &i32| gradient[*to as usize * width..(*to as usize + 1) * width].iter().copied();
            vec![to.iter().flat_map(of).collect()]
        };
        Self::made(values, [count, width], vec![self.clone()], back)
    }

    /// Some rows one after the other.
    pub(crate) fn rows(&self, from: usize, count: usize) -> Self {
        let [rows, width] = self.size();
        let part = from * width..(from + count) * width;
        let values = self.values()[part.clone()].to_vec();
        let back = move |gradient: &[f32]| {
            let mut whole = vec![0.0; rows * width];
            whole[part.clone()].copy_from_slice(gradient);
            vec![whole]
        };
        Self::made(values, [count, width], vec![self.clone()], back)
    }

    /// Rows of several below each other.
    pub(crate) fn below(parts: &[Self]) -> Self {
        let width = parts.first().map_or(0, |part| part.size()[1]);
        let lengths: Vec<usize> = parts.iter().map(|part| part.values().len()).collect();
        let values: Vec<f32> = parts.iter().flat_map(|part| part.values().iter().copied()).collect();
        let rows = values.len() / width.max(1);
        let back = move |gradient: &[f32]| {
            let mut rest = gradient;
            let part = |length: &usize| {
                let (part, others) = rest.split_at(*length);
                rest = others;
                part.to_vec()
            };
            lengths.iter().map(part).collect()
        };
        Self::made(values, [rows, width], parts.to_vec(), back)
    }

    /// Columns of several beside each other.
    pub(crate) fn beside(parts: &[Self]) -> Self {
        let rows = parts.first().map_or(0, |part| part.size()[0]);
        let widths: Vec<usize> = parts.iter().map(|part| part.size()[1]).collect();
        let whole: usize = widths.iter().sum();
        let mut values = Vec::with_capacity(rows * whole);
        for row in 0..rows {
            for part in parts {
                let width = part.size()[1];
                values.extend_from_slice(&part.values()[row * width..(row + 1) * width]);
            }
        }
        let back = move |gradient: &[f32]| {
            let mut from = 0;
            let part = |width: &usize| {
                let columns = from..from + width;
                from += width;
                gradient.chunks_exact(whole).flat_map(|row| row[columns.clone()].iter().copied()).collect()
            };
            widths.iter().map(part).collect()
        };
        Self::made(values, [rows, whole], parts.to_vec(), back)
    }
}

/// The logistic function.
pub(crate) fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn sum_of_rows(values: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    values.chunks_exact(width).for_each(|row| kernels::add(&mut sum, row));
    sum
}

fn added(rows: &[f32], to: &[i32], count: usize, width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; count * width];
    for (row, to) in rows.chunks_exact(width).zip(to) {
        kernels::add(&mut sums[*to as usize * width..(*to as usize + 1) * width], row);
    }
    sums
}
