//! 64-bit floats.

use inkwell::FloatPredicate;
use inkwell::values::InstructionOpcode;

use super::super::{ALL_WHOLE, FloatFunction, FloatOperator, Kind, power_of_ten};
use super::lanes::{Built, Lanes, Value, Writer};

impl<'c> Writer<'_, 'c> {
    pub(super) fn float_function(&self, function: FloatFunction, of: Value<'c>) -> Built<Value<'c>> {
        let x = of.of;
        let result = match function {
            FloatFunction::Negate => self.builder.build_float_neg(x, "")?,
            FloatFunction::Abs => self.math("llvm.fabs", &[x])?,
            FloatFunction::Sign => self.sign(x)?,
            FloatFunction::Sqrt => self.math("llvm.sqrt", &[x])?,
            FloatFunction::Floor => self.math("llvm.floor", &[x])?,
            FloatFunction::Ceil => self.math("llvm.ceil", &[x])?,
            FloatFunction::Round(digits) => self.round(x, digits)?,
            FloatFunction::Exp => self.routine(self.functions.exp.routine(), &[x])?,
            FloatFunction::Ln => self.routine(self.functions.ln.routine(), &[x])?,
            FloatFunction::Log10 => self.routine(self.functions.log10.routine(), &[x])?,
            FloatFunction::Log1p => self.routine(self.functions.log1p.routine(), &[x])?,
        };
        Ok(Value { of: result, ..of })
    }

    fn sign(&self, x: Lanes<'c>) -> Built<Lanes<'c>> {
        let zero = self.float(0.0);
        let negative = self.floats_are(FloatPredicate::OLT, x, zero)?;
        let positive = self.floats_are(FloatPredicate::OGT, x, zero)?;
        self.select(positive, self.float(1.0), self.select(negative, self.float(-1.0), x)?)
    }

    fn round(&self, x: Lanes<'c>, digits: i32) -> Built<Lanes<'c>> {
        if digits == 0 {
            return self.math("llvm.round", &[x]);
        }
        let scale = self.float(power_of_ten(digits));
        let (to, back) = match digits {
            1.. => (InstructionOpcode::FMul, InstructionOpcode::FDiv),
            _ => (InstructionOpcode::FDiv, InstructionOpcode::FMul),
        };
        let scaled = self.binary(to, x, scale)?;
        let rounded = self.binary(back, self.math("llvm.round", &[scaled])?, scale)?;
        let has_digits = match digits {
            1.. => self.floats_are(FloatPredicate::OLT, self.math("llvm.fabs", &[scaled])?, self.float(ALL_WHOLE))?,
            _ => self.finite(rounded)?,
        };
        self.select(has_digits, rounded, x)
    }

    pub(super) fn float_operator(&self, op: FloatOperator, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let valid = self.both(a.valid, b.valid)?;
        let (a, b) = (a.of, b.of);
        let of = match op {
            FloatOperator::Add => self.binary(InstructionOpcode::FAdd, a, b)?,
            FloatOperator::Subtract => self.binary(InstructionOpcode::FSub, a, b)?,
            FloatOperator::Multiply => self.binary(InstructionOpcode::FMul, a, b)?,
            FloatOperator::Divide => self.binary(InstructionOpcode::FDiv, a, b)?,
            FloatOperator::FloorDivide => self.floor_of_quotient(a, b)?,
            FloatOperator::Remainder => {
                let whole = self.binary(InstructionOpcode::FMul, b, self.floor_of_quotient(a, b)?)?;
                self.binary(InstructionOpcode::FSub, a, whole)?
            }
            FloatOperator::Power => self.routine(self.functions.power.routine(), &[a, b])?,
            FloatOperator::Least => self.select(self.not_larger(a, b)?, a, b)?,
            FloatOperator::Greatest => self.select(self.not_larger(b, a)?, a, b)?,
        };
        Ok(Value { of, valid })
    }

    fn floor_of_quotient(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.math("llvm.floor", &[self.binary(InstructionOpcode::FDiv, a, b)?])
    }

    pub(super) fn to_float(&self, kind: Kind, of: Value<'c>) -> Built<Value<'c>> {
        let op = if kind == Kind::Bool { InstructionOpcode::UIToFP } else { InstructionOpcode::SIToFP };
        Ok(Value { of: self.cast(op, of.of, self.floats)?, ..of })
    }

    pub(super) fn to_int(&self, of: Value<'c>) -> Built<Value<'c>> {
        Ok(Value { of: self.cast(InstructionOpcode::ZExt, of.of, self.ints)?, ..of })
    }

    pub(super) fn whole(&self, of: Value<'c>) -> Built<Value<'c>> {
        const BEYOND: f64 = 9_223_372_036_854_775_808.0;
        let least = self.floats_are(FloatPredicate::OGE, of.of, self.float(-BEYOND))?;
        let fits = self.and(least, self.floats_are(FloatPredicate::OLT, of.of, self.float(BEYOND))?)?;
        let number = self.select(fits, of.of, self.float(0.0))?;
        let of = Value { of: self.cast(InstructionOpcode::FPToSI, number, self.ints)?, ..of };
        Ok(Value { valid: self.both(of.valid, Some(fits))?, ..of })
    }

    pub(super) fn is_finite(&self, of: Value<'c>) -> Built<Value<'c>> {
        Ok(Value { of: self.finite(of.of)?, ..of })
    }

    fn finite(&self, x: Lanes<'c>) -> Built<Lanes<'c>> {
        self.floats_are(FloatPredicate::OLT, self.math("llvm.fabs", &[x])?, self.float(f64::INFINITY))
    }
}
