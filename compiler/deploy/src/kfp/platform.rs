//! What Kubernetes adds: secrets and claims.

use std::collections::BTreeMap;

use serde::Serialize;

use super::executor;
use crate::Workflow;

/// A `PlatformSpec`: the second document of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platforms {
    /// By platform.
    pub platforms: PlatformsByName,
}

/// Platforms by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformsByName {
    /// The only one there is.
    pub kubernetes: Kubernetes,
}

/// What Kubernetes adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kubernetes {
    /// To executors.
    pub deployment_spec: Executors,
}

/// Executors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Executors {
    /// By name.
    pub executors: BTreeMap<String, KubernetesExecutor>,
}

/// What Kubernetes adds to an executor: a `KubernetesExecutorConfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesExecutor {
    /// Disks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pvc_mount: Vec<PvcMount>,
    /// Variables of secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secret_as_env: Vec<SecretAsEnv>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PvcMount {
    /// The claim, for versions before 2.5.
    pub constant: String,
    /// Where it is in the container.
    pub mount_path: String,
    /// The claim, for later versions.
    pub pvc_name_parameter: NameParameter,
}

/// A name that is known before the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NameParameter {
    /// Its value.
    pub runtime_value: RuntimeValue,
}

/// A value that is known before the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuntimeValue {
    /// It.
    pub constant: String,
}

impl NameParameter {
    fn of(name: &str) -> Self {
        Self { runtime_value: RuntimeValue { constant: name.to_owned() } }
    }
}

/// Variables that are entries of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretAsEnv {
    /// Entries and variables.
    pub key_to_env: Vec<KeyToEnv>,
    /// Whether the secret may be missing.
    pub optional: bool,
    /// The secret, for versions before 2.5.
    pub secret_name: String,
    /// The secret, for later versions.
    pub secret_name_parameter: NameParameter,
}

/// An entry and its variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyToEnv {
    /// The variable.
    pub env_var: String,
    /// The entry.
    pub secret_key: String,
}

impl Platforms {
    /// Nothing where no task has a secret or a disk.
    pub(super) fn of(workflow: &Workflow) -> Option<Self> {
        let mounts: Vec<PvcMount> = workflow
            .volumes
            .iter()
            .map(|volume| PvcMount {
                constant: volume.claim.clone(),
                mount_path: volume.path.clone(),
                pvc_name_parameter: NameParameter::of(&volume.claim),
            })
            .collect();
        let each = workflow.tasks.iter().map(|task| {
            let keys = task.secrets.iter().map(|name| KeyToEnv { env_var: name.clone(), secret_key: name.clone() });
            let secret = SecretAsEnv {
                key_to_env: keys.collect(),
                optional: false,
                secret_name: workflow.secret.clone(),
                secret_name_parameter: NameParameter::of(&workflow.secret),
            };
            let secrets = if secret.key_to_env.is_empty() { Vec::new() } else { vec![secret] };
            (executor(&task.name), KubernetesExecutor { pvc_mount: mounts.clone(), secret_as_env: secrets })
        });
        let executors: BTreeMap<String, KubernetesExecutor> =
            each.filter(|(_, added)| *added != KubernetesExecutor::default()).collect();
        let kubernetes = Kubernetes { deployment_spec: Executors { executors } };
        (!kubernetes.deployment_spec.executors.is_empty()).then_some(Self { platforms: PlatformsByName { kubernetes } })
    }

    /// The executors that something is added to.
    pub(super) fn executors(&self) -> impl Iterator<Item = &str> {
        self.platforms.kubernetes.deployment_spec.executors.keys().map(String::as_str)
    }
}
