//! Runs told to a tracking server. The run store stays what is true: what a server gets is read from the record and the folder of a
//! run that has ended, so that no server can slow a run down or break it.

mod batch;
mod client;
mod model;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Duration;

use gml_connect::{Fault, secrets};
use gml_ir::Value;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::codes;
use crate::store;
use crate::store::record::{ArtifactKind, DatasetRecord, RunRecord, RunState};
use batch::{Batch, Metric, key, value_text};
use client::{Client, Refused};

/// How long a server may take to answer where nothing is said of it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The text of an argument that may be a secret.
fn revealed(value: &Value, project: &Path) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        value => secrets::reveal(value, project).map(|text| Some(text.expose().to_owned())),
    }
}

/// An MLflow server, and how it is told of runs.
#[derive(Clone, PartialEq, Eq)]
pub struct Mlflow {
    /// Where it is: `http://localhost:5000`. A name and a password in it are used and never shown.
    pub url: String,
    /// A token that it wants.
    pub token: Option<String>,
    /// The experiment that runs belong to; it is made where it is not there.
    pub experiment: String,
    /// Whether models that were saved become versions of registered models, named after their catalog entries.
    pub register: bool,
    /// Whether a run fails that cannot be told.
    pub required: bool,
    /// How long the server may take to answer a request, retries included.
    pub timeout: Duration,
}

impl std::fmt::Debug for Mlflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mlflow").field("experiment", &self.experiment).finish_non_exhaustive()
    }
}

/// What a server was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The id that the server gave the run.
    pub run: String,
    /// What it could not be told, and why; the rest was.
    pub left_out: Vec<String>,
}

impl Mlflow {
    /// The server that a program names: a call of `mlflow` of the standard library.
    ///
    /// # Errors
    /// Where a secret of it is nowhere.
    pub fn of(value: &Value, project: &Path) -> Result<Self, Fault> {
        let text = |name: &str| value.get(name).map_or(Ok(None), |value| revealed(value, project));
        let truth = |name: &str, default: bool| value.get(name).and_then(Value::as_bool).unwrap_or(default);
        let timeout = match value.get("timeout") {
            Some(Value::Duration(micros)) => Duration::from_micros(u64::try_from(*micros).unwrap_or(0)),
            _ => TIMEOUT,
        };
        Ok(Self {
            url: text("url")?.unwrap_or_default(),
            token: text("token")?,
            experiment: text("experiment")?.unwrap_or_default(),
            register: truth("register", true),
            required: truth("required", false),
            timeout,
        })
    }

    /// Asks whether the server is there, for a run that fails without it.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn reach(&self) -> Result<(), Fault> {
        self.with(|client, runtime| runtime.block_on(experiment(client, &self.experiment))).map(drop)
    }

    /// Tells of a run that has ended: parameters, metrics, files and models.
    ///
    /// # Errors
    /// Where the server does not answer, or does not take the run.
    pub fn tell(&self, project: &Path, record: &RunRecord) -> Result<Told, Fault> {
        self.with(|client, runtime| runtime.block_on(told(self, client, project, record)))
    }

    fn with<T>(&self, work: impl FnOnce(&Client, &tokio::runtime::Runtime) -> Result<T, Refused>) -> Result<T, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| self.fault(&Refused::other(error.to_string())))?;
        let client =
            Client::new(&self.url, self.token.as_deref(), self.timeout).map_err(|refused| self.fault(&refused))?;
        work(&client, &runtime).map_err(|refused| self.fault(&refused))
    }

    fn fault(&self, refused: &Refused) -> Fault {
        let message =
            format!("the experiment {:?} of MLflow was not told of the run: {}", self.experiment, refused.message);
        Fault::new(codes::TRACKING, message).help("the run itself is recorded in .gml/runs")
    }
}

