//! What a run that goes on has done so far, for other processes: `live.jsonl` beside its record, a step a line whenever one
//! begins or ends. It is gone when the record has all of it; a run that was killed leaves it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use gml_operators::Training;
use serde::{Deserialize, Serialize};

use super::record::{StepRecord, StepState};
use super::run_folder;

/// The file, in the folder of the run.
const NAME: &str = "live.jsonl";

/// What became of a step so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveStep {
    /// Seconds after the start of the run.
    pub at: f64,
    /// Where it has not ended: its state does not count then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Now>,
    /// How far it is, where it learns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// The step.
    #[serde(flatten)]
    pub step: StepRecord,
}

/// What a step that has not ended does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Now {
    /// It waits for others.
    Waiting,
    /// It runs.
    Running,
}

/// Tells of the steps of the run of this process.
pub(crate) struct Live {
    path: PathBuf,
    began: Instant,
    told: Mutex<Option<Writing>>,
}

/// Where lines go, and the thread that writes them.
type Writing = (Sender<Vec<LiveStep>>, JoinHandle<()>);

impl Live {
    /// Begins to tell. As long as the process lives, the file is locked. Where it cannot be written, nobody is told, and the run
    /// goes on: all of it is in its record at the end.
    pub(crate) fn begin(project: &Path, run: &str, began: Instant) -> Option<Self> {
        let path = run_folder(project, run).join(NAME);
        let file = File::options().create_new(true).append(true).open(&path).ok()?;
        file.lock().ok()?;
        let (sender, receiver) = channel();
        let writer = std::thread::Builder::new().name("live".into()).spawn(move || write(file, &receiver)).ok()?;
        Some(Self { path, began, told: Mutex::new(Some((sender, writer))) })
    }

    /// Tells of steps as they are now.
    pub(crate) fn tell(&self, steps: impl IntoIterator<Item = StepRecord>, now: Option<Now>) {
        let at = self.at();
        self.send(steps.into_iter().map(|step| LiveStep { at, now, training: None, step }).collect());
    }

    /// Tells how far a step is that runs.
    pub(crate) fn tell_training(&self, step: StepRecord, training: Training) {
        self.send(vec![LiveStep { at: self.at(), now: Some(Now::Running), training: Some(training), step }]);
    }

    fn at(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn send(&self, steps: Vec<LiveStep>) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((sender, _)) = &*told else { return };
        // Where the thread is gone, the disk is full.
        let _ = sender.send(steps);
    }

    /// The record has all of it.
    pub(crate) fn end(&self) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, writer)) = told {
            drop(sender);
            let _ = writer.join();
        }
        // What is left over is taken for that of a run that was killed only where its record says that it runs.
        let _ = fs::remove_file(&self.path);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.end();
    }
}

/// Writes what there is to tell, as many lines at once as have come: a step must not wait for the disk.
fn write(mut file: File, receiver: &Receiver<Vec<LiveStep>>) {
    let mut lines = Vec::new();
    while let Ok(first) = receiver.recv() {
        lines.clear();
        for step in std::iter::once(first).chain(receiver.try_iter()).flatten() {
            if serde_json::to_writer(&mut lines, &step).is_ok() {
                lines.push(b'\n');
            }
        }
        if file.write_all(&lines).is_err() {
            return;
        }
    }
}

/// Follows a run of any process.
#[derive(Debug)]
pub struct Following {
    file: BufReader<File>,
    /// Behind the last line that was whole.
    read: u64,
}

impl Following {
    /// The run of that id, where it goes on, or was killed.
    pub fn of(project: &Path, id: &str) -> Option<Self> {
        let file = File::open(run_folder(project, id).join(NAME)).ok()?;
        Some(Self { file: BufReader::new(file), read: 0 })
    }

    /// Whether its process lives.
    pub fn is_alive(&self) -> bool {
        match self.file.get_ref().try_lock_shared() {
            Ok(()) => {
                let _ = self.file.get_ref().unlock();
                false
            }
            Err(_) => true,
        }
    }

    /// What was told since this was asked last.
    pub fn more(&mut self) -> Vec<LiveStep> {
        let mut steps = Vec::new();
        if self.file.seek(SeekFrom::Start(self.read)).is_err() {
            return steps;
        }
        let mut line = Vec::new();
        while self.file.by_ref().read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) && line.ends_with(b"\n") {
            self.read += line.len() as u64;
            steps.extend(serde_json::from_slice::<LiveStep>(&line).ok());
            line.clear();
        }
        steps
    }
}

/// What is known of the steps of a run that goes on or was killed, each as it was told last, in their order. One that has not
/// ended is told of as skipped: when its process was killed, nothing was left of it.
pub(super) fn steps(project: &Path, id: &str) -> Vec<StepRecord> {
    let mut known: Vec<StepRecord> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for LiveStep { mut step, now, .. } in Following::of(project, id).map(|mut run| run.more()).unwrap_or_default() {
        if now.is_some() {
            step.state = StepState::Skipped;
        }
        match places.get(&step.id) {
            Some(place) => known[*place] = step,
            None => {
                places.insert(step.id.clone(), known.len());
                known.push(step);
            }
        }
    }
    known
}
