//! The steps of a training.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;

use super::autoencoder::Autoencoder;
use super::model::{Epoch, Model};
use super::{COLOURS, Pictures};
#[cfg(feature = "burn")]
use crate::burn::Burn;
use crate::checkpoint::{self, State};
use crate::device::Found;
use crate::kernels::Adam;
use crate::model::Weight;
use crate::network::{Shape, split};
use crate::random::{self, Purpose};
use crate::table::Learned;
use crate::tensor::Tensor;
use crate::{Error, Schedule};

/// Pictures that the mean colour is that of.
const SAMPLED: usize = 1000;

/// Pictures that are judged at once.
const JUDGED_AT_ONCE: usize = 32;

/// What an autoencoder learns from.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// What is learned.
    pub train: &'a dyn Pictures,
    /// What epochs are judged by: the weights of the best are kept.
    pub valid: Option<&'a dyn Pictures>,
}

/// Where a training is.
pub type Progress<'a> = crate::Progress<'a, Epoch>;

/// Trains an autoencoder to give pictures back: by the mean squared difference of numbers from 0 to 1, with Adam. `keep` is where
/// its state is written again and again; a state of the same training that is there is gone on with, and the file is removed in
/// the end. `watch` is told of each step, and of each epoch when it is complete. It may end the training: its state is written, and the
/// result is `None`.
///
/// # Errors
/// Where there are no pictures, one cannot be had, the weights grow without bound, the device is not there or fails, or the state is
/// not written or read.
pub fn train(
    autoencoder: &Autoencoder,
    schedule: &Schedule,
    data: Data<'_>,
    keep: Option<&Path>,
    watch: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Option<Model>, Error> {
    let keep = match keep {
        Some(path) => Some((path, mark(autoencoder, schedule, data)?)),
        None => None,
    };
    let trained = match schedule.device.find()? {
        Found::Processor => Training::by(Tape, autoencoder, schedule, data, keep)?.run(watch),
        #[cfg(feature = "burn")]
        Found::Flex => Training::by(Burn::flex(), autoencoder, schedule, data, keep)?.run(watch),
        #[cfg(feature = "cuda")]
        Found::Gpu(gpu) => Training::by(Burn::gpu(gpu), autoencoder, schedule, data, keep)?.run(watch),
    }?;
    if let (Some(_), Some((path, _))) = (&trained, keep) {
        checkpoint::remove(path)?;
    }
    Ok(trained)
}

/// A number for what is trained, how and on what: a checkpoint of anything else is not gone on with.
fn mark(autoencoder: &Autoencoder, schedule: &Schedule, data: Data<'_>) -> Result<u64, Error> {
    let mut hasher = DefaultHasher::new();
    // Numbers of types that are written as JSON always can be.
    serde_json::to_string(&(autoencoder, schedule)).unwrap_or_default().hash(&mut hasher);
    let mut bytes = vec![0; autoencoder.picture().count()];
    for pictures in [Some(data.train), data.valid] {
        pictures.map(Pictures::count).hash(&mut hasher);
        for place in 0..pictures.map_or(0, Pictures::count) {
            if let Some(pictures) = pictures {
                pictures.bytes(place, &mut bytes)?;
                bytes.hash(&mut hasher);
            }
        }
    }
    Ok(hasher.finish())
}

/// Pictures as numbers from 0 to 1, a row each.
pub(super) fn numbers(pictures: &dyn Pictures, places: &[usize], length: usize) -> Result<Vec<f32>, Error> {
    let mut rows = vec![0.0; places.len() * length];
    let read = |(row, place): (&mut [f32], &usize)| {
        let mut bytes = vec![0; length];
        pictures.bytes(*place, &mut bytes)?;
        row.iter_mut().zip(bytes).for_each(|(number, byte)| *number = f32::from(byte) / 255.0);
        Ok(())
    };
    rows.par_chunks_exact_mut(length).zip(places).try_for_each(read)?;
    Ok(rows)
}

/// Weights that lie one after the other, as they are used.
pub(super) fn tensors(shapes: &[Shape], values: &[f32], make: impl Fn(Vec<f32>, [usize; 2]) -> Tensor) -> Vec<Tensor> {
    split(shapes, values).map(|(shape, values)| make(values, shape.size)).collect()
}

/// The sum of the squares of the differences.
fn squares(left: &[f32], right: &[f32]) -> f64 {
    left.iter().zip(right).map(|(left, right)| f64::from(left - right).powi(2)).sum()
}

/// The mean colour of pictures, of at most so many of them that lie evenly among all; none of its numbers is 0 or 1.
fn mean_colour(autoencoder: &Autoencoder, pictures: &dyn Pictures) -> Result<[f64; COLOURS], Error> {
    let mut bytes = vec![0; autoencoder.picture().count()];
    let (mut sums, mut pixels) = ([0_u64; COLOURS], 0_u64);
    for place in (0..pictures.count()).step_by(pictures.count().div_ceil(SAMPLED)) {
        pictures.bytes(place, &mut bytes)?;
        for pixel in bytes.as_chunks::<COLOURS>().0 {
            sums.iter_mut().zip(pixel).for_each(|(sum, byte)| *sum += u64::from(*byte));
            pixels += 1;
        }
    }
    Ok(sums.map(|sum| (sum as f64 / pixels as f64 / 255.0).clamp(0.01, 0.99)))
}

/// What a step is made by.
pub(crate) struct Lesson<'l> {
    /// The network.
    pub(crate) autoencoder: &'l Autoencoder,
    /// Its weights.
    pub(crate) shapes: &'l [Shape],
    /// Pictures as numbers from 0 to 1, one after the other.
    pub(crate) pictures: Vec<f32>,
    /// How many they are, and how many numbers each has.
    pub(crate) size: [usize; 2],
    /// How weights are moved.
    pub(crate) adam: Adam,
}

