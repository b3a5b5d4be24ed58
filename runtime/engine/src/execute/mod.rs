//! Executing plans: stages in parallel, each step by its kind, tables between stages in memory.

mod again;
mod argument;
mod assemble;
mod counts;
mod expect;
mod journal;
mod needs;
mod scan;
mod slots;
mod spilled;
mod stage;
mod step;
mod stream;
mod track;
mod validate;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use gml_connect::Fault;
use gml_ir::{Graph, Program, Resources, StepId};
use gml_operators::{Context, Data};

pub(crate) use journal::Journal;
pub(crate) use step::node;
pub(crate) use validate::{usable, validate};

use crate::backend::Backend;
use crate::budget::Budget;
use crate::cache::{Cache, Decided};
use crate::plan::{Plan, Stage};
use crate::progress::Progress;
use crate::schedule;
use crate::spill::Runs;
use slots::Slots;

/// What the steps of a run have in common.
pub(crate) struct Session<'a> {
    pub(crate) program: &'a Program,
    pub(crate) backend: &'a dyn Backend,
    /// The folder that paths of datasets start from; `None` in tests, which see no datasets.
    pub(crate) project: Option<&'a Path>,
    /// The folder of the run, for files beside its record; `None` in tests, which leave no record.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) context: Context,
    /// Bytes that steps at the same time may take together.
    pub(crate) memory: Option<u64>,
    /// The folder where steps keep what they have done so far; `None` in tests.
    pub(crate) unfinished: Option<PathBuf>,
    pub(crate) progress: &'a (dyn Progress + Sync),
    /// What is kept of earlier runs; nothing in tests.
    pub(crate) cache: Option<&'a Cache>,
    pub(crate) journal: Arc<Journal>,
    /// How many stages have started, and how many there are.
    pub(crate) started: AtomicUsize,
    pub(crate) total: usize,
}

/// Why a run stopped.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) fault: Fault,
    /// The id, in the record, of the step that failed.
    pub(crate) step: String,
}

/// A graph being run.
struct Scope<'a> {
    graph: &'a Graph,
    plan: &'a Plan,
    /// What the ids of its steps begin with in the record: `watch`, `watch.9`.
    path: &'a str,
    /// What memory its steps may use together.
    budget: Arc<Budget>,
    /// Values of the graph around it.
    outer: &'a (dyn Fn(StepId) -> Option<Data> + Sync),
    slots: Slots,
    /// Bytes that the result of each stage takes.
    bytes: Vec<AtomicU64>,
    /// Results of stages that are on disk, since memory does not hold them.
    runs: Vec<OnceLock<Arc<Runs>>>,
    /// Stages of which it is not sure that they saw the files that their keys were made of.
    unsure: Vec<AtomicBool>,
}

/// What a graph is run in.
struct Around<'a> {
    /// What the ids of its steps begin with in the record.
    path: &'a str,
    threads: usize,
    budget: Arc<Budget>,
    /// Values of the graph around it.
    outer: &'a (dyn Fn(StepId) -> Option<Data> + Sync),
    unsure: bool,
}

impl Session<'_> {
    /// Runs a pipeline or a test with no more than what it is given.
    pub(crate) fn run(
        &self,
        name: &Arc<str>,
        graph: &Graph,
        plan: &Plan,
        decided: &Decided,
        given: &Resources,
    ) -> Result<(), Failure> {
        let limit = given.memory.into_iter().chain(self.memory).min();
        let threads = self.context.threads.min(given.cpu.map_or(usize::MAX, |cpu| cpu as usize)).max(1);
        let around = Around { path: name, threads, budget: Budget::new(limit), outer: &|_| None, unsure: false };
        self.run_graph(graph, plan, decided, around)
    }

    fn run_graph(&self, graph: &Graph, plan: &Plan, decided: &Decided, around: Around<'_>) -> Result<(), Failure> {
        let Around { path, threads, budget, outer, unsure } = around;
        let unsure = plan.stages.iter().map(|_| AtomicBool::new(unsure)).collect();
        let bytes = plan.stages.iter().map(|_| AtomicU64::new(0)).collect();
        let slots = Slots::new(plan);
        let runs = plan.stages.iter().map(|_| OnceLock::new()).collect();
        let scope = Scope { graph, plan, path, budget, outer, slots, bytes, runs, unsure };
        let after: Vec<Vec<usize>> = plan.stages.iter().map(|stage| stage.after.clone()).collect();
        schedule::run_sharing(&after, threads, |place, threads| {
            let stage = &plan.stages[place];
            let result = self.stage_or_kept(&scope, place, &decided.stages[place], threads)?;
            let held = scope.budget.hold(scope.bytes[place].load(Ordering::Acquire));
            scope.slots.fill(place, result.map(|data| (data, held)));
            stage.uses.iter().for_each(|used| scope.slots.release(*used));
            Ok(())
        })
    }

    /// A folder for what a step puts on disk while it is at work.
    fn scratch(&self, step: &str) -> PathBuf {
        match &self.unfinished {
            Some(folder) => folder.join(format!("{step}-rows")),
            None => std::env::temp_dir().join(format!("gml-{}-{step}", std::process::id())),
        }
    }

    /// The number of a stage that starts now.
    fn next(&self) -> usize {
        self.started.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Scope<'_> {
    /// Whether it is not sure that what a stage uses saw the files that its key was made of.
    fn uses_unsure(&self, stage: &Stage) -> bool {
        stage.uses.iter().any(|used| self.unsure[*used].load(Ordering::Acquire))
    }

    /// Keeps the result of a stage on disk.
    fn keep_runs(&self, stage: usize, runs: Arc<Runs>) {
        let _ = self.runs[stage].set(runs);
    }

    /// The result of a step, where it is on disk.
    fn runs_of(&self, step: StepId) -> Option<&Arc<Runs>> {
        self.plan.stage_of(step).and_then(|stage| self.runs[stage].get())
    }

    /// The id of a step in the record.
    pub(super) fn id(&self, step: StepId) -> String {
        step_id(self.path, step)
    }
}

/// The id, in the record, of a step of the graph at that path.
pub(crate) fn step_id(path: &str, step: StepId) -> String {
    format!("{path}.{}", step.0 + 1)
}
