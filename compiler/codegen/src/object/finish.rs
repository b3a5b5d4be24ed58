//! What is made of the sums of a row: the transform of the learner, the likeliest class, calibration.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT};
use super::learner::{Curve, Learner, Link};
use super::model::Model;
use super::search::Rising;
use super::unit::{Seen, Unit};
use crate::trees::{Objective, Transform};

const FLOAT_BYTES: usize = size_of::<f64>();

/// `transform_0(scores)` and so on: makes scores of the sums of a learner that stand in their place; none where they are the same.
pub(super) fn transform(unit: &mut Unit, part: usize, learner: &Learner) -> Result<Option<FuncId>, Uncompiled> {
    let is_same = match learner {
        Learner::Trees(ensemble) => ensemble.transform == Transform::PLAIN,
        Learner::Linear(_, link) => *link == Link::Identity,
    };
    if is_same {
        return Ok(None);
    }
    let address = unit.address();
    let function = unit.define(&format!("transform_{part}"), Seen::Here, &[address], &[], |emit, given| {
        let sums: Vec<Value> = (0..learner.scores()).map(|place| emit.load(given[0], place * FLOAT_BYTES)).collect();
        let scores = match learner {
            Learner::Trees(ensemble) => transformed(emit, ensemble.transform, &sums)?,
            Learner::Linear(_, Link::Identity) => sums,
            Learner::Linear(_, Link::Probability) => each(sums, |sum| probability(emit, sum))?,
            Learner::Linear(_, Link::Softmax) => softmax(emit, &sums)?,
        };
        for (place, score) in scores.into_iter().enumerate() {
            emit.store(score, given[0], place * FLOAT_BYTES);
        }
        emit.give(&[]);
        Ok(())
    })?;
    Ok(Some(function))
}

/// `finish(outputs)`: the likeliest class and what curves say, beside the scores of a row; none where there is nothing of that.
pub(super) fn define(unit: &mut Unit, model: &Model, search: FuncId) -> Result<Option<FuncId>, Uncompiled> {
    let first = model.first_score();
    if first == 0 && model.curves.is_empty() {
        return Ok(None);
    }
    let address = unit.address();
    let function = unit.define("finish", Seen::Here, &[address], &[], |emit, given| {
        let row = given[0];
        let at = |place: usize| (first + place) * FLOAT_BYTES;
        let scores: Vec<Value> = (0..model.scores()).map(|place| emit.load(row, at(place))).collect();
        let curved = calibrated(emit, &model.curves, &scores, search)?;
        if first > 0 {
            let likeliest = likeliest(emit, if curved.is_empty() { &scores } else { &curved });
            emit.store(likeliest, row, 0);
        }
        for (place, curved) in curved.into_iter().enumerate() {
            emit.store(curved, row, at(scores.len() + place));
        }
        emit.give(&[]);
        Ok(())
    })?;
    Ok(Some(function))
}

pub(super) fn each(
    values: Vec<Value>,
    make: impl FnMut(Value) -> Result<Value, Uncompiled>,
) -> Result<Vec<Value>, Uncompiled> {
    values.into_iter().map(make).collect()
}

