//! Secrets reach what needs them, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gml_connect::{Fault, secrets};
use gml_ir::*;
use gml_operators::{Context, Data, Implementation, Table};
use polars::prelude::{DataFrame, LazyFrame};

use super::backend::TestBackend;
use super::builder::{Steps, program};
use crate::backend::{Backend, Loaded, Saved};
use crate::{Progress, RunOptions, RunRecord, run_with};

/// Datasets behind a secret, whose drivers tell everybody.
#[derive(Default)]
struct Leaky {
    inner: TestBackend,
    /// What was revealed.
    seen: Mutex<Vec<String>>,
    fails: bool,
}

impl Leaky {
    fn reveal(&self, dataset: &Dataset, project: &Path) -> Result<String, Fault> {
        let Some(token) = dataset.connector.get("token") else { return Ok(String::new()) };
        let token = secrets::reveal(token, project)?.expose().to_owned();
        self.seen.lock().unwrap().push(token.clone());
        Ok(token)
    }
}

impl Backend for Leaky {
    fn operator(&self, module: &str, name: &str) -> Option<Implementation> {
        self.inner.operator(module, name)
    }

    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault> {
        self.inner.literal(cells, ty)
    }

    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault> {
        self.inner.compute(expr, inputs)
    }

    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault> {
        self.inner.collect(query)
    }

    fn load(&self, dataset: &Dataset, project: &Path, context: &Context) -> Result<Loaded, Fault> {
        let token = self.reveal(dataset, project)?;
        if self.fails {
            return Err(Fault::new("GML0902", format!("login with {token} was refused"))
                .at(format!("db://me:{token}@host"))
                .detail(format!("{token:?}"))
                .help(format!("not {token}")));
        }
        self.inner.load(dataset, project, context)
    }

    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault> {
        let token = self.reveal(dataset, project)?;
        let saved = self.inner.save(dataset, value, project)?;
        Ok(Saved { notes: vec![format!("{token} wrote it")], ..saved })
    }
}

#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Progress for Listener {
    fn step_started(&self, _name: &str, _index: usize, _total: usize) {}

    fn step_finished(&self, _name: &str, _rows: Option<u64>, _seconds: f64) {}

    fn message(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

/// A program that reads and writes with the secret of that name.
fn guarded(name: &str) -> Program {
    let mut steps = Steps::default();
    let a = steps.load(0);
    let kept = steps.keep(a, 2);
    steps.save(kept, 1);
    let mut program = program(&["a", "b"], vec![("p", steps)]);
    let secret = Value::Symbol { name: "secret".into(), args: vec![("name".into(), Value::Str(name.into()))] };
    program.params = vec![("token".into(), secret.clone())];
    for dataset in &mut program.datasets {
        dataset.connector.args.push(("token".into(), secret.clone()));
        dataset.location = Location { file: "main.gml".into(), line: 7, column: 5 };
    }
    program
}

fn run(backend: &Leaky, program: &Program, project: &Path) -> (Result<RunRecord, Fault>, Vec<String>) {
    let listener = Listener::default();
    let options = RunOptions {
        threads: 2,
        memory: None,
        libraries: "".into(),
        progress: &listener,
        store: Some(Default::default()),
        choice: Default::default(),
        lineage: Some(std::sync::Arc::new(crate::OpenLineage::new(
            &project.join("events.jsonl").to_string_lossy(),
            project,
            Default::default(),
        ))),
        stopper: None,
    };
    let result = run_with(backend, program, &["p"], project, &options).map_err(|(fault, _)| fault);
    (result, listener.0.into_inner().unwrap())
}

/// A project whose secrets file has that entry.
fn project(name: &str, value: &str) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir(project.path().join(".gml")).unwrap();
    let path = project.path().join(".gml/secrets.toml");
    std::fs::write(&path, format!("{name} = '{value}'\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    project
}

/// The files of a project but for that of its secrets.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with("secrets.toml") {
            found.push(path);
        }
    }
    found
}

/// Whether bytes hold a text, as it is or as hexadecimal digits.
fn holds(bytes: &[u8], text: &str) -> bool {
    let digits = hex(text.as_bytes());
    [text.as_bytes(), digits.as_bytes()].iter().any(|wanted| bytes.windows(wanted.len()).any(|part| part == *wanted))
}

#[test]
fn a_value_is_in_no_file_and_no_fault() {
    const VALUE: &str = "correct horse \"battery\" <staple> & 77";
    for fails in [false, true] {
        let project = project("GML_TEST_TOKEN", VALUE);
        let backend = Leaky { inner: TestBackend::with("a", &[1, 2, 3]), fails, ..Leaky::default() };
        let (result, said) = run(&backend, &guarded("GML_TEST_TOKEN"), project.path());
        assert!(backend.seen.lock().unwrap().iter().all(|seen| seen == VALUE), "what needs it gets it");
        let told = format!("{result:?} {said:?}");
        assert_eq!(said.iter().any(|text| text == "b: *** wrote it"), !fails, "{said:?}");
        assert_eq!(result.is_err(), fails, "{told}");
        assert!(!told.contains("battery") && (!fails || told.contains("login with *** was refused")), "{told}");
        let files = files(project.path());
        assert!(files.len() > 4, "{files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!holds(&bytes, "battery") && !holds(&bytes, VALUE), "{}", file.display());
        }
    }
}

#[test]
fn one_that_is_missing_is_told_before_any_step_runs() {
    let project = project("GML_TEST_OTHER", "value of another");
    let backend = Leaky { inner: TestBackend::with("a", &[1]), ..Leaky::default() };
    let (result, said) = run(&backend, &guarded("GML_TEST_ABSENT"), project.path());
    let fault = result.unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0950", "there is no secret GML_TEST_ABSENT"));
    assert_eq!(fault.place.as_deref(), Some("main.gml:7:5"));
    assert!(backend.inner.log().is_empty() && backend.seen.lock().unwrap().is_empty() && said.is_empty());
}

#[test]
fn what_no_step_needs_is_not_asked_for() {
    let project = tempfile::tempdir().unwrap();
    let mut program = guarded("GML_TEST_ABSENT");
    program.datasets.iter_mut().for_each(|dataset| dataset.connector.args.clear());
    let backend = Leaky { inner: TestBackend::with("a", &[1]), ..Leaky::default() };
    assert!(run(&backend, &program, project.path()).0.is_ok());
}
