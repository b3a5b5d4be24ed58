//! Tells others of runs in the form of OpenLineage: an event where a pipeline starts, and one where it ends, with the datasets that
//! it reads and writes, their columns, and what each column is made of.
//!
//! What lives here: the events and where they go. What does not: what columns are made of, which the compiler knows and whoever runs
//! hands in. An event that cannot be delivered is told, and the run goes on.

mod event;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gml_connect::{Fault, secrets};
use gml_ir::{Pipeline, Program};
use serde_json::Value as Json;

use crate::codes;
use crate::store::record::RunRecord;
use event::{Ended, Event};

/// The variable with the namespace of jobs, as other producers of events know it.
const NAMESPACE: &str = "OPENLINEAGE_NAMESPACE";
/// The secret that a server may want.
const API_KEY: &str = "OPENLINEAGE_API_KEY";

/// What a column of a dataset that a pipeline saves is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInput {
    /// The dataset that the pipeline reads, by its name in the catalog.
    pub dataset: String,
    /// Its column.
    pub column: String,
    /// How: kind and subkind of OpenLineage, such as `DIRECT` and `IDENTITY`.
    pub ways: Vec<(&'static str, &'static str)>,
}

/// By pipeline, dataset and column that it saves, what the column is made of.
pub type ColumnInputs = BTreeMap<(String, String, String), Vec<ColumnInput>>;

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// A line each at the end of a file.
    File(PathBuf),
    /// To a server.
    Url(String),
}

/// Tells of the pipelines of a run.
#[derive(Debug)]
pub struct OpenLineage {
    target: Target,
    namespace: String,
    project: PathBuf,
    columns: ColumnInputs,
    /// The pipeline that runs, with the id of the run that it was told under.
    running: Mutex<Option<Started>>,
}

#[derive(Clone, Debug)]
struct Started {
    event: Event,
}

impl OpenLineage {
    /// `target` is the path of a file, or the address of a server: what has no path gets that of the API.
    pub fn new(target: &str, project: &Path, columns: ColumnInputs) -> Self {
        let is_url = target.starts_with("http://") || target.starts_with("https://");
        let target = if is_url { Target::Url(address(target)) } else { Target::File(PathBuf::from(target)) };
        let namespace = std::env::var(NAMESPACE).ok().filter(|name| !name.is_empty());
        let project = std::path::absolute(project).unwrap_or_else(|_| project.to_path_buf());
        Self {
            target,
            namespace: namespace.unwrap_or_else(|| "gml".into()),
            project,
            columns,
            running: Mutex::default(),
        }
    }

    /// A pipeline starts. Gives what is to be said where that cannot be told.
    pub(crate) fn started(&self, program: &Program, pipeline: &Pipeline, run: &str) -> Option<String> {
        let event = Event::of(self, program, pipeline, run);
        let json = event.start();
        *self.lock() = Some(Started { event });
        self.send(&json, None)
    }

    /// The pipeline that runs has ended, with the record of the run as it is now. Gives what is to be said where that cannot be told.
    pub(crate) fn ended(&self, fault: Option<&Fault>, record: &RunRecord) -> Option<String> {
        let Started { event } = self.lock().take()?;
        let ended = fault.map_or(Ended::Complete, Ended::Fail);
        self.send(&event.end(ended, record), None)
    }

    /// The run was interrupted. A server has so long to answer. Gives what is to be said where that cannot be told.
    pub(crate) fn aborted(&self, record: &RunRecord, timeout: Duration) -> Option<String> {
        let Started { event } = self.lock().take()?;
        self.send(&event.end(Ended::Abort, record), Some(timeout))
    }

    /// A server is asked once where the time for that is told, else again where it does not answer.
    fn send(&self, event: &Json, timeout: Option<Duration>) -> Option<String> {
        let text = event.to_string();
        let text = secrets::hide(&text);
        let sent = match &self.target {
            Target::File(path) => append(path, &text),
            Target::Url(url) => {
                let key = secrets::find(API_KEY, &self.project).ok();
                gml_connect::post_json(url, key.as_ref(), &text, timeout)
            }
        };
        sent.err().map(|fault| format!("lineage is not told: {} [{}]", fault, fault.code))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Started>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address without a path is that of a server, which takes events at a place that all servers have.
fn address(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    match rest.split_once('/') {
        Some((_, path)) if !path.is_empty() => url.to_owned(),
        _ => format!("{scheme}://{}/api/v1/lineage", rest.trim_end_matches('/')),
    }
}

fn append(path: &Path, line: &str) -> Result<(), Fault> {
    // In one go, so that runs at the same time do not mix their lines.
    let written = File::options()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    written.map_err(|error| Fault::new(codes::CANNOT_WRITE, format!("cannot be written: {error}")).at(path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_takes_events_at_a_known_place() {
        assert_eq!(address("http://localhost:5000"), "http://localhost:5000/api/v1/lineage");
        assert_eq!(address("https://example.org/"), "https://example.org/api/v1/lineage");
        assert_eq!(address("https://example.org/in?x=1"), "https://example.org/in?x=1");
    }
}
