//! Ways to execute programs, behind one trait.

use std::fmt;
use std::sync::Arc;

use super::{Column, IntOperator, Output, Program, Width};

/// A way to execute programs.
pub trait Backend: Send + Sync {
    /// Its name: `interpreter`, `cranelift`, `llvm`.
    fn name(&self) -> &'static str;

    /// Makes a program ready to run.
    ///
    /// # Errors
    /// Where this backend, or the machine it runs on, has no way to execute it.
    fn prepare(&self, program: &Arc<Program>) -> Result<Box<dyn Kernel>, Unsupported>;
}

/// A program that is ready. Rows do not depend on each other, so that any part of them may be given to any thread.
pub trait Kernel: Send + Sync {
    /// The program's outputs for the first `rows` rows of its columns.
    ///
    /// # Errors
    /// Where integer arithmetic does not fit, in the first row in which it does not.
    ///
    /// # Panics
    /// Where columns are fewer, shorter, or stored otherwise than the program says.
    fn run(&self, columns: &[Column<'_>], rows: usize) -> Result<Vec<Output>, RowFault>;
}

/// Why a backend cannot execute a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// What it lacks.
    pub reason: String,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unsupported {}

/// A row that has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The row, from 0.
    pub row: usize,
    /// Why.
    pub kind: RowFaultKind,
}

/// Why a row has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFaultKind {
    /// The result does not fit 64 bits.
    Overflow(IntOperator, i64, i64),
    /// A number does not fit a narrower type.
    Narrow(i64, Width),
}
