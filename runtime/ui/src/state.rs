//! Which steps of a run belong to which box of a graph, and what became of them.

use std::collections::HashMap;
use std::path::Path;

use gml_engine::{StepRecord, StepState};
use serde::Serialize;

use crate::program::{Drawn, Flow, Shape};
use crate::runs::Run;

/// What became of a graph in a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct GraphState {
    /// Of each box; nothing where no step of the run belongs to it.
    vertices: Vec<Option<Became>>,
    /// The rows of each edge, where they were counted.
    edges: Vec<Option<u64>>,
    /// Of each edge, whether it is within a query: that is counted where it ends, and what follows from that.
    joined: Vec<bool>,
}

/// What became of a box.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Became {
    state: &'static str,
    seconds: f64,
    steps: usize,
    /// How far the step is that learns there.
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<String>,
}

/// What became of a graph in a run so far.
pub(crate) fn of_graph(graph: &Drawn, run: &Run) -> GraphState {
    let Ok(record) = run.record() else { return GraphState::default() };
    let prefix = graph.pipeline.as_ref().map(|name| format!("{name}."));
    let steps: Vec<&StepRecord> =
        record.steps.iter().filter(|step| prefix.as_ref().is_none_or(|prefix| step.id.starts_with(prefix))).collect();
    let of_vertices = assigned(&graph.vertices, &steps, graph.pipeline.is_none());
    let vertices = of_vertices.iter().map(|steps| became(run, steps));
    let behind = |edge: &Flow| -> Vec<&StepRecord> {
        let ends = (graph.vertices.get(edge.from), graph.vertices.get(edge.to));
        let (Some(from), Some(to), true) = (ends.0, ends.1, edge.is_table) else { return Vec::new() };
        let named = |name: String| steps.iter().filter(|step| step.name == name).copied().collect();
        if let Some(part) = &edge.part {
            return named(format!("{part} of {}", from.title));
        }
        match (from.kind.as_str(), to.kind.as_str()) {
            ("dataset", _) => named(format!("load {}", from.title)),
            (_, "dataset") => named(format!("save {}", to.title)),
            // What a node gives is what its last step gives.
            _ => of_vertices.get(edge.from).and_then(|steps| steps.last()).copied().into_iter().collect(),
        }
    };
    let behind: Vec<Vec<&StepRecord>> = graph.edges.iter().map(behind).collect();
    GraphState {
        vertices: vertices.collect(),
        edges: behind.iter().map(|steps| same(steps.iter().map(|step| step.rows))).collect(),
        joined: behind.iter().map(|steps| is_joined(steps)).collect(),
    }
}

/// Whether steps are done and none of them was counted.
fn is_joined(steps: &[&StepRecord]) -> bool {
    let done = |step: &&StepRecord| matches!(step.state, StepState::Ran | StepState::Cached);
    steps.iter().any(done) && steps.iter().all(|step| step.rows.is_none())
}

/// The number, where all that have one have the same.
fn same(rows: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let mut known = rows.flatten();
    let first = known.next()?;
    known.all(|other| other == first).then_some(first)
}

fn became(run: &Run, steps: &[&StepRecord]) -> Option<Became> {
    // The first of these that any step is in is that of all.
    const ORDER: [&str; 7] = ["failed", "killed", "running", "waiting", "ran", "cached", "skipped"];
    let states: Vec<&str> = steps.iter().map(|step| run.state_of(step)).collect();
    let has = |state: &str| states.contains(&state);
    let mut state = ORDER.into_iter().find(|state| has(state))?;
    if state == "waiting" && (has("ran") || has("cached")) {
        state = "running";
    }
    let training = steps.iter().find_map(|step| run.training(&step.id));
    Some(Became { state, seconds: steps.iter().map(|step| step.seconds).sum(), steps: steps.len(), training })
}

/// The steps of each box. Boxes of the same place (a node that is called again and again) have theirs in order, where each
/// place of a step is there once for each; else all have all.
fn assigned<'r>(shapes: &[Shape], steps: &[&'r StepRecord], is_project: bool) -> Vec<Vec<&'r StepRecord>> {
    let key = |shape: &Shape| match shape.kind.as_str() {
        // Steps within a node have the places of the node.
        "node" | "pipeline" => (shape.kind.clone(), shape.title.clone(), None),
        _ => (shape.kind.clone(), shape.title.clone(), Some((shape.place.line, shape.place.column))),
    };
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, shape) in shapes.iter().enumerate() {
        alike.entry(key(shape)).or_default().push(place);
    }
    let mut of_shapes = vec![Vec::new(); shapes.len()];
    for places in alike.values() {
        let Some(shape) = places.first().and_then(|place| shapes.get(*place)) else { continue };
        let found: Vec<&StepRecord> = steps.iter().filter(|step| belongs(step, shape, is_project)).copied().collect();
        let mut by_location: HashMap<(&str, u32, u32, &str), usize> = HashMap::new();
        let numbered: Vec<(usize, &StepRecord)> = found
            .iter()
            .map(|step| {
                let at = &step.location;
                let count = by_location.entry((&at.file, at.line, at.column, &step.name)).or_default();
                *count += 1;
                (*count - 1, *step)
            })
            .collect();
        let one_each = places.len() > 1 && by_location.values().all(|count| *count == places.len());
        for (number, place) in places.iter().enumerate() {
            let own = numbered.iter().filter(|(time, _)| !one_each || *time == number);
            of_shapes[*place] = own.map(|(_, step)| *step).collect();
        }
    }
    of_shapes
}

fn belongs(step: &StepRecord, shape: &Shape, is_project: bool) -> bool {
    let named = |word: &str| step.name.strip_prefix(word).is_some_and(|name| name == shape.title);
    let is_there = || {
        let (at, place) = (&step.location, &shape.place);
        // A run and this page may have been started in different folders.
        let same = |one: &str, other: &str| Path::new(one).ends_with(other);
        (at.line, at.column) == (place.line, place.column)
            && (same(&at.file, &place.file) || same(&place.file, &at.file))
    };
    match shape.kind.as_str() {
        "dataset" => named("load ") || named("save "),
        "pipeline" if is_project => step.id.split('.').next() == Some(&*shape.title),
        "node" | "pipeline" => step.within.contains(&shape.title),
        "step" => is_there() && !step.name.starts_with("load "),
        "track" => is_there() && step.name.starts_with("track "),
        "expect" => is_there() && step.name.starts_with("expect "),
        _ => false,
    }
}
