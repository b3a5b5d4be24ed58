//! Compiled by cranelift, which is always there: loops over a block, each of which fuses what need not wait for a function of
//! whole blocks.
//!
//! What is not exact is computed by [`super::math`] on whole blocks between the loops, so that all bits are the interpreter's. A
//! loop says no more of a row without a result than that there is one: then the interpreter says which. Where cranelift has
//! no code for the machine, the program is refused.

#![expect(unsafe_code, reason = "compiled code is called")]

mod bytes;
mod code;
mod emit;
mod operation;
mod schedule;
mod table;

use std::sync::{Arc, Mutex, PoisonError};

use self::code::Compiled;
use self::schedule::{Schedule, by_blocks};
use self::table::Table;
use super::interpret::block::{Mask, ROWS, Wide};
use super::interpret::write::{bytes_of, empty, write_validity};
use super::math::Math;
use super::{
    Backend, Bits, Column, FloatFunction, Interpreter, Kernel, Op, Output, OutputValues, Program, Reg, RowFault,
    Storage, Unsupported, Values,
};
use crate::trees::Machine;

/// Cranelift's just-in-time compiler.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cranelift;

impl Backend for Cranelift {
    fn name(&self) -> &'static str {
        "cranelift"
    }

    fn prepare(&self, program: &Arc<Program>) -> Result<Box<dyn Kernel>, Unsupported> {
        let kinds = program.kinds().map_err(|invalid| Unsupported { reason: invalid.to_string() })?;
        let schedule = Schedule::new(program);
        let nulls = [false, true].map(|columns| schedule::nulls(program, columns));
        let compiled = Compiled::new(program, &kinds, &schedule, [&nulls[0], &nulls[1]])?;
        let read = (0..program.columns.len()).filter(|column| schedule.reads(program, *column)).collect();
        Ok(Box::new(Fused {
            program: Arc::clone(program),
            read,
            schedule,
            nulls,
            compiled,
            math: Math::of(Machine::detect()),
            interpreter: Interpreter::default().prepare(program)?,
            free: Mutex::default(),
        }))
    }
}

struct Fused {
    program: Arc<Program>,
    schedule: Schedule,
    /// Of each operation, whether a row may have no value: where columns have all, and where they may lack some.
    nulls: [Vec<bool>; 2],
    /// The columns that are read.
    read: Vec<usize>,
    compiled: Compiled,
    math: &'static Math,
    interpreter: Box<dyn Kernel>,
    /// Memory that no run uses now.
    free: Mutex<Vec<Scratch>>,
}

/// What a run writes to beside outputs, by places of the table, and the table.
struct Scratch {
    blocks: Vec<Option<Wide>>,
    table: Vec<*const u8>,
}

// SAFETY: the addresses are of the scratch itself or are written anew for each block before they are used.
unsafe impl Send for Scratch {}

impl Scratch {
    fn new(program: &Program, schedule: &Schedule) -> Self {
        let table = Table::new(program);
        let mut blocks: Vec<Option<Wide>> = (0..table.len()).map(|_| None).collect();
        let mut keep = |place: usize, kept: bool| blocks[place] = kept.then(Wide::new);
        for (column, storage) in program.columns.iter().enumerate() {
            keep(table.column(column), *storage == Storage::Bool);
            keep(table.column_valid(column), true);
        }
        for place in 0..program.ops.len() {
            keep(table.kept(place), schedule.kept[place]);
            keep(table.kept_valid(place), schedule.kept_valid[place]);
        }
        for (output, (_, storage)) in program.outputs.iter().enumerate() {
            keep(table.output(output), *storage == Storage::Bool);
            keep(table.output_valid(output), true);
        }
        let table = blocks.iter_mut().map(|block| match block {
            Some(block) => block.floats_mut().as_mut_ptr().cast_const().cast(),
            None => std::ptr::null(),
        });
        Self { table: table.collect(), blocks }
    }

    fn bytes(&mut self, place: usize) -> &mut [u8] {
        self.blocks[place].as_mut().map_or(&mut [], Wide::bytes_mut)
    }
}

