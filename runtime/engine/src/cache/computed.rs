//! What computes the row expressions of a plan, and of how many rows.

use gml_ir::{Graph, StepKind};
use gml_operators::Expressions;

use super::Deciding;
use super::decide::{Act, Decided};
use crate::plan::{Plan, Stage};

/// Adds to what is decided of a plan what will compute its row expressions.
pub(crate) fn tell(deciding: &Deciding<'_>, graph: &Graph, plan: &Plan, decided: &mut Decided) {
    let expressions = Expressions::by(deciding.choice.backend);
    for (stage, verdict) in plan.stages.iter().zip(&mut decided.stages) {
        let head = stage.steps.last().map(|step| &graph.step(step.id).kind);
        if let (Some(plan), Some(StepKind::When { body, .. }), Some(decided)) = (&stage.body, head, &mut verdict.body) {
            tell(deciding, body, plan, decided);
        }
        if verdict.act != Act::Run {
            continue;
        }
        let of_stage = expressions.of_rows(expected(deciding, graph, stage));
        for planned in &stage.steps {
            let told = deciding.backend.rows(&graph.step(planned.id).kind, &of_stage);
            let lines = told.into_iter().flat_map(|told| told.lines);
            verdict.computed.extend(lines.map(|line| format!("{}: {line}", planned.name)));
        }
    }
}

/// How many rows a stage reads, where it reads from one place and that can be told before.
fn expected(deciding: &Deciding<'_>, graph: &Graph, stage: &Stage) -> Option<u64> {
    let [scan] = stage.scans.as_slice() else { return None };
    let StepKind::Load(dataset) = graph.step(scan.load).kind else { return None };
    let dataset = deciding.program.datasets.get(dataset as usize)?;
    deciding.backend.size(dataset, deciding.project, &scan.reading)?.rows
}
