//! Argo Workflows: a template for each pipeline, and one that says which waits for which.
//!
//! The fields are those of <https://argo-workflows.readthedocs.io/en/latest/fields/>, as far as they are written here.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::closure::{Broken, all_there, between, each_once, in_order};
use crate::kubernetes::{Container, ObjectMeta, PodSecurityContext, PodVolume, check_disks, disks};
use crate::{Name, Workflow};

/// What is written: a workflow, or one for each time of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Once.
    Workflow(ArgoWorkflow),
    /// Again and again.
    CronWorkflow(CronWorkflow),
}

/// A `Workflow` of `argoproj.io/v1alpha1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArgoWorkflow {
    /// `argoproj.io/v1alpha1`
    pub api_version: &'static str,
    /// `Workflow`
    pub kind: &'static str,
    /// What it is called.
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: WorkflowSpec,
}

/// A `CronWorkflow` of `argoproj.io/v1alpha1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronWorkflow {
    /// `argoproj.io/v1alpha1`
    pub api_version: &'static str,
    /// `CronWorkflow`
    pub kind: &'static str,
    /// What it is called.
    pub metadata: ObjectMeta,
    /// When it does what.
    pub spec: CronWorkflowSpec,
}

/// When a workflow is made, and which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronWorkflowSpec {
    /// Five fields each (Argo 3.6 and later).
    pub schedules: Vec<String>,
    /// What they are told in.
    pub timezone: &'static str,
    /// `Forbid`: two runs at once would save the same datasets.
    pub concurrency_policy: &'static str,
    /// The workflow.
    pub workflow_spec: WorkflowSpec,
}

/// What a workflow does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSpec {
    /// The template that is done first.
    pub entrypoint: String,
    /// Who its pods are to the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// Who may write to its disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<PodSecurityContext>,
    /// What a run is given.
    #[serde(skip_serializing_if = "Arguments::is_empty")]
    pub arguments: Arguments,
    /// Its disks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<PodVolume>,
    /// What it consists of.
    pub templates: Vec<Template>,
}

/// What a run is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Arguments {
    /// Parameters.
    pub parameters: Vec<Parameter>,
}

impl Arguments {
    fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }
}

/// A parameter: a text, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value where a run gives no other.
    pub value: String,
}

/// A part of a workflow: tasks in order, or a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Tasks in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dag: Option<Dag>,
    /// A container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
}

/// Tasks in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dag {
    /// The tasks.
    pub tasks: Vec<DagTask>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DagTask {
    /// Its name.
    pub name: String,
    /// The template that it does.
    pub template: String,
    /// The tasks that it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
}

/// What stands before and behind the name of a parameter.
const REFERENCE: (&str, &str) = ("{{workflow.parameters.", "}}");

/// The name of the template with the order. A pipeline may be called `main`, but no name of a task begins with a capital letter.
const ORDER: &str = "Order";

/// The document of a workflow.
///
/// # Errors
/// Where it is broken.
pub fn document(workflow: &Workflow) -> Result<Document, Broken> {
    workflow.check()?;
    let reference = |name: &str| format!("{}{name}{}", REFERENCE.0, REFERENCE.1);
    let tasks = workflow.tasks.iter().map(|task| DagTask {
        name: task.name.to_string(),
        template: task.name.to_string(),
        dependencies: task.after.iter().map(Name::to_string).collect(),
    });
    let order = Template { name: ORDER.to_owned(), dag: Some(Dag { tasks: tasks.collect() }), container: None };
    let containers = workflow.tasks.iter().map(|task| {
        let args = task.written(|name| Some(reference(name)));
        Template { name: task.name.to_string(), dag: None, container: Some(Container::of(task, workflow, None, args)) }
    });
    let parameters = workflow
        .parameters
        .iter()
        .map(|parameter| Parameter { name: parameter.name.to_string(), value: parameter.value.text() });
    let (volumes, security_context) = disks(workflow);
    let spec = WorkflowSpec {
        entrypoint: ORDER.to_owned(),
        service_account_name: workflow.service_account.clone(),
        security_context,
        arguments: Arguments { parameters: parameters.collect() },
        volumes,
        templates: std::iter::once(order).chain(containers).collect(),
    };
    let api_version = "argoproj.io/v1alpha1";
    let document = match &workflow.schedule {
        None => Document::Workflow(ArgoWorkflow {
            api_version,
            kind: "Workflow",
            metadata: ObjectMeta::generated(workflow),
            spec,
        }),
        Some(schedule) => Document::CronWorkflow(CronWorkflow {
            api_version,
            kind: "CronWorkflow",
            metadata: ObjectMeta::named(workflow),
            spec: CronWorkflowSpec {
                schedules: vec![schedule.to_string()],
                timezone: "Etc/UTC",
                concurrency_policy: "Forbid",
                workflow_spec: spec,
            },
        }),
    };
    document.spec().check()?;
    Ok(document)
}

