//! Groups of many rows: they and the steps behind them are done bucket by bucket, side by side, on disk where memory does not hold
//! them.

use std::path::Path;

use gml_connect::Fault;
use gml_ir::{Dataset, Step, StepId, StepKind, TableType, Type};
use gml_operators::{Context, Data, Keys, Table, Turns};
use polars::prelude::*;

use super::elsewhere::Elsewhere;
use super::scan::{Calls, Scanned};
use super::stage::{Halt, internal};
use super::step::Get;
use super::{Scope, Session};
use crate::backend::{self, Loaded, Room, Stopped};
use crate::plan::{Scan, Stage};
use crate::schedule;
use crate::spill::{self, BUCKETS, Buckets, Runs};

/// Of what may be taken in all, so much may wait in memory: it is there again as what is made of it, and once more on the way.
const PART: u64 = 8;

/// With fewer rows than these, threads that share them take longer than one.
const SHARED: usize = 1 << 14;

/// What reading and grouping gave.
pub(super) enum Gathered {
    /// The groups.
    Groups(Box<Scanned>),
    /// What the last step of the stage gives.
    All {
        /// Its table.
        data: Box<Data>,
        /// Rows of it.
        rows: u64,
        /// Bytes that it takes in memory.
        bytes: u64,
        /// Rows that were read.
        read: Option<u64>,
    },
}

