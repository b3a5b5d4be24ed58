//! Programs as machine code by LLVM: one loop over the rows, in vectors as wide as the processor's.
//!
//! What lives here: the function that a program becomes, the processor that it is for, and who owns the code. What does not: what
//! operations mean, which the interpreter says. A row without a result is found by the interpreter too: code only says that there
//! is one.
//!
//! Whatever place a row has, the same instructions and the same vector function make its values; the last rows are filled up to a
//! whole turn for that.

mod calls;
mod code;
mod emit;
mod floats;
mod ints;
mod kernel;
mod lanes;
mod logic;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Backend, Kernel, Program, Unsupported};
use code::Code;
use kernel::Compiled;
use target::Host;

/// Machine code by LLVM 19.
#[derive(Clone, Copy, Debug, Default)]
pub struct Llvm;

impl Backend for Llvm {
    fn name(&self) -> &'static str {
        "llvm"
    }

    fn prepare(&self, program: &Arc<Program>) -> Result<Box<dyn Kernel>, Unsupported> {
        Ok(Box::new(compiled(program, &Host::detect()?)?))
    }
}

fn compiled(program: &Arc<Program>, host: &Host) -> Result<Compiled, Unsupported> {
    let kinds = program.kinds().map_err(|invalid| Unsupported { reason: invalid.to_string() })?;
    let oracle = Box::new(Oracle(Arc::clone(program)));
    Ok(Compiled { code: Code::new(program, &kinds, host)?, program: Arc::clone(program), oracle })
}

struct Oracle(Arc<Program>);

impl Kernel for Oracle {
    fn run(&self, columns: &[super::Column<'_>], rows: usize) -> Result<Vec<super::Output>, super::RowFault> {
        use crate::testing::reference;
        reference::outputs(&self.0, columns, rows, reference::Math::SCALAR)
    }
}
