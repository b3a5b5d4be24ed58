//! Eight rows and eight columns a time.

use std::arch::x86_64::{
    __m512d, _CMP_LE_OQ, _CMP_UNORD_Q, _mm512_abs_pd, _mm512_cmp_pd_mask, _mm512_cvtpd_ps, _mm512_cvtps_pd,
    _mm512_loadu_pd, _mm512_mask_storeu_epi8, _mm512_maskz_loadu_pd, _mm512_maskz_mov_pd, _mm512_movm_epi8,
    _mm512_set1_epi8, _mm512_set1_pd, _mm512_shuffle_f64x2, _mm512_storeu_pd, _mm512_storeu_si512, _mm512_unpackhi_pd,
    _mm512_unpacklo_pd,
};

use super::{Codes, Columns, Ranked, Reading, STRIP, TOGETHER, apart_from, codes_of};
use crate::trees::rank::avx512::Values;
use crate::trees::{Arithmetic, Missing, NEAR_ZERO, rank};

/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) unsafe fn encode(
    codes: &Codes,
    reading: Reading<'_>,
    needed: impl Fn(usize) -> bool,
    into: &mut [u8],
    stride: usize,
) {
    let arithmetic = codes.arithmetic;
    codes.encode_by(
        reading,
        needed,
        into,
        stride,
        |rows, width, start, into| apart(rows, width, start, into),
        |of, values, into| number(arithmetic, of, values, into, stride),
    );
}

/// The bytes of the values of a feature.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn number(arithmetic: Arithmetic, of: &Ranked, column: &[f64; STRIP], into: &mut [u8], stride: usize) {
    let mut missing = [0; STRIP / TOGETHER];
    let values: Values = std::array::from_fn(|vector| {
        // SAFETY: a strip has so many vectors.
        let value = unsafe { _mm512_loadu_pd(column.as_ptr().add(vector * TOGETHER)) };
        let (value, is_missing) = asked(arithmetic, of.missing, value);
        missing[vector] = is_missing;
        value
    });
    let missing = u64::from_le_bytes(missing);
    if of.thresholds.fit_a_byte() {
        let Some((first, others)) = of.columns.split_first() else { return };
        // Written where they are to be: read again at once, what was written in parts would have to be waited for.
        let found = first.column * stride..first.column * stride + STRIP;
        // SAFETY: the features are those of this function.
        unsafe { rank::avx512::bytes(&of.thresholds, &values, &mut into[found.clone()]) };
        for other in others {
            into.copy_within(found.clone(), other.column * stride);
        }
        for column in &of.columns {
            let into = &mut into[column.column * stride..][..STRIP];
            let code = _mm512_set1_epi8(column.missing_code.cast_signed());
            // SAFETY: there is room for 64 bytes.
            unsafe { _mm512_mask_storeu_epi8(into.as_mut_ptr().cast(), missing, code) };
        }
        return;
    }
    // SAFETY: the features are those of this function.
    let ranks = unsafe { rank::avx512::ranks(&of.thresholds, &values) };
    let mut all_bits = [0; STRIP];
    // SAFETY: there is room for 64 bytes.
    unsafe { _mm512_storeu_si512(all_bits.as_mut_ptr().cast(), _mm512_movm_epi8(missing)) };
    for column in &of.columns {
        let codes = codes_of(&ranks, column.first as u32, &all_bits, column.missing_code);
        into[column.column * stride..][..STRIP].copy_from_slice(&codes);
    }
}

/// Values as questions see them, and which are missing.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn asked(arithmetic: Arithmetic, missing: Missing, value: __m512d) -> (__m512d, u8) {
    let value = if arithmetic.narrow_features { _mm512_cvtps_pd(_mm512_cvtpd_ps(value)) } else { value };
    let near_zero = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(_mm512_abs_pd(value), _mm512_set1_pd(NEAR_ZERO));
    let value = if arithmetic.snap_to_zero { _mm512_maskz_mov_pd(!near_zero, value) } else { value };
    let not_a_number = _mm512_cmp_pd_mask::<_CMP_UNORD_Q>(value, value);
    match missing {
        Missing::Nothing => (_mm512_maskz_mov_pd(!not_a_number, value), 0),
        Missing::Zero => (value, not_a_number | near_zero),
        Missing::NotANumber => (value, not_a_number),
    }
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
