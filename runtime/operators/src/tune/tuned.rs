//! An estimator with the best arguments that were found, and how they were found.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;
use serde::{Deserialize, Serialize};

use crate::data::{Context, Table};
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted, Trials, Watch};
use crate::recommenders::{Scorer, SequenceEstimator};
use crate::sequences::Sequences;

/// All trials of a search, in the order in which they were drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The metric that was looked at, as metrics are named: `auc`.
    pub metric: String,
    /// Whether more of it is better.
    pub maximize: bool,
    /// The trials.
    pub trials: Vec<Trial>,
    /// The place of the best one.
    pub best: usize,
    /// How many of the trials a run made that was stopped.
    #[serde(default)]
    pub resumed: usize,
}

/// A trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The arguments tried, by name.
    pub arguments: Vec<(String, Value)>,
    /// How it went.
    pub state: TrialState,
    /// The metric on the rows to validate on.
    pub value: Option<f64>,
    /// Rounds or epochs that it was judged by, where the estimator learns in such.
    pub rounds: usize,
    /// How long it took.
    pub seconds: f64,
    /// Why it failed.
    pub failure: Option<String>,
}

/// How a trial went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// It ran to its end.
    Done,
    /// It was given up as hopeless.
    Pruned,
    /// It could not be learned.
    Failed,
}

/// The estimator that `tune` gives.
pub(super) struct Tuned {
    pub(super) best: Arc<dyn Estimator>,
    pub(super) history: Arc<History>,
}

impl Estimator for Tuned {
    fn fit(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        self.best.fit(train, valid, context)
    }

    fn fit_apply(&self, train: &Table, context: &Context) -> Result<(Arc<dyn Fitted>, Table), Fault> {
        self.best.fit_apply(train, context)
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.best.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.best.argument(operator, name)
    }

    fn trials(
        &self,
        changed: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        context: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        self.best.trials(changed, train, valid, context)
    }

    fn history(&self) -> Option<&Arc<History>> {
        Some(&self.history)
    }
}

/// The estimator that `tune` gives of one that learns from sequences.
pub(super) struct TunedOfSequences {
    pub(super) best: Arc<dyn SequenceEstimator>,
    pub(super) history: Arc<History>,
}

impl SequenceEstimator for TunedOfSequences {
    fn fit(&self, train: &Sequences, valid: Option<&Sequences>, context: &Context) -> Result<Arc<dyn Scorer>, Fault> {
        self.best.fit(train, valid, context)
    }

    fn fit_watched(
        &self,
        train: &Sequences,
        valid: Option<&Sequences>,
        watch: Watch<'_>,
        context: &Context,
    ) -> Result<Option<Arc<dyn Scorer>>, Fault> {
        self.best.fit_watched(train, valid, watch, context)
    }

    fn recall(&self) -> &Recall {
        self.best.recall()
    }

    fn history(&self) -> Option<&Arc<History>> {
        Some(&self.history)
    }
}
