//! Machine code of a program's loops.

#![expect(unsafe_code, reason = "memory with code is freed when nothing calls it any more")]

use std::sync::{Mutex, PoisonError};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Value};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, default_libcall_names};

use super::emit::Loop;
use super::schedule::Schedule;
use super::table::Table;
use crate::rows::{Kind, Program, Unsupported};

/// A loop: takes the table of addresses and how many rows there are, at least one, and gives whether a row has no result.
pub(super) type Code = unsafe extern "C" fn(*const *const u8, u64) -> u8;

/// Loops as machine code. Memory that can be written is never executed, nor the other way round; it is freed with this.
pub(super) struct Compiled {
    /// By whether columns may lack values: the loops, without those in which nothing happens.
    pub loops: [Vec<Option<Code>>; 2],
    module: Mutex<Option<JITModule>>,
}

impl Drop for Compiled {
    fn drop(&mut self) {
        let module = self.module.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(module) = module {
            // SAFETY: who calls the code borrows this, so nobody does now, and the addresses go with it.
            unsafe { module.free_memory() };
        }
    }
}

fn unsupported(error: impl std::fmt::Display) -> Unsupported {
    Unsupported { reason: format!("cranelift: {error}") }
}

fn module() -> Result<JITModule, Unsupported> {
    let mut flags = settings::builder();
    for (name, value) in
        [("opt_level", "speed"), ("is_pic", "false"), ("use_colocated_libcalls", "false"), ("enable_verifier", "false")]
    {
        flags.set(name, value).map_err(unsupported)?;
    }
    let isa = cranelift_native::builder().map_err(unsupported)?;
    let isa = isa.finish(settings::Flags::new(flags)).map_err(unsupported)?;
    Ok(JITModule::new(JITBuilder::with_isa(isa, default_libcall_names())))
}

impl Compiled {
    /// Compiles the loops; `nulls` says of each operation whether a row may have no value, where columns have all and where
    /// they may lack some.
    pub(super) fn new(
        program: &Program,
        kinds: &[Kind],
        schedule: &Schedule,
        nulls: [&[bool]; 2],
    ) -> Result<Self, Unsupported> {
        // The backends' code addresses 64 bits.
        if usize::BITS != 64 {
            return Err(unsupported("addresses have fewer than 64 bits"));
        }
        let mut module = module()?;
        let mut context = FunctionBuilderContext::new();
        let mut functions: [Vec<Option<FuncId>>; 2] = Default::default();
        for (nulls, functions) in nulls.into_iter().zip(&mut functions) {
            for number in 0..schedule.loops {
                let one = OneLoop { program, kinds, schedule, nulls, number };
                functions.push(one.define(&mut module, &mut context)?);
            }
        }
        module.finalize_definitions().map_err(unsupported)?;
        let code = |function: FuncId| {
            let address = module.get_finalized_function(function);
            // SAFETY: the function was defined with this signature.
            unsafe { std::mem::transmute::<*const u8, Code>(address) }
        };
        let loops = functions.map(|functions| functions.into_iter().map(|function| function.map(code)).collect());
        Ok(Self { loops, module: Mutex::new(Some(module)) })
    }
}

/// What is said of a loop.
struct OneLoop<'a> {
    program: &'a Program,
    kinds: &'a [Kind],
    schedule: &'a Schedule,
    nulls: &'a [bool],
    number: usize,
}

impl OneLoop<'_> {
    /// Defines the loop's function; `None` where nothing would happen in it.
    fn define(
        &self,
        module: &mut JITModule,
        context: &mut FunctionBuilderContext,
    ) -> Result<Option<FuncId>, Unsupported> {
        let mut code = module.make_context();
        code.func.signature.params.extend([AbiParam::new(I64), AbiParam::new(I64)]);
        code.func.signature.returns.push(AbiParam::new(I8));
        let mut build = FunctionBuilder::new(&mut code.func, context);
        let (start, body, end) = (build.create_block(), build.create_block(), build.create_block());
        build.append_block_params_for_function_params(start);
        let (row, seen) = (build.append_block_param(body, I64), build.append_block_param(body, I8));
        let found = build.append_block_param(end, I8);
        build.switch_to_block(start);
        let (pointers, rows) = (build.block_params(start)[0], build.block_params(start)[1]);
        let (first, none) = (build.ins().iconst(I64, 0), build.ins().iconst(I8, 0));
        let table = Table::new(self.program);
        let address = |place: usize| build.ins().load(I64, MemFlagsData::trusted(), pointers, (place * 8) as i32);
        let addresses: Vec<Value> = (0..table.len()).map(address).collect();
        build.ins().jump(body, &[first.into(), none.into()]);
        build.switch_to_block(body);
        let mut rows_of = Loop {
            build: &mut build,
            program: self.program,
            kinds: self.kinds,
            schedule: self.schedule,
            nulls: self.nulls,
            table,
            addresses: &addresses,
            row,
            known: vec![None; self.program.ops.len()],
            fault: seen,
            matters: false,
        };
        rows_of.body(self.number);
        let (fault, matters) = (rows_of.fault, rows_of.matters);
        let next = build.ins().iadd_imm_u(row, 1);
        let more = build.ins().icmp(IntCC::UnsignedLessThan, next, rows);
        build.ins().brif(more, body, &[next.into(), fault.into()], end, &[fault.into()]);
        build.switch_to_block(end);
        build.ins().return_(&[found]);
        build.seal_all_blocks();
        build.finalize(module.target_config());
        if !matters {
            module.clear_context(&mut code);
            return Ok(None);
        }
        let function = module.declare_anonymous_function(&code.func.signature).map_err(unsupported)?;
        module.define_function(function, &mut code).map_err(unsupported)?;
        module.clear_context(&mut code);
        Ok(Some(function))
    }
}
