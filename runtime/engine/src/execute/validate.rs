//! What can be known to fail before anything runs.

use gml_connect::Fault;
use gml_ir::{Graph, Program, Step, StepKind};

use super::step::{cannot_run, foreign_not_implemented, not_implemented};
use crate::backend::Backend;
use crate::plan::Plan;

/// A fault where a step of the plan, or a dataset that it uses, has no implementation.
pub(crate) fn validate(backend: &dyn Backend, program: &Program, graph: &Graph, plan: &Plan) -> Result<(), Fault> {
    for stage in &plan.stages {
        for planned in &stage.steps {
            let step = graph.step(planned.id);
            check(backend, program, step).map_err(|fault| {
                let location = &step.location;
                fault.at(format!("{}:{}:{}", location.file, location.line, location.column))
            })?;
            if let (StepKind::When { body, .. }, Some(plan)) = (&step.kind, &stage.body) {
                validate(backend, program, body, plan)?;
            }
        }
    }
    Ok(())
}

fn check(backend: &dyn Backend, program: &Program, step: &Step) -> Result<(), Fault> {
    if let Some(what) = backend.pending(&step.kind) {
        return Err(cannot_run(&what));
    }
    match &step.kind {
        StepKind::Call { module, operator, .. } if backend.operator(module, operator).is_none() => {
            Err(not_implemented(module, operator))
        }
        StepKind::Foreign { language, .. } => Err(foreign_not_implemented(language)),
        StepKind::Load(dataset) | StepKind::Save { dataset, .. } => {
            let dataset = program.datasets.get(*dataset as usize);
            match dataset.and_then(|dataset| backend.pending_store(dataset)) {
                Some(what) => Err(cannot_run(&what)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
