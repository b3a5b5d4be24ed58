//! The formulas of [`super::super::math::formulas`] as instructions, the same step by step: a call would leave no register as it was,
//! and what becomes of the function for one vector in Rust is half scalar.

use inkwell::FloatPredicate;
use inkwell::values::InstructionOpcode::{Add, And, FAdd, FDiv, FMul, FSub, LShr, Or, Shl};

use super::super::math::formulas::{
    FRACTION, LN2_HIGH, LN2_LOW, LOG10_2_HIGH, LOG10_2_LOW, ONE_BITS, ROOT_BITS, SERIES, TENS_HIGH, TENS_LOW, WHOLE,
    WHOLE_BIAS, WHOLE_BITS,
};
use super::lanes::{Built, Lanes, Writer};

impl<'c> Writer<'_, 'c> {
    fn add(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.binary(FAdd, a, b)
    }

    fn subtract(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.binary(FSub, a, b)
    }

    fn multiply(&self, a: Lanes<'c>, b: Lanes<'c>) -> Built<Lanes<'c>> {
        self.binary(FMul, a, b)
    }

    /// `a * b + c`, rounded once.
    fn fused(&self, a: Lanes<'c>, b: Lanes<'c>, c: Lanes<'c>) -> Built<Lanes<'c>> {
        self.math("llvm.fma", &[a, b, c])
    }

    fn bits(&self, of: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_bit_cast(of, self.ints, "")?.into_vector_value())
    }

    fn of_bits(&self, bits: Lanes<'c>) -> Built<Lanes<'c>> {
        Ok(self.builder.build_bit_cast(bits, self.floats, "")?.into_vector_value())
    }

    /// Bits, which stand for a number without a sign.
    fn word(&self, bits: u64) -> Lanes<'c> {
        self.int(bits.cast_signed())
    }

    /// A polynomial of `z` by its factors, that of the highest power first.
    fn polynomial(&self, z: Lanes<'c>, factors: [f64; 6]) -> Built<Lanes<'c>> {
        let [first, rest @ ..] = factors;
        rest.into_iter().try_fold(self.float(1.0 / first), |sum, factor| self.fused(sum, z, self.float(1.0 / factor)))
    }

    /// 2 to that power, a whole number of a normal float.
    fn power_of_two(&self, exponent: Lanes<'c>) -> Built<Lanes<'c>> {
        let bits = self.bits(self.add(exponent, self.float(WHOLE + 1023.0))?)?;
        self.of_bits(self.binary(Shl, bits, self.int(52))?)
    }

    /// A number of a vector rounded to a whole one.
    fn rounded(&self, a: Lanes<'c>, by: f64) -> Built<Lanes<'c>> {
        let whole = self.float(WHOLE);
        self.subtract(self.fused(a, self.float(by), whole)?, whole)
    }

    /// `e ** x`
    pub(super) fn exp_by_formula(&self, x: Lanes<'c>) -> Built<Lanes<'c>> {
        let (most, least) = (self.float(710.0), self.float(-746.0));
        let x = self.select(self.floats_are(FloatPredicate::OGT, x, most)?, most, x)?;
        let x = self.select(self.floats_are(FloatPredicate::OLT, x, least)?, least, x)?;
        let doublings = self.rounded(x, std::f64::consts::LOG2_E)?;
        let high = self.fused(doublings, self.float(-LN2_HIGH), x)?;
        let low = self.float(-LN2_LOW);
        let r = self.fused(doublings, low, high)?;
        let lost = self.fused(doublings, low, self.subtract(high, r)?)?;
        let z = self.multiply(r, r)?;
        let even = self.polynomial(z, [479_001_600.0, 3_628_800.0, 40_320.0, 720.0, 24.0, 2.0])?;
        let odd = self.polynomial(z, [6_227_020_800.0, 39_916_800.0, 362_880.0, 5040.0, 120.0, 6.0])?;
        let rest = self.fused(z, self.fused(r, odd, even)?, lost)?;
        let y = self.add(self.float(1.0), self.add(r, rest)?)?;
        let half = self.rounded(doublings, 0.5)?;
        let other = self.subtract(doublings, half)?;
        self.multiply(self.multiply(y, self.power_of_two(half)?)?, self.power_of_two(other)?)
    }

    /// The exponent `k` and `m - 1` of a positive float `m * 2 ** k`, `m` from the root of a half to the root of two.
    fn parts(&self, x: Lanes<'c>) -> Built<(Lanes<'c>, Lanes<'c>)> {
        let subnormal = self.floats_are(FloatPredicate::OLT, x, self.float(f64::MIN_POSITIVE))?;
        let larger = self.multiply(x, self.float(18_014_398_509_481_984.0))?;
        let bits = self.bits(self.select(subnormal, larger, x)?)?;
        let bits = self.binary(Add, bits, self.word(ONE_BITS - ROOT_BITS))?;
        let exponent = self.binary(Or, self.binary(LShr, bits, self.int(52))?, self.word(WHOLE_BITS))?;
        let exponent = self.subtract(self.of_bits(exponent)?, self.float(WHOLE_BIAS))?;
        let fraction = self.binary(And, bits, self.word(FRACTION))?;
        let m = self.binary(Add, fraction, self.word(ROOT_BITS))?;
        let k = self.select(subnormal, self.subtract(exponent, self.float(54.0))?, exponent)?;
        Ok((k, self.subtract(self.of_bits(m)?, self.float(1.0))?))
    }

    /// `ln(1 + f) - (f - f * f / 2)`, and `f * f / 2`.
    fn series(&self, f: Lanes<'c>) -> Built<(Lanes<'c>, Lanes<'c>)> {
        let s = self.binary(FDiv, f, self.add(self.float(2.0), f)?)?;
        let z = self.multiply(s, s)?;
        let w = self.multiply(z, z)?;
        let [a, b, c, d, e, g, h] = SERIES.map(|factor| self.float(factor));
        let times = |sum: Built<Lanes<'c>>, factor| self.add(factor, self.multiply(w, sum?)?);
        let odd = self.multiply(w, times(times(Ok(g), d), b)?)?;
        let even = self.multiply(z, times(times(times(Ok(h), e), c), a)?)?;
        let rest = self.add(odd, even)?;
        let half = self.multiply(self.multiply(self.float(0.5), f)?, f)?;
        Ok((self.multiply(s, self.add(half, rest)?)?, half))
    }

    /// Logarithm to the base 10.
    pub(super) fn log10_by_formula(&self, x: Lanes<'c>) -> Built<Lanes<'c>> {
        let (k, f) = self.parts(x)?;
        let (rest, half) = self.series(f)?;
        let upper = self.binary(And, self.bits(self.subtract(f, half)?)?, self.word(0xffff_ffff_0000_0000))?;
        let high = self.of_bits(upper)?;
        let low = self.add(self.subtract(self.subtract(f, high)?, half)?, rest)?;
        let tens = self.multiply(high, self.float(TENS_HIGH))?;
        let twos = self.multiply(k, self.float(LOG10_2_HIGH))?;
        let both = self.multiply(self.add(low, high)?, self.float(TENS_LOW))?;
        let small = self.add(self.multiply(k, self.float(LOG10_2_LOW))?, both)?;
        let small = self.add(small, self.multiply(low, self.float(TENS_HIGH))?)?;
        let sum = self.add(twos, tens)?;
        let rounding = self.add(self.subtract(twos, sum)?, tens)?;
        self.or_special(x, self.add(self.add(small, rounding)?, sum)?)
    }

    /// A logarithm, but of what has none or an infinite one.
    fn or_special(&self, x: Lanes<'c>, result: Lanes<'c>) -> Built<Lanes<'c>> {
        let zero = self.float(0.0);
        let is_zero = self.floats_are(FloatPredicate::OEQ, x, zero)?;
        let result = self.select(is_zero, self.float(f64::NEG_INFINITY), result)?;
        let negative = self.floats_are(FloatPredicate::OLT, x, zero)?;
        let result = self.select(negative, self.float(f64::NAN), result)?;
        let finite = self.floats_are(FloatPredicate::OLT, x, self.float(f64::INFINITY))?;
        self.select(finite, result, x)
    }
}
