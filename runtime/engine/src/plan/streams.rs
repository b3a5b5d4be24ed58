//! Tables that go from files to a file row by row.

use std::collections::BTreeSet;

use gml_ir::{Graph, Program, Step, StepId, StepKind, Type};
use gml_operators::{applies, by_rows};

use super::live::inputs;
use super::scans::takes_as_input;

/// For each step of a graph, whether it is on the way of rows that are saved as they are read: the step that loads them, steps
/// that look at each row by itself, the step that saves. Nothing else uses what they give.
pub(super) fn streamed(
    program: &Program,
    graph: &Graph,
    live: &[bool],
    users: &[Vec<StepId>],
    rewritten: &BTreeSet<u32>,
) -> Vec<bool> {
    let mut streamed = vec![false; graph.steps.len()];
    for (place, step) in graph.steps.iter().enumerate().filter(|(place, _)| live[*place]) {
        let StepKind::Save { value, dataset } = step.kind else { continue };
        if !is_free(program, dataset) {
            continue;
        }
        if let Some(way) = way(program, graph, users, rewritten, value) {
            streamed[place] = true;
            way.into_iter().for_each(|step| streamed[step.0 as usize] = true);
        }
    }
    streamed
}

/// The steps from the one that loads a table to the one that gives it; `None` where one of them needs more than a row.
fn way(
    program: &Program,
    graph: &Graph,
    users: &[Vec<StepId>],
    rewritten: &BTreeSet<u32>,
    last: StepId,
) -> Option<Vec<StepId>> {
    let (mut way, mut here) = (Vec::new(), last);
    loop {
        let step = graph.step(here);
        if users[here.0 as usize].len() != 1 || !matches!(step.ty, Type::Table(_)) {
            return None;
        }
        way.push(here);
        match &step.kind {
            StepKind::Load(dataset) => {
                return (is_free(program, *dataset) && !rewritten.contains(dataset)).then_some(way);
            }
            StepKind::Call { module, operator, args }
                if by_rows(module, operator, args) || applies(module, operator) =>
            {
                here = input(step)?;
            }
            _ => return None,
        }
    }
}

/// The step whose table is the input of a call, and nothing else of it.
fn input(step: &Step) -> Option<StepId> {
    inputs(step).into_iter().find(|input| takes_as_input(step, *input))
}

/// Whether the rows of a dataset can be told right or wrong one by one.
fn is_free(program: &Program, dataset: u32) -> bool {
    let dataset = program.datasets.get(dataset as usize);
    dataset.and_then(|dataset| dataset.row()).is_some_and(|row| row.unique.is_empty())
}
