//! Plans, schedules and records runs.
//!
//! What lives here: which steps of a graph run, in what order and together with which others; where tables are held in
//! memory; run records. What does not: what an operator computes (`gml-operators`), how a dataset is stored
//! (`gml-connect`). The engine reaches both through [`Backend`] only.

mod backend;
mod codes;
mod embedded;
mod execute;
mod plan;
mod progress;
mod run;
mod schedule;
mod store;
mod testing;
#[cfg(test)]
mod tests;

pub use backend::{Backend, Loaded, Saved, Stopped, Through};
pub use embedded::Embedded;
pub use plan::{Kept, Plan, PlannedStep, Scan, Stage, plan};
pub use progress::{Progress, Silent};
pub use run::{RunOptions, run, run_with, runnable};
pub use store::record::{
    ArtifactKind, ArtifactRecord, ContractRecord, DatasetRecord, FailureRecord, LocationRecord, MetricRecord,
    PipelineRecord, RunRecord, RunState, StepRecord, StepState,
};
pub use store::{PAGE, latest, load_record, run_folder};
pub use testing::{TestOutcome, test, test_with};
