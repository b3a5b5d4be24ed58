//! The steps of a training.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use crate::Error;
#[cfg(feature = "burn")]
use crate::burn::Burn;
use crate::checkpoint::{self, State};
use crate::device::{Device, Found};
use crate::dgsr::{Clicks, Growing};
use crate::kernels::Adam;
use crate::learner::{Learner, Lesson, Tape};
use crate::model::{Architecture, Epoch, Model, Weight, judge, parts, with_network};
use crate::network::{Network, Noise, Part, Pulse, Shape, split};
use crate::progress::Progress;
use crate::random::{self, Purpose};
use crate::sequences::Sequences;
use crate::table::Learned;

/// What the learning rate becomes where a network's decays.
const DECAY: f64 = 0.1;

/// How a network learns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schedule {
    /// How often all is gone through.
    pub epochs: usize,
    /// Examples in a step.
    pub batch: usize,
    /// How far a step goes.
    pub learning_rate: f64,
    /// How much weights are drawn to 0.
    pub l2: f64,
    /// After so many epochs in a row that were not better it ends.
    pub stop_after: Option<usize>,
    /// What chance follows from.
    pub seed: u64,
    /// Where it learns. A training that was stopped may go on elsewhere.
    #[serde(skip)]
    pub device: Device,
}

/// What a network learns from.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// How many items there are.
    pub items: usize,
    /// What is learned.
    pub train: Sequences<'a>,
    /// When each of its items was clicked, which only [`Dgsr`](crate::Dgsr) asks for.
    pub times: Option<&'a [i64]>,
    /// What epochs are judged by: the weights of the best are kept.
    pub valid: Option<Sequences<'a>>,
}

/// Trains a network. `keep` is where its state is written again and again; a state of the same training that is there is gone on
/// with, and the file is removed in the end. `watch` is told of each step, of each epoch when it is complete, and again and again while
/// one is judged. It may end the training: its state is written, and the result is `None`.
///
/// # Errors
/// Where nothing can be learned, the weights grow without bound, the device is not there or fails, or the state is not written or
/// read.
pub fn train(
    architecture: &Architecture,
    schedule: &Schedule,
    data: &Data<'_>,
    keep: Option<&Path>,
    watch: Watch<'_>,
) -> Result<Option<Model>, Error> {
    let of = keep.map_or(0, |_| {
        let of = |sequences: Sequences<'_>| -> (Vec<u32>, Vec<usize>) {
            (sequences.items().to_vec(), sequences.offsets().to_vec())
        };
        let valid = data.valid.map(of).unwrap_or_default();
        let train = (data.train.items(), data.train.offsets());
        checkpoint::mark(&(architecture, schedule, data.items), &[train, (&valid.0, &valid.1)], data.times)
    });
    let keep = keep.map(|path| (path, of));
    let trained = match architecture {
        Architecture::Dgsr(of) => {
            let times = data.times.filter(|times| times.len() == data.train.items().len());
            let times = times.ok_or_else(|| Error::Data("dgsr wants the time of each click".into()))?;
            let clicks = Clicks::new(data.train, times, data.items);
            on_device(&Growing { of, clicks }, schedule, data, keep, watch)
        }
        _ => with_network!(architecture, network => on_device(network, schedule, data, keep, watch)),
    }?;
    let Some((table, weights, history, best)) = trained else { return Ok(None) };
    if let Some((path, _)) = keep {
        checkpoint::remove(path)?;
    }
    Ok(Some(Model { architecture: architecture.clone(), items: data.items, table, weights, history, best }))
}

type Trained = (Weight, Vec<Weight>, Vec<Epoch>, usize);

/// Who is told of a training and may end it.
type Watch<'w> = &'w mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>;

