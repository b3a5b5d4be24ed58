//! Operations on the values of one row, and what the learner is given of them.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT, WHOLE, fixed};
use super::forest::{FIRST_CATEGORY, Forest, LAST_SMALL, Lane, Sets};
use super::model::{Change, Column, Holds, Model};
use super::search::Rising;
use super::unit::{Seen, Unit};
use crate::trees::{Arithmetic, Missing, NEAR_ZERO};

/// A value of the row.
#[derive(Clone, Copy)]
struct Known {
    number: Value,
    /// Whether it is null; none where it never is.
    null: Option<Value>,
}

/// `prepare(row, lanes)`: what nodes compare, of the columns of a row.
pub(super) fn lanes(
    unit: &mut Unit,
    model: &Model,
    forest: &Forest,
    arithmetic: Arithmetic,
    search: FuncId,
) -> Result<FuncId, Uncompiled> {
    define(unit, model, search, |emit, features, to| {
        // Those of a feature together: what is held between them has to be kept somewhere.
        let mut order: Vec<(usize, Lane)> = forest.lanes.iter().copied().enumerate().collect();
        order.sort_by_key(|(_, lane)| lane.feature());
        for (place, lane) in order {
            let value = match lane {
                Lane::Nothing => emit.float(f64::NAN),
                Lane::Number { feature, missing, missing_left } => {
                    let taken = taken(emit, features[feature], arithmetic);
                    number(emit, taken, missing, missing_left)
                }
                Lane::Category { feature } => {
                    let taken = taken(emit, features[feature], arithmetic);
                    let number = category(emit, taken);
                    match forest.kind {
                        // What is negative is large without a sign.
                        Sets::Small => {
                            let last = emit.whole(LAST_SMALL);
                            emit.b.ins().umin(number, last)
                        }
                        _ => number,
                    }
                }
            };
            emit.store(value, to, place * size_of::<f64>());
        }
    })
}

/// `prepare(row, features)`: the features themselves.
pub(super) fn features(unit: &mut Unit, model: &Model, search: FuncId) -> Result<FuncId, Uncompiled> {
    define(unit, model, search, |emit, features, to| {
        for (place, feature) in features.iter().enumerate() {
            emit.store(*feature, to, place * size_of::<f64>());
        }
    })
}

fn define(
    unit: &mut Unit,
    model: &Model,
    search: FuncId,
    store: impl FnOnce(&mut Emit<'_>, &[Value], Value),
) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("prepare", Seen::Here, &[address, address], &[], |emit, given| {
        let (row, to) = (given[0], given[1]);
        let columns = model.columns.iter().enumerate();
        let mut known: Vec<Known> = columns.map(|(place, column)| read(emit, row, place, column)).collect();
        for operation in &model.operations {
            let made = change(emit, known[operation.of], &operation.change, search)?;
            known.push(made);
        }
        let features: Vec<Value> = model.features.iter().map(|place| or_nan(emit, known[*place])).collect();
        store(emit, &features, to);
        emit.give(&[]);
        Ok(())
    })
}

fn read(emit: &mut Emit<'_>, row: Value, place: usize, column: &Column) -> Known {
    // A row does not change while it is prepared, so it is read where it is needed.
    let mut number = emit.b.ins().load(FLOAT, fixed().with_can_move(), row, (place * size_of::<f64>()) as i32);
    if column.holds == Holds::Single {
        number = narrowed(emit, number);
    }
    let has_null = column.nullable || matches!(column.holds, Holds::Text { .. });
    let null = has_null.then(|| emit.is_nan(number));
    Known { number, null }
}

fn narrowed(emit: &mut Emit<'_>, number: Value) -> Value {
    let narrow = emit.b.ins().fdemote(types::F32, number);
    emit.b.ins().fpromote(FLOAT, narrow)
}

fn or_nan(emit: &mut Emit<'_>, value: Known) -> Value {
    match value.null {
        None => value.number,
        Some(null) => {
            let nan = emit.float(f64::NAN);
            emit.either(null, nan, value.number)
        }
    }
}

/// A feature as questions see it (`Arithmetic::taken`).
fn taken(emit: &mut Emit<'_>, feature: Value, arithmetic: Arithmetic) -> Value {
    let feature = if arithmetic.narrow_features { narrowed(emit, feature) } else { feature };
    if !arithmetic.snap_to_zero {
        return feature;
    }
    let (is_near, zero) = (is_near_zero(emit, feature), emit.float(0.0));
    emit.either(is_near, zero, feature)
}

