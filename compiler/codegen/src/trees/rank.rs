//! How many thresholds lie below a value: binary search without branches, several values at a time.

use super::Machine;
use super::codes::STRIP;

/// How many of the sorted thresholds lie below a value. There are `2^halvings - 1`; none lies below NaN.
#[inline(always)]
pub(super) fn rank(thresholds: &[f64], halvings: u32, value: f64) -> usize {
    let mut below = 0;
    for step in (0..halvings).rev() {
        let half = 1 << step;
        below += if thresholds[below + half - 1] < value { half } else { 0 };
    }
    below
}

/// [`rank`] of a strip of values.
pub(super) fn ranks(
    machine: Machine,
    thresholds: &[f64],
    halvings: u32,
    values: &[f64; STRIP],
    into: &mut [u32; STRIP],
) {
    assert_eq!(thresholds.len(), (1 << halvings) - 1, "a table of thresholds is made up to a power of two less one");
    #[cfg(target_arch = "x86_64")]
    if machine >= Machine::Avx512 {
        // SAFETY: the features were detected, and the table has the length that is due.
        unsafe { avx512(thresholds, halvings, values, into) };
        return;
    }
    let _ = machine;
    for (into, value) in into.iter_mut().zip(values) {
        *into = rank(thresholds, halvings, *value) as u32;
    }
}

/// # Safety
/// AVX-512 F, and `2^halvings - 1` thresholds.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
unsafe fn avx512(thresholds: &[f64], halvings: u32, values: &[f64; STRIP], into: &mut [u32; STRIP]) {
    use std::arch::x86_64::{
        _CMP_LT_OQ, _mm256_storeu_si256, _mm512_add_epi64, _mm512_cmp_pd_mask, _mm512_cvtepi64_epi32,
        _mm512_i64gather_pd, _mm512_loadu_pd, _mm512_mask_mov_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    };
    const LANES: usize = 8;
    const VECTORS: usize = STRIP / LANES;
    let mut below = [_mm512_setzero_si512(); VECTORS];
    for step in (0..halvings).rev() {
        let half = 1_i64 << step;
        let (to_last, by_half) = (_mm512_set1_epi64(half - 1), _mm512_set1_epi64(half));
        for (vector, below) in below.iter_mut().enumerate() {
            // SAFETY: `below + half - 1` is less than 2^halvings - 1 in every lane, as in `rank`; the values are STRIP.
            unsafe {
                let value = _mm512_loadu_pd(values.as_ptr().add(vector * LANES));
                let asked = _mm512_add_epi64(*below, to_last);
                let threshold = _mm512_i64gather_pd::<8>(asked, thresholds.as_ptr());
                let lies_below = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(threshold, value);
                *below = _mm512_mask_mov_epi64(*below, lies_below, _mm512_add_epi64(*below, by_half));
            }
        }
    }
    for (vector, below) in below.iter().enumerate() {
        // SAFETY: there is room for STRIP numbers.
        unsafe { _mm256_storeu_si256(into.as_mut_ptr().add(vector * LANES).cast(), _mm512_cvtepi64_epi32(*below)) };
    }
}
