//! Conditions, with a third value for what is not known.

use inkwell::{FloatPredicate, IntPredicate};

use super::super::{Comparison, Kind};
use super::lanes::{Built, Lanes, Value, Writer};

impl<'c> Writer<'_, 'c> {
    pub(super) fn compare(&self, comparison: Comparison, kind: Kind, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let of = match kind {
            Kind::Int => self.ints_are(signed(comparison), a.of, b.of)?,
            Kind::Bool => self.ints_are(unsigned(comparison), a.of, b.of)?,
            Kind::Float => self.in_total_order(comparison, a.of, b.of)?,
        };
        Ok(Value { of, valid: self.both(a.valid, b.valid)? })
    }

    fn in_total_order(&self, comparison: Comparison, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        match comparison {
            Comparison::Equal => self.equal(a, b),
            Comparison::NotEqual => self.not(self.equal(a, b)?),
            Comparison::LessEqual => self.not_larger(a, b),
            Comparison::GreaterEqual => self.not_larger(b, a),
            Comparison::Less => self.not(self.not_larger(b, a)?),
            Comparison::Greater => self.not(self.not_larger(a, b)?),
        }
    }

    fn equal(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        let same = self.floats_are(FloatPredicate::OEQ, a, b)?;
        self.or(same, self.and(self.is_nan(a)?, self.is_nan(b)?)?)
    }

    /// Whether the first comes before the second in total order, or equals it.
    pub(super) fn not_larger(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.or(self.floats_are(FloatPredicate::OLE, a, b)?, self.is_nan(b)?)
    }

    pub(super) fn kleene_and(&self, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let of = self.and(self.is_true(a)?, self.is_true(b)?)?;
        let valid = match self.both(a.valid, b.valid)? {
            None => None,
            Some(known) => Some(self.or(known, self.or(self.is_false(a)?, self.is_false(b)?)?)?),
        };
        Ok(Value { of, valid })
    }

    pub(super) fn kleene_or(&self, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let of = self.or(self.is_true(a)?, self.is_true(b)?)?;
        let valid = match self.both(a.valid, b.valid)? {
            None => None,
            Some(known) => Some(self.or(known, of)?),
        };
        Ok(Value { of, valid })
    }

    fn is_false(&self, condition: Value<'c>) -> Built<Lanes<'c>> {
        self.is_true(Value { of: self.not(condition.of)?, ..condition })
    }

    pub(super) fn is_null(&self, of: Value<'c>) -> Built<Value<'c>> {
        Ok(Value::valid(of.valid.map_or(Ok(self.truth(false)), |valid| self.not(valid))?))
    }

    pub(super) fn coalesce(&self, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let Some(first) = a.valid else { return Ok(a) };
        let valid = b.valid.map(|second| self.or(first, second)).transpose()?;
        Ok(Value { of: self.select(first, a.of, b.of)?, valid })
    }

    pub(super) fn choose(&self, condition: Value<'c>, a: Value<'c>, b: Value<'c>) -> Built<Value<'c>> {
        let first = self.is_true(condition)?;
        let valid = if a.valid.is_none() && b.valid.is_none() {
            None
        } else {
            let all = self.truth(true);
            Some(self.select(first, a.valid.unwrap_or(all), b.valid.unwrap_or(all))?)
        };
        Ok(Value { of: self.select(first, a.of, b.of)?, valid })
    }
}

fn signed(comparison: Comparison) -> IntPredicate {
    match comparison {
        Comparison::Equal => IntPredicate::EQ,
        Comparison::NotEqual => IntPredicate::NE,
        Comparison::Less => IntPredicate::SLT,
        Comparison::LessEqual => IntPredicate::SLE,
        Comparison::Greater => IntPredicate::SGT,
        Comparison::GreaterEqual => IntPredicate::SGE,
    }
}

fn unsigned(comparison: Comparison) -> IntPredicate {
    match comparison {
        Comparison::Equal => IntPredicate::EQ,
        Comparison::NotEqual => IntPredicate::NE,
        Comparison::Less => IntPredicate::ULT,
        Comparison::LessEqual => IntPredicate::ULE,
        Comparison::Greater => IntPredicate::UGT,
        Comparison::GreaterEqual => IntPredicate::UGE,
    }
}
