//! Rows of a batch as bytes, a strip at a time: the same loops for every machine, with the vectors that it has.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;

use super::{Arithmetic, CLASSES, Codes, Ranked, STRIP, place_and_bit};
use crate::trees::matrix::Lying;
use crate::trees::rank::Thresholds;
use crate::trees::{Machine, Matrix, Missing, NEAR_ZERO};

/// Features that are read together: where a matrix lies row after row, they are what one fetch from memory brings of a row.
const TOGETHER: usize = 8;

/// Lines of the next strip that are asked for with each feature of this one, so that they come while bytes are made (measured: more of them
/// wait for each other).
const LINES_AHEAD: usize = 24;

/// Columns side by side, a strip of each.
type Columns = [[f64; STRIP]; TOGETHER];

impl Codes {
    /// The bytes of up to [`STRIP`] rows of a matrix, the `r`th of them of column `c` at `into[c * stride + r]`. What lies behind the
    /// rows in their strip is overwritten. Of numbers only those are turned into bytes that are `needed`, by their feature.
    pub(in crate::trees) fn encode(
        &self,
        machine: Machine,
        matrix: &Matrix<'_>,
        rows: Range<usize>,
        needed: impl Fn(usize) -> bool,
        into: &mut [u8],
        stride: usize,
    ) {
        let (first, rows) = (rows.start, rows.len());
        let reading = Reading { matrix, first, rows, block: None, columns: [[0.0; STRIP]; TOGETHER] };
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the machine was found to have the features.
            if machine >= Machine::Avx512 {
                return unsafe { avx512::encode(self, reading, needed, into, stride) };
            }
            // SAFETY: the same.
            if machine >= Machine::Avx2 {
                return unsafe { avx2::encode(self, reading, needed, into, stride) };
            }
        }
        let _ = machine;
        self.encode_by(reading, needed, into, stride, apart, |of, values, into| {
            number(self.arithmetic, of, values, into, stride, Thresholds::below_each);
        });
    }

    /// `apart` takes columns out of rows, `number` makes the bytes of a feature's numbers.
    #[inline(always)]
    fn encode_by(
        &self,
        mut reading: Reading<'_>,
        needed: impl Fn(usize) -> bool,
        into: &mut [u8],
        stride: usize,
        apart: impl Fn(&[f64], usize, usize, &mut Columns),
        number: impl Fn(&Ranked, &[f64; STRIP], &mut [u8]),
    ) {
        let mut ahead = reading.matrix.lines(reading.first + reading.rows, STRIP);
        for of in self.numbers.iter().filter(|of| needed(of.feature)) {
            number(of, reading.column(of.feature, &apart), into);
            ahead.by_ref().take(LINES_AHEAD).for_each(ask_for);
        }
        for of in &self.categories {
            let rows = reading.rows;
            let values = taken(self.arithmetic, reading.column(of.feature, &apart));
            for (row, value) in values[..rows].iter().enumerate() {
                let class = of.class(*value);
                for pair in 0..of.classes.div_ceil(CLASSES) {
                    let (place, bit) = place_and_bit(class, pair);
                    let column = (of.column + 2 * pair) * stride + row;
                    into[column] = place;
                    into[column + stride] = bit;
                }
            }
        }
    }
}

/// Has a line come from memory without waiting for it.
#[inline(always)]
fn ask_for(line: &[f64]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// A column as the model's questions see it.
#[inline(always)]
fn taken(arithmetic: Arithmetic, column: &[f64; STRIP]) -> [f64; STRIP] {
    // Changed in its place: from one array to another it became twice the instructions.
    let mut values = *column;
    if arithmetic != Arithmetic::default() {
        values.iter_mut().for_each(|value| *value = arithmetic.taken(*value));
    }
    values
}

/// The bytes of the values of a feature; `rank` tells how many thresholds lie below each.
#[inline(always)]
fn number(
    arithmetic: Arithmetic,
    of: &Ranked,
    column: &[f64; STRIP],
    into: &mut [u8],
    stride: usize,
    rank: impl Fn(&Thresholds, &[f64; STRIP], &mut [u32; STRIP]),
) {
    let (mut values, mut missing, mut ranks) = (taken(arithmetic, column), [0; STRIP], [0; STRIP]);
    match of.missing {
        Missing::Nothing => {
            values.iter_mut().for_each(|value| *value = if value.is_nan() { 0.0 } else { *value });
        }
        Missing::Zero => each(&mut missing, &values, |value| value.is_nan() || value.abs() <= NEAR_ZERO),
        Missing::NotANumber => each(&mut missing, &values, f64::is_nan),
    }
    rank(&of.thresholds, &values, &mut ranks);
    for column in &of.columns {
        let codes = codes_of(&ranks, column.first as u32, &missing, column.missing_code);
        into[column.column * stride..column.column * stride + STRIP].copy_from_slice(&codes);
    }
}

/// The strip of a matrix that is read, feature by feature in ascending order.
struct Reading<'m> {
    matrix: &'m Matrix<'m>,
    first: usize,
    rows: usize,
    /// Which columns are there: those from this times [`TOGETHER`] on.
    block: Option<usize>,
    columns: Columns,
}

impl Reading<'_> {
    #[inline(always)]
    fn column(&mut self, feature: usize, apart: impl Fn(&[f64], usize, usize, &mut Columns)) -> &[f64; STRIP] {
        let column = feature % TOGETHER;
        match self.matrix.lying(feature, self.first, self.rows) {
            Lying::Column(values) => self.columns[column][..self.rows].copy_from_slice(values),
            Lying::Rows(rows) => {
                let block = feature / TOGETHER;
                if self.block != Some(block) {
                    apart(rows, self.matrix.columns(), block * TOGETHER, &mut self.columns);
                    self.block = Some(block);
                }
            }
        }
        &self.columns[column]
    }
}

/// Up to [`TOGETHER`] columns from `start` on of rows of so many values.
#[inline(always)]
fn apart(rows: &[f64], width: usize, start: usize, into: &mut Columns) {
    apart_from(0, rows, width, start, into);
}

/// The same from a row on.
#[inline(always)]
fn apart_from(first: usize, rows: &[f64], width: usize, start: usize, into: &mut Columns) {
    let end = width.min(start + TOGETHER);
    for (row, values) in rows.chunks_exact(width).enumerate().skip(first) {
        for (column, value) in into.iter_mut().zip(&values[start..end]) {
            column[row] = *value;
        }
    }
}

/// All bits of each value for which it is so, and none of the others.
#[inline(always)]
fn each(into: &mut [u8; STRIP], values: &[f64; STRIP], of: impl Fn(f64) -> bool) {
    for (into, value) in into.iter_mut().zip(values) {
        *into = u8::from(of(*value)).wrapping_neg();
    }
}

/// What ranks are in a column whose thresholds begin with `first`. Written without a branch, so that it becomes vectors.
#[inline(always)]
fn codes_of(ranks: &[u32; STRIP], first: u32, missing: &[u8; STRIP], missing_code: u8) -> [u8; STRIP] {
    let mut codes = [0; STRIP];
    for ((code, rank), missing) in codes.iter_mut().zip(ranks).zip(missing) {
        let there = rank.saturating_sub(first).min(u32::from(u8::MAX)) as u8;
        *code = there & !missing | missing_code & missing;
    }
    codes
}
