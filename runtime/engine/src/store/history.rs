//! The runs that a project had.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gml_connect::Fault;

use super::live::Following;
use super::record::{RunRecord, RunState};
use super::{cannot_write, folder, latest, load_record, run_folder};
use crate::cache;
use crate::codes;

/// The runs of a project, the latest first: their records, or why one cannot be read.
pub fn history(project: &Path) -> Vec<(String, Result<RunRecord, Fault>)> {
    let mut ids = run_ids(project);
    ids.reverse();
    ids.into_iter().map(|id| (id.clone(), load_record(project, &id))).collect()
}

/// The ids of the runs, the oldest first: they begin with the time.
pub fn run_ids(project: &Path) -> Vec<String> {
    let entries = folder(project).read_dir().into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut ids: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    ids.sort();
    ids
}

/// The run of an id, of what an id begins with, or the latest by `last`.
///
/// # Errors
/// Where there is none, or several begin so.
pub fn find_run(project: &Path, id: &str) -> Result<RunRecord, Fault> {
    if id == "last" {
        return load_record(project, id);
    }
    let mut ids = run_ids(project);
    ids.retain(|known| known.starts_with(id));
    match ids.as_slice() {
        [one] if !id.is_empty() => load_record(project, one),
        [_, _, ..] if !id.is_empty() => Err(Fault::new(codes::FILE_MISSING, format!("several runs begin with {id:?}"))
            .at(folder(project).display())
            .help(format!("they are {}", ids.join(", ")))),
        _ => load_record(project, id),
    }
}

/// Which runs are thrown away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outdated {
    /// All but so many of the latest.
    pub keep: Option<usize>,
    /// Those whose record was not written for so long.
    pub older_than: Option<Duration>,
}

/// Throws away the folders of runs, and gives their ids and the bytes that they took. A run has to be outdated in each way that
/// is asked for; the latest one always stays. With `pretend` nothing is touched.
///
/// # Errors
/// While a run is under way, and where a folder cannot be removed.
pub fn forget_runs(project: &Path, outdated: Outdated, pretend: bool) -> Result<Vec<(String, u64)>, Fault> {
    let runs = folder(project);
    let _alone = if pretend || !runs.is_dir() { None } else { Some(cache::alone(project)?) };
    let last = latest(project).ok();
    let mut ids = run_ids(project);
    ids.reverse();
    let mut gone = Vec::new();
    for (place, id) in ids.into_iter().enumerate() {
        let path = run_folder(project, &id);
        let written = path.join("run.json").metadata().or_else(|_| path.metadata());
        let age = written
            .and_then(|about| about.modified())
            .map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        let old = outdated.older_than.is_none_or(|limit| age.is_ok_and(|age| age >= limit));
        let many = outdated.keep.is_none_or(|keep| place >= keep);
        if Some(&id) == last.as_ref() || !(old && many) {
            continue;
        }
        let bytes = cache::size(&path);
        if !pretend {
            fs::remove_dir_all(&path).map_err(|error| cannot_write(&path, &error))?;
        }
        gone.push((id, bytes));
    }
    Ok(gone)
}

/// Whether a record says that its run has not ended, though its process has: it was killed.
pub fn was_killed(project: &Path, record: &RunRecord) -> bool {
    record.state == RunState::Running
        && match Following::of(project, &record.id) {
            Some(run) => !run.is_alive(),
            // It could not tell of itself, or has ended just now; what is sure is that no run at all is under way.
            None => cache::alone(project).is_ok(),
        }
}
