//! Programs made at random are checked and run, and compared with a reference that does what the documentation of the
//! standard library says, a row at a time: names, order and types of columns, and the values in their order.

mod chooser;
mod expression;
mod folds;
mod joins;
mod program;
mod relation;
mod runner;
mod steps;
mod value;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// How many programs; `PROPTEST_CASES` says otherwise.
const CASES: u32 = 256;

#[test]
fn programs_give_what_the_documentation_says() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let seed = std::env::var("PROPERTY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_210_126_u64);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, max_shrink_iters: 1_500, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&vec(any::<u32>(), 150..500), |numbers| {
        let program = program::Program::any(numbers);
        runner::compare(&program).map_err(|wrong| TestCaseError::fail(format!("{wrong}\n\n{}", program.text)))
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(other) => panic!("{other}"),
    }
}
