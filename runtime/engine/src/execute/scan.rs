//! Reading a dataset, and the steps that its rows go through while it is read.

use std::sync::Arc;

use gml_connect::{Fault, Tolerated};
use gml_ir::{Arg, Step, StepId, StepKind, Type};
use gml_operators::{Call, Context, Data, Input, Table, Turns};

use super::stage::internal;
use super::step::{Get, not_implemented};
use super::{Scope, Session, argument};
use crate::backend::{Loaded, Stopped, Through};
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
pub(super) struct Ready<'a> {
    step: &'a Step,
    operator: &'a str,
    implementation: gml_operators::Implementation,
    /// `None` stands for the table.
    pub(super) args: Vec<(Arc<str>, Option<Input>)>,
}

/// The calls that rows go through while they are read.
pub(super) struct Calls<'a> {
    parts: Vec<Ready<'a>>,
    /// Of a group in turns: what makes one of what several parts gave, and what makes the groups of it.
    merge: Option<Ready<'a>>,
    whole: Option<Ready<'a>>,
}

impl Calls<'_> {
    /// What becomes of the rows of a part.
    pub(super) fn part(&self, table: Table, context: &Context) -> Result<Table, Fault> {
        self.parts.iter().try_fold(table, |table, call| call.call(table, context))
    }

    /// What becomes of what several parts gave.
    pub(super) fn merged(&self, table: Table, context: &Context) -> Result<Table, Fault> {
        self.merge.iter().try_fold(table, |table, call| call.call(table, context))
    }

    /// What becomes of all that the parts gave.
    pub(super) fn whole(&self, table: Table, context: &Context) -> Result<Table, Fault> {
        self.whole.iter().try_fold(table, |table, call| call.call(table, context))
    }
}

impl Session<'_> {
    /// Reads a dataset and does the steps of the scan.
    pub(super) fn scan(
        &self,
        scope: &Scope<'_>,
        scan: &Scan,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Scanned, Stopped> {
        let StepKind::Load(dataset) = scope.graph.step(scan.load).kind else {
            return Err(Stopped::Reading(internal("a step that loads nothing is read from files")));
        };
        let (dataset, project) = self.dataset(dataset).map_err(Stopped::Reading)?;
        let calls = self.through(scope, scan, scan.turns.as_ref(), get)?;
        let through = |table: Table| calls.part(table, context);
        let merged = |table: Table| calls.merged(table, context);
        let merged = calls.merge.is_some().then_some(&merged as &Through<'_>);
        let Loaded { data, rows, tolerated, .. } =
            self.backend.scan(dataset, project, &scan.reading, &through, merged, context)?;
        let data = match data {
            Data::Table(table) if calls.whole.is_some() => {
                Data::Table(calls.whole(table, context).map_err(Stopped::Computing)?)
            }
            // Rows that went through steps have the type of the last one, its roles among them.
            Data::Table(mut table) => {
                if let Type::Table(ty) = &scope.graph.step(scan.last()).ty {
                    table.ty.clone_from(ty);
                }
                Data::Table(table)
            }
            data => data,
        };
        Ok(Scanned { data, dataset: dataset.name.to_string(), rows, tolerated })
    }

    /// The calls that the rows of a scan go through, with what they take beside those rows.
    pub(super) fn through<'a>(
        &self,
        scope: &Scope<'a>,
        scan: &Scan,
        turns: Option<&Turns>,
        get: Get<'_>,
    ) -> Result<Calls<'a>, Stopped> {
        let mut before = scan.load;
        let mut calls = Calls { parts: Vec::with_capacity(scan.through.len()), merge: None, whole: None };
        for step in &scan.through {
            let of_part = turns.filter(|_| *step == scan.last());
            let call = |args: Option<&[(Arc<str>, Arg)]>| {
                self.ready(scope.graph.step(*step), args, before, get).map_err(Stopped::Computing)
            };
            calls.merge = of_part.map(|turns| call(Some(&turns.merge))).transpose()?;
            calls.whole = of_part.map(|turns| call(Some(&turns.whole))).transpose()?;
            calls.parts.push(call(of_part.map(|turns| &*turns.part))?);
            before = *step;
        }
        Ok(calls)
    }

    /// A call of a step with all arguments but its table, which is the result of the step before; with other arguments
    /// than its own where those are given.
    pub(super) fn ready<'a>(
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
        let mut args = args.collect::<Result<Vec<_>, Fault>>()?;
        argument::bind(&mut args);
        Ok(Ready { step, operator, implementation, args })
    }
}

impl Ready<'_> {
    /// What it makes of a table.
    pub(super) fn call(&self, table: Table, context: &Context) -> Result<Table, Fault> {
        let input = |arg: &Option<Input>| arg.clone().unwrap_or_else(|| Input::Data(Data::Table(table.clone())));
        let args = self.args.iter().map(|(name, arg)| (name.clone(), input(arg))).collect();
        let result: &Type = &self.step.ty;
        match (self.implementation)(Call { operator: self.operator, args, result, context })? {
            Data::Table(table) => Ok(table),
            _ => Err(internal(format!("{} gives no table", self.operator))),
        }
    }
}
