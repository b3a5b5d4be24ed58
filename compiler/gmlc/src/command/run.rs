//! `gmlc run`

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;

use gml_engine::{RunOptions, RunRecord};

use super::ProgramArgs;
use super::prepare::prepare;
use crate::exit::Exit;
use crate::progress::Shown;
use crate::{libraries, output};

/// Runs pipelines, shows their progress, and prints metrics and where the results lie.
pub fn run(pipeline: Option<&str>, args: &ProgramArgs, threads: Option<u16>) -> Exit {
    let prepared = match prepare(args) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let pipelines = match prepared.pipelines(pipeline) {
        Ok(pipelines) => pipelines,
        Err(exit) => return exit,
    };
    let program = &prepared.program;
    let graphs = pipelines.iter().map(|pipeline| &pipeline.graph);
    if let Err(fault) = libraries::ensure_for(program, graphs, &mut |text| output::error_line(text)) {
        output::fault(&fault);
        return Exit::RunFailed;
    }
    let available = std::thread::available_parallelism().map_or(1, NonZero::get);
    let shown = Shown::new();
    let options = RunOptions {
        threads: threads.map_or(available, usize::from),
        libraries: libraries::folder(),
        progress: &shown,
    };
    let names: Vec<&str> = pipelines.iter().map(|pipeline| &*pipeline.name).collect();
    let outcome = gml_engine::run(program, &names, &prepared.project.folder, &options);
    shown.finish();
    match outcome {
        Ok(record) => {
            show_metrics(&record);
            show_results(&record, &prepared.project.folder);
            Exit::Done
        }
        Err((fault, record)) => {
            show_metrics(&record);
            output::fault(&fault);
            output::error_line(format!("the run is recorded as {}", record.id));
            show_page(&record, &prepared.project.folder, output::error_line);
            Exit::RunFailed
        }
    }
}

/// Metrics as a table: a line each, a column for each partition.
fn show_metrics(record: &RunRecord) {
    let mut partitions: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut values: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for metric in &record.metrics {
        if !partitions.contains(&metric.partition.as_str()) {
            partitions.push(&metric.partition);
        }
        if !names.contains(&metric.name.as_str()) {
            names.push(&metric.name);
        }
        values.insert((&metric.name, &metric.partition), metric.value);
    }
    if names.is_empty() {
        return;
    }
    let wide = names.iter().map(|name| name.len()).max().unwrap_or(0).max(6);
    let header: String = partitions.iter().map(|part| format!("  {part:>10}")).collect();
    output::line(format!("{:wide$}{header}", "metric"));
    for name in names {
        let cells: String = partitions
            .iter()
            .map(|part| match values.get(&(name, *part)) {
                Some(value) => format!("  {value:>10.6}"),
                None => format!("  {:>10}", "-"),
            })
            .collect();
        output::line(format!("{name:wide$}{cells}"));
    }
    output::line("");
}

/// Where the results lie.
fn show_results(record: &RunRecord, folder: &Path) {
    for dataset in &record.datasets {
        let rows = dataset.rows.map(|rows| format!("  {rows} rows")).unwrap_or_default();
        output::line(format!("saved {}  {}{rows}", dataset.name, folder.join(&dataset.path).display()));
    }
    output::line(format!("run   {}  {}", record.id, gml_engine::run_folder(folder, &record.id).display()));
    show_page(record, folder, output::line);
}

/// Where the page of the run lies, where it could be written.
fn show_page(record: &RunRecord, folder: &Path, say: impl Fn(String)) {
    let page = gml_engine::run_folder(folder, &record.id).join(gml_engine::PAGE);
    if !record.id.is_empty() && page.is_file() {
        say(format!("report {}", page.display()));
    }
}
