//! Results of stages that are not in memory: rows on disk, and rows that are only made when they are saved.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{OnViolation, Step, StepId, StepKind, TableType};
use gml_operators::{Call, Context, Data, InParts, Sink, Table, frame};
use polars::prelude::*;

use super::stage::internal;
use super::step::{Done, Get};
use super::{Scope, Session, argument};
use crate::plan::{FlowFrom, Stage, inputs_of};
use crate::spill::Runs;

/// Where the rows of a stage are.
pub(super) enum Elsewhere {
    /// On disk, since memory does not hold them.
    Runs(Runs),
    /// Nowhere yet: an operator makes them, some at a time.
    InParts(InParts),
}

impl Elsewhere {
    /// Gives all rows away, some at a time.
    pub(super) fn each(&self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        match self {
            Self::Runs(runs) => runs.drain(sink),
            Self::InParts(rows) => rows.each(sink),
        }
    }
}

impl Scope<'_> {
    /// Whether what a stage gives is saved, and not used otherwise.
    pub(super) fn is_only_saved(&self, place: usize) -> bool {
        let saves = |user: &Stage| {
            let kinds = user.steps.iter().map(|step| &self.graph.step(step.id).kind);
            kinds.into_iter().all(|kind| matches!(kind, StepKind::Save { .. }))
        };
        let mut users = self.plan.stages.iter().filter(|user| user.uses.contains(&place)).peekable();
        users.peek().is_some() && users.all(saves)
    }

    /// Whether what a stage gives is taken some rows at a time by all who use it.
    fn is_taken_in_parts(&self, place: usize) -> bool {
        let stage_of = |step: StepId| self.plan.stage_of(step);
        let flows = |user: &Stage| {
            user.flows.iter().any(|flow| flow.from == FlowFrom::Shared && stage_of(flow.source) == Some(place))
        };
        let mut users = self.plan.stages.iter().filter(|user| user.uses.contains(&place)).peekable();
        self.is_only_saved(place) || users.peek().is_some() && users.all(flows)
    }

    /// Whether a stage is a single call that takes each of its tables once, so that they may be moved to it.
    pub(super) fn takes_each_once(&self, stage: &Stage) -> bool {
        let [step] = stage.steps.as_slice() else { return false };
        let step = self.graph.step(step.id);
        let mut stages: Vec<Option<usize>> =
            inputs_of(step).into_iter().map(|input| self.plan.stage_of(input)).collect();
        stages.sort_unstable();
        matches!(step.kind, StepKind::Call { .. }) && stages.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// Keeps the result of a stage that is only saved, and gives what stands for it among the results.
    pub(super) fn keep_elsewhere(&self, place: usize, rows: Elsewhere, ty: TableType) -> Data {
        *self.place_elsewhere(place) = Some(Arc::new(rows));
        let absent = |_: &DataFrame| Err(internal("rows that are not in memory are asked for"));
        let frame = frame::verify(DataFrame::empty().lazy(), "rows elsewhere", absent);
        Data::Table(Table { frame, ty })
    }
}

impl Session<'_> {
    /// Calls an operator that makes its table in parts, where all of it is not needed: only those who take some at a time ask for the rows.
    pub(super) fn in_parts(
        &self,
        scope: &Scope<'_>,
        place: usize,
        id: StepId,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Option<Data>, Fault> {
        let step = scope.graph.step(id);
        let gml_ir::Type::Table(ty) = &step.ty else { return Ok(None) };
        if !scope.is_taken_in_parts(place) {
            return Ok(None);
        }
        let rows = self.made_in_parts(step, get, context)?;
        Ok(rows.map(|rows| scope.keep_elsewhere(place, Elsewhere::InParts(rows), ty.clone())))
    }

    /// The rows of a step whose operator makes them some at a time; `None` where it does not.
    pub(super) fn made_in_parts(&self, step: &Step, get: Get<'_>, context: &Context) -> Result<Option<InParts>, Fault> {
        let StepKind::Call { module, operator, args } = &step.kind else { return Ok(None) };
        let Some(implementation) = self.backend.operator_in_parts(module, operator) else { return Ok(None) };
        let args = args.iter().map(|(name, arg)| Ok((name.clone(), argument::input(arg, get)?)));
        let args = args.collect::<Result<_, Fault>>()?;
        implementation(Call { operator, args, result: &step.ty, context }).map(Some)
    }

    /// Saves rows that are not in memory.
    pub(super) fn save_elsewhere(
        &self,
        scope: &Scope<'_>,
        id: StepId,
        (value, dataset): (StepId, u32),
        rows: &Elsewhere,
    ) -> Result<Done, Fault> {
        let (dataset, project) = self.dataset(dataset)?;
        let saved = self.backend.save_parts(dataset, &|sink| rows.each(sink), project)?;
        if matches!(rows, Elsewhere::InParts(_)) && dataset.on_violation != OnViolation::Drop {
            // Only now it is known how many they are.
            self.journal.counted(&scope.id(value), saved.rows);
        }
        Ok(self.saved(&scope.id(id), dataset, saved, project))
    }
}
