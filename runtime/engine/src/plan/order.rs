//! What must be done before what, beside the results that are used.

use std::collections::BTreeMap;

use gml_ir::{Graph, StepId, StepKind};

use super::live::{children, datasets};

/// Who touched a dataset so far.
#[derive(Default)]
struct Touched {
    writer: Option<StepId>,
    readers: Vec<StepId>,
}

/// For each step, the steps that must be done before it though it does not use their results: what is read after a save
/// waits for it, a save waits for the reads before it, and saves and bodies of `when` wait for the expectations written
/// before them, those in bodies of `when` among them.
pub(super) fn order(graph: &Graph, live: &[bool]) -> Vec<Vec<StepId>> {
    let mut after = vec![Vec::new(); graph.steps.len()];
    let mut touched: BTreeMap<u32, Touched> = BTreeMap::new();
    let mut expectations = Vec::new();
    for (place, step) in graph.steps.iter().enumerate().filter(|(place, _)| live[*place]) {
        let id = StepId(place as u32);
        let (read, written) = datasets(step);
        for dataset in &read {
            let state = touched.entry(*dataset).or_default();
            after[place].extend(state.writer);
            state.readers.push(id);
        }
        for dataset in &written {
            let state = touched.entry(*dataset).or_default();
            after[place].extend(state.writer);
            after[place].extend(state.readers.drain(..).filter(|reader| *reader != id));
            state.writer = Some(id);
        }
        match &step.kind {
            StepKind::Expect { .. } => expectations.push(id),
            StepKind::Save { .. } => after[place].extend(&expectations),
            StepKind::When { body, .. } => {
                after[place].extend(&expectations);
                if expects(body) {
                    expectations.push(id);
                }
            }
            _ => {}
        }
    }
    after
}

/// Whether something is expected in a graph, or in the body of a `when` there.
fn expects(graph: &Graph) -> bool {
    graph.steps.iter().any(|step| matches!(step.kind, StepKind::Expect { .. }) || children(step).is_some_and(expects))
}
