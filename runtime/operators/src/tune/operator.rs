//! `tune`

use std::sync::Arc;
use std::time::Duration;

use gml_connect::Fault;
use gml_ir::Value;

use super::kept::Kept;
use super::learner::Learner;
use super::read;
use super::space::{Point, Space};
use super::study::{Attempt, Ended, LANES, Limit, Study};
use super::tuned::{History, Trial, TrialState, Tuned, TunedOfSequences};
use crate::data::{Call, Context, Data, Input};
use crate::frame;
use crate::learn::arguments::{argument, constant, estimator, optional_constant, table};
use crate::learn::bounds::seed;
use crate::learn::{computed, sample};
use crate::learned::{Change, Estimator, Watch};
use crate::metrics::{judge, name_of};
use crate::observer::Observer;
use crate::recommenders::{Parts, SequenceEstimator, can_judge, judged, sequences};

/// Looks for the arguments that do best on `valid`.
pub(crate) fn tune(call: Call<'_>) -> Result<Data, Fault> {
    match argument(&call, "learner")? {
        Input::Data(Data::SequenceEstimator(learner)) => of_sequences(&call, learner),
        _ => of_rows(&call, estimator(&call, "learner")?),
    }
}

fn of_rows(call: &Call<'_>, learner: &Arc<dyn Estimator>) -> Result<Data, Fault> {
    let wanted = Wanted::of(call, Learner::OfRows(&**learner))?;
    // Every trial reads the rows: compute them once.
    let (train, valid) = (computed(table(call, "train")?)?, computed(table(call, "valid")?)?);
    let changed: Vec<_> = wanted
        .space
        .dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.operator.clone(), dimension.argument.clone()?)))
        .collect();
    let trials = learner.trials(&changed, &train, &valid, call.context)?;
    let kept = Kept::open(call.context, || {
        [&train, &valid].into_iter().map(|table| frame::collect(table.frame.clone())).collect()
    })?;
    let (changes, history) = wanted.look_for(kept, |changes, watch, context| {
        let Some(model) = trials.fit(changes, watch, context)? else { return Ok(None) };
        judge(wanted.metric, &sample(&*model, trials.valid(), context)?).map(Some)
    })?;
    let best = learner.with(&changes, call.context)?;
    Ok(Data::Estimator(Arc::new(Tuned { best, history: Arc::new(history) })))
}

fn of_sequences(call: &Call<'_>, learner: &Arc<dyn SequenceEstimator>) -> Result<Data, Fault> {
    let wanted = Wanted::of(call, Learner::OfSequences(&**learner))?;
    let (train, valid) = (sequences(call, "train")?, sequences(call, "valid")?);
    // Each trial would come to the same fault, and networks learn for long before they are judged.
    can_judge(wanted.metric, valid)?;
    let parts = Parts::of(call)?;
    let kept = Kept::open(call.context, || Ok([train.frames()?, valid.frames()?].concat()))?;
    let (changes, history) = wanted.look_for(kept, |changes, watch, context| {
        let learner = learner.recall().with_sequences(changes, context)?;
        let Some(model) = parts.learn(&*learner, watch, context)? else { return Ok(None) };
        judged(&model, valid, wanted.metric, context).map(Some)
    })?;
    let best = learner.recall().with_sequences(&changes, call.context)?;
    Ok(Data::SequenceEstimator(Arc::new(TunedOfSequences { best, history: Arc::new(history) })))
}

/// What a call of `tune` looks for.
struct Wanted<'c> {
    call: &'c Call<'c>,
    learner: Learner<'c>,
    metric: &'c Value,
    maximize: bool,
    space: Space,
}

impl<'c> Wanted<'c> {
    fn of(call: &'c Call<'c>, learner: Learner<'c>) -> Result<Self, Fault> {
        let (metric, maximize) = match optional_constant(call, "maximize")? {
            Some(metric) => (metric, true),
            None => (constant(call, "minimize")?, false),
        };
        let space = read::space(constant(call, "over")?, learner)?;
        Ok(Self { call, learner, metric, maximize, space })
    }

    /// Makes trials of which `attempt` gives the metric, or nothing where it was told to stop. Gives the arguments that did best,
    /// and how they were found.
    fn look_for(
        &self,
        kept: Option<Kept>,
        attempt: impl Fn(&[Change], Watch<'_>, &Context) -> Result<Option<f64>, Fault> + Sync,
    ) -> Result<(Vec<Change>, History), Fault> {
        let Context { threads, observer, .. } = self.call.context;
        let workers = (*threads).clamp(1, LANES);
        let threads = (threads / workers).max(1);
        let context = Context { threads, observer: observer.quiet(), ..self.call.context.clone() };
        let resumed = kept.as_ref().map_or(0, Kept::count);
        let study = Study {
            space: &self.space,
            start: self.learner.start(&self.space),
            limit: limit(self.call)?,
            seed: seed(self.call)?,
            turns: self.learner.turns(&self.space),
            workers,
            kept,
            observer: observer.clone(),
        };
        let sign = if self.maximize { -1.0 } else { 1.0 };
        let ended = study.run(|Attempt { points, watch, unfinished }| {
            let watch = Watch { metric: Some(self.metric), told: watch };
            let context = Context { unfinished, ..context.clone() };
            let value = attempt(&changes(&self.space, points), watch, &context)?;
            Ok(value.map(|value| sign * value))
        })?;
        let best = best(&ended)?;
        let changes = changes(&self.space, &ended[best].points);
        let trials = history(&self.space, &ended, sign);
        Ok((changes, History { metric: name_of(self.metric), maximize: self.maximize, trials, best, resumed }))
    }
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
    let learner = Learner::OfRows(learner);
    let space = read::space(over, learner)?;
    let (start, turns) = (learner.start(&space), learner.turns(&space));
    let observer = Observer::default();
    let study = Study { space: &space, start, limit, seed, turns, workers, kept: None, observer };
    let made = study.run(|Attempt { points, watch, .. }| {
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
