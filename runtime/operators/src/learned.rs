//! What knows how to learn, and what was learned.

use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Learned;

use crate::data::{Context, Table};

/// Knows how to learn from a table.
pub trait Estimator: Send + Sync {
    /// Learns from `train`; `valid` decides when to stop, where the estimator asks for that.
    ///
    /// # Errors
    /// Where the rows cannot be learned from, or a native library is missing.
    fn fit(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault>;
}

/// Something learned: a transform, a model.
pub trait Fitted: Send + Sync {
    /// Applies a transform to a table, or adds a model's output columns to it. Row order stays.
    ///
    /// # Errors
    /// Where the table lacks a column that was learned from, or has it with another type.
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault>;

    /// What it is, with its rows.
    fn ty(&self) -> Learned;

    /// The classes that a model tells apart, in the order of its scores; empty for anything else.
    fn classes(&self) -> &[Arc<str>] {
        &[]
    }

    /// Writes it into an empty folder: `signature.json`, and the files of its own.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    fn save(&self, folder: &Path) -> Result<(), Fault>;

    /// For downcasts between fitted parts.
    fn as_any(&self) -> &dyn std::any::Any;
}
