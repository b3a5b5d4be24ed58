//! Where a training is, for those who watch.

use crate::checkpoint::{At, Kept};
use crate::model::Epoch;
use crate::train::Schedule;

/// Where a training is that sees `E` of each epoch.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a, E = Epoch> {
    /// The epoch, from 1.
    pub epoch: usize,
    /// How many there will be at most.
    pub epochs: usize,
    /// The step of the epoch that was done, from 1.
    pub step: usize,
    /// How many it has.
    pub steps: usize,
    /// Whether the epoch is complete and judged: it is the last of the history then.
    pub is_complete: bool,
    /// The mean loss of the epoch so far.
    pub loss: f64,
    /// Epochs that are complete.
    pub history: &'a [E],
}

impl<E> Progress<'_, E> {
    /// How much of all steps is done, from 0 to 1. A training may end early, where nothing gets better.
    #[must_use]
    pub fn share(&self) -> f64 {
        let steps = self.steps as f64;
        ((self.epoch - 1) as f64 * steps + self.step as f64) / (self.epochs as f64 * steps)
    }
}

impl<E: Kept> At<E> {
    /// Where it is, of epochs of so many steps.
    pub(crate) fn progress(&self, schedule: &Schedule, steps: usize) -> Progress<'_, E> {
        // Between two epochs it is at the end of the one before.
        let is_complete = self.step == 0;
        let loss = match self.history.last() {
            Some(last) if is_complete => last.loss(),
            _ => self.mean_loss(),
        };
        let (epoch, step) = if is_complete { (self.epoch, steps) } else { (self.epoch + 1, self.step) };
        Progress { epoch, epochs: schedule.epochs, step, steps, is_complete, loss, history: &self.history }
    }

    /// Whether nothing is left to be done, or nothing got better for as long as `stop_after` says, where epochs are judged.
    pub(crate) fn is_complete(&self, schedule: &Schedule, is_judged: bool) -> bool {
        let is_over = |after: usize| self.epoch >= self.best + after && self.best > 0;
        self.epoch >= schedule.epochs || is_judged && schedule.stop_after.is_some_and(is_over)
    }

    /// The mean loss of the epoch so far.
    pub(crate) fn mean_loss(&self) -> f64 {
        self.loss.0 / self.loss.1 as f64
    }

    /// Ends the epoch, with what was seen of it.
    pub(crate) fn end_epoch(&mut self, seen: E) {
        self.history.push(seen);
        (self.epoch, self.step, self.loss) = (self.epoch + 1, 0, (0.0, 0));
    }
}