/// Who makes the steps, and where.
pub(crate) trait Learner {
    /// A step. Gives the loss before it.
    fn step(&mut self, lesson: Lesson<'_>, weights: &mut Learned) -> Result<f64, Error>;

    /// Brings what was learned back, where it is kept elsewhere between steps.
    fn bring_back(&self, weights: &mut Learned) -> Result<(), Error>;
}

/// The tape of this crate, on the processor.
pub(crate) struct Tape;

impl Learner for Tape {
    fn step(&mut self, lesson: Lesson<'_>, weights: &mut Learned) -> Result<f64, Error> {
        let Lesson { autoencoder, shapes, pictures, size, adam } = lesson;
        let pictures = Tensor::constant(pictures, size);
        let leaves = tensors(shapes, &weights.values, Tensor::weights);
        let made = autoencoder.decode(&autoencoder.encode(pictures.clone(), &leaves), &leaves);
        let count = (size[0] * size[1]) as f64;
        let loss = squares(made.values(), pictures.values()) / count;
        let factor = (2.0 / count) as f32;
        let differences = made.values().iter().zip(pictures.values().iter());
        let mut gradients = made.backward(differences.map(|(made, exact)| (made - exact) * factor).collect());
        weights.update(&gradients.of_weights(&leaves), adam);
        Ok(loss)
    }

