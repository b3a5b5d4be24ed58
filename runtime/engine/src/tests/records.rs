use std::sync::Mutex;

use gml_connect::Tolerated;
use gml_ir::*;

use super::backend::TestBackend;
use super::builder::{Steps, program, table};
use super::run;
use crate::{Progress, RunOptions, RunRecord, RunState, latest, load_record, run_with};

fn small() -> Program {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let kept = steps.keep(a, 2);
    steps.save(kept, 1);
    let judged = steps.call("std.learning.judge", &[("input", Arg::Step(kept))], Type::Named("metrics".into()));
    steps.push(StepKind::Track(judged), Type::Named("metrics".into()));
    let rows = steps.count(kept);
    steps.push(StepKind::Track(rows), Type::INT);
    let mut program = program(&["a", "b"], vec![("p", steps)]);
    let secret = Value::Symbol { name: "secret".into(), args: vec![("name".into(), Value::Str("TOKEN".into()))] };
    program.params = vec![("seed".into(), Value::Int(42)), ("token".into(), secret)];
    program.pipelines[0].params = vec![("day".into(), Value::Date(18_637))];
    program.env = Some("cloud".into());
    program
}

#[test]
fn a_record_says_what_happened() {
    let backend = TestBackend::with("a", &[1, 2, 3]);
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &small(), project.path(), 2).unwrap();
    assert_eq!(record.state, RunState::Done);
    assert_eq!((record.program_hash.as_str(), record.environment.as_deref()), ("5ca1e", Some("cloud")));
    let steps: Vec<_> = record.steps.iter().map(|step| (step.id.as_str(), step.name.as_str(), step.rows)).collect();
    let expected = [
        ("p.1", "load a", None),
        ("p.2", "keep", Some(2)),
        ("p.3", "save b", Some(2)),
        ("p.4", "judge", None),
        ("p.5", "track judge", None),
        ("p.6", "count", None),
        ("p.7", "track count", None),
    ];
    assert_eq!(steps, expected);
    assert_eq!(record.steps[1].location.line, 2);
    assert_eq!(record.steps[1].peak_memory.is_some(), cfg!(target_os = "linux"));
    let metrics: Vec<_> =
        record.metrics.iter().map(|metric| (metric.name.as_str(), metric.partition.as_str())).collect();
    assert_eq!(metrics, [("rows", "test"), ("lost", "test"), ("count", "")]);
    assert_eq!((record.metrics[0].value, record.metrics[2].value), (2.0, 2.0));
    let dataset = &record.datasets[0];
    assert_eq!((dataset.name.as_str(), dataset.path.as_str(), dataset.rows), ("b", "b.txt", Some(2)));
}

#[test]
fn the_file_has_the_documented_form() {
    let backend = TestBackend::with("a", &[1, 2, 3]);
    let project = tempfile::tempdir().unwrap();
    let record = run(&backend, &small(), project.path(), 2).unwrap();
    let path = project.path().join(".gml/runs").join(&record.id).join("run.json");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(!text.contains("TOKEN"), "secrets never appear");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["parameters"], serde_json::json!({ "seed": 42, "token": "***" }));
    assert_eq!(json["pipelines"][0], serde_json::json!({ "name": "p", "parameters": { "day": "2021-01-10" } }));
    assert_eq!(json["metrics"][0], serde_json::json!({ "name": "rows", "partition": "test", "value": 2.0 }));
    assert_eq!(json["metrics"][1]["value"], "nan");
    assert_eq!(json["steps"][1]["state"], "ran");
    assert_eq!((&json["state"], &json["failure"]), (&"done".into(), &serde_json::Value::Null));
    let names: Vec<_> = std::fs::read_dir(project.path().join(".gml/runs").join(&record.id)).unwrap().collect();
    assert_eq!(names.len(), 2, "the record and its page; nothing half-written is left");
}

#[test]
fn records_come_back_as_they_were() {
    let backend = TestBackend::with("a", &[1, 2, 3]);
    let project = tempfile::tempdir().unwrap();
    let first = run(&backend, &small(), project.path(), 1).unwrap();
    let second = run(&backend, &small(), project.path(), 1).unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(latest(project.path()).unwrap(), second.id);
    let same = |a: &RunRecord, b: &RunRecord| assert_eq!(format!("{a:?}"), format!("{b:?}"));
    same(&load_record(project.path(), &first.id).unwrap(), &first);
    same(&load_record(project.path(), "last").unwrap(), &second);
}

#[test]
fn a_record_that_is_not_there_is_told() {
    let project = tempfile::tempdir().unwrap();
    assert_eq!(latest(project.path()).unwrap_err().help.as_deref(), Some("start with gmlc run"));
    assert_eq!(load_record(project.path(), "../../etc").unwrap_err().code, "GML0901");
    let record = run(&TestBackend::with("a", &[1]), &small(), project.path(), 1).unwrap();
    let path = project.path().join(".gml/runs").join(&record.id).join("run.json");
    std::fs::write(path, "{").unwrap();
    assert_eq!(load_record(project.path(), "last").unwrap_err().code, "GML0902");
}

#[test]
fn a_project_that_cannot_be_written_is_told() {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join(".gml"), "a file").unwrap();
    let backend = TestBackend::with("a", &[1]);
    let (fault, _) = run(&backend, &small(), project.path(), 1).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(backend.log().is_empty());
}

#[test]
fn a_run_that_cannot_be_recorded_leaves_no_folder() {
    let project = tempfile::tempdir().unwrap();
    // No file takes the place of a folder.
    std::fs::create_dir_all(project.path().join(".gml/runs/last")).unwrap();
    let backend = TestBackend::with("a", &[1]);
    let (fault, record) = run(&backend, &small(), project.path(), 1).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(backend.log().is_empty());
    assert!(!record.id.is_empty() && !crate::run_folder(project.path(), &record.id).exists());
}

