//! Parts of days and times.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::emit::Emit;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// The quotient towards the past and what is left over, of a divisor above 0.
pub(super) fn divided(emit: &mut Emit<'_>, value: Value, by: i64) -> (Value, Value) {
    let quotient = emit.b.ins().sdiv_imm_s(value, by);
    let back = emit.times(quotient, by);
    let rest = emit.b.ins().isub(value, back);
    let is_past = emit.is_whole(IntCC::SignedLessThan, rest, 0);
    let (earlier, more) = (emit.plus(quotient, -1), emit.plus(rest, by));
    (emit.either(is_past, earlier, quotient), emit.either(is_past, more, rest))
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
pub(super) fn date_part(emit: &mut Emit<'_>, count: Value, part: usize, micros: bool) -> Value {
    let days = if micros { divided(emit, count, DAY).0 } else { count };
    if part == 3 {
        let from_monday = emit.plus(days, 3);
        let weekday = divided(emit, from_monday, 7).1;
        return emit.plus(weekday, 1);
    }
    let shifted = emit.plus(days, 719_468);
    let (era, day_of_era) = divided(emit, shifted, 146_097);
    let [fours, centuries, eras] = [1_460, 36_524, 146_096].map(|span| emit.b.ins().sdiv_imm_s(day_of_era, span));
    let ordinary = emit.b.ins().isub(day_of_era, fours);
    let ordinary = emit.b.ins().iadd(ordinary, centuries);
    let ordinary = emit.b.ins().isub(ordinary, eras);
    let year = emit.b.ins().sdiv_imm_s(ordinary, 365);
    let [whole, fourths, hundredths] =
        [emit.times(year, 365), emit.b.ins().sdiv_imm_s(year, 4), emit.b.ins().sdiv_imm_s(year, 100)];
    let day = emit.b.ins().isub(day_of_era, whole);
    let day = emit.b.ins().isub(day, fourths);
    let day = emit.b.ins().iadd(day, hundredths);
    let fifths = emit.times(day, 5);
    let fifths = emit.plus(fifths, 2);
    let shifted_month = emit.b.ins().sdiv_imm_s(fifths, 153);
    let is_early = emit.is_whole(IntCC::SignedLessThan, shifted_month, 10);
    let (early, late) = (emit.plus(shifted_month, 3), emit.plus(shifted_month, -9));
    let month = emit.either(is_early, early, late);
    match part {
        0 => {
            let before = emit.times(era, 400);
            let year = emit.b.ins().iadd(year, before);
            let next = emit.plus(year, 1);
            emit.either(is_early, year, next)
        }
        1 => month,
        _ => {
            let before = emit.times(shifted_month, 153);
            let before = emit.plus(before, 2);
            let before = emit.b.ins().sdiv_imm_s(before, 5);
            let day = emit.b.ins().isub(day, before);
            emit.plus(day, 1)
        }
    }
}
