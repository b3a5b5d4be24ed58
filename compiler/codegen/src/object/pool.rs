//! Scores of several learners as one.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT};
use super::finish::{each, of_negative_odds, softmax};
use super::learner::Pooled;
use super::unit::{Seen, Unit};

const FLOAT_BYTES: usize = size_of::<f64>();

/// `pool_add(scores, share, sums)`: adds what stands for the scores of a learner, times its share, to the sums of a row.
pub(super) fn add(unit: &mut Unit, of: Pooled, scores: usize) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("pool_add", Seen::Here, &[address, FLOAT, address], &[], |emit, given| {
        let (from, share, into) = (given[0], given[1], given[2]);
        for place in 0..scores {
            let score = emit.load(from, place * FLOAT_BYTES);
            let stands = stands_for(emit, of, score)?;
            let part = emit.b.ins().fmul(share, stands);
            let sum = emit.load(into, place * FLOAT_BYTES);
            let sum = emit.b.ins().fadd(sum, part);
            emit.store(sum, into, place * FLOAT_BYTES);
        }
        emit.give(&[]);
        Ok(())
    })
}

fn stands_for(emit: &mut Emit<'_>, of: Pooled, score: Value) -> Result<Value, Uncompiled> {
    match of {
        Pooled::Values => Ok(score),
        Pooled::LogOdds(smallest) => {
            let (low, high, one) = (emit.float(smallest), emit.float(1.0 - smallest), emit.float(1.0));
            let is_below = emit.is(FloatCC::LessThan, score, low);
            let kept = emit.either(is_below, low, score);
            let is_above = emit.is(FloatCC::GreaterThan, kept, high);
            let kept = emit.either(is_above, high, kept);
            let rest = emit.b.ins().fsub(one, kept);
            let odds = emit.b.ins().fdiv(kept, rest);
            emit.libm("log", &[odds])
        }
        Pooled::LogProbabilities(smallest) => {
            let low = emit.float(smallest);
            // What is no number is no probability above it either.
            let is_above = emit.is(FloatCC::GreaterThan, score, low);
            let kept = emit.either(is_above, score, low);
            emit.libm("log", &[kept])
        }
    }
}

/// `pool_end(sums)`: makes scores of the sums of a row.
pub(super) fn end(unit: &mut Unit, of: Pooled, scores: usize) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("pool_end", Seen::Here, &[address], &[], |emit, given| {
        let sums: Vec<Value> = (0..scores).map(|place| emit.load(given[0], place * FLOAT_BYTES)).collect();
        let said = match of {
            Pooled::Values => sums,
            Pooled::LogOdds(_) => each(sums, |sum| {
                let turned = emit.b.ins().fneg(sum);
                of_negative_odds(emit, turned)
            })?,
            Pooled::LogProbabilities(_) => softmax(emit, &sums)?,
        };
        for (place, score) in said.into_iter().enumerate() {
            emit.store(score, given[0], place * FLOAT_BYTES);
        }
        emit.give(&[]);
        Ok(())
    })
}
