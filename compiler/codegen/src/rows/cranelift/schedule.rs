//! Which loop computes what.
//!
//! Functions that are not exact take a whole block at once, between loops: what they need is computed in loops before, and what
//! needs them in loops behind. All other operations are in the last loop that is early enough, so that little is kept
//! between loops.

use crate::rows::{Constant, FloatFunction, FloatOperator, IntOperator, Op, Program, Reg, Storage};

/// What is computed where.
pub(super) struct Schedule {
    /// Loops; between one and the next, functions of whole blocks are computed.
    pub loops: usize,
    /// Of each operation: its loop, or the loop behind which it is computed by whole blocks.
    pub at: Vec<usize>,
    /// Of each operation: whether an output needs it.
    pub needed: Vec<bool>,
    /// Of each operation: whether its values are kept for a later loop or a function of whole blocks.
    pub kept: Vec<bool>,
    /// Of each operation: whether it is kept which of its rows have a value.
    pub kept_valid: Vec<bool>,
    /// The loop that writes each output.
    pub written: Vec<usize>,
}

/// Whether an operation is computed by whole blocks.
pub(super) fn by_blocks(op: &Op) -> bool {
    matches!(
        op,
        Op::Function(FloatFunction::Exp | FloatFunction::Ln | FloatFunction::Log10 | FloatFunction::Log1p, _)
            | Op::Float(FloatOperator::Power, ..)
    )
}

/// Whether every loop that needs it makes it anew.
fn anew(op: &Op) -> bool {
    matches!(op, Op::Column(_) | Op::Constant(_))
}

impl Schedule {
    pub(super) fn new(program: &Program) -> Self {
        let ops = &program.ops;
        let needed = program.needed();
        let mut at: Vec<usize> = Vec::with_capacity(ops.len());
        for op in ops {
            let behind = |operand: Reg| at[operand.place()] + usize::from(by_blocks(&ops[operand.place()]));
            at.push(op.operands().map(behind).max().unwrap_or(0));
        }
        sink(ops, &needed, &mut at);
        let written: Vec<usize> = program
            .outputs
            .iter()
            .map(|(reg, _)| at[reg.place()] + usize::from(by_blocks(&ops[reg.place()])))
            .collect();
        let (mut kept, mut kept_valid) = (vec![false; ops.len()], vec![false; ops.len()]);
        for (place, op) in ops.iter().enumerate().filter(|(place, _)| needed[*place]) {
            for operand in op.operands().map(Reg::place) {
                // A column that lies as it is read needs no copy.
                let read =
                    matches!(&ops[operand], Op::Column(column) if program.columns[*column as usize] == Storage::F64);
                let later = at[operand] < at[place] && !anew(&ops[operand]);
                kept[operand] |= later || by_blocks(op) && !read;
                kept_valid[operand] |= later;
            }
        }
        for (place, op) in ops.iter().enumerate().filter(|(_, op)| by_blocks(op)) {
            let output = program.outputs.iter().any(|(reg, _)| reg.place() == place);
            debug_assert!(!anew(op));
            kept[place] = needed[place];
            kept_valid[place] |= output;
        }
        let loops = (0..ops.len())
            .filter(|place| needed[*place])
            .map(|place| at[place] + 1)
            .chain(written.iter().map(|written| written + 1))
            .max()
            .unwrap_or(0);
        Self { loops, at, needed, kept, kept_valid, written }
    }
}

impl Schedule {
    /// Whether an operation reads a column.
    pub(super) fn reads(&self, program: &Program, column: usize) -> bool {
        let reads =
            |(op, needed): (&Op, &bool)| *needed && matches!(op, Op::Column(place) if *place as usize == column);
        program.ops.iter().zip(&self.needed).any(reads)
    }
}

/// Moves operations behind, to the first loop that uses them.
fn sink(ops: &[Op], needed: &[bool], at: &mut [usize]) {
    let mut first: Vec<Option<usize>> = vec![None; ops.len()];
    for (place, op) in ops.iter().enumerate().rev() {
        if !needed[place] {
            continue;
        }
        if let Some(first) = first[place]
            && !by_blocks(op)
            && !anew(op)
        {
            at[place] = first;
        }
        for operand in op.operands().map(Reg::place) {
            first[operand] = Some(first[operand].map_or(at[place], |known| known.min(at[place])));
        }
    }
}

/// Of each operation, whether a row of it may have no value, where columns may lack some or do not.
pub(super) fn nulls(program: &Program, columns: bool) -> Vec<bool> {
    let mut nulls: Vec<bool> = Vec::with_capacity(program.ops.len());
    for op in &program.ops {
        let any = op.operands().any(|operand| nulls[operand.place()]);
        let of = |reg: Reg| nulls[reg.place()];
        nulls.push(match *op {
            Op::Column(_) => columns,
            Op::Constant(constant) => matches!(constant, Constant::Null(_)),
            Op::Int { used: Some(_), .. } | Op::Narrow { used: Some(_), .. } => true,
            Op::Int { op: IntOperator::FloorDivide | IntOperator::Remainder, right, .. } => {
                any || !matches!(program.ops[right.place()], Op::Constant(Constant::Int(by)) if by != 0)
            }
            Op::Whole(_) => true,
            Op::IsNull(_) => false,
            Op::Coalesce(a, b) => of(a) && of(b),
            Op::Select(_, a, b) => of(a) || of(b),
            _ => any,
        });
    }
    nulls
}
