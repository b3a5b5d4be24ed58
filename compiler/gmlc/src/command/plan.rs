//! `gmlc plan`

use super::ProgramArgs;
use super::prepare::prepare;
use crate::exit::Exit;
use crate::output;

/// Prints the steps of pipelines.
pub fn plan(pipeline: Option<&str>, args: &ProgramArgs) -> Exit {
    let prepared = match prepare(args) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let pipelines = match prepared.pipelines(pipeline) {
        Ok(pipelines) => pipelines,
        Err(exit) => return exit,
    };
    for pipeline in &pipelines {
        if let Err(fault) = gml_engine::runnable(&prepared.program, pipeline) {
            output::fault(&fault);
            return Exit::RunFailed;
        }
    }
    for pipeline in pipelines {
        output::line(format!("pipeline {}", pipeline.name));
        output::line(gml_engine::plan(&prepared.program, pipeline).to_text());
    }
    Exit::Done
}
