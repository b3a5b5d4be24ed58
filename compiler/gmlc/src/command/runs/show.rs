//! A run, for people.

use std::path::Path;

use gml_engine::{RunRecord, StepState};
use serde_json::Value as Json;

use super::{pipelines, seconds, state};
use crate::command::run::{show_metrics, show_page};
use crate::output::line;

/// Prints what a run was given, what it did and what it tracked.
pub(super) fn show(folder: &Path, record: &RunRecord) {
    let ended = state(folder, record);
    line(format!("run          {}", record.id));
    line(format!("state        {ended}"));
    line(format!("started      {}", record.started));
    line(format!("took         {} s", seconds(record)));
    line(format!("pipelines    {}", pipelines(record)));
    if let Some(environment) = &record.environment {
        line(format!("environment  {environment}"));
    }
    line(format!("program      {}", record.program_hash.get(..12).unwrap_or(&record.program_hash)));
    if let Some(failure) = &record.failure {
        line(format!("failure      {}: {}", failure.code, failure.message));
        failure.place.iter().for_each(|place| line(format!("             at {place}")));
        failure.details.iter().for_each(|detail| line(format!("             {detail}")));
    }
    line("");
    let of_pipelines = record.pipelines.iter().flat_map(|pipeline| &pipeline.parameters);
    let parameters: Vec<_> = record.parameters.iter().chain(of_pipelines).collect();
    let wide = parameters.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in &parameters {
        line(format!("{name:wide$} = {}", written(value)));
    }
    if !parameters.is_empty() {
        line("");
    }
    show_metrics(record);
    for dataset in &record.datasets {
        let rows = dataset.rows.map(|rows| format!("  {rows} rows")).unwrap_or_default();
        let done = if dataset.cached { "cached" } else { "saved" };
        line(format!("{done} {}  {}{rows}", dataset.name, dataset.path));
    }
    for artifact in &record.artifacts {
        line(format!("file  {}", gml_engine::run_folder(folder, &record.id).join(&artifact.path).display()));
    }
    show_page(record, folder, line);
    line("");
    let wide = record.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0).min(40);
    for step in &record.steps {
        let state = match step.state {
            StepState::Ran => "ran",
            StepState::Cached => "cached",
            StepState::Failed => "failed",
            StepState::Skipped => "skipped",
            // As the run: it runs, or was killed.
            StepState::Running => ended,
        };
        let rows = step.rows.map(|rows| format!("  {rows} rows")).unwrap_or_default();
        let place = format!("{}:{}", step.location.file, step.location.line);
        line(format!("{state:<7}  {:>8.3} s  {:wide$}  {place}{rows}", step.seconds, step.name));
    }
}

/// A value of a record as people write it.
pub(super) fn written(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