/// `Transform::apply`, operation for operation.
fn transformed(emit: &mut Emit<'_>, transform: Transform, sums: &[Value]) -> Result<Vec<Value>, Uncompiled> {
    let mut sums = sums.to_vec();
    if transform.divisor > 1 {
        let divisor = emit.float(f64::from(transform.divisor));
        sums = sums.into_iter().map(|sum| emit.b.ins().fdiv(sum, divisor)).collect();
    }
    match transform.objective {
        Objective::Identity => Ok(sums),
        Objective::Sigmoid(k) => each(sums, |x| {
            let k = emit.float(-k);
            let odds = emit.b.ins().fmul(k, x);
            of_negative_odds(emit, odds)
        }),
        Objective::NarrowSigmoid => each(sums, |x| {
            let x = emit.b.ins().fdemote(types::F32, x);
            let x = emit.b.ins().fneg(x);
            let most = emit.b.ins().f32const(88.7);
            let is_below = emit.is(FloatCC::LessThan, x, most);
            let x = emit.either(is_below, x, most);
            let power = emit.libm("expf", &[x])?;
            let one = emit.b.ins().f32const(1.0);
            let sum = emit.b.ins().fadd(power, one);
            let share = emit.b.ins().fdiv(one, sum);
            Ok(emit.b.ins().fpromote(FLOAT, share))
        }),
        Objective::Softmax => softmax(emit, &sums),
        Objective::NarrowSoftmax => narrow_softmax(emit, &sums),
        Objective::Exponential => each(sums, |x| emit.libm("exp", &[x])),
        Objective::NarrowExponential => each(sums, |x| {
            let x = emit.b.ins().fdemote(types::F32, x);
            let power = emit.libm("expf", &[x])?;
            Ok(emit.b.ins().fpromote(FLOAT, power))
        }),
        Objective::Softplus => each(sums, |x| {
            let power = emit.libm("exp", &[x])?;
            emit.libm("log1p", &[power])
        }),
        Objective::SignedSquare => each(sums, |x| {
            let above = emit.is_number(FloatCC::GreaterThan, x, 0.0);
            let below = emit.is_number(FloatCC::LessThan, x, 0.0);
            let (above, below) = (emit.indicator(above), emit.indicator(below));
            let sign = emit.b.ins().fsub(above, below);
            let once = emit.b.ins().fmul(sign, x);
            Ok(emit.b.ins().fmul(once, x))
        }),
    }
}

/// `1 / (1 + exp(x))`
pub(super) fn of_negative_odds(emit: &mut Emit<'_>, x: Value) -> Result<Value, Uncompiled> {
    let power = emit.libm("exp", &[x])?;
    let one = emit.float(1.0);
    let sum = emit.b.ins().fadd(one, power);
    Ok(emit.b.ins().fdiv(one, sum))
}

/// The probability of log odds, without overflow: `exp` is taken of what is not above 0.
fn probability(emit: &mut Emit<'_>, odds: Value) -> Result<Value, Uncompiled> {
    let is_above = emit.is_number(FloatCC::GreaterThanOrEqual, odds, 0.0);
    let turned = emit.b.ins().fneg(odds);
    let small = emit.either(is_above, turned, odds);
    let power = emit.libm("exp", &[small])?;
    let one = emit.float(1.0);
    let sum = emit.b.ins().fadd(one, power);
    let (high, low) = (emit.b.ins().fdiv(one, sum), emit.b.ins().fdiv(power, sum));
    Ok(emit.either(is_above, high, low))
}

/// The largest; what is no number is not looked at.
fn largest(emit: &mut Emit<'_>, values: &[Value], least: Value) -> Value {
    values.iter().fold(least, |most, value| {
        let is_above = emit.is(FloatCC::GreaterThan, *value, most);
        emit.either(is_above, *value, most)
    })
}

fn added(emit: &mut Emit<'_>, values: &[Value]) -> Value {
    let zero = emit.float(0.0);
    values.iter().fold(zero, |sum, value| emit.b.ins().fadd(sum, *value))
}

pub(super) fn softmax(emit: &mut Emit<'_>, sums: &[Value]) -> Result<Vec<Value>, Uncompiled> {
    let least = emit.float(f64::NEG_INFINITY);
    let most = largest(emit, sums, least);
    let powers = each(sums.to_vec(), |x| {
        let below = emit.b.ins().fsub(x, most);
        emit.libm("exp", &[below])
    })?;
    let total = added(emit, &powers);
    Ok(powers.into_iter().map(|power| emit.b.ins().fdiv(power, total)).collect())
}

/// XGBoost's: powers and shares of 32 bits, their sum of 64.
fn narrow_softmax(emit: &mut Emit<'_>, sums: &[Value]) -> Result<Vec<Value>, Uncompiled> {
    let sums: Vec<Value> = sums.iter().map(|sum| emit.b.ins().fdemote(types::F32, *sum)).collect();
    let least = emit.b.ins().f32const(f32::NEG_INFINITY);
    let most = largest(emit, &sums, least);
    let powers = each(sums, |x| {
        let below = emit.b.ins().fsub(x, most);
        emit.libm("expf", &[below])
    })?;
    let wide: Vec<Value> = powers.iter().map(|power| emit.b.ins().fpromote(FLOAT, *power)).collect();
    let total = added(emit, &wide);
    let total = emit.b.ins().fdemote(types::F32, total);
    let share = |power| {
        let share = emit.b.ins().fdiv(power, total);
        emit.b.ins().fpromote(FLOAT, share)
    };
    Ok(powers.into_iter().map(share).collect())
}

