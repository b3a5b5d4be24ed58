//! What a step tells while it learns for a long time, and how it hears that the run is to stop.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How often a training that goes on tells of it, at most. The end of each turn is always told.
const BETWEEN: Duration = Duration::from_millis(200);

/// How far a training is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// What learns: `sr_gnn`, `boosted_trees`.
    pub learner: String,
    /// What it counts.
    pub unit: Unit,
    /// The turn it is in, from 1.
    pub turn: usize,
    /// How many there are at most.
    pub turns: usize,
    /// Whether the turn is complete, and judged where it is to be.
    pub is_complete: bool,
    /// Of the turn: the batch that was done, from 1, and how many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<[usize; 2]>,
    /// The mean loss of the turn so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// What it was last judged by, and how well it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Judgement>,
    /// Seconds that are left at most, as far as can be told: it may stop early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
}

/// What turns of a training are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// All is gone through once.
    Epoch,
    /// A tree for each class.
    Round,
}

/// A metric on the rows or sequences to stop by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// `mrr(20)`
    pub metric: String,
    /// Its value after the last turn that was judged.
    pub value: f64,
}

impl fmt::Display for Training {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Epoch => "epoch",
            Unit::Round => "round",
        };
        write!(formatter, "{}: {unit} {} of {}", self.learner, self.turn, self.turns)?;
        if let Some([done, of]) = self.batch.filter(|_| !self.is_complete) {
            write!(formatter, ", batch {done} of {of}")?;
        }
        if let Some(loss) = self.loss {
            write!(formatter, ", loss {loss:.4}")?;
        }
        if let Some(Judgement { metric, value }) = &self.valid {
            write!(formatter, ", valid {metric} {value:.4}")?;
        }
        match self.seconds_left.map(f64::ceil) {
            Some(seconds) if seconds >= 5400.0 => write!(formatter, ", at most {:.1} h left", seconds / 3600.0),
            Some(seconds) if seconds >= 90.0 => write!(formatter, ", at most {:.0} min left", seconds / 60.0),
            Some(seconds) if seconds > 0.0 => write!(formatter, ", at most {seconds:.0} s left"),
            _ => Ok(()),
        }
    }
}

/// Asks what learns for a long time to stop, and waits until its state is kept.
#[derive(Debug, Default)]
pub struct Stop {
    is_asked: AtomicBool,
    /// Trainings whose state can be kept.
    under_way: Mutex<usize>,
    changed: Condvar,
    kept: AtomicUsize,
}

impl Stop {
    /// Asks, and waits until all have kept their state, or for so long. Gives how many did.
    pub fn ask(&self, patience: Duration) -> usize {
        let until = Instant::now() + patience;
        let mut under_way = self.lock();
        self.is_asked.store(true, Ordering::Release);
        while *under_way > 0 {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            under_way = self.changed.wait_timeout(under_way, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.kept.load(Ordering::Acquire)
    }

    /// Whether anybody asked.
    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A training whose state can be kept. Whoever stops the run waits for it.
#[derive(Debug)]
pub struct UnderWay<'s>(&'s Stop);

impl UnderWay<'_> {
    /// It was stopped, and its state is kept.
    pub fn is_kept(self) {
        self.0.kept.fetch_add(1, Ordering::AcqRel);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
        self.0.changed.notify_all();
    }
}

/// The id of a step, and how far its training is.
pub type Heard = (Arc<str>, Training);

/// Who hears how far a step is, and whether it is to stop.
#[derive(Clone, Default)]
pub struct Observer {
    told: Option<(Arc<str>, Sender<Heard>)>,
    stop: Arc<Stop>,
    until: Option<Instant>,
}

impl Observer {
    /// Nobody hears of it, and that may be stopped.
    pub fn stopped_by(stop: &Arc<Stop>) -> Self {
        Self { told: None, stop: Arc::clone(stop), until: None }
    }

    /// The same for the step of that id, of which that one hears.
    #[must_use]
    pub fn told_of(&self, step: &str, to: &Sender<Heard>) -> Self {
        Self { told: Some((step.into(), to.clone())), ..self.clone() }
    }

    /// The same for one of many trainings of a step, of which nobody hears.
    #[must_use]
    pub fn quiet(&self) -> Self {
        Self { told: None, ..self.clone() }
    }

    /// The same for what is wanted by then, and not later.
    #[must_use]
    pub fn until(&self, until: Instant) -> Self {
        Self { until: Some(until), ..self.clone() }
    }

    /// When what learns is to have ended. Trees keep the rounds that they have then, sums that have not come to rest are a fault;
    /// others do not look at it.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Whether that time has come.
    pub(crate) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Whether the run is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_asked()
    }

