//! The search: what is tried, in which order, and what becomes of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::Fault;
use gml_ir::Value;

use super::ensemble::Ensemble;
use super::family::{self, Family, Ready};
use super::selection;
use crate::data::{Context, Table};
use crate::learn::parameters::Objective;
use crate::learn::{rounds_of, sample};
use crate::learned::{Change, Fitted, Watch};
use crate::metrics::{Sample, judge};
use crate::tune::{LANES, Limit};

/// How long it looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effort {
    /// For about so long.
    Budget(Duration),
    /// All starts, and so many trials of a search behind them: what is found does not depend on the machine.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests need a search that always makes the same trials"))]
    Trials(usize),
}

/// The share of the budget until which arguments to begin with are tried, and until which others are looked for. What is left
/// is for the ensemble and for learning it anew.
const STARTS_UNTIL: f64 = 0.35;
const TRIALS_UNTIL: f64 = 0.65;
/// Until when what was begun in time may go on. Of what is not done then nothing is kept, but of the very first model.
const DONE_UNTIL: f64 = 0.85;
/// Learning anew takes longer than learning did: there are more rows.
const LONGER: f64 = 1.5;
/// How often the chosen ones are learned anew.
const TURNS: u32 = 3;
/// Models kept: more than an ensemble may choose from.
const KEPT: usize = 48;

/// What is looked for, and how it is judged.
pub(super) struct Task<'t> {
    pub(super) train: &'t Table,
    pub(super) valid: &'t Table,
    pub(super) objective: Objective,
    pub(super) metric: &'t Value,
    /// -1 where more is better: what is looked for is small.
    pub(super) sign: f64,
    pub(super) seed: u64,
    pub(super) context: &'t Context,
}

/// A row of the leaderboard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) model: String,
    /// NaN where it could not be learned.
    pub(super) score: f64,
    pub(super) seconds: f64,
}

/// What was found.
pub(super) struct Found {
    pub(super) model: Arc<dyn Fitted>,
    /// The best first.
    pub(super) board: Vec<Line>,
}

/// A model that was learned.
pub(super) struct Candidate {
    pub(super) family: usize,
    pub(super) changes: Vec<Change>,
    /// Behind the recipe of its family.
    model: Arc<dyn Fitted>,
    /// What it says of the rows to judge on.
    raw: Vec<f64>,
    /// Smaller is better.
    value: f64,
    pub(super) seconds: f64,
}

/// A model of the ensemble, with its share.
type Member = (Arc<dyn Fitted>, f64);

/// A candidate that the ensemble has.
struct Chosen<'c> {
    candidate: &'c Candidate,
    share: f64,
    /// After which trees stop.
    rounds: Option<usize>,
}

impl Candidate {
    /// Tells candidates apart.
    fn name(&self, families: &[Family]) -> String {
        named(families[self.family].name, &self.changes)
    }
}

