//! The interpreter: says what a program's values are, and is fast.
//!
//! A block of rows goes through all operations before the next one is read, so that what lies between them stays in the
//! processor's nearest memory. Values are loops over a block, made into vectors for what the processor can do; conditions
//! and which rows have a value are a bit a row, the latter absent where all have. Functions that are not exact go through
//! [`super::math`].

#![expect(unsafe_code, reason = "functions for what the processor can do are called where it can do that")]

pub(super) mod block;
mod floats;
mod ints;
mod lanes;
mod plan;
mod run;
pub(super) mod write;

use std::sync::{Arc, Mutex, PoisonError};

use self::block::ROWS;
use self::plan::{Plan, Scratch};
use self::run::Block;
use super::math::Math;
use super::{Backend, Column, Kernel, Output, Program, RowFault, Unsupported};
use crate::trees::Machine;

/// The interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    machine: Machine,
}

impl Default for Interpreter {
    fn default() -> Self {
        Self::for_machine(Machine::detect())
    }
}

impl Interpreter {
    /// For a machine that can do no more than that, and no more than this one can.
    #[must_use]
    pub fn for_machine(machine: Machine) -> Self {
        Self { machine: machine.min(Machine::detect()) }
    }
}

impl Backend for Interpreter {
    fn name(&self) -> &'static str {
        "interpreter"
    }

    fn prepare(&self, program: &Arc<Program>) -> Result<Box<dyn Kernel>, Unsupported> {
        let plan = Plan::new(program).map_err(|invalid| Unsupported { reason: invalid.to_string() })?;
        Ok(Box::new(Interpreted {
            plan,
            math: Math::of(self.machine),
            version: version(self.machine),
            free: Mutex::default(),
        }))
    }
}

/// The operations on a block, compiled for a machine.
type Version = unsafe fn(&mut Block<'_>, &mut [Output], usize);

struct Interpreted {
    plan: Plan,
    math: &'static Math,
    version: Version,
    /// Memory that no run uses now.
    free: Mutex<Vec<Scratch>>,
}

impl Kernel for Interpreted {
    fn run(&self, columns: &[Column<'_>], rows: usize) -> Result<Vec<Output>, RowFault> {
        let program = &self.plan.program;
        super::columns::check(columns, &program.columns, rows);
        let kept = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_else(|| self.plan.scratch());
        let mut outputs: Vec<Output> =
            program.outputs.iter().map(|(_, storage)| write::empty(*storage, rows)).collect();
        let mut fault = None;
        for start in (0..rows).step_by(ROWS) {
            let (plan, math, count) = (&self.plan, self.math, ROWS.min(rows - start));
            let mut block = Block { plan, math, columns, start, rows: count, scratch: &mut scratch, fault: None };
            // SAFETY: the version was chosen by what the processor can do.
            unsafe { (self.version)(&mut block, &mut outputs, rows) };
            fault = block.fault;
            if fault.is_some() {
                break;
            }
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        fault.map_or(Ok(outputs), Err)
    }
}

#[inline(always)]
fn block(block: &mut Block<'_>, outputs: &mut [Output], total: usize) {
    block.run();
    if block.fault.is_none() {
        for ((reg, _), output) in block.plan.program.outputs.iter().zip(outputs) {
            block.write(*reg, output, total);
        }
    }
}

fn portable(of: &mut Block<'_>, outputs: &mut [Output], total: usize) {
    block(of, outputs, total);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn avx2(of: &mut Block<'_>, outputs: &mut [Output], total: usize) {
    block(of, outputs, total);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2")]
fn avx512(of: &mut Block<'_>, outputs: &mut [Output], total: usize) {
    block(of, outputs, total);
}

#[cfg(target_arch = "x86_64")]
fn version(machine: Machine) -> Version {
    let bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2");
    match machine {
        Machine::Avx512 | Machine::Avx512Vbmi if bits => avx512,
        Machine::Avx2 if bits => avx2,
        _ => portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn version(_: Machine) -> Version {
    portable
}
