//! One stage: its steps one after the other, then the table that they give into memory.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use gml_connect::{Fault, Tolerated};
use gml_ir::{Location, StepId, StepKind};
use gml_operators::{Data, Table};
use polars::prelude::IntoLazy;

use super::scan::Scanned;
use super::step::{Done, holds};
use super::{Failure, Scope, Session};
use crate::backend::Stopped;
use crate::codes;
use crate::plan::{Plan, PlannedStep, Stage};

/// A stage under way.
struct Work {
    /// Results of the steps so far.
    results: HashMap<StepId, Data>,
    rows: Option<u64>,
}

impl Session<'_> {
    /// Runs a stage and gives the result of its last step, where it has one.
    pub(super) fn stage(&self, scope: &Scope<'_>, stage: &Stage) -> Result<Option<Data>, Failure> {
        let title = stage.title();
        self.progress.step_started(&title, self.next(), self.total);
        let started = Instant::now();
        let mut work = Work { results: HashMap::new(), rows: None };
        let last = stage.steps.len().saturating_sub(1);
        for (place, step) in stage.steps.iter().enumerate() {
            let step_started = Instant::now();
            let id = scope.id(step.id);
            if stage.scans.iter().any(|scan| scan.passes(step.id)) {
                // Done while reading, together with the last step that the rows go through.
                self.journal.ran(&id, 0.0, None);
                continue;
            }
            let result = match &stage.body {
                Some(body) => self.when(scope, stage, step, body),
                None => caught(|| self.planned_step(scope, stage, step, place == last, &mut work)).map_err(|stopped| {
                    // What goes wrong while reading is told of the step that loads.
                    let scan = stage.scans.iter().find(|scan| scan.last() == step.id);
                    let load = scan.and_then(|scan| stage.steps.iter().find(|step| step.id == scan.load));
                    let (fault, step) = match (stopped, load) {
                        (Stopped::Reading(fault), Some(load)) => (fault, load),
                        (Stopped::Reading(fault) | Stopped::Computing(fault), _) => (fault, step),
                    };
                    Failure { fault: located(fault, stage, step), step: scope.id(step.id) }
                }),
            };
            let seconds = step_started.elapsed().as_secs_f64();
            if let Err(failure) = result {
                // The step that loads is told of where reading failed; of what is within a `when`, that it failed too.
                self.journal.failed(if stage.body.is_some() { &id } else { &failure.step }, seconds);
                return Err(failure);
            }
            self.journal.ran(&id, seconds, work.rows);
        }
        self.progress.step_finished(&title, work.rows, started.elapsed().as_secs_f64());
        Ok(stage.steps.last().and_then(|step| work.results.remove(&step.id)))
    }

    /// Runs the body of a `when` if its condition holds.
    fn when(&self, scope: &Scope<'_>, stage: &Stage, step: &PlannedStep, plan: &Plan) -> Result<(), Failure> {
        let path = scope.id(step.id);
        let fail = |fault| Failure { fault: located(fault, stage, step), step: path.clone() };
        let StepKind::When { condition, body } = &scope.graph.step(step.id).kind else {
            return Err(fail(internal("a step that is no `when` has a body")));
        };
        let none = HashMap::new();
        let value = self.value(scope, &none, *condition).map_err(fail)?;
        if holds(&value).map_err(fail)? {
            let outer = |id: StepId| self.value(scope, &none, id).ok();
            return self.run_graph(body, plan, &path, &outer);
        }
        let (here, steps) = (place(&step.location), plan.len());
        let s = if steps == 1 { "" } else { "s" };
        self.progress.message(&format!("{here}: the condition of `when` does not hold: {steps} step{s} skipped"));
        Ok(())
    }

    fn planned_step(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        planned: &PlannedStep,
        is_last: bool,
        work: &mut Work,
    ) -> Result<(), Stopped> {
        let results = &work.results;
        let get = |id: StepId| self.value(scope, results, id);
        let done = match stage.scans.iter().find(|scan| scan.last() == planned.id) {
            Some(scan) => {
                let Scanned { data, dataset, rows, tolerated } = self.scan(scope, scan, &get)?;
                self.journal.counted(&scope.id(scan.load), rows);
                let rows = rows.filter(|_| scan.through.is_empty());
                Done { data: Some(data), rows, tolerated: Some((dataset, tolerated)) }
            }
            None => self.step(scope, scope.graph.step(planned.id), planned.id, &get).map_err(Stopped::Computing)?,
        };
        let Done { data, rows, tolerated } = done;
        work.rows = rows;
        if let Some((dataset, tolerated)) = tolerated {
            tolerated.iter().for_each(|rows| self.progress.message(&told(&dataset, rows)));
            self.journal.tolerated(&dataset, &tolerated);
        }
        let data = match data {
            Some(Data::Table(table)) if is_last => {
                let (table, rows) = self.in_memory(table).map_err(Stopped::Computing)?;
                work.rows = Some(rows);
                Some(Data::Table(table))
            }
            other => other,
        };
        work.results.extend(data.map(|data| (planned.id, data)));
        Ok(())
    }

    /// Runs the query of a table. Gives the table, now held in memory, and its rows.
    fn in_memory(&self, table: Table) -> Result<(Table, u64), Fault> {
        let frame = self.backend.collect(table.frame)?;
        let rows = frame.height() as u64;
        Ok((Table { frame: frame.lazy(), ty: table.ty }, rows))
    }

    /// The result of a step: of this stage, of an earlier one, or of the graph around this one.
    fn value(&self, scope: &Scope<'_>, results: &HashMap<StepId, Data>, id: StepId) -> Result<Data, Fault> {
        let found = match &scope.graph.step(id).kind {
            StepKind::Outer(outer) => (scope.outer)(*outer),
            _ => results.get(&id).cloned().or_else(|| scope.plan.stage_of(id).and_then(|stage| scope.slots.get(stage))),
        };
        found.ok_or_else(|| internal(format!("the result of step {} is not there", id.0 + 1)))
    }
}

