//! Executing plans: stages in parallel, each step by its kind, tables between stages in memory.

mod again;
mod argument;
mod assemble;
mod counts;
mod elsewhere;
mod expect;
mod flow;
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

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::Fault;
use gml_ir::{Graph, Program, Resources, StepId};
use gml_operators::{Context, Data, Heard, Observer, Training, Unit};

pub(crate) use journal::Journal;
pub(crate) use step::node;
pub(crate) use validate::{usable, validate};

use crate::backend::Backend;
use crate::budget::Budget;
use crate::cache::{Cache, Decided};
use crate::plan::{Plan, Stage};
use crate::progress::Progress;
use crate::schedule;
use elsewhere::Elsewhere;
use slots::Slots;

/// Other processes are told of a training no more often than this, but at the end of each epoch: what they are told stays in a file as
/// long as the run goes on.
const BETWEEN_LINES: Duration = Duration::from_secs(2);

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
    /// Hears of steps that learn.
    heard: &'a Sender<Heard>,
    /// Values of the graph around it.
    outer: &'a (dyn Fn(StepId) -> Option<Data> + Sync),
    slots: Slots,
    /// Bytes that the result of each stage takes.
    bytes: Vec<AtomicU64>,
    /// Results of stages that are not in memory.
    elsewhere: Vec<Mutex<Option<Arc<Elsewhere>>>>,
    /// Stages of which it is not sure that they saw the files that their keys were made of.
    unsure: Vec<AtomicBool>,
}

/// What a graph is run in.
struct Around<'a> {
    /// What the ids of its steps begin with in the record.
    path: &'a str,
    threads: usize,
    budget: Arc<Budget>,
    /// Hears of steps that learn.
    heard: &'a Sender<Heard>,
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
        let (to, heard) = channel();
        std::thread::scope(|scope| {
            let hears = std::thread::Builder::new().name("hears".into());
            // Where the system gives no more threads, nobody hears how far trainings are.
            let _ = hears.spawn_scoped(scope, || self.hears(heard));
            let budget = Budget::new(limit);
            let around = Around { path: name, threads, budget, heard: &to, outer: &|_| None, unsure: false };
            let result = self.run_graph(graph, plan, decided, around);
            drop(to);
            result
        })
    }

    /// Passes on how far steps are that learn, until there are none any more.
    fn hears(&self, heard: Receiver<Heard>) {
        // When other processes were told of each.
        let mut told: HashMap<Arc<str>, Instant> = HashMap::new();
        let mut last: HashMap<Arc<str>, Training> = HashMap::new();
        for (id, training) in heard {
            // While what was learned is looked at in the end, nothing new comes.
            if last.get(&id) == Some(&training) {
                continue;
            }
            last.insert(Arc::clone(&id), training.clone());
            let is_due = training.is_complete && training.unit == Unit::Epoch
                || told.get(&id).is_none_or(|last| last.elapsed() >= BETWEEN_LINES);
            if let Some(name) = self.journal.learns(&id, &training, is_due) {
                self.progress.step_learns(&name, &training);
            }
            if is_due {
                told.insert(id, Instant::now());
            }
        }
    }

    /// Once the run is to stop, its steps do not go on: what is half done is no failure. Whoever stops it ends the process.
    fn stays_if_stopped(&self) {
        while self.context.observer.is_stopped() {
            std::thread::park();
        }
    }

    fn run_graph(&self, graph: &Graph, plan: &Plan, decided: &Decided, around: Around<'_>) -> Result<(), Failure> {
        let Around { path, threads, budget, heard, outer, unsure } = around;
        let unsure = plan.stages.iter().map(|_| AtomicBool::new(unsure)).collect();
        let bytes = plan.stages.iter().map(|_| AtomicU64::new(0)).collect();
        let slots = Slots::new(plan);
        let elsewhere = plan.stages.iter().map(|_| Mutex::new(None)).collect();
        let scope = Scope { graph, plan, path, budget, heard, outer, slots, bytes, elsewhere, unsure };
        let after: Vec<Vec<usize>> = plan.stages.iter().map(|stage| stage.after.clone()).collect();
        schedule::run_sharing(&after, threads, |place, threads| {
            let stage = &plan.stages[place];
            let result = self.stage_or_kept(&scope, place, &decided.stages[place], threads)?;
            let held = scope.budget.hold(scope.bytes[place].load(Ordering::Acquire));
            scope.slots.fill(place, result.map(|data| (data, held)));
            for used in &stage.uses {
                if scope.slots.release(*used) {
                    *scope.place_elsewhere(*used) = None;
                }
            }
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

    /// The result of a step, where it is not in memory.
    fn elsewhere(&self, step: StepId) -> Option<Arc<Elsewhere>> {
        self.plan.stage_of(step).and_then(|stage| self.place_elsewhere(stage).clone())
    }

    fn place_elsewhere(&self, stage: usize) -> MutexGuard<'_, Option<Arc<Elsewhere>>> {
        self.elsewhere[stage].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same as `observer`, which is told of a step.
    fn told(&self, observer: &Observer, step: StepId) -> Observer {
        observer.told_of(&self.id(step), self.heard)
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
