//! What a run knows already of the datasets that it reads.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use gml_ir::Dataset;

use super::parquet::Contents;
use super::replace::Folder;
use super::sources::{Sources, is_elsewhere};
use crate::{Fault, paths};

/// Files that were held against the rules of a dataset and broke none. A run keeps this in mind, so that rows which a
/// second reader does not need are not read again for their rules alone.
///
/// What lies elsewhere is asked for once, too: all of a run sees the same, unless the run writes it itself.
#[derive(Debug, Default)]
pub struct Verified {
    files: Mutex<HashSet<Version>>,
    asked: Mutex<HashMap<String, Arc<Sources>>>,
    folders: Mutex<HashMap<String, Folder>>,
    footers: Mutex<HashMap<Version, Arc<Contents>>>,
}

/// So many footers are kept at most: a table may have thousands of files.
const MOST_FOOTERS: usize = 256;
/// A file that has been as it is for so long has another time when it is written again. File systems tell times in steps of
/// some milliseconds, the coarsest of two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// A file as it was, and the dataset that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    dataset: String,
    file: PathBuf,
    bytes: u64,
    changed: Option<SystemTime>,
}

impl Version {
    pub(super) fn of(dataset: &Dataset, file: &Path) -> Result<Self, Fault> {
        let about = file.metadata().map_err(|error| paths::unreadable(file, &error))?;
        let (bytes, changed) = (about.len(), about.modified().ok());
        Ok(Self { dataset: dataset.name.to_string(), file: file.to_owned(), bytes, changed })
    }

    /// Whether a file of another content would be of another version.
    fn is_settled(&self) -> bool {
        self.changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age >= SETTLED)
    }

    /// The size of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Verified {
    pub(super) fn holds(&self, version: &Version) -> bool {
        version.changed.is_some() && lock(&self.files).contains(version)
    }

    pub(super) fn add(&self, version: Version) {
        lock(&self.files).insert(version);
    }

    /// What the end of a Parquet file says; it is read once.
    pub(super) fn footer(
        &self,
        version: &Version,
        read: impl FnOnce() -> Result<Contents, Fault>,
    ) -> Result<Arc<Contents>, Fault> {
        if let Some(known) = lock(&self.footers).get(version) {
            return Ok(Arc::clone(known));
        }
        let contents = Arc::new(read()?);
        let mut footers = lock(&self.footers);
        if footers.len() < MOST_FOOTERS && version.is_settled() {
            footers.insert(version.clone(), Arc::clone(&contents));
        }
        Ok(contents)
    }

    /// Where the rows of a dataset that lies elsewhere were found, in this run; `needed` tells those from others of the same dataset,
    /// and is empty where they are all of it.
    pub(super) fn asked(
        &self,
        dataset: &Dataset,
        needed: &str,
        ask: impl FnOnce() -> Result<Sources, Fault>,
    ) -> Result<Arc<Sources>, Fault> {
        if let Some(known) = self.known(dataset, needed) {
            return Ok(known);
        }
        let found = Arc::new(ask()?);
        lock(&self.asked).insert(asked_name(dataset, needed), Arc::clone(&found));
        Ok(found)
    }

    /// Where they were found, if they were asked for before. What is all of a dataset is found for every need.
    pub(super) fn known(&self, dataset: &Dataset, needed: &str) -> Option<Arc<Sources>> {
        let asked = lock(&self.asked);
        asked.get(&asked_name(dataset, needed)).or_else(|| asked.get(&asked_name(dataset, ""))).cloned()
    }

    /// The newest folder of an artifact dataset; of one that lies elsewhere, the one that this run has seen first.
    ///
    /// # Errors
    /// Where nothing was saved there yet, or a store does not give it.
    pub fn folder(&self, dataset: &Dataset, project: &Path) -> Result<Folder, Fault> {
        if !is_elsewhere(dataset) {
            return Folder::newest(dataset, project);
        }
        let name = asked_name(dataset, "");
        if let Some(known) = lock(&self.folders).get(&name) {
            return Ok(known.clone());
        }
        let found = Folder::newest(dataset, project)?;
        lock(&self.folders).insert(name, found.clone());
        Ok(found)
    }

    /// Forgets where rows and folders were found. For a run that has written something, which may lie there.
    pub fn forget(&self) {
        lock(&self.asked).clear();
        lock(&self.folders).clear();
    }
}

fn asked_name(dataset: &Dataset, needed: &str) -> String {
    format!("{} {:?} {needed}", dataset.name, dataset.connector)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
