//! Rows of a batch as bytes, a strip at a time: the same loops for every machine, with the vectors that it has.

use super::{Arithmetic, CLASSES, Codes, STRIP, place_and_bit};
use crate::trees::matrix::Lying;
use crate::trees::rank::Thresholds;
use crate::trees::{Machine, Matrix, Missing, NEAR_ZERO};

/// Features that are read together: where a matrix lies row after row, they are what one fetch from memory brings of a row.
const TOGETHER: usize = 8;

/// Columns side by side, a strip of each.
type Columns = [[f64; STRIP]; TOGETHER];

impl Codes {
    /// The bytes of up to [`STRIP`] rows of a matrix from `first` on, row `r` of column `c` at `into[c * stride + r]`. What lies behind the
    /// rows in their strip is overwritten.
    pub(in crate::trees) fn encode(
        &self,
        machine: Machine,
        matrix: &Matrix<'_>,
        first: usize,
        rows: usize,
        into: &mut [u8],
        stride: usize,
    ) {
        let reading = Reading { matrix, first, rows, block: None, columns: [[0.0; STRIP]; TOGETHER] };
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the machine was found to have the features.
            if machine >= Machine::Avx512 {
                return unsafe { avx512::encode(self, reading, into, stride) };
            }
            // SAFETY: the same.
            if machine >= Machine::Avx2 {
                return unsafe { avx2::encode(self, reading, into, stride) };
            }
        }
        let _ = machine;
        self.encode_by(reading, into, stride, apart, rank);
    }

    /// `apart` takes columns out of rows, `rank` tells how many thresholds lie below each value.
    #[inline(always)]
    fn encode_by(
        &self,
        mut reading: Reading<'_>,
        into: &mut [u8],
        stride: usize,
        apart: impl Fn(&[f64], usize, usize, &mut Columns),
        rank: impl Fn(&Thresholds, &[f64; STRIP], &mut [u32; STRIP]),
    ) {
        let mut ranks = [0_u32; STRIP];
        for of in &self.numbers {
            let (mut values, mut missing) = (self.values(&mut reading, of.feature, &apart), [0; STRIP]);
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
        for of in &self.categories {
            let values = self.values(&mut reading, of.feature, &apart);
            for (row, value) in values[..reading.rows].iter().enumerate() {
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

    /// A column as the model's questions see it.
    #[inline(always)]
    fn values(
        &self,
        reading: &mut Reading<'_>,
        feature: usize,
        apart: impl Fn(&[f64], usize, usize, &mut Columns),
    ) -> [f64; STRIP] {
        // Changed in its place: from one array to another it became twice the instructions.
        let mut values = *reading.column(feature, apart);
        if self.arithmetic != Arithmetic::default() {
            values.iter_mut().for_each(|value| *value = self.arithmetic.taken(*value));
        }
        values
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

#[inline(always)]
fn rank(of: &Thresholds, values: &[f64; STRIP], into: &mut [u32; STRIP]) {
    for (into, value) in into.iter_mut().zip(values) {
        *into = of.below(*value) as u32;
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

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Codes, Reading, apart, rank};

    /// # Safety
    /// AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn encode(codes: &Codes, reading: Reading<'_>, into: &mut [u8], stride: usize) {
        codes.encode_by(reading, into, stride, apart, rank);
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        __m512d, _mm512_maskz_loadu_pd, _mm512_shuffle_f64x2, _mm512_storeu_pd, _mm512_unpackhi_pd, _mm512_unpacklo_pd,
    };

    use super::{Codes, Columns, Reading, TOGETHER, apart_from};
    use crate::trees::rank;

    /// # Safety
    /// AVX-512 with F, BW, DQ and VL.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    pub(super) unsafe fn encode(codes: &Codes, reading: Reading<'_>, into: &mut [u8], stride: usize) {
        codes.encode_by(
            reading,
            into,
            stride,
            |rows, width, start, into| apart(rows, width, start, into),
            // SAFETY: the features are those of this function.
            |thresholds, values, into| unsafe { rank::avx512::strip(thresholds, values, into) },
        );
    }

    /// Eight rows a time.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn apart(rows: &[f64], width: usize, start: usize, into: &mut Columns) {
        let there = TOGETHER.min(width - start);
        let mask = u8::MAX >> (TOGETHER - there);
        let eights = rows.chunks_exact(TOGETHER * width);
        let whole = TOGETHER * eights.len();
        for (eight, rows) in eights.enumerate() {
            let rows: [__m512d; TOGETHER] = std::array::from_fn(|row| {
                let row = &rows[row * width + start..row * width + start + there];
                // SAFETY: the mask lets only values of the row be read.
                unsafe { _mm512_maskz_loadu_pd(mask, row.as_ptr()) }
            });
            for (values, column) in transposed(rows).into_iter().zip(into.iter_mut()) {
                let column = &mut column[TOGETHER * eight..TOGETHER * (eight + 1)];
                // SAFETY: eight values are a vector.
                unsafe { _mm512_storeu_pd(column.as_mut_ptr(), values) };
            }
        }
        apart_from(whole, rows, width, start, into);
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn transposed(rows: [__m512d; TOGETHER]) -> [__m512d; TOGETHER] {
        // Pairs of rows: the even columns, then the odd ones.
        let even = |pair: usize| _mm512_unpacklo_pd(rows[2 * pair], rows[2 * pair + 1]);
        let odd = |pair: usize| _mm512_unpackhi_pd(rows[2 * pair], rows[2 * pair + 1]);
        let [zero, two, four, six] = quarters([even(0), even(1), even(2), even(3)]);
        let [one, three, five, seven] = quarters([odd(0), odd(1), odd(2), odd(3)]);
        [zero, one, two, three, four, five, six, seven]
    }

    /// A vector has four pairs of numbers: the first pairs of all, the second ones, and so on.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn quarters(of: [__m512d; 4]) -> [__m512d; 4] {
        const FIRST_AND_THIRD: i32 = 0b10_00_10_00;
        const SECOND_AND_FOURTH: i32 = 0b11_01_11_01;
        let first_and_third = |left, right| _mm512_shuffle_f64x2::<FIRST_AND_THIRD>(left, right);
        let second_and_fourth = |left, right| _mm512_shuffle_f64x2::<SECOND_AND_FOURTH>(left, right);
        let even = [first_and_third(of[0], of[1]), first_and_third(of[2], of[3])];
        let odd = [second_and_fourth(of[0], of[1]), second_and_fourth(of[2], of[3])];
        [
            first_and_third(even[0], even[1]),
            first_and_third(odd[0], odd[1]),
            second_and_fourth(even[0], even[1]),
            second_and_fourth(odd[0], odd[1]),
        ]
    }
}