impl Kernel for Fused {
    fn run(&self, columns: &[Column<'_>], rows: usize) -> Result<Vec<Output>, RowFault> {
        super::columns::check(columns, &self.program.columns, rows);
        let kept = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_else(|| Scratch::new(&self.program, &self.schedule));
        let mut outputs: Vec<Output> = self.program.outputs.iter().map(|(_, storage)| empty(*storage, rows)).collect();
        let mut failed = false;
        for start in (0..rows).step_by(ROWS) {
            let count = ROWS.min(rows - start);
            let nulls = self.read(columns, start, count, &mut scratch);
            failed = self.block(columns, start, count, nulls, &mut scratch, &mut outputs);
            if failed {
                break;
            }
            self.write(start, count, rows, nulls, &mut scratch, &mut outputs);
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        if failed { self.interpreter.run(columns, rows) } else { Ok(outputs) }
    }
}

impl Fused {
    /// Puts the columns of a block where the code finds them; whether one lacks a value.
    fn read(&self, columns: &[Column<'_>], start: usize, rows: usize, scratch: &mut Scratch) -> bool {
        let table = Table::new(&self.program);
        let read = |bits: Bits<'_>| Mask::read(bits, start, rows);
        let known = |place: usize| columns[place].validity.map(read).filter(|mask| !mask.has(rows));
        let nulls = self.read.iter().any(|place| known(*place).is_some());
        for &place in &self.read {
            let column = &columns[place];
            if let Values::Bool(bits) = column.values {
                bytes::spread(&read(bits), rows, scratch.bytes(table.column(place)));
            } else {
                scratch.table[table.column(place)] = address(&column.values, start);
            }
            if nulls {
                bytes::spread(&known(place).unwrap_or(Mask::ALL), rows, scratch.bytes(table.column_valid(place)));
            }
        }
        nulls
    }

    /// All loops over a block, and the functions between them; whether a row has no result.
    fn block(
        &self,
        columns: &[Column<'_>],
        start: usize,
        rows: usize,
        nulls: bool,
        scratch: &mut Scratch,
        outputs: &mut [Output],
    ) -> bool {
        let table = Table::new(&self.program);
        for (place, output) in outputs.iter_mut().enumerate() {
            if let Some(address) = address_mut(&mut output.values, start) {
                scratch.table[table.output(place)] = address;
            }
        }
        for (number, code) in self.compiled.loops[usize::from(nulls)].iter().enumerate() {
            if let Some(code) = code {
                // SAFETY: the table has an address for all that the code reads and writes: blocks of the scratch, columns
                // that were found to have all rows of the block, and outputs that were made for them.
                let fault = unsafe { code(scratch.table.as_ptr(), rows as u64) };
                if fault != 0 {
                    return true;
                }
            }
            for (place, op) in self.program.ops.iter().enumerate() {
                if self.schedule.needed[place] && self.schedule.at[place] == number && by_blocks(op) {
                    self.function(place, op, columns, start, rows, scratch);
                }
            }
        }
        false
    }

    /// A function of a whole block.
    fn function(
        &self,
        place: usize,
        op: &Op,
        columns: &[Column<'_>],
        start: usize,
        rows: usize,
        scratch: &mut Scratch,
    ) {
        let table = Table::new(&self.program);
        let Some(mut out) = scratch.blocks[table.kept(place)].take() else { return };
        let of = |reg: Reg| match (&scratch.blocks[table.kept(reg.place())], &self.program.ops[reg.place()]) {
            (Some(block), _) => &block.floats()[..rows],
            (None, Op::Column(column)) => match columns[*column as usize].values {
                Values::F64(values) => &values[start..start + rows],
                _ => &[],
            },
            (None, _) => &[],
        };
        match *op {
            Op::Function(FloatFunction::Exp, a) => self.math.exp.apply(of(a), out.floats_mut()),
            Op::Function(FloatFunction::Ln, a) => self.math.ln.apply(of(a), out.floats_mut()),
            Op::Function(FloatFunction::Log10, a) => self.math.log10.apply(of(a), out.floats_mut()),
            Op::Function(FloatFunction::Log1p, a) => self.math.log1p.apply(of(a), out.floats_mut()),
            Op::Float(_, a, b) => self.math.power.apply(of(a), of(b), out.floats_mut()),
            _ => {}
        }
        scratch.blocks[table.kept(place)] = Some(out);
    }

    /// Bytes of 0 and 1 as bits of the outputs.
    fn write(
        &self,
        start: usize,
        rows: usize,
        total: usize,
        nulls: bool,
        scratch: &mut Scratch,
        outputs: &mut [Output],
    ) {
        let table = Table::new(&self.program);
        for (place, (output, (reg, _))) in outputs.iter_mut().zip(&self.program.outputs).enumerate() {
            let known = self.nulls[usize::from(nulls)][reg.place()];
            let valid = known.then(|| bytes::gather(scratch.bytes(table.output_valid(place)), rows));
            write_validity(output, start, rows, total, valid.as_ref().filter(|valid| !valid.has(rows)));
            if let OutputValues::Bool(bits) = &mut output.values {
                let mask = bytes::gather(scratch.bytes(table.output(place)), rows);
                mask.write(rows, bytes_of(bits, start, rows));
            }
        }
    }
}

/// Where a row of a column lies; bits are read otherwise.
fn address(values: &Values<'_>, row: usize) -> *const u8 {
    match values {
        Values::Bool(_) => std::ptr::null(),
        Values::I8(values) => values[row..].as_ptr().cast(),
        Values::I16(values) => values[row..].as_ptr().cast(),
        Values::I32(values) => values[row..].as_ptr().cast(),
        Values::I64(values) => values[row..].as_ptr().cast(),
        Values::U8(values) => values[row..].as_ptr().cast(),
        Values::U16(values) => values[row..].as_ptr().cast(),
        Values::U32(values) => values[row..].as_ptr().cast(),
        Values::F32(values) => values[row..].as_ptr().cast(),
        Values::F64(values) => values[row..].as_ptr().cast(),
    }
}

/// Where a row of an output lies; bits are written otherwise.
fn address_mut(values: &mut OutputValues, row: usize) -> Option<*const u8> {
    Some(match values {
        OutputValues::Bool(_) => return None,
        OutputValues::I8(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::I16(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::I32(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::I64(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::U8(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::U16(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::U32(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::F32(values) => values[row..].as_mut_ptr().cast(),
        OutputValues::F64(values) => values[row..].as_mut_ptr().cast(),
    })
}
