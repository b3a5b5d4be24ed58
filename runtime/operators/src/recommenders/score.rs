//! What was learned, as numbers for items.

use std::path::Path;

use gml_connect::Fault;
use gml_inference::Device;
use serde_json::Value as Json;

use super::Known;
use crate::course::Course;
use crate::data::Context;
use crate::sequences::Sequence;

/// What scores are computed with.
#[derive(Clone, Copy)]
pub struct Means<'c> {
    /// Threads and libraries.
    pub context: &'c Context,
    /// Where a network runs.
    pub device: Device,
}

impl<'c> Means<'c> {
    /// The processor.
    pub fn processor(context: &'c Context) -> Self {
        Self { context, device: Device::Cpu }
    }
}

/// Gives items numbers by which they are recommended.
pub trait Scorer: Send + Sync {
    /// What it is, in `signature.json`: the name of its operator.
    fn kind(&self) -> &'static str;

    /// The scores of the items behind each of these sequences, none of which is empty. What is known of the items is that which
    /// the scorer was made from. Results depend on nothing but the sequence, neither on those beside it nor on the number of
    /// threads, of which it may use those of the pool that it runs in.
    ///
    /// # Errors
    /// Where they cannot be computed.
    fn scores(&self, given: &[Sequence<'_>], known: &Known, means: Means<'_>) -> Result<Vec<Scores>, Fault>;

    /// Whether it can score on a GPU.
    fn serves_cuda(&self) -> bool {
        false
    }

    /// Writes what it needs beside [`Known`] into the folder of an artifact. Gives the parts of `signature.json` that [`super::load`]
    /// finds again.
    ///
    /// # Errors
    /// GML0910 where the folder cannot be written.
    fn save(&self, folder: &Path) -> Result<Vec<(&'static str, Json)>, Fault>;

    /// What was seen step by step while it learned.
    fn course(&self) -> Option<Course> {
        None
    }

    /// How it was learned, as names and what stands behind them.
    fn facts(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The scores of items.
#[derive(Clone, Debug, PartialEq)]
pub enum Scores {
    /// Of all, by their numbers.
    All(Vec<f64>),
    /// Of some, which come before all others.
    Some {
        /// Their numbers in rising order, and their scores.
        scored: Vec<(u32, f64)>,
        /// What the others have.
        rest: Rest,
    },
}

/// The scores of items that have none of their own. The more frequent ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// 0
    Nothing,
    /// Their shares of all clicks.
    Shares,
}
