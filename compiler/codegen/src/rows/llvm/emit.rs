//! The function that a program becomes: eight rows a turn, in as many vectors as that takes, all operations before the next turn.

use std::num::NonZeroU32;

use inkwell::IntPredicate;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, InstructionOpcode, IntValue, PointerValue};

use super::super::{Constant, Kind, Op, Program, Reg, Storage, Unsupported};
use super::ints::Checked;
use super::lanes::{Built, Lanes, Value, Writer};

/// Rows of a turn: as many as a byte has bits.
pub(super) const ROWS: usize = 8;

/// Where a column is, for a function.
#[repr(C)]
pub(super) struct Source {
    /// The first value, or the byte of the first bit.
    pub(super) values: *const u8,
    /// Its bit.
    pub(super) first_value: u64,
    /// The byte of the first row's bit. Two bytes are read at a time.
    pub(super) validity: *const u8,
    /// Its bit.
    pub(super) first_validity: u64,
    /// All ones, or zero where the same two bytes are for all rows.
    pub(super) validity_moves: u64,
}

/// Where an output goes, for a function.
#[repr(C)]
pub(super) struct Sink {
    /// The first value.
    pub(super) values: *mut u8,
    /// The first byte of which rows have one; not written to where all have.
    pub(super) validity: *mut u8,
}

/// A function, made of a program: from as many sources as it has columns to as many sinks as it has outputs, that many turns.
/// Gives the turn with a fault, which is not written, or the number of turns.
pub(super) type Entry = unsafe extern "C" fn(sources: *const Source, sinks: *const Sink, turns: u64) -> u64;

/// A column within a function.
struct Input<'c> {
    values: PointerValue<'c>,
    first_value: IntValue<'c>,
    /// Where its rows may be without a value.
    validity: Option<(PointerValue<'c>, IntValue<'c>, IntValue<'c>)>,
}

/// The bits of a column in a turn.
#[derive(Clone, Copy, Default)]
struct TurnBits<'c> {
    values: Option<IntValue<'c>>,
    validity: Option<IntValue<'c>>,
}

/// Rows of an output, not written yet.
#[derive(Default)]
struct Written<'c> {
    values: Vec<Lanes<'c>>,
    validity: Vec<Lanes<'c>>,
}

/// A program on its way to be a function.
pub(super) struct Emission<'w, 'a, 'c> {
    pub(super) writer: &'w Writer<'a, 'c>,
    pub(super) program: &'w Program,
    pub(super) kinds: &'w [Kind],
    /// Of each operation, whether an output needs it.
    pub(super) needed: &'w [bool],
    /// Whether rows of columns may be without a value.
    pub(super) nulls: bool,
}

impl<'c> Emission<'_, '_, 'c> {
    /// Writes the function. Gives which outputs may be without a value.
    pub(super) fn function(&self, name: &str) -> Built<Vec<bool>> {
        let w = self.writer;
        let (pointer, long) = (w.pointer(), w.i64());
        let function =
            w.module.add_function(name, long.fn_type(&[pointer.into(), pointer.into(), long.into()], false), None);
        w.host.mark(w.context, function);
        let block = |name| w.context.append_basic_block(function, name);
        let (entry, test, turn, next, fault, done) =
            (block("entry"), block("test"), block("turn"), block("next"), block("fault"), block("done"));
        let parameter = |place| {
            function.get_nth_param(place).ok_or_else(|| Unsupported { reason: "LLVM lost a parameter".to_owned() })
        };
        let (sources, sinks) = (parameter(0)?.into_pointer_value(), parameter(1)?.into_pointer_value());
        let turns = parameter(2)?.into_int_value();

        w.at(entry);
        let inputs = self.inputs(sources)?;
        let sinks = self.sinks(sinks)?;
        w.builder.build_unconditional_branch(test)?;

        w.at(test);
        let counter = w.builder.build_phi(long, "turn")?;
        let number = counter.as_basic_value().into_int_value();
        let more = w.builder.build_int_compare(IntPredicate::ULT, number, turns, "")?;
        w.builder.build_conditional_branch(more, turn, done)?;

        w.at(turn);
        let (written, faults) = self.turn(&inputs, number)?;
        match faults {
            None => w.builder.build_unconditional_branch(next)?,
            Some(faults) => {
                let bits = self.bits(&faults)?;
                let any = w.builder.build_int_compare(IntPredicate::NE, bits, bits.get_type().const_zero(), "")?;
                w.builder.build_conditional_branch(any, fault, next)?
            }
        };
        w.at(fault);
        w.builder.build_return(Some(&number))?;

        w.at(next);
        for ((written, sink), (_, storage)) in written.iter().zip(&sinks).zip(&self.program.outputs) {
            self.write(written, *sink, *storage, number)?;
        }
        let following = w.builder.build_int_add(number, long.const_int(1, false), "")?;
        w.builder.build_unconditional_branch(test)?;
        counter.add_incoming(&[(&long.const_zero(), entry), (&following, next)]);

        w.at(done);
        w.builder.build_return(Some(&turns))?;
        Ok(written.iter().map(|written| !written.validity.is_empty()).collect())
    }

