//! Reading a dataset, and the steps that its rows go through while it is read.

use std::sync::Arc;

use gml_connect::{Fault, Tolerated};
use gml_ir::{Arg, Step, StepId, StepKind, Type};
use gml_operators::{Call, Data, Input, Table};

use super::stage::internal;
use super::step::{Get, not_implemented};
use super::{Scope, Session, argument};
use crate::backend::{Loaded, Stopped};
use crate::plan::Scan;

/// What reading gave.
pub(super) struct Scanned {
    /// The table of the last step that its rows went through.
    pub(super) data: Data,
    /// The dataset, how many rows it has, and those of them that break contracts.
    pub(super) dataset: String,
    pub(super) rows: Option<u64>,
    pub(super) tolerated: Vec<Tolerated>,
}

/// A call that is ready but for its table.
struct Ready<'a> {
    step: &'a Step,
    operator: &'a str,
    implementation: gml_operators::Implementation,
    /// `None` stands for the table.
    args: Vec<(Arc<str>, Option<Input>)>,
}

impl Session<'_> {
    /// Reads a dataset and does the steps of the scan.
    pub(super) fn scan(&self, scope: &Scope<'_>, scan: &Scan, get: Get<'_>) -> Result<Scanned, Stopped> {
        let StepKind::Load(dataset) = scope.graph.step(scan.load).kind else {
            return Err(Stopped::Reading(internal("a step that loads nothing is read from files")));
        };
        let (dataset, project) = self.dataset(dataset).map_err(Stopped::Reading)?;
        let mut before = scan.load;
        let mut ready = Vec::with_capacity(scan.through.len());
        let mut whole = None;
        for step in &scan.through {
            let of_part = scan.turns.as_ref().filter(|_| *step == scan.last());
            let call = |args: Option<&[(Arc<str>, Arg)]>| {
                self.ready(scope.graph.step(*step), args, before, get).map_err(Stopped::Computing)
            };
            whole = of_part.map(|turns| call(Some(&turns.whole))).transpose()?;
            ready.push(call(of_part.map(|turns| &*turns.part))?);
            before = *step;
        }
        let through = |table: Table| ready.iter().try_fold(table, |table, call| self.call(call, table));
        let Loaded { data, rows, tolerated } =
            self.backend.scan(dataset, project, &scan.reading, &through, &self.context)?;
        let data = match (data, whole) {
            (Data::Table(table), Some(whole)) => Data::Table(self.call(&whole, table).map_err(Stopped::Computing)?),
            (data, _) => data,
        };
        Ok(Scanned { data, dataset: dataset.name.to_string(), rows, tolerated })
    }

    /// A call of a step with all arguments but its table, which is the result of the step before; with other arguments
    /// than its own where those are given.
    fn ready<'a>(
        &self,
        step: &'a Step,
        args: Option<&[(Arc<str>, Arg)]>,
        before: StepId,
        get: Get<'_>,
    ) -> Result<Ready<'a>, Fault> {
        let StepKind::Call { module, operator, args: own } = &step.kind else {
            return Err(internal("rows go through a step that is no call"));
        };
        let implementation =
            self.backend.operator(module, operator).ok_or_else(|| not_implemented(module, operator))?;
        let args = args.unwrap_or(own).iter().map(|(name, arg)| {
            let table = *arg == Arg::Step(before);
            Ok((name.clone(), if table { None } else { Some(argument::input(arg, get)?) }))
        });
        Ok(Ready { step, operator, implementation, args: args.collect::<Result<_, Fault>>()? })
    }

    fn call(&self, ready: &Ready<'_>, table: Table) -> Result<Table, Fault> {
        let input = |arg: &Option<Input>| arg.clone().unwrap_or_else(|| Input::Data(Data::Table(table.clone())));
        let args = ready.args.iter().map(|(name, arg)| (name.clone(), input(arg))).collect();
        let result: &Type = &ready.step.ty;
        match (ready.implementation)(Call { operator: ready.operator, args, result, context: &self.context })? {
            Data::Table(table) => Ok(table),
            _ => Err(internal(format!("{} gives no table", ready.operator))),
        }
    }
}
