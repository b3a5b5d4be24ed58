//! What an operation makes of a value.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::dates::date_part;
use super::emit::{Emit, FLOAT, WHOLE};
use super::model::Change;
use super::prepare::{Known, Tools};
use super::search::Rising;

pub(super) fn change(emit: &mut Emit<'_>, of: Known, change: &Change, tools: &Tools) -> Result<Known, Uncompiled> {
    let Known { number: x, null } = of;
    let search = tools.search;
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
        Change::Bucket { buckets, known } => {
            let is_known = emit.is_number(FloatCC::GreaterThanOrEqual, x, 0.0);
            let codes: Vec<f64> = (0..known.len()).map(|code| code as f64).collect();
            let bucket = look(emit, x, &codes, known, f64::NAN, search);
            let minus_one = emit.float(-1.0);
            let size = emit.b.ins().fsub(minus_one, x);
            let size = emit.b.ins().fcvt_to_uint_sat(WHOLE, size);
            let hashed = emit.b.ins().urem_imm_u(size, i64::from(*buckets));
            let hashed = emit.b.ins().fcvt_from_sint(FLOAT, hashed);
            Known { number: emit.either(is_known, bucket, hashed), null }
        }
        Change::Hash { written, buckets } => {
            let hash = tools.hashes.get(written).copied();
            let hash = hash.ok_or_else(|| Uncompiled::Broken(format!("no function hashes {written:?}")))?;
            let buckets = emit.b.ins().iconst(types::I32, i64::from(*buckets));
            Known { number: emit.call(hash, &[x, buckets])[0], null }
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
