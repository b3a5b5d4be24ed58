//! Tables that an operator makes some rows at a time, and the steps that they go through as they are made.

use std::sync::Arc;

use gml_connect::Wanted;
use gml_ir::{Graph, Program, Step, StepId, StepKind, Type};
use gml_operators::{Keys, applies, by_rows, leaves_out, looks_up, operator_in_parts, reduces};

use super::scans::takes_as_input;

/// Rows that are never all in memory: a step makes some of them, they go through others, and something less is kept of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The step that they come from.
    pub source: StepId,
    /// How they come.
    pub from: From,
    /// The steps that they go through, one after the other.
    pub through: Vec<Passed>,
    /// What becomes of them.
    pub end: End,
    /// The columns that are needed of what the last of those steps gives; `None` where all are.
    pub columns: Option<Vec<Arc<str>>>,
}

/// How rows come.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// The step makes them within the flow.
    Made,
    /// The step is a stage of its own, which several flows ask for the rows.
    Shared,
    /// The step is a stage of its own and its table in memory, in which rows with the same values of these columns lie together.
    Held(Vec<Arc<str>>),
}

/// A step that rows go through.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// The step.
    pub step: StepId,
    /// Columns of which all rows with the same values come together; none where that is not known.
    pub together: Vec<Arc<str>>,
}

/// Where rows end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In a step that saves them.
    Saved(StepId),
    /// In an operator that keeps few of them.
    Reduced(StepId),
    /// In memory, after steps that leave some of them out.
    Kept(StepId),
}

impl Flow {
    /// The step whose result it gives.
    pub fn last(&self) -> StepId {
        match self.end {
            End::Saved(step) | End::Reduced(step) | End::Kept(step) => step,
        }
    }

    /// Whether a step is done with its rows, and another one gives the result.
    pub(crate) fn passes(&self, step: StepId) -> bool {
        step != self.last() && self.steps().any(|own| own == step)
    }

    /// All of its steps, but for a source that is a stage of its own.
    pub fn steps(&self) -> impl Iterator<Item = StepId> {
        let through = self.through.iter().map(|passed| passed.step);
        let last = Some(self.last()).filter(|last| self.through.last().is_none_or(|passed| passed.step != *last));
        Some(self.source).filter(|_| self.from == From::Made).into_iter().chain(through).chain(last)
    }
}

/// The flows of a graph.
pub(super) fn flows(
    program: &Program,
    graph: &Graph,
    live: &[bool],
    users: &[Vec<StepId>],
    wanted: &[Option<Wanted>],
) -> Vec<Flow> {
    let is_source = |place: &usize| live[*place] && in_parts(&graph.steps[*place]);
    let finder = Finder { program, graph, users, wanted };
    (0..graph.steps.len()).filter(is_source).flat_map(|place| finder.flows_of(StepId(place as u32))).collect()
}

/// Whether a step can make its table some rows at a time.
pub(super) fn in_parts(step: &Step) -> bool {
    matches!(&step.kind, StepKind::Call { module, operator, .. } if operator_in_parts(module, operator).is_some())
}

struct Finder<'a> {
    program: &'a Program,
    graph: &'a Graph,
    users: &'a [Vec<StepId>],
    wanted: &'a [Option<Wanted>],
}

impl Finder<'_> {
    /// The flows of what a step makes, and of what they keep.
    fn flows_of(&self, source: StepId) -> Vec<Flow> {
        let StepKind::Call { args, .. } = &self.graph.step(source).kind else { return Vec::new() };
        // All that is made of a user is made together.
        let together = Keys::named(args, "user");
        let users = self.users(source);
        let from = if users.len() > 1 { From::Shared } else { From::Made };
        let found = users.iter().map(|user| self.flow(source, from.clone(), together.clone(), *user));
        // Rows are only made some at a time where nobody needs all of them at once, and each user uses them once.
        let Some(found) = found.collect::<Option<Vec<_>>>() else { return Vec::new() };
        if (1..users.len()).any(|place| users[..place].contains(&users[place])) {
            return Vec::new();
        }
        let mut flows = Vec::new();
        for (flow, together) in found {
            if let End::Kept(kept) = flow.end
                && self.users(kept).len() > 1
            {
                let names = together.as_ref().map(|keys| keys.names().to_vec()).unwrap_or_default();
                let behind = self.users(kept).iter();
                let behind =
                    behind.filter_map(|user| self.flow(kept, From::Held(names.clone()), together.clone(), *user));
                flows.extend(behind.map(|(flow, _)| flow));
            }
            flows.push(flow);
        }
        flows
    }

    fn users(&self, step: StepId) -> &[StepId] {
        &self.users[step.0 as usize]
    }

    /// The columns that are needed of a step; `None` where all are.
    fn columns(&self, step: StepId) -> Option<Vec<Arc<str>>> {
        match &self.wanted[step.0 as usize] {
            // A table without columns would have no rows to count.
            Some(Wanted::Fields(fields)) if !fields.is_empty() => Some(fields.keys().cloned().collect()),
            _ => None,
        }
    }

    /// The rows of a step on their way through one of its users, and the columns of which rows with the same values are still together in
    /// the end.
    fn flow(
        &self,
        source: StepId,
        from: From,
        mut together: Option<Keys>,
        first: StepId,
    ) -> Option<(Flow, Option<Keys>)> {
        let (mut through, mut fewer, mut here) = (Vec::<Passed>::new(), false, source);
        let mut next = Some(first);
        let end = loop {
            let kept = || through.last().filter(|_| fewer).map(|last| End::Kept(last.step));
            let Some(user) = next else { break kept()? };
            match &self.graph.step(user).kind {
                StepKind::Save { dataset, .. } if !through.is_empty() && is_table(self.program, *dataset) => {
                    break End::Saved(user);
                }
                StepKind::Call { module, operator, args } if takes_as_input(self.graph.step(user), here) => {
                    if reduces(module, operator, args) {
                        break End::Reduced(user);
                    }
                    let beside = looks_up(module, operator, args) || applies(module, operator);
                    if !(beside || by_rows(module, operator, args)) {
                        break kept()?;
                    }
                    let names = together.as_ref().map(|keys| keys.names().to_vec()).unwrap_or_default();
                    through.push(Passed { step: user, together: names });
                    fewer |= leaves_out(module, operator, args);
                    here = user;
                    if !(beside || &**operator == "filter") {
                        together =
                            together.and_then(|keys| keys.through(module, operator, args)).filter(Keys::is_whole);
                    }
                }
                _ => break kept()?,
            }
            next = if let [user] = self.users(here) { Some(*user) } else { None };
        };
        let columns = match end {
            End::Saved(_) => None,
            End::Kept(step) => self.columns(step),
            // What others need of a source is not what this one needs of it.
            End::Reduced(_) if here == source && from != From::Made => None,
            End::Reduced(_) => self.columns(here),
        };
        Some((Flow { source, from, through, end, columns }, together))
    }
}

fn is_table(program: &Program, dataset: u32) -> bool {
    program.datasets.get(dataset as usize).is_some_and(|dataset| matches!(dataset.ty, Type::Table(_)))
}
