//! Plans, schedules and records runs.
//!
//! What lives here: which steps of a graph run, in what order and together with which others; where tables are held in
//! memory; what is kept of earlier runs; run records. What does not: what an operator computes (`gml-operators`), how a dataset is stored
//! (`gml-connect`). The engine reaches both through [`Backend`] only.

mod backend;
mod budget;
mod cache;
mod codes;
mod embedded;
mod execute;
mod openlineage;
mod plan;
mod progress;
mod run;
mod schedule;
mod secrets;
mod spill;
mod stop;
mod store;
mod testing;
#[cfg(test)]
mod tests;
mod tracking;
mod unsaved;
mod versions;

pub use gml_operators::{Judgement, RowBackend, Training, Unit};

pub use backend::{Backend, Gathered, Loaded, Parts, Room, Saved, Stopped, Through};
pub use cache::{Act, Choice, Cleaned, Decided, StoreSettings, UnknownStep, Verdict, clean};
pub use embedded::Embedded;
pub use openlineage::{ColumnInput, ColumnInputs, OpenLineage};
pub use plan::{Joining, Kept, Learner, Plan, PlannedStep, Scan, Stage, plan};
pub use progress::{Progress, Silent};
pub use run::{RunOptions, foresee, run, run_with, runnable};
pub use secrets::secret_names;
pub use spill::Buckets;
pub use stop::{Interrupted, Stopper};
pub use store::history::{Outdated, find_run, forget_runs, history, run_ids, was_killed};
pub use store::live::{Following, LiveStep, Now};
pub use store::record::{
    ArtifactKind, ArtifactRecord, ContractRecord, DatasetRecord, FailureRecord, LocationRecord, Measured, MetricRecord,
    PipelineRecord, RunRecord, RunState, StepRecord, StepState, TrackedRecord,
};
pub use store::{PAGE, latest, load_record, run_folder};
pub use testing::{TestOutcome, test, test_with};
pub use tracking::{Mlflow, Told};
pub use unsaved::told_who_saves;
pub use versions::{At, read_at};
