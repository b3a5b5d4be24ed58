//! `gmlc clean`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ProgramArgs;
use super::prepare::prepare;
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// What to throw away.
#[derive(Debug, Args)]
pub struct CleanArgs {
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    project: PathBuf,
    /// Only results that were not used for so many days.
    #[arg(long, value_name = "DAYS")]
    unused_for: Option<u32>,
    /// Throw away old versions of the datasets that keep them instead, all but so many of the newest.
    #[arg(long, value_name = "N", conflicts_with = "unused_for", value_parser = clap::value_parser!(u32).range(1..))]
    versions: Option<u32>,
    /// The env that says where the datasets are.
    #[arg(long, requires = "versions")]
    env: Option<String>,
    /// Say what would be thrown away, and leave it.
    #[arg(long)]
    dry_run: bool,
}

/// Throws away kept results and says how many.
pub fn clean(args: &CleanArgs) -> Exit {
    let project = match Project::at(&args.project) {
        Ok(project) => project,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    if let Some(keep) = args.versions {
        return versions(args, &project, keep as usize);
    }
    let unused_for = args.unused_for.map(|days| Duration::from_secs(u64::from(days) * 86_400));
    match gml_engine::clean(&project.folder, unused_for, args.dry_run) {
        Ok(cleaned) => {
            let done = if args.dry_run { "would throw away" } else { "threw away" };
            let (results, bytes) = (cleaned.results, size(cleaned.bytes));
            let s = if results == 1 { "" } else { "s" };
            let unfinished = match cleaned.unfinished {
                0 => String::new(),
                1 => " and what a run that was stopped had begun".into(),
                runs => format!(" and what {runs} runs that were stopped had begun"),
            };
            output::line(format!("{done} {results} kept result{s}{unfinished}, {bytes}"));
            if cleaned.left > 0 {
                output::line(format!("{} are left, {}", cleaned.left, size(cleaned.bytes_left)));
            }
            output::line("datasets, models and run records are not touched");
            Exit::Done
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}

/// Throws away old versions of datasets, and says which.
fn versions(args: &CleanArgs, project: &Project, keep: usize) -> Exit {
    let program = ProgramArgs {
        project: args.project.clone(),
        env: args.env.clone(),
        set: Vec::new(),
        format: output::Format::Human,
    };
    let prepared = match prepare(&program) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let (mut count, mut bytes) = (0, 0);
    for dataset in prepared.program.datasets.iter().filter(|dataset| gml_connect::is_versioned(dataset)) {
        match gml_connect::forget_versions(dataset, &project.folder, keep, args.dry_run) {
            Ok(gone) => {
                for (version, size) in gone {
                    output::line(format!("{} {version}", dataset.name));
                    (count, bytes) = (count + 1, bytes + size);
                }
            }
            Err(fault) => {
                output::fault(&fault);
                return Exit::RunFailed;
            }
        }
    }
    let done = if args.dry_run { "would throw away" } else { "threw away" };
    let s = if count == 1 { "" } else { "s" };
    output::line(format!("{done} {count} version{s}, {}", size(bytes)));
    Exit::Done
}

/// A size in bytes, in the unit that suits it.
pub fn size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => format!("{bytes} bytes"),
    }
}
