//! Four values a vector.

use std::arch::x86_64::{
    __m128i, __m256d, __m256i, _CMP_LE_OQ, _CMP_LT_OQ, _CMP_ORD_Q, _CMP_UNORD_Q, _mm_and_si128, _mm_andnot_si128,
    _mm_or_si128, _mm_set1_epi8, _mm_storeu_si128, _mm_unpacklo_epi16, _mm256_and_pd, _mm256_andnot_pd,
    _mm256_broadcast_sd, _mm256_castpd_ps, _mm256_castpd_si256, _mm256_castps_si256, _mm256_castsi256_pd,
    _mm256_castsi256_si128, _mm256_cmp_pd, _mm256_extracti128_si256, _mm256_loadu_pd, _mm256_or_pd, _mm256_packs_epi16,
    _mm256_packs_epi32, _mm256_permute2f128_pd, _mm256_set1_pd, _mm256_setzero_pd, _mm256_setzero_si256,
    _mm256_shuffle_ps, _mm256_storeu_pd, _mm256_sub_epi64, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
};

use super::{Codes, Columns, Ranked, Reading, STRIP, TOGETHER, apart_from, number};
use crate::trees::{Arithmetic, Missing, NEAR_ZERO};

/// Values of a vector.
const LANES: usize = 4;
/// Vectors that are compared with a threshold together.
const VECTORS: usize = 4;
/// Up to so many thresholds are all compared; more are searched (measured).
const ALL_COMPARED: usize = 32;

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
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
        |of, values, into| match of.thresholds.few(ALL_COMPARED) {
            Some(thresholds) if !arithmetic.narrow_features => {
                compared(arithmetic, of, thresholds, values, into, stride);
            }
            _ => number(arithmetic, of, values, into, stride, |of, values, into| of.below_each(values, into)),
        },
    );
}

/// The bytes of the values of a feature: each threshold is compared with all of them, and nothing is written between.
#[inline]
#[target_feature(enable = "avx2")]
fn compared(
    arithmetic: Arithmetic,
    of: &Ranked,
    thresholds: &[f64],
    values: &[f64; STRIP],
    into: &mut [u8],
    stride: usize,
) {
    let (values, _) = values.as_chunks::<{ LANES * VECTORS }>();
    for (group, values) in values.iter().enumerate() {
        let mut taken = [_mm256_setzero_pd(); VECTORS];
        let mut missing = [_mm256_setzero_pd(); VECTORS];
        for (vector, (taken, missing)) in taken.iter_mut().zip(&mut missing).enumerate() {
            // SAFETY: there are so many vectors.
            let value = unsafe { _mm256_loadu_pd(values.as_ptr().add(vector * LANES)) };
            (*taken, *missing) = asked(value, arithmetic.snap_to_zero, of.missing);
        }
        let mut below = [_mm256_setzero_si256(); VECTORS];
        for threshold in thresholds {
            let threshold = _mm256_broadcast_sd(threshold);
            for (below, value) in below.iter_mut().zip(taken) {
                // What holds is -1.
                let lies_below = _mm256_castpd_si256(_mm256_cmp_pd::<_CMP_LT_OQ>(threshold, value));
                *below = _mm256_sub_epi64(*below, lies_below);
            }
        }
        let below = bytes(below);
        let missing = bytes(missing.map(|missing| _mm256_castpd_si256(missing)));
        for column in &of.columns {
            let code = _mm_and_si128(missing, _mm_set1_epi8(column.missing_code.cast_signed()));
            let code = _mm_or_si128(_mm_andnot_si128(missing, below), code);
            let into = &mut into[column.column * stride + group * LANES * VECTORS..][..LANES * VECTORS];
            // SAFETY: there is room for 16 bytes.
            unsafe { _mm_storeu_si128(into.as_mut_ptr().cast(), code) };
        }
    }
}

/// Values as questions see them, and whether they are missing.
#[inline]
#[target_feature(enable = "avx2")]
fn asked(value: __m256d, snap_to_zero: bool, missing: Missing) -> (__m256d, __m256d) {
    let size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), value);
    let is_near_zero = _mm256_cmp_pd::<_CMP_LE_OQ>(size, _mm256_set1_pd(NEAR_ZERO));
    let value = if snap_to_zero { _mm256_andnot_pd(is_near_zero, value) } else { value };
    let is_nan = _mm256_cmp_pd::<_CMP_UNORD_Q>(value, value);
    match missing {
        Missing::Nothing => (_mm256_and_pd(_mm256_cmp_pd::<_CMP_ORD_Q>(value, value), value), _mm256_setzero_pd()),
        Missing::Zero => (value, _mm256_or_pd(is_nan, is_near_zero)),
        Missing::NotANumber => (value, is_nan),
    }
}

/// Numbers from -1 to 127 as bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn bytes(numbers: [__m256i; VECTORS]) -> __m128i {
    // The low halves of two vectors: those of the first two numbers of both, then the others.
    let halves = |first, second| {
        let as_singles = |numbers| _mm256_castpd_ps(_mm256_castsi256_pd(numbers));
        _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(as_singles(first), as_singles(second)))
    };
    let shorts = _mm256_packs_epi32(halves(numbers[0], numbers[1]), halves(numbers[2], numbers[3]));
    let bytes = _mm256_packs_epi16(shorts, shorts);
    // The lower half has the first two numbers of each vector, the upper one the last two.
    _mm_unpacklo_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes))
}

/// Four rows and four columns a time.
#[inline]
#[target_feature(enable = "avx2")]
fn apart(rows: &[f64], width: usize, start: usize, into: &mut Columns) {
    if width - start < TOGETHER {
        return apart_from(0, rows, width, start, into);
    }
    let fours = rows.chunks_exact(LANES * width);
    let whole = LANES * fours.len();
    for (four, rows) in fours.enumerate() {
        for columns in (0..TOGETHER).step_by(LANES) {
            let rows: [__m256d; LANES] = std::array::from_fn(|row| {
                let row = &rows[row * width + start + columns..][..LANES];
                // SAFETY: four values are a vector.
                unsafe { _mm256_loadu_pd(row.as_ptr()) }
            });
            for (values, column) in transposed(rows).into_iter().zip(&mut into[columns..]) {
                let column = &mut column[LANES * four..][..LANES];
                // SAFETY: four values are a vector.
                unsafe { _mm256_storeu_pd(column.as_mut_ptr(), values) };
            }
        }
    }
    apart_from(whole, rows, width, start, into);
}

#[inline]
#[target_feature(enable = "avx2")]
fn transposed(rows: [__m256d; LANES]) -> [__m256d; LANES] {
    const FIRST_HALVES: i32 = 0x20;
    const SECOND_HALVES: i32 = 0x31;
    let (even, odd) = (_mm256_unpacklo_pd(rows[0], rows[1]), _mm256_unpackhi_pd(rows[0], rows[1]));
    let (more_even, more_odd) = (_mm256_unpacklo_pd(rows[2], rows[3]), _mm256_unpackhi_pd(rows[2], rows[3]));
    [
        _mm256_permute2f128_pd::<FIRST_HALVES>(even, more_even),
        _mm256_permute2f128_pd::<FIRST_HALVES>(odd, more_odd),
        _mm256_permute2f128_pd::<SECOND_HALVES>(even, more_even),
        _mm256_permute2f128_pd::<SECOND_HALVES>(odd, more_odd),
    ]
}
