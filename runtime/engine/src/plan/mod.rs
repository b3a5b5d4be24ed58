//! Plans: which steps of a graph run, fused into which queries, in which order.
//!
//! Steps that nothing needs are left out. Table operators one after the other become one lazy query as long as its
//! result has a single user; the tables that pass between stages are held in memory.

mod flows;
mod live;
mod name;
mod order;
mod scans;
mod stages;
mod streams;
mod text;
mod tracked;

use std::collections::HashMap;
use std::sync::Arc;

use gml_ir::{Graph, Location, Pipeline, Program, Resources, StepId};
use gml_operators::Keys;

use crate::cache::Decided;

pub use flows::{End, Flow, From as FlowFrom};
pub(crate) use live::{datasets as datasets_of, inputs as inputs_of};
pub(crate) use name::step_name;
pub use scans::Scan;
pub use tracked::Learner;
pub(crate) use tracked::told_apart;

/// What a pipeline does, in the order in which it is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The stages. Each comes after those that it depends on.
    pub stages: Vec<Stage>,
    /// Steps that no save, track, expect or when needs: they do not run.
    pub dead: Vec<StepId>,
    /// The stage in which each step runs.
    stage_of: HashMap<StepId, usize>,
}

/// Steps that run as one: a single step, or table operators fused into one query.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its steps in the order of the graph. The last one gives the result.
    pub steps: Vec<PlannedStep>,
    /// Places, in [`Plan::stages`], of the stages whose results it uses.
    pub uses: Vec<usize>,
    /// Places of all stages that must be done before it: those it uses, earlier readers and writers of the datasets that
    /// it writes or reads, and the expectations written before it where it saves something.
    pub after: Vec<usize>,
    /// Why its result is held in memory, where that is a table.
    pub kept: Option<Kept>,
    /// How the datasets that it loads are read.
    pub scans: Vec<Scan>,
    /// What the nodes that its steps are of are given.
    pub resources: Resources,
    /// Whether rows go part by part from the files that it reads to the one that it saves, so that they are never all in
    /// memory.
    pub streams: bool,
    /// The tables that are made some rows at a time, and what becomes of them.
    pub flows: Vec<Flow>,
    /// Where it groups the rows that it reads: the columns by which the groups and what the steps behind make of them may be done
    /// bucket by bucket.
    pub buckets: Option<Keys>,
    /// What a `when` does if its condition holds.
    pub body: Option<Plan>,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStep {
    /// Its place in the graph.
    pub id: StepId,
    /// What it does: `filter`, `fit`, `save sessions`.
    pub name: String,
    /// The place in the program that asked for it.
    pub location: Location,
    /// The nodes it was inlined from, outermost first.
    pub within: Vec<Arc<str>>,
    /// Of a step that tracks what was learned, or is known of it: what learned it.
    pub learner: Option<Learner>,
}

/// Why a table is held in memory rather than computed within the query that uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is used so many times.
    Shared(usize),
    /// It is the result of a step that gives tables rather than queries, or goes to one that takes tables: the name of
    /// that step.
    HandedTo(String),
    /// The pipeline also writes the dataset that it was read from.
    Rewritten,
    /// A condition or the body of a `when` uses it.
    Conditional,
    /// Each step is done by itself.
    Alone,
}

/// Whether steps are joined into one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joining {
    /// Table operators one after the other become one query.
    #[default]
    Queries,
    /// Each step is done by itself and its whole table held in memory, so that its rows are counted.
    Nothing,
}

/// The plan of a pipeline.
pub fn plan(program: &Program, pipeline: &Pipeline, joining: Joining) -> Plan {
    plan_graph(program, &pipeline.graph, joining)
}

/// The plan of a graph.
pub(crate) fn plan_graph(program: &Program, graph: &Graph, joining: Joining) -> Plan {
    stages::plan_graph(program, graph, joining)
}

impl Plan {
    /// The place of the stage in which a step runs.
    pub fn stage_of(&self, step: StepId) -> Option<usize> {
        self.stage_of.get(&step).copied()
    }

    /// How many stages there are, those in the bodies of `when` among them.
    pub fn len(&self) -> usize {
        self.stages.iter().map(|stage| 1 + stage.body.as_ref().map_or(0, Plan::len)).sum()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// A numbered list of what is done, a line for each step, with what it depends on.
    pub fn to_text(&self) -> String {
        text::to_text(self, None)
    }

    /// The same, with what is decided of each step: whether it runs, and why.
    pub fn to_text_with(&self, decided: &Decided) -> String {
        text::to_text(self, Some(decided))
    }
}

impl Stage {
    /// The step that gives the result.
    pub fn head(&self) -> Option<&PlannedStep> {
        self.steps.last()
    }

    /// What it does, in a few words: its step, or the first and the last of its steps and the node they come from.
    pub fn title(&self) -> String {
        name::title(self)
    }
}
