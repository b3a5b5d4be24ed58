//! 64 rows a comparison, 512 a step of the tree.

use std::arch::x86_64::{
    __m512i, _mm_loadl_epi64, _mm_loadu_si128, _mm512_add_pd, _mm512_and_si512, _mm512_andnot_si512,
    _mm512_broadcast_i32x4, _mm512_cmple_epu8_mask, _mm512_cvtepu8_epi64, _mm512_cvtpd_ps, _mm512_cvtps_pd,
    _mm512_i64gather_pd, _mm512_load_si512, _mm512_loadu_pd, _mm512_loadu_si512, _mm512_mask_add_epi8, _mm512_or_si512,
    _mm512_set1_epi8, _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_slli_epi64, _mm512_store_si512,
    _mm512_storeu_pd, _mm512_storeu_si512, _mm512_test_epi8_mask,
};

use super::{Among, Arithmetic, AtMost, Mask, Masks, ROWS, Sliced, WORDS};

/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) unsafe fn add(
    tree: &Sliced,
    codes: &[u8],
    words: usize,
    masks: &mut Masks,
    arithmetic: Arithmetic,
    sums: &mut [f64; ROWS],
) {
    // A loop of a known length is unrolled.
    match words {
        WORDS => ask::<WORDS>(tree, codes, masks),
        0 | 1 => ask::<1>(tree, codes, masks),
        2 => ask::<2>(tree, codes, masks),
        _ => ask::<WORDS>(tree, codes, masks),
    }
    digits(tree, masks);
    for word in 0..words {
        let into: &mut [f64] = &mut sums[64 * word..64 * word + 64];
        if arithmetic.narrow_sums {
            answer::<true>(tree, masks, word, into);
        } else {
            answer::<false>(tree, masks, word, into);
        }
    }
}

/// Which rows of so many words say yes to each node.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn ask<const ASKED: usize>(tree: &Sliced, codes: &[u8], masks: &mut Masks) {
    for AtMost { node, start, most } in &tree.numbers {
        let column = &codes[*start as usize..*start as usize + 64 * ASKED];
        let most = _mm512_set1_epi8(*most as i8);
        let into = &mut masks.answers[*node as usize].0;
        for word in 0..ASKED {
            // SAFETY: the column has 64 bytes for every word.
            let codes = unsafe { _mm512_loadu_si512(column.as_ptr().add(64 * word).cast()) };
            into[word] = _mm512_cmple_epu8_mask(codes, most);
        }
    }
    for Among { node, .. } in &tree.categories {
        masks.answers[*node as usize].0 = [0; WORDS];
    }
    for Among { node, start, table } in &tree.categories {
        let places = &codes[*start as usize..*start as usize + 64 * ASKED];
        let bits = &codes[*start as usize + ROWS..*start as usize + ROWS + 64 * ASKED];
        // SAFETY: a table has 16 bytes.
        let table = unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast())) };
        let into = &mut masks.answers[*node as usize].0;
        for word in 0..ASKED {
            // SAFETY: both columns have 64 bytes for every word.
            let (places, bits) = unsafe {
                (
                    _mm512_loadu_si512(places.as_ptr().add(64 * word).cast()),
                    _mm512_loadu_si512(bits.as_ptr().add(64 * word).cast()),
                )
            };
            into[word] |= _mm512_test_epi8_mask(_mm512_shuffle_epi8(table, places), bits);
        }
    }
}

#[target_feature(enable = "avx512f")]
fn load(mask: &Mask) -> __m512i {
    // SAFETY: a mask is 64 aligned bytes.
    unsafe { _mm512_load_si512(mask.0.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store(mask: &mut Mask, bits: __m512i) {
    // SAFETY: a mask is 64 aligned bytes.
    unsafe { _mm512_store_si512(mask.0.as_mut_ptr().cast(), bits) }
}

/// [`super::digits`], a vector a mask.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn digits(tree: &Sliced, masks: &mut Masks) {
    let nodes = tree.children.len();
    let (answers, reach) = (&masks.answers[..nodes], &mut masks.reach[..2 * nodes + 1]);
    reach[0] = Mask([u64::MAX; WORDS]);
    for (node, (answer, [left, right])) in answers.iter().zip(&tree.children).enumerate() {
        let (here, yes) = (load(&reach[node]), load(answer));
        store(&mut reach[*left as usize], _mm512_and_si512(here, yes));
        store(&mut reach[*right as usize], _mm512_andnot_si512(yes, here));
    }
    let leaves = &reach[nodes..];
    for digit in 0..tree.digits {
        let mut rows = _mm512_setzero_si512();
        for run in leaves.chunks(2 << digit).filter_map(|run| run.get(1 << digit..)) {
            for leaf in run {
                rows = _mm512_or_si512(rows, load(leaf));
            }
        }
        store(&mut masks.digits[digit], rows);
    }
}

/// Adds the answers of 64 rows.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn answer<const NARROW: bool>(tree: &Sliced, masks: &Masks, word: usize, sums: &mut [f64]) {
    const BYTE: usize = 8;
    assert!(sums.len() == 64 && tree.answers.len() == 1 << tree.digits);
    let mut numbers = [[0_u8; 64]; 2];
    for (numbers, digits) in numbers.iter_mut().zip(masks.digits[..tree.digits].chunks(BYTE)) {
        let mut bytes = _mm512_setzero_si512();
        for (place, digit) in digits.iter().enumerate() {
            bytes = _mm512_mask_add_epi8(bytes, digit.0[word], bytes, _mm512_set1_epi8(1 << place));
        }
        // SAFETY: there is room for 64 bytes.
        unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), bytes) };
    }
    for group in (0..64).step_by(8) {
        // SAFETY: eight bytes and eight sums from `group` on, of 64; a leaf's number has no digit beyond those that the answers
        // are made up to.
        unsafe {
            let mut leaf = _mm512_cvtepu8_epi64(_mm_loadl_epi64(numbers[0].as_ptr().add(group).cast()));
            if tree.digits > BYTE {
                let high = _mm512_cvtepu8_epi64(_mm_loadl_epi64(numbers[1].as_ptr().add(group).cast()));
                leaf = _mm512_or_si512(leaf, _mm512_slli_epi64::<8>(high));
            }
            let answer = _mm512_i64gather_pd::<8>(leaf, tree.answers.as_ptr());
            let into = sums.as_mut_ptr().add(group);
            let mut sum = _mm512_add_pd(_mm512_loadu_pd(into), answer);
            if NARROW {
                sum = _mm512_cvtps_pd(_mm512_cvtpd_ps(sum));
            }
            _mm512_storeu_pd(into, sum);
        }
    }
}
