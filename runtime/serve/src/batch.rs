//! Rows of several requests, scored together.
//!
//! Who comes while nothing is scored begins at once. Who comes while others are scored waits in line, and all who wait by then are
//! scored together. Where rows wait for those of requests that are just being read, it is for no longer than a window.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::{Fault, fault};
use polars::prelude::DataFrame;
use tokio::sync::oneshot;

use crate::measures::Measures;
use crate::model::Model;
use crate::refusal::Refusal;

/// Up to so many rows are scored by the thread that read them, where the model scores without a query: handing them to another
/// one takes longer than scoring them.
const AT_ONCE: usize = 64;
/// How long rows wait where a query scores them, unless told otherwise.
const WINDOW: Duration = Duration::from_millis(1);

/// Scores what comes.
pub(crate) struct Batcher {
    line: Mutex<Line>,
    /// Somebody came, or no more are being read.
    changed: Condvar,
    /// Requests that are being read: their rows will come.
    coming: AtomicUsize,
    settings: Settings,
    measures: Arc<Measures>,
}

/// How much is scored at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Requests that may wait.
    pub(crate) queue: usize,
    /// Rows that are scored at once.
    pub(crate) batch: usize,
    /// Batches at the same time.
    pub(crate) workers: usize,
    /// How long rows wait for others that are coming.
    pub(crate) window: Option<Duration>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Job>,
    /// Those who score at the moment.
    busy: usize,
}

/// Rows of one request.
struct Job {
    model: Arc<Model>,
    rows: DataFrame,
    answer: oneshot::Sender<Result<DataFrame, Fault>>,
}

/// A request that is being read.
pub(crate) struct Coming<'b>(&'b Batcher);

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        if self.0.coming.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.changed.notify_all();
        }
    }
}

impl Batcher {
    pub(crate) fn new(settings: Settings, measures: Arc<Measures>) -> Self {
        let settings = Settings { batch: settings.batch.max(1), workers: settings.workers.max(1), ..settings };
        Self { line: Mutex::default(), changed: Condvar::new(), coming: AtomicUsize::new(0), settings, measures }
    }

    /// Says that rows will come.
    pub(crate) fn coming(&self) -> Coming<'_> {
        self.coming.fetch_add(1, Ordering::AcqRel);
        Coming(self)
    }

    /// What the model says of rows.
    ///
    /// # Errors
    /// Where too many wait already, and what scoring answers with.
    pub(crate) async fn score(self: &Arc<Self>, model: &Arc<Model>, rows: DataFrame) -> Result<DataFrame, Refusal> {
        let is_small = model.scorer.is_quick() && rows.height() <= AT_ONCE && self.window(model).is_zero();
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut line = self.line();
            if line.busy >= self.settings.workers && line.waiting.len() >= self.settings.queue {
                return Err(Refusal::busy(format!("{} requests wait to be scored; come again", line.waiting.len())));
            }
            line.waiting.push_back(Job { model: Arc::clone(model), rows, answer });
            self.measures.waiting.fetch_add(1, Ordering::Relaxed);
            let begins = line.busy < self.settings.workers;
            line.busy += usize::from(begins);
            begins
        };
        self.changed.notify_all();
        if begins {
            let batcher = Arc::clone(self);
            if !is_small || batcher.score_next() {
                tokio::task::spawn_blocking(move || batcher.score_all());
            }
        }
        match answered.await {
            Ok(scored) => scored.map_err(|fault| Refusal::of_fault(&fault)),
            Err(_) => Err(Refusal::internal("scoring stopped before this request was answered")),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn window(&self, model: &Model) -> Duration {
        self.settings.window.unwrap_or(if model.scorer.is_quick() { Duration::ZERO } else { WINDOW })
    }

    /// Scores until nobody waits.
    fn score_all(&self) {
        loop {
            self.await_others();
            if !self.score_next() {
                return;
            }
        }
    }

    /// Waits for rows that are coming, no longer than the window.
    fn await_others(&self) {
        let mut line = self.line();
        let window = line.waiting.front().map_or(Duration::ZERO, |first| self.window(&first.model));
        let until = Instant::now() + window;
        while self.coming.load(Ordering::Acquire) > 0 && line.rows() < self.settings.batch {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            line = self.changed.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Scores those who wait in front; whether somebody waits behind them. Where nobody does, the caller scores no more.
    fn score_next(&self) -> bool {
        let batch = self.line().next(self.settings.batch);
        self.measures.waiting.fetch_sub(batch.len() as i64, Ordering::Relaxed);
        if !batch.is_empty() {
            self.score_batch(batch);
        }
        let mut line = self.line();
        if line.waiting.is_empty() {
            line.busy -= 1;
            return false;
        }
        true
    }

    fn score_batch(&self, mut batch: Vec<Job>) {
        // Who went away needs no answer.
        batch.retain(|job| !job.answer.is_closed());
        let Some(first) = batch.first() else { return };
        let model = Arc::clone(&first.model);
        // Counted before anybody is answered: who asks for the measures behind an answer finds it in them.
        self.measures.scored(batch.iter().map(|job| job.rows.height()).sum());
        if batch.len() == 1 {
            for job in batch {
                let scored = guarded_score(&model, &job.rows);
                let _ = job.answer.send(scored);
            }
        } else {
            match together(&model, &batch) {
                Ok(parts) => {
                    for (job, part) in batch.into_iter().zip(parts) {
                        let _ = job.answer.send(Ok(part));
                    }
                }
                // A row that the model cannot take is no fault of the others.
                Err(_) => {
                    for job in batch {
                        let scored = guarded_score(&model, &job.rows);
                        let _ = job.answer.send(scored);
                    }
                }
            }
        }
    }
}

impl Line {
    fn rows(&self) -> usize {
        self.waiting.iter().map(|job| job.rows.height()).sum()
    }

    /// Those in front that one model scores together: at least one, where there is one.
    fn next(&mut self, most: usize) -> Vec<Job> {
        let Some(first) = self.waiting.pop_front() else { return Vec::new() };
        let mut rows = first.rows.height();
        let mut batch = vec![first];
        while let (Some(last), Some(next)) = (batch.last(), self.waiting.front())
            && Arc::ptr_eq(&last.model, &next.model)
            && next.model.scorer.by_rows()
            && rows + next.rows.height() <= most
        {
            rows += next.rows.height();
            batch.extend(self.waiting.pop_front());
        }
        batch
    }
}

/// Scores the rows of several requests at once; what is said of those of each.
fn together(model: &Model, batch: &[Job]) -> Result<Vec<DataFrame>, Fault> {
    let mut all: Option<DataFrame> = None;
    for job in batch {
        match &mut all {
            Some(all) => {
                all.vstack_mut(&job.rows).map_err(|error| fault(&error))?;
            }
            None => all = Some(job.rows.clone()),
        }
    }
    let all = all.unwrap_or_default();
    let scored = guarded_score(model, &all)?;
    if scored.height() != all.height() {
        return Err(Fault::new("GML0999", "a model gave another number of rows than it was given"));
    }
    let mut start = 0;
    let parts = batch.iter().map(|job| {
        let part = scored.slice(start, job.rows.height());
        start += job.rows.height() as i64;
        part
    });
    Ok(parts.collect())
}

/// Scores, so that a fault of ours ends one request and not the server.
fn guarded_score(model: &Model, rows: &DataFrame) -> Result<DataFrame, Fault> {
    catch_unwind(AssertUnwindSafe(|| model.scorer.score(rows)))
        .unwrap_or_else(|_| Err(Fault::new("GML0999", "scoring stopped at a fault of gmlc: please report it")))
}
