//! Epochs of a network, for who watches its training.

use std::ops::ControlFlow;

use gml_ir::Value;
use gml_neural::{Epoch, Judged};

use crate::learned::Watch;

/// Tells who watches a training of its epochs, of each once.
pub(super) struct Epochs<'w> {
    watch: Watch<'w>,
    /// How many were told of.
    told: usize,
    is_ended: bool,
}

impl<'w> Epochs<'w> {
    /// Of a training that has not begun.
    pub(super) fn new(watch: Watch<'w>) -> Self {
        Self { watch, told: 0, is_ended: false }
    }

    /// Whether the training ended because whoever watches it said so.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Tells of those that were not told of yet: a training that was stopped has some when it goes on.
    pub(super) fn tell(&mut self, history: &[Epoch]) -> ControlFlow<()> {
        for epoch in history.get(self.told..).unwrap_or_default() {
            self.told += 1;
            if let Some(value) = epoch.valid.and_then(|valid| followed(self.watch.metric, valid))
                && (self.watch.told)(value).is_break()
            {
                self.is_ended = true;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

/// What of a judged epoch goes with a metric, smaller where it is better; `None` where nothing does: an epoch says nothing of how
/// many items are recommended, and how rare they are.
fn followed(metric: Option<&Value>, valid: Judged) -> Option<f64> {
    let Some(Value::Symbol { name, .. }) = metric else { return None };
    match &**name {
        "hit_rate" | "recall" | "precision" => Some(-valid.hit_rate),
        "mrr" | "map" | "ndcg" => Some(-valid.mrr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(values: &[f64]) -> Vec<Epoch> {
        let judged = |mrr: &f64| Judged { hit_rate: 2.0 * mrr, mrr: *mrr, count: 8 };
        values.iter().map(|mrr| Epoch { loss: 1.0, valid: Some(judged(mrr)) }).collect()
    }

    fn metric(name: &str) -> Value {
        Value::Symbol { name: name.into(), args: vec![("k".into(), Value::Int(20))] }
    }

    #[test]
    fn each_epoch_is_told_once_also_where_a_training_goes_on() {
        let (metric, mut heard) = (metric("ndcg"), Vec::new());
        let mut told = |value: f64| {
            heard.push(value);
            ControlFlow::Continue(())
        };
        let mut of = Epochs::new(Watch { metric: Some(&metric), told: &mut told });
        let history = epochs(&[0.125, 0.25, 0.375]);
        // It was stopped behind the second.
        for complete in [2, 2, 3, 3] {
            assert!(of.tell(&history[..complete]).is_continue());
        }
        assert!(!of.is_ended());
        assert_eq!(heard, [-0.125, -0.25, -0.375]);
    }

    #[test]
    fn whoever_watches_may_end_it() {
        let metric = metric("recall");
        let mut told = |value: f64| if value < -0.4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let mut of = Epochs::new(Watch { metric: Some(&metric), told: &mut told });
        assert!(of.tell(&epochs(&[0.125])).is_continue());
        assert!(of.tell(&epochs(&[0.125, 0.25, 0.125])).is_break() && of.is_ended());
    }

    #[test]
    fn nothing_is_told_where_nothing_goes_with_the_metric() {
        for metric in [Some(metric("coverage")), None] {
            let mut told = |_: f64| -> ControlFlow<()> { panic!("it is told") };
            let mut of = Epochs::new(Watch { metric: metric.as_ref(), told: &mut told });
            assert!(of.tell(&epochs(&[0.125])).is_continue());
        }
        let mut told = |_: f64| -> ControlFlow<()> { panic!("it is told") };
        let metric = metric("mrr");
        let mut of = Epochs::new(Watch { metric: Some(&metric), told: &mut told });
        assert!(of.tell(&[Epoch { loss: 1.0, valid: None }]).is_continue());
    }
}
