//! Stages that need not run again, and what is kept of those that did.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gml_connect::Fault;
use gml_ir::{StepId, StepKind};
use gml_operators::Data;

use super::{Around, Failure, Scope, Session};
use crate::cache::{Act, Entry, Keeping, Stamp, Trace, Verdict};
use crate::plan::Stage;

impl Session<'_> {
    /// Runs a stage, or takes what is kept of it.
    pub(super) fn stage_or_kept(
        &self,
        scope: &Scope<'_>,
        place: usize,
        verdict: &Verdict,
        threads: usize,
    ) -> Result<Option<Data>, Failure> {
        let stage = &scope.plan.stages[place];
        match verdict.act {
            Act::Run => {}
            Act::LeftOut => return Ok(None),
            Act::Cached => return self.kept(scope, stage, verdict, threads),
        }
        let provided = self.provided(scope, stage, threads);
        let (share, threads) = provided.inspect_err(|failure| self.journal.failed(&failure.step, 0.0))?;
        let started = Instant::now();
        let (result, held) = self.stage(scope, place, verdict, threads)?;
        drop(share);
        let Some(cache) = self.cache.filter(|cache| cache.keeps()) else { return Ok(result) };
        // What read a file that has changed since is kept under no key: it may have seen either.
        let changed = verdict.files.iter().any(|(file, stamp)| Stamp::of(file).ok().as_ref() != Some(stamp));
        let unsure = changed || scope.uses_unsure(stage) || scope.unsure[place].load(Ordering::Acquire);
        scope.unsure[place].store(unsure, Ordering::Release);
        if let Some(key) = verdict.key.as_ref().filter(|_| !unsure) {
            let took = started.elapsed();
            let steps = stage.steps.iter().map(|step| self.journal.trace(&scope.id(step.id))).collect();
            let keep = verdict.keep && scope.place_elsewhere(place).is_none();
            let kept = result.as_ref().filter(|_| keep).map(|data| cache.keep(data, took));
            let result = match kept {
                Some(Ok(Keeping::Kept(kept))) => Some(kept),
                Some(Err(fault)) => {
                    cache.stop(&fault.message);
                    None
                }
                Some(Ok(Keeping::Not)) | None => None,
            };
            let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
            cache.record(Entry { key: key.clone(), at, seconds: took.as_secs_f64(), steps, held, result });
        }
        Ok(result)
    }

    /// Puts what a stage left in the record of an earlier run into that of this one, and gives its result where a stage that
    /// runs needs it.
    fn kept(
        &self,
        scope: &Scope<'_>,
        stage: &Stage,
        verdict: &Verdict,
        threads: usize,
    ) -> Result<Option<Data>, Failure> {
        let nothing = Trace::default();
        for (place, step) in stage.steps.iter().enumerate() {
            let id = scope.id(step.id);
            let trace = verdict.entry.as_ref().and_then(|entry| entry.steps.get(place)).unwrap_or(&nothing);
            self.told_again(scope, step.id, &id, trace).map_err(|fault| Failure { fault, step: id.clone() })?;
            if let (Some(plan), StepKind::When { body, .. }) = (&stage.body, &scope.graph.step(step.id).kind) {
                match (&verdict.body, verdict.held) {
                    (Some(decided), Some(true)) => {
                        let budget = Arc::clone(&scope.budget);
                        let heard = scope.heard;
                        let around = Around { path: &id, threads, budget, heard, outer: &|_| None, unsure: false };
                        self.run_graph(body, plan, decided, around)?;
                    }
                    _ => self.does_not_hold(step, plan),
                }
            }
        }
        self.progress.step_cached(&stage.title(), self.next(), self.total);
        let Some((cache, kept)) = self.cache.zip(verdict.restore.as_ref()) else { return Ok(None) };
        let step = stage.steps.last().map_or_else(String::new, |step| scope.id(step.id));
        cache.restore(kept).map(Some).map_err(|fault| Failure { fault, step })
    }

    fn told_again(&self, scope: &Scope<'_>, step: StepId, id: &str, trace: &Trace) -> Result<(), Fault> {
        self.journal.cached(id, trace.rows);
        if !trace.metrics.is_empty() {
            self.journal.measured(id, trace.metrics.clone());
        }
        for kept in &trace.tolerated {
            let rows = kept.rows();
            self.tolerated(id, &kept.dataset, &[rows]);
        }
        if let (Some(saved), StepKind::Save { dataset, .. }) = (&trace.saved, &scope.graph.step(step).kind) {
            let name = self.program.datasets.get(*dataset as usize).map_or("", |dataset| &*dataset.name);
            self.journal.is_there(id, name, saved);
        }
        trace.artifacts.iter().try_for_each(|kept| self.keep_again(id, kept))
    }
}
