use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program, table};
use super::run;
use crate::{RunState, StepState, load_record};

#[test]
fn a_failing_step_stops_the_run_and_names_its_place() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1]);
    let failed = steps.simple("std.learning.fail", a);
    steps.0.steps[1].within = vec!["prepare".into()];
    steps.save(failed, 0);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a"], vec![("p", steps)]);
    let backend = TestBackend::default();
    let (fault, record) = run(&backend, &program, project.path(), 2).unwrap_err();
    assert_eq!((fault.code, fault.place.as_deref()), ("GML0921", Some("main.gml:2:5")));
    assert_eq!(fault.details, ["in the step `fail` at main.gml:2:5 in prepare"]);
    assert_eq!(record.state, RunState::Failed);
    let states: Vec<_> = record.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Ran, StepState::Failed, StepState::Skipped]);
    assert!(!project.path().join("a.txt").exists());
    assert_eq!(load_record(project.path(), "last").unwrap(), *record);
}

#[test]
fn a_query_that_fails_names_its_steps() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1]);
    let kept = steps.keep(a, 0);
    let broken = steps.simple("std.table.broken", kept);
    steps.save(broken, 0);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a"], vec![("p", steps)]);
    let (fault, _) = run(&TestBackend::default(), &program, project.path(), 1).unwrap_err();
    assert!(fault.message.contains("nowhere"), "{fault:?}");
    assert_eq!(fault.place.as_deref(), Some("main.gml:3:5"));
    let query = "which runs as one query: table of 1 row (main.gml:1:5), keep (main.gml:2:5), broken (main.gml:3:5)";
    assert_eq!(fault.details, [query]);
}

#[test]
fn a_panic_is_a_fault_of_gmlc() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1]);
    let broken = steps.simple("std.learning.panic", a);
    steps.save(broken, 0);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a"], vec![("p", steps)]);
    let (fault, record) = run(&TestBackend::default(), &program, project.path(), 4).unwrap_err();
    assert_eq!(fault.code, "GML0999");
    assert_eq!(fault.message, "this step broke down: index out of bounds");
    assert!(fault.help.unwrap().contains("a fault of gmlc, not of your program"));
    assert_eq!(record.failure.unwrap().step.as_deref(), Some("p.2"));
}

#[test]
fn an_expectation_that_does_not_hold_shows_both_sides() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2]);
    let expect = steps.expect_count(a, 3, Some("three are due"));
    steps.save(a, 0);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a"], vec![("p", steps)]);
    let backend = TestBackend::default();
    let (fault, _) = run(&backend, &program, project.path(), 4).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0916", "three are due"));
    assert_eq!(fault.place, Some(format!("main.gml:{}:5", expect.0 + 1)));
    assert_eq!(fault.details, ["`count(t) == 3` does not hold", "left:  2", "right: 3"]);
    assert!(backend.log().is_empty(), "a save waits for the expectations before it");
}

#[test]
fn the_message_of_an_expectation_can_be_computed() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2]);
    let count = steps.count(a);
    let condition = steps.compare(count, BinaryOp::Equal, 3);
    let expr = Expr { kind: ExprKind::Literal(Value::Str("two are there".into())), ty: Type::Str };
    let message = steps.push(StepKind::Compute { inputs: Vec::new(), expr }, Type::Str);
    let text = "count(a) == 3".into();
    steps.push(StepKind::Expect { condition, message: Some(Arg::Step(message)), text, sides: None }, Type::Bool);
    let project = tempfile::tempdir().unwrap();
    let program = program(&[], vec![("p", steps)]);
    let (fault, _) = run(&TestBackend::default(), &program, project.path(), 4).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0916", "two are there"));
    assert_eq!(fault.details, ["`count(a) == 3` does not hold"]);
}

