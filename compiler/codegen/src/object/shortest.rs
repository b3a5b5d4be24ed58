//! The shortest digits that are a float and no other one (Giulietti 2021, "The Schubfach way to render doubles").

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, WHOLE};
use super::powers;
use super::unit::{Seen, Unit};

/// Bits of the digits of a float.
const DIGIT_BITS: i64 = 52;
/// What its exponent is larger by, where its digits are a whole number.
const BIAS: i64 = 1_075;

/// `floor(log10(2^n))` is `n * LOG10_OF_2 >> LOG10_SHIFT` (section 9.3 of the paper), and this less where it is that of 3/4 of it.
const LOG10_OF_2: i64 = 1_262_611;
const LOG10_SHIFT: i64 = 22;
const LOG10_OF_3_4: i64 = 524_031;
/// `floor(log2(10^n))` is `n * LOG2_OF_10 >> LOG2_SHIFT`.
const LOG2_OF_10: i64 = 1_741_647;
const LOG2_SHIFT: i64 = 19;

/// `shortest(bits)`: of the bits of a number above 0 a whole number and the power of ten that it is to be multiplied with.
pub(super) fn shortest(unit: &mut Unit) -> Result<FuncId, Uncompiled> {
    let words: Vec<u64> = powers::all().into_iter().flat_map(|power| [power as u64, (power >> 64) as u64]).collect();
    let table = unit.tables.wholes(&words);
    unit.define("shortest", Seen::Here, &[WHOLE], &[WHOLE, WHOLE], |emit, given| {
        let digits = emit.b.ins().band_imm_u(given[0], (1 << DIGIT_BITS) - 1);
        let exponent = emit.b.ins().ushr_imm_u(given[0], DIGIT_BITS);
        let with_first = emit.b.ins().bor_imm_u(digits, 1 << DIGIT_BITS);
        let is_small = emit.is_whole(IntCC::Equal, exponent, 0);
        let float = emit.either(is_small, digits, with_first);
        let one = emit.whole(1);
        let exponent = emit.b.ins().smax(exponent, one);
        let power_of_2 = emit.plus(exponent, -BIAS);
        // Below a power of two floats lie half as far apart as above it.
        let is_power = emit.is_whole(IntCC::Equal, digits, 0);
        let is_above_least = emit.is_whole(IntCC::SignedGreaterThan, exponent, 1);
        let is_closer = emit.b.ins().band(is_power, is_above_least);
        let is_closer = emit.b.ins().uextend(WHOLE, is_closer);

        let logarithm = emit.times(power_of_2, LOG10_OF_2);
        let less = emit.times(is_closer, LOG10_OF_3_4);
        let logarithm = emit.b.ins().isub(logarithm, less);
        let power_of_10 = emit.b.ins().sshr_imm_u(logarithm, LOG10_SHIFT);
        let back = emit.b.ins().ineg(power_of_10);
        let logarithm = emit.times(back, LOG2_OF_10);
        let logarithm = emit.b.ins().sshr_imm_u(logarithm, LOG2_SHIFT);
        let shift = emit.b.ins().iadd(power_of_2, logarithm);
        let shift = emit.plus(shift, 1);

        let table = emit.table(table);
        let place = emit.plus(back, -i64::from(powers::LEAST));
        let low = emit.item(table, place, size_of::<u128>());
        let high = emit.plus(low, size_of::<u64>() as i64);
        let power = [emit.read_whole(low), emit.read_whole(high)];
        // The float and the ends of what is read as it, in quarters of a unit of its last decimal.
        let quarters = emit.times(float, 4);
        let below = emit.plus(quarters, -2);
        let below = emit.b.ins().iadd(below, is_closer);
        let above = emit.plus(quarters, 2);
        let [below, middle, above] = [below, quarters, above].map(|point| {
            let point = emit.b.ins().ishl(point, shift);
            scaled(emit, power, point)
        });
        // The ends belong to it where its last bit is 0.
        let odd = emit.b.ins().band_imm_u(float, 1);
        let below = emit.b.ins().iadd(below, odd);
        let above = emit.b.ins().isub(above, odd);

        let unit = emit.b.ins().ushr_imm_u(middle, 2);
        let tens = emit.b.ins().udiv_imm_u(unit, 10);
        let (fits, found) = nearest(emit, tens, 40, below, above);
        let next = emit.plus(power_of_10, 1);
        emit.give_if(fits, &[found, next]);
        let (fits, found) = nearest(emit, unit, 4, below, above);
        emit.give_if(fits, &[found, power_of_10]);
        // Both neighbours are read as it: the nearer one, and of two that are as near the larger one, as Rust has it.
        let half = emit.times(unit, 4);
        let half = emit.plus(half, 2);
        let is_up = emit.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, middle, half);
        let up = emit.b.ins().uextend(WHOLE, is_up);
        let found = emit.b.ins().iadd(unit, up);
        emit.give(&[found, power_of_10]);
        Ok(())
    })
}

/// The highest 64 bits of the product of a power and a point; the last one is set too where any behind them is (rounding to odd).
fn scaled(emit: &mut Emit<'_>, [low, high]: [Value; 2], point: Value) -> Value {
    let carried = emit.b.ins().umulhi(low, point);
    let behind = emit.b.ins().imul(high, point);
    let front = emit.b.ins().umulhi(high, point);
    let behind = emit.b.ins().iadd(behind, carried);
    let is_over = emit.b.ins().icmp(IntCC::UnsignedLessThan, behind, carried);
    let over = emit.b.ins().uextend(WHOLE, is_over);
    let front = emit.b.ins().iadd(front, over);
    // What was rounded up in the power is in the last bit.
    let is_more = emit.is_whole(IntCC::UnsignedGreaterThan, behind, 1);
    let more = emit.b.ins().uextend(WHOLE, is_more);
    emit.b.ins().bor(front, more)
}

/// Whether exactly one of a number and the next one, in steps of so many quarters, is read as the float; and which.
fn nearest(emit: &mut Emit<'_>, number: Value, quarters: i64, below: Value, above: Value) -> (Value, Value) {
    let low = emit.times(number, quarters);
    let high = emit.plus(low, quarters);
    let is_low = emit.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, below, low);
    let is_high = emit.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, high, above);
    let is_one = emit.b.ins().bxor(is_low, is_high);
    let up = emit.b.ins().uextend(WHOLE, is_high);
    (is_one, emit.b.ins().iadd(number, up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_rounded_down() {
        for exponent in -1_074_i32..=971 {
            let of = |less: i64| (i64::from(exponent) * LOG10_OF_2 - less) >> LOG10_SHIFT;
            let exact = f64::from(exponent) * 2_f64.log10();
            assert_eq!(of(0), exact.floor() as i64, "2^{exponent}");
            assert_eq!(of(LOG10_OF_3_4), (exact + 0.75_f64.log10()).floor() as i64, "3/4 of 2^{exponent}");
            assert!((powers::LEAST..=powers::LARGEST).contains(&-(of(0) as i32)));
            assert!((powers::LEAST..=powers::LARGEST).contains(&-(of(LOG10_OF_3_4) as i32)));
        }
        for exponent in powers::LEAST..=powers::LARGEST {
            let exact = (f64::from(exponent) * 10_f64.log2()).floor() as i64;
            assert_eq!((i64::from(exponent) * LOG2_OF_10) >> LOG2_SHIFT, exact, "10^{exponent}");
        }
    }
}
