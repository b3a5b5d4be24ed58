//! `tune`

use std::sync::Arc;
use std::time::Duration;

use gml_connect::Fault;
use gml_ir::Value;

use super::kept::Kept;
use super::read;
use super::space::{Point, Space};
use super::study::{Attempt, Ended, LANES, Limit, Study};
use super::tuned::{History, Trial, TrialState, Tuned};
use crate::data::{Call, Context, Data};
use crate::learn::arguments::{constant, estimator, optional_constant, table};
use crate::learn::bounds::seed;
use crate::learn::{computed, sample};
use crate::learned::{Change, Estimator, Watch};
use crate::metrics::{judge, name_of};

/// Looks for the arguments that do best on `valid`.
pub(crate) fn tune(call: Call<'_>) -> Result<Data, Fault> {
    let learner = Arc::clone(estimator(&call, "learner")?);
    let (metric, maximize) = match optional_constant(&call, "maximize")? {
        Some(metric) => (metric, true),
        None => (constant(&call, "minimize")?, false),
    };
    let space = read::space(constant(&call, "over")?, &*learner)?;
    // Every trial reads the rows: compute them once.
    let (train, valid) = (computed(table(&call, "train")?)?, computed(table(&call, "valid")?)?);
    let changed: Vec<_> = space
        .dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.operator.clone(), dimension.argument.clone()?)))
        .collect();
    let trials = learner.trials(&changed, &train, &valid, call.context)?;
    let workers = call.context.threads.clamp(1, LANES);
    let threads = (call.context.threads / workers).max(1);
    let context = Context { threads, observer: call.context.observer.quiet(), ..call.context.clone() };
    let kept = call.context.unfinished.as_ref().map(|folder| Kept::open(folder, &train, &valid)).transpose()?;
    let resumed = kept.as_ref().map_or(0, Kept::count);
    let (start, rounds) = (start(&space, &*learner), rounds(&space, &*learner));
    let study = Study { space: &space, start, limit: limit(&call)?, seed: seed(&call)?, rounds, workers, kept };
    let sign = if maximize { -1.0 } else { 1.0 };
    let ended = study.run(|Attempt { points, watch }| {
        let Some(model) =
            trials.fit(&changes(&space, points), Watch { metric: Some(metric), told: watch }, &context)?
        else {
            return Ok(None);
        };
        let sample = sample(&*model, trials.valid(), &context)?;
        judge(metric, &sample).map(|value| Some(sign * value))
    })?;
    let best = best(&ended)?;
    let history = History { metric: name_of(metric), maximize, trials: history(&space, &ended, sign), best, resumed };
    let estimator = learner.with(&changes(&space, &ended[best].points), call.context)?;
    Ok(Data::Estimator(Arc::new(Tuned { best: estimator, history: Arc::new(history) })))
}

/// Looks for arguments by the rules of [`tune`], for an operator that keeps what it learns itself.
///
/// # Errors
/// Where `over` names no values that can be looked for.
pub(crate) fn search(
    over: &Value,
    learner: &dyn Estimator,
    limit: Limit,
    seed: u64,
    workers: usize,
    metric: &Value,
    attempt: impl Fn(&[Change], Watch<'_>) -> Result<Option<f64>, Fault> + Sync,
) -> Result<(), Fault> {
    let space = read::space(over, learner)?;
    let (start, rounds) = (start(&space, learner), rounds(&space, learner));
    let study = Study { space: &space, start, limit, seed, rounds, workers, kept: None };
    let made = study.run(|Attempt { points, watch }| {
        attempt(&changes(&space, points), Watch { metric: Some(metric), told: watch })
    });
    made.map(drop)
}

/// The trial that did best, the first among equals.
fn best(ended: &[Ended]) -> Result<usize, Fault> {
    let values = ended.iter().enumerate().filter_map(|(place, ended)| Some((place, ended.value?)));
    let best = values.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place);
    best.ok_or_else(|| {
        let why = ended.iter().find_map(|ended| ended.failure.as_deref()).unwrap_or("none was made");
        Fault::new("GML0921", format!("none of {} trials could be learned: {why}", ended.len()))
            .help("see whether the estimator learns without `tune`, and whether the ranges hold values that it takes")
    })
}

fn history(space: &Space, ended: &[Ended], sign: f64) -> Vec<Trial> {
    let trial = |ended: &Ended| {
        let arguments = changes(space, &ended.points).into_iter().map(|change| {
            let name = change.operator.map_or_else(String::new, |operator| format!("{operator}."));
            (name + &change.argument, change.value)
        });
        Trial {
            arguments: arguments.collect(),
            state: ended.state,
            value: ended.value.map(|value| sign * value),
            rounds: ended.curve.len(),
            seconds: ended.seconds,
            failure: ended.failure.clone().filter(|_| ended.state == TrialState::Failed),
        }
    };
    ended.iter().map(trial).collect()
}

fn changes(space: &Space, points: &[Option<Point>]) -> Vec<Change> {
    let pairs = space.dimensions.iter().zip(points);
    pairs.filter_map(|(dimension, point)| dimension.change((*point)?)).collect()
}

/// The arguments as the program gives them, drawn into the space where they lie outside.
fn start(space: &Space, learner: &dyn Estimator) -> Vec<Option<Point>> {
    let mut points = Vec::new();
    for dimension in &space.dimensions {
        let point = match &dimension.argument {
            _ if !dimension.has_meaning(&points) => None,
            None => Some(Point::Choice(0)),
            Some(argument) => {
                let current = learner.argument(dimension.operator.as_deref(), argument);
                Some(current.and_then(|value| dimension.point(value)).unwrap_or_else(|| dimension.domain.at(0.5)))
            }
        };
        points.push(point);
    }
    points
}

/// The rounds that every trial may have.
fn rounds(space: &Space, learner: &dyn Estimator) -> Option<usize> {
    const ROUNDS: &str = "rounds";
    if space.dimensions.iter().any(|dimension| dimension.argument.as_deref() == Some(ROUNDS)) {
        return None;
    }
    learner.argument(None, ROUNDS)?.as_int().and_then(|rounds| usize::try_from(rounds).ok())
}

fn limit(call: &Call<'_>) -> Result<Limit, Fault> {
    match optional_constant(call, "trials")? {
        Some(trials) => match trials.as_int().and_then(|trials| usize::try_from(trials).ok()) {
            Some(trials) if trials >= 1 => Ok(Limit::Trials(trials)),
            _ => Err(Fault::new("GML0229", format!("`trials` of tune is {trials}, and must be at least 1"))),
        },
        None => match constant(call, "budget")? {
            Value::Duration(micros) if *micros > 0 => Ok(Limit::Budget(Duration::from_micros(micros.unsigned_abs()))),
            other => Err(Fault::new("GML0229", format!("`budget` of tune is {other}, and must be above 0"))),
        },
    }
}
