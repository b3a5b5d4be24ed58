//! `gmlc deploy`

mod image;
mod lost;
mod next;
mod parameters;
mod workflow;
mod write;

use clap::{Args, ValueEnum};
use gml_analysis::Settings;
use gml_connect::Fault;
use gml_deploy::{Name, Places, Schedule, Volume, object_name};
use gml_ir::{Pipeline, Program};

use super::ProgramArgs;
use super::prepare::{Prepared, prepare_with};
use crate::exit::Exit;
use crate::output;

/// The code of the fault that no Python is here which could run a node.
const PYTHON_MISSING: &str = "GML0975";

/// Which pipelines, for which platform, and what they are given there.
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// The pipelines; all of them where none is named.
    pipelines: Vec<String>,
    #[command(flatten)]
    program: ProgramArgs,
    /// For what: Kubeflow Pipelines (and Vertex AI), Argo Workflows, plain Kubernetes, Airflow, or the Dockerfile of the image.
    #[arg(long, value_enum, value_name = "TARGET")]
    to: To,
    /// The image that the tasks run in, as a registry calls it.
    #[arg(long, required_if_eq_any([("to", "kfp"), ("to", "argo"), ("to", "kubernetes"), ("to", "airflow")]), value_parser = image_name)]
    image: Option<String>,
    /// The file to write; `-` is standard output. Without it a file in the folder of the project.
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,
    /// What it is called there; the name of the folder where none is given.
    #[arg(long, value_parser = Name::parse)]
    name: Option<Name>,
    /// Run it again and again: the five fields of cron, in UTC ("0 6 * * 1-5"), or @hourly, @daily, @weekly, @monthly, @yearly.
    #[arg(long, value_name = "CRON", value_parser = Schedule::parse)]
    schedule: Option<Schedule>,
    /// A disk that all containers share: a claim of the cluster, and the path that the program has for it, such as
    /// `shop-data:data/features`.
    #[arg(long, value_name = "CLAIM:PATH", value_parser = volume)]
    volume: Vec<(String, String)>,
    /// The Kubernetes secret with the secrets of the program; NAME-secrets where none is given.
    #[arg(long, value_name = "NAME", value_parser = object_name)]
    secret: Option<String>,
    /// A further variable that the Kubernetes secret has, such as the keys of a store: AWS_SECRET_ACCESS_KEY.
    #[arg(long, value_name = "VARIABLE", value_parser = variable_name)]
    from_secret: Vec<String>,
    /// A variable of the containers; the program is checked as if it were set here, and no other.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    variable: Vec<(String, String)>,
    /// What a graphics processor is called there: a resource of Kubernetes, or of Vertex AI the kind, such as NVIDIA_TESLA_T4.
    #[arg(long, value_name = "NAME", default_value = "nvidia.com/gpu", value_parser = gpu)]
    gpu: String,
    /// Who the tasks are to the cluster, which may open stores to them. Kubeflow Pipelines is told when a run starts.
    #[arg(long, value_name = "NAME", value_parser = object_name)]
    service_account: Option<String>,
    /// Where the project lies in the image.
    #[arg(long, value_name = "PATH", default_value = "/app", value_parser = workdir)]
    workdir: String,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// Kubeflow Pipelines 2, and Vertex AI Pipelines.
    Kfp,
    /// Argo Workflows.
    Argo,
    /// A Job or a CronJob of Kubernetes.
    Kubernetes,
    /// A DAG of Apache Airflow 3.
    Airflow,
    /// The Dockerfile of the image.
    Docker,
}

/// Writes the file, and says on standard error what is to be done with it.
pub fn deploy(args: &DeployArgs) -> Exit {
    match deployed(args) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn deployed(args: &DeployArgs) -> Result<Exit, Exit> {
    consistent(args).map_err(usage)?;
    // What is asked for of the environment is asked for in the containers, not here.
    let settings = Settings {
        env: args.program.env.clone(),
        set: args.program.set.clone(),
        environment: args.variable.iter().cloned().collect(),
    };
    let tell = |wrong: &[_], sources: &_| output::errors(wrong, sources, args.program.format);
    let prepared = prepare_with(&args.program, &settings, tell)?;
    let pipelines = chosen(args, &prepared)?;
    for pipeline in &pipelines {
        match gml_engine::runnable(&prepared.program, pipeline, &prepared.project.folder) {
            // The Python of the image counts, not that of this machine.
            Err(fault) if fault.code != PYTHON_MISSING => return Err(failed(&fault)),
            _ => {}
        }
    }
    if args.to == To::Docker {
        return image::written(args, &prepared, &pipelines);
    }
    let volumes = volumes(args).map_err(usage)?;
    let places = Places { project: &args.workdir, volumes: &volumes };
    lost::none(args, &prepared, &pipelines, places)?;
    workflow::written(args, &prepared, &pipelines, volumes)
}

/// The pipelines that are named, or all, in the order in which `gmlc run` runs them.
fn chosen<'a>(args: &DeployArgs, prepared: &'a Prepared) -> Result<Vec<&'a Pipeline>, Exit> {
    if args.pipelines.is_empty() {
        prepared.left_out(None).iter().for_each(output::error_line);
        let all = prepared.pipelines(None)?;
        return match all.is_empty() {
            true => Err(usage("the program has no pipeline")),
            false => Ok(all),
        };
    }
    for name in &args.pipelines {
        prepared.pipelines(Some(name))?;
    }
    let program: &Program = &prepared.program;
    let is_named = |pipeline: &&Pipeline| args.pipelines.iter().any(|name| **name == *pipeline.name);
    Ok(program.in_order().into_iter().filter(is_named).collect())
}

