//! Programs as machine code by LLVM: one loop over the rows, in vectors as wide as the processor's.
//!
//! What lives here: the function that a program becomes, the processor that it is for, and who owns the code. What does not: what
//! operations mean, which the interpreter says. A row without a result is found by the interpreter too: code only says that there
//! is one.
//!
//! Whatever place a row has, the same instructions and the same vector function make its values; the last rows are filled up to a
//! whole turn for that.

#![expect(unsafe_code, reason = "code is made and called, and reads and writes where it is told")]

mod calls;
mod code;
mod emit;
mod floats;
#[cfg(target_arch = "x86_64")]
mod formulas;
mod ints;
mod kernel;
mod lanes;
mod logic;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::code::Code;
use self::kernel::Compiled;
use self::target::Host;
use super::{Backend, Interpreter, Kernel, Program, Unsupported};
use crate::trees::Machine;

/// Machine code by LLVM 19.
#[derive(Clone, Copy, Debug)]
pub struct Llvm {
    machine: Machine,
}

impl Default for Llvm {
    fn default() -> Self {
        Self::for_machine(Machine::detect())
    }
}

impl Llvm {
    /// In vectors as wide as those of that machine, and no wider than those of this one.
    #[must_use]
    pub fn for_machine(machine: Machine) -> Self {
        Self { machine: machine.min(Machine::detect()) }
    }
}

impl Backend for Llvm {
    fn name(&self) -> &'static str {
        "llvm"
    }

    fn prepare(&self, program: &Arc<Program>) -> Result<Box<dyn Kernel>, Unsupported> {
        Ok(Box::new(compiled(program, &Host::new(self.machine)?)?))
    }
}

fn compiled(program: &Arc<Program>, host: &Host) -> Result<Compiled, Unsupported> {
    let kinds = program.kinds().map_err(|invalid| Unsupported { reason: invalid.to_string() })?;
    let oracle = Interpreter::for_machine(host.machine).prepare(program)?;
    Ok(Compiled { code: Code::new(program, &kinds, host)?, program: Arc::clone(program), oracle })
}
