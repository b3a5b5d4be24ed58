//! Kubernetes: pods and what they consist of, which Argo takes too, and jobs.
//!
//! The fields are those of <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/>, as far as they are written here.

mod job;

use std::collections::BTreeMap;

use gml_ir::Resources;
use serde::Serialize;

use crate::closure::{Broken, all_there, each_once};
use crate::{Task, Workflow};

pub use job::{CronJob, CronJobSpec, Document, Job, JobSpec, JobTemplate, PodSpec, PodTemplate, document};

/// The group that may write to shared disks, which is that of the image of `gmlc deploy --to docker`.
pub const GROUP: i64 = 1000;

/// What an object is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMeta {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its name begins with: each run makes an object of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// What it is found by.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl ObjectMeta {
    /// Of something that is there once, under the name of the workflow.
    pub(crate) fn named(workflow: &Workflow) -> Self {
        Self { name: Some(workflow.name.to_string()), labels: labels(workflow), ..Self::default() }
    }

    /// Of something that is made for each run.
    pub(crate) fn generated(workflow: &Workflow) -> Self {
        Self { generate_name: Some(format!("{}-", workflow.name)), labels: labels(workflow), ..Self::default() }
    }
}

/// The labels that Kubernetes recommends
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>).
fn labels(workflow: &Workflow) -> BTreeMap<String, String> {
    let label = |name: &str, value: &str| (format!("app.kubernetes.io/{name}"), value.to_owned());
    BTreeMap::from([label("name", workflow.name.as_str()), label("managed-by", "gmlc")])
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name; in Argo it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its image.
    pub image: String,
    /// The program.
    pub command: Vec<String>,
    /// What the program is given.
    pub args: Vec<String>,
    /// Its environment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvVar>,
    /// What it gets of the machine.
    #[serde(skip_serializing_if = "ResourceRequirements::is_empty")]
    pub resources: ResourceRequirements,
    /// The disks that it sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volume_mounts: Vec<VolumeMount>,
}

impl Container {
    /// That of a task.
    pub(crate) fn of(task: &Task, workflow: &Workflow, name: Option<String>, args: Vec<String>) -> Self {
        let plain = task.variables.iter().map(|(name, value)| EnvVar {
            name: name.clone(),
            value: Some(value.clone()),
            value_from: None,
        });
        let secret = task.secrets.iter().map(|name| EnvVar {
            name: name.clone(),
            value: None,
            value_from: Some(EnvVarSource {
                secret_key_ref: SecretKeySelector { name: workflow.secret.clone(), key: name.clone() },
            }),
        });
        let mount =
            |volume: &crate::Volume| VolumeMount { name: volume.name.to_string(), mount_path: volume.path.clone() };
        Self {
            name,
            image: workflow.image.clone(),
            command: vec!["gmlc".to_owned()],
            args,
            env: plain.chain(secret).collect(),
            resources: ResourceRequirements::of(&task.resources, &workflow.gpu),
            volume_mounts: workflow.volumes.iter().map(mount).collect(),
        }
    }
}

/// A variable: with its value, or with where that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where its value is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<EnvVarSource>,
}

/// Where the value of a variable is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvVarSource {
    /// In a secret.
    pub secret_key_ref: SecretKeySelector,
}

/// An entry of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretKeySelector {
    /// The secret.
    pub name: String,
    /// The entry.
    pub key: String,
}

/// What a container asks for, and what it may use at most: the same, so that it is not the first that is ended where a machine has too
/// little.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResourceRequirements {
    /// What it asks for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    /// What it may use. Of graphics processors only this is said.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
}

impl ResourceRequirements {
    /// What an env says; `gpu` is what a graphics processor is called in the cluster.
    pub(crate) fn of(resources: &Resources, gpu: &str) -> Self {
        let cpu = resources.cpu.map(|count| ("cpu".to_owned(), count.to_string()));
        let memory = resources.memory.map(|bytes| ("memory".to_owned(), quantity(bytes)));
        let requests: BTreeMap<String, String> = cpu.into_iter().chain(memory).collect();
        let mut limits = requests.clone();
        // A text: the number 1 is refused.
        limits.extend(resources.gpu.filter(|count| *count > 0).map(|count| (gpu.to_owned(), count.to_string())));
        Self { requests, limits }
    }

    fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

/// Bytes as Kubernetes writes them
/// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).
pub(crate) fn quantity(bytes: u64) -> String {
    let units = [(1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")];
    let fits = units.into_iter().find(|(unit, _)| bytes.is_multiple_of(*unit));
    fits.map_or_else(|| bytes.to_string(), |(unit, name)| format!("{}{name}", bytes / unit))
}

/// Where a container sees a disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeMount {
    /// The volume of the pod.
    pub name: String,
    /// The path.
    pub mount_path: String,
}

/// A disk of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodVolume {
    /// What containers call it.
    pub name: String,
    /// Which claim it is.
    pub persistent_volume_claim: Claim,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Its name.
    pub claim_name: String,
}

/// Who processes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSecurityContext {
    /// The group that owns the files of its disks.
    pub fs_group: i64,
}

/// The disks of a workflow's pods, and who may write to them.
pub(crate) fn disks(workflow: &Workflow) -> (Vec<PodVolume>, Option<PodSecurityContext>) {
    let volumes: Vec<PodVolume> = workflow
        .volumes
        .iter()
        .map(|volume| PodVolume {
            name: volume.name.to_string(),
            persistent_volume_claim: Claim { claim_name: volume.claim.clone() },
        })
        .collect();
    let writable = (!volumes.is_empty()).then_some(PodSecurityContext { fs_group: GROUP });
    (volumes, writable)
}

/// The disks that containers see are those of the pod.
pub(crate) fn check_disks<'a>(
    containers: impl IntoIterator<Item = (&'a str, &'a Container)>,
    volumes: &[PodVolume],
) -> Result<(), Broken> {
    each_once("volume", volumes.iter().map(|volume| volume.name.as_str()))?;
    containers.into_iter().try_for_each(|(name, container)| {
        let seen = container.volume_mounts.iter().map(|mount| mount.name.as_str());
        all_there(("container", name), "volume", seen, |name| volumes.iter().any(|volume| volume.name == name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_quantities() {
        assert_eq!(quantity(30 << 30), "30Gi");
        assert_eq!(quantity(1536 << 20), "1536Mi");
        assert_eq!(quantity(1000), "1000");
    }

    #[test]
    fn what_is_asked_for_is_what_is_allowed() {
        let resources = Resources { cpu: Some(2), memory: Some(1 << 30), gpu: Some(2) };
        let asked = ResourceRequirements::of(&resources, "amd.com/gpu");
        assert_eq!(asked.requests, BTreeMap::from([("cpu".into(), "2".into()), ("memory".into(), "1Gi".into())]));
        assert_eq!(asked.limits.get("amd.com/gpu").map(String::as_str), Some("2"));
        let none = Resources { gpu: Some(0), ..Resources::default() };
        assert!(ResourceRequirements::of(&none, "nvidia.com/gpu").is_empty());
    }
}
