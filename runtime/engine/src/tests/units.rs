use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program};
use crate::{RowBackend, test_with};

fn tests() -> Program {
    let mut good = Steps::default();
    let a = good.literal(&[1, 2]);
    good.expect_count(a, 2, None);
    let mut bad = Steps::default();
    let a = bad.literal(&[1, 2]);
    bad.expect_count(a, 5, None);
    let mut reads = Steps::default();
    let a = reads.load(0);
    reads.expect_count(a, 1, None);
    let mut program = program(&["a"], Vec::new());
    let location = Location { file: "main.gml".into(), line: 1, column: 1 };
    program.tests = [("good rows", good), ("bad rows", bad), ("reads", reads)]
        .into_iter()
        .map(|(name, Steps(graph))| Test { name: name.into(), graph, location: location.clone() })
        .collect();
    program
}

#[test]
fn tests_run_in_memory_and_tell_how_they_went() {
    let outcomes = test_with(&TestBackend::default(), &tests(), None, "".as_ref(), RowBackend::Auto);
    let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.name.as_str(), outcome.passed)).collect();
    assert_eq!(told, [("good rows", true), ("bad rows", false), ("reads", false)]);
    let fault = outcomes[1].fault.as_ref().unwrap();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0916", "`count(t) == 5` does not hold"));
    assert!(outcomes[2].fault.as_ref().unwrap().message.contains("a test uses the dataset `a`"));
}

#[test]
fn a_filter_chooses_by_name() {
    let outcomes = test_with(&TestBackend::default(), &tests(), Some("good"), "".as_ref(), RowBackend::Auto);
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].passed);
}
