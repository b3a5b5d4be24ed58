//! The table of addresses that a loop is given.

use crate::rows::Program;

/// Places in the table.
#[derive(Clone, Copy)]
pub(super) struct Table {
    columns: usize,
    ops: usize,
    outputs: usize,
}

impl Table {
    pub(super) fn new(program: &Program) -> Self {
        Self { columns: program.columns.len(), ops: program.ops.len(), outputs: program.outputs.len() }
    }

    /// Values of a column.
    pub(super) fn column(&self, column: usize) -> usize {
        column
    }

    /// A byte a row: whether a column has a value.
    pub(super) fn column_valid(&self, column: usize) -> usize {
        self.columns + column
    }

    /// Values of an operation.
    pub(super) fn kept(&self, place: usize) -> usize {
        2 * self.columns + place
    }

    /// A byte a row: whether an operation has a value.
    pub(super) fn kept_valid(&self, place: usize) -> usize {
        2 * self.columns + self.ops + place
    }

    /// Values of an output.
    pub(super) fn output(&self, output: usize) -> usize {
        2 * (self.columns + self.ops) + output
    }

    /// A byte a row: whether an output has a value.
    pub(super) fn output_valid(&self, output: usize) -> usize {
        2 * (self.columns + self.ops) + self.outputs + output
    }

    pub(super) fn len(&self) -> usize {
        2 * (self.columns + self.ops + self.outputs)
    }
}
