//! Formulas without a branch, so that a loop over them is made into vectors: the same bits on every machine.
//!
//! Reductions of arguments, the series of the logarithm and their constants are those of fdlibm (Sun Microsystems 1993; the base
//! 10 after FreeBSD's `e_log10.c`); what `exp` reduces to is summed as its Taylor series with the rounding of the reduction
//! put back. All are less than one unit in the last place away from the exact result, so at most one float away from the C
//! library's.

/// Upper half of ln 2, whose product with the exponent of a float is exact, and the rest.
pub(in crate::rows) const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
pub(in crate::rows) const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// Upper half of 1 / ln 10, and the rest.
pub(in crate::rows) const TENS_HIGH: f64 = f64::from_bits(0x3fdb_cb7b_1520_0000);
pub(in crate::rows) const TENS_LOW: f64 = f64::from_bits(0x3dbb_9438_ca9a_add5);
/// Upper half of log10 of 2, and the rest.
pub(in crate::rows) const LOG10_2_HIGH: f64 = f64::from_bits(0x3fd3_4413_509f_6000);
pub(in crate::rows) const LOG10_2_LOW: f64 = f64::from_bits(0x3d59_fef3_11f1_2b36);

/// What the series of `ln((1 + s) / (1 - s)) / s - 2` in the square of `s` has for factors.
pub(in crate::rows) const SERIES: [f64; 7] = [
    f64::from_bits(0x3fe5_5555_5555_5593),
    f64::from_bits(0x3fd9_9999_9997_fa04),
    f64::from_bits(0x3fd2_4924_9422_9359),
    f64::from_bits(0x3fcc_71c5_1d8e_78af),
    f64::from_bits(0x3fc7_4664_96cb_03de),
    f64::from_bits(0x3fc3_9a09_d078_c69f),
    f64::from_bits(0x3fc2_f112_df3e_5244),
];

/// 1.5 times 2 ** 52: added to a smaller number and taken away it rounds it to a whole one, which stands in the last bits in between.
pub(in crate::rows) const WHOLE: f64 = 6_755_399_441_055_744.0;
/// The bits of 2 ** 52: behind them, a whole number stands for itself.
pub(in crate::rows) const WHOLE_BITS: u64 = 0x4330_0000_0000_0000;
pub(in crate::rows) const WHOLE_BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;

/// The bits of the square root of a half, cut.
pub(in crate::rows) const ROOT_BITS: u64 = 0x3fe6_a09e_0000_0000;
pub(in crate::rows) const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
pub(in crate::rows) const FRACTION: u64 = 0x000f_ffff_ffff_ffff;

/// 2 to that power, a whole number of a normal float.
#[inline(always)]
fn power_of_two(exponent: f64) -> f64 {
    f64::from_bits((exponent + (WHOLE + 1023.0)).to_bits() << 52)
}

/// `e ** x`
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    // Beyond these, results are infinite and zero.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let doublings = x.mul_add(std::f64::consts::LOG2_E, WHOLE) - WHOLE;
    let high = doublings.mul_add(-LN2_HIGH, x);
    let r = doublings.mul_add(-LN2_LOW, high);
    let lost = doublings.mul_add(-LN2_LOW, high - r);
    let z = r * r;
    // 1/2!, 1/4! ... and 1/3!, 1/5! ...: two sums that do not wait for each other.
    let sum = |factors: [f64; 6]| factors.into_iter().rev().fold(0.0, |sum: f64, factor| sum.mul_add(z, 1.0 / factor));
    let even = sum([2.0, 24.0, 720.0, 40_320.0, 3_628_800.0, 479_001_600.0]);
    let odd = sum([6.0, 120.0, 5040.0, 362_880.0, 39_916_800.0, 6_227_020_800.0]);
    let y = 1.0 + (r + z.mul_add(r.mul_add(odd, even), lost));
    // In two steps, because a result may be smaller than a normal float.
    let half = doublings.mul_add(0.5, WHOLE) - WHOLE;
    y * power_of_two(half) * power_of_two(doublings - half)
}

/// The exponent `k` and `m - 1` of a positive float `m * 2 ** k`, `m` from the root of a half to the root of two.
#[inline(always)]
fn parts(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let bits = scaled.to_bits().wrapping_add(ONE_BITS - ROOT_BITS);
    let exponent = f64::from_bits(bits >> 52 | WHOLE_BITS) - WHOLE_BIAS;
    let m = f64::from_bits((bits & FRACTION) + ROOT_BITS);
    (if subnormal { exponent - 54.0 } else { exponent }, m - 1.0)
}

/// `ln(1 + f) - (f - f * f / 2)`, and `f * f / 2`.
#[inline(always)]
fn series(f: f64) -> (f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let [a, b, c, d, e, g, h] = SERIES;
    let rest = w * (b + w * (d + w * g)) + z * (a + w * (c + w * (e + w * h)));
    let half = 0.5 * f * f;
    (s * (half + rest), half)
}

/// A logarithm, but of what has none or an infinite one.
#[inline(always)]
fn or_special(x: f64, result: f64) -> f64 {
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    let result = if x < 0.0 { f64::NAN } else { result };
    // Infinity, and what is not a number.
    if x < f64::INFINITY { result } else { x }
}

/// Logarithm to the base 10.
#[inline(always)]
pub(super) fn log10(x: f64) -> f64 {
    let (k, f) = parts(x);
    let (rest, half) = series(f);
    let high = f64::from_bits((f - half).to_bits() & 0xffff_ffff_0000_0000);
    let low = (f - high) - half + rest;
    let tens = high * TENS_HIGH;
    let twos = k * LOG10_2_HIGH;
    let small = k * LOG10_2_LOW + (low + high) * TENS_LOW + low * TENS_HIGH;
    let sum = twos + tens;
    or_special(x, small + ((twos - sum) + tens) + sum)
}
