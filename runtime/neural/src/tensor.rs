//! Matrices that know what they were made of, so that the gradient of what is made of them in the end can be followed back.
//!
//! The functions are those of [`Matrix`]. Those that are most of the work of networks (a gated unit, attention) have their gradients
//! written out beside the networks (`layers`, `planes`).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::kernels::{self, Strides, add_all, added, in_parts, multiply_in_parts};
use crate::layers;
use crate::matrix::Matrix;
use crate::pictures::{Planes, planes};

/// The gradients of what a matrix was made of, by its own.
type Back = Box<dyn Fn(&[f32]) -> Vec<Slope>>;

static MADE: AtomicU64 = AtomicU64::new(0);

/// The gradient of one of those that a matrix was made of.
pub(crate) enum Slope {
    /// As that of the matrix.
    Same,
    /// All of it.
    Whole(Vec<f32>),
    /// Only that of rows from a row on; that of the others is 0.
    Rows(usize, Vec<f32>),
}

impl From<Vec<f32>> for Slope {
    fn from(whole: Vec<f32>) -> Self {
        Self::Whole(whole)
    }
}

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

    /// Those of matrices of weights, one after the other; 0 where what was computed does not hang on one.
    pub(crate) fn of_weights(&mut self, weights: &[Tensor]) -> Vec<f32> {
        let of = |weights: &Tensor| self.take(weights).unwrap_or_else(|| vec![0.0; weights.values().len()]);
        weights.iter().flat_map(of).collect()
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
    pub(crate) fn made<S: Into<Slope>>(
        values: impl Into<Rc<Vec<f32>>>,
        size: [usize; 2],
        of: Vec<Self>,
        back: impl Fn(&[f32]) -> Vec<S> + 'static,
    ) -> Self {
        let back = move |gradient: &[f32]| back(gradient).into_iter().map(Into::into).collect();
        match of.iter().any(|of| of.0.is_followed) {
            true => Self::new(values, size, true, of, Some(Box::new(back))),
            false => Self::constant(values, size),
        }
    }

    /// The numbers, row by row.
    pub(crate) fn values(&self) -> &Rc<Vec<f32>> {
        &self.0.values
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
            for (of, slope) in tensor.0.made_of.iter().zip(back(&gradient)).filter(|(of, _)| of.0.is_followed) {
                let width = of.size()[1];
                match (waiting.get_mut(&of.0.number), slope) {
                    (Some((_, sum)), Slope::Same) => add_all(sum, &gradient),
                    (Some((_, sum)), Slope::Whole(slope)) => add_all(sum, &slope),
                    (Some((_, sum)), Slope::Rows(from, slope)) => {
                        add_all(&mut sum[from * width..][..slope.len()], &slope);
                    }
                    (None, slope) => {
                        let first = match slope {
                            Slope::Same => gradient.clone(),
                            Slope::Whole(slope) => slope,
                            Slope::Rows(from, slope) => {
                                let mut whole = vec![0.0; of.values().len()];
                                whole[from * width..][..slope.len()].copy_from_slice(&slope);
                                whole
                            }
                        };
                        waiting.insert(of.0.number, (of.clone(), first));
                    }
                }
            }
        }
        Gradients(found)
    }

    /// A function of all numbers, and the slope of each by what it gives.
    fn each(&self, of: impl Fn(&mut [f32]) + Sync, slope: impl Fn(f32) -> f32 + Sync + 'static) -> Self {
        let mut values = self.values().to_vec();
        in_parts(&mut values, 1, |_, values| of(values));
        let given = values.clone();
        let back = move |gradient: &[f32]| {
            let mut slopes = gradient.to_vec();
            let given: &[f32] = &given;
            in_parts(&mut slopes, 1, |from, slopes| {
                slopes.iter_mut().zip(&given[from..]).for_each(|(of, given)| *of *= slope(*given));
            });
            vec![slopes]
        };
        Self::made(values, self.size(), vec![self.clone()], back)
    }
}

impl Matrix for Tensor {
    fn size(&self) -> [usize; 2] {
        self.0.size
    }

