//! Tuning: looking for the arguments of an estimator that do best on other rows.
//!
//! What lives here: the operator `tune`, the search and its history. What does not: learners (`learn`), metrics.

mod afresh;
mod kept;
mod learner;
mod operator;
mod parzen;
mod picture;
mod pruning;
mod random;
mod read;
mod sampler;
mod space;
mod study;
#[cfg(test)]
mod tests;
mod tuned;

pub(crate) use afresh::afresh;
pub(crate) use operator::{search, tune};
pub(crate) use study::{LANES, Limit};
pub use tuned::{History, Trial, TrialState};
