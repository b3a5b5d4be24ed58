//! Operations on integers, and where they do not fit.

use super::block::Mask;
use super::lanes::{Operand, guarded, map, test, zip};
use super::run::Block;
use crate::rows::{IntOperator, Reg, RowFaultKind, Width};

/// The sum, negative where it does not fit.
#[inline(always)]
fn add(a: i64, b: i64) -> (i64, i64) {
    let sum = a.wrapping_add(b);
    (sum, (a ^ sum) & (b ^ sum))
}

/// The difference, negative where it does not fit.
#[inline(always)]
fn subtract(a: i64, b: i64) -> (i64, i64) {
    let difference = a.wrapping_sub(b);
    (difference, (a ^ b) & (a ^ difference))
}

/// The product, negative where it does not fit.
#[inline(always)]
fn multiply(a: i64, b: i64) -> (i64, i64) {
    let (product, over) = a.overflowing_mul(b);
    (product, -i64::from(over))
}

/// The quotient, rounded towards negative infinity, negative where it does not fit; of zero, 0.
#[inline(always)]
fn floor_divide(a: i64, b: i64) -> (i64, i64) {
    let by = if b == 0 { 1 } else { b };
    let (quotient, rest) = (a.wrapping_div(by), a.wrapping_rem(by));
    let lower = i64::from(rest != 0 && (rest < 0) != (by < 0));
    (quotient - lower, -i64::from(a == i64::MIN && b == -1))
}

/// What is left, with the sign of the divisor; of zero, 0.
#[inline(always)]
fn remainder(a: i64, b: i64) -> i64 {
    let by = if b == 0 { 1 } else { b };
    let rest = a.wrapping_rem(by);
    if rest != 0 && (rest < 0) != (by < 0) { rest + by } else { rest }
}

impl Block<'_> {
    #[inline(always)]
    pub(super) fn int_operator(&mut self, place: usize, op: IntOperator, left: Reg, right: Reg, used: Option<Reg>) {
        let mut valid = self.used(self.both_valid(left, right), used);
        let mut wide = self.take_wide(place);
        let (rows, out) = (self.rows, wide.ints_mut());
        let (a, b) = (self.ints(left), self.ints(right));
        let mut over = Mask::NONE;
        macro_rules! checked {
            ($f:expr) => {
                if guarded(rows, a, b, out, $f) {
                    over = test(rows, a, b, |a, b| $f(a, b).1 < 0);
                }
            };
        }
        match op {
            IntOperator::Add => checked!(add),
            IntOperator::Subtract => checked!(subtract),
            IntOperator::Multiply => checked!(multiply),
            IntOperator::FloorDivide => checked!(floor_divide),
            IntOperator::Remainder => zip(rows, a, b, out, remainder),
            IntOperator::Least => zip(rows, a, b, out, i64::min),
            IntOperator::Greatest => zip(rows, a, b, out, i64::max),
        }
        if matches!(op, IntOperator::FloorDivide | IntOperator::Remainder) {
            let divides = match b {
                Operand::Same(0) => Mask::NONE,
                Operand::Same(_) => Mask::ALL,
                rows_of => test(rows, rows_of, rows_of, |b, _| b != 0),
            };
            if !divides.has(rows) {
                valid = Some(valid.map_or(divides, |valid| valid.and(&divides)));
            }
        }
        let over = valid.map_or(over, |valid| valid.and(&over));
        if over.row().is_some() {
            let at = |operand: Operand<'_, i64>, row: usize| match operand {
                Operand::Rows(rows) => rows[row],
                Operand::Same(value) => value,
            };
            let pair = over.and(&Mask::first(rows)).row().map_or((0, 0), |row| (at(a, row), at(b, row)));
            self.faults(over, |_| RowFaultKind::Overflow(op, pair.0, pair.1));
        }
        self.put_wide(place, wide);
        self.set_valid(place, valid);
    }

    #[inline(always)]
    pub(super) fn narrow(&mut self, place: usize, width: Width, of: Reg, used: Option<Reg>) {
        let valid = self.used(self.valid(of).copied(), used);
        let mut wide = self.take_wide(place);
        let (low, high) = width.bounds();
        let ints = self.ints(of);
        map(self.rows, ints, wide.ints_mut(), |a| a);
        let outside = test(self.rows, ints, ints, |a, _| (a < low) | (a > high));
        let outside = valid.map_or(outside, |valid| valid.and(&outside));
        self.faults(outside, |row| RowFaultKind::Narrow(wide.ints()[row], width));
        self.put_wide(place, wide);
        self.set_valid(place, valid);
    }
}
