//! What cannot be seen from outside: whether a fault is found by the code itself, widths that this processor is not used in, and
//! the code for others.

use std::sync::Arc;

use super::kernel::Faulty;
use super::target::Host;
use super::{code, compiled};
use crate::rows::{Backend, Column, FloatFunction, Interpreter, Kernel, Op, Program, Storage, Values};
use crate::testing::Case;
use crate::testing::reference::{self, Math, difference};
use crate::trees::Machine;

/// The kernel gives a fault to the interpreter, which would also put right what is none.
fn holds(case: &Case, host: &Host, seed: u64) -> bool {
    let kernel = compiled(&Arc::new(case.program.clone()), host).unwrap();
    let columns = case.columns();
    let due = reference::outputs(&case.program, &columns, case.rows, Math::Of(host.machine));
    let what = match (&due, kernel.outputs(&columns, case.rows)) {
        (Err(_), Err(Faulty)) => return false,
        (Err(fault), Ok(_)) => Some(format!("a fault is missed: {fault:?}")),
        (Ok(_), Err(Faulty)) => Some("a fault that is none".to_owned()),
        (Ok(_), Ok(found)) => difference(&due, &Ok(found), case.rows, 0),
    };
    if let Some(what) = what {
        panic!("seed {seed}, {} lanes, {} rows: {what}\n{:#?}", host.lanes, case.rows, case.program);
    }
    true
}

#[test]
fn code_of_eight_lanes_holds_where_vectors_are_narrower_and_finds_faults() {
    let host = Host::new(Machine::detect()).unwrap().with_eight_lanes();
    let rows = [1, 2, 7, 8, 9, 15, 16, 17, 64, 65, 250];
    let results = (0..80).filter(|seed| {
        let case = Case::random(1000 + seed, 1 + *seed as usize % 30, rows[*seed as usize % rows.len()]);
        holds(&case, &host, *seed)
    });
    let count = results.count();
    assert!((20..79).contains(&count), "{count} of 80 have results");
}

#[test]
fn faults_are_found_in_the_width_of_this_processor() {
    let host = Host::new(Machine::detect()).unwrap();
    let faults = (0..80).filter(|seed| !holds(&Case::random(2000 + seed, 12, 100), &host, *seed));
    assert!(faults.count() > 5);
}

/// Code for eight lanes of AVX-512 is made everywhere, though it runs on such processors only.
#[cfg(target_arch = "x86_64")]
#[test]
fn avx512_adds_eight_at_a_time() {
    use crate::rows::FloatOperator;
    let mut program = Program { columns: vec![Storage::F64], ..Program::default() };
    let column = program.push(Op::Column(0));
    let root = program.push(Op::Function(FloatFunction::Sqrt, column));
    let sum = program.push(Op::Float(FloatOperator::Add, column, root));
    program.outputs.push((sum, Storage::F64));
    let text = code::assembly(&program, &Host::avx512());
    assert!(text.contains("vsqrtpd") && text.contains("vaddpd") && text.contains("%zmm"), "{text}");
}

/// Contexts and engines belong to no thread.
#[test]
fn kernels_are_made_and_dropped_by_any_thread() {
    let case = Case::random(3, 20, 500);
    let kernels: Vec<_> = std::thread::scope(|scope| {
        let made: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let host = Host::new(Machine::detect()).unwrap();
                    compiled(&Arc::new(case.program.clone()), &host).unwrap()
                })
            })
            .collect();
        made.into_iter().map(|made| made.join().unwrap()).collect()
    });
    let due = reference::outputs(&case.program, &case.columns(), case.rows, Math::Of(Machine::detect()));
    std::thread::scope(|scope| {
        for kernel in kernels {
            let (case, due) = (&case, &due);
            scope.spawn(move || {
                assert_eq!(difference(due, &kernel.run(&case.columns(), case.rows), case.rows, 0), None);
                drop(kernel);
            });
        }
    });
}

/// Formulas are written out here and in Rust: the same bits, of all sizes and at the edges.
#[test]
fn functions_of_floats_have_the_bits_of_the_interpreters() {
    let mut random = crate::testing::Random::new(7);
    let mut values = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-310];
    values.extend([f64::MIN_POSITIVE, f64::MAX, f64::MIN, 709.782_712_893_384, 710.0, 710.1, -745.2, -746.0, -746.1]);
    for _ in 0..50_000 {
        let bits = random.below(1 << 31) << 33 | random.below(1 << 31) << 2 | random.below(4);
        values.extend([f64::from_bits(bits), bits as f64 / 1e16 - 800.0, 0.9 + bits as f64 / 1e20]);
    }
    let columns = [Column { values: Values::F64(&values), validity: None }];
    for machine in [Machine::Portable, Machine::Avx2, Machine::Avx512] {
        let host = Host::new(machine.min(Machine::detect())).unwrap();
        for function in [FloatFunction::Exp, FloatFunction::Ln, FloatFunction::Log10, FloatFunction::Log1p] {
            let mut program = Program { columns: vec![Storage::F64], ..Program::default() };
            let column = program.push(Op::Column(0));
            let result = program.push(Op::Function(function, column));
            program.outputs.push((result, Storage::F64));
            let program = Arc::new(program);
            let due = Interpreter::for_machine(host.machine).prepare(&program).unwrap().run(&columns, values.len());
            let found = compiled(&program, &host).unwrap().run(&columns, values.len());
            assert_eq!(difference(&due, &found, values.len(), 0), None, "{function:?} of {machine:?}");
        }
    }
}
