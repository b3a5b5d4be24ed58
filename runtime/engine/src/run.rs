//! Runs: pipelines one after the other, with a record of what happened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use gml_connect::Fault;
use gml_ir::{Pipeline, Program, Value};
use gml_operators::Context;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::backend::Backend;
use crate::codes;
use crate::embedded::Embedded;
use crate::execute::{Failure, Journal, Session, validate};
use crate::plan::{Plan, plan};
use crate::progress::Progress;
use crate::store;
use crate::store::artifact::Kept;
use crate::store::json;
use crate::store::record::{FailureRecord, PipelineRecord, RunRecord, RunState};

/// What a run may use.
pub struct RunOptions<'a> {
    /// How many steps may run at the same time, and how many threads an operator may use by itself. Results never
    /// depend on it.
    pub threads: usize,
    /// Folder of native libraries that `gmlc setup` fetched.
    pub libraries: PathBuf,
    /// Hears of the steps.
    pub progress: &'a (dyn Progress + Sync),
}

/// Runs the pipelines of these names one after the other. The record is written to
/// `<project>/.gml/runs/<id>/run.json`, and a page for people to `report.html` beside it, whether the run succeeds or not.
///
/// # Errors
/// What went wrong, with the record as it was written. Nothing runs where a name is no pipeline of the program or a step
/// has no implementation; the first pipeline that fails is the last that runs.
pub fn run(
    program: &Program,
    pipelines: &[&str],
    project: &Path,
    options: &RunOptions<'_>,
) -> Result<RunRecord, (Fault, Box<RunRecord>)> {
    run_with(&Embedded::default(), program, pipelines, project, options)
}

/// [`run`] with other operators and stores.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    backend: &dyn Backend,
    program: &Program,
    pipelines: &[&str],
    project: &Path,
    options: &RunOptions<'_>,
) -> Result<RunRecord, (Fault, Box<RunRecord>)> {
    let (now, started) = (Timestamp::now(), Instant::now());
    let mut record = empty_record(program, now);
    let id = match store::reserve(project, now, &program.source_hash) {
        Ok(id) => id,
        Err(fault) => return Err((fault.clone(), failed(record, &fault, None))),
    };
    record.id = id;
    let planned = match chosen(backend, program, pipelines) {
        Ok(planned) => planned,
        Err(fault) => return finish(project, record, &[], started, Err((fault, None))),
    };
    record.pipelines = planned.iter().map(|(pipeline, _)| pipeline_record(pipeline)).collect();
    // What a killed run leaves: that it was running.
    if let Err(fault) = store::write(project, &record) {
        return Err((fault.clone(), failed(record, &fault, None)));
    }
    let session = Session {
        program,
        backend,
        project: Some(project),
        folder: Some(store::run_folder(project, &record.id)),
        context: Context { threads: options.threads.max(1), libraries: options.libraries.clone() },
        progress: options.progress,
        journal: Journal::new(record, planned.iter().map(|(pipeline, plan)| (&*pipeline.name, plan))),
        started: AtomicUsize::new(0),
        total: planned.iter().map(|(_, plan)| plan.len()).sum(),
    };
    let result = planned.iter().try_for_each(|(pipeline, plan)| session.run(&pipeline.name, &pipeline.graph, plan));
    let result = result.map_err(|Failure { fault, step }| (fault, Some(step)));
    let (record, artifacts) = session.journal.finish();
    finish(project, record, &artifacts, started, result)
}

/// Whether a pipeline can be run by this version: all that it uses has an implementation.
///
/// # Errors
/// GML0912 with the first step that has none.
pub fn runnable(program: &Program, pipeline: &Pipeline) -> Result<(), Fault> {
    validate(&Embedded::default(), program, &pipeline.graph, &plan(program, pipeline))
}

/// The pipelines of these names with their plans.
fn chosen<'a>(backend: &dyn Backend, program: &'a Program, names: &[&str]) -> Result<Vec<(&'a Pipeline, Plan)>, Fault> {
    let find = |name: &&str| {
        let pipeline = program.pipelines.iter().find(|pipeline| &*pipeline.name == *name);
        let pipeline = pipeline.ok_or_else(|| unknown_pipeline(program, name))?;
        let plan = plan(program, pipeline);
        validate(backend, program, &pipeline.graph, &plan)?;
        Ok((pipeline, plan))
    };
    names.iter().map(find).collect()
}

fn unknown_pipeline(program: &Program, name: &str) -> Fault {
    let names: Vec<&str> = program.pipelines.iter().map(|pipeline| &*pipeline.name).collect();
    let fault =
        Fault::new(codes::UNKNOWN_PIPELINE, format!("the program has no pipeline `{name}` that can run by itself"));
    if names.is_empty() { fault.help("it has none at all") } else { fault.help(format!("it has {}", names.join(", "))) }
}

fn finish(
    project: &Path,
    mut record: RunRecord,
    artifacts: &[Kept],
    started: Instant,
    result: Result<(), (Fault, Option<String>)>,
) -> Result<RunRecord, (Fault, Box<RunRecord>)> {
    record.seconds = started.elapsed().as_secs_f64();
    match result {
        Ok(()) => {
            record.state = RunState::Done;
            match written(project, &record, artifacts) {
                Ok(()) => Ok(record),
                Err(fault) => Err((fault.clone(), failed(record, &fault, None))),
            }
        }
        Err((fault, step)) => {
            let record = failed(record, &fault, step);
            // What made the run fail is told, even where the record cannot be written either.
            let written = written(project, &record, artifacts);
            let fault = match written {
                Ok(()) => fault,
                Err(second) => fault.detail(format!("and {second}")),
            };
            Err((fault, record))
        }
    }
}

/// Writes the record and its page.
fn written(project: &Path, record: &RunRecord, artifacts: &[Kept]) -> Result<(), Fault> {
    store::write(project, record)?;
    store::write_page(project, record, artifacts)
}

fn failed(mut record: RunRecord, fault: &Fault, step: Option<String>) -> Box<RunRecord> {
    record.state = RunState::Failed;
    record.failure = Some(FailureRecord::of(fault, step));
    Box::new(record)
}

fn empty_record(program: &Program, now: Timestamp) -> RunRecord {
    RunRecord { started: now.to_string(), ..blank(program) }
}

/// A record of a run of which nothing is known but the program.
pub(crate) fn blank(program: &Program) -> RunRecord {
    RunRecord {
        id: String::new(),
        state: RunState::Running,
        started: String::new(),
        seconds: 0.0,
        program_hash: program.source_hash.clone(),
        environment: program.env.clone(),
        parameters: parameters(&program.params),
        pipelines: Vec::new(),
        steps: Vec::new(),
        metrics: Vec::new(),
        artifacts: Vec::new(),
        datasets: Vec::new(),
        contracts: Vec::new(),
        failure: None,
    }
}

fn pipeline_record(pipeline: &Pipeline) -> PipelineRecord {
    PipelineRecord { name: pipeline.name.to_string(), parameters: parameters(&pipeline.params) }
}

fn parameters(values: &[(Arc<str>, Value)]) -> Map<String, Json> {
    values.iter().map(|(name, value)| (name.to_string(), json::plain(value))).collect()
}
