//! Functions over slices are as near to the C library's functions of one value as promised, and the same wherever a value stands.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use gml_codegen::rows::FloatFunction;
use gml_codegen::rows::math::Math;
use gml_codegen::testing::Random;
use gml_codegen::testing::reference::{self, distance};
use gml_codegen::trees::Machine;

const MACHINES: [Machine; 3] = [Machine::Portable, Machine::Avx2, Machine::Avx512];
const FUNCTIONS: [FloatFunction; 4] =
    [FloatFunction::Exp, FloatFunction::Ln, FloatFunction::Log10, FloatFunction::Log1p];
/// How many floats a result may be away.
const ULPS: u64 = 2;

const SPECIAL: [f64; 24] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    3.0,
    -3.0,
    5e-324,
    -5e-324,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    f64::EPSILON,
    -f64::EPSILON,
    1e-310,
    709.782_712_893_384,
    -745.133_219_101_941_2,
    9_007_199_254_740_993.0,
];

/// A machine's functions apply over a whole slice.
fn apply(math: &Math, function: FloatFunction, values: &[f64], out: &mut [f64]) {
    match function {
        FloatFunction::Exp => math.exp.apply(values, out),
        FloatFunction::Ln => math.ln.apply(values, out),
        FloatFunction::Log10 => math.log10.apply(values, out),
        _ => math.log1p.apply(values, out),
    }
}

/// Special values and their neighbours, values of every size, around 1 and 0, and where results are subnormal.
fn values(count: usize) -> Vec<f64> {
    let mut random = Random::new(7);
    let mut bits = || random.below(1 << 31) << 33 ^ random.below(1 << 31) << 11 ^ random.below(1 << 31);
    let near = SPECIAL.into_iter().flat_map(|value| {
        let bits = value.to_bits();
        [value, f64::from_bits(bits.wrapping_add(1)), f64::from_bits(bits.wrapping_sub(1))]
    });
    let mut values: Vec<f64> = near.collect();
    for place in 0..count {
        let any = bits();
        let unit = (any >> 11) as f64 / (1_u64 << 53) as f64;
        let tiny = f64::from_bits((any >> 12) | (1023 - any % 60) << 52) - 1.0;
        values.push(match place % 8 {
            0 | 1 => f64::from_bits(any),
            2 => unit * 1500.0 - 750.0,
            3 => unit * 40.0 - 20.0,
            4 => 1.0 + (unit - 0.5) * 1e-3,
            5 => (unit - 0.5) * 1e-6,
            6 => tiny,
            // Subnormal.
            _ => f64::from_bits(any >> 12),
        });
    }
    values
}

#[test]
fn rows_math_is_near_the_scalar_functions() {
    let values = values(400_000);
    for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
        let math = Math::of(machine);
        for function in FUNCTIONS {
            let mut found = vec![0.0; values.len()];
            apply(math, function, &values, &mut found);
            for (value, found) in values.iter().zip(found) {
                let due = reference::Math::Scalar.unary(function, *value);
                let apart = distance(due, found);
                assert!(apart <= ULPS, "{machine:?} {function:?}({value:e}): {found:e} and not {due:e}, {apart} apart");
            }
        }
    }
}

#[test]
fn rows_powers_are_near_the_scalar_function() {
    let values = values(60_000);
    let special = SPECIAL.iter().flat_map(|left| SPECIAL.iter().map(|right| (*left, *right)));
    let exponents = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 0.3, -7.25, 100.0, 1e-9];
    let bases = values.iter().enumerate().map(|(place, base)| (*base, exponents[place % exponents.len()]));
    let both = values.iter().zip(values.iter().skip(5)).map(|(base, exponent)| (base.abs(), exponent % 300.0));
    let (left, right): (Vec<f64>, Vec<f64>) = special.chain(bases).chain(both).unzip();
    for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
        let mut found = vec![0.0; left.len()];
        Math::of(machine).power.apply(&left, &right, &mut found);
        for ((left, right), found) in left.iter().zip(&right).zip(found) {
            let due = left.powf(*right);
            let apart = distance(due, found);
            assert!(apart <= ULPS, "{machine:?} {left:e} ** {right:e}: {found:e} and not {due:e}, {apart} apart");
        }
    }
}

#[test]
fn rows_math_does_not_depend_on_what_stands_beside_a_value() {
    let values = values(3000);
    for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
        let math = Math::of(machine);
        for function in FUNCTIONS {
            let mut whole = vec![0.0; values.len()];
            apply(math, function, &values, &mut whole);
            for start in [1, 2, 3, 5, 7, 64, values.len() - 1] {
                let mut part = vec![0.0; values.len() - start];
                apply(math, function, &values[start..], &mut part);
                let same = part.iter().zip(&whole[start..]).all(|(part, whole)| distance(*part, *whole) == 0);
                assert!(same, "{machine:?} {function:?} from {start} on");
            }
        }
    }
}

/// Where the processor has vectors, our formulas must have been found near enough, or blocks are slow.
#[test]
fn rows_math_is_by_vectors_where_there_are_some() {
    if Machine::detect() > Machine::Portable {
        let [exp, _, log10, ..] = Math::of(Machine::detect()).routines();
        assert!(exp.1.width > 1 && log10.1.width > 1, "{exp:?} {log10:?}");
    }
}
