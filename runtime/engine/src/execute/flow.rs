//! Tables that are made some rows at a time, and go through other steps as they are made.

use std::cell::Cell;
use std::sync::Arc;

use gml_connect::{Fault, append};
use gml_ir::{Step, StepId, StepKind, TableType, Type};
use gml_operators::{Call, Context, Data, InParts, Input, Lookup, Sink, Table, frame};
use polars::prelude::{DataFrame, IntoLazy, col};

use super::elsewhere::Elsewhere;
use super::scan::Ready;
use super::stage::{Halt, internal};
use super::step::{Done, Get, not_implemented};
use super::{Scope, Session};
use crate::plan::{End, Flow, FlowFrom, Stage, inputs_of};

/// A step that is ready but for its rows.
struct Passing<'a> {
    step: StepId,
    call: Ready<'a>,
    /// Of a join, what it needs of the other table.
    lookup: Option<Lookup<'a>>,
    /// Columns of which all rows with the same values come together.
    together: &'a [Arc<str>],
}

impl Passing<'_> {
    fn call(&self, table: Table, context: &Context) -> Result<Table, Fault> {
        match &self.lookup {
            Some(lookup) => lookup.of(table),
            None => self.call.call(table, context),
        }
    }
}

impl Session<'_> {
    /// Does all steps of a flow.
    pub(super) fn flow(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        flow: &Flow,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Done, Halt> {
        let at = |step: StepId| move |fault: Fault| Halt::At(step, fault);
        let mut ready = Vec::with_capacity(flow.through.len());
        let mut before = flow.source;
        for passed in &flow.through {
            let call = self.ready(scope.graph.step(passed.step), None, before, get).map_err(at(passed.step))?;
            let lookup =
                lookup(scope.graph.step(passed.step), &call, &passed.together, context).map_err(at(passed.step))?;
            ready.push(Passing { step: passed.step, call, lookup, together: &passed.together });
            before = passed.step;
        }
        let rows = self.source(scope, stage, flow, get, context).map_err(at(flow.source))?;

        let place = Cell::new(flow.source);
        let count = Cell::new(0_u64);
        // Something learned that looks at rows which do not come together, which only shows when it is there: from it on, at once.
        let known = |step: StepId| table_type(scope, step);
        let mut input = flow.source;
        let mut parts = ready.len();
        for (number, passing) in ready.iter().enumerate() {
            if !passing.call.by_parts(known(input)?, passing.together) {
                parts = number;
                break;
            }
            input = passing.step;
        }
        let (parts, whole) = ready.split_at(parts);
        let through = |calls: &[Passing<'_>], before: StepId, rows: DataFrame| {
            let mut table = Table { frame: rows.lazy(), ty: known(before)? };
            for passing in calls {
                place.set(passing.step);
                table = passing.call(table, context)?;
            }
            let is_end = calls.last().map_or(before, |last| last.step) == before_end(flow);
            if let (Some(names), true) = (&flow.columns, is_end) {
                table.frame = table.frame.select(names.iter().map(|name| col(&**name)).collect::<Vec<_>>());
            }
            self.backend.collect(table.frame)
        };
        let each = |sink: &mut Sink<'_>| {
            if whole.is_empty() {
                return rows.each(&mut |rows| {
                    count.set(count.get() + rows.height() as u64);
                    let rows = through(parts, flow.source, rows)?;
                    place.set(flow.last());
                    sink(rows)
                });
            }
            let mut all = None;
            rows.each(&mut |rows| {
                count.set(count.get() + rows.height() as u64);
                append(&mut all, through(parts, flow.source, rows)?)
            })?;
            let rows = through(whole, parts.last().map_or(flow.source, |last| last.step), all.unwrap_or_default())?;
            place.set(flow.last());
            sink(rows)
        };
        let done = self.end(scope, flow, &each, get, context).map_err(|fault| Halt::At(place.get(), fault))?;
        self.journal.counted(&scope.id(flow.source), Some(count.get()));
        Ok(done)
    }

    /// The rows where they come from.
    fn source(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        flow: &Flow,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Arc<Elsewhere>, Fault> {
        let held = || match get(flow.source)? {
            Data::Table(table) => self.backend.collect(table.frame),
            _ => Err(internal("rows flow from no table")),
        };
        match &flow.from {
            FlowFrom::Made => {}
            FlowFrom::Held(together) => return parts_of(held()?, together),
            FlowFrom::Shared => {
                return match scope.elsewhere(flow.source) {
                    Some(rows) => Ok(rows),
                    // They were kept by an earlier run, all of them.
                    None => parts_of(held()?, flow.through.first().map_or(&[], |first| &*first.together)),
                };
            }
        }
        let taking = |id: StepId| match scope.only_for(stage, flow.source, id) {
            Some(used) => scope.slots.take(used).map_or_else(|| get(id), Ok),
            None => get(id),
        };
        let rows = self.made_in_parts(scope.graph.step(flow.source), &taking, context)?;
        let rows = rows.ok_or_else(|| internal("rows flow from a step that does not make them in parts"))?;
        Ok(Arc::new(Elsewhere::InParts(rows)))
    }

    /// What becomes of the rows that `each` gives away.
    fn end(
        &self,
        scope: &Scope<'_>,
        flow: &Flow,
        each: &dyn Fn(&mut Sink<'_>) -> Result<(), Fault>,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Done, Fault> {
        let table = |data: Data| Done { data: Some(data), ..Done::default() };
        match flow.end {
            End::Saved(step) => {
                let StepKind::Save { dataset, .. } = scope.graph.step(step).kind else {
                    return Err(internal("rows are saved by a step that saves nothing"));
                };
                let (dataset, project) = self.dataset(dataset)?;
                let saved = self.backend.save_parts(dataset, each, project)?;
                Ok(self.saved(&scope.id(step), dataset, saved, project))
            }
            End::Kept(step) => {
                let mut all = None;
                each(&mut |rows| append(&mut all, rows))?;
                let frame = all.unwrap_or_default().lazy();
                Ok(table(Data::Table(Table { frame, ty: table_type(scope, step)? })))
            }
            End::Reduced(step) => {
                let reduces = scope.graph.step(step);
                let before = before_end(flow);
                let ready = self.ready(reduces, None, before, get)?;
                let StepKind::Call { module, operator, .. } = &reduces.kind else {
                    return Err(internal("rows are reduced by a step that is no call"));
                };
                let implementation = self.backend.reducer(module, operator);
                let implementation = implementation.ok_or_else(|| not_implemented(module, operator))?;
                let call = Call { operator, args: ready.given(), result: &reduces.ty, context };
                let mut reducer = implementation(call, table_type(scope, before)?)?;
                each(&mut |rows| reducer.take(rows))?;
                reducer.finish().map(table)
            }
        }
    }
}

/// Rows in memory, some at a time; those with the same values of the columns `together`, which lie together, all at once.
fn parts_of(rows: DataFrame, together: &[Arc<str>]) -> Result<Arc<Elsewhere>, Fault> {
    let bounds = frame::cuts(&rows, together, PART)?;
    let parts = move |sink: &mut Sink<'_>| {
        bounds.windows(2).try_for_each(|ends| sink(rows.slice(ends[0] as i64, ends[1] - ends[0])))
    };
    Ok(Arc::new(Elsewhere::InParts(InParts::new(parts))))
}