impl Document {
    /// What each run does.
    pub fn spec(&self) -> &WorkflowSpec {
        match self {
            Self::Workflow(workflow) => &workflow.spec,
            Self::CronWorkflow(workflow) => &workflow.spec.workflow_spec,
        }
    }

    /// The same, to be changed.
    pub fn spec_mut(&mut self) -> &mut WorkflowSpec {
        match self {
            Self::Workflow(workflow) => &mut workflow.spec,
            Self::CronWorkflow(workflow) => &mut workflow.spec.workflow_spec,
        }
    }
}

impl WorkflowSpec {
    /// Proves that templates, tasks, parameters and disks that are named are there, and that no task waits for itself. The models of
    /// Hera 7.1 prove none of this.
    ///
    /// # Errors
    /// What is broken.
    pub fn check(&self) -> Result<(), Broken> {
        let is_template = |name: &str| self.templates.iter().any(|template| template.name == name);
        each_once("template", self.templates.iter().map(|template| template.name.as_str()))?;
        each_once("parameter", self.arguments.parameters.iter().map(|parameter| parameter.name.as_str()))?;
        all_there(("workflow", "spec"), "template", [self.entrypoint.as_str()], is_template)?;
        for template in &self.templates {
            let from = ("template", template.name.as_str());
            if let Some(dag) = &template.dag {
                each_once("task", dag.tasks.iter().map(|task| task.name.as_str()))?;
                all_there(from, "template", dag.tasks.iter().map(|task| task.template.as_str()), is_template)?;
                let tasks = dag
                    .tasks
                    .iter()
                    .map(|task| (task.name.as_str(), task.dependencies.iter().map(String::as_str).collect()));
                in_order(&tasks.collect::<BTreeMap<&str, Vec<&str>>>())?;
            }
            if let Some(container) = &template.container {
                let named = between(&container.args, REFERENCE.0, REFERENCE.1);
                let is_parameter =
                    |name: &str| self.arguments.parameters.iter().any(|parameter| parameter.name == name);
                all_there(from, "parameter", named, is_parameter)?;
            }
        }
        let containers = self
            .templates
            .iter()
            .filter_map(|template| template.container.as_ref().map(|container| (template.name.as_str(), container)));
        check_disks(containers, &self.volumes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::shop;
    use crate::{Target, written};

    #[test]
    fn a_workflow_has_a_template_for_each_pipeline() {
        insta::assert_snapshot!(written(&shop(), Target::Argo).unwrap());
        let mut once = shop();
        once.schedule = None;
        let text = written(&once, Target::Argo).unwrap();
        assert!(text.contains("kind: Workflow\nmetadata:\n  generateName: shop-\n"), "{text}");
    }

    #[test]
    fn a_broken_workflow_is_refused() {
        let broken = |change: fn(&mut WorkflowSpec)| {
            let mut document = document(&shop()).unwrap();
            change(document.spec_mut());
            document.spec().check().unwrap_err().to_string()
        };
        fn tasks(spec: &mut WorkflowSpec) -> &mut Vec<DagTask> {
            &mut spec.templates[0].dag.as_mut().unwrap().tasks
        }
        assert_eq!(
            broken(|spec| spec.entrypoint = "main".to_owned()),
            "the workflow `spec` names the template `main`, which is not there"
        );
        assert_eq!(
            broken(|spec| tasks(spec)[1].template = "train".to_owned()),
            "the template `Order` names the template `train`, which is not there"
        );
        assert_eq!(
            broken(|spec| tasks(spec)[1].dependencies.push("load".to_owned())),
            "the task `training` names the task `load`, which is not there"
        );
        assert_eq!(
            broken(|spec| tasks(spec)[0].dependencies.push("score".to_owned())),
            "tasks wait for each other: prepare -> score -> prepare"
        );
        assert_eq!(
            broken(|spec| drop(spec.arguments.parameters.remove(0))),
            "the template `prepare` names the parameter `seed`, which is not there"
        );
        assert_eq!(
            broken(|spec| spec.volumes.clear()),
            "the container `prepare` names the volume `data`, which is not there"
        );
    }
}
