//! Eight features of a row a comparison.

use std::arch::x86_64::{
    __m512d, _CMP_LE_OQ, _CMP_NGT_UQ, _mm512_cmp_pd_mask, _mm512_loadu_pd, _mm512_loadu_si512, _mm512_maskz_loadu_pd,
    _mm512_set1_epi8, _mm512_set1_pd, _mm512_test_epi8_mask,
};

use super::{Mask, Pass, TOGETHER};
use crate::trees::Matrix;
use crate::trees::codes::STRIP;
use crate::trees::matrix::Lying;

/// Passes for which a row is looked at once.
const AT_ONCE: usize = 6;

/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) unsafe fn answer(
    passes: &[Pass],
    matrix: &Matrix<'_>,
    first: usize,
    rows: usize,
    word: usize,
    masks: &mut [Mask],
) {
    let of_one_kind = passes.chunk_by(|one, other| one.missing_says == other.missing_says);
    for passes in of_one_kind.flat_map(|passes| passes.chunks(AT_ONCE)) {
        let missing_says = passes[0].missing_says;
        let Lying::Rows(values) = matrix.lying(0, first, rows) else {
            for (pass, (lane, place)) in
                passes.iter().flat_map(|pass| pass.asked.iter().map(move |asked| (pass, asked)))
            {
                if let Lying::Column(values) = matrix.lying(pass.start + lane, first, rows) {
                    masks[*place].0[word] = of_column(values, pass.thresholds[*lane], missing_says);
                }
            }
            continue;
        };
        let width = matrix.columns();
        let mut answers = [[0; STRIP]; AT_ONCE];
        match passes.len() {
            1 => of_rows::<1>(passes, values, width, &mut answers),
            2 => of_rows::<2>(passes, values, width, &mut answers),
            3 => of_rows::<3>(passes, values, width, &mut answers),
            4 => of_rows::<4>(passes, values, width, &mut answers),
            5 => of_rows::<5>(passes, values, width, &mut answers),
            _ => of_rows::<AT_ONCE>(passes, values, width, &mut answers),
        }
        for (pass, answers) in passes.iter().zip(&answers) {
            // SAFETY: 64 bytes are a vector.
            let answers = unsafe { _mm512_loadu_si512(answers.as_ptr().cast()) };
            for (lane, place) in &pass.asked {
                masks[*place].0[word] = _mm512_test_epi8_mask(answers, _mm512_set1_epi8(1 << lane));
            }
        }
    }
}

/// A byte a row and pass, with a bit for each feature. The passes are of one kind; a loop of a known length is unrolled.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn of_rows<const PASSES: usize>(passes: &[Pass], values: &[f64], width: usize, answers: &mut [[u8; STRIP]; AT_ONCE]) {
    if passes[0].missing_says {
        of_rows_by::<PASSES, true>(passes, values, width, answers);
    } else {
        of_rows_by::<PASSES, false>(passes, values, width, answers);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn of_rows_by<const PASSES: usize, const MISSING_SAYS: bool>(
    passes: &[Pass],
    values: &[f64],
    width: usize,
    answers: &mut [[u8; STRIP]; AT_ONCE],
) {
    // SAFETY: eight numbers are a vector.
    let thresholds: [__m512d; PASSES] =
        std::array::from_fn(|pass| unsafe { _mm512_loadu_pd(passes[pass].thresholds.as_ptr()) });
    let starts: [usize; PASSES] = std::array::from_fn(|pass| passes[pass].start);
    let there = starts.map(|start| u8::MAX >> (TOGETHER - TOGETHER.min(width - start)));
    for (row, values) in values.chunks_exact(width).enumerate().take(STRIP) {
        for pass in 0..PASSES {
            // SAFETY: the mask lets only values of the row be read.
            let values = unsafe { _mm512_maskz_loadu_pd(there[pass], values.as_ptr().add(starts[pass])) };
            answers[pass][row] = at_most(values, thresholds[pass], MISSING_SAYS);
        }
    }
}

/// A bit a row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn of_column(values: &[f64], threshold: f64, missing_says: bool) -> u64 {
    let threshold = _mm512_set1_pd(threshold);
    let mut answers = [0; TOGETHER];
    for (answer, values) in answers.iter_mut().zip(values.chunks(TOGETHER)) {
        let mask = u8::MAX >> (TOGETHER - values.len());
        // SAFETY: the mask lets only these values be read.
        *answer = at_most(unsafe { _mm512_maskz_loadu_pd(mask, values.as_ptr()) }, threshold, missing_says);
    }
    u64::from_le_bytes(answers)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn at_most(values: __m512d, thresholds: __m512d, missing_says: bool) -> u8 {
    if missing_says {
        _mm512_cmp_pd_mask::<_CMP_NGT_UQ>(values, thresholds)
    } else {
        _mm512_cmp_pd_mask::<_CMP_LE_OQ>(values, thresholds)
    }
}
