//! Programs as machine code, and who owns it.

use std::ptr::NonNull;

use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::execution_engine::ExecutionEngine;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::support::LLVMString;
use inkwell::targets::TargetMachine;

use super::super::math::Routine;
use super::super::{Kind, Program, Unsupported};
use super::emit::{Emission, Entry};
use super::lanes::{Built, Writer};
use super::target::Host;

const PLAIN: &str = "rows";
const NULLS: &str = "rows_with_nulls";

/// The machine code of a program.
pub(super) struct Code {
    /// For columns that have a value in every row.
    pub(super) plain: Function,
    /// For all others.
    pub(super) nulls: Function,
    // In this order: the engine goes before the context that it was made in.
    _engine: ExecutionEngine<'static>,
    _context: OwnedContext,
}

// SAFETY: the functions are code that changes nothing but what it is given, and the engine, whose counters of references are not
// shared with anything outside, is not used again before it is dropped, which LLVM lets any thread do.
unsafe impl Send for Code {}
// SAFETY: as above; nothing of the engine or the context can be reached through a reference.
unsafe impl Sync for Code {}

/// A function of a program.
pub(super) struct Function {
    pub(super) entry: Entry,
    /// Which outputs may be without a value.
    pub(super) nullable: Vec<bool>,
}

/// A context at an address that stays.
struct OwnedContext(NonNull<Context>);

impl OwnedContext {
    fn new() -> Self {
        Self(NonNull::from(Box::leak(Box::new(Context::create()))))
    }

    /// # Safety
    /// The reference must not be used once this is dropped.
    unsafe fn get(&self) -> &'static Context {
        // SAFETY: it was a box, which is dropped with this only.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for OwnedContext {
    fn drop(&mut self) {
        // SAFETY: it was a box, and nothing else drops it.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// A module with the functions of a program, optimized.
struct Optimized<'c> {
    module: Module<'c>,
    plain: Vec<bool>,
    nulls: Vec<bool>,
    calls: Vec<Routine>,
}

fn optimized<'c>(
    context: &'c Context,
    program: &Program,
    kinds: &[Kind],
    host: &Host,
    machine: &TargetMachine,
) -> Built<Optimized<'c>> {
    let module = context.create_module("rows");
    module.set_triple(&machine.get_triple());
    module.set_data_layout(&machine.get_target_data().get_data_layout());
    let writer = Writer::new(context, &module, host);
    let needed = program.needed();
    let write = |name, nulls| Emission { writer: &writer, program, kinds, needed: &needed, nulls }.function(name);
    let (plain, nulls) = (write(PLAIN, false)?, write(NULLS, true)?);
    let calls = writer.calls.take();
    drop(writer);
    module.verify().map_err(|error| failed("the code is none", &error))?;
    let options = PassBuilderOptions::create();
    // The loops are as wide as they are to be.
    options.set_loop_vectorization(false);
    options.set_loop_slp_vectorization(false);
    options.set_loop_unrolling(false);
    module.run_passes("default<O2>", machine, options).map_err(|error| failed("the code is not optimized", &error))?;
    Ok(Optimized { module, plain, nulls, calls })
}

impl Code {
    pub(super) fn new(program: &Program, kinds: &[Kind], host: &Host) -> Built<Self> {
        let context = OwnedContext::new();
        // SAFETY: what borrows it is dropped before it is, here by the order of declarations and then by that of fields.
        let borrowed = unsafe { context.get() };
        let machine = host.machine()?;
        let Optimized { module, plain, nulls, calls } = optimized(borrowed, program, kinds, host, &machine)?;
        let engine = module
            .create_jit_execution_engine(OptimizationLevel::Default)
            .map_err(|error| failed("the code cannot be run", &error))?;
        for Routine { name, address, .. } in calls {
            // What came to nothing is not there anymore.
            if let Some(function) = module.get_function(name) {
                engine.add_global_mapping(&function, address);
            }
        }
        let function = |name, nullable| {
            let address = engine
                .get_function_address(name)
                .map_err(|error| Unsupported { reason: format!("LLVM does not find its code: {error}") })?;
            // SAFETY: the function was written with this signature and the calling convention of C.
            let entry = unsafe { std::mem::transmute::<usize, Entry>(address) };
            Ok::<_, Unsupported>(Function { entry, nullable })
        };
        let (plain, nulls) = (function(PLAIN, plain)?, function(NULLS, nulls)?);
        // The machine code stays without what it was made of.
        engine
            .remove_module(&module)
            .map_err(|error| Unsupported { reason: format!("LLVM does not give its code: {error}") })?;
        drop(module);
        Ok(Self { plain, nulls, _engine: engine, _context: context })
    }
}

fn failed(what: &str, error: &LLVMString) -> Unsupported {
    Unsupported { reason: format!("LLVM: {what}: {}", error.to_string_lossy()) }
}

/// The code as text, for a processor that need not be this one.
#[cfg(test)]
pub(super) fn assembly(program: &Program, host: &Host) -> String {
    let (context, machine) = (Context::create(), host.machine().unwrap());
    let module = optimized(&context, program, &program.kinds().unwrap(), host, &machine).unwrap().module;
    let text = machine.write_to_memory_buffer(&module, inkwell::targets::FileType::Assembly).unwrap();
    String::from_utf8_lossy(text.as_slice()).into_owned()
}