fn named(family: &str, changes: &[Change]) -> String {
    let told = changes.iter().map(|change| match &change.value {
        Value::Float(number) => format!("{} {}", change.argument, (number * 1e4).round() / 1e4),
        other => format!("{} {other}", change.argument),
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { family.to_owned() } else { format!("{family}: {}", told.join(", ")) }
}

/// What was tried until now.
#[derive(Default)]
struct Tried {
    candidates: Vec<Candidate>,
    board: Vec<Line>,
    first_failure: Option<Fault>,
}

impl Task<'_> {
    pub(super) fn search(&self, effort: Effort) -> Result<Found, Fault> {
        let began = Instant::now();
        // Seeds of estimators are whole numbers from 0 that fit 31 bits.
        let seed = (self.seed & 0x7fff_ffff).cast_signed();
        let families = family::families(self.objective, self.train, seed, self.context)?;
        let tried = Mutex::new(Tried::default());
        let ready = self.starts(&families, &tried, effort, began)?;
        self.trials(&families, &ready, &tried, effort, began)?;
        let Tried { mut candidates, mut board, first_failure } =
            tried.into_inner().unwrap_or_else(PoisonError::into_inner);
        if candidates.is_empty() {
            return Err(first_failure
                .unwrap_or_else(|| Fault::new("GML0921", "automl could learn no model"))
                .help("see whether boosted_trees learns from these rows"));
        }
        sort(&mut candidates, &families);
        let model = self.ensemble(&families, &ready, &candidates, &mut board, effort, began)?;
        // NaN comes last, whichever way the metric goes.
        board.sort_by(|a, b| {
            let place = |line: &Line| if line.score.is_nan() { f64::INFINITY } else { self.sign * line.score };
            place(a).total_cmp(&place(b))
        });
        Ok(Found { model, board })
    }

    /// Arguments to begin with: the first of each family, then the second, and so on.
    fn starts(
        &self,
        families: &[Family],
        tried: &Mutex<Tried>,
        effort: Effort,
        began: Instant,
    ) -> Result<Vec<Option<Ready>>, Fault> {
        let mut ready: Vec<Option<Ready>> = families.iter().map(|_| None).collect();
        let most = families.iter().map(|family| family.starts.len()).max().unwrap_or_default();
        for start in 0..most {
            for (place, family) in families.iter().enumerate() {
                let Some(changes) = family.starts.get(start) else { continue };
                let is_first = lock(tried).candidates.is_empty();
                if !is_first && effort.is_over(began, STARTS_UNTIL) {
                    return Ok(ready);
                }
                let now = Instant::now();
                if start == 0 {
                    match family.ready(self.train, self.valid, self.context) {
                        Ok(made) => ready[place] = Some(made),
                        Err(fault) => self.failed(named(family.name, &[]), fault, now, tried),
                    }
                }
                // A family whose recipe cannot be learned has been told of.
                let Some(of) = &ready[place] else { continue };
                let watch = Watch { metric: None, told: &mut |_| std::ops::ControlFlow::Continue(()) };
                // One model is made in any case: trees of the rounds for which there is time, sums however long they take.
                let context = match (is_first, family.is_trees) {
                    (true, true) => self.until(effort, began, 1.0),
                    (true, false) => self.context.clone(),
                    (false, _) => self.until(effort, began, DONE_UNTIL),
                };
                match self.candidate(place, of, changes, watch, &context) {
                    _ if !is_first && context.observer.is_late() => {
                        self.late(named(family.name, changes), now, tried);
                        return Ok(ready);
                    }
                    Ok(Some(mut candidate)) => {
                        candidate.seconds = now.elapsed().as_secs_f64();
                        self.keep(candidate, families, tried);
                    }
                    Ok(None) => {}
                    Err(fault) if is_misfit(&fault) => return Err(fault),
                    Err(fault) => self.failed(named(family.name, changes), fault, now, tried),
                }
            }
        }
        Ok(ready)
    }

    /// Looks for better arguments of the trees that did best.
    fn trials(
        &self,
        families: &[Family],
        ready: &[Option<Ready>],
        tried: &Mutex<Tried>,
        effort: Effort,
        began: Instant,
    ) -> Result<(), Fault> {
        let best = {
            let tried = lock(tried);
            let trees = tried.candidates.iter().filter(|candidate| families[candidate.family].is_trees);
            trees.min_by(|a, b| a.value.total_cmp(&b.value)).map(|candidate| candidate.family)
        };
        let Some(place) = best else { return Ok(()) };
        let Some(of) = &ready[place] else { return Ok(()) };
        let limit = match effort {
            Effort::Trials(0) => return Ok(()),
            Effort::Trials(count) => Limit::Trials(count),
            Effort::Budget(budget) => match budget.mul_f64(TRIALS_UNTIL).checked_sub(began.elapsed()) {
                Some(left) if !left.is_zero() => Limit::Budget(left),
                _ => return Ok(()),
            },
        };
        let workers = self.context.threads.clamp(1, LANES);
        let threads = (self.context.threads / workers).max(1);
        let context = self.until(effort, began, DONE_UNTIL);
        let context = Context { threads, observer: context.observer.quiet(), ..context };
        crate::tune::search(
            &family::tree_space(),
            &*families[place].learner,
            limit,
            self.seed,
            workers,
            self.metric,
            |changes: &[Change], watch: Watch<'_>| {
                let now = Instant::now();
                let made = self.candidate(place, of, changes, watch, &context);
                if context.observer.is_late() {
                    self.late(named(families[place].name, changes), now, tried);
                    return Ok(None);
                }
                let Some(mut candidate) = made? else { return Ok(None) };
                candidate.seconds = now.elapsed().as_secs_f64();
                let value = candidate.value;
                self.keep(candidate, families, tried);
                Ok(Some(value))
            },
        )
    }

    /// Learns and judges; nothing where `watch` ended it.
    fn candidate(
        &self,
        family: usize,
        of: &Ready,
        changes: &[Change],
        watch: Watch<'_>,
        context: &Context,
    ) -> Result<Option<Candidate>, Fault> {
        let Some(model) = of.trials.fit(changes, watch, context)? else { return Ok(None) };
        let sample = sample(&*model, of.trials.valid(), context)?;
        let value = self.value(&sample)?;
        let raw = selection::raw(&sample.outcome);
        Ok(Some(Candidate { family, changes: changes.to_vec(), model, raw, value, seconds: 0.0 }))
    }

    fn value(&self, sample: &Sample) -> Result<f64, Fault> {
        judge(self.metric, sample).map(|value| self.sign * value)
    }

    fn keep(&self, candidate: Candidate, families: &[Family], tried: &Mutex<Tried>) {
        let mut tried = lock(tried);
        let line =
            Line { model: candidate.name(families), score: self.sign * candidate.value, seconds: candidate.seconds };
        tried.board.push(line);
        tried.candidates.push(candidate);
        if tried.candidates.len() > 2 * KEPT {
            sort(&mut tried.candidates, families);
            tried.candidates.truncate(KEPT);
        }
    }

    /// The same circumstances, for what has to be done when that share of the budget is over.
    pub(super) fn until(&self, effort: Effort, began: Instant, share: f64) -> Context {
        let Effort::Budget(budget) = effort else { return self.context.clone() };
        // What ends in thousands of years has no end.
        let until = began.checked_add(budget.mul_f64(share));
        let observer = until.map_or_else(|| self.context.observer.clone(), |until| self.context.observer.until(until));
        Context { observer, ..self.context.clone() }
    }

    fn late(&self, name: String, began: Instant, tried: &Mutex<Tried>) {
        let line = Line {
            model: format!("{name} (given up: out of time)"),
            score: f64::NAN,
            seconds: began.elapsed().as_secs_f64(),
        };
        lock(tried).board.push(line);
    }

    fn failed(&self, name: String, fault: Fault, began: Instant, tried: &Mutex<Tried>) {
        let mut tried = lock(tried);
        let model = format!("{name} (not learned: {})", fault.message);
        tried.board.push(Line { model, score: f64::NAN, seconds: began.elapsed().as_secs_f64() });
        tried.first_failure.get_or_insert(fault);
    }

    /// The chosen models learned from all rows, with their shares; those of trees several times, with other rows and columns
    /// left out by chance each time, as long as there is time: their mean depends less on chance than any of them.
    fn anew(
        &self,
        families: &[Family],
        ready: &[Option<Ready>],
        chosen: &[Chosen<'_>],
        board: &mut Vec<Line>,
        effort: Effort,
        began: Instant,
    ) -> Result<Vec<Member>, Fault> {
        let rows = family::together(self.train, self.valid)?;
        let (now, context) = (Instant::now(), self.until(effort, began, 1.0));
        let mut of_candidate: Vec<Vec<Arc<dyn Fitted>>> = vec![Vec::new(); chosen.len()];
        for turn in 0..TURNS {
            if turn > 0 && !effort.has_time(began, now.elapsed().as_secs_f64() / f64::from(turn) * LONGER) {
                break;
            }
            for (Chosen { candidate, rounds, .. }, models) in chosen.iter().zip(&mut of_candidate) {
                let family = &families[candidate.family];
                if turn == 0 || family.is_trees {
                    match family.anew(&candidate.changes, *rounds, turn, &rows, &context) {
                        // As one that could not be learned, and nothing to tell of.
                        _ if context.observer.is_late() => {
                            if turn == 0 {
                                let ready = ready[candidate.family].as_ref().ok_or_else(lost)?;
                                models.push(ready.whole(&candidate.model)?);
                            }
                        }
                        Ok(model) => models.push(model),
                        // It stays as it was learned from `train`; later turns are extra.
                        Err(fault) => {
                            board.push(Line {
                                model: format!(
                                    "{} from all rows (not learned: {})",
                                    candidate.name(families),
                                    fault.message
                                ),
                                score: f64::NAN,
                                seconds: now.elapsed().as_secs_f64(),
                            });
                            if turn == 0 {
                                let ready = ready[candidate.family].as_ref().ok_or(fault)?;
                                models.push(ready.whole(&candidate.model)?);
                            }
                        }
                    }
                }
            }
        }
        let shared = |(models, chosen): (Vec<Arc<dyn Fitted>>, &Chosen<'_>)| {
            let share = chosen.share / models.len().max(1) as f64;
            models.into_iter().map(move |model| (model, share)).collect::<Vec<_>>()
        };
        Ok(of_candidate.into_iter().zip(chosen).flat_map(shared).collect())
    }

    /// The models that together do best, learned anew from all rows where there is time for it.
    fn ensemble(
        &self,
        families: &[Family],
        ready: &[Option<Ready>],
        candidates: &[Candidate],
        board: &mut Vec<Line>,
        effort: Effort,
        began: Instant,
    ) -> Result<Arc<dyn Fitted>, Fault> {
        let now = Instant::now();
        // The best, then the best of each other family: what differs most helps most.
        let is_first = |place: usize| candidates[..place].iter().all(|known| known.family != candidates[place].family);
        let mut order: Vec<&Candidate> =
            (0..candidates.len()).filter(|place| is_first(*place)).map(|place| &candidates[place]).collect();
        let others = candidates.iter().filter(|candidate| order.iter().all(|known| !std::ptr::eq(*known, *candidate)));
        let others: Vec<&Candidate> = others.collect();
        order.extend(others);
        let value = |sample: &Sample| self.value(sample);
        // Where one of them cannot be learned from other rows, all are judged by what they say of `valid`.
        let unseen = match self.unseen(families, &order, effort, began) {
            Ok(unseen) => unseen,
            Err(fault) => {
                board.push(Line {
                    model: format!("learning again without a fifth of the rows (not done: {})", fault.message),
                    score: f64::NAN,
                    seconds: now.elapsed().as_secs_f64(),
                });
                None
            }
        };
        let (shares, value) = match &unseen {
            Some(unseen) => {
                let raws: Vec<&[f64]> = unseen.raws.iter().map(|(raw, _)| raw.as_slice()).collect();
                selection::select(&raws, &unseen.sample, self.objective, value, self.seed, self.context)?
            }
            None => {
                let of_first = ready[order[0].family].as_ref().ok_or_else(lost)?;
                let judged = sample(&*order[0].model, of_first.trials.valid(), self.context)?;
                let raws: Vec<&[f64]> = order.iter().map(|candidate| candidate.raw.as_slice()).collect();
                selection::select(&raws, &judged, self.objective, value, self.seed, self.context)?
            }
        };
        let rounds = |place: usize| match &unseen {
            Some(unseen) => unseen.raws[place].1,
            None => rounds_of(&*order[place].model),
        };
        let chosen = order.iter().zip(shares).enumerate().filter(|(_, (_, share))| *share > 0.0);
        let chosen: Vec<Chosen<'_>> =
            chosen.map(|(place, (candidate, share))| Chosen { candidate, share, rounds: rounds(place) }).collect();
        let again: f64 = chosen.iter().map(|chosen| chosen.candidate.seconds * LONGER).sum();
        let is_time = effort.has_time(began, again);
        let mut models = Vec::with_capacity(chosen.len());
        let mut shares = Vec::with_capacity(chosen.len());
        if is_time {
            for (model, share) in self.anew(families, ready, &chosen, board, effort, began)? {
                models.push(model);
                shares.push(share);
            }
        } else {
            for Chosen { candidate, share, .. } in &chosen {
                models.push(ready[candidate.family].as_ref().ok_or_else(lost)?.whole(&candidate.model)?);
                shares.push(*share);
            }
        }
        if let [model] = models.as_slice() {
            return Ok(Arc::clone(model));
        }
        board.push(Line {
            model: format!("ensemble of {}", models.len()),
            score: self.sign * value,
            seconds: now.elapsed().as_secs_f64(),
        });
        Ok(Arc::new(Ensemble::new(models, shares, self.objective, Arc::clone(&self.train.ty.row))?))
    }
}

impl Effort {
    /// Whether what takes so many seconds can be done yet.
    fn has_time(self, began: Instant, seconds: f64) -> bool {
        match self {
            Self::Budget(budget) => began.elapsed().as_secs_f64() + seconds <= budget.as_secs_f64(),
            Self::Trials(_) => true,
        }
    }

    fn is_over(self, began: Instant, share: f64) -> bool {
        match self {
            Self::Budget(budget) => began.elapsed() >= budget.mul_f64(share),
            Self::Trials(_) => false,
        }
    }
}

fn lost() -> Fault {
    Fault::new("GML0999", "a model lost its recipe")
}

/// The best first; equals by what they are, as they may have ended in any order.
fn sort(candidates: &mut [Candidate], families: &[Family]) {
    candidates.sort_by(|a, b| a.value.total_cmp(&b.value).then_with(|| a.name(families).cmp(&b.name(families))));
}

/// A fault of the metric or of the rows to judge on: every model would have it.
fn is_misfit(fault: &Fault) -> bool {
    matches!(fault.code, "GML0713" | "GML0707" | "GML0229" | "GML0928" | "GML0922" | "GML0911")
}

fn lock(tried: &Mutex<Tried>) -> std::sync::MutexGuard<'_, Tried> {
    tried.lock().unwrap_or_else(PoisonError::into_inner)
}