#[test]
fn what_is_tracked_again_is_in_another_part() {
    let project = tempfile::tempdir().unwrap();
    let mut record = run(&TestBackend::with("a", &[1, 2, 3]), &small(), project.path(), 1).unwrap();
    let names = |record: &RunRecord| {
        let name = |metric: &crate::MetricRecord| format!("{}/{}", metric.name, metric.partition);
        let parts = record.measured().into_iter();
        parts.map(|part| part.metrics.iter().map(name).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(names(&record), ["rows/test lost/test count/"]);
    let mut again = record.metrics[..2].to_vec();
    again[1].partition = "train".into();
    record.metrics.extend(again);
    assert_eq!(names(&record), ["rows/test lost/test count/", "rows/test lost/train"]);
    record.metrics.clear();
    assert!(record.measured().is_empty());
}

#[test]
fn tolerated_rows_are_reported_once() {
    let rows = Tolerated { column: "n".into(), rule: "> 0".into(), rows: 4, dropped: true };
    let backend = TestBackend { tolerated: vec![rows], ..TestBackend::with("a", &[1]) };
    let project = tempfile::tempdir().unwrap();
    let listener = Listener::default();
    let options = RunOptions {
        threads: 2,
        memory: None,
        libraries: "".into(),
        progress: &listener,
        store: None,
        choice: Default::default(),
        lineage: None,
        stopper: None,
    };
    let mut steps = Steps::default();
    let a = steps.load(0);
    for dataset in 1..3 {
        let narrow = Type::table(Row::of(vec![Column::new("n", Type::INT)]));
        let kept = steps.call(
            "std.table.keep",
            &[("input", Arg::Step(a)), ("least", Arg::Const(Value::Int(0))), ("by", super::builder::over("n"))],
            narrow,
        );
        steps.save(kept, dataset);
    }
    let program = program(&["a", "b", "c"], vec![("p", steps)]);
    let record = run_with(&backend, &program, &["p"], project.path(), &options).unwrap();
    assert_eq!(record.contracts.len(), 1);
    assert_eq!((record.contracts[0].dataset.as_str(), record.contracts[0].rows), ("a", 4));
    let said = listener.0.into_inner().unwrap();
    assert!(said.contains(&"a: 4 rows break `n > 0` and are left out".to_owned()), "{said:?}");
}

#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Progress for Listener {
    fn step_started(&self, name: &str, index: usize, total: usize) {
        self.0.lock().unwrap().push(format!("{index}/{total} {name}"));
    }

    fn step_finished(&self, name: &str, rows: Option<u64>, _seconds: f64) {
        self.0.lock().unwrap().push(format!("{name} {rows:?}"));
    }

    fn message(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

#[test]
fn progress_hears_of_stages() {
    let listener = Listener::default();
    let options = RunOptions {
        threads: 1,
        memory: None,
        libraries: "".into(),
        progress: &listener,
        store: None,
        choice: Default::default(),
        lineage: None,
        stopper: None,
    };
    let mut steps = Steps::default();
    let a = steps.literal(&[1, 2]);
    let kept = steps.keep(a, 2);
    steps.save(kept, 0);
    let rows = steps.count(a);
    let condition = steps.compare(rows, BinaryOp::Greater, 5);
    let mut body = Steps::default();
    let outer = body.push(StepKind::Outer(a), table());
    body.save(outer, 1);
    steps.push(StepKind::When { condition, body: body.0 }, Type::Bool);
    let project = tempfile::tempdir().unwrap();
    let program = program(&["a", "b"], vec![("p", steps)]);
    run_with(&TestBackend::default(), &program, &["p"], project.path(), &options).unwrap();
    let said = listener.0.into_inner().unwrap();
    assert_eq!(said[0], "1/7 table of 2 rows");
    assert!(said.contains(&"keep Some(1)".to_owned()), "{said:?}");
    let skipped = "main.gml:6:5: the condition of `when` does not hold: 1 step skipped";
    assert!(said.contains(&skipped.to_owned()), "{said:?}");
}

#[test]
fn tracked_tables_have_files_of_their_own_and_are_on_the_page() {
    let mut steps = Steps::default();
    let a = steps.load(0);
    for least in [2, 3] {
        let kept = steps.keep(a, least);
        steps.push(StepKind::Track(kept), table());
    }
    let program = program(&["a"], vec![("p", steps)]);
    for threads in [1, 4] {
        let project = tempfile::tempdir().unwrap();
        let record = run(&TestBackend::with("a", &[1, 2, 3]), &program, project.path(), threads).unwrap();
        let found: Vec<_> =
            record.artifacts.iter().map(|artifact| (artifact.path.as_str(), artifact.step.as_str())).collect();
        assert_eq!(found, [("keep.parquet", "p.3"), ("keep-2.parquet", "p.5")]);
        assert!(record.artifacts.iter().all(|artifact| artifact.kind == crate::ArtifactKind::Table));
        let folder = crate::run_folder(project.path(), &record.id);
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["keep-2.parquet", "keep.parquet", "report.html", "run.json"]);
        let page = std::fs::read_to_string(folder.join(crate::PAGE)).unwrap();
        assert!(page.contains("<h2>keep-2</h2>") && page.contains("<td class=\"number\">3</td>"), "{page}");
        let same = |a: &RunRecord, b: &RunRecord| assert_eq!(format!("{a:?}"), format!("{b:?}"));
        same(&load_record(project.path(), "last").unwrap(), &record);
    }
}
