//! Trees: learning them round by round, their text, and predicting with them.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::ffi::{BoosterHandle, RowHandle};
use super::turn::turn;
use super::{Dataset, LightGbm, Matrix};

/// Rows to validate on.
#[derive(Clone, Copy)]
pub struct Validation<'d> {
    /// The rows.
    pub rows: &'d Dataset,
    /// Rounds without a better metric on them before it stops; they are only watched where there is none.
    pub after: Option<usize>,
    /// Whether more of the metric is better.
    pub maximize: bool,
}

/// A round that was learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// Its number, from 1.
    pub number: usize,
    /// The metric that is watched, on the rows to validate on, where there are any.
    pub value: Option<f64>,
}

/// What is looked at as rounds are learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// The place of the metric that is told with each round, among those that the parameters name.
    pub place: usize,
    /// Whether the rows to learn from are looked at too, each [`EACH`] rounds.
    pub with_train: bool,
}

/// What becomes of a training that is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenOff {
    /// Nothing: there is no outcome.
    Dropped,
    /// It has the rounds that were learned.
    Kept,
}

/// Looking at the rows to learn from takes up to a fifth of a round, so that is not done after each.
const EACH: usize = 10;

/// The outcome of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The model in LightGBM's own text form, cut behind its best round.
    pub text: String,
    /// Rounds that it has.
    pub rounds: usize,
    /// The metric on the rows to validate on at that round.
    pub best: Option<f64>,
    /// Rounds from 1, with the metric on the rows to learn from after each that was looked at.
    pub train: Vec<(usize, f64)>,
    /// The same of the rows to validate on, after each round that was learned, those behind the best among them.
    pub valid: Vec<(usize, f64)>,
}

/// Learns `rounds` rounds, or fewer where `valid` comes with a rule to stop: then the best round counts, the first one
/// among equals. The metric is the first that `parameters` name. `watch` is told of each round, with the metric that `watched` names,
/// and may break off.
///
/// # Errors
/// LightGBM's words.
pub fn train(
    library: &LightGbm,
    train: &Dataset,
    valid: Option<Validation<'_>>,
    parameters: &str,
    rounds: usize,
    watched: Watched,
    watch: &mut dyn FnMut(Round) -> ControlFlow<BrokenOff>,
) -> Result<Option<Trained>, String> {
    let _turn = turn(parameters);
    let mut booster = BoosterHandle::create(&library.api, &train.handle, parameters)?;
    if let Some(valid) = valid {
        booster.add_valid(&valid.rows.handle)?;
    }
    let mut best: Option<(usize, f64)> = None;
    let (mut of_train, mut of_valid) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        // Whether the round grew a tree does not matter: with sampled rows the next one may grow one again.
        booster.update()?;
        if watched.with_train && (round == 1 || round % EACH == 0 || round == rounds) {
            of_train.push((round, first(&booster.eval(0)?)?));
        }
        let Some(valid) = valid else {
            match watch(Round { number: round, value: None }) {
                ControlFlow::Continue(()) => continue,
                ControlFlow::Break(BrokenOff::Dropped) => return Ok(None),
                ControlFlow::Break(BrokenOff::Kept) => break,
            }
        };
        let values = booster.eval(1)?;
        let value = first(&values)?;
        of_valid.push((round, value));
        let told = values.get(watched.place).copied().ok_or("LightGBM gave no metric to watch")?;
        let broken_off = watch(Round { number: round, value: Some(told) });
        if broken_off == ControlFlow::Break(BrokenOff::Dropped) {
            return Ok(None);
        }
        if let Some(after) = valid.after {
            let better = best.is_none_or(|(_, best)| if valid.maximize { value > best } else { value < best });
            if better {
                best = Some((round, value));
            }
            if best.is_some_and(|(at, _)| round - at >= after) {
                break;
            }
        }
        if broken_off.is_break() {
            break;
        }
    }
    let text = booster.save(best.map_or(0, |(round, _)| round))?;
    let rounds = best.map_or(booster.iterations()?, |(round, _)| round.min(rounds));
    let best = best.map(|(_, value)| value);
    Ok(Some(Trained { text, rounds, best, train: of_train, valid: of_valid }))
}

/// The metric to stop by.
fn first(values: &[f64]) -> Result<f64, String> {
    values.first().copied().ok_or_else(|| "LightGBM gave no metric to stop by".to_owned())
}

/// A learned model that predicts.
pub struct Booster {
    handle: BoosterHandle,
}

impl Booster {
    /// From the text of [`Trained::text`] or of a model file.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn load(library: &LightGbm, text: &str) -> Result<Self, String> {
        BoosterHandle::load(&library.api, text).map(|handle| Self { handle })
    }

    /// Numbers that a prediction has a row: the number of classes, else 1.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn outputs(&self) -> Result<usize, String> {
        self.handle.classes()
    }

    /// Features that a row has.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn features(&self) -> Result<usize, String> {
        self.handle.features()
    }

    /// Rounds that the model has.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn rounds(&self) -> Result<usize, String> {
        self.handle.iterations()
    }

    /// [`Self::outputs`] numbers a row, row after row. The same numbers for any number of threads.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn predict(&self, matrix: &Matrix, threads: usize) -> Result<Vec<f64>, String> {
        let parameters = format!("num_threads={} verbosity=-1", threads.max(1));
        let _turn = turn(&parameters);
        self.handle.predict(matrix.values(), matrix.shape(), &parameters)
    }
}

/// How rows are predicted one by one.
const ROW_PARAMETERS: &str = "num_threads=1 verbosity=-1";

/// Predicts one row after the other: what a call needs besides the row is made once. It is for one thread at a time.
pub struct RowPredictor {
    // Freed before the booster that it points into.
    handle: RowHandle,
    _booster: Arc<Booster>,
}

impl RowPredictor {
    /// For rows of a model.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn new(booster: &Arc<Booster>) -> Result<Self, String> {
        let _turn = turn(ROW_PARAMETERS);
        Ok(Self { handle: booster.handle.row_predictor(ROW_PARAMETERS)?, _booster: Arc::clone(booster) })
    }

    /// Adds [`Booster::outputs`] numbers for a row: those that [`Booster::predict`] gives.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn predict(&mut self, row: &[f64], into: &mut Vec<f64>) -> Result<(), String> {
        self.handle.predict(row, into)
    }
}
