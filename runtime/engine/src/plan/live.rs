//! Which steps use which, and which are needed.

use std::collections::BTreeSet;

use gml_ir::{Arg, Graph, Step, StepId, StepKind};

/// The steps of the same graph that a step uses, once for each use, in the order of its arguments. For a `when` these
/// are its condition and what its body takes from outside.
pub(crate) fn inputs(step: &Step) -> Vec<StepId> {
    let mut found = Vec::new();
    match &step.kind {
        StepKind::Load(_) | StepKind::Table(_) | StepKind::Outer(_) => {}
        StepKind::Call { args, .. } | StepKind::Foreign { args, .. } => {
            args.iter().for_each(|(_, arg)| of_argument(arg, &mut found));
        }
        StepKind::Part(of, _) => found.push(*of),
        StepKind::Compute { inputs, .. } => found.extend(inputs),
        StepKind::Save { value, .. } | StepKind::Track(value) => found.push(*value),
        StepKind::Expect { condition, message, sides, .. } => {
            found.push(*condition);
            message.iter().for_each(|message| of_argument(message, &mut found));
            found.extend(sides.iter().flat_map(|(left, right)| [*left, *right]));
        }
        StepKind::When { condition, body } => {
            found.push(*condition);
            found.extend(outer(body));
        }
    }
    found
}

fn of_argument(arg: &Arg, found: &mut Vec<StepId>) {
    match arg {
        Arg::Step(step) => found.push(*step),
        Arg::List(items) => items.iter().for_each(|item| of_argument(item, found)),
        Arg::Record(fields) => fields.iter().for_each(|(_, value)| of_argument(value, found)),
        Arg::Const(_) | Arg::Expr(_) | Arg::Columns(_) | Arg::Order(_) => {}
    }
}

/// What the live steps of a body take from the graph around it.
fn outer(body: &Graph) -> Vec<StepId> {
    let live = live(body);
    let taken = body.steps.iter().enumerate().filter_map(|(place, step)| match &step.kind {
        StepKind::Outer(of) if live[place] => Some(*of),
        _ => None,
    });
    taken.collect()
}

/// The graphs within a step.
pub(super) fn children(step: &Step) -> Option<&Graph> {
    if let StepKind::When { body, .. } = &step.kind { Some(body) } else { None }
}

/// For each step, whether a save, a track, an expect or a `when` with something to do needs it.
pub(super) fn live(graph: &Graph) -> Vec<bool> {
    let mut live = vec![false; graph.steps.len()];
    for (place, step) in graph.steps.iter().enumerate().rev() {
        let effect = match &step.kind {
            StepKind::Save { .. } | StepKind::Track(_) | StepKind::Expect { .. } => true,
            StepKind::When { body, .. } => has_effect(body),
            _ => false,
        };
        live[place] |= effect;
        if live[place] {
            inputs(step).into_iter().for_each(|input| live[input.0 as usize] = true);
        }
    }
    live
}

fn has_effect(graph: &Graph) -> bool {
    live(graph).contains(&true)
}

/// The datasets that a step reads and those that it writes, those of the body of a `when` among them.
pub(crate) fn datasets(step: &Step) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut read, mut written) = (BTreeSet::new(), BTreeSet::new());
    match &step.kind {
        StepKind::Load(dataset) => {
            read.insert(*dataset);
        }
        StepKind::Save { dataset, .. } => {
            written.insert(*dataset);
        }
        StepKind::When { body, .. } => {
            let live = live(body);
            for (_, step) in body.steps.iter().enumerate().filter(|(place, _)| live[*place]) {
                let (of_read, of_written) = datasets(step);
                read.extend(of_read);
                written.extend(of_written);
            }
        }
        _ => {}
    }
    (read, written)
}