async fn told(of: &Mlflow, client: &Client, project: &Path, record: &RunRecord) -> Result<Told, Refused> {
    let experiment = experiment(client, &of.experiment).await?;
    let started = millis(&record.started);
    let created = client
        .post(
            "runs/create",
            &json!({
                "experiment_id": experiment,
                "run_name": run_name(record),
                "start_time": started,
                "tags": tags(record),
            }),
        )
        .await?;
    let info = &created["run"]["info"];
    let run = info["run_id"].as_str().ok_or_else(|| Refused::other("it gave the run no id"))?.to_owned();
    let artifacts = info["artifact_uri"].as_str().unwrap_or("").to_owned();
    let mut left_out = Vec::new();
    let folder = store::run_folder(project, &record.id);
    let mut whole = Batch::default();
    params(record, &mut whole);
    let ended = started + (record.seconds * 1e3) as i64;
    metrics(record, &folder, started, ended, &mut whole);
    let sent = async {
        for part in whole.parts(&run) {
            client.post("runs/log-batch", &part).await?;
        }
        Ok::<(), Refused>(())
    };
    if let Err(refused) = sent.await {
        end(client, &run, record, ended).await?;
        return Err(refused);
    }
    for (path, name) in files(record, &folder) {
        if let Err(refused) = client.upload(&artifacts, &name, &path).await {
            left_out.push(format!("{name}: {}", refused.message));
            if refused.gone {
                break;
            }
        }
    }
    for (dataset, folder) in models(record, project) {
        let name = &dataset.name;
        let saved = model::Saved { name, folder: &folder, experiment: &experiment, run: &run, artifacts: &artifacts };
        let told = if dataset.cached {
            saved.tell_where_missing(client, of.register).await
        } else {
            saved.tell(client, of.register).await
        };
        if let Err(refused) = told {
            left_out.push(format!("the model {name}: {}", refused.message));
        }
    }
    end(client, &run, record, ended).await?;
    Ok(Told { run, left_out })
}

/// The id of the experiment, which is made where it is not there.
async fn experiment(client: &Client, name: &str) -> Result<String, Refused> {
    let id = |answer: &Json| answer["experiment"]["experiment_id"].as_str().map(str::to_owned);
    let query = [("experiment_name", name)];
    let found = match client.get("experiments/get-by-name", &query).await {
        Ok(found) => found,
        Err(refused) if refused.code.as_deref() == Some("RESOURCE_DOES_NOT_EXIST") => {
            match client.post("experiments/create", &json!({ "name": name })).await {
                Ok(made) => {
                    let id = made["experiment_id"].as_str();
                    return id.map(str::to_owned).ok_or_else(|| Refused::other("it gave the experiment no id"));
                }
                // Another run has made it meanwhile.
                Err(refused) if refused.code.as_deref() == Some("RESOURCE_ALREADY_EXISTS") => {
                    client.get("experiments/get-by-name", &query).await?
                }
                Err(refused) => return Err(refused),
            }
        }
        Err(refused) => return Err(refused),
    };
    if found["experiment"]["lifecycle_stage"] == "deleted" {
        return Err(Refused::other(format!("the experiment {name:?} is deleted: restore it, or name another")));
    }
    id(&found).ok_or_else(|| Refused::other("it gave the experiment no id"))
}

async fn end(client: &Client, run: &str, record: &RunRecord, ended: i64) -> Result<(), Refused> {
    let status = match record.state {
        RunState::Done => "FINISHED",
        RunState::Failed => "FAILED",
        RunState::Interrupted | RunState::Running => "KILLED",
    };
    client.post("runs/update", &json!({ "run_id": run, "status": status, "end_time": ended })).await.map(drop)
}

/// `training 20261128-160000`
fn run_name(record: &RunRecord) -> String {
    let pipelines: Vec<&str> = record.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    match pipelines.as_slice() {
        [one] => format!("{one} {}", record.id),
        _ => record.id.clone(),
    }
}

