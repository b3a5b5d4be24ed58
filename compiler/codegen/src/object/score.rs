//! `NAME_score`: rows in, answers out.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::emit::{Emit, WHOLE};
use super::forest::Forest;
use super::model::{Facts, Learner, Linear, Model};
use super::unit::{INT, Seen, Unit};
use super::walk::{Placed, WALKS};
use super::{Uncompiled, finish, prepare, search};

/// Rows whose lanes are on the stack at once, so that a tree is in the cache for all of them: as many as fit these bytes.
const BLOCK_BYTES: usize = 32 << 10;
/// More rows at once gain nothing.
const MOST_ROWS: usize = 64;
/// The most bytes of a stack that eight rows may take; of wider rows one is scored at a time.
const MOST_BLOCK_BYTES: usize = 128 << 10;
/// The most values that a row may have for a learner: they are on the stack.
const MOST_VALUES: usize = 32 << 10;

const FLOAT_BYTES: usize = size_of::<f64>();

/// Defines `NAME_score`.
pub(super) fn define(unit: &mut Unit, model: &Model, facts: &Facts) -> Result<(), Uncompiled> {
    let search = search::at_most(unit)?;
    let finish = finish::define(unit, model, search)?;
    let (one, block) = match &model.learner {
        Learner::Trees(ensemble) => {
            let forest = Forest::of(ensemble)?;
            let values = within_limit(forest.lanes.len())?;
            let prepare = prepare::lanes(unit, model, &forest, ensemble.arithmetic, search)?;
            let placed = Placed::new(unit, ensemble, &forest);
            let row = Row { model, base: &ensemble.base, values, prepare, finish };
            let walk = placed.of_trees(unit)?;
            let one = row.one(unit, |emit, lanes, sums| {
                emit.call(walk, &[lanes, sums]);
                Ok(())
            })?;
            (one, row.block(unit, &placed)?)
        }
        Learner::Linear(sums, _) => {
            let values = within_limit(model.features.len())?;
            let prepare = prepare::features(unit, model, search)?;
            let base: Vec<f64> = sums.iter().map(|sum| sum.base).collect();
            let row = Row { model, base: &base, values, prepare, finish };
            let one = row.one(unit, |emit, features, into| linear(emit, sums, features, into))?;
            (one, None)
        }
    };
    all_rows(unit, model, facts, one, block)
}

fn within_limit(values: usize) -> Result<usize, Uncompiled> {
    if values <= MOST_VALUES {
        return Ok(values);
    }
    Err(Uncompiled::Unsupported(format!(
        "a row has {values} values for its learner, and up to {MOST_VALUES} are possible"
    )))
}

/// How a row is scored.
struct Row<'m> {
    model: &'m Model,
    /// What its sums start from.
    base: &'m [f64],
    /// Values that the learner is given.
    values: usize,
    prepare: FuncId,
    finish: FuncId,
}

impl Row<'_> {
    fn output_bytes(&self) -> usize {
        self.model.outputs.len() * FLOAT_BYTES
    }

    fn start(&self, emit: &mut Emit<'_>, row: Value, values: Value, outputs: Value) {
        emit.call(self.prepare, &[row, values]);
        for (place, base) in self.base.iter().enumerate() {
            let base = emit.float(*base);
            emit.store(base, outputs, (self.model.first_score() + place) * FLOAT_BYTES);
        }
    }

    fn sums(&self, emit: &mut Emit<'_>, outputs: Value) -> Value {
        emit.plus(outputs, (self.model.first_score() * FLOAT_BYTES) as i64)
    }

    /// `score_one(row, outputs)`
    fn one(
        &self,
        unit: &mut Unit,
        learner: impl FnOnce(&mut Emit<'_>, Value, Value) -> Result<(), Uncompiled>,
    ) -> Result<FuncId, Uncompiled> {
        let address = unit.address();
        unit.define("score_one", Seen::Here, &[address, address], &[], |emit, given| {
            let (row, outputs) = (given[0], given[1]);
            let values = emit.room(self.values.max(1) * FLOAT_BYTES);
            self.start(emit, row, values, outputs);
            let sums = self.sums(emit, outputs);
            learner(emit, values, sums)?;
            emit.call(self.finish, &[outputs]);
            emit.give(&[]);
            Ok(())
        })
    }

    /// `score_block(rows, count, outputs)`, and the most rows that it takes; their number is a multiple of [`WALKS`].
    fn block(&self, unit: &mut Unit, placed: &Placed) -> Result<Option<(FuncId, usize)>, Uncompiled> {
        let row_bytes = self.values * FLOAT_BYTES;
        if row_bytes * WALKS > MOST_BLOCK_BYTES {
            return Ok(None);
        }
        let most = (BLOCK_BYTES / row_bytes / WALKS * WALKS).clamp(WALKS, MOST_ROWS);
        let walk = placed.of_rows(unit, self.output_bytes())?;
        let address = unit.address();
        let block = unit.define("score_block", Seen::Here, &[address, WHOLE, address], &[], |emit, given| {
            let (rows, count, outputs) = (given[0], given[1], given[2]);
            let values = emit.room(most * row_bytes);
            emit.each(count, 1, |emit, place| {
                let row = emit.item(rows, place, self.model.columns.len() * FLOAT_BYTES);
                let of_row = emit.item(values, place, row_bytes);
                let into = emit.item(outputs, place, self.output_bytes());
                self.start(emit, row, of_row, into);
                Ok(())
            })?;
            let sums = self.sums(emit, outputs);
            emit.call(walk, &[values, count, sums]);
            emit.each(count, 1, |emit, place| {
                let into = emit.item(outputs, place, self.output_bytes());
                emit.call(self.finish, &[into]);
                Ok(())
            })?;
            emit.give(&[]);
            Ok(())
        })?;
        Ok(Some((block, most)))
    }
}

