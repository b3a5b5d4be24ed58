//! `NAME_score` and `NAME_score_texts`: rows in, answers out.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::emit::{Emit, WHOLE};
use super::learner::{Pool, Pooled};
use super::model::{Facts, Model};
use super::part::{Rows, Scoring};
use super::prepare::{Of, Tools};
use super::unit::{INT, Seen, Unit};
use super::walk::WALKS;
use super::{Uncompiled, finish, part, pool};

const FLOAT_BYTES: usize = size_of::<f64>();
/// The most bytes of a stack that the scores of rows may take before they are put together.
const MOST_POOL_BYTES: usize = 64 << 10;

/// What the functions say: all is well; there is no memory to read or to write; the model reads texts, and is given none.
const DONE: i64 = 0;
const NO_MEMORY: i64 = 1;
const NO_TEXTS: i64 = 2;

/// Defines the functions.
pub(super) fn define(unit: &mut Unit, model: &Model, facts: &Facts, tools: &Tools) -> Result<(), Uncompiled> {
    let finish = finish::define(unit, model, tools.search)?;
    let scoring = match &model.pool {
        Pool::Alone => {
            part::define(unit, Of { model, part: 0 }, tools, Rows::of(model, model.outputs.len() * FLOAT_BYTES))?
        }
        Pool::Mean { shares, of } => mean(unit, model, shares, *of, tools)?,
    };
    let with_texts = all_rows(unit, model, facts, scoring, finish)?;
    let address = unit.address();
    let takes = [address, WHOLE, address];
    unit.define(&format!("{}_score", facts.name), Seen::ByAll, &takes, &[INT], |emit, given| {
        let said = if model.texts.is_empty() {
            let none = emit.whole(0);
            emit.call(with_texts, &[given[0], none, given[1], given[2]])[0]
        } else {
            emit.b.ins().iconst(INT, NO_TEXTS)
        };
        emit.give(&[said]);
        Ok(())
    })?;
    Ok(())
}

/// The scores of several learners, put together.
fn mean(unit: &mut Unit, model: &Model, shares: &[f64], of: Pooled, tools: &Tools) -> Result<Scoring, Uncompiled> {
    let (scores, given) = (model.scores(), model.outputs.len() * FLOAT_BYTES);
    let stride = scores * FLOAT_BYTES;
    if stride > MOST_POOL_BYTES {
        let most = MOST_POOL_BYTES / FLOAT_BYTES;
        return Err(Uncompiled::Unsupported(format!(
            "{scores} scores are put together, and up to {most} are possible"
        )));
    }
    let rows = Rows::of(model, stride);
    let parts = (0..model.parts.len()).map(|part| part::define(unit, Of { model, part }, tools, rows));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let pool = Mean { parts, shares, scores, add: pool::add(unit, of, scores)?, end: pool::end(unit, of, scores)? };
    let address = unit.address();
    let one = unit.define("score_one", Seen::Here, &[address; 3], &[], |emit, given| {
        let (into, room) = (given[2], emit.room(stride));
        pool.start(emit, into);
        for (part, share) in pool.parts.iter().zip(shares) {
            emit.call(part.one, &[given[0], given[1], room]);
            pool.add(emit, room, *share, into);
        }
        emit.call(pool.end, &[into]);
        emit.give(&[]);
        Ok(())
    })?;
    let most = pool.parts.iter().filter_map(|part| part.block).map(|(_, most)| most).min();
    let most = most.map(|most| most.min(MOST_POOL_BYTES / stride / WALKS * WALKS)).filter(|most| *most > 0);
    let block = most.map(|most| Ok::<_, Uncompiled>((pool.block(unit, rows, given, most)?, most))).transpose()?;
    Ok(Scoring { one, block })
}

/// How several learners are put together.
struct Mean<'s> {
    parts: Vec<Scoring>,
    shares: &'s [f64],
    scores: usize,
    add: FuncId,
    end: FuncId,
}

