//! Stopping a run from outside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gml_operators::Stop;

use crate::execute::Journal;
use crate::openlineage::OpenLineage;
use crate::run::written;
use crate::store::record::{RunRecord, RunState};
use crate::tracking::Mlflow;

/// How long those who hear of runs may take to answer for the sake of one that was interrupted.
const TIMEOUT: Duration = Duration::from_secs(5);

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
    trainings: usize,
    others: Others,
}

impl Interrupted {
    /// Its id.
    pub fn run(&self) -> &str {
        &self.record.id
    }

    /// How many trainings have kept where they are.
    pub fn trainings(&self) -> usize {
        self.trainings
    }

    /// Tells whoever hears of runs: those that follow where data comes from, and the tracking server of the program, both at once. It
    /// takes a few seconds at most where they do not answer. Gives what is to be said where they cannot be told.
    pub fn tell(&self) -> Vec<String> {
        let Others { lineage, tracking } = &self.others;
        let server = tracking.as_ref().map(|server| Mlflow { timeout: server.timeout.min(TIMEOUT), ..server.clone() });
        std::thread::scope(|scope| {
            let aborted = lineage.as_ref().map(|lineage| scope.spawn(|| lineage.aborted(&self.record, TIMEOUT)));
            let fault = server.and_then(|server| server.tell(&self.project, &self.record).err());
            let aborted = aborted.and_then(|telling| telling.join().ok().flatten());
            aborted.into_iter().chain(fault.map(|fault| format!("{} [{}]", fault.message, fault.code))).collect()
        })
    }
}

impl Stopper {
    /// Interrupts the run, if one is under way.
    pub fn stop(&self) -> Option<Interrupted> {
        let mut guard = self.lock();
        let Watched { project, journal, started, stop, others } = guard.take()?;
        let trainings = stop.ask(PATIENCE);
        gml_connect::abandon();
        gml_foreign::abandon();
        let (mut record, artifacts) = journal.finish();
        record.state = RunState::Interrupted;
        record.seconds = started.elapsed().as_secs_f64();
        // Where it cannot be written, the record says that the run is running, as that of one that was killed.
        if written(&project, &record, &artifacts).is_ok() {
            journal.end();
        }
        // The run must not write its own record over this one: it waits here until the process has ended.
        std::mem::forget(guard);
        Some(Interrupted { project, record, trainings, others })
    }

    pub(crate) fn watch(
        &self,
        project: &Path,
        journal: &Arc<Journal>,
        started: Instant,
        stop: &Arc<Stop>,
        others: Others,
    ) {
        let (project, journal, stop) = (project.to_path_buf(), Arc::clone(journal), Arc::clone(stop));
        *self.lock() = Some(Watched { project, journal, started, stop, others });
    }

    /// The run has ended by itself.
    pub(crate) fn release(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
