//! Expressions made at random.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use gml_ir::{Expr, IntKind, Type};

use super::frames::forms;
use super::made::{Chooser, inexact};
use super::{RowBackend, computed, difference, made, native};

/// How many; `PROPTEST_CASES` says otherwise.
const CASES: u32 = 192;

fn run(name: &str, property: impl Fn(Vec<u32>) -> Result<(), String>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let seed = std::env::var("PROPERTY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_129_u64);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&vec(any::<u32>(), 20..160), |numbers| property(numbers).map_err(TestCaseError::fail));
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{name}: {reason}"),
        Err(other) => panic!("{name}: {other}"),
    }
}

/// What each backend gives of expressions against what polars gives. Where polars finds a number that does not fit, so must they;
/// which of several such rows is told depends on the order of operations.
fn hold(exprs: &[Expr], seed: u64, ulps: u64) -> Result<(), String> {
    for (form, frame) in forms(40, seed) {
        let due = computed(&frame, exprs, RowBackend::Polars);
        for backend in native() {
            let found = computed(&frame, exprs, backend);
            let wrong = match (&due, found) {
                (Err(due), Err(found)) => (due.code != found.code).then(|| format!("{found}, not {due}")),
                (Ok(due), Ok(found)) => due
                    .iter()
                    .zip(&found)
                    .enumerate()
                    .find_map(|(place, (due, found))| Some(format!("{place}: {}", difference(due, found, ulps)?))),
                (Ok(_), Err(found)) => Some(format!("{found}, not values")),
                (Err(due), Ok(_)) => Some(format!("values, not {due}")),
            };
            if let Some(wrong) = wrong {
                return Err(format!("{} over {form}: {wrong}\n{exprs:#?}", backend.name()));
            }
        }
    }
    Ok(())
}

#[test]
fn exact_expressions_give_the_bits_of_polars() {
    run("exact", |numbers| {
        let seed = u64::from(numbers[0]);
        let others = [Type::Date, Type::Time, Type::Timestamp, Type::Duration];
        let other = others[numbers[1] as usize % 4].clone();
        let mut choose = Chooser(numbers);
        let types = [Type::Bool, Type::Float, Type::INT, Type::Int(IntKind::I16), other, Type::Float32];
        let exprs: Vec<Expr> = types.iter().map(|ty| made::any(&mut choose, ty, 3)).collect();
        hold(&exprs[..3], seed, 0)?;
        exprs[3..].iter().try_for_each(|expr| hold(std::slice::from_ref(expr), seed, 0))
    });
}

#[test]
fn functions_of_vectors_are_near() {
    run("inexact", |numbers| {
        let seed = u64::from(numbers[0]);
        let mut choose = Chooser(numbers);
        let exprs: Vec<Expr> = (0..3).map(|_| inexact(&mut choose, 2)).collect();
        hold(&exprs, seed, 2)
    });
}
