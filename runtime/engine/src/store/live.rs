//! What a run that goes on has done so far, for other processes: `live.jsonl` beside its record, a step a line whenever one
//! begins or ends. It is gone when the record has all of it; a run that was killed leaves it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gml_connect::secrets;
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

/// How long is waited for more before lines are written, so that a step costs no more than being noted. As much of what was told
/// last is lost where a process is killed.
const PAUSE: Duration = Duration::from_millis(25);

/// Tells of the steps of the run of this process.
pub(crate) struct Live {
    path: PathBuf,
    began: Instant,
    told: Arc<Told>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What is told and not yet written.
#[derive(Default)]
struct Told {
    news: Mutex<News>,
    changed: Condvar,
}

#[derive(Default)]
struct News {
    /// All steps of the run, until the writer has them.
    steps: Vec<StepRecord>,
    changes: Vec<Change>,
    /// Whether nobody is told any more.
    ended: bool,
}

/// What changes of a step.
struct Change {
    /// Its place among the steps of the run.
    place: usize,
    mark: Mark,
    state: StepState,
    seconds: f64,
    rows: Option<u64>,
    peak_memory: Option<u64>,
}

impl Live {
    /// Begins to tell. As long as the process lives, the file is locked. Where it cannot be written, nobody is told, and the run
    /// goes on: all of it is in its record at the end.
    pub(crate) fn begin(project: &Path, run: &str, began: Instant) -> Option<Self> {
        let path = run_folder(project, run).join(NAME);
        let file = File::options().create_new(true).append(true).open(&path).ok()?;
        file.lock().ok()?;
        let told = Arc::new(Told::default());
        let heard = Arc::clone(&told);
        let writer = std::thread::Builder::new().name("live".into()).spawn(move || heard.write(file)).ok()?;
        Some(Self { path, began, told, writer: Mutex::new(Some(writer)) })
    }

    /// The steps of the run, all of which wait.
    pub(crate) fn steps(&self, steps: &[StepRecord]) {
        self.told.lock().steps = steps.to_vec();
        for (place, step) in steps.iter().enumerate() {
            self.tell(place, step, Some(Now::Waiting));
        }
    }

    /// Tells of the step at a place as it is now.
    pub(crate) fn tell(&self, place: usize, step: &StepRecord, now: Option<Now>) {
        self.note(place, step, now, None);
    }

    /// Tells how far the step at a place is, which runs and learns.
    pub(crate) fn tell_training(&self, place: usize, step: &StepRecord, training: Training) {
        self.note(place, step, Some(Now::Running), Some(training));
    }

    fn note(&self, place: usize, step: &StepRecord, now: Option<Now>, training: Option<Training>) {
        let StepRecord { state, seconds, rows, peak_memory, .. } = *step;
        let at = self.began.elapsed().as_secs_f64();
        let mut news = self.told.lock();
        if news.ended {
            return;
        }
        news.changes.push(Change { place, state, seconds, rows, peak_memory, mark: Mark { at, now, training } });
        if news.changes.len() == 1 {
            self.told.changed.notify_one();
        }
    }

