//! Bits of a block as bytes of 0 and 1, and back.

use crate::rows::interpret::block::Mask;

const ONES: u64 = 0x0101_0101_0101_0101;

/// A byte for each bit.
pub(super) fn spread(mask: &Mask, rows: usize, bytes: &mut [u8]) {
    let eights = mask.0.iter().flat_map(|word| word.to_le_bytes());
    for (bits, bytes) in eights.zip(bytes.as_chunks_mut::<8>().0).take(rows.div_ceil(8)) {
        // Each byte keeps one bit, and is 1 where that is set.
        let own = (u64::from(bits) * ONES) & 0x8040_2010_0804_0201;
        *bytes = ((own + 0x7f * ONES) >> 7 & ONES).to_le_bytes();
    }
}

/// A bit for each byte.
pub(super) fn gather(bytes: &[u8], rows: usize) -> Mask {
    let mut mask = Mask::NONE;
    for (word, eights) in mask.0.iter_mut().zip(bytes.chunks(64)).take(rows.div_ceil(64)) {
        for (place, eight) in eights.as_chunks::<8>().0.iter().enumerate() {
            // The product's last byte has the first bits of the bytes side by side.
            let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *word |= bits << (8 * place);
        }
    }
    mask
}
