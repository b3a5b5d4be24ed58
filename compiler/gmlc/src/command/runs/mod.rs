//! `gmlc runs`

mod compare;
mod show;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use gml_connect::Fault;
use gml_engine::{Outdated, RunRecord, RunState};
use serde_json::{Value as Json, json};

use super::clean::size;
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// What to do with the runs of a project.
#[derive(Debug, Args)]
pub struct RunsArgs {
    #[command(subcommand)]
    command: Command,
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".", global = true)]
    project: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the runs, the latest first.
    List {
        /// How many at most.
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        /// The form of the list.
        #[arg(long, value_enum, default_value = "text")]
        format: Form,
    },
    /// Show a run: what it was given, what it did and what it tracked.
    Show {
        /// The id of the run, what it begins with, or `last`.
        run: String,
        /// The form: `json` is its record as it is.
        #[arg(long, value_enum, default_value = "text")]
        format: Form,
    },
    /// Hold two runs against each other: parameters, metrics, time, and rows of datasets.
    Compare {
        /// The one.
        first: String,
        /// The other.
        #[arg(default_value = "last")]
        second: String,
        /// The form.
        #[arg(long, value_enum, default_value = "text")]
        format: Form,
    },
    /// Throw away the records of old runs, with their figures and reports. The latest stays; no dataset, model or kept
    /// result goes.
    Gc {
        /// Leave so many of the latest.
        #[arg(long, value_name = "N", required_unless_present = "older_than")]
        keep: Option<usize>,
        /// Only those that are older than so many days.
        #[arg(long, value_name = "DAYS")]
        older_than: Option<u32>,
        /// Say which would go, and leave them.
        #[arg(long)]
        dry_run: bool,
    },
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Does what is asked for.
pub fn runs(args: &RunsArgs) -> Exit {
    let folder = match Project::at(&args.project) {
        Ok(project) => project.folder,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    let done = match &args.command {
        Command::List { limit, format } => {
            list(&folder, *limit, *format);
            Ok(())
        }
        Command::Show { run, format } => gml_engine::find_run(&folder, run).map(|record| match format {
            Form::Text => show::show(&folder, &record),
            Form::Json => print(&record),
        }),
        Command::Compare { first, second, format } => gml_engine::find_run(&folder, first).and_then(|first| {
            let comparison = compare::compare(&first, &gml_engine::find_run(&folder, second)?);
            match format {
                Form::Text => comparison.print(),
                Form::Json => print(&comparison.json()),
            }
            Ok(())
        }),
        Command::Gc { keep, older_than, dry_run } => gc(&folder, *keep, *older_than, *dry_run),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}

fn print(value: &impl serde::Serialize) {
    output::line(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// How a run ended, in a word.
fn state(folder: &Path, record: &RunRecord) -> &'static str {
    match record.state {
        RunState::Running if gml_engine::was_killed(folder, record) => "killed",
        RunState::Running => "running",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::Interrupted => "interrupted",
    }
}

/// How long a run took; of one that goes on or was killed, when it told of itself last, which is before its end.
fn seconds(record: &RunRecord) -> String {
    let more = if record.state == RunState::Running { ">" } else { "" };
    format!("{more}{:.2}", record.seconds)
}

fn pipelines(record: &RunRecord) -> String {
    let names: Vec<&str> = record.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    names.join(", ")
}

/// A metric with its partition: `auc (test)`.
fn named(name: &str, partition: &str) -> String {
    if partition.is_empty() { name.to_owned() } else { format!("{name} ({partition})") }
}

fn list(folder: &Path, limit: Option<usize>, format: Form) {
    let mut runs = gml_engine::history(folder);
    runs.truncate(limit.unwrap_or(usize::MAX));
    if format == Form::Json {
        let runs: Vec<Json> = runs.iter().map(|(id, record)| summary(folder, id, record)).collect();
        print(&runs);
        return;
    }
    if runs.is_empty() {
        output::error_line("nothing was run here yet");
    }
    for (id, record) in &runs {
        match record {
            Ok(record) => output::line(in_a_line(folder, id, record).trim_end()),
            Err(fault) => output::line(format!("{id}  unreadable   {}", fault.message)),
        }
    }
}

fn in_a_line(folder: &Path, id: &str, record: &RunRecord) -> String {
    const SHOWN: usize = 3;
    let metric =
        |metric: &gml_engine::MetricRecord| format!("{} {:.6}", named(&metric.name, &metric.partition), metric.value);
    let metrics: Vec<String> = record.metrics.iter().take(SHOWN).map(metric).collect();
    let env: String = record.environment.iter().map(|env| format!("  --env {env}")).collect();
    let (state, seconds, pipelines) = (state(folder, record), seconds(record), pipelines(record));
    format!("{id}  {state:<11}  {seconds:>8} s  {pipelines}{env}  {}", metrics.join(", "))
}

fn summary(folder: &Path, id: &str, record: &Result<RunRecord, Fault>) -> Json {
    match record {
        Ok(record) => json!({
            "id": id,
            "state": state(folder, record),
            "started": record.started,
            "seconds": record.seconds,
            "environment": record.environment,
            "pipelines": record.pipelines.iter().map(|pipeline| &pipeline.name).collect::<Vec<_>>(),
            "metrics": record.metrics,
        }),
        Err(fault) => json!({ "id": id, "state": "unreadable", "message": fault.message }),
    }
}

fn gc(folder: &Path, keep: Option<usize>, older_than: Option<u32>, pretend: bool) -> Result<(), Fault> {
    let older_than = older_than.map(|days| Duration::from_secs(u64::from(days) * 86_400));
    let gone = gml_engine::forget_runs(folder, Outdated { keep, older_than }, pretend)?;
    for (id, _) in &gone {
        output::line(id);
    }
    let bytes = gone.iter().map(|(_, bytes)| bytes).sum();
    let done = if pretend { "would throw away" } else { "threw away" };
    let s = if gone.len() == 1 { "" } else { "s" };
    output::line(format!("{done} {} run{s}, {}", gone.len(), size(bytes)));
    Ok(())
}
