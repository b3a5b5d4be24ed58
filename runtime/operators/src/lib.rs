//! One implementation for every operator and function that the standard library declares, under the same name.
//!
//! What lives here: tables, row expressions, preparation, learning, metrics. What does not: files of datasets, the order
//! of steps, caching.

mod automl;
mod bound;
mod calibrate;
mod columns;
mod compiled;
mod course;
mod data;
mod drift;
mod embed;
mod explain;
pub mod expr;
mod features;
pub mod frame;
mod learn;
mod learned;
mod metrics;
mod monitor;
pub mod native;
mod nearest;
mod observer;
mod onnx;
mod pages;
mod pairs;
mod pending;
mod plots;
mod prep;
mod profile;
mod recommenders;
mod reducers;
mod registry;
mod scoring;
mod sequences;
mod split;
mod table;
mod tune;
mod version;

pub use bound::bind;
pub use compiled::{Compiled, Facts, compile, is_identifier};
pub use course::{Course, Curve};
pub use data::{Call, Context, Data, Implementation, ImplementationInParts, InParts, Input, Metric, Sink, Table};
pub use embed::open_onnx;
pub use explain::Explained;
pub use expr::rows::{Expressions, RowBackend, Told, computed_by, told};
pub use learn::{load, save};
pub use learned::{Estimator, Fitted};
pub use metrics::less_is_better;
pub use observer::{Heard, Judgement, Observer, Stop, Training, UnderWay, Unit};
pub use pending::{pending_arguments, pending_functions, pending_in, pending_operators, pending_store};
pub use recommenders::{Known, Recommender, Rest, Scorer, Scores, SequenceEstimator};
pub use reducers::{ImplementationOfParts, Reducer, reducer, reduces};
pub use registry::{functions, operator, operator_in_parts, operators};
pub use scoring::{Quick, RowScorer};
pub use sequences::{Items, Sequence, Sequences};
pub use table::{
    Keys, Lookup, Turns, applies, bounds, by_rows, conditions, in_turns, keeps_rows, leaves_out, looks_up, used,
};
pub use tune::{History, Trial, TrialState};
pub use version::version;

#[cfg(test)]
mod tests;
