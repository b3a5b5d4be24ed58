//! What a run says while it goes on.

use gml_connect::secrets::hide;
use gml_operators::Training;

/// Hears of the steps of a run as they start and finish. Steps run in parallel, so calls come from several threads and
/// those of different steps are interleaved.
pub trait Progress {
    /// A step starts: the `index`th (from 1) of `total` in the order of the plan.
    fn step_started(&self, name: &str, index: usize, total: usize);

    /// A step is done: how many rows its table has, where it is one, and how long it took.
    fn step_finished(&self, name: &str, rows: Option<u64>, seconds: f64);

    /// A step is not run: what an earlier run kept of it stands for it.
    fn step_cached(&self, _name: &str, _index: usize, _total: usize) {}

    /// A step that learns for a while is so far: some times a second, and whenever an epoch is complete.
    fn step_learns(&self, _name: &str, _training: &Training) {}

    /// Something worth saying: rows that broke a contract and were tolerated, a `when` that did not hold.
    fn message(&self, text: &str);
}

/// Says what another one says, without secrets.
pub(crate) struct Hiding<'a>(pub(crate) &'a (dyn Progress + Sync));

impl Progress for Hiding<'_> {
    fn step_started(&self, name: &str, index: usize, total: usize) {
        self.0.step_started(name, index, total);
    }

    fn step_finished(&self, name: &str, rows: Option<u64>, seconds: f64) {
        self.0.step_finished(name, rows, seconds);
    }

    fn step_cached(&self, name: &str, index: usize, total: usize) {
        self.0.step_cached(name, index, total);
    }

    fn step_learns(&self, name: &str, training: &Training) {
        self.0.step_learns(name, training);
    }

    fn message(&self, text: &str) {
        self.0.message(&hide(text));
    }
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step_started(&self, _name: &str, _index: usize, _total: usize) {}

    fn step_finished(&self, _name: &str, _rows: Option<u64>, _seconds: f64) {}

    fn message(&self, _text: &str) {}
}
