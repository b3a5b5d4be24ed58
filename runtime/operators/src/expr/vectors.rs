//! Columns of vectors: what lies in the middle of several, and which way two point.

use std::borrow::Cow;

use gml_connect::Fault;
use polars::prelude::{Column, DataType, Float32Chunked, IdxCa, IdxSize, IntoSeries, NewChunkedArray, Series};
use polars_arrow::array::FixedSizeListArray;
use polars_arrow::datatypes::{ArrowDataType, Field};

use super::aggregate::Grow;
use super::list_parts::Lists;
use crate::frame::fault;

/// The vectors of a column, number by number.
pub(super) struct Vectors {
    lists: Lists,
    numbers: Float32Chunked,
}

impl Vectors {
    pub(super) fn of(column: &Column) -> Result<Self, Fault> {
        let lists = Lists::of(column)?;
        let numbers = lists.items.cast(&DataType::Float32).map_err(fault)?.rechunk();
        let numbers = numbers.f32().map_err(fault)?.clone();
        Ok(Self { lists, numbers })
    }

    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    /// All numbers; one that is missing is not a number.
    pub(super) fn numbers(&self) -> Cow<'_, [f32]> {
        match self.numbers.cont_slice() {
            Ok(numbers) => numbers.into(),
            Err(_) => self.numbers.iter().map(|number| number.unwrap_or(f32::NAN)).collect::<Vec<_>>().into(),
        }
    }

    /// Where the numbers of a vector stand; nothing where it is null.
    pub(super) fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        self.lists.known[row].then(|| self.lists.range(row))
    }
}

/// Additions that do not wait for each other.
const LANES: usize = 8;

/// The cosine of the angle between two vectors, computed in floats of 64 bits; 0 where one of them is all zero.
pub(super) fn cosine(first: &[f32], second: &[f32]) -> f64 {
    let (mut dot, mut ours, mut theirs) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let mut add = |lane: usize, a: f32, b: f32| {
        let (a, b) = (f64::from(a), f64::from(b));
        dot[lane] += a * b;
        ours[lane] += a * a;
        theirs[lane] += b * b;
    };
    let (left, right) = (first.chunks_exact(LANES), second.chunks_exact(LANES));
    let rest = left.remainder().iter().zip(right.remainder()).enumerate();
    for (a, b) in left.zip(right) {
        for lane in 0..LANES {
            add(lane, a[lane], b[lane]);
        }
    }
    for (lane, (a, b)) in rest {
        add(lane, *a, *b);
    }
    let lengths = ours.iter().sum::<f64>().sqrt() * theirs.iter().sum::<f64>().sqrt();
    if lengths == 0.0 { 0.0 } else { dot.iter().sum::<f64>() / lengths }
}

/// The mean of vectors, number by number, added up in floats of 64 bits.
pub(super) struct Centroid<'a> {
    vectors: &'a Vectors,
    numbers: Cow<'a, [f32]>,
    sum: Vec<f64>,
    count: u64,
    /// The means found so far, one behind the other.
    means: Vec<f32>,
}

impl<'a> Centroid<'a> {
    pub(super) fn new(vectors: &'a Vectors, width: usize) -> Self {
        Self { vectors, numbers: vectors.numbers(), sum: vec![0.0; width], count: 0, means: Vec::new() }
    }

    /// Of each result the mean that was found there.
    pub(super) fn column(self, places: &[Option<IdxSize>]) -> Result<Series, Fault> {
        let width = self.sum.len();
        let dtype = DataType::Array(Box::new(DataType::Float32), width);
        // Where none is null, each stands where its result does.
        let in_order = places.iter().enumerate().all(|(row, place)| place.is_some_and(|place| place as usize == row));
        let means = Float32Chunked::from_vec("item".into(), self.means).into_series();
        let rows = means.len() / width.max(1);
        let array = FixedSizeListArray::try_new(
            ArrowDataType::FixedSizeList(Box::new(Field::new("item".into(), ArrowDataType::Float32, true)), width),
            rows,
            means.rechunk().chunks()[0].clone(),
            None,
        );
        let found = Series::from_chunk_and_dtype("".into(), Box::new(array.map_err(fault)?), &dtype).map_err(fault)?;
        if in_order {
            return Ok(found);
        }
        found.take(&IdxCa::from_slice_options("".into(), places)).map_err(fault)
    }
}

impl Grow for Centroid<'_> {
    /// The place of the mean among all.
    type Result = Option<IdxSize>;

    fn clear(&mut self) {
        self.sum.fill(0.0);
        self.count = 0;
    }

    fn push(&mut self, row: usize) {
        let Some(range) = self.vectors.range(row) else { return };
        for (sum, number) in self.sum.iter_mut().zip(&self.numbers[range]) {
            *sum += f64::from(*number);
        }
        self.count += 1;
    }

    fn result(&mut self) -> Option<IdxSize> {
        if self.count == 0 {
            return None;
        }
        let place = self.means.len() / self.sum.len().max(1);
        self.means.extend(self.sum.iter().map(|sum| (sum / self.count as f64) as f32));
        IdxSize::try_from(place).ok()
    }
}
