//! One implementation for every operator and function that the standard library declares, under the same name.
//!
//! What lives here: tables, row expressions, preparation, learning, metrics. What does not: files of datasets, the order
//! of steps, caching.

mod data;
mod learned;

pub use data::{Call, Context, Data, Implementation, Input, Metric, Table};
pub use learned::{Estimator, Fitted};
