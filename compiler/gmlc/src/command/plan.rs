//! `gmlc plan`

use super::prepare::prepare;
use super::{ChoiceArgs, ProgramArgs, chosen, read_at, store};
use crate::exit::Exit;
use crate::output;

/// Prints the steps of pipelines, and which of them would run and why.
pub fn plan(pipeline: Option<&str>, args: &ProgramArgs, choice: &ChoiceArgs) -> Exit {
    let mut prepared = match prepare(args) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let versions = match read_at(choice, &mut prepared, pipeline) {
        Ok(versions) => versions,
        Err(exit) => return exit,
    };
    let pipelines = match prepared.pipelines(pipeline) {
        Ok(pipelines) => pipelines,
        Err(exit) => return exit,
    };
    if let Err(exit) = prepared.set_for(pipeline) {
        return exit;
    }
    for pipeline in &pipelines {
        if let Err(fault) = gml_engine::runnable(&prepared.program, pipeline, &prepared.project.folder) {
            output::fault(&fault);
            return Exit::RunFailed;
        }
    }
    let choice = match chosen(choice, &prepared.program, &pipelines) {
        Ok(choice) => choice,
        Err(exit) => return exit,
    };
    let settings = match store(&prepared.project.folder) {
        Ok(settings) => settings,
        Err(exit) => return exit,
    };
    let foreseen = gml_engine::foresee(&prepared.program, &pipelines, &prepared.project.folder, &settings, &choice);
    prepared.left_out(pipeline).iter().for_each(output::error_line);
    versions.iter().for_each(output::line);
    for (pipeline, (plan, decided)) in pipelines.iter().zip(&foreseen) {
        let gets = if pipeline.resources.is_empty() { String::new() } else { format!("  gets {}", pipeline.resources) };
        output::line(format!("pipeline {}{gets}", pipeline.name));
        output::line(plan.to_text_with(decided));
        if decided.running() == 0 && !plan.is_empty() {
            output::line("nothing has to run: all of it is as it was\n");
        }
    }
    Exit::Done
}
