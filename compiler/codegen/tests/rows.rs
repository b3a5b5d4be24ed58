//! Every backend gives, for random programs over random columns, what the reference gives row by row.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use gml_codegen::rows::{Backend, Interpreter};
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

#[cfg(feature = "llvm")]
mod llvm {
    use super::*;
    use gml_codegen::rows::{Kernel, Llvm};

    proptest! {
        // Code is made for each case, which takes longer than running it.
        #![proptest_config(ProptestConfig::with_cases(250))]

        #[test]
        fn rows_of_machine_code_are_as_the_reference_says(case in cases()) {
            for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
                agrees(&case, &Llvm::for_machine(machine), Math::Of(machine)).map_err(TestCaseError::fail)?;
            }
        }
    }

    /// Code is made, run and dropped by several threads at once.
    #[test]
    fn kernels_go_from_thread_to_thread() {
        let case = Case::random(3, 20, 5000);
        let program = Arc::new(case.program.clone());
        let due = reference::outputs(&program, &case.columns(), case.rows, Math::Of(Machine::detect()));
        let shared: Arc<dyn Kernel> = Llvm::default().prepare(&program).unwrap().into();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let own = Llvm::default().prepare(&program).unwrap();
                    for kernel in [&*own, &*shared] {
                        let found = kernel.run(&case.columns(), case.rows);
                        assert_eq!(reference::difference(&due, &found, case.rows, 0), None);
                    }
                });
            }
        });
        std::thread::spawn(move || drop(shared)).join().unwrap();
    }
}
