//! Where run records lie: `<project>/.gml/runs/<id>/run.json`, and `<project>/.gml/runs/last` with the id of the latest.

pub(crate) mod artifact;
pub(crate) mod history;
pub mod json;
pub(crate) mod live;
pub mod memory;
pub(crate) mod page;
pub mod record;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gml_connect::{Fault, secrets};
use gml_ir::hash_text;
use jiff::{SignedDuration, Timestamp};

use crate::codes;
use artifact::Kept;
use record::RunRecord;

/// The folder of the run records of a project.
fn folder(project: &Path) -> PathBuf {
    project.join(".gml").join("runs")
}

/// A new id for a run that starts `now`, and its folder: the time in UTC to the microsecond, so that ids are in the order in
/// which runs start; where another run has it, the next microsecond that is free.
///
/// # Errors
/// Where the folder cannot be made.
pub(crate) fn reserve(project: &Path, now: Timestamp) -> Result<String, Fault> {
    let runs = folder(project);
    fs::create_dir_all(&runs).map_err(|error| cannot_write(&runs, &error))?;
    for later in 0..1_000 {
        let id = (now + SignedDuration::from_micros(later)).strftime("%Y%m%d-%H%M%S-%6f").to_string();
        match fs::create_dir(runs.join(&id)) {
            Ok(()) => return Ok(id),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot_write(&runs.join(&id), &error)),
        }
    }
    Err(Fault::new(codes::INTERNAL_ERROR, "no free id for the run"))
}

/// Writes a record and makes it the latest.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(project: &Path, record: &RunRecord) -> Result<(), Fault> {
    let runs = folder(project);
    let path = runs.join(&record.id).join("run.json");
    let mut text = serde_json::to_string_pretty(record)
        .map_err(|error| Fault::new(codes::INTERNAL_ERROR, format!("the run record has no JSON form: {error}")))?;
    text.push('\n');
    replace(&path, text.as_bytes()).map_err(|error| cannot_write(&path, &error))?;
    let last = runs.join("last");
    replace(&last, record.id.as_bytes()).map_err(|error| cannot_write(&last, &error))
}

/// Writes the page of a run for people: `report.html` beside its record.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write_page(project: &Path, record: &RunRecord, artifacts: &[Kept]) -> Result<(), Fault> {
    let path = run_folder(project, &record.id).join(PAGE);
    let text = gml_report::page(&page::of_run(record, artifacts));
    replace(&path, text.as_bytes()).map_err(|error| cannot_write(&path, &error))
}

/// The page of a run, in its folder.
pub const PAGE: &str = "report.html";

/// The folder of a run.
pub fn run_folder(project: &Path, id: &str) -> PathBuf {
    folder(project).join(id)
}

/// The folder, in that of a project, of what runs that were stopped had done of a step.
pub(crate) const UNFINISHED: &str = ".gml/unfinished";

/// Where the steps of a run keep what they have done so far: a folder for runs of the same pipelines of the same program with the
/// same parameters, by the same version of this crate.
pub(crate) fn unfinished_folder(project: &Path, record: &RunRecord) -> PathBuf {
    let RunRecord { program_hash, environment, parameters, pipelines, .. } = record;
    let pipelines: Vec<_> = pipelines.iter().map(|pipeline| (&pipeline.name, &pipeline.parameters)).collect();
    let conditions = (env!("CARGO_PKG_VERSION"), program_hash, environment, parameters, pipelines);
    // What can be written as JSON once can be written twice.
    let text = serde_json::to_string(&conditions).unwrap_or_default();
    project.join(UNFINISHED).join(&hash_text(&text)[..16])
}

/// Writes a file as a whole: it has the old content or the new one, never half of it. Text goes without secrets.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let shown = std::str::from_utf8(content).map(secrets::hide);
    let content = shown.as_ref().map_or(content, |text| text.as_bytes());
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&beside, path));
    if replaced.is_err() {
        // The error that is told is the first one.
        let _ = fs::remove_file(&beside);
    }
    replaced
}

/// The id of the latest run.
///
/// # Errors
/// Where there was none yet.
pub fn latest(project: &Path) -> Result<String, Fault> {
    let path = folder(project).join("last");
    let id = fs::read_to_string(&path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Fault::new(codes::FILE_MISSING, "nothing was run here yet").at(path.display()).help("start with gmlc run")
        } else {
            Fault::new(codes::CANNOT_READ, format!("cannot be read: {error}")).at(path.display())
        }
    })?;
    Ok(id.trim().to_owned())
}

/// The record of a run by its id, or of the latest by `last`.
///
/// # Errors
/// Where there is none of that id, or it cannot be read.
pub fn load_record(project: &Path, id: &str) -> Result<RunRecord, Fault> {
    let id = if id == "last" { latest(project)? } else { id.to_owned() };
    let plain = !id.is_empty() && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let path = folder(project).join(&id).join("run.json");
    if !plain || !path.is_file() {
        return Err(Fault::new(codes::FILE_MISSING, format!("there is no run {id:?}"))
            .at(folder(project).display())
            .help("the folders there are the ids of the runs; `last` is the latest"));
    }
    let text = fs::read_to_string(&path)
        .map_err(|error| Fault::new(codes::CANNOT_READ, format!("cannot be read: {error}")).at(path.display()))?;
    let read = serde_json::from_str(&text).map_err(|error| {
        Fault::new(codes::CANNOT_READ, format!("is no run record: {error}"))
            .at(path.display())
            .help("it was changed, or written by another version of gmlc; delete its folder")
    });
    read.map(|mut record: RunRecord| {
        // What it has done is not in the record of a run that goes on, or was killed.
        if record.state == record::RunState::Running && record.steps.is_empty() {
            let (steps, seconds) = live::steps(project, &id);
            record.steps = steps;
            record.seconds = record.seconds.max(seconds);
        }
        record
    })
}

fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    Fault::new(codes::CANNOT_WRITE, format!("the run record cannot be written: {error}"))
        .at(path.display())
        .help("make the project's .gml folder writable, or free space on its disk")
}
