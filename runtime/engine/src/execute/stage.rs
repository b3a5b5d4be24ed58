//! One stage: its steps one after the other, then the table that they give into memory.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use gml_connect::{Fault, Tolerated};
use gml_ir::{Location, StepId, StepKind};
use gml_operators::{Context, Data, Table};
use polars::prelude::IntoLazy;

use super::scan::Scanned;
use super::spilled::Gathered;
use super::step::{Done, holds};
use super::{Around, Failure, Scope, Session};
use crate::backend::Stopped;
use crate::cache::{Decided, Verdict};
use crate::codes;
use crate::plan::{Plan, PlannedStep, Scan, Stage};

/// A stage under way.
struct Work {
    /// Results of the steps so far.
    results: HashMap<StepId, Data>,
    rows: Option<u64>,
    /// Bytes of the table that was put into memory.
    bytes: u64,
    /// Whether the steps that are left are done already.
    done: bool,
}

/// Why a step of a stage stopped.
pub(super) enum Halt {
    /// The step at hand, or the one that loads its rows.
    Stopped(Stopped),
    /// A step behind it, which was done with it.
    At(StepId, Fault),
}

impl From<Stopped> for Halt {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Stopped(Stopped::Computing(fault))
    }
}

impl Session<'_> {
    /// Runs a stage and gives the result of its last step, where it has one.
    pub(super) fn stage(
        &self,
        scope: &Scope<'_>,
        place: usize,
        verdict: &Verdict,
        threads: usize,
    ) -> Result<(Option<Data>, Option<bool>), Failure> {
        let stage = &scope.plan.stages[place];
        let expressions = self.context.expressions.of_rows(self.expected(scope, stage));
        let context = Context { threads, expressions, ..self.context.clone() };
        let title = stage.title();
        self.progress.step_started(&title, self.next(), self.total);
        let ids: Vec<String> = stage.steps.iter().map(|step| scope.id(step.id)).collect();
        self.journal.begins(ids.iter().map(String::as_str));
        let started = Instant::now();
        let mut work = Work { results: HashMap::new(), rows: None, bytes: 0, done: false };
        let mut held = None;
        let last = stage.steps.len().saturating_sub(1);
        for (number, step) in stage.steps.iter().enumerate() {
            let step_started = Instant::now();
            let id = &ids[number];
            let saves = |scan: &Scan| stage.streams && scan.last() == step.id;
            let passes = stage.flows.iter().any(|flow| flow.passes(step.id));
            if work.done || passes || stage.scans.iter().any(|scan| scan.passes(step.id) || saves(scan)) {
                // Done together with the last step that the rows go through.
                self.journal.ran(id, 0.0, work.rows.filter(|_| work.done && number == last));
                continue;
            }
            let result = match &stage.body {
                Some(body) => self.when(scope, stage, step, body, verdict, threads).map(|holds| held = Some(holds)),
                None => caught(|| self.planned_step(scope, place, step, number == last, &mut work, &context)).map_err(
                    |halt| {
                        // What goes wrong while reading is told of the step that loads.
                        let scan = stage.scans.iter().find(|scan| stage.streams || scan.last() == step.id);
                        let planned = |id: StepId| stage.steps.iter().find(|step| step.id == id);
                        let (fault, from) = match halt {
                            Halt::At(step, fault) => (fault, planned(step)),
                            Halt::Stopped(Stopped::Reading(fault)) => (fault, scan.and_then(|scan| planned(scan.load))),
                            Halt::Stopped(Stopped::Computing(fault)) if stage.streams => {
                                (fault, scan.and_then(|scan| planned(scan.last())))
                            }
                            Halt::Stopped(Stopped::Computing(fault) | Stopped::Writing(fault)) => (fault, None),
                        };
                        let step = from.unwrap_or(step);
                        Failure { fault: located(fault, stage, step), step: scope.id(step.id) }
                    },
                ),
            };
            let seconds = step_started.elapsed().as_secs_f64();
            if let Err(failure) = result {
                self.stays_if_stopped();
                // The step that loads is told of where reading failed; of what is within a `when`, that it failed too.
                self.journal.failed(if stage.body.is_some() { id } else { &failure.step }, seconds);
                return Err(failure);
            }
            self.journal.ran(id, seconds, work.rows);
        }
        self.count_within(scope, stage);
        self.progress.step_finished(&title, work.rows, started.elapsed().as_secs_f64());
        scope.bytes[place].store(work.bytes, Ordering::Release);
        Ok((stage.steps.last().and_then(|step| work.results.remove(&step.id)), held))
    }

    /// Runs the body of a `when` if its condition holds; tells whether it does.
    fn when(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        step: &PlannedStep,
        plan: &Plan,
        verdict: &Verdict,
        threads: usize,
    ) -> Result<bool, Failure> {
        let path = scope.id(step.id);
        let fail = |fault| Failure { fault: located(fault, stage, step), step: path.clone() };
        let StepKind::When { condition, body } = &scope.graph.step(step.id).kind else {
            return Err(fail(internal("a step that is no `when` has a body")));
        };
        let none = HashMap::new();
        let outer = |id: StepId| self.value(scope, &none, id).ok();
        let held = match verdict.held {
            Some(held) => held,
            None => self.value(scope, &none, *condition).and_then(|value| holds(&value)).map_err(fail)?,
        };
        if held {
            let all;
            let decided = match &verdict.body {
                Some(decided) => decided,
                None => {
                    all = Decided::all(plan);
                    &all
                }
            };
            let (budget, unsure) = (Arc::clone(&scope.budget), scope.uses_unsure(stage));
            let around = Around { path: &path, threads, budget, heard: scope.heard, outer: &outer, unsure };
            return self.run_graph(body, plan, decided, around).map(|()| true);
        }
        self.does_not_hold(step, plan);
        Ok(false)
    }

    /// Tells that the condition of a `when` does not hold.
    pub(super) fn does_not_hold(&self, step: &PlannedStep, plan: &Plan) {
        let (here, steps) = (place(&step.location), plan.len());
        let s = if steps == 1 { "" } else { "s" };
        self.progress.message(&format!("{here}: the condition of `when` does not hold: {steps} step{s} skipped"));
    }

    fn planned_step(
        &self,
        scope: &Scope<'_>,
        place: usize,
        planned: &PlannedStep,
        is_last: bool,
        work: &mut Work,
        context: &Context,
    ) -> Result<(), Halt> {
        let (stage, results) = (&scope.plan.stages[place], &work.results);
        let takes = scope.takes_each_once(stage);
        let get = |id: StepId| match takes.then(|| scope.plan.stage_of(id)).flatten() {
            Some(used) => scope.slots.take(used).map_or_else(|| self.value(scope, results, id), Ok),
            None => self.value(scope, results, id),
        };
        let scan = stage.scans.iter().find(|scan| scan.last() == planned.id);
        let flow = stage.flows.iter().find(|flow| flow.last() == planned.id);
        let done = match (scan, flow) {
            _ if stage.streams && is_last => {
                let scan = stage.scans.first();
                let scan = scan.ok_or_else(|| Stopped::Reading(internal("rows are streamed from nowhere")))?;
                self.stream(scope, scan, planned.id, &get, context)?
            }
            (Some(scan), _) => {
                let scanned = match &stage.buckets {
                    None => self.scan(scope, scan, &get, context)?,
                    Some(keys) => match self.gather(scope, place, (scan, keys), &get, context)? {
                        Gathered::Groups(groups) => *groups,
                        Gathered::All { data, rows, bytes, read } => {
                            self.journal.counted(&scope.id(scan.load), read);
                            (work.rows, work.bytes, work.done) = (Some(rows), bytes, true);
                            let last = stage.steps.last().map_or(planned.id, |step| step.id);
                            work.results.insert(last, *data);
                            return Ok(());
                        }
                    },
                };
                let Scanned { data, dataset, rows, tolerated } = scanned;
                self.journal.counted(&scope.id(scan.load), rows);
                let rows = rows.filter(|_| scan.through.is_empty());
                Done { data: Some(data), rows, tolerated: Some((dataset, tolerated)) }
            }
            (None, Some(flow)) => self.flow(scope, stage, flow, &get, context)?,
            (None, None) => {
                let in_parts = if is_last { self.in_parts(scope, place, planned.id, &get, context) } else { Ok(None) };
                if let Some(data) = in_parts.map_err(Stopped::Computing)? {
                    work.results.insert(planned.id, data);
                    return Ok(());
                }
                let step = scope.graph.step(planned.id);
                self.step(scope, step, planned.id, &get, context).map_err(Stopped::Computing)?
            }
        };
        let Done { data, rows, tolerated } = done;
        work.rows = rows;
        if let Some((dataset, rows)) = tolerated {
            self.tolerated(&scope.id(planned.id), &dataset, &rows);
        }
        let data = match data {
            Some(Data::Table(table)) if is_last => {
                let (table, rows, bytes) = self.in_memory(table).map_err(Stopped::Computing)?;
                (work.rows, work.bytes) = (Some(rows), bytes);
                Some(Data::Table(table))
            }
            Some(Data::Sequences(sequences)) if is_last => {
                work.bytes = sequences.bytes();
                Some(Data::Sequences(sequences))
            }
            other => other,
        };
        work.results.extend(data.map(|data| (planned.id, data)));
        Ok(())
    }

    /// Tells of rows that break contracts and do not stop the run.
    pub(super) fn tolerated(&self, id: &str, dataset: &str, tolerated: &[Tolerated]) {
        tolerated.iter().for_each(|rows| self.progress.message(&told(dataset, rows)));
        self.journal.tolerated(id, dataset, tolerated);
    }

    /// Runs the query of a table. Gives the table, now held in memory, its rows and the bytes that it takes.
    fn in_memory(&self, table: Table) -> Result<(Table, u64, u64), Fault> {
        let frame = self.backend.collect(table.frame)?;
        let (rows, bytes) = (frame.height() as u64, frame.estimated_size() as u64);
        Ok((Table { frame: frame.lazy(), ty: table.ty }, rows, bytes))
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
fn caught<T>(work: impl FnOnce() -> Result<T, Halt>) -> Result<T, Halt> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(internal(panic_text(&*panic)).into()))
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
    let (rows_break, are) = if rows.rows == 1 { ("row breaks", "is") } else { ("rows break", "are") };
    let action = if rows.dropped { "left out" } else { "kept" };
    format!("{dataset}: {} {rows_break} `{} {}` and {are} {action}", rows.rows, rows.column, rows.rule)
}
