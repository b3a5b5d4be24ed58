//! What is kept of earlier runs, so that the same work is not done twice: `<project>/.gml/store`.
//!
//! What lives here: the keys of steps, the results and traces that are kept under them, which steps have to run and why.
//! What does not: running them. A result is named by all that went into it, so nothing in here is ever out of date: what
//! changed has another name. How it is kept on disk, and what is kept at all, is told in `docs/store.md`.

mod clean;
mod computed;
pub(crate) mod content;
mod decide;
mod entry;
mod explain;
mod files;
mod key;
mod ledger;
mod objects;
mod result;
mod salt;
mod select;
mod settings;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use clean::{Cleaned, clean};
pub(crate) use computed::tell;
pub use decide::{Act, Decided, Verdict};
pub(crate) use decide::{Deciding, decide};
pub(crate) use entry::{Entry, KeptArtifact, KeptTolerated, Saved, Trace};
pub(crate) use files::Stamp;
pub(crate) use objects::size;
pub(crate) use result::Keeping;
pub use select::{Choice, UnknownStep};
pub use settings::StoreSettings;

use gml_connect::Fault;

use crate::codes;
use entry::Object;
use explain::Known;
use files::Hashes;
use ledger::Ledger;
use objects::Objects;
use salt::Salt;

/// The store of a project for oneself, until what this gives is dropped.
///
/// # Errors
/// While a run is under way, and where the store cannot be written.
pub(crate) fn alone(project: &Path) -> Result<File, Fault> {
    let root = folder(project);
    // Runs hold the lock in here, whether they keep anything or not.
    let made = fs::create_dir_all(&root).ok().and_then(|()| objects::alone(&root));
    made.ok_or_else(|| {
        Fault::new(codes::CANNOT_WRITE, "a run of this project is under way, or its .gml folder cannot be written")
            .at(root.display())
            .help("wait until the run has ended")
    })
}

/// The folder of a project's store.
fn folder(project: &Path) -> PathBuf {
    project.join(".gml").join("store")
}

/// The store of a project, open for one run or one plan.
pub(crate) struct Cache {
    root: PathBuf,
    objects: Objects,
    /// What is known under which key.
    entries: Mutex<HashMap<String, Entry>>,
    /// Where new entries go; `None` where the store is only looked into.
    ledger: Option<Ledger>,
    hashes: Hashes,
    salt: Salt,
    settings: StoreSettings,
    /// Objects that were held against their hashes, and those that failed.
    verified: Mutex<(HashSet<String>, HashSet<String>)>,
    /// Why nothing more is kept, once that is so.
    stopped: AtomicBool,
    /// What is to be told of the store: damage, a full disk.
    told: Mutex<Vec<String>>,
    /// Held, shared with other runs, as long as this is open: nothing is thrown away meanwhile.
    _lock: Option<File>,
}

impl Cache {
    /// Opens the store for a run. A store that cannot be written is read, and it is told that nothing is kept.
    pub(crate) fn open(project: &Path, run: &str, settings: &StoreSettings) -> Self {
        let root = folder(project);
        let lock = fs::create_dir_all(&root).and_then(|()| {
            let file = File::options().create(true).append(true).open(root.join("lock"))?;
            file.lock_shared()?;
            Ok(file)
        });
        let mut cache = Self::look(project, settings);
        match lock {
            Ok(lock) => {
                cache.salt = Salt::of(&root);
                cache.ledger = Some(Ledger::new(&root, run));
                cache._lock = Some(lock);
            }
            Err(error) => cache.stop(&format!("{} cannot be written: {error}", root.display())),
        }
        cache
    }

    /// Opens the store to look into it: nothing in it is changed.
    pub(crate) fn look(project: &Path, settings: &StoreSettings) -> Self {
        let root = folder(project);
        let entries = ledger::read(&root);
        Self {
            objects: Objects::new(&root),
            entries: Mutex::new(entries),
            ledger: None,
            hashes: Hashes::read(&root),
            salt: Salt::read(&root),
            settings: settings.clone(),
            verified: Mutex::default(),
            stopped: AtomicBool::new(false),
            told: Mutex::default(),
            _lock: None,
            root,
        }
    }

    fn salt(&self) -> &Salt {
        &self.salt
    }

    pub(crate) fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// What is known under a key.
    pub(crate) fn entry(&self, key: &str) -> Option<Entry> {
        lock(&self.entries).get(key).cloned()
    }

    /// Keeps what a stage left behind.
    pub(crate) fn record(&self, entry: Entry) {
        if let Some(ledger) = self.ledger.as_ref().filter(|_| self.keeps())
            && let Err(error) = ledger.append(&entry)
        {
            self.stop(&error.to_string());
        }
        lock(&self.entries).insert(entry.key.clone(), entry);
    }

    /// Whether anything more is kept.
    pub(crate) fn keeps(&self) -> bool {
        self.ledger.is_some() && !self.stopped.load(Ordering::Relaxed)
    }

    /// Keeps nothing more, and tells why. A run goes on without its store.
    pub(crate) fn stop(&self, why: &str) {
        if !self.stopped.swap(true, Ordering::Relaxed) {
            self.tell(format!("results of this run are not kept for later runs: {why}"));
        }
    }

    fn tell(&self, text: String) {
        lock(&self.told).push(text);
    }

    /// What is to be told of the store, once.
    pub(crate) fn told(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.told))
    }

    /// Whether an object is there and has the content that its name says. One that has not is taken away.
    pub(crate) fn is_whole(&self, object: &Object) -> bool {
        let mut verified = lock(&self.verified);
        if verified.0.contains(&object.hash) {
            return true;
        }
        if verified.1.contains(&object.hash) {
            return false;
        }
        match self.objects.verify(object) {
            objects::Found::Whole => {
                verified.0.insert(object.hash.clone());
                true
            }
            objects::Found::Missing => {
                verified.1.insert(object.hash.clone());
                false
            }
            objects::Found::Damaged => {
                verified.1.insert(object.hash.clone());
                drop(verified);
                if self.ledger.is_some() {
                    self.objects.remove(object);
                }
                let place = self.objects.place(object);
                self.tell(format!("{} is damaged and not used: it is made again", place.display()));
                false
            }
        }
    }

    /// What was known of the steps of a pipeline when it ran last.
    pub(crate) fn known(&self, pipeline: &str) -> Known {
        explain::read(&self.root, pipeline)
    }

    /// Keeps what is known of the steps of a pipeline now.
    pub(crate) fn remember(&self, pipeline: &str, known: &Known) {
        if self.keeps()
            && let Err(error) = explain::write(&self.root, pipeline, known)
        {
            self.stop(&error.to_string());
        }
    }

    /// Ends the use of the store: keeps the hashes of files, and throws away what was not used for longest where the store
    /// is too large.
    pub(crate) fn close(self) -> Vec<String> {
        if self.keeps() {
            if let Err(error) = self.hashes.write(&self.root) {
                self.stop(&error.to_string());
            }
            let Self { root, objects, settings, _lock, ledger, told, .. } = self;
            drop(ledger);
            // Others that run keep theirs; whoever is last makes room.
            drop(_lock);
            objects.shrink(&root, settings.limit);
            ledger::tidy(&root);
            return told.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
        self.told()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
