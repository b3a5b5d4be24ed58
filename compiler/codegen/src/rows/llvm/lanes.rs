//! Instructions on vectors of a fixed number of lanes.

use std::cell::RefCell;

use inkwell::basic_block::BasicBlock;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::{BasicTypeEnum, IntType, PointerType, VectorType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValueError,
    IntValue, PointerValue, VectorValue,
};
use inkwell::{FloatPredicate, IntPredicate};

use super::super::Unsupported;
use super::super::math::{Math, Routine};
use super::target::Host;

/// An element for each lane.
pub(super) type Lanes<'c> = VectorValue<'c>;

pub(super) type Built<T> = Result<T, Unsupported>;

impl From<BuilderError> for Unsupported {
    fn from(error: BuilderError) -> Self {
        Self { reason: format!("LLVM did not take an instruction: {error}") }
    }
}

/// What an operation gave, of some rows.
#[derive(Clone, Copy)]
pub(super) struct Value<'c> {
    /// Truth values, 64-bit integers or floats; anything in lanes without a value.
    pub(super) of: Lanes<'c>,
    /// Which lanes have one; all where not given.
    pub(super) valid: Option<Lanes<'c>>,
}

impl<'c> Value<'c> {
    pub(super) fn valid(of: Lanes<'c>) -> Self {
        Self { of, valid: None }
    }
}

/// Where instructions go, and the types that they are about.
pub(super) struct Writer<'a, 'c> {
    pub(super) context: &'c Context,
    pub(super) module: &'a Module<'c>,
    pub(super) builder: Builder<'c>,
    pub(super) host: &'a Host,
    /// How functions that are not exact are computed.
    pub(super) functions: &'static Math,
    /// What the code calls.
    pub(super) calls: RefCell<Vec<Routine>>,
    /// Truth values.
    pub(super) masks: VectorType<'c>,
    /// 64-bit integers.
    pub(super) ints: VectorType<'c>,
    /// 64-bit floats.
    pub(super) floats: VectorType<'c>,
}

impl<'a, 'c> Writer<'a, 'c> {
    pub(super) fn new(context: &'c Context, module: &'a Module<'c>, host: &'a Host) -> Self {
        Self {
            context,
            module,
            builder: context.create_builder(),
            host,
            functions: Math::of(host.machine),
            calls: RefCell::default(),
            masks: context.bool_type().vec_type(host.lanes),
            ints: context.i64_type().vec_type(host.lanes),
            floats: context.f64_type().vec_type(host.lanes),
        }
    }

    pub(super) fn at(&self, block: BasicBlock<'c>) {
        self.builder.position_at_end(block);
    }

