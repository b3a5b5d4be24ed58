//! The search: trials one after the other, several at a time.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::Fault;

use super::kept::Kept;
use super::pruning::{Medians, Turns};
use super::sampler::{Outcome, Seen, suggest};
use super::space::{Point, Space};
use super::tuned::TrialState;
use crate::observer::Observer;

/// A trial may know of those that are at least so many places before it: so many can run at once, and what each knows
/// does not depend on how many do.
pub(crate) const LANES: usize = 4;

/// When a search ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    /// After so many trials.
    Trials(usize),
    /// When no trial can begin within that time any more; one is made in any case.
    Budget(Duration),
}

/// What a search looks for.
pub(super) struct Study<'s> {
    pub(super) space: &'s Space,
    /// The arguments as the program gives them: the first trial.
    pub(super) start: Vec<Option<Point>>,
    pub(super) limit: Limit,
    pub(super) seed: u64,
    pub(super) turns: Turns,
    /// Trials at once.
    pub(super) workers: usize,
    /// Where trials are kept, and those that are there already.
    pub(super) kept: Option<Kept>,
    /// Who says whether the run is to stop.
    pub(super) observer: Observer,
}

/// A trial that has ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) points: Vec<Option<Point>>,
    pub(super) state: TrialState,
    /// Smaller is better.
    pub(super) value: Option<f64>,
    /// The value after each turn; smaller is better.
    pub(super) curve: Vec<f64>,
    pub(super) seconds: f64,
    pub(super) failure: Option<String>,
}

/// What a trial is made with.
pub(super) struct Attempt<'a> {
    pub(super) points: &'a [Option<Point>],
    /// Takes the value after each turn.
    pub(super) watch: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
    /// Where it may keep what it has done so far, for the case that the run is stopped.
    pub(super) unfinished: Option<PathBuf>,
}

struct State {
    started: usize,
    ended: Vec<Option<Ended>>,
    /// A trial panicked, was stopped, or could not be kept: nobody waits for it.
    broken: bool,
    failure: Option<Fault>,
}

impl Study<'_> {
    /// Makes trials until the limit. `attempt` learns and judges; it gives nothing where it was told to stop.
    ///
    /// # Errors
    /// Where a trial cannot be kept, and where the run is stopped.
    pub(super) fn run(
        &self,
        attempt: impl Fn(Attempt<'_>) -> Result<Option<f64>, Fault> + Sync,
    ) -> Result<Vec<Ended>, Fault> {
        let began = Clock { now: Instant::now(), before: self.kept.as_ref().map_or(Duration::ZERO, Kept::elapsed) };
        let state = Mutex::new(State { started: 0, ended: Vec::new(), broken: false, failure: None });
        let changed = Condvar::new();
        let work = || {
            let guard = Broken { state: &state, changed: &changed };
            while let Some((trial, seen, medians)) = self.next(&state, &changed, began) {
                match self.trial(trial, &seen, &medians, began, &attempt) {
                    Ok(ended) => lock(&state).ended[trial] = Some(ended),
                    Err(failure) => {
                        let mut held = lock(&state);
                        held.broken = true;
                        held.failure.get_or_insert(failure);
                    }
                }
                changed.notify_all();
            }
            std::mem::forget(guard);
        };
        std::thread::scope(|scope| {
            for _ in 1..self.workers.clamp(1, LANES) {
                // Where no further thread is to be had, this one does the work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
        let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match state.failure {
            Some(failure) => Err(failure),
            None => Ok(state.ended.into_iter().flatten().collect()),
        }
    }

    /// The next trial, once all that it may know of have ended.
    fn next(&self, state: &Mutex<State>, changed: &Condvar, began: Clock) -> Option<(usize, Vec<Seen>, Medians)> {
        let mut held = lock(state);
        let over = match self.limit {
            Limit::Trials(count) => held.started >= count,
            // A trial that was made in time counts, whenever it was.
            Limit::Budget(time) => {
                let made = self.kept.as_ref().is_some_and(|kept| kept.has(held.started));
                held.started > 0 && !made && began.elapsed() >= time
            }
        };
        if over || held.broken {
            return None;
        }
        let trial = held.started;
        held.started += 1;
        held.ended.push(None);
        let known = (trial + 1).saturating_sub(LANES);
        while held.ended[..known].iter().any(Option::is_none) && !held.broken {
            held = changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        let ended: Vec<(usize, &Ended)> = held.ended[..known]
            .iter()
            .enumerate()
            .filter_map(|(place, ended)| Some((place, ended.as_ref()?)))
            .collect();
        let seen = ended.iter().map(|(trial, ended)| Seen {
            trial: *trial,
            points: ended.points.clone(),
            outcome: ended.outcome(),
        });
        let whole = ended.iter().filter(|(_, ended)| ended.state == TrialState::Done && !ended.curve.is_empty());
        let curves: Vec<&[f64]> = whole.map(|(_, ended)| ended.curve.as_slice()).collect();
        Some((trial, seen.collect(), Medians::new(&curves)))
    }

    fn trial(
        &self,
        trial: usize,
        seen: &[Seen],
        medians: &Medians,
        search: Clock,
        attempt: &(impl Fn(Attempt<'_>) -> Result<Option<f64>, Fault> + Sync),
    ) -> Result<Ended, Fault> {
        let began = Instant::now();
        let points = if trial == 0 { self.start.clone() } else { suggest(self.space, seen, trial, self.seed) };
        if let Some(ended) = self.kept.as_ref().and_then(|kept| kept.get(trial, &points)) {
            return Ok(ended);
        }
        let mut curve: Vec<f64> = Vec::new();
        let mut watch = |value: f64| {
            curve.push(value);
            if medians.hopeless(&curve, self.turns) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let unfinished = self.kept.as_ref().map(|kept| kept.folder_of(trial));
        let result = match attempt(Attempt { points: &points, watch: &mut watch, unfinished }) {
            // What was stopped has not failed: a later run goes on with it.
            Err(fault) if self.observer.is_stopped() => return Err(fault),
            result => result,
        };
        let (state, value, failure) = match result {
            Ok(Some(value)) if value.is_finite() => (TrialState::Done, Some(value), None),
            Ok(Some(value)) => (TrialState::Failed, None, Some(format!("the metric is {value}"))),
            Ok(None) => (TrialState::Pruned, None, None),
            Err(fault) => (TrialState::Failed, None, Some(fault.message)),
        };
        let ended = Ended { points, state, value, curve, seconds: began.elapsed().as_secs_f64(), failure };
        if let Some(kept) = &self.kept {
            kept.add(trial, &ended, search.elapsed())?;
        }
        Ok(ended)
    }
}

/// The time since a search began, that of runs which were stopped among it.
#[derive(Clone, Copy)]
struct Clock {
    now: Instant,
    before: Duration,
}

impl Clock {
    fn elapsed(self) -> Duration {
        self.before + self.now.elapsed()
    }
}

impl Ended {
    fn outcome(&self) -> Outcome {
        match (self.state, self.value) {
            (TrialState::Done, Some(value)) => Outcome::Done(value),
            (TrialState::Pruned, _) => {
                Outcome::Pruned { rounds: self.curve.len(), value: self.curve.last().copied().unwrap_or(f64::INFINITY) }
            }
            _ => Outcome::Failed,
        }
    }
}

/// Wakes those who wait for a trial that panicked.
struct Broken<'s> {
    state: &'s Mutex<State>,
    changed: &'s Condvar,
}

impl Drop for Broken<'_> {
    fn drop(&mut self) {
        lock(self.state).broken = true;
        self.changed.notify_all();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
