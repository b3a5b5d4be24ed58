//! Which steps of a pipeline are to be done: all, or those that the command line names.

use std::collections::BTreeSet;
use std::sync::Arc;

use gml_ir::{Graph, Program, StepKind};
use gml_operators::RowBackend;

use crate::plan::{Joining, Plan, Stage};

/// What the command line says of the steps of a run, and of how they are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Do what is chosen anew, whatever is kept of it.
    pub force: bool,
    /// Only these steps and what depends on them.
    pub from: Vec<String>,
    /// Only these steps and what they need.
    pub to: Vec<String>,
    /// Only these steps.
    pub only: Vec<String>,
    /// Only the steps of pipelines and nodes with one of these tags, and what saves, tracks or expects just their results.
    pub tags: Vec<String>,
    /// Whether steps run joined into queries.
    pub joining: Joining,
    /// What computes row expressions.
    pub backend: RowBackend,
}

/// A name on the command line that no step has, or a tag that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownStep {
    /// The name.
    pub name: String,
    /// Names that there are.
    pub known: Vec<String>,
    /// Whether it is a tag.
    pub is_tag: bool,
}

impl Choice {
    /// Whether some steps are left out.
    pub(crate) fn is_part(&self) -> bool {
        !(self.from.is_empty() && self.to.is_empty() && self.only.is_empty() && self.tags.is_empty())
    }

    /// The first name that no step of these pipelines has.
    ///
    /// # Errors
    /// The name, with those that there are.
    pub fn check<'a>(
        &self,
        program: &Program,
        plans: impl IntoIterator<Item = (&'a str, &'a Graph, &'a Plan)>,
    ) -> Result<(), UnknownStep> {
        let wanted = [&self.from, &self.to, &self.only].into_iter().flatten();
        let mut known: Vec<String> = Vec::new();
        for (pipeline, graph, plan) in plans {
            known.push(pipeline.to_owned());
            plan.stages.iter().for_each(|stage| known.extend(names(program, graph, stage)));
        }
        known.sort();
        known.dedup();
        let of_pipelines = program.pipelines.iter().flat_map(|pipeline| &pipeline.tags);
        let tags = of_pipelines.chain(program.nodes.iter().flat_map(|node| &node.tags));
        let tags: BTreeSet<&str> = tags.map(|tag| &**tag).collect();
        if let Some(name) = self.tags.iter().find(|name| !tags.contains(name.as_str())) {
            let known = tags.into_iter().map(str::to_owned).collect();
            return Err(UnknownStep { name: name.clone(), known, is_tag: true });
        }
        match wanted.into_iter().find(|name| !known.contains(name)) {
            Some(name) => Err(UnknownStep { name: name.clone(), known, is_tag: false }),
            None => Ok(()),
        }
    }

    /// For each stage of a pipeline, whether it is to be done; `None` where all are.
    pub(crate) fn stages(&self, program: &Program, pipeline: &str, graph: &Graph, plan: &Plan) -> Option<Vec<bool>> {
        if !self.is_part() {
            return None;
        }
        let named = |wanted: &[String]| -> Vec<bool> {
            let whole = wanted.iter().any(|name| name == pipeline);
            let is = |stage: &Stage| whole || names(program, graph, stage).iter().any(|name| wanted.contains(name));
            plan.stages.iter().map(is).collect()
        };
        let mut chosen = vec![true; plan.stages.len()];
        let mut narrow = |by: Vec<bool>| chosen.iter_mut().zip(by).for_each(|(chosen, by)| *chosen &= by);
        if !self.from.is_empty() {
            let mut from = named(&self.from);
            for (place, stage) in plan.stages.iter().enumerate() {
                from[place] |= stage.after.iter().any(|before| from[*before]);
            }
            narrow(from);
        }
        if !self.to.is_empty() {
            let mut to = named(&self.to);
            for (place, stage) in plan.stages.iter().enumerate().rev() {
                if to[place] {
                    stage.after.iter().for_each(|before| to[*before] = true);
                }
            }
            narrow(to);
        }
        if !self.only.is_empty() {
            narrow(named(&self.only));
        }
        if !self.tags.is_empty() {
            narrow(self.tagged(program, pipeline, graph, plan));
        }
        Some(chosen)
    }
}

impl Choice {
    /// For each stage, whether it has one of the tags, or only keeps or judges what those that have one give.
    fn tagged(&self, program: &Program, pipeline: &str, graph: &Graph, plan: &Plan) -> Vec<bool> {
        let has = |tags: &[Arc<str>]| tags.iter().any(|tag| self.tags.iter().any(|wanted| **wanted == **tag));
        let whole = program.pipelines.iter().any(|known| &*known.name == pipeline && has(&known.tags));
        let mut tagged: Vec<bool> =
            plan.stages.iter().map(|stage| whole || of_node(program, graph, stage, &has)).collect();
        for (place, stage) in plan.stages.iter().enumerate() {
            let keeps = stage.steps.last().is_some_and(|step| {
                matches!(graph.step(step.id).kind, StepKind::Save { .. } | StepKind::Track(_) | StepKind::Expect { .. })
            });
            tagged[place] |= keeps && !stage.uses.is_empty() && stage.uses.iter().all(|used| tagged[*used]);
        }
        tagged
    }
}

/// Whether a step of a stage, or of the body of a `when`, is of a node with certain tags.
fn of_node(program: &Program, graph: &Graph, stage: &Stage, has: &dyn Fn(&[Arc<str>]) -> bool) -> bool {
    stage.steps.iter().any(|step| {
        let within = match (&stage.body, &graph.step(step.id).kind) {
            (Some(plan), StepKind::When { body, .. }) => {
                plan.stages.iter().any(|stage| of_node(program, body, stage, has))
            }
            _ => false,
        };
        within || step.within.iter().any(|node| program.node(node).is_some_and(|node| has(&node.tags)))
    })
}

/// The names by which a stage may be chosen: its steps as the plan and the record call them, the nodes that they are of, and
/// the datasets that they read or write. A `when` is chosen with all of its body by whatever is in there.
fn names(program: &Program, graph: &Graph, stage: &Stage) -> Vec<String> {
    let mut names = Vec::new();
    for step in &stage.steps {
        names.push(step.name.clone());
        names.extend(step.within.iter().map(ToString::to_string));
        if let StepKind::Load(dataset) | StepKind::Save { dataset, .. } = graph.step(step.id).kind {
            names.extend(program.datasets.get(dataset as usize).map(|dataset| dataset.name.to_string()));
        }
        if let (Some(plan), StepKind::When { body, .. }) = (&stage.body, &graph.step(step.id).kind) {
            plan.stages.iter().for_each(|stage| names.extend(self::names(program, body, stage)));
        }
    }
    names
}
