//! What a run leaves behind.

use std::collections::HashSet;
use std::ops::Range;

use gml_connect::Fault;
use gml_ir::Location;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The record of a run: `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it started, in UTC to the second, and digits that tell apart runs of the same second.
    pub id: String,
    /// How it ended.
    pub state: RunState,
    /// When it started, in UTC (RFC 3339).
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// SHA-256 of the source files, hexadecimal.
    pub program_hash: String,
    /// The name of the `env` that was applied.
    pub environment: Option<String>,
    /// Parameters of the program. Secrets are hidden.
    pub parameters: Map<String, Json>,
    /// The pipelines that were to run, in order.
    pub pipelines: Vec<PipelineRecord>,
    /// The steps in the order of their plans; the body of a `when` follows it.
    pub steps: Vec<StepRecord>,
    /// What was tracked.
    pub metrics: Vec<MetricRecord>,
    /// Which steps tracked these, in their order.
    #[serde(default)]
    pub tracked: Vec<TrackedRecord>,
    /// Figures, reports and tables that were tracked, and how searches and learning went, in files beside the record.
    #[serde(default)]
    pub artifacts: Vec<ArtifactRecord>,
    /// What was written.
    pub datasets: Vec<DatasetRecord>,
    /// Rows that broke contracts and did not stop the run.
    pub contracts: Vec<ContractRecord>,
    /// Why it failed.
    pub failure: Option<FailureRecord>,
}

impl RunRecord {
    /// The metrics in parts, in the order in which they were tracked. No two of a part have the same name and the same partition: it
    /// is one part, unless something is tracked again, of another model or in a `for`.
    pub fn measured(&self) -> Vec<Measured<'_>> {
        let (mut parts, mut begin, mut seen) = (Vec::new(), 0, HashSet::new());
        for (place, metric) in self.metrics.iter().enumerate() {
            let key = (metric.name.as_str(), metric.partition.as_str());
            if seen.contains(&key) {
                parts.push(self.part(begin..place));
                begin = place;
                seen.clear();
            }
            seen.insert(key);
        }
        if begin < self.metrics.len() {
            parts.push(self.part(begin..self.metrics.len()));
        }
        parts
    }

    fn part(&self, places: Range<usize>) -> Measured<'_> {
        let mut begin = 0;
        let mut by: Vec<String> = Vec::new();
        for tracked in &self.tracked {
            let end = begin + tracked.metrics;
            if begin < places.end && places.start < end {
                let step = self.steps.iter().find(|step| step.id == tracked.step);
                let place = step.map(|step| format!(" ({}:{})", step.location.file, step.location.line));
                let told = format!("{}{}", tracked.what, place.unwrap_or_default());
                if !by.contains(&told) {
                    by.push(told);
                }
            }
            begin = end;
        }
        Measured { metrics: &self.metrics[places], by }
    }
}

/// Metrics that are shown together.
#[derive(Clone, Debug)]
pub struct Measured<'r> {
    /// The metrics.
    pub metrics: &'r [MetricRecord],
    /// What was tracked, and where in the program: `evaluate of boosted_trees (main.gml:14)`.
    pub by: Vec<String>,
}

impl Measured<'_> {
    /// What stands above the part in that place, from 0, of so many.
    pub fn title(&self, place: usize, count: usize) -> String {
        const SHOWN: usize = 3;
        let number = format!("tracked {} of {count}", place + 1);
        let more = self.by.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("{more} more"));
        let by: Vec<String> = self.by.iter().take(SHOWN).cloned().chain(more).collect();
        if by.is_empty() { number } else { format!("{number}: {}", by.join(", ")) }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It has not ended, or was killed.
    Running,
    /// Everything was done.
    Done,
    /// A step failed.
    Failed,
    /// The user stopped it.
    Interrupted,
}

/// A pipeline of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PipelineRecord {
    /// Its name.
    pub name: String,
    /// Its parameters. Secrets are hidden.
    pub parameters: Map<String, Json>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The pipeline and the step's number in its graph; in the body of a `when` also that of the `when`: `watch.9.3`.
    pub id: String,
    /// What it does: `filter`, `save sessions`.
    pub name: String,
    /// The place in the program.
    pub location: LocationRecord,
    /// The nodes it was inlined from, outermost first.
    pub within: Vec<String>,
    /// What became of it.
    pub state: StepState,
    /// How long it took. Operators of one query are all computed by the last of them.
    pub seconds: f64,
    /// Rows of its table, where that was held in memory or written.
    pub rows: Option<u64>,
    /// The most bytes that the process had held by the end of the step.
    pub peak_memory: Option<u64>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It ran.
    Ran,
    /// Its result was kept from an earlier run.
    Cached,
    /// It failed.
    Failed,
    /// It did not run: a `when` did not hold, or the run failed before.
    Skipped,
    /// It was under way when it was told of last: its run goes on, or was killed. No run that ended by itself has such a step.
    Running,
}

/// A place in the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationRecord {
    /// The file, relative to the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A number that was tracked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricRecord {
    /// `auc`, `ndcg(10)`
    pub name: String,
    /// `train`, `valid`, `test`, several joined by `+`, or empty.
    pub partition: String,
    /// The value.
    #[serde(with = "super::json")]
    pub value: f64,
}

/// A step that tracked metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackedRecord {
    /// Its id.
    pub step: String,
    /// What it tracked: `evaluate of boosted_trees`.
    pub what: String,
    /// How many metrics.
    pub metrics: usize,
}

/// A file beside the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactRecord {
    /// What it is called: the step that gave it, and the part of its result.
    pub name: String,
    /// What it is.
    pub kind: ArtifactKind,
    /// The file, in the folder of the run.
    pub path: String,
    /// The id of the step that tracked it.
    pub step: String,
}

/// What a file beside the record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// A figure: SVG.
    Figure,
    /// A report: an HTML page.
    Report,
    /// A table: Parquet.
    Table,
    /// How arguments were found: JSON, and a figure of the same name.
    History,
    /// What was seen step by step while something learned: JSON, and a figure of the same name.
    Course,
}

/// A dataset that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// Its name in the catalog.
    pub name: String,
    /// The file or folder; relative to the project where it lies in there.
    pub path: String,
    /// Rows, of a table.
    pub rows: Option<u64>,
    /// Size of all files.
    pub bytes: Option<u64>,
    /// Whether an earlier run wrote it, and this one found it as it would have written it.
    #[serde(default)]
    pub cached: bool,
}

/// Rows that broke a contract and did not stop the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRecord {
    /// The dataset.
    pub dataset: String,
    /// The column.
    pub column: String,
    /// The rule as it was written.
    pub rule: String,
    /// `drop` or `warn`.
    pub action: String,
    /// How many rows broke it.
    pub rows: u64,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRecord {
    /// The code in the table of `gmlc explain`.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The file or dataset, where one is known.
    pub place: Option<String>,
    /// Further lines.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The id of the step that failed, if one did.
    pub step: Option<String>,
}

impl FailureRecord {
    /// The record of a fault in a step.
    pub(crate) fn of(fault: &Fault, step: Option<String>) -> Self {
        Self {
            code: fault.code.to_owned(),
            message: fault.message.clone(),
            place: fault.place.clone(),
            details: fault.details.clone(),
            help: fault.help.clone(),
            step,
        }
    }
}

impl From<&Location> for LocationRecord {
    fn from(location: &Location) -> Self {
        Self { file: location.file.to_string(), line: location.line, column: location.column }
    }
}
