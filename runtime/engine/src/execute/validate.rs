//! What can be known to fail before anything runs.

use std::sync::Arc;

use gml_connect::Fault;
use gml_foreign::Foreseen;
use gml_ir::{Arg, Graph, Pipeline, Program, Resources, Step, StepKind, Type};

use super::step::{cannot_run, node, not_implemented};
use crate::backend::Backend;
use crate::codes;
use crate::plan::Plan;

/// A fault where a pipeline or a node is given a graphics processor, and nothing in it can use one.
pub(crate) fn usable(backend: &dyn Backend, program: &Program, pipeline: &Pipeline, plan: &Plan) -> Result<(), Fault> {
    let asks = |given: &Resources| given.gpu.is_some_and(|count| count > 0);
    let refused = |what: &str, name: &str| {
        Fault::new(codes::NO_GPU, format!("the {what} `{name}` is given a gpu, and none of its steps can use one"))
            .help("leave `gpu` out of its resources; it runs the same without")
    };
    if asks(&pipeline.resources) && !any(&pipeline.graph, plan, &|step| backend.uses_gpu(&step.kind)) {
        return Err(refused("pipeline", &pipeline.name));
    }
    for node in program.nodes.iter().filter(|node| asks(&node.resources)) {
        let of_node = |step: &Step| step.within.contains(&node.name);
        let uses = |step: &Step| of_node(step) && backend.uses_gpu(&step.kind);
        if any(&pipeline.graph, plan, &of_node) && !any(&pipeline.graph, plan, &uses) {
            return Err(refused("node", &node.name));
        }
    }
    Ok(())
}

/// Whether a step of the plan is one that is looked for.
fn any(graph: &Graph, plan: &Plan, wanted: &dyn Fn(&Step) -> bool) -> bool {
    plan.stages.iter().any(|stage| {
        stage.steps.iter().any(|planned| {
            let step = graph.step(planned.id);
            let within = match (&step.kind, &stage.body) {
                (StepKind::When { body, .. }, Some(plan)) => any(body, plan, wanted),
                _ => false,
            };
            within || wanted(step)
        })
    })
}

/// A fault where a step of the plan, or a dataset that it uses, has no implementation.
pub(crate) fn validate(backend: &dyn Backend, program: &Program, graph: &Graph, plan: &Plan) -> Result<(), Fault> {
    for stage in &plan.stages {
        for planned in &stage.steps {
            let step = graph.step(planned.id);
            check(backend, program, graph, step).map_err(|fault| {
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

fn check<'a>(backend: &dyn Backend, program: &Program, graph: &'a Graph, step: &'a Step) -> Result<(), Fault> {
    if let Some(what) = backend.pending(step) {
        return Err(cannot_run(&what));
    }
    match &step.kind {
        StepKind::Call { module, operator, .. } if backend.operator(module, operator).is_none() => {
            Err(not_implemented(module, operator))
        }
        StepKind::Foreign { language, settings, args } => {
            let foreseen = |(name, arg): &'a (Arc<str>, Arg)| {
                let foreseen = match arg {
                    Arg::Step(id) => match &graph.step(*id).ty {
                        Type::Table(table) => Foreseen::Table(table),
                        _ => Foreseen::Later,
                    },
                    Arg::Const(value) => Foreseen::Value(value),
                    _ => Foreseen::Later,
                };
                (name.clone(), foreseen)
            };
            let args: Vec<_> = args.iter().map(foreseen).collect();
            backend.foresee(&node(step, language, settings), &args)
        }
        StepKind::Load(dataset) | StepKind::Save { dataset, .. } => {
            let Some(dataset) = program.datasets.get(*dataset as usize) else { return Ok(()) };
            match backend.pending_store(dataset) {
                Some(what) => Err(cannot_run(&what)),
                None if matches!(step.kind, StepKind::Save { .. }) => backend.can_save(dataset),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