fn tags(record: &RunRecord) -> Vec<Json> {
    let pipelines: Vec<&str> = record.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok();
    let mut tags = vec![
        ("gml.run", Some(record.id.clone())),
        ("gml.version", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("gml.program_hash", Some(record.program_hash.clone())),
        ("gml.pipelines", Some(pipelines.join(", "))),
        ("gml.environment", record.environment.clone()),
        ("gml.failure", record.failure.as_ref().map(|failure| format!("{}: {}", failure.code, failure.message))),
        ("mlflow.source.name", Some(pipelines.join(", "))),
        ("mlflow.source.type", Some("PROJECT".to_owned())),
        ("mlflow.user", user),
    ];
    tags.retain(|(_, value)| value.as_ref().is_some_and(|value| !value.is_empty()));
    tags.into_iter()
        .map(|(key, value)| json!({ "key": key, "value": value_text(&value.unwrap_or_default(), 5_000) }))
        .collect()
}

/// Parameters of the program by their names, those of pipelines behind the names of these.
fn params(record: &RunRecord, whole: &mut Batch) {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in &record.parameters {
        whole.param(name.clone(), &text(value));
    }
    for pipeline in &record.pipelines {
        for (name, value) in &pipeline.parameters {
            whole.param(format!("{}.{name}", pipeline.name), &text(value));
        }
    }
}

/// What was tracked, how searches went trial by trial and learning round by round, how many rows were written, and how long it took.
fn metrics(record: &RunRecord, folder: &Path, started: i64, ended: i64, whole: &mut Batch) {
    let mut seen = std::collections::HashMap::new();
    for metric in &record.metrics {
        let name = match metric.partition.as_str() {
            "" => key(&metric.name),
            partition => format!("{}/{}", key(partition), key(&metric.name)),
        };
        // A number that is tracked again has the next step.
        let step = seen.entry(name.clone()).and_modify(|step| *step += 1).or_insert(0_i64);
        whole.metrics.push(Metric { key: name, value: metric.value, time: ended, step: *step });
    }
    whole.metrics.push(Metric { key: "gml/seconds".into(), value: record.seconds, time: ended, step: 0 });
    for dataset in &record.datasets {
        if let Some(rows) = dataset.rows {
            let name = format!("gml/rows/{}", key(&dataset.name));
            whole.metrics.push(Metric { key: name, value: rows as f64, time: ended, step: 0 });
        }
    }
    for artifact in record.artifacts.iter().filter(|artifact| artifact.path.ends_with(".json")) {
        let read = || {
            let text = std::fs::read(folder.join(&artifact.path)).ok()?;
            serde_json::from_slice::<Json>(&text).ok()
        };
        match artifact.kind {
            ArtifactKind::History => {
                whole
                    .metrics
                    .extend(read().iter().flat_map(|history| steps::of_search(&artifact.name, history, started)));
            }
            ArtifactKind::Course => {
                whole
                    .metrics
                    .extend(read().iter().flat_map(|course| steps::of_learning(&artifact.name, course, ended)));
            }
            ArtifactKind::Figure | ArtifactKind::Report | ArtifactKind::Table => {}
        }
    }
}

/// The files of a run with their names.
fn files(record: &RunRecord, folder: &Path) -> Vec<(PathBuf, String)> {
    let own = ["run.json".to_owned(), store::PAGE.to_owned()].into_iter();
    let tracked = record.artifacts.iter().map(|artifact| artifact.path.clone());
    let all = own.chain(tracked).map(|name| (folder.join(&name), name));
    all.filter(|(path, _)| path.is_file()).collect()
}

/// The models that a run saved, or found as it would have saved them, with their folders.
fn models<'r>(record: &'r RunRecord, project: &Path) -> Vec<(&'r DatasetRecord, PathBuf)> {
    let folders = record.datasets.iter().map(|dataset| (dataset, gml_connect::here(&dataset.path, project)));
    folders.filter(|(_, folder)| folder.join("signature.json").is_file()).collect()
}

/// Milliseconds since 1970 of a moment in the record.
fn millis(moment: &str) -> i64 {
    moment.parse::<Timestamp>().map_or(0, |moment| moment.as_millisecond())
}
