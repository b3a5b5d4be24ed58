//! Runs: pipelines one after the other, with a record of what happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use gml_connect::Fault;
use gml_connect::secrets::hide_fault;
use gml_ir::{Pipeline, Program, Value};
use gml_operators::{Context, Expressions, Observer, Stop};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::backend::Backend;
use crate::cache::{Cache, Choice, Decided, Deciding, StoreSettings, decide, tell};
use crate::codes;
use crate::embedded::Embedded;
use crate::execute::{Failure, Journal, Session, usable, validate};
use crate::openlineage::OpenLineage;
use crate::plan::{Joining, Plan, plan};
use crate::progress::{Hiding, Progress};
use crate::secrets;
use crate::stop::{Others, Stopper};
use crate::store;
use crate::store::artifact::Kept;
use crate::store::json;
use crate::store::live::Live;
use crate::store::record::{FailureRecord, PipelineRecord, RunRecord, RunState};
use crate::tracking::Mlflow;
use crate::versions::saved_by;

/// What a run may use.
pub struct RunOptions<'a> {
    /// How many steps may run at the same time, and how many threads an operator may use by itself. Results never
    /// depend on it.
    pub threads: usize,
    /// Bytes that steps at the same time may take together, as far as can be told; nothing where they may take what there is.
    pub memory: Option<u64>,
    /// Folder of native libraries that `gmlc setup` fetched.
    pub libraries: PathBuf,
    /// Hears of the steps.
    pub progress: &'a (dyn Progress + Sync),
    /// What is kept for later runs, and taken from earlier ones; nothing where there are no settings.
    pub store: Option<StoreSettings>,
    /// Which steps are done, and whether whatever is kept of them counts.
    pub choice: Choice,
    /// Tells others of the pipelines.
    pub lineage: Option<Arc<OpenLineage>>,
    /// Stops the run from another thread.
    pub stopper: Option<&'a Stopper>,
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
    run_with(&Embedded::new(program, project), program, pipelines, project, options)
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
    let Some(tracking) = &program.tracking else {
        return recorded(backend, program, pipelines, project, options, &|| Ok(()), None);
    };
    let told = Mlflow::of(tracking, project);
    // A server that must be told is asked before any step runs.
    let ready = || match &told {
        Ok(server) if server.required => server.reach(),
        Ok(_) => Ok(()),
        Err(fault) => Err(fault.clone()),
    };
    let ran = recorded(backend, program, pipelines, project, options, &ready, told.as_ref().ok());
    let Ok(server) = &told else { return ran };
    let record = match &ran {
        Ok(record) => record,
        Err((fault, _)) if fault.code == codes::TRACKING => return ran,
        Err((_, record)) => record,
    };
    match (server.tell(project, record), ran) {
        (Ok(told), ran) => {
            let problem = |left_out: &String| format!("MLflow was not told of {left_out} [{}]", codes::TRACKING);
            told.left_out.iter().for_each(|left_out| options.progress.message(&problem(left_out)));
            ran
        }
        (Err(fault), Ok(record)) if server.required => {
            let record = failed(record, &fault, None);
            // What made the run fail is told, even where that cannot be written.
            let _ = store::write(project, &record);
            Err((fault, record))
        }
        (Err(fault), ran) => {
            options.progress.message(&format!("{} [{}]", fault.message, fault.code));
            ran
        }
    }
}

