use std::path::Path;
use std::sync::Arc;

use gml_ir::*;

use super::builder::Steps;
use crate::{RunOptions, Silent, StepState, load_record, run};

fn row(nullable: bool) -> Row {
    let m = if nullable { Type::INT.nullable() } else { Type::INT };
    Row::of(vec![Column::new("n", Type::INT), Column::new("m", m)])
}

fn dataset(name: &str, ty: Type, connector: &str, args: Vec<(&str, Value)>) -> Dataset {
    let args = args.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    Dataset {
        name: name.into(),
        ty,
        connector: Connector { name: connector.into(), args },
        on_violation: OnViolation::Fail,
        location: Location::default(),
    }
}

fn path(path: &str) -> (&str, Value) {
    ("path", Value::Str(path.into()))
}

/// `filter(.n >= 2)`
fn filter(steps: &mut Steps, input: StepId) -> StepId {
    let side = |kind| Box::new(Expr { kind, ty: Type::INT });
    let (left, right) = (side(ExprKind::Column("n".into())), side(ExprKind::Literal(Value::Int(2))));
    let condition = Expr { kind: ExprKind::Binary(BinaryOp::GreaterEqual, left, right), ty: Type::Bool };
    let args = [("input", Arg::Step(input)), ("condition", Arg::Expr(condition))];
    steps.call("std.table.filter", &args, Type::table(row(true)))
}

/// Learns what to impute and saves it; applies what was saved to the rows from 2 on.
fn program() -> Program {
    let artifact = vec![path("models/fill"), ("versioned", Value::Bool(true))];
    let datasets = vec![
        dataset("raw", Type::table(row(true)), "csv", vec![path("raw.csv")]),
        dataset("fill", Type::Learned(Arc::new(Learned::Transform(None))), "artifact", artifact),
        dataset("clean", Type::table(row(false)), "parquet", vec![path("out/clean.parquet")]),
    ];
    let mut learn = Steps::default();
    let raw = learn.push(StepKind::Load(0), Type::table(row(true)));
    let m = NamedExpr { name: "m".into(), expr: Expr { kind: ExprKind::Column("m".into()), ty: Type::INT.nullable() } };
    let args = [("how", Arg::Const(Value::Str("zero".into()))), ("columns", Arg::Columns(vec![m]))];
    let transform = Arc::new(Learned::Transform(Some((Arc::new(row(true)), Arc::new(row(false))))));
    let impute = learn.call("std.prep.impute", &args, Type::Estimator(transform.clone()));
    let args = [("learner", Arg::Step(impute)), ("train", Arg::Step(raw))];
    let fitted = learn.call("std.learning.fit", &args, Type::Learned(transform.clone()));
    learn.push(StepKind::Save { value: fitted, dataset: 1 }, Type::Learned(transform.clone()));
    let mut apply = Steps::default();
    let raw = apply.push(StepKind::Load(0), Type::table(row(true)));
    let kept = filter(&mut apply, raw);
    let fill = apply.push(StepKind::Load(1), Type::Learned(transform));
    let args = [("input", Arg::Step(kept)), ("transform", Arg::Step(fill))];
    let clean = apply.call("std.learning.apply", &args, Type::table(row(false)));
    apply.save(clean, 2);
    apply.expect_count(clean, 2, None);
    let pipelines = [("learn", learn), ("apply", apply)];
    let pipelines = pipelines.map(|(name, Steps(graph))| Pipeline { name: name.into(), graph, ..Pipeline::default() });
    Program { version: IR_VERSION, datasets, pipelines: pipelines.into(), ..Program::default() }
}

fn options(project: &Path) -> RunOptions<'static> {
    RunOptions {
        threads: 2,
        memory: None,
        libraries: project.into(),
        progress: &Silent,
        store: None,
        choice: Default::default(),
        lineage: None,
        stopper: None,
    }
}

#[test]
fn tables_and_artifacts_go_to_disk_and_come_back() {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("raw.csv"), "n,m\n1,10\n2,\n3,30\n").unwrap();
    let options = options(project.path());
    let mut files = Vec::new();
    for is_first in [true, false] {
        let record = run(&program(), &["learn", "apply"], project.path(), &options).unwrap();
        let written: Vec<_> = record.datasets.iter().map(|entry| (entry.path.clone(), entry.rows)).collect();
        assert_eq!(written, [("models/fill/000001".into(), None), ("out/clean.parquet".into(), Some(2))]);
        assert_eq!(record.datasets[0].cached, !is_first, "what comes out the same is no version of its own");
        assert!(record.datasets.iter().all(|entry| entry.bytes.is_some_and(|bytes| bytes > 0)));
        assert!(record.steps.iter().all(|step| step.state == StepState::Ran));
        let rows = |id: &str| record.steps.iter().find(|step| step.id == id).unwrap().rows;
        assert_eq!((rows("apply.1"), rows("apply.2"), rows("apply.4")), (Some(3), Some(2), Some(2)));
        assert_eq!(load_record(project.path(), "last").unwrap(), record);
        files.push(std::fs::read(project.path().join("out/clean.parquet")).unwrap());
    }
    assert_eq!(files[0], files[1], "the same program on the same data gives the same bytes");
}

#[test]
fn a_missing_file_is_a_fault_with_its_place_in_the_program() {
    let project = tempfile::tempdir().unwrap();
    let options = options(project.path());
    let (fault, record) = run(&program(), &["learn"], project.path(), &options).unwrap_err();
    assert_eq!(fault.code, "GML0901");
    assert!(fault.details.contains(&"in the step `load raw` at main.gml:1:5".into()), "{fault:?}");
    assert_eq!(record.failure.unwrap().step.as_deref(), Some("learn.1"));
    assert!(!project.path().join("models").exists());
}

#[test]
fn a_table_cannot_be_kept_as_an_artifact() {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("raw.csv"), "n,m\n1,10\n").unwrap();
    let options = RunOptions { threads: 1, ..options(project.path()) };
    let mut program = program();
    let mut steps = Steps::default();
    let raw = steps.push(StepKind::Load(0), Type::table(row(true)));
    steps.push(StepKind::Save { value: raw, dataset: 1 }, Type::table(row(true)));
    program.pipelines[0].graph = steps.0;
    let (fault, _) = run(&program, &["learn"], project.path(), &options).unwrap_err();
    assert_ne!(fault.code, "GML0999");
    assert!(!project.path().join("models").exists());
}
