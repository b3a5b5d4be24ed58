//! 32 rows a comparison, 256 a step of the tree.

use std::arch::x86_64::{
    _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
};

use super::{Among, Arithmetic, AtMost, Masks, Questions, ROWS, Sliced, WORDS, digits};

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn add(
    tree: &Sliced,
    codes: &[u8],
    words: usize,
    masks: &mut Masks,
    arithmetic: Arithmetic,
    sums: &mut [f64; ROWS],
) {
    // SAFETY: the features are those of this function.
    unsafe { ask(&tree.own, codes, words, masks) };
    match words {
        0 | 1 => digits::<1>(tree, masks),
        2 => digits::<2>(tree, masks),
        _ => digits::<WORDS>(tree, masks),
    }
    for word in 0..words {
        answer(tree, masks, word, arithmetic, &mut sums[64 * word..64 * word + 64]);
    }
}

/// Which rows of so many words say yes to each question.
///
/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn ask(questions: &Questions, codes: &[u8], words: usize, masks: &mut Masks) {
    for AtMost { into: place, start, most } in &questions.numbers {
        let column = &codes[*start as usize..*start as usize + 64 * words];
        let most = _mm256_set1_epi8(*most as i8);
        for (into, codes) in masks.answers[*place as usize].0.iter_mut().zip(column.chunks_exact(64)) {
            *into = word(|half| {
                // SAFETY: half a word is 32 of 64 bytes.
                let codes = unsafe { _mm256_loadu_si256(codes.as_ptr().add(32 * half).cast()) };
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(codes, most), codes))
            });
        }
    }
    for Among { into: place, .. } in &questions.categories {
        masks.answers[*place as usize].0 = [0; WORDS];
    }
    for Among { into: place, start, table } in &questions.categories {
        let (places, bits) = codes[*start as usize..].split_at(ROWS);
        // SAFETY: a table has 16 bytes.
        let table = unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) };
        let into = masks.answers[*place as usize].0.iter_mut().take(words);
        for ((into, places), bits) in into.zip(places.chunks_exact(64)).zip(bits.chunks_exact(64)) {
            *into |= word(|half| {
                // SAFETY: half a word is 32 of 64 bytes.
                let (places, bits) = unsafe {
                    (
                        _mm256_loadu_si256(places.as_ptr().add(32 * half).cast()),
                        _mm256_loadu_si256(bits.as_ptr().add(32 * half).cast()),
                    )
                };
                let kept = _mm256_and_si256(_mm256_shuffle_epi8(table, places), bits);
                !_mm256_movemask_epi8(_mm256_cmpeq_epi8(kept, _mm256_setzero_si256()))
            });
        }
    }
}

/// A word of two halves.
#[inline(always)]
fn word(half: impl Fn(usize) -> i32) -> u64 {
    u64::from(half(0) as u32) | u64::from(half(1) as u32) << 32
}

/// Adds the answers of 64 rows.
#[target_feature(enable = "avx2")]
fn answer(tree: &Sliced, masks: &Masks, word: usize, arithmetic: Arithmetic, sums: &mut [f64]) {
    const BYTE: usize = 8;
    assert!(tree.answers.len() >= 1 << tree.digits);
    // Byte r of 32 looks at bit r % 8 of byte r / 8.
    let ones = 0x0101_0101_0101_0101_i64;
    let byte_of = _mm256_setr_epi64x(0, ones, 2 * ones, 3 * ones);
    let bit_of = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let mut numbers = [[0_u8; 64]; 2];
    for (numbers, digits) in numbers.iter_mut().zip(masks.digits[..tree.digits].chunks(BYTE)) {
        for half in 0..2 {
            let mut bytes = _mm256_setzero_si256();
            for (place, digit) in digits.iter().enumerate() {
                let rows = _mm256_set1_epi32((digit.0[word] >> (32 * half)) as i32);
                let bits = _mm256_and_si256(_mm256_shuffle_epi8(rows, byte_of), bit_of);
                let has = _mm256_cmpeq_epi8(bits, bit_of);
                bytes = _mm256_or_si256(bytes, _mm256_and_si256(has, _mm256_set1_epi8(1 << place)));
            }
            // SAFETY: half of 64 bytes.
            unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().add(32 * half).cast(), bytes) };
        }
    }
    if tree.digits <= BYTE {
        for (leaf, sum) in numbers[0].iter().zip(sums) {
            // SAFETY: a leaf's number has no digit beyond those that the answers are made up to.
            let answer = unsafe { *tree.answers.get_unchecked(usize::from(*leaf)) };
            *sum = arithmetic.sum(*sum, answer);
        }
        return;
    }
    for ((low, high), sum) in numbers[0].iter().zip(&numbers[1]).zip(sums) {
        let leaf = usize::from(*low) | usize::from(*high) << BYTE;
        // SAFETY: a leaf's number has no digit beyond those that the answers are made up to.
        let answer = unsafe { *tree.answers.get_unchecked(leaf) };
        *sum = arithmetic.sum(*sum, answer);
    }
}
