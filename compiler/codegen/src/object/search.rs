//! Where a number stands among others.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT, WHOLE};
use super::unit::{Seen, Unit};

/// `at_most(table, count, x)`: how many of at least one number, which rise, are at most `x`. None where `x` is no number.
pub(super) fn at_most(unit: &mut Unit) -> Result<FuncId, Uncompiled> {
    let address = unit.address();
    unit.define("at_most", Seen::Here, &[address, WHOLE, FLOAT], &[WHOLE], |emit, given| {
        let (table, count, x) = (given[0], given[1], given[2]);
        let reaches = |emit: &mut Emit<'_>, place: Value| {
            let item = emit.item(table, place, size_of::<f64>());
            let number = emit.read(item);
            let holds = emit.is(FloatCC::LessThanOrEqual, number, x);
            emit.b.ins().uextend(WHOLE, holds)
        };
        let zero = emit.whole(0);
        // Halves what is in question, of which the one before its upper half is compared.
        let found = emit.repeat(
            &[zero, count],
            |emit, at| emit.is_whole(IntCC::UnsignedGreaterThan, at[1], 1),
            |emit, at| {
                let half = emit.b.ins().ushr_imm_u(at[1], 1);
                let upper = emit.b.ins().iadd(at[0], half);
                let before = emit.plus(upper, -1);
                let reached = reaches(emit, before);
                let further = emit.b.ins().imul(half, reached);
                let from = emit.b.ins().iadd(at[0], further);
                Ok(vec![from, emit.b.ins().isub(at[1], half)])
            },
        )?;
        let last = reaches(emit, found[0]);
        let count = emit.b.ins().iadd(found[0], last);
        emit.give(&[count]);
        Ok(())
    })
}

/// A table of numbers that rise.
#[derive(Clone, Copy)]
pub(super) struct Rising {
    place: i64,
    pub(super) count: usize,
    search: FuncId,
}

impl Rising {
    /// Puts numbers, at least one of them, into the tables.
    pub(super) fn new(emit: &mut Emit<'_>, numbers: &[f64], search: FuncId) -> Self {
        Self { place: emit.unit.tables.floats(numbers), count: numbers.len(), search }
    }

    /// How many are at most `x`; none where it is no number.
    pub(super) fn at_most(self, emit: &mut Emit<'_>, x: Value) -> Value {
        let (table, count) = (emit.table(self.place), emit.whole(self.count as i64));
        emit.call(self.search, &[table, count, x])[0]
    }

    /// The number at a place.
    pub(super) fn get(self, emit: &mut Emit<'_>, place: Value) -> Value {
        let table = emit.table(self.place);
        let item = emit.item(table, place, size_of::<f64>());
        emit.read(item)
    }
}
