//! Apache Airflow 3: a file in Python with a DAG whose tasks are pods.
//!
//! The arguments are those of `KubernetesPodOperator`
//! (<https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html>) and of `DAG` and `Param`
//! (<https://airflow.apache.org/docs/task-sdk/stable/api.html>).

use std::collections::BTreeMap;
use std::fmt::Write;

use gml_ir::Resources;

use crate::closure::{Broken, all_there, between, each_once, in_order};
use crate::kubernetes::{GROUP, ResourceRequirements};
use crate::{Given, Name, Parameter, Volume, Workflow, python};

/// What the file consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Dag {
    /// Its id.
    pub id: String,
    /// Five fields, in UTC.
    pub schedule: Option<String>,
    /// What a run is given.
    pub params: Vec<Parameter>,
    /// The tasks, each behind those that it waits for.
    pub tasks: Vec<Pod>,
    /// The image of all.
    pub image: String,
    /// The Kubernetes secret.
    pub secret: String,
    /// The disks that all see.
    pub volumes: Vec<Volume>,
    /// Who they are to the cluster.
    pub service_account: Option<String>,
    /// What a graphics processor is called in the cluster.
    pub gpu: String,
}

/// A task that is a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Its id.
    pub id: String,
    /// What the pod is called.
    pub name: String,
    /// The tasks that it waits for.
    pub upstream: Vec<String>,
    /// What gmlc is given: templates of Jinja, in which `params` are the parameters.
    pub arguments: Vec<String>,
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Variables of the secret.
    pub secrets: Vec<String>,
    /// What it gets.
    pub resources: Resources,
}

/// What stands before the name of a parameter; behind it, filters may come.
const REFERENCE: &str = "{{ params.";

/// Names that the file has already.
const TAKEN: [&str; 8] = ["DAG", "KubernetesPodOperator", "Param", "Secret", "dag", "datetime", "k8s", "timezone"];

/// What the file consists of.
///
/// # Errors
/// Where the workflow is broken.
pub fn dag(workflow: &Workflow) -> Result<Dag, Broken> {
    workflow.check()?;
    let reference = |name: &str| {
        workflow.parameter(name).map(|parameter| match parameter.value {
            Given::Text(_) => format!("{REFERENCE}{name} }}}}"),
            // Python writes a truth as `True`.
            _ => format!("{REFERENCE}{name} | tojson }}}}"),
        })
    };
    let tasks = workflow.tasks.iter().map(|task| Pod {
        id: task.name.to_string(),
        name: format!("{}-{}", workflow.name, task.name),
        upstream: task.after.iter().map(Name::to_string).collect(),
        arguments: task.written(reference),
        variables: task.variables.clone(),
        secrets: task.secrets.iter().cloned().collect(),
        resources: task.resources,
    });
    let dag = Dag {
        id: workflow.name.to_string(),
        schedule: workflow.schedule.as_ref().map(ToString::to_string),
        params: workflow.parameters.clone(),
        tasks: tasks.collect(),
        image: workflow.image.clone(),
        secret: workflow.secret.clone(),
        volumes: workflow.volumes.clone(),
        service_account: workflow.service_account.clone(),
        gpu: workflow.gpu.clone(),
    };
    dag.check()?;
    Ok(dag)
}

impl Dag {
    /// Proves that tasks and parameters that are named are there, and that no task waits for itself.
    ///
    /// # Errors
    /// What is broken.
    pub fn check(&self) -> Result<(), Broken> {
        each_once("task", self.tasks.iter().map(|task| task.id.as_str()))?;
        let is_parameter = |name: &str| self.params.iter().any(|parameter| *parameter.name == *name);
        for task in &self.tasks {
            let named = between(&task.arguments, REFERENCE, " ");
            all_there(("task", task.id.as_str()), "parameter", named, is_parameter)?;
        }
        let order =
            self.tasks.iter().map(|task| (task.id.as_str(), task.upstream.iter().map(String::as_str).collect()));
        in_order(&order.collect::<BTreeMap<&str, Vec<&str>>>())
    }

    /// The file.
    #[must_use]
    pub fn python(&self) -> String {
        let mut file = String::new();
        self.head(&mut file);
        let mut variables: BTreeMap<&str, String> = BTreeMap::new();
        for task in &self.tasks {
            let mut variable = python::variable(&task.id, &TAKEN);
            while variables.values().any(|known| *known == variable) {
                variable.push('_');
            }
            variables.insert(&task.id, variable);
        }
        for task in &self.tasks {
            self.task(task, &variables[task.id.as_str()], &mut file);
        }
        for task in self.tasks.iter().filter(|task| !task.upstream.is_empty()) {
            let before = task.upstream.iter().filter_map(|id| variables.get(id.as_str()));
            let before: Vec<&str> = before.map(String::as_str).collect();
            let before = if let [one] = before[..] { one.to_owned() } else { format!("[{}]", before.join(", ")) };
            let _ = writeln!(file, "    {before} >> {}", variables[task.id.as_str()]);
        }
        file
    }

