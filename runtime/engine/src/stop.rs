//! Stopping a run from outside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_operators::Stop;

use crate::execute::Journal;
use crate::openlineage::OpenLineage;
use crate::run::written;
use crate::store::record::RunState;

/// Trainings have so long to keep their state: a batch, and the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// Stops a run that is under way, for a process that is about to end: steps that run are left where they are. Those that can go on
/// from where they are keep that first.
///
/// Whatever appears appears by renaming, so datasets are as they were or as the run wrote them, and the steps that were done
/// are in the store. What is half-written is taken away, and the record says that the run was interrupted.
#[derive(Default)]
pub struct Stopper(Mutex<Option<Watched>>);

struct Watched {
    project: PathBuf,
    journal: Arc<Journal>,
    started: Instant,
    stop: Arc<Stop>,
    lineage: Option<Arc<OpenLineage>>,
}

/// A run that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// Its id.
    pub run: String,
    /// How many trainings have kept where they are.
    pub trainings: usize,
}

impl Stopper {
    /// Interrupts the run, if one is under way.
    pub fn stop(&self) -> Option<Interrupted> {
        let mut guard = self.lock();
        let Watched { project, journal, started, stop, lineage } = guard.take()?;
        let trainings = stop.ask(PATIENCE);
        gml_connect::abandon();
        gml_foreign::abandon();
        let (mut record, artifacts) = journal.finish();
        record.state = RunState::Interrupted;
        record.seconds = started.elapsed().as_secs_f64();
        let run = record.id.clone();
        // Where it cannot be written, the record says that the run is running, as that of one that was killed.
        if written(&project, &record, &artifacts).is_ok() {
            journal.end();
        }
        if let Some(lineage) = lineage {
            lineage.aborted(&record);
        }
        // The run must not write its own record over this one: it waits here until the process has ended.
        std::mem::forget(guard);
        Some(Interrupted { run, trainings })
    }

    pub(crate) fn watch(
        &self,
        project: &Path,
        journal: &Arc<Journal>,
        started: Instant,
        stop: &Arc<Stop>,
        lineage: Option<Arc<OpenLineage>>,
    ) {
        let (project, journal, stop) = (project.to_path_buf(), Arc::clone(journal), Arc::clone(stop));
        *self.lock() = Some(Watched { project, journal, started, stop, lineage });
    }

    /// The run has ended by itself.
    pub(crate) fn release(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
