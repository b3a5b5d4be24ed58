//! What code is made for.

use inkwell::OptimizationLevel;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::targets::{CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple};
use inkwell::values::FunctionValue;

use super::super::Unsupported;
use super::lanes::Built;
use crate::trees::Machine;

/// A processor, and how wide code for it is.
pub(super) struct Host {
    cpu: String,
    features: String,
    /// Whose vectors it uses: functions that are not exact are computed as they are there.
    pub(super) machine: Machine,
    /// Rows of a vector.
    pub(super) lanes: u32,
}

impl Host {
    /// The processor that this runs on, in vectors as wide as those of a machine that can do no more.
    pub(super) fn new(machine: Machine) -> Built<Self> {
        Target::initialize_native(&InitializationConfig::default())
            .map_err(|error| Unsupported { reason: format!("LLVM has no code for this processor: {error}") })?;
        #[cfg(target_arch = "x86_64")]
        if !is_x86_feature_detected!("sse4.1") {
            // Without it, rounding is a function of the C library, which an engine might not find.
            return Err(Unsupported { reason: "the processor has no SSE4.1".to_owned() });
        }
        let lanes = match machine {
            Machine::Avx512 | Machine::Avx512Vbmi => 8,
            Machine::Avx2 => 4,
            Machine::Portable => 2,
        };
        Ok(Self {
            cpu: TargetMachine::get_host_cpu_name().to_string_lossy().into_owned(),
            features: TargetMachine::get_host_cpu_features().to_string_lossy().into_owned(),
            machine,
            lanes,
        })
    }

    /// The same processor with eight lanes, of several vectors where its own are narrower.
    #[cfg(test)]
    pub(super) fn with_eight_lanes(self) -> Self {
        Self { lanes: 8, ..self }
    }

    /// A processor with AVX-512, whether or not this one has it.
    #[cfg(test)]
    pub(super) fn avx512() -> Self {
        Target::initialize_native(&InitializationConfig::default()).unwrap();
        let features = "+avx512f,+avx512bw,+avx512dq,+avx512vl,+fma".to_owned();
        Self { cpu: "x86-64-v4".to_owned(), features, machine: Machine::Avx512, lanes: 8 }
    }

    /// What makes code for it.
    pub(super) fn machine(&self) -> Built<TargetMachine> {
        let triple: TargetTriple = TargetMachine::get_default_triple();
        let target = Target::from_triple(&triple)
            .map_err(|error| Unsupported { reason: format!("LLVM has no code for this processor: {error}") })?;
        target
            .create_target_machine(
                &triple,
                &self.cpu,
                &self.features,
                OptimizationLevel::Default,
                RelocMode::PIC,
                CodeModel::JITDefault,
            )
            .ok_or_else(|| Unsupported { reason: format!("LLVM has no code for a {}", self.cpu) })
    }

    /// Says of a function what processor it is for. Without that the engine takes it for one of the least processor, passes
    /// wide vectors otherwise than the vector functions take them, and what they give is wrong.
    pub(super) fn mark(&self, context: &Context, function: FunctionValue<'_>) {
        let set = |key: &str, value: &str| {
            function.add_attribute(AttributeLoc::Function, context.create_string_attribute(key, value));
        };
        set("target-cpu", &self.cpu);
        set("target-features", &self.features);
        set("prefer-vector-width", &(64 * self.lanes).to_string());
    }

    /// Says of a function that it is one of its operands only.
    pub(super) fn mark_pure(&self, context: &Context, function: FunctionValue<'_>) {
        self.mark(context, function);
        for name in ["nounwind", "willreturn", "memory"] {
            // The effects on memory are bits, none of which are set.
            let attribute = context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), 0);
            function.add_attribute(AttributeLoc::Function, attribute);
        }
    }
}
