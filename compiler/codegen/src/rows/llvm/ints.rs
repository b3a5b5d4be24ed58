//! 64-bit integers, whose arithmetic must fit.

use inkwell::IntPredicate;
use inkwell::values::InstructionOpcode;

use super::super::{IntOperator, Width};
use super::lanes::{Built, Lanes, Value, Writer};

/// An integer, and the lanes in which there is none though one is due.
pub(super) struct Checked<'c> {
    pub(super) value: Value<'c>,
    pub(super) fault: Option<Lanes<'c>>,
}

impl<'c> Checked<'c> {
    pub(super) fn certain(value: Value<'c>) -> Self {
        Self { value, fault: None }
    }
}

impl<'c> Writer<'_, 'c> {
    pub(super) fn int_operator(
        &self,
        op: IntOperator,
        a: Value<'c>,
        b: Value<'c>,
        used: Option<Value<'c>>,
    ) -> Built<Checked<'c>> {
        let valid = self.used(self.both(a.valid, b.valid)?, used)?;
        let (a, b) = (a.of, b.of);
        match op {
            IntOperator::Add => self.checked("llvm.sadd.with.overflow", a, b, valid),
            IntOperator::Subtract => self.checked("llvm.ssub.with.overflow", a, b, valid),
            IntOperator::Multiply => self.checked("llvm.smul.with.overflow", a, b, valid),
            IntOperator::Least => Ok(Checked::certain(Value { of: self.math("llvm.smin", &[a, b])?, valid })),
            IntOperator::Greatest => Ok(Checked::certain(Value { of: self.math("llvm.smax", &[a, b])?, valid })),
            IntOperator::FloorDivide | IntOperator::Remainder => self.divided(op, a, b, valid),
        }
    }

    /// The lanes that have a value, without those in which it is not used.
    fn used(&self, valid: Option<Lanes<'c>>, used: Option<Value<'c>>) -> Built<Option<Lanes<'c>>> {
        self.both(valid, used.map(|used| self.is_true(used)).transpose()?)
    }

    fn checked(&self, intrinsic: &str, a: Lanes<'c>, b: Lanes<'c>, valid: Option<Lanes<'c>>) -> Built<Checked<'c>> {
        let both = self.intrinsic(intrinsic, &[a, b])?.into_struct_value();
        let of = self.builder.build_extract_value(both, 0, "")?.into_vector_value();
        let too_large = self.builder.build_extract_value(both, 1, "")?.into_vector_value();
        self.judged(of, too_large, valid)
    }

    /// A result that is a fault in some lanes, if there is one at all.
    fn judged(&self, of: Lanes<'c>, too_large: Lanes<'c>, valid: Option<Lanes<'c>>) -> Built<Checked<'c>> {
        let fault = valid.map_or(Ok(too_large), |valid| self.and(too_large, valid))?;
        Ok(Checked { value: Value { of, valid }, fault: Some(fault) })
    }

    fn divided(&self, op: IntOperator, a: Lanes<'c>, b: Lanes<'c>, valid: Option<Lanes<'c>>) -> Built<Checked<'c>> {
        let (zero, one) = (self.int(0), self.int(1));
        let by_zero = self.ints_are(IntPredicate::EQ, b, zero)?;
        let least = self.ints_are(IntPredicate::EQ, a, self.int(i64::MIN))?;
        let too_large = self.and(least, self.ints_are(IntPredicate::EQ, b, self.int(-1))?)?;
        // The processor stops at a division by zero and at one that does not fit: in those lanes, by one.
        let by = self.select(self.or(by_zero, too_large)?, one, b)?;
        let quotient = self.binary(InstructionOpcode::SDiv, a, by)?;
        let rest = self.binary(InstructionOpcode::Sub, a, self.binary(InstructionOpcode::Mul, quotient, by)?)?;
        // Rounded towards zero so far, which is one too much where there is a rest and the signs differ.
        let signs = self.binary(InstructionOpcode::Xor, rest, by)?;
        let differ = self.ints_are(IntPredicate::SLT, signs, zero)?;
        let above = self.and(self.ints_are(IntPredicate::NE, rest, zero)?, differ)?;
        let valid = self.both(valid, Some(self.not(by_zero)?))?;
        if op == IntOperator::Remainder {
            let moved = self.binary(InstructionOpcode::Add, rest, by)?;
            return Ok(Checked::certain(Value { of: self.select(above, moved, rest)?, valid }));
        }
        let below = self.binary(InstructionOpcode::Sub, quotient, one)?;
        self.judged(self.select(above, below, quotient)?, too_large, valid)
    }

    pub(super) fn narrow(&self, width: Width, of: Value<'c>, used: Option<Value<'c>>) -> Built<Checked<'c>> {
        let (least, most) = width.bounds();
        let below = self.ints_are(IntPredicate::SLT, of.of, self.int(least))?;
        let above = self.ints_are(IntPredicate::SGT, of.of, self.int(most))?;
        self.judged(of.of, self.or(below, above)?, self.used(of.valid, used)?)
    }
}
