//! Where values of a block stand while a program runs over it.

use std::sync::Arc;

use super::block::{Mask, ROWS, Wide};
use crate::rows::{Constant, FloatFunction, FloatOperator, Invalid, Kind, Op, Program, Reg, Storage};

/// Where the values of an operation are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Numbers of the scratch.
    Wide(usize),
    /// Bits of the scratch.
    Mask(usize),
    /// A column that is stored as what is computed with.
    Column(usize),
    /// The same in every row, and numbers of the scratch that hold it where something reads it row by row.
    Constant(Constant, Option<usize>),
}

/// A program, and where its values are.
pub(super) struct Plan {
    pub program: Arc<Program>,
    pub kinds: Vec<Kind>,
    /// Of each operation.
    pub places: Vec<Place>,
    /// The bits that say which rows of an operation have a value.
    pub valid: Vec<usize>,
    /// Of each operation, whether an output needs it.
    pub needed: Vec<bool>,
    wides: usize,
    masks: usize,
}

/// The memory that a program runs in.
pub(super) struct Scratch {
    pub wides: Vec<Wide>,
    pub masks: Vec<Mask>,
    /// Of each operation, whether all rows of the block have a value.
    pub all: Vec<bool>,
}

/// Numbered places, used again when they are free.
#[derive(Default)]
struct Slots {
    free: Vec<usize>,
    count: usize,
}

impl Slots {
    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        })
    }
}

impl Plan {
    pub(super) fn new(program: &Arc<Program>) -> Result<Self, Invalid> {
        let kinds = program.kinds()?;
        let needed = program.needed();
        let last = last_uses(program, &needed);
        let by_row = read_by_row(program);
        let (mut wides, mut masks) = (Slots::default(), Slots::default());
        // What holds a constant is filled once, so nothing else may stand there.
        let filled: Vec<Option<usize>> = by_row.iter().map(|by_row| by_row.then(|| wides.take())).collect();
        let (mut places, mut valid) = (Vec::with_capacity(kinds.len()), Vec::with_capacity(kinds.len()));
        for (place, op) in program.ops.iter().enumerate() {
            // Results are placed before operands are given up, so that no operation writes what it reads.
            let at = match op {
                Op::Constant(constant) => Place::Constant(*constant, filled[place]),
                Op::Column(column) if in_place(program.columns[*column as usize]) => Place::Column(*column as usize),
                _ if kinds[place] == Kind::Bool => Place::Mask(masks.take()),
                _ => Place::Wide(wides.take()),
            };
            places.push(at);
            valid.push(masks.take());
            let ends = op.operands().chain([Reg(place as u32)]).filter(|reg| last[reg.place()] == place);
            let mut ended: Vec<usize> = ends.map(Reg::place).collect();
            ended.sort_unstable();
            ended.dedup();
            for ended in ended {
                masks.free.push(valid[ended]);
                match places[ended] {
                    Place::Wide(slot) => wides.free.push(slot),
                    Place::Mask(slot) => masks.free.push(slot),
                    Place::Column(_) | Place::Constant(..) => {}
                }
            }
        }
        let (wides, masks) = (wides.count, masks.count);
        Ok(Self { program: Arc::clone(program), kinds, places, valid, needed, wides, masks })
    }

    pub(super) fn scratch(&self) -> Scratch {
        let mut wides: Vec<Wide> = (0..self.wides).map(|_| Wide::new()).collect();
        for place in &self.places {
            if let Place::Constant(Constant::Float(value), Some(slot)) = place {
                wides[*slot].floats_mut().fill(*value);
            }
        }
        Scratch { wides, masks: vec![Mask::NONE; self.masks], all: vec![true; self.places.len()] }
    }
}

/// Whether a column is read where it is.
fn in_place(storage: Storage) -> bool {
    matches!(storage, Storage::F64 | Storage::I64)
}

/// The last operation that uses each; outputs are used behind all.
fn last_uses(program: &Program, needed: &[bool]) -> Vec<usize> {
    let mut last: Vec<usize> = (0..program.ops.len()).collect();
    for (place, op) in program.ops.iter().enumerate().filter(|(place, _)| needed[*place]) {
        for operand in op.operands() {
            last[operand.place()] = place;
        }
    }
    for (reg, _) in &program.outputs {
        last[reg.place()] = usize::MAX;
    }
    last
}

/// The constants that vector functions read: those take rows only.
fn read_by_row(program: &Program) -> Vec<bool> {
    let mut by_row = vec![false; program.ops.len()];
    for op in &program.ops {
        if matches!(
            op,
            Op::Function(FloatFunction::Exp | FloatFunction::Ln | FloatFunction::Log10 | FloatFunction::Log1p, _)
                | Op::Float(FloatOperator::Power, ..)
        ) {
            for operand in op.operands() {
                by_row[operand.place()] = matches!(program.ops[operand.place()], Op::Constant(_));
            }
        }
    }
    by_row
}

const _: () = assert!(ROWS.is_multiple_of(64));