    /// The record has all of it: what was not written yet need not be.
    pub(crate) fn end(&self) {
        self.told.lock().ended = true;
        self.told.changed.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
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

/// What a line has besides the step.
#[derive(Serialize)]
struct Mark {
    at: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<Now>,
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<Training>,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    mark: Mark,
    #[serde(flatten)]
    step: &'a StepRecord,
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what there is to tell until nobody is told any more: of what happened to a step within a pause only what it led to.
    fn write(&self, mut file: File) {
        let (mut steps, mut lines): (Vec<StepRecord>, Vec<u8>) = (Vec::new(), Vec::new());
        let mut marks: Vec<Option<Mark>> = Vec::new();
        while let Some(changes) = self.next(&mut steps) {
            marks.resize_with(steps.len(), || None);
            for change in changes {
                let (Some(step), Some(mark)) = (steps.get_mut(change.place), marks.get_mut(change.place)) else {
                    continue;
                };
                (step.state, step.seconds, step.rows, step.peak_memory) =
                    (change.state, change.seconds, change.rows, change.peak_memory);
                *mark = Some(change.mark);
            }
            lines.clear();
            for (step, mark) in steps.iter().zip(&mut marks) {
                let Some(mark) = mark.take() else { continue };
                if serde_json::to_writer(&mut lines, &Line { mark, step }).is_ok() {
                    lines.push(b'\n');
                }
            }
            let shown = std::str::from_utf8(&lines).map(secrets::hide);
            if file.write_all(shown.as_ref().map_or(&lines[..], |text| text.as_bytes())).is_err() {
                // The disk is full: nobody is told any more. As long as the run goes on the file is locked.
                drop(self.changed.wait_while(self.lock(), |news| !news.ended));
                return;
            }
        }
    }

    /// What was told since, once there is something and a pause has gone by; nothing where nobody is told any more.
    fn next(&self, steps: &mut Vec<StepRecord>) -> Option<Vec<Change>> {
        let waits = |news: &mut News| news.changes.is_empty() && !news.ended;
        let news = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        let paused = self.changed.wait_timeout_while(news, PAUSE, |news| !news.ended);
        let mut news = paused.unwrap_or_else(PoisonError::into_inner).0;
        if news.ended {
            return None;
        }
        if !news.steps.is_empty() {
            *steps = std::mem::take(&mut news.steps);
        }
        Some(std::mem::take(&mut news.changes))
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

/// What is known of the steps of a run that goes on or was killed, each as it was told last, in their order, and how many seconds
/// after its start anything was told last. A step that waits is told of as skipped: it may never run. One that runs has taken the
/// time up to then.
pub(super) fn steps(project: &Path, id: &str) -> (Vec<StepRecord>, f64) {
    let (mut known, mut last): (Vec<StepRecord>, f64) = (Vec::new(), 0.0);
    let (mut places, mut began) = (HashMap::new(), HashMap::new());
    for LiveStep { mut step, now, at, .. } in Following::of(project, id).map(|mut run| run.more()).unwrap_or_default() {
        last = last.max(at);
        let place = *places.entry(step.id.clone()).or_insert(known.len());
        match now {
            Some(Now::Running) => {
                step.state = StepState::Running;
                began.entry(place).or_insert(at);
            }
            Some(Now::Waiting) => step.state = StepState::Skipped,
            None => {
                began.remove(&place);
            }
        }
        match known.get_mut(place) {
            Some(before) => *before = step,
            None => known.push(step),
        }
    }
    for (place, at) in began {
        known[place].seconds = last - at;
    }
    (known, last)
}

#[cfg(test)]
mod tests {
    use gml_operators::Unit;

    use super::super::record::LocationRecord;
    use super::*;

    fn step(id: &str) -> StepRecord {
        StepRecord {
            id: id.into(),
            name: "filter".into(),
            location: LocationRecord { file: "main.gml".into(), line: 1, column: 1 },
            within: Vec::new(),
            state: StepState::Skipped,
            seconds: 0.0,
            rows: None,
            peak_memory: None,
        }
    }

    fn training(turn: usize) -> Training {
        Training {
            learner: "sr_gnn".into(),
            unit: Unit::Epoch,
            turn,
            turns: 9,
            is_complete: true,
            batch: None,
            loss: Some(0.5),
            valid: None,
            seconds_left: None,
        }
    }

    /// What is told of steps until there is something of each of so many.
    fn told(following: &mut Following, count: usize) -> Vec<(String, Option<Now>, Option<u64>)> {
        let (mut told, until) = (Vec::new(), Instant::now() + Duration::from_secs(20));
        while told.len() < count && Instant::now() < until {
            told.extend(following.more().into_iter().map(|live| (live.step.id, live.now, live.step.rows)));
            std::thread::sleep(Duration::from_millis(1));
        }
        told
    }

    #[test]
    fn a_step_that_was_under_way_is_running_until_what_was_told_last() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(run_folder(project.path(), "r")).unwrap();
        let ran = StepRecord { state: StepState::Ran, seconds: 1.5, ..step("p.1") };
        let told = [
            (1.0, Some(Now::Running), step("p.1")),
            (1.0, Some(Now::Waiting), step("p.2")),
            (1.0, Some(Now::Waiting), step("p.3")),
            (2.5, None, ran),
            (2.5, Some(Now::Running), step("p.2")),
            (4.0, Some(Now::Running), step("p.2")),
        ];
        let line = |(at, now, step): &(f64, Option<Now>, StepRecord)| {
            serde_json::to_string(&Line { mark: Mark { at: *at, now: *now, training: None }, step }).unwrap() + "\n"
        };
        fs::write(run_folder(project.path(), "r").join(NAME), told.iter().map(line).collect::<String>()).unwrap();
        let (known, seconds) = steps(project.path(), "r");
        let found: Vec<_> = known.iter().map(|step| (step.id.as_str(), step.state, step.seconds)).collect();
        let due = [("p.1", StepState::Ran, 1.5), ("p.2", StepState::Running, 1.5), ("p.3", StepState::Skipped, 0.0)];
        assert_eq!((found.as_slice(), seconds), (&due[..], 4.0));
    }

    #[test]
    fn steps_are_told_in_their_order_and_what_is_over_within_a_pause_is_told_once() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(run_folder(project.path(), "r")).unwrap();
        let live = Live::begin(project.path(), "r", Instant::now()).unwrap();
        let mut following = Following::of(project.path(), "r").unwrap();
        let mut steps = [step("p.1"), step("p.2"), step("p.3")];
        live.steps(&steps);
        live.tell(1, &steps[1], Some(Now::Running));
        (steps[1].state, steps[1].rows) = (StepState::Ran, Some(7));
        live.tell(1, &steps[1], None);
        live.tell(2, &steps[2], Some(Now::Running));
        let due = [("p.1", Some(Now::Waiting), None), ("p.2", None, Some(7)), ("p.3", Some(Now::Running), None)];
        assert_eq!(told(&mut following, 3), due.map(|(id, now, rows)| (id.to_owned(), now, rows)));
        assert!(following.is_alive());
        live.tell(0, &steps[0], Some(Now::Running));
        assert_eq!(told(&mut following, 1), [("p.1".to_owned(), Some(Now::Running), None)]);
        live.tell_training(0, &steps[0], training(3));
        live.tell_training(0, &steps[0], training(4));
        let until = Instant::now() + Duration::from_secs(20);
        let mut heard = Vec::new();
        while heard.is_empty() && Instant::now() < until {
            heard = following.more();
            std::thread::sleep(Duration::from_millis(1));
        }
        let last = heard.last().unwrap();
        assert_eq!((&*last.step.id, last.now, &last.training), ("p.1", Some(Now::Running), &Some(training(4))));
        let began = Instant::now();
        live.tell(0, &steps[0], None);
        live.end();
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(Following::of(project.path(), "r").is_none() && !following.is_alive());
        // A step that still runs then has nobody to tell.
        live.tell(0, &steps[0], None);
    }
}