    pub(super) fn i64(&self) -> IntType<'c> {
        self.context.i64_type()
    }

    pub(super) fn pointer(&self) -> PointerType<'c> {
        self.context.ptr_type(inkwell::AddressSpace::default())
    }

    fn every<V: BasicValue<'c> + Copy>(&self, value: V) -> Lanes<'c> {
        VectorType::const_vector(&vec![value; self.host.lanes as usize])
    }

    /// The same truth value in every lane.
    pub(super) fn truth(&self, value: bool) -> Lanes<'c> {
        self.every(self.context.bool_type().const_int(value.into(), false))
    }

    /// The same integer in every lane.
    pub(super) fn int(&self, value: i64) -> Lanes<'c> {
        self.every(self.i64().const_int(value as u64, true))
    }

    /// The same float in every lane.
    pub(super) fn float(&self, value: f64) -> Lanes<'c> {
        self.every(self.context.f64_type().const_float(value))
    }

    pub(super) fn binary(&self, op: InstructionOpcode, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_binop(op, a, b, "")?.into_vector_value())
    }

    pub(super) fn cast(&self, op: InstructionOpcode, of: Lanes<'c>, to: VectorType<'c>) -> Built<Lanes<'c>> {
        if of.get_type() == to {
            return Ok(of);
        }
        Ok(self.builder.build_cast(op, of, to, "")?.into_vector_value())
    }

    pub(super) fn and(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.binary(InstructionOpcode::And, a, b)
    }

    pub(super) fn or(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.binary(InstructionOpcode::Or, a, b)
    }

    pub(super) fn not(&self, a: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_not(a, "")?)
    }

    /// Lanes that are in both, where not given meaning all.
    pub(super) fn both(&self, a: Option<Lanes<'c>>, b: Option<Lanes<'c>>) -> Built<Option<Lanes<'c>>> {
        match (a, b) {
            (Some(a), Some(b)) => Ok(Some(self.and(a, b)?)),
            (one, None) | (None, one) => Ok(one),
        }
    }

    /// A condition where it has a value, else false.
    pub(super) fn is_true(&self, condition: Value<'c>) -> Built<Lanes<'c>> {
        condition.valid.map_or(Ok(condition.of), |valid| self.and(condition.of, valid))
    }

    pub(super) fn select(&self, condition: Lanes<'c>, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_select(condition, a, b, "")?.into_vector_value())
    }

    pub(super) fn ints_are(&self, predicate: IntPredicate, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_int_compare(predicate, a, b, "")?)
    }

    pub(super) fn floats_are(&self, predicate: FloatPredicate, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_float_compare(predicate, a, b, "")?)
    }

    /// Whether it is not a number.
    pub(super) fn is_nan(&self, of: Lanes<'c>) -> Built<Lanes<'c>> {
        self.floats_are(FloatPredicate::UNO, of, of)
    }

    /// An intrinsic that is named after the type of its first operand.
    pub(super) fn intrinsic(&self, name: &str, operands: &[Lanes<'c>]) -> Built<BasicValueEnum<'c>> {
        let lacking = || Unsupported { reason: format!("LLVM has no {name}") };
        let of: BasicTypeEnum<'c> = operands.first().ok_or_else(lacking)?.get_type().into();
        let function = Intrinsic::find(name)
            .and_then(|intrinsic| intrinsic.get_declaration(self.module, &[of]))
            .ok_or_else(lacking)?;
        self.call(function, &operands.iter().map(|operand| (*operand).into()).collect::<Vec<_>>())
    }

    /// An intrinsic that gives a vector.
    pub(super) fn math(&self, name: &str, operands: &[Lanes<'c>]) -> Built<Lanes<'c>> {
        Ok(self.intrinsic(name, operands)?.into_vector_value())
    }

    pub(super) fn call(
        &self,
        function: FunctionValue<'c>,
        operands: &[BasicMetadataValueEnum<'c>],
    ) -> Built<BasicValueEnum<'c>> {
        let called = self.builder.build_direct_call(function, operands, "")?;
        called
            .try_as_basic_value()
            .basic()
            .ok_or_else(|| Unsupported { reason: "LLVM has a function without a result where one is due".to_owned() })
    }

    /// Some lanes, by their places.
    pub(super) fn pick(&self, from: Lanes<'c>, places: impl Iterator<Item = u32>) -> Built<Lanes<'c>> {
        let places: Vec<IntValue<'c>> =
            places.map(|place| self.context.i32_type().const_int(place.into(), false)).collect();
        let nothing = from.get_type().get_poison();
        Ok(self.builder.build_shuffle_vector(from, nothing, VectorType::const_vector(&places), "")?)
    }

    /// Vectors one behind the other, which are a power of two.
    pub(super) fn join(&self, parts: &[Lanes<'c>]) -> Built<Lanes<'c>> {
        if let [whole] = parts {
            return Ok(*whole);
        }
        let (low, high) = parts.split_at(parts.len() / 2);
        let (low, high) = (self.join(low)?, self.join(high)?);
        let places: Vec<IntValue<'c>> = (0..2 * low.get_type().get_size())
            .map(|place| self.context.i32_type().const_int(place.into(), false))
            .collect();
        Ok(self.builder.build_shuffle_vector(low, high, VectorType::const_vector(&places), "")?)
    }

    /// The address of an element of an array.
    pub(super) fn element(
        &self,
        of: BasicTypeEnum<'c>,
        array: PointerValue<'c>,
        place: IntValue<'c>,
    ) -> Built<PointerValue<'c>> {
        // SAFETY: an address is computed; whoever runs the code answers for the memory.
        Ok(unsafe { self.builder.build_gep(of, array, &[place], "")? })
    }

    /// What lies at an address, aligned to `alignment` bytes.
    pub(super) fn load(
        &self,
        of: BasicTypeEnum<'c>,
        from: PointerValue<'c>,
        alignment: u32,
    ) -> Built<BasicValueEnum<'c>> {
        let loaded = self.builder.build_load(of, from, "")?;
        if let Some(instruction) = loaded.as_instruction_value() {
            instruction.set_alignment(alignment).map_err(misaligned)?;
        }
        Ok(loaded)
    }

    /// Writes to an address, aligned to `alignment` bytes.
    pub(super) fn store(&self, to: PointerValue<'c>, what: BasicValueEnum<'c>, alignment: u32) -> Built<()> {
        self.builder.build_store(to, what)?.set_alignment(alignment).map_err(misaligned)
    }
}

fn misaligned(error: InstructionValueError) -> Unsupported {
    Unsupported { reason: format!("LLVM did not take an alignment: {error}") }
}