/// A fault of gmlc itself.
pub(super) fn internal(message: impl Into<String>) -> Fault {
    Fault::new(codes::INTERNAL_ERROR, message)
        .help("this is a fault of gmlc, not of your program: please report it with the program")
}

/// Runs something; a panic in it becomes a fault.
fn caught<T>(work: impl FnOnce() -> Result<T, Stopped>) -> Result<T, Stopped> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Stopped::Computing(internal(panic_text(&*panic)))))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("this step broke down: {}", text.unwrap_or("it gave no reason"))
}

/// The fault with the place in the program. One that names a place of its own (a file) keeps it.
fn located(fault: Fault, stage: &Stage, step: &PlannedStep) -> Fault {
    let here = place(&step.location);
    let named = fault.place.is_some();
    let mut fault = fault.at(&here);
    let within = if step.within.is_empty() { String::new() } else { format!(" in {}", step.within.join(" > ")) };
    if named || !within.is_empty() {
        fault = fault.detail(format!("in the step `{}` at {here}{within}", step.name));
    }
    // Only the last step runs the query; what the others find is their own.
    if stage.steps.len() > 1 && stage.head() == Some(step) {
        let steps = stage.steps.iter().map(|step| format!("{} ({})", step.name, place(&step.location)));
        fault = fault.detail(format!("which runs as one query: {}", steps.collect::<Vec<_>>().join(", ")));
    }
    fault
}

fn place(location: &Location) -> String {
    format!("{}:{}:{}", location.file, location.line, location.column)
}

fn told(dataset: &str, rows: &Tolerated) -> String {
    let (count, s) = (rows.rows, if rows.rows == 1 { "" } else { "s" });
    let action = if rows.dropped { "left out" } else { "kept" };
    format!("{dataset}: {count} row{s} break `{} {}` and are {action}", rows.column, rows.rule)
}
