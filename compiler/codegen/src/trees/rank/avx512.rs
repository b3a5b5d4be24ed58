//! A strip of values at once: sixteen a vector in 32 bits among few thresholds, else eight in 64 bits.

use std::arch::x86_64::{
    __m512, __m512d, __m512i, _CMP_EQ_OQ, _CMP_LT_OQ, _mm_storel_epi64, _mm_storeu_si128, _mm256_castps_pd,
    _mm256_storeu_si256, _mm512_add_epi32, _mm512_add_epi64, _mm512_and_si512, _mm512_castpd_ps,
    _mm512_castpd256_pd512, _mm512_cmp_pd_mask, _mm512_cmp_ps_mask, _mm512_cvtepi32_epi8, _mm512_cvtepi64_epi8,
    _mm512_cvtepi64_epi32, _mm512_cvtpd_ps, _mm512_cvttpd_epi64, _mm512_i64gather_epi64, _mm512_i64gather_pd,
    _mm512_insertf64x4, _mm512_loadu_pd, _mm512_loadu_ps, _mm512_mask_add_epi32, _mm512_mask_add_epi64,
    _mm512_mask_blend_ps, _mm512_maskz_set1_epi32, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd, _mm512_permutex2var_pd,
    _mm512_permutex2var_ps, _mm512_permutexvar_ps, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_set1_pd,
    _mm512_set1_ps, _mm512_setzero_pd, _mm512_setzero_si512, _mm512_sub_pd,
};

use super::super::codes::STRIP;
use super::{IN_REGISTERS, Thresholds};

const LANES: usize = 8;
const VECTORS: usize = STRIP / LANES;

/// The values of a strip.
pub(in crate::trees) type Values = [__m512d; VECTORS];

/// [`Thresholds::below`] for a strip of values, of up to 255 thresholds.
///
/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
pub(in crate::trees) unsafe fn bytes(of: &Thresholds, values: &Values, into: &mut [u8]) {
    let is_decided = match of.count {
        0..=15 => in_single::<1>(of, values, into),
        16..=31 => in_single::<2>(of, values, into),
        32..=63 => in_single::<4>(of, values, into),
        _ => false,
    };
    if !is_decided {
        for (below, into) in search(of, values).into_iter().zip(into.as_chunks_mut::<LANES>().0) {
            // SAFETY: there is room for eight bytes.
            unsafe { _mm_storel_epi64(into.as_mut_ptr().cast(), _mm512_cvtepi64_epi8(below)) };
        }
    }
}

/// The same of any number of thresholds.
///
/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
pub(in crate::trees) unsafe fn ranks(of: &Thresholds, values: &Values) -> [u32; STRIP] {
    let mut into = [0; STRIP];
    for (below, into) in search(of, values).into_iter().zip(into.as_chunks_mut::<LANES>().0) {
        // SAFETY: there is room for eight numbers.
        unsafe { _mm256_storeu_si256(into.as_mut_ptr().cast(), _mm512_cvtepi64_epi32(below)) };
    }
    into
}

/// By what values and thresholds are as 32-bit floats, looked up in registers. Rounding keeps order, so what differs then, differs the same
/// way before. Whether all values differ from all thresholds is given back.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn in_single<const TABLES: usize>(of: &Thresholds, values: &Values, into: &mut [u8]) -> bool {
    // SAFETY: there are as many numbers as tables hold.
    let tables: [__m512; TABLES] =
        std::array::from_fn(|table| unsafe { _mm512_loadu_ps(of.singles.as_ptr().add(2 * LANES * table)) });
    let mut undecided = 0;
    for (pair, into) in values.as_chunks::<2>().0.iter().zip(into.as_chunks_mut::<{ 2 * LANES }>().0) {
        let [low, high] = [_mm512_cvtpd_ps(pair[0]), _mm512_cvtpd_ps(pair[1])];
        let low = _mm512_castpd256_pd512(_mm256_castps_pd(low));
        let value = _mm512_castpd_ps(_mm512_insertf64x4::<1>(low, _mm256_castps_pd(high)));
        let mut below = _mm512_setzero_si512();
        let mut steps = super::halvings(of.count);
        // Four tables are halved first: of the others a permutation finds the place in two.
        let mut is_high = 0;
        if TABLES == 4 {
            steps -= 1;
            let last_of_low = _mm512_set1_ps(of.singles[4 * LANES - 1]);
            is_high = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(last_of_low, value);
            below = _mm512_maskz_set1_epi32(is_high, 4 * LANES as i32);
        }
        for step in (0..steps).rev() {
            let half = 1 << step;
            let threshold = in_tables(&tables, is_high, _mm512_add_epi32(below, _mm512_set1_epi32(half - 1)));
            let lies_below = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(threshold, value);
            below = _mm512_mask_add_epi32(below, lies_below, below, _mm512_set1_epi32(half));
        }
        undecided |= _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(in_tables(&tables, is_high, below), value);
        // SAFETY: there is room for sixteen bytes.
        unsafe { _mm_storeu_si128(into.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(below)) };
    }
    undecided == 0
}

