//! What is read of datasets, and which steps see their rows part by part while they are read.

use gml_connect::{Reading, Wanted};
use gml_ir::{Arg, Graph, Step, StepId, StepKind, Type};
use gml_operators::{Turns, bounds, by_rows, conditions, in_turns, used};

use super::Kept;
use super::live::inputs;

/// How a dataset is read within a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// The step that loads it.
    pub load: StepId,
    /// The columns, fields and rows that are needed.
    pub reading: Reading,
    /// The steps that each part goes through as soon as it is read, one after the other.
    pub through: Vec<StepId>,
    /// The last of them, where it groups rows: what it does with each part, and then with what the parts gave.
    pub turns: Option<Turns>,
}

impl Scan {
    /// The step whose result reading gives.
    pub fn last(&self) -> StepId {
        self.through.last().copied().unwrap_or(self.load)
    }

    /// Whether a step is done while reading, and another one gives the result.
    pub(crate) fn passes(&self, step: StepId) -> bool {
        step != self.last() && (step == self.load || self.through.contains(&step))
    }
}

/// For each step that loads a table, how it is read; for others `None`.
pub(super) fn scans(
    graph: &Graph,
    users: &[Vec<StepId>],
    kept: &[Option<Kept>],
    streamed: &[bool],
    wanted: Vec<Option<Wanted>>,
) -> Vec<Option<Scan>> {
    let of_step = |(place, wanted): (usize, Option<Wanted>)| {
        let load = StepId(place as u32);
        let Step { kind: StepKind::Load(_), ty: Type::Table(_), .. } = graph.step(load) else { return None };
        let mut scan = Scan { load, reading: Reading::of(wanted?), through: Vec::new(), turns: None };
        let mut filters = true;
        while let Some(next) = follower(graph, users, kept, scan.last()) {
            let StepKind::Call { module, operator, args } = &graph.step(next).kind else { break };
            if !by_rows(module, operator, args) && !streamed[next.0 as usize] {
                scan.turns = in_turns(module, operator, args);
                scan.through.extend(scan.turns.is_some().then_some(next));
                break;
            }
            filters &= &**operator == "filter";
            if filters {
                scan.reading.bounds.extend(bounds(args));
                scan.reading.conditions.extend(conditions(args));
            }
            scan.through.push(next);
        }
        Some(scan)
    };
    wanted.into_iter().enumerate().map(of_step).collect()
}

/// The step that takes the table of a step as its input within the same query, if that is its only user.
fn follower(graph: &Graph, users: &[Vec<StepId>], kept: &[Option<Kept>], step: StepId) -> Option<StepId> {
    let place = step.0 as usize;
    match (users[place].as_slice(), &kept[place]) {
        ([user], None) => takes_as_input(graph.step(*user), step).then_some(*user),
        _ => None,
    }
}

/// Whether a step is the argument `input` of a call, and no other one.
pub(super) fn takes_as_input(user: &Step, step: StepId) -> bool {
    let StepKind::Call { args, .. } = &user.kind else { return false };
    let as_input = args.iter().any(|(name, arg)| &**name == "input" && *arg == Arg::Step(step));
    as_input && inputs(user).iter().filter(|input| **input == step).count() == 1
}

/// What is needed of the table of each step; `None` where nothing is.
pub(super) fn wanted(graph: &Graph, users: &[Vec<StepId>]) -> Vec<Option<Wanted>> {
    let mut wanted: Vec<Option<Wanted>> = vec![None; graph.steps.len()];
    for place in (0..graph.steps.len()).rev() {
        let step = StepId(place as u32);
        for user in &users[place] {
            let result = wanted[user.0 as usize].clone().unwrap_or(Wanted::All);
            let own = match &graph.step(*user).kind {
                StepKind::Call { module, operator, args } if takes_as_input(graph.step(*user), step) => {
                    used(module, operator, args, &graph.step(*user).ty, &result)
                }
                _ => Wanted::All,
            };
            match &mut wanted[place] {
                Some(known) => known.add(own),
                none => *none = Some(own),
            }
        }
    }
    wanted
}