/// Runs pipelines and records it; nothing runs where `ready` says that it cannot.
fn recorded(
    backend: &dyn Backend,
    program: &Program,
    pipelines: &[&str],
    project: &Path,
    options: &RunOptions<'_>,
    ready: &dyn Fn() -> Result<(), Fault>,
    tracking: Option<&Mlflow>,
) -> Result<RunRecord, (Fault, Box<RunRecord>)> {
    let (now, started) = (Timestamp::now(), Instant::now());
    let mut record = empty_record(program, now);
    let id = match store::reserve(project, now) {
        Ok(id) => id,
        Err(fault) => return Err((fault.clone(), failed(record, &fault, None))),
    };
    record.id = id;
    let program = &*saved_by(program, &record.id);
    let run = record.id.clone();
    let planned = match chosen(backend, program, pipelines, options.choice.joining) {
        Ok(planned) => planned,
        Err(fault) => return finish(project, record, &[], started, Err((fault, None))),
    };
    record.pipelines = planned.iter().map(|(pipeline, _)| pipeline_record(pipeline)).collect();
    if let Err(fault) = secrets::check(program, &planned, project) {
        return finish(project, record, &[], started, Err((hide_fault(fault), None)));
    }
    if let Err(fault) = ready() {
        return finish(project, record, &[], started, Err((fault, None)));
    }
    // Before the record says that it runs: whoever reads that finds whether its process lives.
    let live = Live::begin(project, &record.id, started);
    // What a killed run leaves: that it was running.
    if let Err(fault) = store::write(project, &record) {
        drop(live);
        // Nothing has run: what there is of its folder would be taken for a run that was killed.
        let _ = std::fs::remove_dir_all(store::run_folder(project, &record.id));
        return Err((fault.clone(), failed(record, &fault, None)));
    }
    let cache = options.store.as_ref().map(|settings| Cache::open(project, &record.id, settings));
    let unfinished = store::unfinished_folder(project, &record);
    let (hiding, stop) = (Hiding(options.progress), Arc::new(Stop::default()));
    let session = Session {
        program,
        backend,
        project: Some(project),
        folder: Some(store::run_folder(project, &record.id)),
        context: Context {
            observer: Observer::stopped_by(&stop),
            expressions: Expressions::by(options.choice.backend),
            ..Context::new(options.threads.max(1), &options.libraries)
        },
        memory: options.memory,
        unfinished: Some(unfinished.clone()),
        progress: &hiding,
        cache: cache.as_ref(),
        journal: Arc::new(Journal::new(record, planned.iter().map(|(pipeline, plan)| (&*pipeline.name, plan)), live)),
        started: AtomicUsize::new(0),
        total: planned.iter().map(|(_, plan)| plan.len()).sum(),
    };
    if let Some(stopper) = options.stopper {
        let others = Others { lineage: options.lineage.clone(), tracking: tracking.cloned() };
        stopper.watch(project, &session.journal, started, &stop, others);
    }
    let result = planned.iter().try_for_each(|(pipeline, plan)| {
        let Some(lineage) = &options.lineage else { return session.pipeline(pipeline, plan, &options.choice) };
        let say = |problem: Option<String>| problem.iter().for_each(|text| options.progress.message(text));
        say(lineage.started(program, pipeline, &run));
        let result = session.pipeline(pipeline, plan, &options.choice);
        let fault = result.as_ref().err().map(|failure| &failure.fault);
        say(lineage.ended(fault, &session.journal.finish().0));
        result
    });
    let result = result.map_err(|Failure { fault, step }| (hide_fault(fault), Some(step)));
    if let Some(stopper) = options.stopper {
        stopper.release();
    }
    let journal = Arc::clone(&session.journal);
    let (record, artifacts) = journal.finish();
    let told = cache.map(Cache::close).unwrap_or_default();
    told.iter().for_each(|text| options.progress.message(text));
    if result.is_ok() {
        // Where something of it is left, a later run goes on from it, to the same end.
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    let finished = finish(project, record, &artifacts, started, result);
    journal.end();
    finished
}

impl Session<'_> {
    /// Runs what of a pipeline has to run.
    fn pipeline(&self, pipeline: &Pipeline, plan: &Plan, choice: &Choice) -> Result<(), Failure> {
        let Some((cache, project)) = self.cache.zip(self.project) else {
            return self.run(&pipeline.name, &pipeline.graph, plan, &Decided::all(plan), &pipeline.resources);
        };
        let pending = BTreeMap::new();
        let deciding =
            Deciding { backend: self.backend, program: self.program, project, cache, choice, pending: &pending };
        let (decided, known) = decide(&deciding, &pipeline.name, &pipeline.graph, plan);
        cache.told().iter().for_each(|text| self.progress.message(text));
        let result = self.run(&pipeline.name, &pipeline.graph, plan, &decided, &pipeline.resources);
        // What was known before explains the next run too where this one did not get done.
        if result.is_ok() {
            cache.remember(&pipeline.name, &known);
        }
        result
    }
}

/// What of pipelines would run, and why, without running any or changing the store. Each is decided on as if those before
/// it had run.
pub fn foresee(
    program: &Program,
    pipelines: &[&Pipeline],
    project: &Path,
    settings: &StoreSettings,
    choice: &Choice,
) -> Vec<(Plan, Decided)> {
    let (backend, cache) = (Embedded::new(program, project), Cache::look(project, settings));
    let mut pending = BTreeMap::new();
    let foreseen = pipelines.iter().map(|pipeline| {
        let plan = plan(program, pipeline, choice.joining);
        let deciding = Deciding { backend: &backend, program, project, cache: &cache, choice, pending: &pending };
        let (mut decided, _) = decide(&deciding, &pipeline.name, &pipeline.graph, &plan);
        tell(&deciding, &pipeline.graph, &plan, &mut decided);
        for dataset in decided.writes(&pipeline.graph, &plan) {
            pending.insert(dataset, pipeline.name.to_string());
        }
        (plan, decided)
    });
    foreseen.collect()
}

/// Whether a pipeline can be run by this version: all that it uses has an implementation.
///
/// # Errors
/// GML0912 with the first step that has none, and what can be foreseen to go wrong with nodes in other languages; GML0952 where a gpu
/// is given that nothing can use.
pub fn runnable(program: &Program, pipeline: &Pipeline, project: &Path) -> Result<(), Fault> {
    let (backend, plan) = (Embedded::new(program, project), plan(program, pipeline, Joining::Queries));
    validate(&backend, program, &pipeline.graph, &plan)?;
    usable(&backend, program, pipeline, &plan)
}

/// The pipelines of these names with their plans.
fn chosen<'a>(
    backend: &dyn Backend,
    program: &'a Program,
    names: &[&str],
    joining: Joining,
) -> Result<Vec<(&'a Pipeline, Plan)>, Fault> {
    let find = |name: &&str| {
        let pipeline = program.pipelines.iter().find(|pipeline| &*pipeline.name == *name);
        let pipeline = pipeline.ok_or_else(|| unknown_pipeline(program, name))?;
        let plan = plan(program, pipeline, joining);
        validate(backend, program, &pipeline.graph, &plan)?;
        usable(backend, program, pipeline, &plan)?;
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
pub(crate) fn written(project: &Path, record: &RunRecord, artifacts: &[Kept]) -> Result<(), Fault> {
    let recorded = store::write(project, record);
    if recorded.is_err() {
        // A folder without any record is none of a run; one that has something in it stays.
        let _ = std::fs::remove_dir(store::run_folder(project, &record.id));
    }
    recorded?;
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
        tracked: Vec::new(),
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
