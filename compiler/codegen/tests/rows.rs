//! Every backend gives, for random programs over random columns, what the reference gives row by row.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use gml_codegen::rows::{
    Backend, Bits, Column, Constant, Cranelift, IntOperator, Interpreter, Op, Program, RowFault, RowFaultKind, Storage,
    Values,
};
use gml_codegen::testing::Case;
use gml_codegen::testing::programs::ROWS;
use gml_codegen::testing::reference::{self, Math};
use gml_codegen::trees::Machine;
use proptest::prelude::*;

const MACHINES: [Machine; 3] = [Machine::Portable, Machine::Avx2, Machine::Avx512];

/// Holds a backend against the reference that computes as the machine does.
fn agrees(case: &Case, backend: &dyn Backend, math: Math) -> Result<(), String> {
    let columns = case.columns();
    let due = reference::outputs(&case.program, &columns, case.rows, math);
    let kernel = backend.prepare(&Arc::new(case.program.clone())).map_err(|unsupported| unsupported.reason)?;
    // Twice, because the memory of the first run is used again.
    for _ in 0..2 {
        let found = kernel.run(&columns, case.rows);
        if let Some(difference) = reference::difference(&due, &found, case.rows, 0) {
            return Err(format!("{}: {difference}\n{:#?}", backend.name(), case.program));
        }
    }
    Ok(())
}

fn cases() -> impl Strategy<Value = Case> {
    (1..40_usize, 0..ROWS.len(), any::<u64>())
        .prop_map(|(operations, rows, seed)| Case::random(seed, operations, ROWS[rows]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn rows_are_interpreted_as_the_reference_says(case in cases()) {
        for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
            agrees(&case, &Interpreter::for_machine(machine), Math::Of(machine)).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn rows_compiled_by_cranelift_are_as_the_reference_says(case in cases()) {
        agrees(&case, &Cranelift, Math::Of(Machine::detect())).map_err(TestCaseError::fail)?;
    }
}

/// Otherwise the comparisons above would compare little.
#[test]
fn rows_of_random_cases_have_results_and_faults() {
    let results = (0..400).map(|seed| {
        let case = Case::random(seed, 20, 200);
        reference::outputs(&case.program, &case.columns(), case.rows, Math::Scalar).is_ok()
    });
    let count = results.filter(|ok| *ok).count();
    assert!((150..380).contains(&count), "{count} of 400 have results");
}

/// Code is made for each case by LLVM, which takes longer than running it.
#[cfg(feature = "llvm")]
mod llvm {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(250))]

        #[test]
        fn rows_compiled_by_llvm_are_as_the_reference_says(case in cases()) {
            for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
                agrees(&case, &gml_codegen::rows::Llvm::for_machine(machine), Math::Of(machine))
                    .map_err(TestCaseError::fail)?;
            }
        }
    }
}

fn backends() -> Vec<Box<dyn Backend>> {
    vec![
        Box::new(Interpreter::default()),
        Box::new(Cranelift),
        #[cfg(feature = "llvm")]
        Box::new(gml_codegen::rows::Llvm::default()),
    ]
}

/// `(a + b) * a`, where both are integers; `used` guards the product.
fn sums(used: bool) -> Program {
    let mut program = Program { columns: vec![Storage::I64, Storage::I64, Storage::Bool], ..Program::default() };
    let [a, b, c] = [0, 1, 2].map(|column| program.push(Op::Column(column)));
    let sum = program.push(Op::Int { op: IntOperator::Add, left: a, right: b, used: None });
    let used = used.then_some(c);
    let product = program.push(Op::Int { op: IntOperator::Multiply, left: sum, right: a, used });
    program.outputs = vec![(product, Storage::I64)];
    program
}

