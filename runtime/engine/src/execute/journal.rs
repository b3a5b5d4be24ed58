//! The run record while the run goes on.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gml_connect::Tolerated;
use gml_operators::{Metric, Training};

use super::step_id;
use crate::backend::Saved;
use crate::cache::{self, KeptArtifact, KeptTolerated, Trace};
use crate::plan::{Learner, Plan, told_apart};
use crate::store::artifact::Kept;
use crate::store::live::{Live, Now};
use crate::store::memory::Peak;
use crate::store::record::{
    ArtifactRecord, ContractRecord, DatasetRecord, LocationRecord, MetricRecord, RunRecord, StepRecord, StepState,
    TrackedRecord,
};

/// Keeps the record of a run. Steps report from several threads; what they report is kept in the order of the plans.
pub(crate) struct Journal {
    state: Mutex<State>,
    /// Places of the steps in the record, by id.
    places: HashMap<String, usize>,
    /// What the names of the files of steps begin with, by the place of the step.
    stems: Vec<String>,
    /// What steps track, by the place of the step.
    tracked: Vec<String>,
    /// Tells other processes.
    live: Option<Live>,
    peak: Peak,
}

#[derive(Clone)]
struct State {
    record: RunRecord,
    /// By the place of the step that tracked them.
    metrics: BTreeMap<usize, Vec<MetricRecord>>,
    /// By the place of the step that kept them.
    artifacts: BTreeMap<usize, Vec<Kept>>,
    /// By the place of the step that wrote it.
    datasets: BTreeMap<usize, DatasetRecord>,
    /// What each step left here, for later runs that need not do it again.
    traces: BTreeMap<usize, Trace>,
}

