//! The values of one row, and what a learner is given of them.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::change::change;
use super::emit::{Emit, FLOAT, WHOLE, fixed, sound};
use super::forest::{FIRST_CATEGORY, Forest, LAST_SMALL, Lane, Sets};
use super::model::{Column, Holds, Model, Written};
use super::unit::{Seen, Unit};
use super::{Uncompiled, hash, search, texts, words};
use crate::trees::{Arithmetic, Missing, NEAR_ZERO};

/// The most words that are counted for a learner: their weights are on the stack.
const MOST_WORDS: usize = 16 << 10;

/// A value of the row.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) number: Value,
    /// Whether it is null; none where it never is.
    pub(super) null: Option<Value>,
}

/// Functions that values are made with.
pub(super) struct Tools {
    /// Where a number stands among others.
    pub(super) search: FuncId,
    /// The hash of a text.
    pub(super) murmur3: FuncId,
    /// The buckets of numbers.
    pub(super) hashes: HashMap<Written, FuncId>,
    /// The weights of words.
    counts: Vec<FuncId>,
}

impl Tools {
    /// Defines those that a model needs.
    pub(super) fn define(unit: &mut Unit, model: &Model) -> Result<Self, Uncompiled> {
        let (search, murmur3) = (search::at_most(unit)?, texts::hash(unit)?);
        let hashes = hash::define(unit, model, murmur3)?;
        Ok(Self { search, murmur3, hashes, counts: words::define(unit, model)? })
    }
}

/// A learner of a model, by its place.
#[derive(Clone, Copy)]
pub(super) struct Of<'m> {
    pub(super) model: &'m Model,
    pub(super) part: usize,
}

/// `prepare_0(row, texts, lanes)` and so on: what nodes compare, of the columns of a row.
pub(super) fn lanes(
    unit: &mut Unit,
    of: Of<'_>,
    forest: &Forest,
    arithmetic: Arithmetic,
    tools: &Tools,
) -> Result<FuncId, Uncompiled> {
    define(unit, of, tools, |emit, features, to| {
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

/// `prepare_0(row, texts, features)` and so on: the features themselves.
pub(super) fn features(unit: &mut Unit, of: Of<'_>, tools: &Tools) -> Result<FuncId, Uncompiled> {
    define(unit, of, tools, |emit, features, to| {
        for (place, feature) in features.iter().enumerate() {
            emit.store(*feature, to, place * size_of::<f64>());
        }
    })
}

fn define(
    unit: &mut Unit,
    of: Of<'_>,
    tools: &Tools,
    store: impl FnOnce(&mut Emit<'_>, &[Value], Value),
) -> Result<FuncId, Uncompiled> {
    let Of { model, part } = of;
    let address = unit.address();
    let features = &model.parts[part].features;
    let is_needed = needed(model, features);
    unit.define(&format!("prepare_{part}"), Seen::Here, &[address; 3], &[], |emit, given| {
        let (row, texts, to) = (given[0], given[1], given[2]);
        // Of what is not needed nothing is computed.
        let nothing = Known { number: emit.float(f64::NAN), null: None };
        let mut known: Vec<Known> = Vec::with_capacity(is_needed.len());
        for (place, column) in model.columns.iter().enumerate() {
            known.push(if is_needed[place] { read(emit, row, place, column) } else { nothing });
        }
        weigh(emit, model, &is_needed, texts, tools, &mut known)?;
        for operation in &model.operations {
            let made = match is_needed[known.len()] {
                true => change(emit, known[operation.of], &operation.change, tools)?,
                false => nothing,
            };
            known.push(made);
        }
        let features: Vec<Value> = features.iter().map(|place| or_nan(emit, known[*place])).collect();
        store(emit, &features, to);
        emit.give(&[]);
        Ok(())
    })
}

/// Which values features are made of.
fn needed(model: &Model, features: &[usize]) -> Vec<bool> {
    let given = model.given();
    let mut is_needed = vec![false; given + model.operations.len()];
    features.iter().for_each(|place| is_needed[*place] = true);
    for (place, operation) in model.operations.iter().enumerate().rev() {
        is_needed[operation.of] |= is_needed[given + place];
    }
    is_needed
}

/// Adds the weights of all words to what is known.
fn weigh(
    emit: &mut Emit<'_>,
    model: &Model,
    is_needed: &[bool],
    texts: Value,
    tools: &Tools,
    known: &mut Vec<Known>,
) -> Result<(), Uncompiled> {
    let nothing = Known { number: emit.float(f64::NAN), null: None };
    let mut words = 0;
    for (counts, count) in model.counts.iter().zip(&tools.counts) {
        let width = counts.words.len();
        if !is_needed[known.len()..][..width].contains(&true) {
            known.extend(std::iter::repeat_n(nothing, width));
            continue;
        }
        words += width;
        if words > MOST_WORDS {
            return Err(Uncompiled::Unsupported(format!(
                "a learner is given the weights of {words} words, and up to {MOST_WORDS} are possible"
            )));
        }
        let weights = emit.room(words::room(width));
        let text = emit.plus(texts, (counts.text * texts::TEXT_BYTES) as i64);
        let start = emit.b.ins().load(emit.unit.address(), fixed(), text, 0);
        let length = emit.b.ins().load(WHOLE, fixed(), text, size_of::<u64>() as i32);
        emit.call(*count, &[start, length, weights]);
        for place in 0..width {
            // It does not change any more, so it is read where it is needed.
            let weight = emit.b.ins().load(FLOAT, sound().with_can_move(), weights, (place * size_of::<f64>()) as i32);
            known.push(Known { number: weight, null: None });
        }
    }
    Ok(())
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
