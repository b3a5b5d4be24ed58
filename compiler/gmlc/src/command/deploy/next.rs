//! What is to be done with what was written.

use std::collections::BTreeSet;
use std::path::Path;

use gml_deploy::{Given, Workflow};

use super::To;
use crate::output::quoted;

/// What is said on standard error: the order, what has to be in the cluster, how it is started.
pub(super) fn next(
    to: To,
    workflow: &Workflow,
    path: Option<&Path>,
    ambiguous: &[String],
    asked: &[String],
) -> Vec<String> {
    let file = path.map_or_else(|| "FILE".to_owned(), |path| quoted(&path.to_string_lossy()));
    let mut told = order(to, workflow);
    if !ambiguous.is_empty() {
        let names = ambiguous.join(", ");
        told.push(format!("no parameters of the workflow, since pipelines give them other values or types: {names}"));
    }
    if !asked.is_empty() {
        let given: Vec<String> = asked.iter().map(|name| format!("--variable {name}=..")).collect();
        told.push(format!("the program asks the environment for more, and takes its defaults: {}", given.join(" ")));
    }
    let secrets: BTreeSet<&str> = workflow.tasks.iter().flat_map(|task| &task.secrets).map(String::as_str).collect();
    if !secrets.is_empty() {
        let each: Vec<String> = secrets.iter().map(|name| format!("--from-literal={name}=..")).collect();
        told.push(format!(
            "needs the secret {}: kubectl create secret generic {0} {}",
            workflow.secret,
            each.join(" ")
        ));
    }
    let claims: BTreeSet<&str> = workflow.volumes.iter().map(|volume| volume.claim.as_str()).collect();
    if !claims.is_empty() {
        let claims: Vec<&str> = claims.iter().copied().collect();
        let shared = match (to, workflow.tasks.len()) {
            (To::Kubernetes, _) | (_, 1) => "",
            _ => ", of a class that several nodes can write to (ReadWriteMany)",
        };
        told.push(format!("needs the claim {}{shared}", claims.join(", ")));
        if to == To::Kfp {
            told.push(
                "the user 1000 must be able to write to it, since a pipeline of Kubeflow cannot say who may".to_owned(),
            );
        }
    }
    if to == To::Kfp && is_of_kubernetes(workflow) {
        told.push(
            "secrets and claims are those of Kubernetes: Vertex AI has neither and does not take the second document"
                .to_owned(),
        );
    }
    told.push(format!("then: {}", start(to, workflow, &file)));
    told
}

/// Whether tasks have what only Kubernetes has.
fn is_of_kubernetes(workflow: &Workflow) -> bool {
    !workflow.volumes.is_empty() || workflow.tasks.iter().any(|task| !task.secrets.is_empty())
}

/// Which task waits for which.
fn order(to: To, workflow: &Workflow) -> Vec<String> {
    if to == To::Kubernetes {
        let names: Vec<&str> = workflow.tasks.iter().map(|task| task.name.as_str()).collect();
        return vec![format!("one after the other: {}", names.join(", "))];
    }
    let each = workflow.tasks.iter().map(|task| {
        let after: Vec<&str> = task.after.iter().map(gml_deploy::Name::as_str).collect();
        if after.is_empty() {
            format!("{} at once", task.name)
        } else {
            format!("{} after {}", task.name, after.join(", "))
        }
    });
    each.collect()
}

/// How it is started.
fn start(to: To, workflow: &Workflow, file: &str) -> String {
    let parameter = workflow.parameters.iter().find(|parameter| !matches!(parameter.value, Given::Text(_)));
    let parameter = parameter.or(workflow.parameters.first());
    let set = parameter.map(|parameter| format!("{}={}", parameter.name, quoted(&parameter.value.text())));
    match (to, &workflow.schedule) {
        (To::Kfp, _) => {
            let set = set.map(|set| format!(" {set}")).unwrap_or_default();
            let kubeflow = format!("kfp run create --experiment-name {} --package-file {file}{set}", workflow.name);
            if is_of_kubernetes(workflow) {
                return kubeflow;
            }
            let vertex = format!("PipelineJob(display_name=\"{}\", template_path=\"{file}\").submit()", workflow.name);
            format!("{kubeflow}; in Vertex AI: {vertex}")
        }
        (To::Argo, Some(_)) => format!("argo cron create {file} (or kubectl apply -f {file})"),
        (To::Argo, None) => {
            format!("argo submit {file}{}", set.map(|set| format!(" -p {set}")).unwrap_or_default())
        }
        (To::Kubernetes | To::Docker, Some(_)) => format!("kubectl apply -f {file}"),
        (To::Kubernetes | To::Docker, None) => format!("kubectl create -f {file}"),
        (To::Airflow, _) => {
            format!("put {file} into the folder of DAGs; Airflow needs apache-airflow-providers-cncf-kubernetes for it")
        }
    }
}
