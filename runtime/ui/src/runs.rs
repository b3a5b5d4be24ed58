//! The runs of a project, those of other processes as they go.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gml_engine::{Following, Now, RunRecord, RunState, StepRecord, Training};
use serde_json::{Value as Json, json};

/// What tells a version of a file from another.
type Version = (Option<SystemTime>, u64);

/// How often the record of a run is read again that ends just then.
const TRIES: usize = 3;

/// The runs, as they were when they were looked at last.
pub(crate) struct Runs {
    project: PathBuf,
    known: BTreeMap<String, Run>,
}

/// A run.
pub(crate) struct Run {
    version: Version,
    record: Result<RunRecord, String>,
    /// Its process, where it has not ended by itself.
    live: Option<Following>,
    /// What steps do that have not ended, with the seconds since the start at which they were told of.
    now: HashMap<String, (Now, f64)>,
    /// How far steps are that learn.
    trainings: HashMap<String, Training>,
    places: HashMap<String, usize>,
    was_killed: bool,
}

impl Runs {
    pub(crate) fn of(project: &Path) -> Self {
        Self { project: project.to_path_buf(), known: BTreeMap::new() }
    }

    /// Looks at them again. Gives the ids of those that are new, are gone, or have changed.
    pub(crate) fn refresh(&mut self) -> Vec<String> {
        let version = |id: String| self.version(&id).map(|version| (id, version));
        let versions: BTreeMap<String, Version> =
            gml_engine::run_ids(&self.project).into_iter().filter_map(version).collect();
        let mut changed = Vec::new();
        self.known.retain(|id, _| {
            let stays = versions.contains_key(id);
            if !stays {
                changed.push(id.clone());
            }
            stays
        });
        for (id, version) in versions {
            let moved = match self.known.get_mut(&id) {
                Some(run) if run.version == version => run.goes_on(),
                _ => {
                    let run = self.read(&id, version);
                    self.known.insert(id.clone(), run);
                    true
                }
            };
            if moved {
                changed.push(id);
            }
        }
        changed
    }

    /// The version of the record of a run, where it has one.
    fn version(&self, id: &str) -> Option<Version> {
        let about = fs::metadata(gml_engine::run_folder(&self.project, id).join("run.json")).ok()?;
        Some((about.modified().ok(), about.len()))
    }

    fn read(&self, id: &str, version: Version) -> Run {
        let mut run = Run::of(&self.project, id, version);
        for _ in 0..TRIES {
            // A run that ends right now has told of its end before it stops telling of its steps.
            let version = self.version(id).unwrap_or(run.version);
            if version == run.version {
                break;
            }
            run = Run::of(&self.project, id, version);
        }
        run
    }

    /// The run of that id.
    pub(crate) fn get(&self, id: &str) -> Option<&Run> {
        self.known.get(id)
    }

    /// What a list of runs says, the latest first.
    pub(crate) fn list(&self) -> Vec<Json> {
        self.known.iter().rev().map(|(id, run)| run.summary(id)).collect()
    }
}

impl Run {
    fn of(project: &Path, id: &str, version: Version) -> Self {
        let record = gml_engine::load_record(project, id).map_err(|fault| fault.to_string());
        let is_running = record.as_ref().is_ok_and(|record| record.state == RunState::Running);
        let live = if is_running { Following::of(project, id) } else { None };
        let (now, trainings, places) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut run = Self { version, record, live, now, trainings, places, was_killed: false };
        if let (true, None, Ok(record)) = (is_running, &run.live, &run.record) {
            run.was_killed = gml_engine::was_killed(project, record);
        }
        if run.live.is_some() {
            if let Ok(record) = &mut run.record {
                record.steps.clear();
            }
            run.goes_on();
        }
        run
    }

