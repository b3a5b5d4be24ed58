//! Plain Kubernetes, which knows no order between jobs: one job, in whose pod the pipelines run one after the other, all but the last
//! as containers of its initialisation
//! (<https://kubernetes.io/docs/concepts/workloads/pods/init-containers/>: each starts when the one before has succeeded).

use serde::Serialize;

use super::{Container, ObjectMeta, PodSecurityContext, PodVolume, check_disks, disks};
use crate::closure::{Broken, each_once};
use crate::{Given, Workflow};

/// What is written: a job, or one for each time of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Once.
    Job(Job),
    /// Again and again.
    CronJob(CronJob),
}

/// A `Job` of `batch/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// `batch/v1`
    pub api_version: &'static str,
    /// `Job`
    pub kind: &'static str,
    /// What it is called.
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: JobSpec,
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobSpec {
    /// How often it begins again where it fails: never, since the same program on the same data fails again.
    pub backoff_limit: u32,
    /// Its pod.
    pub template: PodTemplate,
}

/// A pod that is made for each run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PodTemplate {
    /// What it is.
    pub spec: PodSpec,
}

/// A pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    /// `Never`
    pub restart_policy: &'static str,
    /// Who it is to the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// Who may write to its disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<PodSecurityContext>,
    /// What runs first, one after the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub init_containers: Vec<Container>,
    /// What runs last.
    pub containers: Vec<Container>,
    /// Its disks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<PodVolume>,
}

/// A `CronJob` of `batch/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronJob {
    /// `batch/v1`
    pub api_version: &'static str,
    /// `CronJob`
    pub kind: &'static str,
    /// What it is called.
    pub metadata: ObjectMeta,
    /// When it does what.
    pub spec: CronJobSpec,
}

/// When a job is made, and which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronJobSpec {
    /// Five fields.
    pub schedule: String,
    /// What they are told in.
    pub time_zone: &'static str,
    /// `Forbid`: two runs at once would save the same datasets.
    pub concurrency_policy: &'static str,
    /// The job.
    pub job_template: JobTemplate,
}

/// A job that is made for each time of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobTemplate {
    /// What it does.
    pub spec: JobSpec,
}

/// The document of a workflow.
///
/// # Errors
/// Where it is broken.
pub fn document(workflow: &Workflow) -> Result<Document, Broken> {
    workflow.check()?;
    let containers = workflow.tasks.iter().map(|task| {
        // There are no parameters: what the command line sets is set for good, and the rest is as the program has it.
        let set = |name: &str| workflow.parameter(name).filter(|parameter| parameter.is_set);
        let args = task.written(|name| set(name).map(|parameter| Given::text(&parameter.value)));
        Container::of(task, workflow, Some(task.name.to_string()), args)
    });
    let mut init_containers: Vec<Container> = containers.collect();
    let containers = init_containers.pop().into_iter().collect();
    let (volumes, security_context) = disks(workflow);
    let pod = PodSpec {
        restart_policy: "Never",
        service_account_name: workflow.service_account.clone(),
        security_context,
        init_containers,
        containers,
        volumes,
    };
    let spec = JobSpec { backoff_limit: 0, template: PodTemplate { spec: pod } };
    let document = match &workflow.schedule {
        None => {
            Document::Job(Job { api_version: "batch/v1", kind: "Job", metadata: ObjectMeta::generated(workflow), spec })
        }
        Some(schedule) => Document::CronJob(CronJob {
            api_version: "batch/v1",
            kind: "CronJob",
            metadata: ObjectMeta::named(workflow),
            spec: CronJobSpec {
                schedule: schedule.to_string(),
                time_zone: "Etc/UTC",
                concurrency_policy: "Forbid",
                job_template: JobTemplate { spec },
            },
        }),
    };
    document.check()?;
    Ok(document)
}

impl Document {
    /// The pod.
    pub fn pod(&self) -> &PodSpec {
        match self {
            Self::Job(job) => &job.spec.template.spec,
            Self::CronJob(job) => &job.spec.job_template.spec.template.spec,
        }
    }

    /// Proves that the names of containers differ and that the disks that they see are there.
    ///
    /// # Errors
    /// What is broken.
    pub fn check(&self) -> Result<(), Broken> {
        let pod = self.pod();
        let name = |container: &'_ Container| -> String { container.name.clone().unwrap_or_default() };
        let all: Vec<(String, &Container)> =
            pod.init_containers.iter().chain(&pod.containers).map(|container| (name(container), container)).collect();
        if pod.containers.is_empty() {
            return Err(Broken::Empty);
        }
        each_once("container", all.iter().map(|(name, _)| name.as_str()))?;
        check_disks(all.iter().map(|(name, container)| (name.as_str(), *container)), &pod.volumes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::shop;
    use crate::{Target, written};

    #[test]
    fn a_job_runs_pipelines_one_after_the_other() {
        insta::assert_snapshot!(written(&shop(), Target::Kubernetes).unwrap());
        let mut once = shop();
        (once.schedule, once.service_account) = (None, None);
        once.tasks.truncate(1);
        once.volumes.clear();
        insta::assert_snapshot!("once", written(&once, Target::Kubernetes).unwrap());
    }

    #[test]
    fn a_broken_pod_is_refused() {
        let broken = |change: fn(&mut PodSpec)| {
            let mut document = document(&shop()).unwrap();
            if let Document::CronJob(job) = &mut document {
                change(&mut job.spec.job_template.spec.template.spec);
            }
            document.check().unwrap_err().to_string()
        };
        assert_eq!(
            broken(|pod| pod.volumes.clear()),
            "the container `prepare` names the volume `data`, which is not there"
        );
        assert_eq!(
            broken(|pod| pod.containers[0].name = Some("prepare".to_owned())),
            "there are two containers `prepare`"
        );
        assert_eq!(broken(|pod| pod.containers.clear()), "there is no task");
    }
}
