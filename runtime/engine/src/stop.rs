//! Stopping a run from outside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_connect::Fault;

use crate::execute::Journal;
use crate::openlineage::OpenLineage;
use crate::run::written;
use crate::store::record::{RunRecord, RunState};
use crate::tracking::Mlflow;

/// How long a tracking server may take to answer for the sake of a run that was interrupted.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Stops a run that is under way, for a process that is about to end: steps that run are left where they are.
///
/// Whatever appears appears by renaming, so datasets are as they were or as the run wrote them, and the steps that were done
/// are in the store. What is half-written is taken away, and the record says that the run was interrupted.
#[derive(Default)]
pub struct Stopper(Mutex<Option<Watched>>);

struct Watched {
    project: PathBuf,
    journal: Arc<Journal>,
    started: Instant,
    others: Others,
}

/// Who else is told that a run was interrupted.
#[derive(Default)]
pub(crate) struct Others {
    pub(crate) lineage: Option<Arc<OpenLineage>>,
    pub(crate) tracking: Option<Mlflow>,
}

/// A run that was interrupted.
pub struct Interrupted {
    project: PathBuf,
    record: RunRecord,
    tracking: Option<Mlflow>,
}

impl Interrupted {
    /// Its id.
    pub fn run(&self) -> &str {
        &self.record.id
    }

    /// Tells the tracking server of the program, if it has one, which takes a few seconds at most where that does not answer.
    ///
    /// # Errors
    /// Where it cannot be told.
    pub fn tell(&self) -> Result<(), Fault> {
        match &self.tracking {
            Some(server) => {
                let server = Mlflow { timeout: server.timeout.min(TIMEOUT), ..server.clone() };
                server.tell(&self.project, &self.record).map(drop)
            }
            None => Ok(()),
        }
    }
}

impl Stopper {
    /// Interrupts the run, if one is under way.
    pub fn stop(&self) -> Option<Interrupted> {
        let mut guard = self.lock();
        let Watched { project, journal, started, others: Others { lineage, tracking } } = guard.take()?;
        gml_connect::abandon();
        gml_foreign::abandon();
        let (mut record, artifacts) = journal.finish();
        record.state = RunState::Interrupted;
        record.seconds = started.elapsed().as_secs_f64();
        // Where it cannot be written, the record says that the run is running, as that of one that was killed.
        if written(&project, &record, &artifacts).is_ok() {
            journal.end();
        }
        if let Some(lineage) = lineage {
            lineage.aborted(&record);
        }
        // The run must not write its own record over this one: it waits here until the process has ended.
        std::mem::forget(guard);
        Some(Interrupted { project, record, tracking })
    }

    pub(crate) fn watch(&self, project: &Path, journal: &Arc<Journal>, started: Instant, others: Others) {
        let (project, journal) = (project.to_path_buf(), Arc::clone(journal));
        *self.lock() = Some(Watched { project, journal, started, others });
    }

    /// The run has ended by itself.
    pub(crate) fn release(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