impl Mean<'_> {
    fn start(&self, emit: &mut Emit<'_>, sums: Value) {
        let none = emit.float(0.0);
        (0..self.scores).for_each(|place| emit.store(none, sums, place * FLOAT_BYTES));
    }

    fn add(&self, emit: &mut Emit<'_>, scores: Value, share: f64, sums: Value) {
        let share = emit.float(share);
        emit.call(self.add, &[scores, share, sums]);
    }

    /// `score_block(rows, texts, count, scores)`; the scores of a row and of the next one are `given` bytes apart.
    fn block(&self, unit: &mut Unit, rows: Rows, given: usize, most: usize) -> Result<FuncId, Uncompiled> {
        let address = unit.address();
        unit.define("score_block", Seen::Here, &[address, address, WHOLE, address], &[], |emit, arguments| {
            let [first, texts, count, into] = [arguments[0], arguments[1], arguments[2], arguments[3]];
            let room = emit.room(most * rows.stride);
            emit.each(count, 1, |emit, place| {
                let sums = emit.item(into, place, given);
                self.start(emit, sums);
                Ok(())
            })?;
            for (part, share) in self.parts.iter().zip(self.shares) {
                match part.block {
                    Some((block, _)) => {
                        emit.call(block, &[first, texts, count, room]);
                    }
                    None => emit.each(count, 1, |emit, place| {
                        let row = rows.at(emit, [first, texts, room], place);
                        emit.call(part.one, &row);
                        Ok(())
                    })?,
                }
                emit.each(count, 1, |emit, place| {
                    let (scores, sums) = (emit.item(room, place, rows.stride), emit.item(into, place, given));
                    self.add(emit, scores, *share, sums);
                    Ok(())
                })?;
            }
            emit.each(count, 1, |emit, place| {
                let sums = emit.item(into, place, given);
                emit.call(self.end, &[sums]);
                Ok(())
            })?;
            emit.give(&[]);
            Ok(())
        })
    }
}

/// `int NAME_score_texts(const double *rows, const struct NAME_text *texts, size_t count, double *scores)`: 0, or 1 where there is no
/// memory to read or to write.
fn all_rows(
    unit: &mut Unit,
    model: &Model,
    facts: &Facts,
    scoring: Scoring,
    finish: Option<FuncId>,
) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    let rows = Rows::of(model, model.outputs.len() * FLOAT_BYTES);
    let to_scores = (model.first_score() * FLOAT_BYTES) as i64;
    let takes = [address, address, WHOLE, address];
    unit.define(&format!("{}_score_texts", facts.name), Seen::ByAll, &takes, &[INT], |emit, given| {
        let (count, all) = (given[2], [given[0], given[1], given[3]]);
        let (done, refused) = (emit.b.ins().iconst(INT, DONE), emit.b.ins().iconst(INT, NO_MEMORY));
        let is_none = emit.is_whole(IntCC::Equal, count, 0);
        emit.give_if(is_none, &[done]);
        for (memory, is_used) in all.into_iter().zip([!model.columns.is_empty(), !model.texts.is_empty(), true]) {
            if is_used {
                let is_null = emit.is_whole(IntCC::Equal, memory, 0);
                emit.give_if(is_null, &[refused]);
            }
        }
        let mut start = emit.whole(0);
        if let Some((block, most)) = scoring.block {
            let is_left = |emit: &mut Emit<'_>, at: &[Value]| {
                let left = emit.b.ins().isub(count, at[0]);
                emit.is_whole(IntCC::UnsignedGreaterThanOrEqual, left, WALKS as i64)
            };
            let carried = emit.repeat(&[start], is_left, |emit, at| {
                let left = emit.b.ins().isub(count, at[0]);
                let most = emit.whole(most as i64);
                let next = emit.b.ins().umin(left, most);
                let next = emit.b.ins().band_imm_s(next, -(WALKS as i64));
                let [row, texts, outputs] = rows.at(emit, all, at[0]);
                let scores = emit.plus(outputs, to_scores);
                emit.call(block, &[row, texts, next, scores]);
                if let Some(finish) = finish {
                    emit.each(next, 1, |emit, place| {
                        let outputs = emit.item(outputs, place, rows.stride);
                        emit.call(finish, &[outputs]);
                        Ok(())
                    })?;
                }
                Ok(vec![emit.b.ins().iadd(at[0], next)])
            })?;
            start = carried[0];
        }
        let is_below = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], count);
        emit.repeat(&[start], is_below, |emit, at| {
            let [row, texts, outputs] = rows.at(emit, all, at[0]);
            let scores = emit.plus(outputs, to_scores);
            emit.call(scoring.one, &[row, texts, scores]);
            if let Some(finish) = finish {
                emit.call(finish, &[outputs]);
            }
            Ok(vec![emit.plus(at[0], 1)])
        })?;
        emit.give(&[done]);
        Ok(())
    })
}