/// Trains a network where the schedule says.
fn on_device<'a, N: Network>(
    network: &'a N,
    schedule: &'a Schedule,
    data: &Data<'a>,
    keep: Option<(&'a Path, u64)>,
    watch: Watch<'_>,
) -> Result<Option<Trained>, Error> {
    match schedule.device.find()? {
        Found::Processor => Training::new(network, schedule, data, keep)?.run(watch),
        #[cfg(feature = "burn")]
        Found::Flex => Training::by(Burn::flex(), network, schedule, data, keep)?.run(watch),
        #[cfg(feature = "cuda")]
        Found::Gpu(gpu) => Training::by(Burn::gpu(gpu), network, schedule, data, keep)?.run(watch),
    }
}

/// A training of a network, whose steps `L` makes.
pub(crate) struct Training<'a, N, L> {
    pub(crate) learner: L,
    network: &'a N,
    schedule: &'a Schedule,
    valid: Option<Sequences<'a>>,
    /// All parts of sequences that something is learned from.
    pub(crate) parts: Vec<Part<'a>>,
    shapes: Vec<Shape>,
    pub(crate) state: State,
    keep: Option<(&'a Path, u64)>,
}

impl<'a, N: Network> Training<'a, N, Tape> {
    /// Before the first step, or where it was; on the processor.
    pub(crate) fn new(
        network: &'a N,
        schedule: &'a Schedule,
        data: &Data<'a>,
        keep: Option<(&'a Path, u64)>,
    ) -> Result<Self, Error> {
        Self::by(Tape::new(data.items, network.width()), network, schedule, data, keep)
    }
}

impl<'a, N: Network, L: Learner> Training<'a, N, L> {
    /// Before the first step, or where it was.
    pub(crate) fn by(
        learner: L,
        network: &'a N,
        schedule: &'a Schedule,
        data: &Data<'a>,
        keep: Option<(&'a Path, u64)>,
    ) -> Result<Self, Error> {
        let (parts, shapes) = (parts(network, data.train), network.shapes());
        if parts.is_empty() {
            return Err(Error::NothingToLearn);
        }
        let kept = match keep {
            Some((path, of)) => checkpoint::read(path, of)?,
            None => None,
        };
        let state = kept.unwrap_or_else(|| {
            let first =
                |place: u64, shape: &Shape| shape.values(&mut random::numbers(schedule.seed, Purpose::Weights, place));
            let table = Shape::new("", [data.items, network.width()], network.first_items());
            let weights = shapes.iter().zip(1..).flat_map(|(shape, place)| first(place, shape)).collect();
            State { table: Learned::new(first(0, &table)), weights: Learned::new(weights), ..State::default() }
        });
        Ok(Self { learner, network, schedule, valid: data.valid, parts, shapes, state, keep })
    }

    fn run(mut self, watch: Watch<'_>) -> Result<Option<Trained>, Error> {
        let steps = self.parts.len().div_ceil(self.schedule.batch);
        let mut written = Instant::now();
        while !self.is_complete() {
            let epoch = self.state.at.epoch;
            let mut rng = random::numbers(self.schedule.seed, Purpose::Order, epoch as u64);
            let order = random::order(&mut rng, self.parts.len());
            while self.state.at.step < steps {
                let step = self.state.at.step;
                let chosen = &order[step * self.schedule.batch..]
                    [..self.schedule.batch.min(order.len() - step * self.schedule.batch)];
                let chosen: Vec<Part<'_>> = chosen.iter().map(|place| self.parts[*place as usize]).collect();
                let (loss, count) = self.step(&chosen, self.rate(epoch))?;
                if !loss.is_finite() {
                    return Err(Error::Diverged { epoch: epoch + 1, step: step + 1 });
                }
                let at = &mut self.state.at;
                at.step += 1;
                at.loss = (at.loss.0 + loss * count as f64, at.loss.1 + count);
                let is_ended = watch(&self.progress(steps)).is_break();
                if is_ended || written.elapsed() > checkpoint::BETWEEN {
                    self.learner.bring_back(&mut self.state)?;
                    self.write()?;
                    written = Instant::now();
                }
                if is_ended {
                    return Ok(None);
                }
            }
            self.learner.bring_back(&mut self.state)?;
            let is_ended = self.end_epoch(steps, watch).is_break();
            self.write()?;
            written = Instant::now();
            // What is told to be complete is kept.
            if is_ended || watch(&self.progress(steps)).is_break() {
                return Ok(None);
            }
        }
        let best = self.state.best.take();
        let [table, weights] = best.unwrap_or_else(|| {
            [std::mem::take(&mut self.state.table.values), std::mem::take(&mut self.state.weights.values)]
        });
        let progress = self.progress(steps);
        let ControlFlow::Continue(weights) = self.settled(&table, &weights, &mut || watch(&progress)) else {
            return Ok(None);
        };
        let size = [table.len() / self.network.width(), self.network.width()];
        let table = Weight { name: "items.table".into(), size, values: table };
        Ok(Some((table, weights, self.state.at.history, self.state.at.best)))
    }

    /// Where it is, for those who watch.
    fn progress(&self, steps: usize) -> Progress<'_> {
        self.state.at.progress(self.schedule, steps)
    }

