//! Code held against what programs give row by row.

use std::sync::{Arc, OnceLock};

use super::kernel::{Compiled, Faulty};
use super::target::Host;
use super::{Kernel, Llvm, code, compiled};
use crate::rows::{Backend, Column, FloatFunction, FloatOperator, Op, OutputValues, Program, Reg, Storage, Values};
use crate::testing::Case;
use crate::testing::reference::{self, Math, difference, distance};

/// The widths that this processor can be used in: lanes, and rows of a vector function.
fn widths() -> Vec<(u32, u32)> {
    match Host::detect().unwrap().lanes {
        8 => vec![(8, 8), (8, 4), (4, 4), (2, 2), (8, 1)],
        4 => vec![(4, 4), (8, 4), (2, 2), (4, 1)],
        _ => vec![(2, 2), (8, 2), (2, 1)],
    }
}

fn host((lanes, widest_call): (u32, u32)) -> Host {
    Host::detect().unwrap().with_lanes(lanes, widest_call)
}

/// A function of floats alone.
fn alone(op: Op, columns: usize, width: (u32, u32)) -> Compiled {
    let mut program = Program { columns: vec![Storage::F64; columns], ..Program::default() };
    for column in 0..columns {
        program.push(Op::Column(column as u32));
    }
    let result = program.push(op);
    program.outputs.push((result, Storage::F64));
    compiled(&Arc::new(program), &host(width)).unwrap()
}

fn floats(kernel: &Compiled, columns: &[&[f64]]) -> Vec<f64> {
    let rows = columns[0].len();
    let columns: Vec<Column<'_>> =
        columns.iter().map(|values| Column { values: Values::F64(values), validity: None }).collect();
    match kernel.run(&columns, rows).unwrap().remove(0).values {
        OutputValues::F64(values) => values,
        other => panic!("{other:?}"),
    }
}

const EXP: Op = Op::Function(FloatFunction::Exp, Reg(0));
const LN: Op = Op::Function(FloatFunction::Ln, Reg(0));
const LOG10: Op = Op::Function(FloatFunction::Log10, Reg(0));
const LOG1P: Op = Op::Function(FloatFunction::Log1p, Reg(0));
const POWER: Op = Op::Float(FloatOperator::Power, Reg(0), Reg(1));

/// The functions as code of that width has them, one row a time.
macro_rules! math {
    ($name:ident, $width:expr) => {
        mod $name {
            use super::*;

            macro_rules! function {
                ($function:ident, $op:expr, $columns:expr, $a:ident $b:ident) => {
                    pub fn $function($a: f64, $b: f64) -> f64 {
                        static KERNEL: OnceLock<Compiled> = OnceLock::new();
                        let kernel = KERNEL.get_or_init(|| alone($op, $columns, $width));
                        floats(kernel, &[&[$a][..], &[$b][..]][..$columns])[0]
                    }
                };
            }
            function!(exp, EXP, 1, a b);
            function!(ln, LN, 1, a b);
            function!(log10, LOG10, 1, a b);
            function!(log1p, LOG1P, 1, a b);
            function!(power, POWER, 2, a b);

            pub const MATH: Math = Math {
                exp: |a| exp(a, a),
                ln: |a| ln(a, a),
                log10: |a| log10(a, a),
                log1p: |a| log1p(a, a),
                power,
            };
        }
    };
}
math!(eight, (8, 8));
math!(four, (4, 4));
math!(two, (2, 2));

fn math(widest_call: u32) -> Math {
    match widest_call {
        8 => eight::MATH,
        4 => four::MATH,
        2 => two::MATH,
        _ => Math::SCALAR,
    }
}

fn holds(case: &Case, width: (u32, u32), seed: u64) {
    let kernel = compiled(&Arc::new(case.program.clone()), &host(width)).unwrap();
    let columns = case.columns();
    let due = reference::outputs(&case.program, &columns, case.rows, math(width.1));
    let found = kernel.outputs(&columns, case.rows);
    let what = match (&due, found) {
        (Err(_), Err(Faulty)) => None,
        (Err(fault), Ok(_)) => Some(format!("a fault is missed: {fault:?}")),
        (Ok(_), Err(Faulty)) => Some("a fault that is none".to_owned()),
        (Ok(_), Ok(found)) => difference(&due, &Ok(found), case.rows, 0),
    };
    if let Some(what) = what {
        panic!("seed {seed}, {width:?} lanes, {} rows: {what}\n{:#?}", case.rows, case.program);
    }
}

#[test]
fn random_programs_give_what_the_reference_gives_to_the_last_bit() {
    for width in widths() {
        for seed in 0..120 {
            let rows = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 65, 250][seed as usize % 16];
            holds(&Case::random(seed, 1 + seed as usize % 40, rows), width, seed);
        }
    }
}

/// Functions of the C library for vectors are within 2 ulp of those for numbers, here at the edges and in between.
#[test]
fn vector_functions_are_near_those_of_numbers() {
    let mut numbers = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 5e-324, f64::MAX, -1.0, 1.0, 1e-310];
    numbers.extend((-4000..4000).map(|number| f64::from(number) * 0.173));
    numbers.extend((-300..300).map(|power| 1.7 * 10_f64.powi(power)));
    let scalar = Math::SCALAR;
    for width in widths() {
        let cases: [(Op, fn(f64) -> f64); 4] =
            [(EXP, scalar.exp), (LN, scalar.ln), (LOG10, scalar.log10), (LOG1P, scalar.log1p)];
        for (op, due) in cases {
            let found = floats(&alone(op, 1, width), &[&numbers]);
            for (number, found) in numbers.iter().zip(found) {
                let apart = distance(due(*number), found);
                assert!(apart <= 2, "{op:?} of {number}: {found} and not {}, {apart} apart", due(*number));
            }
        }
        let exponents: Vec<f64> = numbers.iter().map(|number| number % 3.0 - 1.0).collect();
        let found = floats(&alone(POWER, 2, width), &[&numbers, &exponents]);
        for ((number, exponent), found) in numbers.iter().zip(&exponents).zip(found) {
            let apart = distance(number.powf(*exponent), found);
            assert!(apart <= 2, "{number} ** {exponent}: {found}, {apart} apart");
        }
    }
}

/// Code for eight lanes of AVX-512 is made everywhere, though it runs on such processors only.
#[test]
fn eight_lanes_call_the_function_of_eight() {
    let mut program = Program { columns: vec![Storage::F64], ..Program::default() };
    let column = program.push(Op::Column(0));
    let result = program.push(Op::Function(FloatFunction::Exp, column));
    program.outputs.push((result, Storage::F64));
    let text = code::assembly(&program, &Host::avx512().unwrap());
    assert!(text.contains("_ZGVeN8v_exp") && text.contains("zmm0"), "{text}");
    assert!(!text.contains("_ZGVdN4v_exp"), "{text}");
}

#[test]
fn kernels_go_from_thread_to_thread() {
    let case = Case::random(3, 20, 5000);
    let kernel: Arc<dyn Kernel> = Llvm.prepare(&Arc::new(case.program.clone())).unwrap().into();
    let due = kernel.run(&case.columns(), case.rows);
    let found: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| kernel.run(&case.columns(), case.rows))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for found in found {
        assert_eq!(difference(&due, &found, case.rows, 0), None);
    }
    std::thread::spawn(move || drop(kernel)).join().unwrap();
}
