//! Loops over the rows of a block. Each is written so that the compiler makes vectors of it: no branch, no check of a bound within.

use super::block::{Mask, ROWS};

/// Numbers to read: of each row, or the same in every row.
#[derive(Clone, Copy)]
pub(super) enum Operand<'a, T> {
    Rows(&'a [T]),
    Same(T),
}

/// A number that is the same in every row.
#[derive(Clone, Copy)]
struct Same<T>(T);

/// What a loop reads.
trait Lanes<T>: Copy {
    fn part(self, start: usize, rows: usize) -> Self;
    fn at(self, row: usize) -> T;
}

impl<T: Copy> Lanes<T> for &[T] {
    #[inline(always)]
    fn part(self, start: usize, rows: usize) -> Self {
        &self[start..start + rows]
    }

    #[inline(always)]
    fn at(self, row: usize) -> T {
        self[row]
    }
}

impl<T: Copy> Lanes<T> for Same<T> {
    #[inline(always)]
    fn part(self, _: usize, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn at(self, _: usize) -> T {
        self.0
    }
}

/// Numbers of which some are kept: by their bits, because compilers make branches of a choice between what is in memory.
pub(super) trait Kept: Copy {
    /// The number where all bits are kept, and zero where none is.
    fn kept(self, bits: u64) -> Self;
    /// Of two numbers, one of which is zero, the other one.
    fn or(self, other: Self) -> Self;
}

macro_rules! kept {
    ($($int:ty)*) => {
        $(impl Kept for $int {
            #[inline(always)]
            fn kept(self, bits: u64) -> Self {
                self & bits as Self
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
        })*
    };
}

kept!(i8 i16 i32 i64 u8 u16 u32);

impl Kept for f64 {
    #[inline(always)]
    fn kept(self, bits: u64) -> Self {
        Self::from_bits(self.to_bits() & bits)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() | other.to_bits())
    }
}

impl Kept for f32 {
    #[inline(always)]
    fn kept(self, bits: u64) -> Self {
        Self::from_bits(self.to_bits() & bits as u32)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() | other.to_bits())
    }
}

/// All bits where a row has its bit, else none.
#[inline(always)]
fn bits(word: u64, row: usize) -> u64 {
    (word >> row & 1).wrapping_neg()
}

/// Calls a loop with two operands as what they are.
macro_rules! with_both {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $body:expr) => {
        match ($a, $b) {
            (Operand::Rows($x), Operand::Rows($y)) => $body,
            (Operand::Rows($x), Operand::Same($y)) => {
                let $y = Same($y);
                $body
            }
            (Operand::Same($x), Operand::Rows($y)) => {
                let $x = Same($x);
                $body
            }
            (Operand::Same($x), Operand::Same($y)) => {
                let ($x, $y) = (Same($x), Same($y));
                $body
            }
        }
    };
}

/// A function of one number in each row.
#[inline(always)]
pub(super) fn map<T: Copy, U>(rows: usize, a: Operand<'_, T>, out: &mut [U], f: impl Fn(T) -> U) {
    zip(rows, a, a, out, |a, _| f(a));
}

/// A function of two numbers in each row.
#[inline(always)]
pub(super) fn zip<T: Copy, U>(rows: usize, a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [U], f: impl Fn(T, T) -> U) {
    with_both!(a, b, |a, b| zipped(rows, a, b, out, f));
}

#[inline(always)]
fn zipped<T, U>(rows: usize, a: impl Lanes<T>, b: impl Lanes<T>, out: &mut [U], f: impl Fn(T, T) -> U) {
    let (a, b) = (a.part(0, rows), b.part(0, rows));
    for (row, out) in out[..rows].iter_mut().enumerate() {
        *out = f(a.at(row), b.at(row));
    }
}

/// A function of two integers in each row, and whether a second one was negative anywhere: that the result does not fit.
#[inline(always)]
pub(super) fn guarded(
    rows: usize,
    a: Operand<'_, i64>,
    b: Operand<'_, i64>,
    out: &mut [i64],
    f: impl Fn(i64, i64) -> (i64, i64),
) -> bool {
    with_both!(a, b, |a, b| {
        let (a, b) = (a.part(0, rows), b.part(0, rows));
        let mut seen = 0;
        for (row, out) in out[..rows].iter_mut().enumerate() {
            let (result, sign) = f(a.at(row), b.at(row));
            *out = result;
            seen |= sign;
        }
        seen < 0
    })
}

/// The rows in which a condition on two numbers holds.
#[inline(always)]
pub(super) fn test<T: Copy>(
    rows: usize,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    f: impl Fn(T, T) -> bool + Copy,
) -> Mask {
    let mut mask = Mask::NONE;
    with_both!(a, b, |a, b| {
        for (place, word) in mask.0.iter_mut().enumerate().take(rows / 64) {
            *word = word_of(64, a.part(place * 64, 64), b.part(place * 64, 64), f);
        }
        let rest = rows % 64;
        if rest > 0 {
            mask.0[rows / 64] = word_of(rest, a.part(rows - rest, rest), b.part(rows - rest, rest), f);
        }
    });
    mask
}

#[inline(always)]
fn word_of<T>(rows: usize, a: impl Lanes<T>, b: impl Lanes<T>, f: impl Fn(T, T) -> bool) -> u64 {
    let mut word = 0;
    for row in 0..rows {
        word |= u64::from(f(a.at(row), b.at(row))) << row;
    }
    word
}

/// The first number where the mask has a bit, else the second.
#[inline(always)]
pub(super) fn pick<T: Kept>(rows: usize, mask: &Mask, a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T]) {
    with_both!(a, b, |a, b| {
        for (place, out) in out[..rows].chunks_mut(64).enumerate() {
            let (a, b) = (a.part(place * 64, out.len()), b.part(place * 64, out.len()));
            let word = mask.0[place];
            for (row, out) in out.iter_mut().enumerate() {
                let first = bits(word, row);
                *out = a.at(row).kept(first).or(b.at(row).kept(!first));
            }
        }
    });
}

/// A function of the numbers where there is one, and zero elsewhere.
#[inline(always)]
pub(super) fn store<T: Copy, U: Kept>(
    rows: usize,
    a: Operand<'_, T>,
    valid: Option<&Mask>,
    out: &mut [U],
    f: impl Fn(T) -> U + Copy,
) {
    let Some(valid) = valid else { return map(rows, a, out, f) };
    with_both!(a, a, |a, _b| {
        for (place, out) in out[..rows].chunks_mut(64).enumerate() {
            let a = a.part(place * 64, out.len());
            let word = valid.0[place];
            for (row, out) in out.iter_mut().enumerate() {
                *out = f(a.at(row)).kept(bits(word, row));
            }
        }
    });
}

/// 1 where the mask has a bit, else 0.
#[inline(always)]
pub(super) fn spread<T: Kept>(rows: usize, mask: &Mask, yes: T, no: T, out: &mut [T]) {
    debug_assert!(rows <= ROWS);
    pick(rows, mask, Operand::Same(yes), Operand::Same(no), out);
}