    /// A training begins whose state can be kept. As long as what is given lives, a stop waits for it.
    pub fn begins(&self) -> UnderWay<'_> {
        *self.stop.lock() += 1;
        UnderWay(&self.stop)
    }

    /// Tells of a training as it goes on.
    pub(crate) fn telling(&self) -> Telling<'_> {
        Telling { told: self.told.as_ref(), began: Instant::now(), last: None, first: None }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.told.as_ref().map(|(step, _)| step);
        formatter.debug_struct("Observer").field("step", &step).field("stop", &self.stop).finish()
    }
}

/// Tells of a training, now and then, and how long it still takes.
pub(crate) struct Telling<'w> {
    told: Option<&'w (Arc<str>, Sender<Heard>)>,
    began: Instant,
    last: Option<Instant>,
    /// How much was done when it began here: it may go on from where another process stopped.
    first: Option<f64>,
}

impl Telling<'_> {
    /// Tells where it is time. `done` is the share of the work that was done, from 0 to 1; how long the rest takes follows from it.
    pub(crate) fn tell(&mut self, done: f64, training: impl FnOnce() -> Training) {
        let Some((step, to)) = self.told else { return };
        let now = Instant::now();
        let first = *self.first.get_or_insert(done);
        let is_due = self.last.is_none_or(|last| now - last >= BETWEEN);
        let mut training = training();
        // The end of a turn of many batches is told whenever it is, and the end of all.
        if !is_due && !(training.is_complete && (training.batch.is_some() || training.turn == training.turns)) {
            return;
        }
        self.last = Some(now);
        if done > first {
            training.seconds_left = Some((now - self.began).as_secs_f64() * (1.0 - done) / (done - first));
        }
        // Where nobody listens any more, the run has ended.
        let _ = to.send((Arc::clone(step), training));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn training() -> Training {
        Training {
            learner: "sr_gnn".into(),
            unit: Unit::Epoch,
            turn: 3,
            turns: 10,
            is_complete: false,
            batch: Some([120, 7190]),
            loss: Some(6.12345),
            valid: Some(Judgement { metric: "mrr(20)".into(), value: 0.12344 }),
            seconds_left: Some(700.0),
        }
    }

    #[test]
    fn how_far_a_training_is() {
        let mut of = training();
        assert_eq!(
            of.to_string(),
            "sr_gnn: epoch 3 of 10, batch 120 of 7190, loss 6.1235, valid mrr(20) 0.1234, at most 12 min left"
        );
        (of.is_complete, of.seconds_left, of.valid) = (true, Some(8.2), None);
        assert_eq!(of.to_string(), "sr_gnn: epoch 3 of 10, loss 6.1235, at most 9 s left");
        let rounds = Training { unit: Unit::Round, batch: None, loss: None, seconds_left: None, ..of };
        assert_eq!(rounds.to_string(), "sr_gnn: round 3 of 10");
        let text = serde_json::to_string(&rounds).unwrap();
        assert_eq!(text, r#"{"learner":"sr_gnn","unit":"round","turn":3,"turns":10,"is_complete":true}"#);
        assert_eq!(serde_json::from_str::<Training>(&text).unwrap(), rounds);
    }

    #[test]
    fn it_is_told_now_and_then_and_at_the_end_of_turns() {
        let (to, heard) = channel();
        let observer = Observer::default().told_of("training.3", &to);
        let mut telling = observer.telling();
        for done in 1..=1_000 {
            let batch = Some([done as usize, 1_000]);
            let of = || Training { is_complete: done == 1_000, batch, seconds_left: None, ..training() };
            telling.tell(f64::from(done) / 1_000.0, of);
        }
        let told: Vec<Heard> = heard.try_iter().collect();
        assert!((2..100).contains(&told.len()), "{}", told.len());
        assert!(told[0].1.seconds_left.is_none() && told.iter().all(|(step, _)| &**step == "training.3"));
        let last = &told[told.len() - 1].1;
        assert_eq!((last.is_complete, last.batch, last.seconds_left), (true, Some([1_000, 1_000]), Some(0.0)));
        observer.quiet().telling().tell(1.0, || panic!("nobody hears"));
    }

    #[test]
    fn a_stop_waits_for_trainings_and_not_for_ever() {
        let stop = Arc::new(Stop::default());
        let observer = Observer::stopped_by(&stop);
        assert_eq!(stop.ask(Duration::from_secs(60)), 0, "nothing is under way");
        assert!(observer.is_stopped() && observer.quiet().is_stopped());
        std::thread::scope(|scope| {
            let kept = observer.begins();
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                kept.is_kept();
            });
            assert_eq!(stop.ask(Duration::from_secs(60)), 1);
        });
        let _stuck = observer.begins();
        assert_eq!(stop.ask(Duration::from_millis(5)), 1, "another one does not keep it up for ever");
    }
}