    fn slot(&self, of: BasicTypeEnum<'c>, array: PointerValue<'c>, place: usize) -> Built<BasicValueEnum<'c>> {
        let w = self.writer;
        let at = w.element(w.i64().into(), array, w.i64().const_int(place as u64, false))?;
        w.load(of, at, 8)
    }

    fn inputs(&self, sources: PointerValue<'c>) -> Built<Vec<Input<'c>>> {
        const SLOTS: usize = size_of::<Source>() / 8;
        let (pointer, long) = (self.writer.pointer().into(), self.writer.i64().into());
        let input = |column: usize| {
            let values = self.slot(pointer, sources, SLOTS * column)?.into_pointer_value();
            let first_value = self.slot(long, sources, SLOTS * column + 1)?.into_int_value();
            let validity = if self.nulls {
                let bytes = self.slot(pointer, sources, SLOTS * column + 2)?.into_pointer_value();
                let first = self.slot(long, sources, SLOTS * column + 3)?.into_int_value();
                let moves = self.slot(long, sources, SLOTS * column + 4)?.into_int_value();
                Some((bytes, first, moves))
            } else {
                None
            };
            Ok(Input { values, first_value, validity })
        };
        (0..self.program.columns.len()).map(input).collect()
    }

    fn sinks(&self, sinks: PointerValue<'c>) -> Built<Vec<(PointerValue<'c>, PointerValue<'c>)>> {
        let pointer = self.writer.pointer().into();
        let sink = |place: usize| {
            let values = self.slot(pointer, sinks, 2 * place)?.into_pointer_value();
            Ok((values, self.slot(pointer, sinks, 2 * place + 1)?.into_pointer_value()))
        };
        (0..self.program.outputs.len()).map(sink).collect()
    }

    /// All operations on the rows of a turn, and in which of them there is a fault.
    fn turn(&self, inputs: &[Input<'c>], number: IntValue<'c>) -> Built<(Vec<Written<'c>>, Option<Vec<Lanes<'c>>>)> {
        let mut bits = Vec::with_capacity(inputs.len());
        for (input, storage) in inputs.iter().zip(&self.program.columns) {
            let whole = self.writer.i64().const_all_ones();
            let values = match storage {
                Storage::Bool => Some(self.byte(input.values, input.first_value, whole, number)?),
                _ => None,
            };
            let byte = |(bytes, first, moves)| self.byte(bytes, first, moves, number);
            bits.push(TurnBits { values, validity: input.validity.map(byte).transpose()? });
        }
        let mut written: Vec<Written<'c>> = self.program.outputs.iter().map(|_| Written::default()).collect();
        let mut faults: Option<Vec<Lanes<'c>>> = None;
        for part in 0..ROWS as u32 / self.writer.host.lanes {
            let (values, fault) = self.operations(inputs, &bits, number, part)?;
            for ((reg, _), written) in self.program.outputs.iter().zip(&mut written) {
                let value = values[reg.place()];
                written.values.push(self.without_nulls(value, self.kinds[reg.place()])?);
                written.validity.extend(value.valid);
            }
            if let Some(fault) = fault {
                faults.get_or_insert_default().push(fault);
            }
        }
        Ok((written, faults))
    }

    /// Zero in lanes without a value.
    fn without_nulls(&self, value: Value<'c>, kind: Kind) -> Built<Lanes<'c>> {
        let w = self.writer;
        match (value.valid, kind) {
            (None, _) => Ok(value.of),
            (Some(valid), Kind::Bool) => w.and(value.of, valid),
            (Some(valid), Kind::Int) => w.select(valid, value.of, w.int(0)),
            (Some(valid), Kind::Float) => w.select(valid, value.of, w.float(0.0)),
        }
    }

    fn operations(
        &self,
        inputs: &[Input<'c>],
        bits: &[TurnBits<'c>],
        number: IntValue<'c>,
        part: u32,
    ) -> Built<(Vec<Value<'c>>, Option<Lanes<'c>>)> {
        let mut values: Vec<Value<'c>> = Vec::with_capacity(self.program.ops.len());
        let mut faults: Option<Lanes<'c>> = None;
        for (op, needed) in self.program.ops.iter().zip(self.needed) {
            let checked = match *op {
                // Nothing uses it, and nothing in it is a fault.
                _ if !needed => Checked::certain(Value::valid(self.writer.truth(false))),
                Op::Column(column) => {
                    let column = column as usize;
                    let value =
                        self.column(&inputs[column], bits[column], self.program.columns[column], number, part)?;
                    Checked::certain(value)
                }
                _ => self.operation(op, &values)?,
            };
            if let Some(fault) = checked.fault {
                faults = Some(faults.map_or(Ok(fault), |faults| self.writer.or(faults, fault))?);
            }
            values.push(checked.value);
        }
        Ok((values, faults))
    }

    fn operation(&self, op: &Op, values: &[Value<'c>]) -> Built<Checked<'c>> {
        let w = self.writer;
        let of = |reg: Reg| values[reg.place()];
        let kind = |reg: Reg| self.kinds[reg.place()];
        let value = match *op {
            Op::Column(_) => return Err(Unsupported { reason: "a column is no operation".to_owned() }),
            Op::Int { op, left, right, used } => return w.int_operator(op, of(left), of(right), used.map(of)),
            Op::Narrow { width, of: a, used } => return w.narrow(width, of(a), used.map(of)),
            Op::Constant(constant) => self.constant(constant),
            Op::Function(function, a) => w.float_function(function, of(a))?,
            Op::Float(op, a, b) => w.float_operator(op, of(a), of(b))?,
            Op::Compare(comparison, a, b) => w.compare(comparison, kind(a), of(a), of(b))?,
            Op::And(a, b) => w.kleene_and(of(a), of(b))?,
            Op::Or(a, b) => w.kleene_or(of(a), of(b))?,
            Op::Not(a) => Value { of: w.not(of(a).of)?, ..of(a) },
            Op::IsNull(a) => w.is_null(of(a))?,
            Op::Coalesce(a, b) => w.coalesce(of(a), of(b))?,
            Op::Select(condition, a, b) => w.choose(of(condition), of(a), of(b))?,
            Op::ToFloat(a) => w.to_float(kind(a), of(a))?,
            Op::ToInt(a) => w.to_int(of(a))?,
            Op::Whole(a) => w.whole(of(a))?,
            Op::IsFinite(a) => w.is_finite(of(a))?,
        };
        Ok(Checked::certain(value))
    }

    fn constant(&self, constant: Constant) -> Value<'c> {
        let w = self.writer;
        match constant {
            Constant::Bool(value) => Value::valid(w.truth(value)),
            Constant::Int(value) => Value::valid(w.int(value)),
            Constant::Float(value) => Value::valid(w.float(value)),
            Constant::Null(kind) => {
                let of = match kind {
                    Kind::Bool => w.truth(false),
                    Kind::Int => w.int(0),
                    Kind::Float => w.float(0.0),
                };
                Value { of, valid: Some(w.truth(false)) }
            }
        }
    }

    /// Some rows of a column, widened.
    fn column(
        &self,
        input: &Input<'c>,
        bits: TurnBits<'c>,
        storage: Storage,
        number: IntValue<'c>,
        part: u32,
    ) -> Built<Value<'c>> {
        let w = self.writer;
        let valid = bits.validity.map(|byte| self.lanes(byte, part)).transpose()?;
        if let Some(byte) = bits.values {
            return Ok(Value { of: self.lanes(byte, part)?, valid });
        }
        let (element, size) = self.element(storage);
        let vector = match element {
            BasicTypeEnum::FloatType(float) => float.vec_type(w.host.lanes),
            BasicTypeEnum::IntType(int) => int.vec_type(w.host.lanes),
            _ => return Err(Unsupported { reason: "a column of neither numbers nor truth values".to_owned() }),
        };
        let from = w.element(element, input.values, self.row(number, part)?)?;
        let stored = w.load(vector.into(), from, size)?.into_vector_value();
        let of = match storage {
            Storage::F32 | Storage::F64 => w.cast(InstructionOpcode::FPExt, stored, w.floats)?,
            Storage::U8 | Storage::U16 | Storage::U32 => w.cast(InstructionOpcode::ZExt, stored, w.ints)?,
            _ => w.cast(InstructionOpcode::SExt, stored, w.ints)?,
        };
        Ok(Value { of, valid })
    }

    /// The type of a value as it is stored, and its bytes.
    fn element(&self, storage: Storage) -> (BasicTypeEnum<'c>, u32) {
        let context = self.writer.context;
        match storage {
            Storage::Bool | Storage::I8 | Storage::U8 => (context.i8_type().into(), 1),
            Storage::I16 | Storage::U16 => (context.i16_type().into(), 2),
            Storage::I32 | Storage::U32 => (context.i32_type().into(), 4),
            Storage::I64 => (context.i64_type().into(), 8),
            Storage::F32 => (context.f32_type().into(), 4),
            Storage::F64 => (context.f64_type().into(), 8),
        }
    }

    /// The first row of a part of a turn.
    fn row(&self, number: IntValue<'c>, part: u32) -> Built<IntValue<'c>> {
        let w = self.writer;
        let first = w.builder.build_int_mul(number, w.i64().const_int(ROWS as u64, false), "")?;
        Ok(w.builder.build_int_add(first, w.i64().const_int((part * w.host.lanes).into(), false), "")?)
    }

    /// The bits of a turn's rows.
    fn byte(
        &self,
        bytes: PointerValue<'c>,
        first: IntValue<'c>,
        moves: IntValue<'c>,
        number: IntValue<'c>,
    ) -> Built<IntValue<'c>> {
        let (w, context) = (self.writer, self.writer.context);
        let place = w.builder.build_and(number, moves, "")?;
        let from = w.element(context.i8_type().into(), bytes, place)?;
        let both = w.load(context.i16_type().into(), from, 1)?.into_int_value();
        let shift = w.builder.build_int_truncate(first, context.i16_type(), "")?;
        let moved = w.builder.build_right_shift(both, shift, false, "")?;
        Ok(w.builder.build_int_truncate(moved, context.i8_type(), "")?)
    }

    /// Bits of a byte as truth values.
    fn lanes(&self, byte: IntValue<'c>, part: u32) -> Built<Lanes<'c>> {
        let w = self.writer;
        let lanes = w.host.lanes;
        if lanes == ROWS as u32 {
            return Ok(w.builder.build_bit_cast(byte, w.masks, "")?.into_vector_value());
        }
        let wide = w.builder.build_int_z_extend(byte, w.i64(), "")?;
        let first = w.builder.build_insert_element(w.ints.get_poison(), wide, w.context.i32_type().const_zero(), "")?;
        let everywhere = w.pick(first, (0..lanes).map(|_| 0))?;
        let own: Vec<IntValue<'c>> =
            (0..lanes).map(|lane| w.i64().const_int(1 << (part * lanes + lane), false)).collect();
        let kept = w.and(everywhere, inkwell::types::VectorType::const_vector(&own))?;
        w.ints_are(IntPredicate::NE, kept, w.int(0))
    }

    /// Truth values of a turn as the bits of a byte.
    fn bits(&self, parts: &[Lanes<'c>]) -> Built<IntValue<'c>> {
        let (w, byte) = (self.writer, self.writer.context.i8_type());
        let mut all = byte.const_zero();
        for (part, lanes) in parts.iter().enumerate() {
            let count = w.host.lanes;
            if count == ROWS as u32 {
                return Ok(w.builder.build_bit_cast(*lanes, byte, "")?.into_int_value());
            }
            let few = NonZeroU32::new(count)
                .and_then(|count| w.context.custom_width_int_type(count).ok())
                .ok_or_else(|| Unsupported { reason: format!("LLVM has no integers of {count} bits") })?;
            let few = w.builder.build_bit_cast(*lanes, few, "")?.into_int_value();
            let wide = w.builder.build_int_z_extend(few, byte, "")?;
            let moved = w.builder.build_left_shift(wide, byte.const_int(part as u64 * u64::from(count), false), "")?;
            all = w.builder.build_or(all, moved, "")?;
        }
        Ok(all)
    }

    fn write(
        &self,
        written: &Written<'c>,
        (values, validity): (PointerValue<'c>, PointerValue<'c>),
        storage: Storage,
        number: IntValue<'c>,
    ) -> Built<()> {
        let w = self.writer;
        let byte: BasicTypeEnum<'c> = w.context.i8_type().into();
        if !written.validity.is_empty() {
            w.store(w.element(byte, validity, number)?, self.bits(&written.validity)?.into(), 1)?;
        }
        if storage == Storage::Bool {
            return w.store(w.element(byte, values, number)?, self.bits(&written.values)?.into(), 1);
        }
        let (element, size) = self.element(storage);
        for (part, lanes) in written.values.iter().enumerate() {
            let to = w.element(element, values, self.row(number, part as u32)?)?;
            let stored = match element {
                BasicTypeEnum::FloatType(float) => {
                    w.cast(InstructionOpcode::FPTrunc, *lanes, float.vec_type(w.host.lanes))?
                }
                BasicTypeEnum::IntType(int) => w.cast(InstructionOpcode::Trunc, *lanes, int.vec_type(w.host.lanes))?,
                _ => return Err(Unsupported { reason: "an output of neither numbers nor truth values".to_owned() }),
            };
            w.store(to, stored.into(), size)?;
        }
        Ok(())
    }
}