/// Adds weighted features to sums in memory.
fn linear(emit: &mut Emit<'_>, sums: &[Linear], features: Value, into: Value) -> Result<(), Uncompiled> {
    for (place, sum) in sums.iter().enumerate() {
        let terms: Vec<f64> = sum.terms.iter().flat_map(|(weight, mean)| [*weight, *mean]).collect();
        let terms = emit.unit.tables.floats(&terms);
        let (zero, count) = (emit.whole(0), emit.whole(sum.terms.len() as i64));
        let start = emit.load(into, place * FLOAT_BYTES);
        let is_below = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], count);
        let carried = emit.repeat(&[zero, start], is_below, |emit, at| {
            let table = emit.table(terms);
            let term = emit.item(table, at[0], 2 * FLOAT_BYTES);
            let (weight, second) = (emit.read(term), emit.plus(term, FLOAT_BYTES as i64));
            let mean = emit.read(second);
            let feature = emit.item(features, at[0], FLOAT_BYTES);
            let feature = emit.load(feature, 0);
            let moved = emit.b.ins().fsub(feature, mean);
            let weighted = emit.b.ins().fmul(weight, moved);
            Ok(vec![emit.plus(at[0], 1), emit.b.ins().fadd(at[1], weighted)])
        })?;
        emit.store(carried[1], into, place * FLOAT_BYTES);
    }
    Ok(())
}

/// `int NAME_score(const double *rows, size_t count, double *scores)`: 0, or 1 where there is no memory to read or to write.
fn all_rows(
    unit: &mut Unit,
    model: &Model,
    facts: &Facts,
    one: FuncId,
    block: Option<(FuncId, usize)>,
) -> Result<(), Uncompiled> {
    let address = unit.address();
    let (row_bytes, output_bytes) = (model.columns.len() * FLOAT_BYTES, model.outputs.len() * FLOAT_BYTES);
    unit.define(&format!("{}_score", facts.name), Seen::ByAll, &[address, WHOLE, address], &[INT], |emit, given| {
        let (rows, count, outputs) = (given[0], given[1], given[2]);
        let (done, refused) = (emit.b.ins().iconst(INT, 0), emit.b.ins().iconst(INT, 1));
        let is_none = emit.is_whole(IntCC::Equal, count, 0);
        emit.give_if(is_none, &[done]);
        for given in [rows, outputs] {
            let is_null = emit.is_whole(IntCC::Equal, given, 0);
            emit.give_if(is_null, &[refused]);
        }
        let mut start = emit.whole(0);
        if let Some((block, most)) = block {
            let is_left = |emit: &mut Emit<'_>, at: &[Value]| {
                let left = emit.b.ins().isub(count, at[0]);
                emit.is_whole(IntCC::UnsignedGreaterThanOrEqual, left, WALKS as i64)
            };
            let carried = emit.repeat(&[start], is_left, |emit, at| {
                let left = emit.b.ins().isub(count, at[0]);
                let most = emit.whole(most as i64);
                let next = emit.b.ins().umin(left, most);
                let next = emit.b.ins().band_imm_s(next, -(WALKS as i64));
                let (from, into) = (emit.item(rows, at[0], row_bytes), emit.item(outputs, at[0], output_bytes));
                emit.call(block, &[from, next, into]);
                Ok(vec![emit.b.ins().iadd(at[0], next)])
            })?;
            start = carried[0];
        }
        let is_below = |emit: &mut Emit<'_>, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], count);
        emit.repeat(&[start], is_below, |emit, at| {
            let (from, into) = (emit.item(rows, at[0], row_bytes), emit.item(outputs, at[0], output_bytes));
            emit.call(one, &[from, into]);
            Ok(vec![emit.plus(at[0], 1)])
        })?;
        emit.give(&[done]);
        Ok(())
    })?;
    Ok(())
}
