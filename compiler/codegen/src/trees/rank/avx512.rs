//! Eight values a vector.

use std::arch::x86_64::{
    __m512d, __m512i, _CMP_LT_OQ, _mm256_storeu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_cmp_pd_mask,
    _mm512_cvtepi64_epi32, _mm512_cvttpd_epi64, _mm512_i64gather_epi64, _mm512_i64gather_pd, _mm512_loadu_pd,
    _mm512_mask_add_epi64, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd, _mm512_permutex2var_pd, _mm512_set1_epi64,
    _mm512_set1_pd, _mm512_setzero_pd, _mm512_setzero_si512, _mm512_sub_pd,
};

use super::super::codes::STRIP;
use super::{IN_REGISTERS, Thresholds};

const LANES: usize = 8;
const VECTORS: usize = STRIP / LANES;

/// [`Thresholds::below`] for a strip of values.
///
/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
pub(in crate::trees) unsafe fn strip(of: &Thresholds, values: &[f64; STRIP], into: &mut [u32; STRIP]) {
    // SAFETY: a strip has so many vectors.
    let value = |vector: usize| unsafe { _mm512_loadu_pd(values.as_ptr().add(vector * LANES)) };
    let mut below = [_mm512_setzero_si512(); VECTORS];
    if of.count <= IN_REGISTERS {
        // SAFETY: 16 numbers at least are padded.
        let (first, second) =
            unsafe { (_mm512_loadu_pd(of.padded.as_ptr()), _mm512_loadu_pd(of.padded.as_ptr().add(LANES))) };
        // Here the grid is not looked at.
        for step in (0..super::halvings(of.count)).rev() {
            let lookup = |asked: __m512i| _mm512_permutex2var_pd(first, asked, second);
            halve(step, &mut below, value, lookup);
        }
    } else {
        if !of.starts.is_empty() {
            let (low, scale) = (_mm512_set1_pd(of.low), _mm512_set1_pd(of.scale));
            let (first, last) = (_mm512_setzero_pd(), _mm512_set1_pd(of.last_cell));
            let short = _mm512_set1_epi64(0xffff);
            for (vector, below) in below.iter_mut().enumerate() {
                let at = _mm512_mul_pd(_mm512_sub_pd(value(vector), low), scale);
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
            halve(step, &mut below, value, lookup);
        }
    }
    for (vector, below) in below.iter().enumerate() {
        // SAFETY: there is room for a strip.
        unsafe { _mm256_storeu_si256(into.as_mut_ptr().add(vector * LANES).cast(), _mm512_cvtepi64_epi32(*below)) };
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn halve(
    step: u32,
    below: &mut [__m512i; VECTORS],
    value: impl Fn(usize) -> __m512d,
    lookup: impl Fn(__m512i) -> __m512d,
) {
    let half = 1_i64 << step;
    let (to_last, by_half) = (_mm512_set1_epi64(half - 1), _mm512_set1_epi64(half));
    for (vector, below) in below.iter_mut().enumerate() {
        let threshold = lookup(_mm512_add_epi64(*below, to_last));
        let lies_below = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(threshold, value(vector));
        *below = _mm512_mask_add_epi64(*below, lies_below, *below, by_half);
    }
}