    fn write(&self) -> Result<(), Error> {
        match self.keep {
            Some((path, of)) => checkpoint::write(path, of, &self.state),
            None => Ok(()),
        }
    }

    fn is_complete(&self) -> bool {
        self.state.at.is_complete(self.schedule, self.valid.is_some())
    }

    /// The learning rate of an epoch.
    fn rate(&self, epoch: usize) -> f64 {
        let decays = self.network.decays_every().map_or(0, |every| epoch / every);
        self.schedule.learning_rate * DECAY.powi(i32::try_from(decays).unwrap_or(i32::MAX))
    }

    /// The weights by name, and those that follow from them, unless `watch` ends it.
    pub(crate) fn settled(&self, table: &[f32], weights: &[f32], watch: Pulse<'_>) -> ControlFlow<(), Vec<Weight>> {
        let mut named: Vec<Weight> = split(&self.shapes, weights).map(Weight::of).collect();
        named.extend(self.network.settle(table, &named, watch)?);
        ControlFlow::Continue(named)
    }

    /// Judges an epoch, unless `watch` ends that: then it is not complete.
    fn end_epoch(&mut self, steps: usize, watch: Watch<'_>) -> ControlFlow<()> {
        let valid = match self.valid {
            None => None,
            Some(valid) => {
                let progress = self.progress(steps);
                let mut watch = || watch(&progress);
                let (table, weights) = (&self.state.table.values, &self.state.weights.values);
                let weights = self.settled(table, weights, &mut watch)?;
                judge(self.network, table, &weights, valid, &mut watch)?
            }
        };
        let at = &mut self.state.at;
        at.end_epoch(Epoch { loss: at.mean_loss(), valid });
        let mrr = |epoch: usize| at.history[epoch - 1].valid.map_or(f64::NEG_INFINITY, |valid| valid.mrr);
        match valid {
            None => at.best = at.epoch,
            Some(valid) if at.best == 0 || valid.mrr > mrr(at.best) => {
                at.best = at.epoch;
                self.state.best = Some([self.state.table.values.clone(), self.state.weights.values.clone()]);
            }
            Some(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// A step. Gives the loss before it, and over how many examples.
    pub(crate) fn step(&mut self, parts: &[Part<'_>], learning_rate: f64) -> Result<(f64, usize), Error> {
        let (batch, next) = self.network.learning(parts);
        self.state.at.steps += 1;
        let steps = self.state.at.steps;
        let lesson = Lesson {
            network: self.network,
            shapes: &self.shapes,
            batch,
            next: &next,
            noise: Noise { rng: random::numbers(self.schedule.seed, Purpose::Dropout, steps) },
            adam: Adam::new(learning_rate, self.schedule.l2, steps),
        };
        Ok((self.learner.step(lesson, &mut self.state)?, next.len()))
    }
}
