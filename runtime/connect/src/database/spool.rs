//! Answers on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gml_ir::{Dataset, hash_bytes};
use polars::prelude::DataFrame;

use crate::table::ParquetFile;
use crate::table::replace::cannot;
use crate::{Fault, afar, paths};

/// Answers that were used within this time may be in use by another run.
const FRESH: Duration = Duration::from_secs(86_400);

/// An answer that arrives.
pub(super) struct Spool {
    file: Option<ParquetFile>,
    folder: PathBuf,
    name: String,
}

impl Spool {
    /// One without rows yet.
    pub(super) fn of(dataset: &Dataset, project: &Path) -> Result<Self, Fault> {
        let folder = project.join(afar::FOLDER).join("answers");
        fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
        Ok(Self { file: None, folder, name: dataset.name.to_string() })
    }

    /// Puts rows behind those that are there.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        match &mut self.file {
            Some(file) => file.push(frame),
            none => {
                // Of the same dataset several answers may arrive at once, to other conditions.
                let path = beside(&self.folder, &self.name);
                none.insert(ParquetFile::create(&path, &frame)?).push(frame)
            }
        }
    }

    /// A file beside the answers, for one that somebody else writes.
    pub(super) fn beside(&self) -> PathBuf {
        beside(&self.folder, &self.name)
    }

    /// The file with all of them, under a name made of its content.
    pub(super) fn finish(mut self) -> Result<PathBuf, Fault> {
        let path = match self.file.take() {
            Some(file) => file.finish()?,
            None => return Err(Fault::new(crate::code::INTERNAL_ERROR, "an answer has no columns")),
        };
        self.keep(&path)
    }

    /// A Parquet file that is whole, under a name made of its content.
    pub(super) fn keep(self, path: &Path) -> Result<PathBuf, Fault> {
        let bytes = fs::read(path).map_err(|error| paths::unreadable(path, &error))?;
        let target = self.folder.join(format!("{}-{}.parquet", self.name, &hash_bytes(&bytes)[..32]));
        // The same answer is the same file, which others may be reading.
        let same = target.metadata().is_ok_and(|about| about.len() == bytes.len() as u64);
        let kept = if same { fs::remove_file(path) } else { fs::rename(path, &target) };
        kept.map_err(|error| cannot(&target, &error))?;
        forget(&self.folder, &self.name, &target);
        Ok(target)
    }
}

/// A name that no other answer has.
fn beside(folder: &Path, name: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!("{name}-{}-{number}.arriving", std::process::id()))
}

/// Takes away answers to the same question that nobody uses any more.
fn forget(folder: &Path, name: &str, newest: &Path) {
    for path in crate::table::files_in(folder).unwrap_or_default() {
        let of_it = path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&format!("{name}-")));
        let is_old = || {
            let changed = path.metadata().and_then(|about| about.modified()).ok();
            changed.is_some_and(|changed| changed.elapsed().unwrap_or_default() > FRESH)
        };
        if of_it && path != newest && is_old() {
            // Where it cannot be removed, the next answer tries again.
            let _ = fs::remove_file(path);
        }
    }
}