    fn bring_back(&self, _: &mut Learned) -> Result<(), Error> {
        Ok(())
    }
}

/// A training of an autoencoder, whose steps `L` makes.
pub(crate) struct Training<'a, L> {
    pub(crate) learner: L,
    autoencoder: &'a Autoencoder,
    schedule: &'a Schedule,
    data: Data<'a>,
    shapes: Vec<Shape>,
    pub(crate) state: State<Epoch>,
    keep: Option<(&'a Path, u64)>,
}

impl<'a, L: Learner> Training<'a, L> {
    /// Before the first step, or where it was.
    pub(crate) fn by(
        learner: L,
        autoencoder: &'a Autoencoder,
        schedule: &'a Schedule,
        data: Data<'a>,
        keep: Option<(&'a Path, u64)>,
    ) -> Result<Self, Error> {
        if data.train.count() == 0 || data.valid.is_some_and(|valid| valid.count() == 0) {
            return Err(Error::NoPictures);
        }
        let shapes = autoencoder.shapes();
        let kept = match keep {
            Some((path, of)) => checkpoint::read(path, of)?,
            None => None,
        };
        let state = match kept {
            Some(kept) => kept,
            None => {
                let first = |(place, shape): (u64, &Shape)| {
                    shape.values(&mut random::numbers(schedule.seed, Purpose::Weights, place))
                };
                let mut weights: Vec<f32> = (0..).zip(&shapes).flat_map(first).collect();
                // Pictures begin as their mean colour. From grey the first steps would all go one way, and might go so far that
                // the logistic function has no slope left to come back by.
                let (colours, last) = (mean_colour(autoencoder, data.train)?, weights.len() - COLOURS);
                let logit = |mean: f64| (mean / (1.0 - mean)).ln() as f32;
                weights[last..].iter_mut().zip(colours).for_each(|(bias, mean)| *bias = logit(mean));
                State { weights: Learned::new(weights), ..State::default() }
            }
        };
        Ok(Self { learner, autoencoder, schedule, data, shapes, state, keep })
    }

    fn run(mut self, watch: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>) -> Result<Option<Model>, Error> {
        let steps = self.data.train.count().div_ceil(self.schedule.batch);
        let mut written = Instant::now();
        while !self.is_complete() {
            let epoch = self.state.at.epoch;
            let mut rng = random::numbers(self.schedule.seed, Purpose::Order, epoch as u64);
            let order = random::order(&mut rng, self.data.train.count());
            let order: Vec<usize> = order.into_iter().map(|place| place as usize).collect();
            while self.state.at.step < steps {
                let step = self.state.at.step;
                let from = step * self.schedule.batch;
                let chosen = &order[from..order.len().min(from + self.schedule.batch)];
                let loss = self.step(chosen)?;
                if !loss.is_finite() {
                    return Err(Error::Diverged { epoch: epoch + 1, step: step + 1 });
                }
                let at = &mut self.state.at;
                at.step += 1;
                at.loss = (at.loss.0 + loss * chosen.len() as f64, at.loss.1 + chosen.len());
                let is_ended = watch(&self.progress(steps)).is_break();
                if is_ended || written.elapsed() > checkpoint::BETWEEN {
                    self.learner.bring_back(&mut self.state.weights)?;
                    self.write()?;
                    written = Instant::now();
                }
                if is_ended {
                    return Ok(None);
                }
            }
            self.learner.bring_back(&mut self.state.weights)?;
            self.end_epoch()?;
            self.write()?;
            written = Instant::now();
            // What is told to be complete is kept.
            if watch(&self.progress(steps)).is_break() {
                return Ok(None);
            }
        }
        let values = match self.state.best.take() {
            Some([_, weights]) => weights,
            None => std::mem::take(&mut self.state.weights.values),
        };
        let weights = split(&self.shapes, &values).map(Weight::of).collect();
        let (history, best) = (self.state.at.history, self.state.at.best);
        Ok(Some(Model { autoencoder: self.autoencoder.clone(), weights, history, best }))
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
        self.state.at.is_complete(self.schedule, self.data.valid.is_some())
    }

    fn end_epoch(&mut self) -> Result<(), Error> {
        let valid = self.data.valid.map(|valid| self.judge(valid)).transpose()?;
        let at = &mut self.state.at;
        at.end_epoch(Epoch { loss: at.mean_loss(), valid });
        let before = at.best.checked_sub(1).and_then(|place| at.history[place].valid);
        match valid {
            None => at.best = at.epoch,
            Some(loss) if before.is_none_or(|before| loss < before) => {
                at.best = at.epoch;
                self.state.best = Some([Vec::new(), self.state.weights.values.clone()]);
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The mean squared difference of pictures to how they are given back.
    fn judge(&self, pictures: &dyn Pictures) -> Result<f64, Error> {
        let length = self.autoencoder.size * self.autoencoder.size * COLOURS;
        let weights = tensors(&self.shapes, &self.state.weights.values, Tensor::constant);
        let places: Vec<usize> = (0..pictures.count()).collect();
        let mut sum = 0.0;
        for places in places.chunks(JUDGED_AT_ONCE) {
            let rows = Tensor::constant(numbers(pictures, places, length)?, [places.len(), length]);
            let vectors = self.autoencoder.encode(rows.clone(), &weights);
            sum += squares(self.autoencoder.decode(&vectors, &weights).values(), rows.values());
        }
        Ok(sum / (places.len() * length) as f64)
    }

    /// A step. Gives the loss before it.
    pub(crate) fn step(&mut self, places: &[usize]) -> Result<f64, Error> {
        let size = [places.len(), self.autoencoder.picture().count()];
        let pictures = numbers(self.data.train, places, size[1])?;
        self.state.at.steps += 1;
        let adam = Adam::new(self.schedule.learning_rate, self.schedule.l2, self.state.at.steps);
        let lesson = Lesson { autoencoder: self.autoencoder, shapes: &self.shapes, pictures, size, adam };
        self.learner.step(lesson, &mut self.state.weights)
    }
}
