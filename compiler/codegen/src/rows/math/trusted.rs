//! Whether a vector routine is what it should be, asked when it is loaded.

use super::vector::{Binary, Unary};

/// How many floats a routine may be away from the scalar function.
const ULPS: u64 = 2;

/// Values that functions find special, and values where their formulas meet.
const SPECIAL: [f64; 40] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    3.0,
    -3.0,
    0.5,
    -0.5,
    1.5,
    10.0,
    1000.0,
    5e-324,
    -5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    f64::EPSILON,
    -f64::EPSILON,
    1.0 + f64::EPSILON,
    1.0 - f64::EPSILON / 2.0,
    -1.0 + f64::EPSILON,
    -1.0 - f64::EPSILON,
    1e-17,
    -1e-17,
    709.7,
    709.79,
    -708.5,
    -745.1,
    -745.2,
    -746.0,
    9_007_199_254_740_993.0,
    1e300,
    -1e300,
];

/// Whether two results are as near as promised.
fn near(due: f64, found: f64) -> bool {
    if due.is_nan() || found.is_nan() || due == 0.0 || found == 0.0 {
        return due.is_nan() && found.is_nan() || due.to_bits() == found.to_bits();
    }
    due.is_sign_negative() == found.is_sign_negative() && due.to_bits().abs_diff(found.to_bits()) <= ULPS
}

/// Values of every size and around 1, in an order that mixes them.
fn values() -> impl Iterator<Item = f64> {
    let steps = (0..2048_u64).map(|step| {
        let mixed = (step + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let unit = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
        match step % 4 {
            0 => f64::from_bits(mixed),
            1 => unit * 1400.0 - 700.0,
            2 => 1.0 + (unit - 0.5) * 0.2,
            _ => unit * 20.0 - 10.0,
        }
    });
    SPECIAL.into_iter().chain(steps)
}

pub(super) fn unary(vector: &Unary, scalar: extern "C" fn(f64) -> f64) -> bool {
    let values: Vec<f64> = values().collect();
    let mut found = vec![0.0; values.len()];
    vector.apply(&values, &mut found);
    values.iter().zip(found).all(|(value, found)| near(scalar(*value), found))
}

pub(super) fn binary(vector: &Binary, scalar: extern "C" fn(f64, f64) -> f64) -> bool {
    let special = SPECIAL.iter().flat_map(|left| SPECIAL.iter().map(|right| (*left, *right)));
    let values: Vec<f64> = values().collect();
    let bases = values.iter().map(|value| value.abs());
    let rest = bases.zip(values.iter().rev().map(|value| value % 40.0));
    let (left, right): (Vec<f64>, Vec<f64>) = special.chain(rest).unzip();
    let mut found = vec![0.0; left.len()];
    vector.apply(&left, &right, &mut found);
    left.iter().zip(&right).zip(found).all(|((left, right), found)| near(scalar(*left, *right), found))
}