/// So many rows of a table in memory are a part of it.
const PART: usize = 1 << 18;

/// Of a join, what it needs of the other table.
fn lookup<'a>(
    step: &'a Step,
    ready: &Ready<'_>,
    together: &[Arc<str>],
    context: &'a Context,
) -> Result<Option<Lookup<'a>>, Fault> {
    match &step.kind {
        StepKind::Call { module, operator, .. } if (&**module, &**operator) == ("std.table", "join") => {
            Lookup::new(Call { operator, args: ready.given(), result: &step.ty, context }, together).map(Some)
        }
        _ => Ok(None),
    }
}

/// The step whose rows the last one is given.
fn before_end(flow: &Flow) -> StepId {
    flow.through.last().map_or(flow.source, |passed| passed.step)
}

fn table_type(scope: &Scope<'_>, step: StepId) -> Result<TableType, Fault> {
    match &scope.graph.step(step).ty {
        Type::Table(ty) => Ok(ty.clone()),
        other => Err(internal(format!("rows flow through {other}"))),
    }
}

impl Ready<'_> {
    /// Its arguments but for its table.
    fn given(&self) -> Vec<(Arc<str>, Input)> {
        self.args.iter().filter_map(|(name, arg)| Some((name.clone(), arg.clone()?))).collect()
    }

    /// Whether rows of this type may come to it in parts, where those that agree in the columns `together` come together.
    fn by_parts(&self, ty: TableType, together: &[Arc<str>]) -> bool {
        self.args.iter().all(|(_, arg)| match arg {
            Some(Input::Data(Data::Fitted(fitted))) => {
                fitted.by_rows() || fitted.within(&ty.row).is_some_and(|column| *together == [column])
            }
            _ => true,
        })
    }
}

impl Scope<'_> {
    /// The stage of a step that only one step of another stage uses, and that once.
    fn only_for(&self, stage: &Stage, user: StepId, used: StepId) -> Option<usize> {
        let place = self.plan.stage_of(used)?;
        let uses = |step: StepId| {
            let inputs = inputs_of(self.graph.step(step));
            inputs.into_iter().filter(|input| self.plan.stage_of(*input) == Some(place)).count()
        };
        let all: usize = stage.steps.iter().map(|step| uses(step.id)).sum();
        (all == 1 && uses(user) == 1).then_some(place)
    }
}