impl Journal {
    /// A journal of a run that did nothing yet: every step of the plans is there, as skipped.
    pub(crate) fn new<'a>(
        mut record: RunRecord,
        plans: impl IntoIterator<Item = (&'a str, &'a Plan)>,
        live: Option<Live>,
    ) -> Self {
        let (mut places, mut tracked) = (HashMap::new(), Vec::new());
        plans.into_iter().for_each(|(path, plan)| enter(&mut record.steps, &mut tracked, &mut places, path, plan));
        let stems = stems(&record.steps);
        let tracked = told_apart(&tracked);
        if let Some(live) = &live {
            live.steps(&record.steps);
        }
        let (metrics, artifacts, datasets) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let state = State { record, metrics, artifacts, datasets, traces: BTreeMap::new() };
        Self { state: Mutex::new(state), places, stems, tracked, live, peak: Peak::default() }
    }

    /// The record is written: who follows the run finds all of it there.
    pub(crate) fn end(&self) {
        if let Some(live) = &self.live {
            live.end();
        }
    }

    /// Steps begin.
    pub(super) fn begins<'a>(&self, ids: impl Iterator<Item = &'a str>) {
        let Some(live) = &self.live else { return };
        let state = self.lock();
        for place in ids.filter_map(|id| self.places.get(id)) {
            live.tell(*place, &state.record.steps[*place], Some(Now::Running));
        }
    }

    /// A step learns, and is so far; whether other processes are told. Gives its name.
    pub(super) fn learns(&self, id: &str, training: &Training, is_told: bool) -> Option<String> {
        let place = *self.places.get(id)?;
        let state = self.lock();
        let step = &state.record.steps[place];
        // What is heard of it may come late: when it has ended, it does not run again.
        if let Some(live) = self.live.as_ref().filter(|_| is_told && step.state == StepState::Skipped) {
            live.tell_training(place, step, training.clone());
        }
        Some(step.name.clone())
    }

    /// A step is as it is in the record.
    fn tell(&self, place: usize, step: &StepRecord) {
        if let Some(live) = &self.live {
            live.tell(place, step, None);
        }
    }

    /// The record as it is now, and what the run kept in files. At the end of the run, and where it is interrupted.
    pub(crate) fn finish(&self) -> (RunRecord, Vec<Kept>) {
        let State { mut record, metrics, artifacts, datasets, .. } = self.lock().clone();
        for (place, metrics) in metrics {
            let step = record.steps[place].id.clone();
            record.tracked.push(TrackedRecord { step, what: self.tracked[place].clone(), metrics: metrics.len() });
            record.metrics.extend(metrics);
        }
        let mut kept = Vec::new();
        for (place, artifacts) in artifacts {
            for artifact in &artifacts {
                record.artifacts.extend(artifact.files.iter().map(|path| ArtifactRecord {
                    name: artifact.stem.clone(),
                    kind: artifact.kind,
                    path: path.clone(),
                    step: record.steps[place].id.clone(),
                }));
            }
            kept.extend(artifacts);
        }
        record.datasets.extend(datasets.into_values());
        let key = |entry: &ContractRecord| (entry.dataset.clone(), entry.column.clone(), entry.rule.clone());
        record.contracts.sort_by_key(key);
        (record, kept)
    }

    pub(super) fn ran(&self, id: &str, seconds: f64, rows: Option<u64>) {
        self.enter(id, StepState::Ran, seconds, rows);
    }

    /// The step was not run: what it left in an earlier run stands for it.
    pub(super) fn cached(&self, id: &str, rows: Option<u64>) {
        let Some(place) = self.places.get(id) else { return };
        let step = &mut self.lock().record.steps[*place];
        (step.state, step.rows) = (StepState::Cached, rows);
        self.tell(*place, step);
    }

    /// What a step left here.
    pub(super) fn trace(&self, id: &str) -> Trace {
        let Some(place) = self.places.get(id) else { return Trace::default() };
        let state = self.lock();
        let mut trace = state.traces.get(place).cloned().unwrap_or_default();
        trace.rows = state.record.steps[*place].rows;
        trace
    }

    /// The rows of a step, where they are known.
    pub(super) fn rows(&self, id: &str) -> Option<u64> {
        self.places.get(id).and_then(|place| self.lock().record.steps[*place].rows)
    }

    /// The rows of a step that ran, known only later.
    pub(super) fn counted(&self, id: &str, rows: Option<u64>) {
        let Some(place) = self.places.get(id) else { return };
        let step = &mut self.lock().record.steps[*place];
        step.rows = rows;
        if step.state == StepState::Ran {
            self.tell(*place, step);
        }
    }

    pub(super) fn failed(&self, id: &str, seconds: f64) {
        self.enter(id, StepState::Failed, seconds, None);
    }

    pub(super) fn tracked(&self, id: &str, metrics: Vec<Metric>) {
        let metrics = metrics.into_iter().map(|metric| MetricRecord {
            name: metric.name,
            partition: metric.partition,
            value: metric.value,
        });
        self.measured(id, metrics.collect());
    }

    /// Numbers that a step tracked, now or in the run in which it ran.
    pub(super) fn measured(&self, id: &str, metrics: Vec<MetricRecord>) {
        if let Some(place) = self.places.get(id) {
            let mut state = self.lock();
            state.traces.entry(*place).or_default().metrics.extend(metrics.iter().cloned());
            state.metrics.entry(*place).or_default().extend(metrics);
        }
    }

    /// What the name of a file of a step begins with. It does not depend on which step is done first.
    pub(super) fn stem(&self, id: &str, part: &str) -> String {
        let stem = self.places.get(id).and_then(|place| self.stems.get(*place)).map_or("step", String::as_str);
        if part.is_empty() { stem.to_owned() } else { format!("{stem}.{part}") }
    }

    pub(super) fn kept(&self, id: &str, artifact: Kept, object: Option<KeptArtifact>) {
        if let Some(place) = self.places.get(id) {
            let mut state = self.lock();
            state.traces.entry(*place).or_default().artifacts.extend(object);
            state.artifacts.entry(*place).or_default().push(artifact);
        }
    }

    /// A dataset that a step wrote; `content` is the hash of what it wrote.
    pub(super) fn saved(&self, id: &str, dataset: &str, saved: &Saved, project: &Path, content: Option<String>) {
        let path = saved.path.strip_prefix(project).unwrap_or(&saved.path).to_string_lossy().into_owned();
        let (rows, bytes) = (saved.rows, saved.bytes);
        let trace = content.map(|content| cache::Saved { path: path.clone(), content, rows, bytes });
        if let Some(place) = self.places.get(id) {
            let mut state = self.lock();
            state.traces.entry(*place).or_default().saved = trace;
            let (name, cached) = (dataset.to_owned(), !saved.is_new);
            state.datasets.insert(*place, DatasetRecord { name, path, rows, bytes, cached });
        }
    }

    /// A dataset that is as a step of an earlier run wrote it.
    pub(super) fn is_there(&self, id: &str, dataset: &str, saved: &cache::Saved) {
        let (path, rows, bytes) = (saved.path.clone(), saved.rows, saved.bytes);
        if let Some(place) = self.places.get(id) {
            let entry = DatasetRecord { name: dataset.to_owned(), path, rows, bytes, cached: true };
            self.lock().datasets.insert(*place, entry);
        }
    }

    /// Rows that were tolerated. A dataset that several pipelines read is reported once.
    pub(super) fn tolerated(&self, id: &str, dataset: &str, tolerated: &[Tolerated]) {
        let mut state = self.lock();
        if let Some(place) = self.places.get(id)
            && !tolerated.is_empty()
        {
            let traces = &mut state.traces.entry(*place).or_default().tolerated;
            traces.extend(tolerated.iter().map(|rows| KeptTolerated::of(dataset, rows)));
        }
        let contracts = &mut state.record.contracts;
        for rows in tolerated.iter().filter(|rows| rows.rows > 0) {
            let entry = ContractRecord {
                dataset: dataset.to_owned(),
                column: rows.column.clone(),
                rule: rows.rule.clone(),
                action: if rows.dropped { "drop" } else { "warn" }.to_owned(),
                rows: rows.rows,
            };
            if !contracts.contains(&entry) {
                contracts.push(entry);
            }
        }
    }

    fn enter(&self, id: &str, state: StepState, seconds: f64, rows: Option<u64>) {
        let peak_memory = self.peak.get();
        let Some(place) = self.places.get(id) else { return };
        let step = &mut self.lock().record.steps[*place];
        (step.state, step.seconds, step.rows, step.peak_memory) = (state, seconds, rows, peak_memory);
        self.tell(*place, step);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name of its own for the files of each step: what the step tracks or is, and a number where that is there before.
fn stems(steps: &[StepRecord]) -> Vec<String> {
    // The record and its page have these names.
    let reserved = ["run", "report"].into_iter().map(|name| ((true, name.to_owned()), 1));
    let mut seen: HashMap<(bool, String), usize> = reserved.collect();
    let stem = |step: &StepRecord| {
        let tracked = step.name.strip_prefix("track ");
        let stem = plain(tracked.unwrap_or(&step.name));
        let times = seen.entry((tracked.is_some(), stem.clone())).or_default();
        *times += 1;
        if *times == 1 { stem } else { format!("{stem}-{times}") }
    };
    steps.iter().map(stem).collect()
}

/// A name that every file system takes.
fn plain(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    if plain.is_empty() { "_".into() } else { plain }
}

/// Enters the steps of a plan as skipped.
fn enter(
    steps: &mut Vec<StepRecord>,
    tracked: &mut Vec<(String, Option<Learner>)>,
    places: &mut HashMap<String, usize>,
    path: &str,
    plan: &Plan,
) {
    for stage in &plan.stages {
        for step in &stage.steps {
            let id = step_id(path, step.id);
            places.insert(id.clone(), steps.len());
            tracked.push((step.name.clone(), step.learner.clone()));
            steps.push(StepRecord {
                id: id.clone(),
                name: step.name.clone(),
                location: LocationRecord::from(&step.location),
                within: step.within.iter().map(ToString::to_string).collect(),
                state: StepState::Skipped,
                seconds: 0.0,
                rows: None,
                peak_memory: None,
            });
            if let Some(body) = &stage.body {
                enter(steps, tracked, places, &id, body);
            }
        }
    }
}
