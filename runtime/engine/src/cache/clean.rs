//! Taking things away from the store.

use std::path::Path;
use std::time::{Duration, SystemTime};

use gml_connect::Fault;

use super::{content, folder, objects};
use crate::store::UNFINISHED;

/// What was taken away, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Kept results.
    pub results: usize,
    /// Runs that were stopped, of which more was kept than their results.
    pub unfinished: usize,
    /// The bytes that they took.
    pub bytes: u64,
    /// Kept results that are left.
    pub left: usize,
    /// The bytes that those take.
    pub bytes_left: u64,
}

/// Takes away the kept results of a project that were not used for as long as `unused_for` says, or all of the store where
/// it says nothing. With `pretend` nothing is touched.
///
/// # Errors
/// While a run is under way, and where the store cannot be changed.
pub fn clean(project: &Path, unused_for: Option<Duration>, pretend: bool) -> Result<Cleaned, Fault> {
    let root = folder(project);
    let unfinished = project.join(UNFINISHED);
    if !root.is_dir() && !unfinished.is_dir() {
        return Ok(Cleaned::default());
    }
    let _alone = if pretend { None } else { Some(super::alone(project)?) };
    let mut cleaned = Cleaned::default();
    let now = SystemTime::now();
    for (used, path, bytes) in objects::all(&root) {
        let idle = now.duration_since(used).unwrap_or_default();
        if unused_for.is_none_or(|unused_for| idle >= unused_for) {
            cleaned.results += 1;
            cleaned.bytes += bytes;
            if !pretend {
                objects::remove(&path);
            }
        } else {
            cleaned.left += 1;
            cleaned.bytes_left += bytes;
        }
    }
    let from = project.join(gml_connect::FROM);
    for path in if from.is_dir() { gml_connect::files_in(&from)? } else { Vec::new() } {
        let about = path.metadata().ok();
        let bytes = about.as_ref().map_or(0, std::fs::Metadata::len);
        let idle = about.and_then(|about| now.duration_since(about.modified().ok()?).ok()).unwrap_or_default();
        if unused_for.is_none_or(|unused_for| idle >= unused_for) {
            cleaned.results += 1;
            cleaned.bytes += bytes;
            if !pretend {
                objects::remove(&path);
            }
        }
    }
    // What a run that was stopped had done of steps that take long: it may go on from there, or never.
    for path in unfinished.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()) {
        let files = content::files(&path).unwrap_or_default();
        let used = files.iter().filter_map(|file| file.metadata().ok()?.modified().ok()).max().unwrap_or(now);
        if unused_for.is_none_or(|unused_for| now.duration_since(used).unwrap_or_default() >= unused_for) {
            cleaned.unfinished += 1;
            cleaned.bytes += objects::size(&path);
            if !pretend {
                objects::remove(&path);
            }
        }
    }
    if !pretend {
        objects::remove(&root.join("tmp"));
        if unused_for.is_none() {
            // The lock stays: others may wait for it.
            ["objects", "ledger", "known", "files.json"].iter().for_each(|part| objects::remove(&root.join(part)));
        }
    }
    Ok(cleaned)
}