/// What cannot be said together.
fn consistent(args: &DeployArgs) -> Result<(), String> {
    if args.to == To::Kfp && args.schedule.is_some() {
        return Err("a pipeline of Kubeflow has no schedule of its own: write it without --schedule, and make a recurring run of it \
                    (`kfp recurring-run create --cron-expression ..`, or `create_schedule` of Vertex AI)"
            .to_owned());
    }
    if args.to == To::Kfp && args.service_account.is_some() {
        return Err("a pipeline of Kubeflow has no service account of its own: it is given when a run starts \
                    (`service_account=..` of `create_run_from_pipeline_package` and of `PipelineJob.submit`)"
            .to_owned());
    }
    if args.to == To::Docker {
        let of_tasks = [
            ("--name", args.name.is_some()),
            ("--schedule", args.schedule.is_some()),
            ("--volume", !args.volume.is_empty()),
            ("--secret", args.secret.is_some()),
            ("--from-secret", !args.from_secret.is_empty()),
            ("--service-account", args.service_account.is_some()),
        ];
        if let Some((option, _)) = of_tasks.iter().find(|(_, is_given)| *is_given) {
            return Err(format!(
                "{option} is said of the tasks, not of their image: give it with --to argo, for example"
            ));
        }
    }
    if args.to != To::Kfp && !args.gpu.contains('/') {
        return Err(format!("--gpu {} is no resource of Kubernetes: these are called like nvidia.com/gpu", args.gpu));
    }
    if let Some((name, _)) = args.variable.iter().find(|(name, _)| args.from_secret.contains(name)) {
        return Err(format!("{name} has a value by --variable and another one by --from-secret: name it once"));
    }
    Ok(())
}

/// The disks, at the paths that containers have them at.
fn volumes(args: &DeployArgs) -> Result<Vec<Volume>, String> {
    let places = Places { project: &args.workdir, volumes: &[] };
    let mut names = gml_deploy::Names::default();
    let mut volumes: Vec<Volume> = Vec::with_capacity(args.volume.len());
    for (claim, path) in &args.volume {
        let at = places.absolute(path);
        if args.workdir == at || args.workdir.starts_with(&format!("{}/", at.trim_end_matches('/'))) {
            return Err(format!(
                "--volume {claim}:{path} would hide the project itself, which lies at {} in the image: name a folder in it, such as {claim}:data",
                args.workdir
            ));
        }
        if volumes.iter().any(|volume| volume.path == at) {
            return Err(format!("two volumes are at {path}; name one"));
        }
        volumes.push(Volume { name: names.give(claim), claim: claim.clone(), path: at });
    }
    Ok(volumes)
}

fn usage(message: impl AsRef<str>) -> Exit {
    output::error_line(message);
    Exit::Usage
}

fn failed(fault: &Fault) -> Exit {
    output::fault(fault);
    Exit::RunFailed
}

fn image_name(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "._-/:@".contains(sign));
    fits.then(|| text.to_owned()).ok_or_else(|| "write it as a registry does: registry.example/shop:1".to_owned())
}

fn volume(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((claim, path)) if !path.is_empty() => Ok((object_name(claim)?, path.to_owned())),
        _ => Err("write it as claim:path, such as shop-data:data".to_owned()),
    }
}

fn variable_name(text: &str) -> Result<String, String> {
    let begins = text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    let fits = begins && text.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    fits.then(|| text.to_owned()).ok_or_else(|| "variables are letters, digits and _, and no digit first".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    if !gml_deploy::is_plain(value) {
        return Err("its value has marks that platforms put something in for, such as {{..}} or $(..)".to_owned());
    }
    Ok((variable_name(name)?, value.to_owned()))
}

fn gpu(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "._-/".contains(sign));
    fits.then(|| text.to_owned()).ok_or_else(|| "write it as nvidia.com/gpu, or NVIDIA_TESLA_T4".to_owned())
}

fn workdir(text: &str) -> Result<String, String> {
    let there = Places { project: "/", volumes: &[] }.absolute(text);
    let fits = text.starts_with('/') && there == text.trim_end_matches('/') && there != "/";
    let plain = there.chars().all(|sign| sign.is_ascii_alphanumeric() || "._-/".contains(sign));
    (fits && plain).then_some(there).ok_or_else(|| "write a whole path of a folder of its own, such as /app".to_owned())
}
