//! A loop over the rows of a block as cranelift's intermediate code.
//!
//! Numbers are 64-bit integers and floats, conditions and whether a row has a value are bytes of 0 and 1. Nothing branches
//! but the loop: where a value is chosen, both are computed.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F64, I8, I64};
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData, Value};
use cranelift_frontend::FunctionBuilder;

use super::schedule::{Schedule, by_blocks};
use super::table::Table;
use crate::rows::{Constant, Kind, Op, Program, Reg, Storage};

/// What is known of a register within a row.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub value: Value,
    /// Whether there is a value; always where not given.
    pub valid: Option<Value>,
}

/// A loop that is being written.
pub(super) struct Loop<'a, 'f> {
    pub build: &'a mut FunctionBuilder<'f>,
    pub program: &'a Program,
    pub kinds: &'a [Kind],
    pub schedule: &'a Schedule,
    /// Of each operation, whether a row may have no value.
    pub nulls: &'a [bool],
    pub table: Table,
    /// Addresses of first rows, by their places in the table.
    pub addresses: &'a [Value],
    pub row: Value,
    pub known: Vec<Option<Known>>,
    /// Whether a row so far has no result, other than 0 where one has none.
    pub fault: Value,
    /// Whether anything is stored or found.
    pub matters: bool,
}

/// Memory that is there and aligned.
const MEMORY: MemFlagsData = MemFlagsData::trusted();

impl Loop<'_, '_> {
    /// The operations of a loop.
    pub(super) fn body(&mut self, number: usize) {
        for (place, op) in self.program.ops.iter().enumerate() {
            if !self.schedule.needed[place]
                || self.schedule.at[place] != number
                || matches!(op, Op::Column(_) | Op::Constant(_))
            {
                continue;
            }
            if by_blocks(op) {
                self.prepare(place, op);
            } else {
                let known = self.operation(place, op);
                debug_assert!(self.nulls[place] || known.valid.is_none(), "{op:?} may be null");
                self.known[place] = Some(known);
                if self.schedule.kept[place] {
                    self.keep_value(place, known.value);
                }
                self.keep_valid(place, known.valid);
            }
        }
        for (output, (reg, storage)) in self.program.outputs.iter().enumerate() {
            if self.schedule.written[output] == number {
                self.output(output, *reg, *storage);
            }
        }
    }

    /// Makes ready what a function of whole blocks reads.
    fn prepare(&mut self, place: usize, op: &Op) {
        let mut valid = None;
        for operand in op.operands() {
            let made_anew = matches!(self.program.ops[operand.place()], Op::Column(_) | Op::Constant(_));
            if made_anew && self.schedule.kept[operand.place()] {
                let value = self.get(operand).value;
                self.keep_value(operand.place(), value);
            }
            if self.nulls[operand.place()] {
                let also = self.get(operand).valid;
                valid = self.both(valid, also);
            }
        }
        self.keep_valid(place, valid);
    }

    fn keep_value(&mut self, place: usize, value: Value) {
        let bytes = if self.kinds[place] == Kind::Bool { 1 } else { 8 };
        let at = self.address(self.table.kept(place), bytes);
        self.build.ins().store(MEMORY, value, at, 0);
        self.matters = true;
    }

    fn keep_valid(&mut self, place: usize, valid: Option<Value>) {
        if self.schedule.kept_valid[place] && self.nulls[place] {
            let valid = valid.unwrap_or_else(|| self.build.ins().iconst(I8, 1));
            let at = self.address(self.table.kept_valid(place), 1);
            self.build.ins().store(MEMORY, valid, at, 0);
            self.matters = true;
        }
    }

    fn output(&mut self, output: usize, reg: Reg, storage: Storage) {
        let Known { mut value, valid } = self.get(reg);
        if let Some(valid) = valid {
            let zero = self.zero(self.kinds[reg.place()]);
            value = self.choose(valid, value, zero);
            let at = self.address(self.table.output_valid(output), 1);
            self.build.ins().store(MEMORY, valid, at, 0);
        }
        let bytes = bytes(storage);
        let at = self.address(self.table.output(output), bytes);
        match storage {
            Storage::F32 => {
                let narrow = self.build.ins().fdemote(F32, value);
                self.build.ins().store(MEMORY, narrow, at, 0);
            }
            Storage::I8 | Storage::U8 => {
                self.build.ins().istore8(MEMORY, value, at, 0);
            }
            Storage::I16 | Storage::U16 => {
                self.build.ins().istore16(MEMORY, value, at, 0);
            }
            Storage::I32 | Storage::U32 => {
                self.build.ins().istore32(MEMORY, value, at, 0);
            }
            Storage::Bool | Storage::I64 | Storage::F64 => {
                self.build.ins().store(MEMORY, value, at, 0);
            }
        }
        self.matters = true;
    }

