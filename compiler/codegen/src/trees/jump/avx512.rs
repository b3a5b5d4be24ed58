//! Permutations of bytes across vectors (AVX-512 VBMI).

use std::arch::x86_64::{
    __m512i, _mm_cvtsi128_si32, _mm512_castsi512_si128, _mm512_load_si512, _mm512_mask_blend_epi8,
    _mm512_mask_cmple_epu8_mask, _mm512_movepi8_mask, _mm512_permutex2var_epi8, _mm512_permutexvar_epi8,
    _mm512_setzero_si512,
};

use super::{Arithmetic, BYTES, Form, Jump, RowCodes};

/// `COLUMNS` are the vectors that columns of numbers take.
///
/// # Safety
/// AVX-512 with F, BW and VBMI.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) unsafe fn add<const COLUMNS: usize>(
    jump: &Jump,
    row: &RowCodes,
    classes: &[u32],
    arithmetic: Arithmetic,
    sums: &mut [f64],
) {
    // SAFETY: the bytes of a row are four aligned vectors.
    let vector = |place: usize| unsafe { _mm512_load_si512(row.0.as_ptr().cast::<__m512i>().add(place)) };
    let row = [vector(0), vector(1), vector(2), vector(3)];
    for tree in &jump.trees {
        let place = match tree.nodes.len() {
            1 => last::<COLUMNS, 1>(jump, tree, &row, classes),
            2 => last::<COLUMNS, 2>(jump, tree, &row, classes),
            _ => last::<COLUMNS, 4>(jump, tree, &row, classes),
        };
        let sum = &mut sums[tree.output];
        *sum = arithmetic.sum(*sum, jump.answers[tree.answers + place]);
    }
}

/// Bytes of up to four vectors, by places of one byte.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn permuted<const VECTORS: usize>(of: &[__m512i; 4], places: __m512i) -> __m512i {
    match VECTORS {
        1 => _mm512_permutexvar_epi8(places, of[0]),
        2 => _mm512_permutex2var_epi8(of[0], places, of[1]),
        _ => _mm512_mask_blend_epi8(
            _mm512_movepi8_mask(places),
            _mm512_permutex2var_epi8(of[0], places, of[1]),
            _mm512_permutex2var_epi8(of[2], places, of[3]),
        ),
    }
}

/// The place of a row's answer among those of a tree.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn last<const COLUMNS: usize, const VECTORS: usize>(
    jump: &Jump,
    tree: &Form,
    row: &[__m512i; 4],
    classes: &[u32],
) -> usize {
    // SAFETY: the parts of `Nodes` are aligned vectors.
    let load = |part: &[u8; BYTES]| unsafe { _mm512_load_si512(part.as_ptr().cast()) };
    let nodes = &jump.nodes[tree.nodes.start..tree.nodes.start + VECTORS];
    let mut yes = [0_u64; VECTORS];
    for (yes, nodes) in yes.iter_mut().zip(nodes) {
        let asked = permuted::<COLUMNS>(row, load(&nodes.columns));
        *yes = _mm512_mask_cmple_epu8_mask(nodes.numbers, asked, load(&nodes.most));
    }
    for words in &jump.categories[tree.categories.clone()] {
        let start = words.start + classes[words.group] as usize * VECTORS;
        for (yes, word) in yes.iter_mut().zip(&jump.words[start..start + VECTORS]) {
            *yes |= word;
        }
    }
    let mut next = [_mm512_setzero_si512(); 4];
    for ((next, nodes), yes) in next.iter_mut().zip(nodes).zip(yes) {
        *next = _mm512_mask_blend_epi8(yes, load(&nodes.right), load(&nodes.left));
    }
    for _ in 0..tree.doublings {
        let steps = next;
        for next in &mut next[..VECTORS] {
            *next = permuted::<VECTORS>(&steps, *next);
        }
    }
    let last = _mm_cvtsi128_si32(_mm512_castsi512_si128(next[0])) as usize & 0xff;
    let side = usize::from(yes[last / BYTES % VECTORS] >> (last % BYTES) & 1 == 0);
    (2 * last + side) % (2 * VECTORS * BYTES)
}