/// The numbers at some places of one, two or four tables of sixteen; of four, in which half each place lies is told.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn in_tables<const TABLES: usize>(tables: &[__m512; TABLES], is_high: u16, at: __m512i) -> __m512 {
    match tables.as_slice() {
        [only] => _mm512_permutexvar_ps(at, *only),
        [first, second] => _mm512_permutex2var_ps(*first, at, *second),
        [first, second, third, fourth, ..] => {
            let low = _mm512_permutex2var_ps(*first, at, *second);
            let high = _mm512_permutex2var_ps(*third, at, *fourth);
            _mm512_mask_blend_ps(is_high, low, high)
        }
        _ => unreachable!("a power of two"),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn search(of: &Thresholds, values: &Values) -> [__m512i; VECTORS] {
    let mut below = [_mm512_setzero_si512(); VECTORS];
    if of.count <= IN_REGISTERS {
        // SAFETY: 16 numbers at least are padded.
        let (first, second) =
            unsafe { (_mm512_loadu_pd(of.padded.as_ptr()), _mm512_loadu_pd(of.padded.as_ptr().add(LANES))) };
        // Here the grid is not looked at.
        for step in (0..super::halvings(of.count)).rev() {
            let lookup = |asked: __m512i| _mm512_permutex2var_pd(first, asked, second);
            halve(step, &mut below, values, lookup);
        }
        return below;
    }
    if !of.starts.is_empty() {
        let (low, scale) = (_mm512_set1_pd(of.low), _mm512_set1_pd(of.scale));
        let (first, last) = (_mm512_setzero_pd(), _mm512_set1_pd(of.last_cell));
        let short = _mm512_set1_epi64(0xffff);
        for (value, below) in values.iter().zip(&mut below) {
            let at = _mm512_mul_pd(_mm512_sub_pd(*value, low), scale);
            // Of NaN and another number, both give the second.
            let at = _mm512_min_pd(_mm512_max_pd(at, first), last);
            let cell = _mm512_cvttpd_epi64(at);
            // SAFETY: every cell has its start, and eight bytes can be read from the last one.
            let starts = unsafe { _mm512_i64gather_epi64::<2>(cell, of.starts.as_ptr().cast()) };
            *below = _mm512_and_si512(starts, short);
        }
    }
    for step in (0..of.halvings).rev() {
        // SAFETY: as in `Thresholds::below`, in every lane.
        let lookup = |asked: __m512i| unsafe { _mm512_i64gather_pd::<8>(asked, of.padded.as_ptr()) };
        halve(step, &mut below, values, lookup);
    }
    below
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn halve(step: u32, below: &mut [__m512i; VECTORS], values: &Values, lookup: impl Fn(__m512i) -> __m512d) {
    let half = 1_i64 << step;
    let (to_last, by_half) = (_mm512_set1_epi64(half - 1), _mm512_set1_epi64(half));
    for (value, below) in values.iter().zip(below) {
        let threshold = lookup(_mm512_add_epi64(*below, to_last));
        let lies_below = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(threshold, *value);
        *below = _mm512_mask_add_epi64(*below, lies_below, *below, by_half);
    }
}