    /// What a register holds: computed in this loop, kept by an earlier one, or made anew.
    pub(super) fn get(&mut self, reg: Reg) -> Known {
        let place = reg.place();
        if let Some(known) = self.known[place] {
            return known;
        }
        let known = match &self.program.ops[place] {
            Op::Column(column) => self.column(place, *column as usize),
            Op::Constant(constant) => self.constant(*constant),
            _ => {
                let at = self.table.kept(place);
                let value = match self.kinds[place] {
                    Kind::Bool => self.load(at, 1, I8),
                    Kind::Int => self.load(at, 8, I64),
                    Kind::Float => self.load(at, 8, F64),
                };
                let valid = self.nulls[place].then(|| self.load(self.table.kept_valid(place), 1, I8));
                Known { value, valid }
            }
        };
        self.known[place] = Some(known);
        known
    }

    fn column(&mut self, place: usize, column: usize) -> Known {
        let storage = self.program.columns[column];
        let at = self.address(self.table.column(column), bytes(storage));
        let ins = self.build.ins();
        let value = match storage {
            Storage::Bool => ins.load(I8, MEMORY, at, 0),
            Storage::I8 => ins.sload8(I64, MEMORY, at, 0),
            Storage::I16 => ins.sload16(I64, MEMORY, at, 0),
            Storage::I32 => ins.sload32(MEMORY, at, 0),
            Storage::I64 => ins.load(I64, MEMORY, at, 0),
            Storage::U8 => ins.uload8(I64, MEMORY, at, 0),
            Storage::U16 => ins.uload16(I64, MEMORY, at, 0),
            Storage::U32 => ins.uload32(MEMORY, at, 0),
            Storage::F32 => {
                let narrow = ins.load(F32, MEMORY, at, 0);
                self.build.ins().fpromote(F64, narrow)
            }
            Storage::F64 => ins.load(F64, MEMORY, at, 0),
        };
        let valid = self.nulls[place].then(|| self.load(self.table.column_valid(column), 1, I8));
        Known { value, valid }
    }

    fn constant(&mut self, constant: Constant) -> Known {
        match constant {
            Constant::Bool(value) => self.sure(|build| build.ins().iconst(I8, i64::from(value))),
            Constant::Int(value) => self.sure(|build| build.ins().iconst(I64, value)),
            Constant::Float(value) => self.sure(|build| build.ins().f64const(value)),
            Constant::Null(kind) => {
                let value = self.zero(kind);
                Known { value, valid: Some(self.build.ins().iconst(I8, 0)) }
            }
        }
    }

    fn sure(&mut self, value: impl FnOnce(&mut FunctionBuilder<'_>) -> Value) -> Known {
        Known { value: value(self.build), valid: None }
    }

    pub(super) fn zero(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Bool => self.build.ins().iconst(I8, 0),
            Kind::Int => self.build.ins().iconst(I64, 0),
            Kind::Float => self.build.ins().f64const(0.0),
        }
    }

    fn load(&mut self, pointer: usize, bytes: i64, ty: ir::Type) -> Value {
        let at = self.address(pointer, bytes);
        self.build.ins().load(ty, MEMORY, at, 0)
    }

    /// Where the row of something is, of so many bytes a row.
    fn address(&mut self, pointer: usize, bytes: i64) -> Value {
        let base = self.addresses[pointer];
        let offset = if bytes == 1 {
            self.row
        } else {
            self.build.ins().ishl_imm_u(self.row, i64::from(bytes.trailing_zeros()))
        };
        self.build.ins().iadd(base, offset)
    }

    /// Whether both have a value.
    pub(super) fn both(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.build.ins().band(a, b)),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn not(&mut self, a: Value) -> Value {
        self.build.ins().bxor_imm_u(a, 1)
    }

    /// The first where the condition holds, else the second. Floats are chosen as integers, for which the processor needs
    /// no branch.
    pub(super) fn choose(&mut self, condition: Value, a: Value, b: Value) -> Value {
        if self.build.func.dfg.value_type(a) != F64 {
            return self.build.ins().select(condition, a, b);
        }
        let bits = MemFlagsData::new();
        let (a, b) = (self.build.ins().bitcast(I64, bits, a), self.build.ins().bitcast(I64, bits, b));
        let chosen = self.build.ins().select(condition, a, b);
        self.build.ins().bitcast(F64, bits, chosen)
    }

    pub(super) fn compare_ints(&mut self, how: IntCC, a: Value, b: Value) -> Value {
        self.build.ins().icmp(how, a, b)
    }

    pub(super) fn compare_floats(&mut self, how: FloatCC, a: Value, b: Value) -> Value {
        self.build.ins().fcmp(how, a, b)
    }
}

/// Bytes of a row.
fn bytes(storage: Storage) -> i64 {
    match storage {
        Storage::Bool | Storage::I8 | Storage::U8 => 1,
        Storage::I16 | Storage::U16 => 2,
        Storage::I32 | Storage::U32 | Storage::F32 => 4,
        Storage::I64 | Storage::F64 => 8,
    }
}
