//! Recommenders: what comes next in a sequence.
//!
//! What lives here: the estimators of `std.recommend` and `std.graph` that learn from sequences, what they learn, `recommend`, and
//! judging. What does not: sequences themselves ([`crate::sequences`]), how networks are trained (`gml-neural`), candidates from tables.
//!
//! # To add an estimator
//!
//! Its operator gives `Data::SequenceEstimator` of something that implements [`SequenceEstimator`]. `fit` hands it the sequences of
//! `train` with no items but those that they have, numbered by how frequent they are from 0 on (`train.items().len()` is the size
//! of the vocabulary), and those of `valid` in the same numbers, without clicks on items that `train` does not have. A sequence
//! may be empty, have one click or ten thousand. It gives a [`Scorer`]: what it has learned, in those numbers. It keeps the call
//! that made it ([`SequenceEstimator::recall`]), so that `tune` can try other arguments; one that learns in epochs tells of each
//! ([`SequenceEstimator::fit_watched`]), so that `tune` can give up what is hopeless.
//!
//! A [`Scorer`] only gives items numbers; larger ones are recommended first. Everything else is done around it by
//! [`Recommender`]: finding the numbers of items again, items that are not known, sequences without any known item (they get the
//! most frequent items), equal scores (the more frequent item first, which is the smaller number), `exclude: seen`, the first
//! `k`, places for metrics, and the vocabulary in the artifact. What a scorer needs beside the vocabulary it writes itself into
//! the folder of the artifact ([`Scorer::save`] gives what stands of it in `signature.json`), and [`load`] calls its loader by
//! its [`Scorer::kind`].

mod als;
mod best;
mod cholesky;
mod epochs;
mod evaluate;
mod item_knn;
mod known;
mod metrics;
mod networks;
mod operators;
mod popularity;
mod recommender;
mod score;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use gml_connect::Fault;

use crate::data::{Context, Implementation};
use crate::learn::recall::Recall;
use crate::learned::Watch;
use crate::sequences::Sequences;
use crate::tune::History;

pub(crate) use evaluate::{can_judge, evaluate, judged};
pub use known::Known;
pub(crate) use networks::{device as training_device, fault as of_training, so_far};
pub(crate) use operators::{Parts, fit, sequences};
pub use recommender::Recommender;
pub(crate) use recommender::{KIND, load};
pub use score::{Means, Rest, Scorer, Scores};

/// Module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.recommend", "popularity", popularity::popularity),
    ("std.recommend", "session_popularity", popularity::session_popularity),
    ("std.recommend", "item_knn", item_knn::item_knn),
    ("std.recommend", "als", als::als),
    ("std.recommend", "recommend", operators::recommend),
    ("std.graph", "sr_gnn", networks::sr_gnn),
    ("std.graph", "gru4rec", networks::gru4rec),
    ("std.graph", "sasrec", networks::sasrec),
    ("std.graph", "dgsr", networks::dgsr),
];

/// Knows how to learn from sequences.
pub trait SequenceEstimator: Send + Sync {
    /// Learns from `train`, whose items are numbered as the module says; `valid` decides when to stop, where the estimator is
    /// told to.
    ///
    /// # Errors
    /// Where the sequences cannot be learned from.
    fn fit(&self, train: &Sequences, valid: Option<&Sequences>, context: &Context) -> Result<Arc<dyn Scorer>, Fault>;

    /// As [`SequenceEstimator::fit`]; `watch` is told of each epoch that is judged by `valid`, where the estimator learns in
    /// epochs. `None` where `watch` ended it.
    ///
    /// # Errors
    /// Those of [`SequenceEstimator::fit`].
    fn fit_watched(
        &self,
        train: &Sequences,
        valid: Option<&Sequences>,
        watch: Watch<'_>,
        context: &Context,
    ) -> Result<Option<Arc<dyn Scorer>>, Fault> {
        let _ = watch;
        self.fit(train, valid, context).map(Some)
    }

    /// The call that made it, which makes it again with other arguments.
    fn recall(&self) -> &Recall;

    /// How its arguments were found, where they were.
    fn history(&self) -> Option<&Arc<History>> {
        None
    }
}
