use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program, table};
use super::run;
use crate::StepState;

/// Saves `b` in a `when count(a) > least`.
fn guarded(least: i64) -> Program {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let kept = steps.keep(a, 2);
    let rows = steps.count(kept);
    let condition = steps.compare(rows, BinaryOp::Greater, least);
    let mut body = Steps::default();
    let outer = body.push(StepKind::Outer(kept), table());
    let more = body.keep(outer, 3);
    body.save(more, 1);
    let mut inner = Steps::default();
    let outer = inner.push(StepKind::Outer(more), table());
    inner.save(outer, 2);
    let truth = body.push(StepKind::Outer(condition), Type::Bool);
    body.push(StepKind::When { condition: truth, body: inner.0 }, Type::Bool);
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let read = steps.load(1);
    steps.save(read, 3);
    program(&["a", "b", "c", "d"], vec![("p", steps)])
}

#[test]
fn the_body_runs_where_the_condition_holds() {
    let backend = TestBackend::with("a", &[1, 2, 3, 4]);
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &guarded(2), project.path(), 2).unwrap();
    assert_eq!((backend.values("b"), backend.values("c")), (vec![3, 4], vec![3, 4]));
    assert_eq!(backend.values("d"), [3, 4], "what is read later waits for the body");
    assert!(record.steps.iter().all(|step| step.state == StepState::Ran), "{:#?}", record.steps);
    let ids: Vec<_> = record.steps.iter().map(|step| step.id.as_str()).collect();
    assert!(ids.contains(&"p.5.2") && ids.contains(&"p.5.5.2"), "{ids:?}");
}

#[test]
fn the_body_is_skipped_where_it_does_not() {
    let backend = TestBackend::with("a", &[1, 2, 3, 4]);
    backend.store.lock().unwrap().insert("b".into(), super::backend::numbers(&[7]));
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &guarded(3), project.path(), 2).unwrap();
    assert_eq!((backend.values("b"), backend.values("d")), (vec![7], vec![7]));
    let state = |id: &str| record.steps.iter().find(|step| step.id == id).unwrap().state;
    assert_eq!(
        (state("p.5"), state("p.5.2"), state("p.5.3")),
        (StepState::Ran, StepState::Skipped, StepState::Skipped)
    );
}

#[test]
fn a_failure_in_the_body_is_that_of_the_run() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1]);
    let rows = steps.count(a);
    let condition = steps.compare(rows, BinaryOp::Equal, 1);
    let mut body = Steps::default();
    let outer = body.push(StepKind::Outer(a), table());
    let failed = body.simple("std.learning.fail", outer);
    body.save(failed, 0);
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a"], vec![("p", steps)]);
    let (fault, record) = run(&TestBackend::default(), &program, project.path(), 2).unwrap_err();
    assert_eq!((fault.code, fault.place.as_deref()), ("GML0921", Some("main.gml:2:5")));
    assert_eq!(record.failure.unwrap().step.as_deref(), Some("p.4.2"));
}
