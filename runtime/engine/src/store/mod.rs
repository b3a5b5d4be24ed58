//! Where run records lie: `<project>/.gml/runs/<id>/run.json`, and `<project>/.gml/runs/last` with the id of the latest.

pub(crate) mod artifact;
pub mod json;
pub mod memory;
pub(crate) mod page;
pub mod record;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gml_connect::Fault;
use gml_ir::hash_text;
use jiff::Timestamp;

use crate::codes;
use artifact::Kept;
use record::RunRecord;

/// The folder of the run records of a project.
fn folder(project: &Path) -> PathBuf {
    project.join(".gml").join("runs")
}

/// A new id for a run that starts `now`, and its folder: the time in UTC, and six digits that tell apart runs that start
/// in the same second.
///
/// # Errors
/// Where the folder cannot be made.
pub(crate) fn reserve(project: &Path, now: Timestamp, program_hash: &str) -> Result<String, Fault> {
    let runs = folder(project);
    fs::create_dir_all(&runs).map_err(|error| cannot_write(&runs, &error))?;
    let time = now.strftime("%Y%m%d-%H%M%S").to_string();
    for attempt in 0_u32.. {
        let seed = format!("{program_hash} {} {} {attempt}", now.as_nanosecond(), std::process::id());
        let id = format!("{time}-{}", &hash_text(&seed)[..6]);
        match fs::create_dir(runs.join(&id)) {
            Ok(()) => return Ok(id),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1_000 => {}
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
    replace(&path, &text).map_err(|error| cannot_write(&path, &error))?;
    let last = runs.join("last");
    replace(&last, &record.id).map_err(|error| cannot_write(&last, &error))
}

/// Writes the page of a run for people: `report.html` beside its record.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write_page(project: &Path, record: &RunRecord, artifacts: &[Kept]) -> Result<(), Fault> {
    let path = run_folder(project, &record.id).join(PAGE);
    let text = gml_report::page(&page::of_run(record, artifacts));
    replace(&path, &text).map_err(|error| cannot_write(&path, &error))
}

/// The page of a run, in its folder.
pub const PAGE: &str = "report.html";

/// The folder of a run.
pub fn run_folder(project: &Path, id: &str) -> PathBuf {
    folder(project).join(id)
}

/// Writes a file as a whole: it has the old content or the new one, never half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
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
    serde_json::from_str(&text).map_err(|error| {
        Fault::new(codes::CANNOT_READ, format!("is no run record: {error}"))
            .at(path.display())
            .help("it was changed, or written by another version of gmlc; delete its folder")
    })
}

fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    Fault::new(codes::CANNOT_WRITE, format!("the run record cannot be written: {error}"))
        .at(path.display())
        .help("make the project's .gml folder writable, or free space on its disk")
}
