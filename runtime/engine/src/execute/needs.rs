//! What a stage gets of threads and memory.

use gml_connect::{Fault, Size};
use gml_ir::StepKind;
use gml_operators::RowBackend;

use super::{Failure, Scope, Session};
use crate::budget::Share;
use crate::codes;
use crate::plan::{Kept, PlannedStep, Stage};

/// A part that is read is there as it was read and as what became of it.
const COPIES: u64 = 2;

impl Session<'_> {
    /// The memory for a stage, once it is there, and how many threads it may use: no more than its nodes are given, and so many that
    /// the parts that it reads side by side fit.
    pub(super) fn provided(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        threads: usize,
    ) -> Result<(Option<Share>, usize), Failure> {
        let mut threads = threads.min(stage.resources.cpu.map_or(usize::MAX, |cpu| cpu as usize)).max(1);
        // The body of a `when` has needs of its own, and waits for others.
        let (Some(limit), None) = (scope.budget.limit(), &stage.body) else { return Ok((None, threads)) };
        let used = stage.uses.iter().map(|used| scope.slots.bytes(*used)).sum::<u64>();
        let mut needed = used;
        for scan in &stage.scans {
            let Some(Size { bytes, least, parts, .. }) = self.size(scope, scan) else { continue };
            let all_at_once = scan.through.is_empty() && (stage.kept.is_some() || stage.steps.len() == 1);
            if all_at_once && least > limit {
                return Err(self.too_large(scope, stage, scan.load, least, limit));
            }
            let by_parts = stage.streams || scan.turns.is_some();
            let part = COPIES * bytes / (parts.max(1) as u64);
            let room = scope.budget.left().unwrap_or(limit).saturating_sub(needed).max(part);
            let side_by_side = room / part.max(1);
            threads = threads.min(usize::try_from(side_by_side).unwrap_or(usize::MAX)).max(1);
            needed += if by_parts { part * threads as u64 } else { bytes };
        }
        let needed = stage.resources.memory.unwrap_or(needed);
        Ok((Some(scope.budget.work(needed)), threads))
    }

    /// How many rows a stage reads, where that can be told before and what computes its row expressions depends on it.
    pub(super) fn expected(&self, scope: &Scope<'_>, stage: &Stage) -> Option<u64> {
        let has_rows = |step: &PlannedStep| {
            self.backend.rows(&scope.graph.step(step.id).kind, &self.context.expressions).is_some()
        };
        let [scan] = stage.scans.as_slice() else { return None };
        // What was asked for by name computes any number of rows.
        let is_chosen = self.context.expressions.backend != RowBackend::Auto;
        if is_chosen || !stage.steps.iter().any(has_rows) {
            return None;
        }
        self.size(scope, scan)?.rows
    }

    /// How much memory what a scan reads takes.
    fn size(&self, scope: &Scope<'_>, scan: &crate::plan::Scan) -> Option<Size> {
        let StepKind::Load(dataset) = scope.graph.step(scan.load).kind else { return None };
        let (dataset, project) = self.dataset(dataset).ok()?;
        // What cannot be looked at is told where it is read.
        self.backend.size(dataset, project, &scan.reading)
    }

    fn too_large(&self, scope: &Scope<'_>, stage: &Stage, load: gml_ir::StepId, least: u64, limit: u64) -> Failure {
        let why = match &stage.kept {
            Some(Kept::HandedTo(step)) => format!("`{step}` needs all of it in memory"),
            Some(Kept::Shared(times)) => format!("it is used {times} times and held in memory for that"),
            Some(Kept::Rewritten) => "this pipeline also writes it, so that it is held in memory".into(),
            Some(Kept::Alone) => "each step is done by itself (--stepwise), so that it is held in memory".into(),
            Some(Kept::Conditional) | None => "it is held in memory".into(),
        };
        let name = crate::plan::step_name(self.program, scope.graph, load);
        let location = &scope.graph.step(load).location;
        let gibibytes = |bytes: u64| bytes as f64 / (1_u64 << 30) as f64;
        let message = format!(
            "`{name}` takes at least {:.2} GiB of memory, and {:.2} GiB may be used",
            gibibytes(least),
            gibibytes(limit)
        );
        let fault = Fault::new(codes::OUT_OF_MEMORY, message)
            .at(format!("{}:{}:{}", location.file, location.line, location.column))
            .detail(why)
            .help(
                "filter rows or select columns before, or give more: --memory, or resources of the pipeline in an env",
            );
        Failure { fault, step: scope.id(load) }
    }
}
