use gml_ir::*;

use super::backend::{RUNS, TestBackend};
use super::builder::{Steps, program, table};
use super::run;

fn runs(key: &str) -> usize {
    RUNS.lock().unwrap().get(key).copied().unwrap_or(0)
}

#[test]
fn a_shared_table_is_computed_once() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let shared = steps.counted(a, "shared");
    for dataset in 1..4 {
        let kept = steps.keep(shared, dataset.into());
        steps.save(kept, dataset);
    }
    let own = steps.counted(shared, "own");
    let last = steps.keep(own, 3);
    steps.save(last, 4);
    let backend = TestBackend::with("a", &[1, 2, 3]);
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a", "b", "c", "d", "e"], vec![("p", steps)]), project.path(), 4).unwrap();
    assert_eq!((runs("shared"), runs("own")), (1, 1));
    assert_eq!(backend.log().iter().filter(|line| *line == "read a").count(), 1);
    assert_eq!(backend.values("d"), [3]);
}

#[test]
fn a_table_joined_with_itself_is_computed_once() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2]);
    let counted = steps.counted(a, "itself");
    let twice = steps.call("std.table.both", &[("input", Arg::Step(counted)), ("other", Arg::Step(counted))], table());
    steps.save(twice, 0);
    let backend = TestBackend::default();
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a"], vec![("p", steps)]), project.path(), 1).unwrap();
    assert_eq!(runs("itself"), 1);
    assert_eq!(backend.values("a"), [1, 2, 1, 2]);
}

#[test]
fn a_dead_step_does_not_run() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1]);
    steps.counted(a, "dead");
    steps.save(a, 0);
    let backend = TestBackend::default();
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &program(&["a"], vec![("p", steps)]), project.path(), 1).unwrap();
    assert_eq!(runs("dead"), 0);
    assert_eq!(record.steps.len(), 2);
}

#[test]
fn the_parts_of_a_split_are_tables() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2, 3]);
    let counted = steps.counted(a, "split");
    let both = Row::of(vec![Column::new("train", table()), Column::new("test", table())]);
    let split = steps.call("std.learning.split", &[("input", Arg::Step(counted))], Type::Record(both.into()));
    let train = steps.push(StepKind::Part(split, "train".into()), table());
    let test = steps.push(StepKind::Part(split, "test".into()), table());
    steps.save(train, 0);
    let kept = steps.keep(test, 0);
    steps.save(kept, 1);
    let backend = TestBackend::default();
    let project = tempfile::tempdir().unwrap();
    run(&backend, &program(&["a", "b"], vec![("p", steps)]), project.path(), 2).unwrap();
    assert_eq!((backend.values("a"), backend.values("b")), (vec![2, 3], vec![1]));
    assert_eq!(runs("split"), 1);
}
