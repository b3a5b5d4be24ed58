//! Executing plans: stages in parallel, each step by its kind, tables between stages in memory.

mod argument;
mod assemble;
mod expect;
mod journal;
mod scan;
mod slots;
mod stage;
mod step;
mod track;
mod validate;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gml_connect::Fault;
use gml_ir::{Graph, Program, StepId};
use gml_operators::{Context, Data};

pub(crate) use journal::Journal;
pub(crate) use validate::validate;

use crate::backend::Backend;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::schedule;
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
    pub(crate) progress: &'a (dyn Progress + Sync),
    pub(crate) journal: Journal,
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
    /// Values of the graph around it.
    outer: &'a (dyn Fn(StepId) -> Option<Data> + Sync),
    slots: Slots,
}

impl Session<'_> {
    /// Runs a pipeline or a test.
    pub(crate) fn run(&self, name: &Arc<str>, graph: &Graph, plan: &Plan) -> Result<(), Failure> {
        self.run_graph(graph, plan, name, &|_| None)
    }

    fn run_graph(
        &self,
        graph: &Graph,
        plan: &Plan,
        path: &str,
        outer: &(dyn Fn(StepId) -> Option<Data> + Sync),
    ) -> Result<(), Failure> {
        let scope = Scope { graph, plan, path, outer, slots: Slots::new(plan) };
        let after: Vec<Vec<usize>> = plan.stages.iter().map(|stage| stage.after.clone()).collect();
        schedule::run(&after, self.context.threads, |place| {
            let stage = &plan.stages[place];
            let result = self.stage(&scope, stage)?;
            scope.slots.fill(place, result);
            stage.uses.iter().for_each(|used| scope.slots.release(*used));
            Ok(())
        })
    }

    /// The number of a stage that starts now.
    fn next(&self) -> usize {
        self.started.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Scope<'_> {
    /// The id of a step in the record.
    pub(super) fn id(&self, step: StepId) -> String {
        step_id(self.path, step)
    }
}

/// The id, in the record, of a step of the graph at that path.
pub(crate) fn step_id(path: &str, step: StepId) -> String {
    format!("{path}.{}", step.0 + 1)
}