fn is_near_zero(emit: &mut Emit<'_>, number: Value) -> Value {
    let size = emit.b.ins().fabs(number);
    emit.is_number(FloatCC::LessThanOrEqual, size, NEAR_ZERO)
}

/// A number whose comparison with a threshold is the answer that missing values get (`Question::holds`).
fn number(emit: &mut Emit<'_>, value: Value, missing: Missing, missing_left: bool) -> Value {
    let is_nan = emit.is_nan(value);
    let is_missing = match missing {
        Missing::Nothing => {
            let zero = emit.float(0.0);
            return emit.either(is_nan, zero, value);
        }
        Missing::NotANumber => is_nan,
        Missing::Zero => {
            let is_zero = is_near_zero(emit, value);
            emit.b.ins().bor(is_nan, is_zero)
        }
    };
    let of_missing = emit.float(if missing_left { f64::NEG_INFINITY } else { f64::NAN });
    emit.either(is_missing, of_missing, value)
}

/// The number of a category: the fraction is cut off, and what is negative then or no number is in no set.
fn category(emit: &mut Emit<'_>, value: Value) -> Value {
    let whole = emit.b.ins().fcvt_to_sint_sat(WHOLE, value);
    // The largest becomes negative, which no set has: its numbers are compared without a sign.
    let number = emit.plus(whole, FIRST_CATEGORY);
    let is_known = emit.is_number(FloatCC::GreaterThan, value, -1.0);
    let (missing, none) = (emit.whole(0), emit.whole(FIRST_CATEGORY - 1));
    let number = emit.either(is_known, number, none);
    let is_nan = emit.is_nan(value);
    emit.either(is_nan, missing, number)
}

fn change(emit: &mut Emit<'_>, of: Known, change: &Change, search: FuncId) -> Result<Known, Uncompiled> {
    let Known { number: x, null } = of;
    let never_null = |number| Known { number, null: None };
    Ok(match change {
        Change::Fill(value) => match null {
            None => of,
            Some(null) => {
                let value = emit.float(*value);
                never_null(emit.either(null, value, x))
            }
        },
        Change::Is(value) => {
            let is = equals(emit, x, *value);
            let is = without_null(emit, is, null);
            never_null(emit.indicator(is))
        }
        Change::Look { keys, beside, other, null: of_null } => {
            let found = look(emit, x, keys, beside, *other, search);
            match (null, of_null) {
                (Some(null), Some(value)) => {
                    let value = emit.float(*value);
                    never_null(emit.either(null, value, found))
                }
                (null, None) => Known { number: found, null },
                (None, Some(_)) => never_null(found),
            }
        }
        Change::Bucket { known } => {
            let is_known = emit.is_number(FloatCC::GreaterThanOrEqual, x, 0.0);
            let codes: Vec<f64> = (0..known.len()).map(|code| code as f64).collect();
            let bucket = look(emit, x, &codes, known, f64::NAN, search);
            let minus_one = emit.float(-1.0);
            let hashed = emit.b.ins().fsub(minus_one, x);
            Known { number: emit.either(is_known, bucket, hashed), null }
        }
        Change::Count(bounds) => {
            let is_nan = emit.is_nan(x);
            let all = emit.float(bounds.len() as f64);
            let count = match &**bounds {
                [] => emit.float(0.0),
                bounds => {
                    let bounds = Rising::new(emit, bounds, search);
                    let count = bounds.at_most(emit, x);
                    emit.b.ins().fcvt_from_sint(FLOAT, count)
                }
            };
            Known { number: emit.either(is_nan, all, count), null }
        }
        Change::Scale { center, factor } => {
            let (center, factor) = (emit.float(*center), emit.float(*factor));
            let moved = emit.b.ins().fsub(x, center);
            Known { number: emit.b.ins().fmul(moved, factor), null }
        }
        Change::Log => {
            let size = emit.b.ins().fabs(x);
            let log = emit.libm("log1p", &[size])?;
            let sign = sign(emit, x);
            Known { number: emit.b.ins().fmul(log, sign), null }
        }
        Change::Clip { low, high } => Known { number: clipped(emit, x, *low, *high), null },
        Change::DatePart { part, micros } => {
            let count = emit.b.ins().fcvt_to_sint_sat(WHOLE, x);
            let part = date_part(emit, count, *part, *micros);
            Known { number: emit.b.ins().fcvt_from_sint(FLOAT, part), null }
        }
    })
}

/// Zero has one sign, and what is no number is equal to itself.
fn equals(emit: &mut Emit<'_>, x: Value, value: f64) -> Value {
    if value.is_nan() { emit.is_nan(x) } else { emit.is_number(FloatCC::Equal, x, value) }
}