    fn constant_near(&self, values: Vec<f32>, size: [usize; 2]) -> Self {
        Self::constant(values, size)
    }

    fn matmul(&self, right: &Self) -> Self {
        let ([m, k], [_, n]) = (self.size(), right.size());
        let mut values = vec![0.0; m * n];
        let (left, other) = (Rc::clone(self.values()), Rc::clone(right.values()));
        multiply_in_parts(&mut values, [m, n, k], (&left, Strides::rows(k)), (&other, Strides::rows(n)));
        let [is_left, is_right] = [self, right].map(Self::is_followed);
        let back = move |gradient: &[f32]| {
            let mut of_left = vec![0.0; if is_left { m * k } else { 0 }];
            let mut of_right = vec![0.0; if is_right { k * n } else { 0 }];
            if is_left {
                multiply_in_parts(&mut of_left, [m, k, n], (gradient, Strides::rows(n)), (&other, Strides::columns(n)));
            }
            if is_right {
                multiply_in_parts(&mut of_right, [k, n, m], (&left, Strides::columns(k)), (gradient, Strides::rows(n)));
            }
            vec![of_left, of_right]
        };
        Self::made(values, [m, n], vec![self.clone(), right.clone()], back)
    }

    fn plus(&self, other: &Self) -> Self {
        let ([rows, width], is_row) = (self.size(), other.size()[0] == 1);
        let mut values = self.values().to_vec();
        let added: &[f32] = other.values();
        in_parts(&mut values, width, |from, rows| match is_row {
            true => rows.chunks_exact_mut(width).for_each(|row| kernels::add(row, added)),
            false => kernels::add(rows, &added[from * width..][..rows.len()]),
        });
        let back = move |gradient: &[f32]| {
            let of_other = if is_row { Slope::Whole(sum_of_rows(gradient, width)) } else { Slope::Same };
            vec![Slope::Same, of_other]
        };
        Self::made(values, [rows, width], vec![self.clone(), other.clone()], back)
    }

    fn plus_rows(&self, other: &Self, places: &[i32]) -> Self {
        let ([rows, width], [count, _]) = (self.size(), other.size());
        let mut values = self.values().to_vec();
        let others: &[f32] = other.values();
        in_parts(&mut values, width, |from, rows| {
            for (row, place) in rows.chunks_exact_mut(width).zip(&places[from..]) {
                kernels::add(row, &others[*place as usize * width..][..width]);
            }
        });
        let places = places.to_vec();
        let back = move |gradient: &[f32]| vec![Slope::Same, Slope::Whole(added(gradient, &places, count, width))];
        Self::made(values, [rows, width], vec![self.clone(), other.clone()], back)
    }

    fn times(&self, factors: Vec<f32>) -> Self {
        let scaled = |values: &[f32], factors: &[f32]| {
            let mut values = values.to_vec();
            in_parts(&mut values, 1, |from, values| kernels::multiply_each(values, &factors[from..]));
            values
        };
        let values = scaled(self.values(), &factors);
        let back = move |gradient: &[f32]| vec![scaled(gradient, &factors)];
        Self::made(values, self.size(), vec![self.clone()], back)
    }

    fn rows_times(&self, factors: &Self) -> Self {
        let [rows, width] = self.size();
        let (own, of_rows) = (Rc::clone(self.values()), Rc::clone(factors.values()));
        let scaled = move |values: &[f32], factors: &[f32]| {
            let mut values = values.to_vec();
            in_parts(&mut values, width, |from, rows| {
                let rows = rows.chunks_exact_mut(width).zip(&factors[from..]);
                rows.for_each(|(row, factor)| kernels::scale(row, *factor));
            });
            values
        };
        let values = scaled(&own, &of_rows);
        let back = move |gradient: &[f32]| {
            let rows = gradient.chunks_exact(width).zip(own.chunks_exact(width));
            let of_factors = rows.map(|(left, right)| kernels::dot(left, right)).collect();
            vec![scaled(gradient, &of_rows), of_factors]
        };
        Self::made(values, [rows, width], vec![self.clone(), factors.clone()], back)
    }