    /// Takes what a process has told of its run since. Whether that is anything.
    fn goes_on(&mut self) -> bool {
        let (Some(live), Ok(record)) = (&mut self.live, &mut self.record) else { return false };
        // In this order: what it told before it died is read.
        let was_killed = !live.is_alive();
        let steps = live.more();
        let changed = !steps.is_empty() || was_killed != self.was_killed;
        for step in steps {
            let id = step.step.id.clone();
            match step.now {
                Some(now) => {
                    // How far it is does not change when it began.
                    let is_other = self.now.get(&id).is_none_or(|(was, _)| *was != now);
                    if is_other || step.training.is_none() {
                        self.now.insert(id.clone(), (now, step.at));
                    }
                    self.trainings.extend(step.training.map(|training| (id.clone(), training)));
                }
                None => {
                    self.now.remove(&id);
                    self.trainings.remove(&id);
                }
            }
            record.seconds = record.seconds.max(step.at);
            match self.places.get(&id) {
                Some(place) => record.steps[*place] = step.step,
                None => {
                    self.places.insert(id, record.steps.len());
                    record.steps.push(step.step);
                }
            }
        }
        self.was_killed = was_killed;
        if was_killed {
            self.live = None;
        }
        changed
    }

    /// Its record, or why it cannot be read.
    pub(crate) fn record(&self) -> Result<&RunRecord, &str> {
        self.record.as_ref().map_err(String::as_str)
    }

    /// How it ended, or that it has not, in a word.
    pub(crate) fn state(&self) -> &'static str {
        match self.record.as_ref().map(|record| record.state) {
            Err(_) => "unreadable",
            Ok(RunState::Running) if self.was_killed => "killed",
            Ok(RunState::Running) => "running",
            Ok(RunState::Done) => "done",
            Ok(RunState::Failed) => "failed",
            Ok(RunState::Interrupted) => "interrupted",
        }
    }

    /// What a step does or became, in a word.
    pub(crate) fn state_of(&self, step: &StepRecord) -> &'static str {
        use gml_engine::StepState::{Cached, Failed, Ran, Running, Skipped};
        match (self.now.get(&step.id), step.state) {
            (Some((Now::Running, _)), _) | (None, Running) if self.was_killed => "killed",
            (Some((Now::Running, _)), _) | (None, Running) => "running",
            (Some((Now::Waiting, _)), _) if self.was_killed => "skipped",
            (Some((Now::Waiting, _)), _) => "waiting",
            (None, Ran) => "ran",
            (None, Cached) => "cached",
            (None, Failed) => "failed",
            (None, Skipped) => "skipped",
        }
    }

    /// How far a step is that learns, for people.
    pub(crate) fn training(&self, step: &str) -> Option<String> {
        self.trainings.get(step).map(ToString::to_string)
    }

    /// What a list of runs says of it.
    pub(crate) fn summary(&self, id: &str) -> Json {
        match &self.record {
            Ok(record) => json!({
                "id": id,
                "state": self.state(),
                "started": record.started,
                "seconds": record.seconds,
                "environment": record.environment,
                "program": record.program_hash,
                "pipelines": record.pipelines.iter().map(|pipeline| &pipeline.name).collect::<Vec<_>>(),
                "metrics": record.metrics,
            }),
            Err(message) => json!({
                "id": id, "state": "unreadable", "message": message, "pipelines": [], "metrics": [], "seconds": 0.0,
                "started": "", "environment": null, "program": "",
            }),
        }
    }

    /// All there is to say of it.
    pub(crate) fn whole(&self, id: &str) -> Json {
        let mut all = self.summary(id);
        if let Ok(record) = &self.record {
            let steps = record.steps.iter().map(|step| {
                let began = self.now.get(&step.id).map(|(_, at)| *at);
                json!({
                    "id": step.id, "name": step.name, "state": self.state_of(step), "seconds": step.seconds,
                    "began": began, "training": self.training(&step.id), "rows": step.rows, "peak_memory": step.peak_memory, "within": step.within,
                    "location": step.location,
                })
            });
            all["steps"] = steps.collect();
            // What a run that goes on has given so far would be read while it is written.
            all["has_page"] = Json::Bool(record.state != RunState::Running);
            let whole = json!({
                "parameters": record.parameters, "of_pipelines": record.pipelines, "artifacts": record.artifacts,
                "datasets": record.datasets, "contracts": record.contracts, "failure": record.failure,
            });
            if let (Json::Object(all), Json::Object(whole)) = (&mut all, whole) {
                all.extend(whole);
            }
        }
        all
    }
}