/// `when condition { expect count(a) == 3 }`, where `a` is the first step of the graph around it.
fn expecting(steps: &mut Steps, condition: StepId) {
    let mut body = Steps::default();
    let outer = body.push(StepKind::Outer(StepId(0)), table());
    let slow = body.simple("std.learning.slow", outer);
    body.expect_count(slow, 3, Some("three are due"));
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
}

#[test]
fn a_save_waits_for_the_expectations_in_a_when_before_it() {
    for is_nested in [false, true] {
        let mut steps = Steps::default();
        let a = steps.literal(&[1, 2]);
        let rows = steps.count(a);
        let condition = steps.compare(rows, BinaryOp::Greater, 0);
        if is_nested {
            let mut around = Steps::default();
            around.push(StepKind::Outer(a), table());
            let truth = around.push(StepKind::Outer(condition), Type::Bool);
            expecting(&mut around, truth);
            steps.push(StepKind::When { condition, body: around.0 }, Type::Bool);
        } else {
            expecting(&mut steps, condition);
        }
        steps.save(a, 0);
        let project = tempfile::tempdir().unwrap();
        let backend = TestBackend::default();
        let (fault, _) = run(&backend, &program(&["a"], vec![("p", steps)]), project.path(), 4).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), ("GML0916", "three are due"));
        assert!(backend.log().is_empty(), "nested: {is_nested}");
    }
}

#[test]
fn an_expectation_that_holds_is_passed() {
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2]);
    steps.expect_count(a, 2, None);
    let project = tempfile::tempdir().unwrap();
    let record = run(&TestBackend::default(), &program(&[], vec![("p", steps)]), project.path(), 1).unwrap();
    assert_eq!(record.state, RunState::Done);
}

#[test]
fn a_pipeline_that_fails_is_the_last_that_runs() {
    let mut first = Steps::default();
    let a = first.literal(&[1]);
    let failed = first.simple("std.learning.fail", a);
    first.save(failed, 0);
    let mut second = Steps::default();
    let a = second.literal(&[1]);
    second.save(a, 1);
    let backend = TestBackend::default();
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a", "b"], vec![("first", first), ("second", second)]);
    run(&backend, &program, project.path(), 2).unwrap_err();
    assert!(backend.log().is_empty());
}

#[test]
fn what_is_not_implemented_is_told_before_anything_runs() {
    let foreign = StepKind::Foreign { language: "python".into(), settings: Vec::new(), args: Vec::new() };
    let (module, operator) = ("std.graph".into(), "walks".into());
    let unknown = StepKind::Call { module, operator, args: Vec::new() };
    let cases = [
        (unknown, "`walks` of std.graph is declared but not implemented yet"),
        (foreign, "nodes in python are declared but not implemented yet"),
    ];
    for (kind, message) in cases {
        let mut steps = Steps::default();
        let a = steps.literal(&[1]);
        steps.save(a, 0);
        let step = steps.push(kind, table());
        steps.save(step, 1);
        let backend = TestBackend::default();
        let project = tempfile::tempdir().unwrap();
        let program = program(&["a", "b"], vec![("p", steps)]);
        let (fault, record) = run(&backend, &program, project.path(), 1).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), ("GML0912", message));
        assert_eq!(fault.place.as_deref(), Some("main.gml:3:5"));
        assert!(backend.log().is_empty());
        assert_eq!(load_record(project.path(), &record.id).unwrap(), *record);
    }
}

#[test]
fn an_unknown_pipeline_is_told() {
    let program = program(&[], vec![("prepare", Steps::default())]);
    let project = tempfile::tempdir().unwrap();
    let options = crate::RunOptions {
        threads: 1,
        memory: None,
        libraries: "".into(),
        progress: &crate::Silent,
        store: None,
        choice: Default::default(),
        lineage: None,
        stopper: None,
    };
    let result = crate::run_with(&TestBackend::default(), &program, &["prepair"], project.path(), &options);
    let (fault, _) = result.unwrap_err();
    assert_eq!((fault.code, fault.help.as_deref()), ("GML0111", Some("it has prepare")));
}