    fn head(&self, file: &mut String) {
        let secret = if self.tasks.iter().any(|task| !task.secrets.is_empty()) {
            "from airflow.providers.cncf.kubernetes.secret import Secret\n"
        } else {
            ""
        };
        let sdk = if self.params.is_empty() { "DAG" } else { "DAG, Param" };
        let models = if self.tasks.iter().any(|task| !task.resources.is_empty()) || !self.volumes.is_empty() {
            "from kubernetes.client import models as k8s\n"
        } else {
            ""
        };
        let _ = write!(
            file,
            "from datetime import datetime, timezone\n\n\
             from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n{secret}\
             from airflow.sdk import {sdk}\n{models}\n\
             with DAG(\n    dag_id={},\n    schedule={},\n    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),\n    \
             catchup=False,\n    # Two runs at once would save the same datasets.\n    max_active_runs=1,\n",
            python::text(&self.id),
            self.schedule.as_deref().map_or_else(|| "None".to_owned(), python::text),
        );
        if !self.params.is_empty() {
            file.push_str("    params={\n");
            for parameter in &self.params {
                let _ = writeln!(file, "        {}: {},", python::text(&parameter.name), declared(&parameter.value));
            }
            file.push_str("    },\n");
        }
        file.push_str("):\n");
    }

    fn task(&self, task: &Pod, variable: &str, file: &mut String) {
        let _ = writeln!(file, "    {variable} = KubernetesPodOperator(");
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(file, "        {name}={value},");
        };
        line("task_id", &python::text(&task.id));
        line("name", &python::text(&task.name));
        line("image", &python::text(&self.image));
        line("cmds", &python::texts(["gmlc"]));
        line("arguments", &python::texts(&task.arguments));
        if !task.variables.is_empty() {
            line("env_vars", &python::dictionary(&task.variables));
        }
        if !task.secrets.is_empty() {
            let secret = python::text(&self.secret);
            let each = task.secrets.iter().map(|name| python::text(name));
            let each: Vec<String> = each.map(|name| format!("Secret(\"env\", {name}, {secret}, {name})")).collect();
            line("secrets", &format!("[{}]", each.join(", ")));
        }
        if !task.resources.is_empty() {
            let ResourceRequirements { requests, limits } = ResourceRequirements::of(&task.resources, &self.gpu);
            let (requests, limits) = (python::dictionary(&requests), python::dictionary(&limits));
            let both = format!("k8s.V1ResourceRequirements(requests={requests}, limits={limits})");
            line("container_resources", &both);
        }
        if !self.volumes.is_empty() {
            let volume = |volume: &Volume| {
                let claim = python::text(&volume.claim);
                let source = format!("k8s.V1PersistentVolumeClaimVolumeSource(claim_name={claim})");
                format!("k8s.V1Volume(name={}, persistent_volume_claim={source})", python::text(volume.name.as_str()))
            };
            let mount = |volume: &Volume| {
                let (name, path) = (python::text(volume.name.as_str()), python::text(&volume.path));
                format!("k8s.V1VolumeMount(name={name}, mount_path={path})")
            };
            let all = |one: &dyn Fn(&Volume) -> String| {
                let each: Vec<String> = self.volumes.iter().map(one).collect();
                format!("[{}]", each.join(", "))
            };
            line("volumes", &all(&volume));
            line("volume_mounts", &all(&mount));
            line("security_context", &format!("{{\"fsGroup\": {GROUP}}}"));
        }
        if let Some(account) = &self.service_account {
            line("service_account_name", &python::text(account));
        }
        file.push_str("    )\n");
    }
}

/// A parameter with its type as JSON Schema calls it.
fn declared(value: &Given) -> String {
    match value {
        Given::Int(number) => format!("Param({number}, type=\"integer\")"),
        Given::Float(number) => format!("Param({number:?}, type=\"number\")"),
        Given::Bool(truth) => format!("Param({}, type=\"boolean\")", if *truth { "True" } else { "False" }),
        Given::Text(text) => format!("Param({}, type=\"string\")", python::text(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::shop;
    use crate::{Target, written};

    #[test]
    fn a_file_has_a_pod_for_each_pipeline() {
        insta::assert_snapshot!(written(&shop(), Target::Airflow).unwrap());
        let mut plain = shop();
        plain.tasks.truncate(1);
        plain.volumes.clear();
        plain.parameters.retain(|parameter| matches!(&*parameter.name, "seed" | "note"));
        (plain.schedule, plain.service_account) = (None, None);
        plain.tasks[0].secrets.clear();
        plain.tasks[0].name = Name::parse("import").unwrap();
        insta::assert_snapshot!("plain", written(&plain, Target::Airflow).unwrap());
    }

    #[test]
    fn a_broken_file_is_refused() {
        let broken = |change: fn(&mut Dag)| {
            let mut dag = dag(&shop()).unwrap();
            change(&mut dag);
            dag.check().unwrap_err().to_string()
        };
        assert_eq!(
            broken(|dag| dag.tasks[1].upstream.push("load".to_owned())),
            "the task `training` names the task `load`, which is not there"
        );
        assert_eq!(
            broken(|dag| dag.tasks[0].upstream.push("score".to_owned())),
            "tasks wait for each other: prepare -> score -> prepare"
        );
        assert_eq!(
            broken(|dag| drop(dag.params.remove(0))),
            "the task `prepare` names the parameter `seed`, which is not there"
        );
    }
}
