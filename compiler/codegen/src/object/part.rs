//! A learner of a model: the scores of a row, and of several rows at once.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::Value;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_module::FuncId;

use super::emit::{Emit, WHOLE};
use super::forest::Forest;
use super::learner::{Learner, Linear};
use super::prepare::{Of, Tools};
use super::texts::TEXT_BYTES;
use super::unit::{Seen, Unit};
use super::walk::{Placed, WALKS};
use super::{Uncompiled, finish, prepare};

/// Rows whose lanes are on the stack at once, so that a tree is in the cache for all of them: as many as fit these bytes.
const BLOCK_BYTES: usize = 32 << 10;
/// More rows at once gain nothing.
const MOST_ROWS: usize = 64;
/// The most bytes of a stack that eight rows may take; of wider rows one is scored at a time.
const MOST_BLOCK_BYTES: usize = 128 << 10;
/// The most values that a row may have for a learner: they are on the stack.
const MOST_VALUES: usize = 32 << 10;

const FLOAT_BYTES: usize = size_of::<f64>();

/// Functions that give the scores of rows, beside each other in `stride` bytes a row.
#[derive(Clone, Copy)]
pub(super) struct Scoring {
    /// `(row, texts, scores)`
    pub(super) one: FuncId,
    /// `(rows, texts, count, scores)`, and the most rows that it takes; their number is a multiple of [`WALKS`].
    pub(super) block: Option<(FuncId, usize)>,
}

/// Rows of a model as they lie in memory.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) row_bytes: usize,
    pub(super) texts_bytes: usize,
    /// How many bytes the scores of a row and of the next one are apart.
    pub(super) stride: usize,
}

impl Rows {
    /// Of a model, with scores so far apart.
    pub(super) fn of(model: &super::Model, stride: usize) -> Self {
        Self { row_bytes: model.columns.len() * FLOAT_BYTES, texts_bytes: model.texts.len() * TEXT_BYTES, stride }
    }

    /// The row, the texts and the scores at a place.
    pub(super) fn at(self, emit: &mut Emit<'_>, [rows, texts, scores]: [Value; 3], place: Value) -> [Value; 3] {
        [
            emit.item(rows, place, self.row_bytes),
            emit.item(texts, place, self.texts_bytes),
            emit.item(scores, place, self.stride),
        ]
    }
}

/// Defines the functions of a learner.
pub(super) fn define(unit: &mut Unit, of: Of<'_>, tools: &Tools, rows: Rows) -> Result<Scoring, Uncompiled> {
    let part = &of.model.parts[of.part];
    let transform = finish::transform(unit, of.part, &part.learner)?;
    match &part.learner {
        Learner::Trees(ensemble) => {
            let forest = Forest::of(ensemble)?;
            let values = within_limit(forest.lanes.len())?;
            let prepare = prepare::lanes(unit, of, &forest, ensemble.arithmetic, tools)?;
            let placed = Placed::new(unit, ensemble, &forest);
            let row = Row { part: of.part, base: &ensemble.base, values, prepare, transform };
            let walk = placed.of_trees(unit, of.part)?;
            let one = row.one(unit, |emit, lanes, sums| {
                emit.call(walk, &[lanes, sums]);
                Ok(())
            })?;
            Ok(Scoring { one, block: row.block(unit, &placed, rows)? })
        }
        Learner::Linear(sums, _) => {
            let values = within_limit(part.features.len())?;
            let prepare = prepare::features(unit, of, tools)?;
            let base: Vec<f64> = sums.iter().map(|sum| sum.base).collect();
            let row = Row { part: of.part, base: &base, values, prepare, transform };
            let one = row.one(unit, |emit, features, into| linear(emit, sums, features, into))?;
            Ok(Scoring { one, block: None })
        }
    }
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
    part: usize,
    /// What its sums start from.
    base: &'m [f64],
    /// Values that the learner is given.
    values: usize,
    prepare: FuncId,
    transform: Option<FuncId>,
}

impl Row<'_> {
    /// Prepares the values of a row, and puts what sums start from in the place of its scores.
    fn start(&self, emit: &mut Emit<'_>, [row, texts, scores]: [Value; 3], values: Value) {
        emit.call(self.prepare, &[row, texts, values]);
        for (place, base) in self.base.iter().enumerate() {
            let base = emit.float(*base);
            emit.store(base, scores, place * FLOAT_BYTES);
        }
    }

    fn end(&self, emit: &mut Emit<'_>, scores: Value) {
        if let Some(transform) = self.transform {
            emit.call(transform, &[scores]);
        }
    }

    fn one(
        &self,
        unit: &mut Unit,
        learner: impl FnOnce(&mut Emit<'_>, Value, Value) -> Result<(), Uncompiled>,
    ) -> Result<FuncId, Uncompiled> {
        let address = unit.address();
        unit.define(&format!("score_one_{}", self.part), Seen::Here, &[address; 3], &[], |emit, given| {
            let values = emit.room(self.values.max(1) * FLOAT_BYTES);
            self.start(emit, [given[0], given[1], given[2]], values);
            learner(emit, values, given[2])?;
            self.end(emit, given[2]);
            emit.give(&[]);
            Ok(())
        })
    }

    fn block(&self, unit: &mut Unit, placed: &Placed, rows: Rows) -> Result<Option<(FuncId, usize)>, Uncompiled> {
        let row_bytes = self.values * FLOAT_BYTES;
        if row_bytes * WALKS > MOST_BLOCK_BYTES {
            return Ok(None);
        }
        let most = (BLOCK_BYTES / row_bytes / WALKS * WALKS).clamp(WALKS, MOST_ROWS);
        let walk = placed.of_rows(unit, self.part, rows.stride)?;
        let address = unit.address();
        let name = format!("score_block_{}", self.part);
        let takes = [address, address, WHOLE, address];
        let block = unit.define(&name, Seen::Here, &takes, &[], |emit, given| {
            let (count, scores) = (given[2], given[3]);
            let values = emit.room(most * row_bytes);
            emit.each(count, 1, |emit, place| {
                let row = rows.at(emit, [given[0], given[1], scores], place);
                let of_row = emit.item(values, place, row_bytes);
                self.start(emit, row, of_row);
                Ok(())
            })?;
            emit.call(walk, &[values, count, scores]);
            if self.transform.is_some() {
                emit.each(count, 1, |emit, place| {
                    let scores = emit.item(scores, place, rows.stride);
                    self.end(emit, scores);
                    Ok(())
                })?;
            }
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
