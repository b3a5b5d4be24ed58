//! Graphs built by hand, run with operators and stores made for the purpose.

mod backend;
mod builder;
mod embedded;
mod failures;
mod orders;
mod plans;
mod records;
mod resources;
mod secrets;
mod shared;
mod units;
mod whens;

use std::path::Path;

use gml_connect::Fault;
use gml_ir::Program;

use crate::{RunOptions, RunRecord, Silent, run_with};
use backend::TestBackend;

/// Runs all pipelines.
fn run(
    backend: &TestBackend,
    program: &Program,
    project: &Path,
    threads: usize,
) -> Result<RunRecord, (Fault, Box<RunRecord>)> {
    let names: Vec<&str> = program.pipelines.iter().map(|pipeline| &*pipeline.name).collect();
    let options = RunOptions {
        threads,
        memory: None,
        libraries: project.join("libraries"),
        progress: &Silent,
        store: None,
        choice: Default::default(),
        lineage: None,
        stopper: None,
    };
    run_with(backend, program, &names, project, &options)
}
