//! What a program is on the platforms that run containers: its pipelines as tasks, in the order that their datasets ask for.
//!
//! What lives here: the [`Workflow`] as plain data, which order and which places of data it needs, the documents that each target
//! reads, as types, and the proof that everything they refer to is there and that no task waits for itself. The SDKs of the targets let
//! such faults through (see [`Broken`]), so no document is written without it. What does not: reading files, printing, talking to a
//! platform.

pub mod airflow;
pub mod argo;
mod closure;
mod docker;
pub mod kfp;
pub mod kubernetes;
mod model;
mod name;
mod order;
mod places;
mod python;
mod schedule;
mod target;
mod yaml;

pub use closure::Broken;
pub use docker::{Image, Packages, dockerfile, left_out};
pub use model::{Argument, Given, Parameter, Task, Volume, Workflow, is_plain};
pub use name::{Name, Names, object_name};
pub use order::behind;
pub use places::{Places, Problem, local_path};
pub use schedule::Schedule;
pub use target::{MADE_BY, Target, WriteError, written};
