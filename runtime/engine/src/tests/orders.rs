use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program, table};
use super::run;

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    for least in 0..6 {
        let kept = steps.keep(a, i64::from(least) * 10);
        let again = steps.keep(kept, 3);
        steps.save(again, least + 1);
        let judged = steps.call("std.learning.judge", &[("input", Arg::Step(again))], Type::Named("metrics".into()));
        steps.push(StepKind::Track(judged), Type::Named("metrics".into()));
    }
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let program = program(&names, vec![("p", steps)]);
    let outcome = |threads: usize| {
        let backend = TestBackend::with("a", &(0..100).collect::<Vec<_>>());
        let project = tempfile::tempdir().unwrap();
        let record = run(&backend, &program, project.path(), threads).unwrap();
        let files = names[1..].iter().map(|name| std::fs::read(project.path().join(format!("{name}.txt"))).unwrap());
        let metrics: Vec<_> = record.metrics.iter().map(|metric| format!("{metric:?}")).collect();
        (files.collect::<Vec<_>>(), metrics, record.datasets)
    };
    let one = outcome(1);
    assert_eq!(one.0.len(), 6);
    assert_eq!(one.1.len(), 12);
    for _ in 0..5 {
        assert_eq!(outcome(4), one);
    }
}

#[test]
fn a_read_after_a_save_sees_what_was_saved() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2, 3]);
    let slow = steps.simple("std.learning.slow", a);
    steps.save(slow, 0);
    let read = steps.load(0);
    let kept = steps.keep(read, 2);
    steps.save(kept, 1);
    let backend = TestBackend::with("a", &[9, 9]);
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a", "b"], vec![("p", steps)]), project.path(), 4).unwrap();
    assert_eq!(backend.values("b"), [2, 3]);
    assert_eq!(backend.log(), ["write a", "read a", "write b"]);
}

#[test]
fn a_save_waits_for_the_reads_before_it() {
    let mut steps = Steps::default();
    let other = steps.literal(&[1, 2, 3]);
    let slow = steps.simple("std.learning.slow", other);
    let read = steps.load(0);
    steps.save(other, 0);
    let both = steps.call("std.table.both", &[("input", Arg::Step(slow)), ("other", Arg::Step(read))], table());
    steps.save(both, 1);
    let backend = TestBackend::with("a", &[9]);
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a", "b"], vec![("p", steps)]), project.path(), 4).unwrap();
    assert_eq!(backend.values("b"), [1, 2, 3, 9]);
    assert_eq!(backend.values("a"), [1, 2, 3]);
}

#[test]
fn a_dataset_can_be_read_changed_and_saved() {
    let mut steps = Steps::default();
    let read = steps.load(0);
    let kept = steps.keep(read, 5);
    steps.save(kept, 0);
    let again = steps.load(0);
    let kept = steps.keep(again, 7);
    steps.save(kept, 1);
    let backend = TestBackend::with("a", &[1, 5, 9]);
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a", "b"], vec![("p", steps)]), project.path(), 4).unwrap();
    assert_eq!((backend.values("a"), backend.values("b")), (vec![5, 9], vec![9]));
}

#[test]
fn pipelines_run_in_order() {
    let mut first = Steps::default();
    let a = first.literal(&[1, 2]);
    let slow = first.simple("std.learning.slow", a);
    first.save(slow, 0);
    let mut second = Steps::default();
    let a = second.load(0);
    second.save(a, 1);
    let program = program(&["a", "b"], vec![("first", first), ("second", second)]);
    let backend = TestBackend::default();
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &program, project.path(), 4).unwrap();
    assert_eq!(backend.values("b"), [1, 2]);
    let ids: Vec<_> = record.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["first.1", "first.2", "first.3", "second.1", "second.2"]);
}
