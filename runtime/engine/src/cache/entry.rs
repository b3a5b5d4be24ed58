//! What is kept of a stage: what it put into the run record, and its result.

use gml_connect::Tolerated;
use gml_ir::{SequencesType, TableType};
use serde::{Deserialize, Serialize};

use crate::store::record::{ArtifactKind, MetricRecord};

/// What is kept of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// All that went into it, as a hash.
    pub(crate) key: String,
    /// When it ran, in seconds since 1970.
    pub(crate) at: u64,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What each of its steps left in the record.
    pub(crate) steps: Vec<Trace>,
    /// Whether the condition of a `when` held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<bool>,
    /// Its result, where that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<KeptResult>,
}

/// What a step left in the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trace {
    /// Rows of its table, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<u64>,
    /// Numbers that it tracked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) metrics: Vec<MetricRecord>,
    /// What it put into files of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) artifacts: Vec<KeptArtifact>,
    /// Rows that broke a contract and were tolerated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tolerated: Vec<KeptTolerated>,
    /// The dataset that it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) saved: Option<Saved>,
}

/// A figure, report, table, or course of a search or of learning that a step put into a file of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptArtifact {
    /// Where in the result it was: `columns` of a record.
    pub(crate) part: String,
    /// What it is.
    pub(crate) kind: ArtifactKind,
    /// It.
    pub(crate) object: Object,
}

/// Rows that broke a contract and were tolerated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptTolerated {
    pub(crate) dataset: String,
    pub(crate) column: String,
    pub(crate) rule: String,
    pub(crate) rows: u64,
    pub(crate) dropped: bool,
}

impl KeptTolerated {
    pub(crate) fn of(dataset: &str, rows: &Tolerated) -> Self {
        Self {
            dataset: dataset.to_owned(),
            column: rows.column.clone(),
            rule: rows.rule.clone(),
            rows: rows.rows,
            dropped: rows.dropped,
        }
    }

    pub(crate) fn rows(&self) -> Tolerated {
        Tolerated { column: self.column.clone(), rule: self.rule.clone(), rows: self.rows, dropped: self.dropped }
    }
}

/// A dataset as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The file or folder, relative to the project where it lies in there.
    pub(crate) path: String,
    /// The hash of its content.
    pub(crate) content: String,
    /// Rows, of a table.
    pub(crate) rows: Option<u64>,
    /// Size of all files.
    pub(crate) bytes: Option<u64>,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptResult {
    /// A table, as Parquet, with the type that its step gave it.
    Table(Object, TableType),
    /// Sequences, as a folder, with the type that their step gave them.
    Sequences(Object, SequencesType),
    /// What was learned, as a folder.
    Fitted(Object),
    /// Values, metrics, figures and reports, as MessagePack.
    Plain(Object),
    /// The same where they are small, as hexadecimal digits.
    Small(String),
}

impl KeptResult {
    /// The object that holds it.
    pub(crate) fn object(&self) -> Option<&Object> {
        match self {
            Self::Table(object, _) | Self::Sequences(object, _) | Self::Fitted(object) | Self::Plain(object) => {
                Some(object)
            }
            Self::Small(_) => None,
        }
    }
}

/// Bytes in the store, named by their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Object {
    /// SHA-256 of its content, hexadecimal.
    pub(crate) hash: String,
    /// Its size.
    pub(crate) bytes: u64,
}
