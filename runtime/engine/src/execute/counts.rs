//! Rows of steps within a query, which is counted only where it reads and where it ends: those that follow from these counts.

use gml_ir::{Arg, OnViolation, Program, Step, StepId, StepKind, Type};
use gml_operators::keeps_rows;

use super::{Scope, Session};
use crate::plan::Stage;

impl Session<'_> {
    /// Tells the rows of steps of a stage that are as many as those of a step beside them: nothing is computed for that.
    pub(super) fn count_within(&self, scope: &Scope<'_>, stage: &Stage) {
        if stage.steps.len() < 2 {
            return;
        }
        let counted = |step: StepId| self.journal.rows(&scope.id(step));
        let before: Vec<Option<u64>> = stage.steps.iter().map(|step| counted(step.id)).collect();
        let sources: Vec<Option<StepId>> =
            stage.steps.iter().map(|step| same_rows_as(self.program, scope.graph.step(step.id))).collect();
        let place = |step: StepId| stage.steps.iter().position(|planned| planned.id == step);
        let mut rows = before.clone();
        for (rows, step) in rows.iter_mut().zip(&stage.steps) {
            if let StepKind::Table(cells) = &scope.graph.step(step.id).kind {
                rows.get_or_insert(cells.len() as u64);
            }
        }
        // A step stands behind those that it uses.
        for (own, source) in sources.iter().enumerate() {
            if let (None, Some(source)) = (rows[own], *source) {
                rows[own] = place(source).map_or_else(|| counted(source), |place| rows[place]);
            }
        }
        for (own, source) in sources.iter().enumerate().rev() {
            if let (Some(count), Some(source)) = (rows[own], source.and_then(place)) {
                rows[source].get_or_insert(count);
            }
        }
        for ((step, before), rows) in stage.steps.iter().zip(before).zip(rows) {
            if before.is_none() && rows.is_some() {
                self.journal.counted(&scope.id(step.id), rows);
            }
        }
    }
}

/// The step whose table has as many rows as that of a step, by what it does.
fn same_rows_as(program: &Program, step: &Step) -> Option<StepId> {
    match &step.kind {
        StepKind::Call { module, operator, args } if matches!(step.ty, Type::Table(_)) => {
            let input = args.iter().find(|(name, _)| &**name == "input").map(|(_, arg)| arg);
            match input {
                Some(Arg::Step(input)) if keeps_rows(module, operator, args) => Some(*input),
                _ => None,
            }
        }
        StepKind::Save { value, dataset } => {
            let dataset = program.datasets.get(*dataset as usize)?;
            (dataset.row().is_some() && dataset.on_violation != OnViolation::Drop).then_some(*value)
        }
        _ => None,
    }
}