/// The place of the largest score, the first of those that are equal.
fn likeliest(emit: &mut Emit<'_>, scores: &[Value]) -> Value {
    let mut best = scores[0];
    let mut place = emit.float(0.0);
    for (number, score) in scores.iter().enumerate().skip(1) {
        let is_above = emit.is(FloatCC::GreaterThan, *score, best);
        let number = emit.float(number as f64);
        (best, place) = (emit.either(is_above, *score, best), emit.either(is_above, number, place));
    }
    place
}

/// What curves say; of several scores made to add up to 1.
fn calibrated(
    emit: &mut Emit<'_>,
    curves: &[Curve],
    scores: &[Value],
    search: FuncId,
) -> Result<Vec<Value>, Uncompiled> {
    let said = curves.iter().zip(scores).map(|(curve, score)| match curve {
        Curve::Points { scores, values } => through(emit, scores, values, *score, search),
        Curve::Logistic { slope, offset, smallest } => logistic(emit, *slope, *offset, *smallest, *score),
    });
    let said = said.collect::<Result<Vec<_>, _>>()?;
    if said.len() < 2 {
        return Ok(said);
    }
    let sum = added(emit, &said);
    let any = emit.is_number(FloatCC::GreaterThan, sum, 0.0);
    let same = emit.float(1.0 / said.len() as f64);
    let share = |part| {
        let share = emit.b.ins().fdiv(part, sum);
        emit.either(any, share, same)
    };
    Ok(said.into_iter().map(share).collect())
}

/// Straight between points, flat beyond the ends.
fn through(
    emit: &mut Emit<'_>,
    scores: &[f64],
    values: &[f64],
    score: Value,
    search: FuncId,
) -> Result<Value, Uncompiled> {
    let last = scores.len() as i64 - 1;
    let xs = Rising::new(emit, scores, search);
    let ys = Rising::new(emit, values, search);
    let after = xs.at_most(emit, score);
    let (zero, end) = (emit.whole(0), emit.whole(last));
    let before = emit.plus(after, -1);
    let before = emit.b.ins().smax(before, zero);
    let after = emit.b.ins().smin(after, end);
    let (x0, x1) = (xs.get(emit, before), xs.get(emit, after));
    let (y0, y1) = (ys.get(emit, before), ys.get(emit, after));
    let (from, width) = (emit.b.ins().fsub(score, x0), emit.b.ins().fsub(x1, x0));
    let share = emit.b.ins().fdiv(from, width);
    let height = emit.b.ins().fsub(y1, y0);
    let between = emit.libm("fma", &[share, height, y0])?;
    // At and beyond the ends both points are the same one.
    let apart = emit.is(FloatCC::GreaterThan, x1, x0);
    Ok(emit.either(apart, between, y0))
}

fn logistic(emit: &mut Emit<'_>, slope: f64, offset: f64, smallest: f64, score: Value) -> Result<Value, Uncompiled> {
    let (low, high) = (emit.float(smallest), emit.float(1.0 - smallest));
    let is_above = emit.is(FloatCC::GreaterThan, score, high);
    let kept = emit.either(is_above, high, score);
    let is_below = emit.is(FloatCC::LessThan, score, low);
    let kept = emit.either(is_below, low, kept);
    let one = emit.float(1.0);
    let rest = emit.b.ins().fsub(one, kept);
    let odds = emit.b.ins().fdiv(kept, rest);
    let odds = emit.libm("log", &[odds])?;
    let (slope, offset) = (emit.float(slope), emit.float(offset));
    let margin = emit.libm("fma", &[slope, odds, offset])?;
    let margin = emit.b.ins().fneg(margin);
    of_negative_odds(emit, margin)
}
