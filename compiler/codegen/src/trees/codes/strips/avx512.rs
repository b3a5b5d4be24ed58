//! Eight rows and eight columns a time.

use std::arch::x86_64::{
    __m512d, _mm512_maskz_loadu_pd, _mm512_shuffle_f64x2, _mm512_storeu_pd, _mm512_unpackhi_pd, _mm512_unpacklo_pd,
};

use super::{Codes, Columns, Reading, TOGETHER, apart_from, number};
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
        |of, values, into| {
            number(codes.arithmetic, of, values, into, stride, |thresholds, values, into| {
                // SAFETY: the features are those of this function.
                unsafe { rank::avx512::strip(thresholds, values, into) }
            });
        },
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
