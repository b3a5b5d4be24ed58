//! 64 rows a comparison, 512 a step of the tree.

use std::arch::x86_64::{
    __m512d, __m512i, _mm_loadu_si128, _mm512_add_pd, _mm512_and_si512, _mm512_andnot_si512, _mm512_broadcast_i32x4,
    _mm512_cmple_epu8_mask, _mm512_cvtpd_ps, _mm512_cvtps_pd, _mm512_i64gather_pd, _mm512_load_si512, _mm512_loadu_pd,
    _mm512_loadu_si512, _mm512_mask_add_epi8, _mm512_mask_blend_pd, _mm512_movepi64_mask, _mm512_or_si512,
    _mm512_permutex2var_pd, _mm512_set1_epi8, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_slli_epi64, _mm512_sllv_epi64, _mm512_srlv_epi64, _mm512_store_si512, _mm512_storeu_pd,
    _mm512_test_epi8_mask,
};

use super::{Among, Arithmetic, AtMost, Mask, Masks, Questions, ROWS, Sliced, WORDS, digits as digits_of_words};

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
        0 | 1 => {
            ask_words::<1>(&tree.own, codes, masks);
            // What has just been written in words is not read as vectors: that would wait.
            digits_of_words::<1>(tree, masks);
        }
        2 => {
            ask_words::<2>(&tree.own, codes, masks);
            digits_of_words::<2>(tree, masks);
        }
        _ => {
            ask_words::<WORDS>(&tree.own, codes, masks);
            digits(tree, masks);
        }
    }
    if arithmetic.narrow_sums {
        answer::<true>(tree, masks, words, sums);
    } else {
        answer::<false>(tree, masks, words, sums);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn answer<const NARROW: bool>(tree: &Sliced, masks: &Masks, words: usize, sums: &mut [f64; ROWS]) {
    match tree.digits {
        0..=4 => answer_from_registers::<NARROW, 1>(tree, masks, words, sums),
        5 => answer_from_registers::<NARROW, 2>(tree, masks, words, sums),
        6 => answer_from_registers::<NARROW, 4>(tree, masks, words, sums),
        7 => answer_from_registers::<NARROW, 8>(tree, masks, words, sums),
        _ => answer_from_memory::<NARROW>(tree, masks, words, sums),
    }
}

/// Which rows of so many words say yes to each question.
///
/// # Safety
/// AVX-512 with F, BW, DQ and VL.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) unsafe fn ask(questions: &Questions, codes: &[u8], words: usize, masks: &mut Masks) {
    match words {
        0 | 1 => ask_words::<1>(questions, codes, masks),
        2 => ask_words::<2>(questions, codes, masks),
        _ => ask_words::<WORDS>(questions, codes, masks),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn ask_words<const ASKED: usize>(questions: &Questions, codes: &[u8], masks: &mut Masks) {
    for AtMost { into: place, start, most } in &questions.numbers {
        let column = &codes[*start as usize..*start as usize + 64 * ASKED];
        let most = _mm512_set1_epi8(*most as i8);
        let into = &mut masks.answers[*place as usize].0;
        for (word, into) in into.iter_mut().enumerate().take(ASKED) {
            // SAFETY: the column has 64 bytes for every word.
            let codes = unsafe { _mm512_loadu_si512(column.as_ptr().add(64 * word).cast()) };
            *into = _mm512_cmple_epu8_mask(codes, most);
        }
    }
    for Among { into: place, .. } in &questions.categories {
        masks.answers[*place as usize].0 = [0; WORDS];
    }
    for Among { into: place, start, table } in &questions.categories {
        let places = &codes[*start as usize..*start as usize + 64 * ASKED];
        let bits = &codes[*start as usize + ROWS..*start as usize + ROWS + 64 * ASKED];
        // SAFETY: a table has 16 bytes.
        let table = unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast())) };
        let into = &mut masks.answers[*place as usize].0;
        for (word, into) in into.iter_mut().enumerate().take(ASKED) {
            // SAFETY: both columns have 64 bytes for every word.
            let (places, bits) = unsafe {
                (
                    _mm512_loadu_si512(places.as_ptr().add(64 * word).cast()),
                    _mm512_loadu_si512(bits.as_ptr().add(64 * word).cast()),
                )
            };
            *into |= _mm512_test_epi8_mask(_mm512_shuffle_epi8(table, places), bits);
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
    let reach = &mut masks.reach[..2 * nodes + 1];
    reach[0] = Mask([u64::MAX; WORDS]);
    for (node, (asked, [left, right])) in tree.asked.iter().zip(&tree.children).enumerate() {
        let here = load(&reach[node]);
        // SAFETY: a forest's masks have room for what its trees ask; nodes and leaves of a tree are one more than twice its nodes.
        unsafe {
            let yes = load(masks.answers.get_unchecked(*asked as usize));
            store(reach.get_unchecked_mut(*left as usize), _mm512_and_si512(here, yes));
            store(reach.get_unchecked_mut(*right as usize), _mm512_andnot_si512(yes, here));
        }
    }
    let leaves = &reach[nodes..];
    for digit in 0..tree.digits {
        let mut rows = _mm512_setzero_si512();
        // Leaves whose number has the digit come in runs.
        let length = 1 << digit;
        let mut start = length;
        // Written out: as a chain of iterators it was not compiled into this function, and masks went through memory.
        while start < leaves.len() {
            for leaf in &leaves[start..leaves.len().min(start + length)] {
                rows = _mm512_or_si512(rows, load(leaf));
            }
            start += 2 * length;
        }
        store(&mut masks.digits[digit], rows);
    }
}

/// The digits of the leaves of 64 rows, up to eight of them, as a byte a row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn numbers(digits: &[Mask], word: usize) -> __m512i {
    let mut bytes = _mm512_setzero_si512();
    for (place, digit) in digits.iter().enumerate() {
        bytes = _mm512_mask_add_epi8(bytes, digit.0[word], bytes, _mm512_set1_epi8(1 << place));
    }
    bytes
}