impl Session<'_> {
    /// Reads a dataset and groups its rows; where there are many groups, the steps behind are done too, and where memory does not hold
    /// them, on disk.
    pub(super) fn gather(
        &self,
        scope: &Scope<'_>,
        place: usize,
        (scan, keys): (&Scan, &Keys),
        get: Get<'_>,
        context: &Context,
    ) -> Result<Gathered, Halt> {
        match scope.budget.limit() {
            Some(limit) => self.bounded(scope, place, (scan, keys), limit, get, context),
            None => self.shared(scope, place, (scan, keys), get, context),
        }
    }

    /// The groups in memory; threads share them with the steps behind, where there are many.
    fn shared(
        &self,
        scope: &Scope<'_>,
        place: usize,
        (scan, keys): (&Scan, &Keys),
        get: Get<'_>,
        context: &Context,
    ) -> Result<Gathered, Halt> {
        let stage = &scope.plan.stages[place];
        let (dataset, project, turns) = self.grouped(scope, scan)?;
        let ready = self.through(scope, scan, Some(turns), get)?;
        let through = |table: Table| ready.part(table, context);
        let merged = |table: Table| ready.merged(table, context);
        let Loaded { data, rows, tolerated, .. } =
            self.backend.scan(dataset, project, &scan.reading, &through, Some(&merged), context)?;
        let Data::Table(Table { frame, ty }) = data else {
            return Err(internal("rows that were read are no table").into());
        };
        let frame = self.backend.collect(frame).map_err(Stopped::Computing)?;
        if context.threads < 2 || frame.height() < SHARED {
            let data = Data::Table(Table { frame: frame.lazy(), ty });
            let loaded = Loaded { data, rows, tolerated, notes: Vec::new() };
            return groups(&ready, loaded, &dataset.name, context);
        }
        self.tolerated(&scope.id(scan.load), &dataset.name, &tolerated);
        let ready = self.through(scope, scan, Some(&turns.placed()), get)?;
        let shares = spill::shares(&frame, keys.names(), &Turns::place(), context.threads);
        let shares = shares.map_err(Stopped::Computing)?;
        drop(frame);
        let own = Context { threads: 1, ..context.clone() };
        let work = |share: usize| {
            let table = Table { frame: shares[share].clone().lazy(), ty: ty.clone() };
            let table = ready.whole(table, &own).map_err(Stopped::Computing)?;
            self.rest(scope, stage, scan.last(), table, get, &own)
        };
        let mut all = None;
        schedule::stream(shares.len(), context.threads, work, |rows| {
            gml_connect::append(&mut all, rows).map_err(|fault| Stopped::Computing(fault).into())
        })?;
        let all = spill::in_order(all.unwrap_or_default(), &Turns::place()).map_err(Stopped::Computing)?;
        let (rows_made, bytes) = (all.height() as u64, all.estimated_size() as u64);
        let ty = last_type(scope, place).map_err(Stopped::Computing)?;
        Ok(Gathered::All {
            data: Box::new(Data::Table(Table { frame: all.lazy(), ty })),
            rows: rows_made,
            bytes,
            read: rows,
        })
    }

    fn bounded(
        &self,
        scope: &Scope<'_>,
        place: usize,
        (scan, keys): (&Scan, &Keys),
        limit: u64,
        get: Get<'_>,
        context: &Context,
    ) -> Result<Gathered, Halt> {
        let stage = &scope.plan.stages[place];
        let (dataset, project, turns) = self.grouped(scope, scan)?;
        let Type::Table(ty) = &dataset.ty else { return Err(internal("what is read is no table").into()) };
        let placed = turns.placed();
        let ready = self.through(scope, scan, Some(&placed), get)?;
        let folder = self.scratch(&scope.id(scan.last()));
        let room =
            Room { keys: keys.names(), place: &Turns::place(), bytes: limit / PART, folder: &folder.join("buckets") };
        let through = |table: Table| ready.part(table, context);
        let merged = |table: Table| ready.merged(table, context);
        let gathered = self.backend.gather(dataset, project, &scan.reading, (&through, &merged), &room, context)?;
        match gathered {
            backend::Gathered::Table(loaded) => {
                // The place of each row was not needed.
                groups(&self.through(scope, scan, Some(turns), get)?, *loaded, &dataset.name, context)
            }
            backend::Gathered::Buckets { buckets, rows, tolerated } => {
                self.tolerated(&scope.id(scan.load), &dataset.name, &tolerated);
                self.progress.message(&format!(
                    "{}: memory does not hold all groups; they are put on disk and done in parts, by {}",
                    stage.title(),
                    keys.names().join(", ")
                ));
                let work = |bucket: usize| {
                    let table = buckets.read(bucket).map(|rows| Table { frame: rows.lazy(), ty: ty.clone() });
                    let table = table.and_then(|table| ready.merged(table, context));
                    let table = table.and_then(|table| ready.whole(table, context)).map_err(Stopped::Computing)?;
                    self.rest(scope, stage, scan.last(), table, get, context)
                };
                let filled = buckets.filled();
                let mut runs = Runs::new(&folder.join("runs"), Turns::place()).map_err(Stopped::Computing)?;
                let threads = side_by_side(&buckets, limit).min(context.threads);
                schedule::stream(
                    filled.len(),
                    threads,
                    |place| work(filled[place]),
                    |frame| runs.push(&frame).map_err(|fault| Stopped::Computing(fault).into()),
                )?;
                let made = runs.rows;
                let (data, bytes) = self.spilled(scope, place, runs).map_err(Stopped::Computing)?;
                Ok(Gathered::All { data: Box::new(data), rows: made, bytes, read: rows })
            }
        }
    }

    /// The dataset that a scan reads, the folder of its project, and the turns in which its rows are grouped.
    fn grouped<'a>(&'a self, scope: &Scope<'_>, scan: &'a Scan) -> Result<(&'a Dataset, &'a Path, &'a Turns), Halt> {
        let (StepKind::Load(dataset), Some(turns)) = (&scope.graph.step(scan.load).kind, &scan.turns) else {
            return Err(internal("rows are grouped in turns that are none").into());
        };
        let (dataset, project) = self.dataset(*dataset).map_err(Stopped::Reading)?;
        Ok((dataset, project, turns))
    }

    /// Does the steps behind the one that groups with the rows of a bucket.
    fn rest(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        group: StepId,
        groups: Table,
        get: Get<'_>,
        context: &Context,
    ) -> Result<DataFrame, Halt> {
        let mut rows = self.backend.collect(groups.frame).map_err(Stopped::Computing)?;
        let places = rows.drop_in_place(&Turns::place()).map_err(|error| internal(error.to_string()))?;
        let ty = |step: &Step| match &step.ty {
            Type::Table(ty) => Ok(ty.clone()),
            other => Err(internal(format!("rows become {other}"))),
        };
        let (mut before, mut table) =
            (group, Table { frame: rows.lazy(), ty: ty(scope.graph.step(group)).map_err(Stopped::Computing)? });
        let behind = stage.steps.iter().skip_while(|step| step.id != group).skip(1);
        for step in behind {
            let at = |fault| Halt::At(step.id, fault);
            let given = |id: StepId| if id == before { Ok(Data::Table(table.clone())) } else { get(id) };
            let done = self.step(scope, scope.graph.step(step.id), step.id, &given, context).map_err(at)?;
            let Some(Data::Table(made)) = done.data else { return Err(at(internal("a step gives no table"))) };
            // Run here, so that what goes wrong is told of this step.
            let rows = self.backend.collect(made.frame).map_err(at)?;
            (before, table) = (step.id, Table { frame: rows.lazy(), ty: made.ty });
        }
        let mut rows = self.backend.collect(table.frame).map_err(Stopped::Computing)?;
        if rows.height() != places.len() {
            return Err(internal("a step gives other rows than it takes").into());
        }
        rows.with_column(places).map_err(|error| internal(error.to_string()))?;
        Ok(rows)
    }

    /// The result of a stage whose rows are on disk: they stay there where they are only saved, and come into memory where not.
    fn spilled(&self, scope: &Scope<'_>, place: usize, runs: Runs) -> Result<(Data, u64), Fault> {
        let ty = last_type(scope, place)?;
        if scope.is_only_saved(place) {
            return Ok((scope.keep_elsewhere(place, Elsewhere::Runs(runs), ty), 0));
        }
        let all = backend::together(&|sink| runs.drain(sink))?;
        let bytes = all.estimated_size() as u64;
        Ok((Data::Table(Table { frame: all.lazy(), ty }), bytes))
    }
}

/// The groups of all that parts gave.
fn groups(ready: &Calls<'_>, loaded: Loaded, dataset: &str, context: &Context) -> Result<Gathered, Halt> {
    let Loaded { data, rows, tolerated, .. } = loaded;
    let Data::Table(table) = data else { return Err(internal("rows that were read are no table").into()) };
    let data = Data::Table(ready.whole(table, context).map_err(Stopped::Computing)?);
    Ok(Gathered::Groups(Box::new(Scanned { data, dataset: dataset.to_owned(), rows, tolerated })))
}

/// The type of the table that a stage gives.
fn last_type(scope: &Scope<'_>, place: usize) -> Result<TableType, Fault> {
    let last = scope.plan.stages[place].steps.last().map(|step| scope.graph.step(step.id));
    match last.map(|step| &step.ty) {
        Some(Type::Table(ty)) => Ok(ty.clone()),
        _ => Err(internal("rows become no table")),
    }
}

/// How many buckets fit into memory at the same time, with what is made of them.
fn side_by_side(buckets: &Buckets, limit: u64) -> usize {
    let each = PART * buckets.bytes() / BUCKETS as u64;
    usize::try_from(limit / each.max(1)).unwrap_or(usize::MAX).max(1)
}
