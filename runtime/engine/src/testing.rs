//! Tests: graphs that run in memory and touch no dataset.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use gml_connect::Fault;
use gml_ir::{Location, Program, Resources, Test};
use gml_operators::{Context, Expressions, RowBackend};

use crate::backend::Backend;
use crate::cache::Decided;
use crate::embedded::Embedded;
use crate::execute::{Journal, Session, validate};
use crate::plan::{Joining, plan_graph};
use crate::progress::Silent;
use crate::{run, schedule};

/// How a test went.
#[derive(Clone, Debug, PartialEq)]
pub struct TestOutcome {
    /// What it says.
    pub name: String,
    /// Where it was declared.
    pub location: Location,
    /// Whether all its expectations hold.
    pub passed: bool,
    /// Why not.
    pub fault: Option<Fault>,
    /// How long it took.
    pub seconds: f64,
}

/// Runs the tests whose names contain `filter`, in parallel, and tells how they went in the order of the program.
/// `libraries` is the folder of native libraries that `gmlc setup` fetched, `project` that of the program, where the files of
/// nodes in other languages are.
pub fn test(program: &Program, filter: Option<&str>, project: &Path, libraries: &Path) -> Vec<TestOutcome> {
    test_with(&Embedded::new(program, project), program, filter, libraries, RowBackend::Auto)
}

/// [`test`] with other operators, and with row expressions that `rows` computes.
pub fn test_with(
    backend: &dyn Backend,
    program: &Program,
    filter: Option<&str>,
    libraries: &Path,
    rows: RowBackend,
) -> Vec<TestOutcome> {
    let chosen = |test: &&Test| filter.is_none_or(|filter| test.name.contains(filter));
    let tests: Vec<&Test> = program.tests.iter().filter(chosen).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let outcomes: Vec<Mutex<Option<TestOutcome>>> = tests.iter().map(|_| Mutex::new(None)).collect();
    let independent = vec![Vec::new(); tests.len()];
    let ran: Result<(), Fault> = schedule::run(&independent, threads, |place| {
        let outcome = one(backend, program, tests[place], libraries.to_path_buf(), rows);
        *outcomes[place].lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        Ok(())
    });
    debug_assert!(ran.is_ok(), "tests tell of their failures in their outcomes");
    outcomes.into_iter().filter_map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn one(backend: &dyn Backend, program: &Program, test: &Test, libraries: PathBuf, rows: RowBackend) -> TestOutcome {
    let started = Instant::now();
    let plan = plan_graph(program, &test.graph, Joining::Queries);
    let result = validate(backend, program, &test.graph, &plan).and_then(|()| {
        let session = Session {
            program,
            backend,
            project: None,
            folder: None,
            context: Context { expressions: Expressions::by(rows), ..Context::new(1, libraries) },
            memory: None,
            unfinished: None,
            progress: &Silent,
            cache: None,
            journal: Arc::new(Journal::new(run::blank(program), [(&*test.name, &plan)], None)),
            started: AtomicUsize::new(0),
            total: plan.len(),
        };
        session
            .run(&test.name, &test.graph, &plan, &Decided::all(&plan), &Resources::default())
            .map_err(|failure| failure.fault)
    });
    TestOutcome {
        name: test.name.to_string(),
        location: test.location.clone(),
        passed: result.is_ok(),
        fault: result.err(),
        seconds: started.elapsed().as_secs_f64(),
    }
}