    fn sigmoid(&self) -> Self {
        self.each(kernels::logistics, |given| given * (1.0 - given))
    }

    fn tanh(&self) -> Self {
        self.each(kernels::tangents, |given| 1.0 - given * given)
    }

    fn rectified(&self, left: f32) -> Self {
        let slope = move |value: f32| if value < 0.0 { left } else { 1.0 };
        let of = move |values: &mut [f32]| values.iter_mut().for_each(|value| *value *= slope(*value));
        self.each(of, slope)
    }

    fn relu(&self) -> Self {
        // What is no number stays none, so that a training that diverges is seen to.
        let of = |values: &mut [f32]| {
            values.iter_mut().for_each(|value| *value = if *value < 0.0 { 0.0 } else { *value });
        };
        self.each(of, |given| if given > 0.0 { 1.0 } else { 0.0 })
    }

    fn select(&self, places: &[i32]) -> Self {
        let [rows, width] = self.size();
        let values = selected(self.values(), places, width);
        let places_ = places.to_vec();
        let back = move |gradient: &[f32]| vec![added(gradient, &places_, rows, width)];
        Self::made(values, [places.len(), width], vec![self.clone()], back)
    }

    fn gathered(&self, to: &[i32], count: usize) -> Self {
        let width = self.size()[1];
        let values = added(self.values(), to, count, width);
        let to = to.to_vec();
        let back = move |gradient: &[f32]| vec![selected(gradient, &to, width)];
        Self::made(values, [count, width], vec![self.clone()], back)
    }

    fn rows(&self, from: usize, count: usize) -> Self {
        let width = self.size()[1];
        let values = self.values()[from * width..][..count * width].to_vec();
        let back = move |gradient: &[f32]| vec![Slope::Rows(from, gradient.to_vec())];
        Self::made(values, [count, width], vec![self.clone()], back)
    }

    fn below(parts: &[Self]) -> Self {
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
            lengths.iter().map(part).collect::<Vec<_>>()
        };
        Self::made(values, [rows, width], parts.to_vec(), back)
    }

    fn beside(parts: &[Self]) -> Self {
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
                let rows = gradient.chunks_exact(whole);
                rows.flat_map(|row| row[columns.clone()].iter().copied()).collect::<Vec<_>>()
            };
            widths.iter().map(part).collect::<Vec<_>>()
        };
        Self::made(values, [rows, whole], parts.to_vec(), back)
    }

    fn gated(&self, of_input: &Self, of_state: &Self) -> Self {
        layers::gated(self, of_input, of_state)
    }

    fn normal(&self, scale: &Self, bias: &Self) -> Self {
        layers::normal(self, scale, bias)
    }

    fn attention(asked: [&Self; 3], ends: &[usize], heads: usize, kept: Option<Vec<f32>>) -> Self {
        layers::attention(asked, ends, heads, kept)
    }

    fn seen(asked: [&Self; 3], asks: &[u32], ends: &[u32], there: &[f32]) -> Self {
        layers::seen(asked, asks, ends, there)
    }

    fn convolution(&self, planes: Planes, filters: &Self, bias: &Self, is_rectified: bool) -> Self {
        planes::convolution(self, planes, filters, bias, is_rectified)
    }

    fn pooled(&self, planes: Planes) -> Self {
        planes::pooled(self, planes)
    }

    fn enlarged(&self, planes: Planes, made: Planes) -> Self {
        planes::enlarged(self, planes, made)
    }
}

fn sum_of_rows(values: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    values.chunks_exact(width).for_each(|row| kernels::add(&mut sum, row));
    sum
}

/// Rows by their places.
fn selected(values: &[f32], places: &[i32], width: usize) -> Vec<f32> {
    let mut rows = vec![0.0; places.len() * width];
    in_parts(&mut rows, width, |from, rows| {
        for (row, place) in rows.chunks_exact_mut(width).zip(&places[from..]) {
            row.copy_from_slice(&values[*place as usize * width..][..width]);
        }
    });
    rows
}
