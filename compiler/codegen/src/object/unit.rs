//! The object file as it grows: functions, the data that they read, and the functions of the C library that they call.

use std::collections::HashMap;

use cranelift_codegen::ir::{AbiParam, Function, Signature, Type, UserFuncName, Value, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, ModuleError, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};

use super::Uncompiled;
use super::emit::Emit;
use super::tables::{ALIGNMENT, Tables};

/// The most bytes that tables may have: places in them are numbers of 31 bits.
const MOST_BYTES: usize = i32::MAX as usize;

/// An object file that is being made.
pub(super) struct Unit {
    module: ObjectModule,
    data: DataId,
    /// What goes into its read-only data.
    pub(super) tables: Tables,
    imports: HashMap<&'static str, FuncId>,
}

/// Whether others see a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// By all who load the library.
    ByAll,
    /// Only by those of the same unit.
    Here,
}

fn unsupported(error: &dyn std::fmt::Display) -> Uncompiled {
    Uncompiled::Unsupported(format!("no code is made for this machine: {error}"))
}

fn module_error(error: ModuleError) -> Uncompiled {
    match error {
        ModuleError::Compilation(CodegenError::CodeTooLarge | CodegenError::ImplLimitExceeded) => {
            Uncompiled::Unsupported("its code is larger than a function can be".into())
        }
        error => Uncompiled::Broken(format!("its code cannot be made: {error}")),
    }
}

impl Unit {
    /// An empty one for this machine's family, without any feature that only some processors of it have.
    pub(super) fn new(name: &str) -> Result<Self, Uncompiled> {
        let mut flags = settings::builder();
        let chosen = [
            ("is_pic", "true"),
            ("opt_level", "speed"),
            ("enable_probestack", "true"),
            ("probestack_strategy", "inline"),
        ];
        for (flag, value) in chosen {
            flags.set(flag, value).map_err(|error| unsupported(&error))?;
        }
        let machine = cranelift_native::builder_with_options(false).map_err(|error| unsupported(&error))?;
        let machine = machine.finish(settings::Flags::new(flags)).map_err(|error| unsupported(&error))?;
        let file = format!("{name}.o");
        let builder = ObjectBuilder::new(machine, file, default_libcall_names()).map_err(module_error)?;
        let mut module = ObjectModule::new(builder);
        let data = module.declare_data("tables", Linkage::Local, false, false).map_err(module_error)?;
        Ok(Self { module, data, tables: Tables::default(), imports: HashMap::new() })
    }

    /// The machine that it is for.
    pub(super) fn host(&self) -> String {
        self.module.isa().triple().to_string()
    }

    /// The type of addresses.
    pub(super) fn address(&self) -> Type {
        self.module.isa().pointer_type()
    }

    /// Defines a function whose code `body` makes, given the parameters; it ends with `Emit::give`.
    pub(super) fn define(
        &mut self,
        name: &str,
        seen: Seen,
        takes: &[Type],
        gives: &[Type],
        body: impl FnOnce(&mut Emit<'_>, &[Value]) -> Result<(), Uncompiled>,
    ) -> Result<FuncId, Uncompiled> {
        let linkage = if seen == Seen::ByAll { Linkage::Export } else { Linkage::Local };
        let signature = self.signature(takes, gives);
        let id = self.module.declare_function(name, linkage, &signature).map_err(module_error)?;
        let mut context = Context::new();
        context.func = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
        let mut of_builder = FunctionBuilderContext::new();
        let mut builder = FunctionBuilder::new(&mut context.func, &mut of_builder);
        let block = builder.create_block();
        builder.append_block_params_for_function_params(block);
        builder.switch_to_block(block);
        builder.seal_block(block);
        let parameters = builder.block_params(block).to_vec();
        let frontend = self.module.isa().frontend_config();
        let mut emit = Emit { b: builder, unit: self };
        body(&mut emit, &parameters)?;
        emit.b.finalize(frontend);
        self.module.define_function(id, &mut context).map_err(module_error)?;
        Ok(id)
    }

    fn signature(&self, takes: &[Type], gives: &[Type]) -> Signature {
        let mut signature = self.module.make_signature();
        signature.params.extend(takes.iter().copied().map(AbiParam::new));
        signature.returns.extend(gives.iter().copied().map(AbiParam::new));
        signature
    }

    /// A function of the C library that takes floats of a type and gives one.
    pub(super) fn import(&mut self, name: &'static str, ty: Type, count: usize) -> Result<FuncId, Uncompiled> {
        if let Some(known) = self.imports.get(name) {
            return Ok(*known);
        }
        let signature = self.signature(&vec![ty; count], &[ty]);
        let id = self.module.declare_function(name, Linkage::Import, &signature).map_err(module_error)?;
        self.imports.insert(name, id);
        Ok(id)
    }

    /// A function as another one calls it.
    pub(super) fn callee(&mut self, id: FuncId, caller: &mut Function) -> cranelift_codegen::ir::FuncRef {
        self.module.declare_func_in_func(id, caller)
    }

    /// The read-only data as a function reads them.
    pub(super) fn data_in(&mut self, reader: &mut Function) -> cranelift_codegen::ir::GlobalValue {
        self.module.declare_data_in_func(self.data, reader)
    }

    /// The bytes of the file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Uncompiled> {
        let bytes = self.tables.finish();
        if bytes.len() > MOST_BYTES {
            return Err(Uncompiled::Unsupported("its tables are larger than 2 GiB".into()));
        }
        let mut data = DataDescription::new();
        data.set_align(ALIGNMENT as u64);
        data.define(bytes.into_boxed_slice());
        self.module.define_data(self.data, &data).map_err(module_error)?;
        self.module
            .finish()
            .emit()
            .map_err(|error| Uncompiled::Broken(format!("its object file cannot be made: {error}")))
    }
}

/// `int` of C.
pub(super) const INT: Type = types::I32;
