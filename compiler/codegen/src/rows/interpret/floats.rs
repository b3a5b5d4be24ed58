//! Operations on floats.

use super::lanes::{map, test, zip};
use super::run::Block;
use crate::rows::{ALL_WHOLE, FloatFunction, FloatOperator, Reg, power_of_ten};

/// 2 ** 63: the first float that is larger than all integers.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Block<'_> {
    #[inline(always)]
    pub(super) fn function(&mut self, place: usize, function: FloatFunction, a: Reg) {
        self.set_valid(place, self.valid(a).copied());
        let mut wide = self.take_wide(place);
        let (rows, a, out) = (self.rows, (self.floats(a), self.float_rows(a)), wide.floats_mut());
        let (a, by_row) = a;
        match function {
            FloatFunction::Negate => map(rows, a, out, |a: f64| -a),
            FloatFunction::Abs => map(rows, a, out, f64::abs),
            FloatFunction::Sign => map(rows, a, out, |a: f64| {
                let positive = if a > 0.0 { 1.0 } else { a };
                if a < 0.0 { -1.0 } else { positive }
            }),
            FloatFunction::Sqrt => map(rows, a, out, f64::sqrt),
            FloatFunction::Floor => map(rows, a, out, f64::floor),
            FloatFunction::Ceil => map(rows, a, out, f64::ceil),
            FloatFunction::Round(digits) => {
                let power = power_of_ten(digits);
                if digits == 0 {
                    map(rows, a, out, |a: f64| a.round());
                } else if digits > 0 {
                    map(rows, a, out, |a: f64| {
                        let scaled = a * power;
                        if scaled.abs() < ALL_WHOLE { scaled.round() / power } else { a }
                    });
                } else {
                    // What would be infinite stays as it is.
                    map(rows, a, out, |a: f64| {
                        let rounded = (a / power).round() * power;
                        if rounded.is_finite() { rounded } else { a }
                    });
                }
            }
            FloatFunction::Exp => self.math.exp.apply(by_row, out),
            FloatFunction::Ln => self.math.ln.apply(by_row, out),
            FloatFunction::Log10 => self.math.log10.apply(by_row, out),
            FloatFunction::Log1p => self.math.log1p.apply(by_row, out),
        }
        self.put_wide(place, wide);
    }

    #[inline(always)]
    pub(super) fn float_operator(&mut self, place: usize, operator: FloatOperator, a: Reg, b: Reg) {
        self.set_valid(place, self.both_valid(a, b));
        let mut wide = self.take_wide(place);
        let (rows, out) = (self.rows, wide.floats_mut());
        let (x, y) = (self.floats(a), self.floats(b));
        match operator {
            FloatOperator::Add => zip(rows, x, y, out, |a, b| a + b),
            FloatOperator::Subtract => zip(rows, x, y, out, |a, b| a - b),
            FloatOperator::Multiply => zip(rows, x, y, out, |a, b| a * b),
            FloatOperator::Divide => zip(rows, x, y, out, |a, b| a / b),
            FloatOperator::FloorDivide => zip(rows, x, y, out, |a: f64, b| (a / b).floor()),
            FloatOperator::Remainder => zip(rows, x, y, out, |a: f64, b| a - b * (a / b).floor()),
            FloatOperator::Power => self.math.power.apply(self.float_rows(a), self.float_rows(b), out),
            FloatOperator::Least => zip(rows, x, y, out, |a, b| if b.is_nan() | (b >= a) { a } else { b }),
            FloatOperator::Greatest => zip(rows, x, y, out, |a, b| if a.is_nan() | (a >= b) { a } else { b }),
        }
        self.put_wide(place, wide);
    }

    /// A float without what stands behind the point; null where that is no integer of 64 bits.
    #[inline(always)]
    pub(super) fn whole(&mut self, place: usize, a: Reg) {
        let fits = |a: f64| (-BEYOND..BEYOND).contains(&a);
        let mut wide = self.take_wide(place);
        let floats = self.floats(a);
        map(self.rows, floats, wide.ints_mut(), |a| if fits(a) { a as i64 } else { 0 });
        let valid = test(self.rows, floats, floats, |a, _| fits(a));
        let valid = self.valid(a).map_or(valid, |known| known.and(&valid));
        self.put_wide(place, wide);
        self.set_valid(place, (!valid.has(self.rows)).then_some(valid));
    }
}
