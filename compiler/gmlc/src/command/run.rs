//! `gmlc run`

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use gml_engine::{DatasetRecord, MetricRecord, Progress, RunOptions, RunRecord, StepState, Stopper};

use super::prepare::{Prepared, prepare};
use super::{ChoiceArgs, ProgramArgs, chosen, lineage, read_at, store};
use crate::exit::Exit;
use crate::progress::{Log, Shown};
use crate::{interrupt, libraries, output};

/// What of the machine a run may use.
#[derive(Debug, Args)]
pub struct GivenArgs {
    /// How many threads to use; results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// How much memory steps at the same time may take together, as far as can be told: 4GiB, 512MiB.
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory: Option<u64>,
}

/// What a run tells, and whom.
#[derive(Debug, Args)]
pub struct ToldArgs {
    /// The form of what is said while it runs, on standard error: for people, or an object of JSON a line.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
    /// Tell of the run in the form of OpenLineage: at the end of a file, or to a server.
    #[arg(long, value_name = "FILE|URL")]
    lineage: Option<String>,
}

/// A size as a program writes it.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "TiB" => 1_u64 << 40,
        "GiB" => 1 << 30,
        "MiB" => 1 << 20,
        "KiB" => 1 << 10,
        "B" => 1,
        _ => return Err("write it as in a program: 4GiB, 512MiB".to_owned()),
    };
    let number = number.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
    number.map(|number| (number * unit as f64) as u64).ok_or_else(|| "write a number and a unit: 4GiB".to_owned())
}

/// Runs pipelines, shows their progress, and prints metrics and where the results lie.
pub fn run(
    pipeline: Option<&str>,
    args: &ProgramArgs,
    choice: &ChoiceArgs,
    given: &GivenArgs,
    told: &ToldArgs,
) -> Exit {
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
    let program = &prepared.program;
    let (choice, settings) =
        match chosen(choice, program, &pipelines).and_then(|choice| Ok((choice, store(&prepared.project.folder)?))) {
            Ok(both) => both,
            Err(exit) => return exit,
        };
    let (shown, stopper) = (Shown::new(told.log), Stopper::default());
    let graphs = pipelines.iter().map(|pipeline| &pipeline.graph);
    if let Err(fault) = libraries::ensure_for(program, graphs, &mut |text| shown.message(text)) {
        shown.not_begun(&fault);
        return Exit::RunFailed;
    }
    let available = std::thread::available_parallelism().map_or(1, NonZero::get);
    prepared.left_out(pipeline).iter().chain(&versions).for_each(|text| shown.message(text));
    let options = RunOptions {
        threads: given.threads.map_or(available, usize::from),
        memory: given.memory,
        libraries: libraries::folder(),
        progress: &shown,
        store: Some(settings),
        choice,
        lineage: told.lineage.as_deref().map(|to| Arc::new(lineage::told_to(to, &prepared, &pipelines))),
        stopper: Some(&stopper),
    };
    let names: Vec<&str> = pipelines.iter().map(|pipeline| &*pipeline.name).collect();
    let outcome = match interrupt::watched(&stopper, &shown, || {
        gml_engine::run(program, &names, &prepared.project.folder, &options)
    }) {
        Ok(outcome) => outcome,
        Err(error) => {
            output::error_line(format!("signals cannot be listened for: {error}"));
            return Exit::RunFailed;
        }
    };
    shown.finish();
    match outcome {
        Ok(record) => {
            shown.done(&record);
            show_metrics(&record);
            show_results(&record, &prepared);
            Exit::Done
        }
        Err((fault, record)) => {
            show_metrics(&record);
            shown.failed(&fault, &record);
            if told.log == Log::Text {
                output::fault(&fault);
                if is_recorded(&record, &prepared.project.folder) {
                    output::error_line(format!("the run is recorded as {}", record.id));
                }
                show_page(&record, &prepared.project.folder, output::error_line);
            }
            Exit::RunFailed
        }
    }
}

/// Whether the record is there, and says how the run ended.
fn is_recorded(record: &RunRecord, folder: &Path) -> bool {
    gml_engine::load_record(folder, &record.id).is_ok_and(|written| written.state == record.state)
}

/// Metrics as a table; as several, in the order in which they were tracked, where some were tracked again.
pub(super) fn show_metrics(record: &RunRecord) {
    let parts = record.measured();
    for (place, part) in parts.iter().enumerate() {
        if parts.len() > 1 {
            output::line(part.title(place, parts.len()));
        }
        show_table(part.metrics);
    }
}

/// Metrics as a table: a line each, a column for each partition.
fn show_table(metrics: &[MetricRecord]) {
    let mut partitions: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut values: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for metric in metrics {
        if !partitions.contains(&metric.partition.as_str()) {
            partitions.push(&metric.partition);
        }
        if !names.contains(&metric.name.as_str()) {
            names.push(&metric.name);
        }
        values.insert((&metric.name, &metric.partition), metric.value);
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
fn show_results(record: &RunRecord, prepared: &Prepared) {
    let folder = &*prepared.project.folder;
    let declared = &prepared.program.datasets;
    for DatasetRecord { name, path, rows, cached, .. } in &record.datasets {
        let is_elsewhere = declared.iter().any(|dataset| *dataset.name == **name && gml_connect::is_elsewhere(dataset));
        let place = if is_elsewhere { path.clone() } else { folder.join(path).display().to_string() };
        let rows = rows.map(|rows| format!("  {rows} rows")).unwrap_or_default();
        let done = if *cached { "cached" } else { "saved" };
        output::line(format!("{done} {name}  {place}{rows}"));
    }
    let count = |state: StepState| record.steps.iter().filter(|step| step.state == state).count();
    match (count(StepState::Ran), count(StepState::Cached)) {
        (_, 0) => {}
        (0, cached) => output::line(format!("nothing had to run: {cached} steps are cached")),
        (ran, cached) => output::line(format!("{ran} steps ran, {cached} are cached")),
    }
    output::line(format!("run   {}  {}", record.id, gml_engine::run_folder(folder, &record.id).display()));
    show_page(record, folder, output::line);
}

/// Where the page of the run lies, where it could be written.
pub(super) fn show_page(record: &RunRecord, folder: &Path, say: impl Fn(String)) {
    let page = gml_engine::run_folder(folder, &record.id).join(gml_engine::PAGE);
    if !record.id.is_empty() && page.is_file() {
        say(format!("report {}", page.display()));
    }
}
