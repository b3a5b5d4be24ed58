//! What is tracked: numbers, and what is kept in files of the run.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{StepId, Value};
use gml_operators::{Data, Metric};

use super::step::Get;
use super::{Scope, Session};
use crate::cache::KeptArtifact;
use crate::codes;
use crate::store::artifact::Artifact;

/// The parts of a tracked result.
#[derive(Default)]
struct Parts {
    metrics: Vec<Metric>,
    /// Where in the result it was (`columns` of a record), and what it is.
    artifacts: Vec<(String, Artifact)>,
}

impl Session<'_> {
    /// Puts the result of a step into the record, and files of it into the folder of the run.
    pub(super) fn track(&self, scope: &Scope<'_>, id: StepId, of: StepId, get: Get<'_>) -> Result<(), Fault> {
        let name = crate::plan::step_name(self.program, scope.graph, of);
        let mut parts = Parts::default();
        self.collect(&get(of)?, &name, "", &mut parts)?;
        let id = scope.id(id);
        self.journal.tracked(&id, parts.metrics);
        // What people read stands before what programs read.
        parts.artifacts.sort_by_key(|(_, artifact)| matches!(artifact, Artifact::Table(_)));
        parts.artifacts.into_iter().try_for_each(|(part, artifact)| self.keep(&id, &part, artifact))
    }

    /// Keeps how the arguments of an estimator were found: a step that looks for them tells of it without being asked.
    pub(super) fn keep_history(&self, scope: &Scope<'_>, id: StepId, data: &Data) -> Result<(), Fault> {
        let history = match data {
            Data::Estimator(estimator) => estimator.history(),
            Data::SequenceEstimator(estimator) => estimator.history(),
            _ => None,
        };
        match history {
            Some(history) => {
                if history.resumed > 0 {
                    let (trials, name) = (history.resumed, crate::plan::step_name(self.program, scope.graph, id));
                    let s = if trials == 1 { "" } else { "s" };
                    // It was stopped, or goes on at the same time.
                    self.progress.message(&format!("{name}: goes on behind {trials} trial{s} of another run"));
                }
                self.keep(&scope.id(id), "", Artifact::History(history.clone()))
            }
            None => Ok(()),
        }
    }

    /// Keeps what was seen step by step while something learned.
    pub(super) fn keep_course(&self, scope: &Scope<'_>, id: StepId, data: &Data) -> Result<(), Fault> {
        let Data::Fitted(fitted) = data else { return Ok(()) };
        match fitted.course().filter(|course| !course.curves.is_empty()) {
            Some(course) => self.keep(&scope.id(id), "", Artifact::Course(Arc::new(course))),
            None => Ok(()),
        }
    }

    fn keep(&self, id: &str, part: &str, artifact: Artifact) -> Result<(), Fault> {
        // Tests leave no record, and so no files.
        let Some(folder) = &self.folder else { return Ok(()) };
        let object = match self.cache.filter(|cache| cache.keeps()) {
            Some(cache) => cache.keep_artifact(part, &artifact).map_err(|fault| cache.stop(&fault.message)).ok(),
            None => None,
        };
        let stem = self.journal.stem(id, part);
        self.journal.kept(id, artifact.keep(folder, stem)?, object);
        Ok(())
    }

    /// Puts what a step put into a file of an earlier run into one of this run.
    pub(super) fn keep_again(&self, id: &str, kept: &KeptArtifact) -> Result<(), Fault> {
        let (Some(folder), Some(cache)) = (&self.folder, self.cache) else { return Ok(()) };
        let stem = self.journal.stem(id, &kept.part);
        self.journal.kept(id, cache.artifact(kept)?.keep(folder, stem)?, None);
        Ok(())
    }

    /// The numbers and the artifacts of a result. A number by itself takes the name of the step that gave it; those of
    /// records have the names of their fields.
    fn collect(&self, data: &Data, name: &str, part: &str, found: &mut Parts) -> Result<(), Fault> {
        // No other part of a name has a point in it, so that no two files have one name.
        let within = |inner: &str| if part.is_empty() { inner.to_owned() } else { format!("{part}.{inner}") };
        let artifact = match data {
            Data::Metrics(metrics) => {
                found.metrics.extend(metrics.iter().cloned());
                return Ok(());
            }
            Data::Value(value) => return of_value(value, name, &mut found.metrics),
            Data::List(items) => {
                let mut items = items.iter().enumerate();
                return items
                    .try_for_each(|(place, item)| self.collect(item, name, &within(&(place + 1).to_string()), found));
            }
            Data::Record(fields) => {
                return fields.iter().try_for_each(|(field, value)| self.collect(value, field, &within(field), found));
            }
            Data::Figure(figure) => Artifact::Figure(figure.clone()),
            Data::Report(report) => Artifact::Report(report.clone()),
            Data::Table(table) => Artifact::Table(self.backend.collect(table.frame.clone())?),
            Data::Sequences(_) | Data::Estimator(_) | Data::SequenceEstimator(_) | Data::Fitted(_) => {
                return Err(not_tracked(name));
            }
        };
        found.artifacts.push((part.to_owned(), artifact));
        Ok(())
    }
}

fn of_value(value: &Value, name: &str, found: &mut Vec<Metric>) -> Result<(), Fault> {
    let number = match value {
        Value::List(items) => return items.iter().try_for_each(|item| of_value(item, name, found)),
        Value::Record(fields) => {
            return fields.iter().try_for_each(|(field, value)| of_value(value, field, found));
        }
        Value::Null => f64::NAN,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        other => other.as_float().ok_or_else(|| not_tracked(name))?,
    };
    found.push(Metric { name: name.to_owned(), partition: String::new(), value: number });
    Ok(())
}

fn not_tracked(name: &str) -> Fault {
    Fault::new(codes::NOT_IMPLEMENTED, format!("the result of `{name}` cannot be tracked"))
        .help("metrics, numbers, figures, reports and tables can; save what was learned instead")
}