/// The byte of a row in each eight bytes of a vector, `group` rows behind their first; what lies before and behind it stays there.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn in_front(bytes: __m512i, group: usize) -> __m512i {
    _mm512_srlv_epi64(bytes, _mm512_set1_epi64(8 * group as i64))
}

/// Adds an answer to each of eight sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn sum<const NARROW: bool>(sums: &mut [f64; 8], answers: __m512d) {
    // SAFETY: eight sums are a vector.
    unsafe {
        let mut sum = _mm512_add_pd(_mm512_loadu_pd(sums.as_ptr()), answers);
        if NARROW {
            sum = _mm512_cvtps_pd(_mm512_cvtpd_ps(sum));
        }
        _mm512_storeu_pd(sums.as_mut_ptr(), sum);
    }
}

/// Adds the answers of so many words of rows, of a tree whose answers fit `2 * PAIRS` vectors: they are looked up in registers.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn answer_from_registers<const NARROW: bool, const PAIRS: usize>(
    tree: &Sliced,
    masks: &Masks,
    words: usize,
    sums: &mut [f64; ROWS],
) {
    /// Digits that a pair of vectors tells apart.
    const IN_PAIR: usize = 4;
    assert!(tree.answers.len() == 2 * 8 * PAIRS);
    // SAFETY: the vectors lie within.
    let vector = |place: usize| unsafe { _mm512_loadu_pd(tree.answers.as_ptr().add(8 * place)) };
    let pairs: [[__m512d; 2]; PAIRS] = std::array::from_fn(|pair| [vector(2 * pair), vector(2 * pair + 1)]);
    let (sums, _) = sums.as_chunks_mut::<8>();
    for (word, sums) in sums.chunks_exact_mut(8).take(words).enumerate() {
        let numbers = numbers(&masks.digits[..tree.digits], word);
        for (group, sums) in sums.iter_mut().enumerate() {
            // Of a place only the first four digits are looked at.
            let leaf = in_front(numbers, group);
            let mut found: [__m512d; PAIRS] =
                std::array::from_fn(|pair| _mm512_permutex2var_pd(pairs[pair][0], leaf, pairs[pair][1]));
            let mut left = PAIRS;
            for digit in IN_PAIR..IN_PAIR + 3 {
                if left > 1 {
                    left /= 2;
                    let to_sign = _mm512_set1_epi64((63 - digit - 8 * group) as i64);
                    let has_digit = _mm512_movepi64_mask(_mm512_sllv_epi64(numbers, to_sign));
                    for pair in 0..left {
                        found[pair] = _mm512_mask_blend_pd(has_digit, found[2 * pair], found[2 * pair + 1]);
                    }
                }
            }
            sum::<NARROW>(sums, found[0]);
        }
    }
}

/// The same of any tree.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn answer_from_memory<const NARROW: bool>(tree: &Sliced, masks: &Masks, words: usize, sums: &mut [f64; ROWS]) {
    const BYTE: usize = 8;
    assert!(tree.answers.len() == 1 << tree.digits);
    let byte = _mm512_set1_epi64(0xff);
    let (sums, _) = sums.as_chunks_mut::<8>();
    for (word, sums) in sums.chunks_exact_mut(8).take(words).enumerate() {
        let low = numbers(&masks.digits[..tree.digits.min(BYTE)], word);
        let high = numbers(&masks.digits[tree.digits.min(BYTE)..tree.digits], word);
        for (group, sums) in sums.iter_mut().enumerate() {
            let low = _mm512_and_si512(in_front(low, group), byte);
            let high = _mm512_and_si512(in_front(high, group), byte);
            let leaf = _mm512_or_si512(low, _mm512_slli_epi64::<8>(high));
            // SAFETY: a leaf's number has no digit beyond those that the answers are made up to.
            sum::<NARROW>(sums, unsafe { _mm512_i64gather_pd::<8>(leaf, tree.answers.as_ptr()) });
        }
    }
}