fn without_null(emit: &mut Emit<'_>, holds: Value, null: Option<Value>) -> Value {
    match null {
        None => holds,
        Some(null) => {
            let is_there = emit.b.ins().bxor_imm_u(null, 1);
            emit.b.ins().band(holds, is_there)
        }
    }
}

fn sign(emit: &mut Emit<'_>, x: Value) -> Value {
    let (below, above) = (emit.is_number(FloatCC::LessThan, x, 0.0), emit.is_number(FloatCC::GreaterThan, x, 0.0));
    let (minus, plus) = (emit.float(-1.0), emit.float(1.0));
    let not_below = emit.either(above, plus, x);
    emit.either(below, minus, not_below)
}

/// What is no number stands above all numbers.
fn clipped(emit: &mut Emit<'_>, x: Value, low: f64, high: f64) -> Value {
    let is_nan = emit.is_nan(x);
    let to = if high.is_nan() {
        x
    } else {
        let is_above = emit.is_number(FloatCC::GreaterThan, x, high);
        let is_above = emit.b.ins().bor(is_above, is_nan);
        let high = emit.float(high);
        emit.either(is_above, high, x)
    };
    let low_number = emit.float(low);
    if low.is_nan() {
        return emit.either(is_nan, to, low_number);
    }
    let is_below = emit.is_number(FloatCC::LessThan, x, low);
    emit.either(is_below, low_number, to)
}

/// What stands beside a value among others. Where the keys are 0, 1, .. the value is the place.
fn look(emit: &mut Emit<'_>, x: Value, keys: &[f64], beside: &[f64], other: f64, search: FuncId) -> Value {
    let mut pairs: Vec<(f64, f64)> = keys.iter().copied().zip(beside.iter().copied()).collect();
    let of_nan = pairs.iter().find(|(key, _)| key.is_nan()).map(|(_, beside)| *beside);
    pairs.retain(|(key, _)| !key.is_nan());
    pairs.sort_by(|one, two| one.0.total_cmp(&two.0));
    let others = emit.float(other);
    let mut found = others;
    if !pairs.is_empty() {
        let beside: Vec<f64> = pairs.iter().map(|(_, beside)| *beside).collect();
        let is_dense = pairs.iter().enumerate().all(|(place, (key, _))| *key == place as f64);
        let (place, is_key) = if is_dense {
            let place = emit.b.ins().fcvt_to_sint_sat(WHOLE, x);
            let again = emit.b.ins().fcvt_from_sint(FLOAT, place);
            let is_whole = emit.is(FloatCC::Equal, again, x);
            // Negative numbers are large without a sign.
            let is_within = emit.is_whole(IntCC::UnsignedLessThan, place, pairs.len() as i64);
            (place, emit.b.ins().band(is_whole, is_within))
        } else {
            let keys: Vec<f64> = pairs.iter().map(|(key, _)| *key).collect();
            let keys = Rising::new(emit, &keys, search);
            let count = keys.at_most(emit, x);
            let place = emit.plus(count, -1);
            let before = at_least_zero(emit, place);
            let key = keys.get(emit, before);
            (place, emit.is(FloatCC::Equal, key, x))
        };
        let zero = emit.whole(0);
        let place = emit.either(is_key, place, zero);
        let beside = Rising::new(emit, &beside, search);
        let known = beside.get(emit, place);
        found = emit.either(is_key, known, others);
    }
    match of_nan {
        None => found,
        Some(value) => {
            let (is_nan, value) = (emit.is_nan(x), emit.float(value));
            emit.either(is_nan, value, found)
        }
    }
}

fn at_least_zero(emit: &mut Emit<'_>, place: Value) -> Value {
    let is_below = emit.is_whole(IntCC::SignedLessThan, place, 0);
    let zero = emit.whole(0);
    emit.either(is_below, zero, place)
}

/// The quotient towards the past and what is left over, of a divisor above 0.
fn divided(emit: &mut Emit<'_>, value: Value, by: i64) -> (Value, Value) {
    let quotient = emit.b.ins().sdiv_imm_s(value, by);
    let back = emit.times(quotient, by);
    let rest = emit.b.ins().isub(value, back);
    let is_past = emit.is_whole(IntCC::SignedLessThan, rest, 0);
    let (earlier, more) = (emit.plus(quotient, -1), emit.plus(rest, by));
    (emit.either(is_past, earlier, quotient), emit.either(is_past, more, rest))
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
fn date_part(emit: &mut Emit<'_>, count: Value, part: usize, micros: bool) -> Value {
    const DAY: i64 = 86_400_000_000;
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
