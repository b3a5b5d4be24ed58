//! What is known of a block of rows: numbers, and a bit a row.

#![expect(unsafe_code, reason = "the same memory holds floats, integers and bytes")]

use crate::rows::Bits;

/// Rows of a block. A block of numbers takes 8 KiB, so that a few fit the processor's nearest memory.
pub(in crate::rows) const ROWS: usize = 1024;
/// Words of 64 rows.
pub(in crate::rows) const WORDS: usize = ROWS / 64;

/// As much as the processor fetches at once.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// Numbers of a block.
#[derive(Default)]
pub(in crate::rows) struct Wide(Vec<Line>);

impl Wide {
    pub(in crate::rows) fn new() -> Self {
        Self(vec![Line([0; 8]); ROWS / 8])
    }

    #[inline(always)]
    pub(in crate::rows) fn floats(&self) -> &[f64] {
        // SAFETY: lines lie one behind the other without gaps, and every bit pattern is a float.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * 8) }
    }

    #[inline(always)]
    pub(in crate::rows) fn floats_mut(&mut self) -> &mut [f64] {
        // SAFETY: as above; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 8) }
    }

    pub(in crate::rows) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above; every bit pattern is eight bytes.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 64) }
    }

    #[inline(always)]
    pub(in crate::rows) fn ints(&self) -> &[i64] {
        // SAFETY: as above; every bit pattern is an integer.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * 8) }
    }

    #[inline(always)]
    pub(in crate::rows) fn ints_mut(&mut self) -> &mut [i64] {
        // SAFETY: as above; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * 8) }
    }
}

/// A bit a row. Bits behind the last row may be anything.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in crate::rows) struct Mask(pub(in crate::rows) [u64; WORDS]);

impl Mask {
    pub(in crate::rows) const NONE: Self = Self([0; WORDS]);
    pub(in crate::rows) const ALL: Self = Self([u64::MAX; WORDS]);

    /// The first rows.
    pub(in crate::rows) fn first(rows: usize) -> Self {
        Self(std::array::from_fn(|word| match rows.saturating_sub(word * 64) {
            0 => 0,
            left if left >= 64 => u64::MAX,
            left => (1 << left) - 1,
        }))
    }

    /// The bits of a column from a row on.
    #[inline(always)]
    pub(in crate::rows) fn read(bits: Bits<'_>, start: usize, rows: usize) -> Self {
        let mut mask = Self::NONE;
        for (place, word) in mask.0.iter_mut().enumerate().take(rows.div_ceil(64)) {
            *word = word_at(bits.bytes, bits.offset + start + place * 64);
        }
        mask
    }

    #[inline(always)]
    pub(in crate::rows) fn map(&self, f: impl Fn(u64) -> u64) -> Self {
        Self(self.0.map(f))
    }

    #[inline(always)]
    pub(in crate::rows) fn zip(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|word| f(self.0[word], other.0[word])))
    }

    #[inline(always)]
    pub(in crate::rows) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Bits of the first where the mask has one, else of the second.
    #[inline(always)]
    pub(in crate::rows) fn pick(&self, yes: &Self, no: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & yes.0[word] | !self.0[word] & no.0[word]))
    }

    /// The first row with a bit.
    pub(in crate::rows) fn row(&self) -> Option<usize> {
        let word = self.0.iter().position(|word| *word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    /// Whether each of the first rows has one.
    #[inline(always)]
    pub(in crate::rows) fn has(&self, rows: usize) -> bool {
        self.0[..rows / 64].iter().all(|word| *word == u64::MAX)
            && (rows.is_multiple_of(64) || self.0[rows / 64] | u64::MAX << (rows % 64) == u64::MAX)
    }

    /// The bits of the first rows as bytes, without those behind.
    #[inline(always)]
    pub(in crate::rows) fn write(&self, rows: usize, bytes: &mut [u8]) {
        for (word, bytes) in self.0.iter().zip(bytes.chunks_mut(8)) {
            bytes.copy_from_slice(&word.to_le_bytes()[..bytes.len()]);
        }
        if let (Some(last), 1..) = (bytes.last_mut(), rows % 8) {
            *last &= (1 << (rows % 8)) - 1;
        }
    }
}

/// 64 bits from that one on; none behind the last byte.
#[inline(always)]
fn word_at(bytes: &[u8], bit: usize) -> u64 {
    let (byte, shift) = (bit / 8, bit % 8);
    let mut near = [0; 16];
    let rest = &bytes[byte.min(bytes.len())..];
    let count = rest.len().min(9);
    near[..count].copy_from_slice(&rest[..count]);
    (u128::from_le_bytes(near) >> shift) as u64
}
