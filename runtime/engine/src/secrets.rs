//! The secrets that a run needs, looked for before any step runs.

use std::path::Path;
use std::sync::Arc;

use gml_connect::{Fault, secrets};
use gml_ir::{Arg, Graph, Location, Pipeline, Program, Step, StepKind, Value};

use crate::plan::{Joining, Plan, plan};

/// Looks for every secret that a step of the pipelines or the tracking of the run needs.
///
/// # Errors
/// Where one is nowhere, at the step or the dataset that needs it; the others that are nowhere are named too.
pub(crate) fn check(program: &Program, planned: &[(&Pipeline, Plan)], project: &Path) -> Result<(), Fault> {
    let mut needed = Vec::new();
    for (pipeline, plan) in planned {
        of_plan(program, &pipeline.graph, plan, &mut needed);
    }
    let mut missing: Option<Fault> = None;
    for Needed { name, location } in needed {
        match (secrets::find(&name, project), missing.take()) {
            (Ok(_), before) => missing = before,
            (Err(fault), None) => {
                let place = format!("{}:{}:{}", location.file, location.line, location.column);
                // A place of the program says more than the name of the secret, which the message has.
                missing = Some(Fault {
                    place: Some(fault.place.filter(|place| !place.starts_with("secret(")).unwrap_or(place)),
                    ..fault
                });
            }
            (Err(other), Some(first)) => missing = Some(first.detail(format!("and {}", other.message))),
        }
    }
    missing.map_or(Ok(()), Err)
}

/// The names of the secrets that a run of the pipeline needs, those of its tracking among them, each once.
#[must_use]
pub fn secret_names(program: &Program, pipeline: &Pipeline) -> Vec<Arc<str>> {
    let mut needed = Vec::new();
    of_plan(program, &pipeline.graph, &plan(program, pipeline, Joining::Queries), &mut needed);
    if let Some(tracking) = &program.tracking {
        of_value(tracking, &Location::default(), &mut needed);
    }
    needed.into_iter().map(|Needed { name, .. }| name).collect()
}

/// A secret, and what needs it.
struct Needed {
    name: Arc<str>,
    location: Location,
}

fn of_plan(program: &Program, graph: &Graph, plan: &Plan, needed: &mut Vec<Needed>) {
    for stage in &plan.stages {
        for planned in &stage.steps {
            let step = graph.step(planned.id);
            of_step(program, step, needed);
            if let (StepKind::When { body, .. }, Some(plan)) = (&step.kind, &stage.body) {
                of_plan(program, body, plan, needed);
            }
        }
    }
}

fn of_step(program: &Program, step: &Step, needed: &mut Vec<Needed>) {
    match &step.kind {
        StepKind::Load(dataset) | StepKind::Save { dataset, .. } => {
            if let Some(dataset) = program.datasets.get(*dataset as usize) {
                dataset.connector.args.iter().for_each(|(_, value)| of_value(value, &dataset.location, needed));
            }
        }
        StepKind::Call { args, .. } | StepKind::Foreign { args, .. } => {
            args.iter().for_each(|(_, arg)| of_argument(arg, &step.location, needed));
        }
        _ => {}
    }
}

fn of_argument(arg: &Arg, location: &Location, needed: &mut Vec<Needed>) {
    match arg {
        Arg::Const(value) => of_value(value, location, needed),
        Arg::List(items) => items.iter().for_each(|item| of_argument(item, location, needed)),
        Arg::Record(fields) => fields.iter().for_each(|(_, field)| of_argument(field, location, needed)),
        Arg::Step(_) | Arg::Expr(_) | Arg::Columns(_) | Arg::Order(_) => {}
    }
}

fn of_value(value: &Value, location: &Location, needed: &mut Vec<Needed>) {
    for name in secrets::names(value) {
        if !needed.iter().any(|known| known.name == name) {
            needed.push(Needed { name, location: location.clone() });
        }
    }
}