#[test]
fn rows_without_a_result_are_named_by_the_first_that_is_valid_and_used() {
    let (mut a, b) = (vec![1_i64; 5000], vec![2_i64; 5000]);
    a[100] = i64::MAX;
    a[1500] = i64::MAX / 2;
    a[1600] = i64::MAX;
    a[4000] = i64::MAX;
    let mut known = vec![u8::MAX; 626];
    // Row 100 has no value; the bits begin at the third.
    known[102 / 8] &= !(1 << (102 % 8));
    let mut used = vec![u8::MAX; 625];
    // The product of row 1500 is not used.
    used[1500 / 8] &= !(1 << (1500 % 8));
    let columns = [
        Column { values: Values::I64(&a), validity: Some(Bits { bytes: &known, offset: 2 }) },
        Column { values: Values::I64(&b), validity: None },
        Column { values: Values::Bool(Bits { bytes: &used, offset: 0 }), validity: None },
    ];
    for (guarded, due) in [
        (true, RowFault { row: 1600, kind: RowFaultKind::Overflow(IntOperator::Add, i64::MAX, 2) }),
        (
            false,
            RowFault { row: 1500, kind: RowFaultKind::Overflow(IntOperator::Multiply, i64::MAX / 2 + 2, i64::MAX / 2) },
        ),
    ] {
        for backend in backends() {
            let kernel = backend.prepare(&Arc::new(sums(guarded))).unwrap();
            assert_eq!(kernel.run(&columns, 5000), Err(due), "{}", backend.name());
            assert!(kernel.run(&columns, 1400).is_ok(), "{}", backend.name());
        }
    }
}

#[test]
fn rows_of_operations_that_no_output_needs_are_no_fault() {
    let mut program = Program { columns: vec![Storage::I64], ..Program::default() };
    let a = program.push(Op::Column(0));
    program.push(Op::Int { op: IntOperator::Multiply, left: a, right: a, used: None });
    let one = program.push(Op::Constant(Constant::Int(1)));
    program.outputs = vec![(one, Storage::I64), (a, Storage::I64)];
    let values = [i64::MAX; 3];
    let columns = [Column { values: Values::I64(&values), validity: None }];
    for backend in backends() {
        let found = backend.prepare(&Arc::new(program.clone())).unwrap().run(&columns, 3);
        let due = reference::outputs(&program, &columns, 3, Math::Scalar);
        assert!(due.is_ok());
        assert_eq!(reference::difference(&due, &found, 3, 0), None, "{}", backend.name());
    }
}

#[test]
fn rows_of_programs_that_are_none_are_refused() {
    let mut program = Program { columns: vec![Storage::Bool], ..Program::default() };
    let a = program.push(Op::Column(0));
    program.push(Op::IsFinite(a));
    for backend in backends() {
        let refused = backend.prepare(&Arc::new(program.clone())).err().unwrap();
        assert_eq!(refused.reason, "operation 1: an operand is of another kind", "{}", backend.name());
    }
}

/// Threads may run a kernel at once, each over its part.
#[test]
fn rows_of_parts_are_the_rows_of_the_whole() {
    let case = (0..).map(|seed| Case::random(seed, 30, 5000)).find(|case| {
        let columns = case.columns();
        case.columns.iter().all(|column| column.offset == 0 && column.validity.is_none())
            && case.program.outputs.iter().any(|(_, storage)| *storage == Storage::F64)
            && reference::outputs(&case.program, &columns, case.rows, Math::Scalar).is_ok()
    });
    let case = case.unwrap();
    for backend in backends() {
        let kernel = backend.prepare(&Arc::new(case.program.clone())).unwrap();
        let whole = kernel.run(&case.columns(), 5000);
        std::thread::scope(|scope| {
            for rows in [1, 700, 1024, 4999] {
                let (kernel, case, whole) = (&kernel, &case, &whole);
                scope.spawn(move || {
                    let due = reference::outputs(&case.program, &case.columns(), rows, Math::Of(Machine::detect()));
                    let part = kernel.run(&case.columns(), rows);
                    assert_eq!(reference::difference(&due, &part, rows, 0), None);
                    let again = kernel.run(&case.columns(), 5000);
                    assert_eq!(reference::difference(whole, &again, 5000, 0), None);
                });
            }
        });
    }
}
