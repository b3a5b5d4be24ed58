//! What can be known to fail before anything runs.

use gml_connect::Fault;
use gml_ir::{Graph, Step, StepKind};

use super::step::{foreign_not_implemented, not_implemented};
use crate::backend::Backend;
use crate::plan::Plan;

/// A fault where a step of the plan has no implementation.
pub(crate) fn validate(backend: &dyn Backend, graph: &Graph, plan: &Plan) -> Result<(), Fault> {
    for stage in &plan.stages {
        for planned in &stage.steps {
            let step = graph.step(planned.id);
            check(backend, step).map_err(|fault| {
                let location = &step.location;
                fault.at(format!("{}:{}:{}", location.file, location.line, location.column))
            })?;
            if let (StepKind::When { body, .. }, Some(plan)) = (&step.kind, &stage.body) {
                validate(backend, body, plan)?;
            }
        }
    }
    Ok(())
}

fn check(backend: &dyn Backend, step: &Step) -> Result<(), Fault> {
    match &step.kind {
        StepKind::Call { module, operator, .. } if backend.operator(module, operator).is_none() => {
            Err(not_implemented(module, operator))
        }
        StepKind::Foreign { language, .. } => Err(foreign_not_implemented(language)),
        _ => Ok(()),
    }
}
