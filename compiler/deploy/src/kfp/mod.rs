//! Kubeflow Pipelines 2, and Vertex AI Pipelines, which reads the same: a component with its executor for each pipeline, and a graph
//! of tasks.
//!
//! The fields are those of `pipeline_spec.proto`
//! (<https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto>), and of what Kubernetes adds to it
//! `kubernetes_executor_config.proto`
//! (<https://github.com/kubeflow/pipelines/blob/master/kubernetes_platform/proto/kubernetes_executor_config.proto>), as far as they are
//! written here. The second stands in a document of its own, which is left out where there is nothing to say; Vertex AI reads one
//! document.

mod pipeline;
mod platform;

use serde::Serialize;

use crate::Workflow;
use crate::closure::{Broken, all_there};

pub use pipeline::{
    Accelerator, CachingOptions, Component, ComponentRef, Container, Dag, DeploymentSpec, EnvVar, Executor, Input,
    Inputs, ParameterSpec, PipelineInfo, PipelineSpec, Resources, Root, Task, TaskInfo, TaskInputs,
};
pub use platform::{
    Executors, KeyToEnv, Kubernetes, KubernetesExecutor, NameParameter, Platforms, PlatformsByName, PvcMount,
    RuntimeValue, SecretAsEnv,
};

/// What is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Documents {
    /// The pipeline.
    pub pipeline: PipelineSpec,
    /// What Kubernetes adds to its executors.
    pub platforms: Option<Platforms>,
}

/// The documents of a workflow.
///
/// # Errors
/// Where it is broken.
pub fn documents(workflow: &Workflow) -> Result<Documents, Broken> {
    workflow.check()?;
    let documents = Documents { pipeline: PipelineSpec::of(workflow), platforms: Platforms::of(workflow) };
    documents.check()?;
    Ok(documents)
}

impl Documents {
    /// Proves that components, executors, tasks and parameters that are named are there, and that no task waits for itself. The SDK
    /// (2.17) proves none of this, nor does that of Vertex AI.
    ///
    /// # Errors
    /// What is broken.
    pub fn check(&self) -> Result<(), Broken> {
        self.pipeline.check()?;
        let executors = &self.pipeline.deployment_spec.executors;
        let named = self.platforms.iter().flat_map(Platforms::executors);
        all_there(("platform", "kubernetes"), "executor", named, |name| executors.contains_key(name))
    }
}

/// What the executor of a task is called.
fn executor(name: &crate::Name) -> String {
    format!("exec-{name}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::tests::shop;
    use crate::{Target, written};

    /// Without a schedule, which Kubeflow Pipelines has none of.
    fn once() -> Workflow {
        Workflow { schedule: None, service_account: None, ..shop() }
    }

    #[test]
    fn a_pipeline_has_a_component_for_each_task() {
        insta::assert_snapshot!(written(&once(), Target::Kfp).unwrap());
    }

    #[test]
    fn vertex_has_its_names_for_gpus_and_one_document() {
        let mut vertex = Workflow { gpu: "NVIDIA_TESLA_T4".to_owned(), ..once() };
        vertex.volumes.clear();
        vertex.tasks.iter_mut().for_each(|task| task.secrets.clear());
        let text = written(&vertex, Target::Kfp).unwrap();
        assert!(text.contains("resourceType: nvidia.com/gpu\n") && text.contains("type: NVIDIA_TESLA_T4\n"), "{text}");
        assert!(!text.contains("---"), "{text}");
    }

    #[test]
    fn broken_documents_are_refused() {
        let broken = |change: fn(&mut Documents)| {
            let mut documents = documents(&once()).unwrap();
            change(&mut documents);
            documents.check().unwrap_err().to_string()
        };
        fn task<'a>(documents: &'a mut Documents, name: &str) -> &'a mut Task {
            documents.pipeline.root.dag.tasks.get_mut(name).unwrap()
        }
        assert_eq!(
            broken(|all| task(all, "score").component_ref.name = "comp-scores".to_owned()),
            "the task `score` names the component `comp-scores`, which is not there"
        );
        assert_eq!(
            broken(|all| task(all, "score").dependent_tasks.push("load".to_owned())),
            "the task `score` names the task `load`, which is not there"
        );
        assert_eq!(
            broken(|all| task(all, "prepare").dependent_tasks.push("score".to_owned())),
            "tasks wait for each other: prepare -> score -> prepare"
        );
        assert_eq!(
            broken(|all| drop(all.pipeline.deployment_spec.executors.remove("exec-training"))),
            "the component `comp-training` names the executor `exec-training`, which is not there"
        );
        assert_eq!(
            broken(|all| all.pipeline.root.input_definitions = None),
            "the task `prepare` names the parameter of the pipeline `note`, which is not there"
        );
        assert_eq!(
            broken(|all| all.pipeline.components.get_mut("comp-score").unwrap().input_definitions = None),
            "the component `comp-score` names the parameter `seed`, which is not there"
        );
        assert_eq!(
            broken(|all| drop(task(all, "score").inputs.take())),
            "the component `comp-score` names the argument of its task `note`, which is not there"
        );
        assert_eq!(
            broken(|all| {
                let kubernetes = &mut all.platforms.as_mut().unwrap().platforms.kubernetes;
                let executors: &mut BTreeMap<_, _> = &mut kubernetes.deployment_spec.executors;
                let moved = executors.remove("exec-score").unwrap();
                executors.insert("exec-scores".to_owned(), moved);
            }),
            "the platform `kubernetes` names the executor `exec-scores`, which is not there"
        );
    }
}
