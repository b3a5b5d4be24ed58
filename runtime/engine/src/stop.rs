//! Stopping a run from outside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::execute::Journal;
use crate::openlineage::OpenLineage;
use crate::run::written;
use crate::store::record::RunState;

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
    lineage: Option<Arc<OpenLineage>>,
}

impl Stopper {
    /// Interrupts the run, if one is under way. Gives its id.
    pub fn stop(&self) -> Option<String> {
        let mut guard = self.lock();
        let Watched { project, journal, started, lineage } = guard.take()?;
        gml_connect::abandon();
        gml_foreign::abandon();
        let (mut record, artifacts) = journal.finish();
        record.state = RunState::Interrupted;
        record.seconds = started.elapsed().as_secs_f64();
        let id = record.id.clone();
        // Where it cannot be written, the record says that the run is running, as that of one that was killed.
        if written(&project, &record, &artifacts).is_ok() {
            journal.end();
        }
        if let Some(lineage) = lineage {
            lineage.aborted(&record);
        }
        // The run must not write its own record over this one: it waits here until the process has ended.
        std::mem::forget(guard);
        Some(id)
    }

    pub(crate) fn watch(
        &self,
        project: &Path,
        journal: &Arc<Journal>,
        started: Instant,
        lineage: Option<Arc<OpenLineage>>,
    ) {
        let (project, journal) = (project.to_path_buf(), Arc::clone(journal));
        *self.lock() = Some(Watched { project, journal, started, lineage });
    }

    /// The run has ended by itself.
    pub(crate) fn release(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
