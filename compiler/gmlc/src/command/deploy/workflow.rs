//! From pipelines to the file of a platform.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gml_analysis::settable::variables;
use gml_connect::Fault;
use gml_deploy::{Argument, Name, Names, Target, Task, Volume, Workflow};
use gml_ir::{Graph, Pipeline, Program, Resources, StepKind, Value};

use super::parameters::{Parameters, parameters};
use super::{DeployArgs, Prepared, To, failed, next, usage, variable_name, write};
use crate::exit::Exit;
use crate::output;

/// Writes the file.
///
/// # Errors
/// The exit code, where something cannot be said there, or the file cannot be written.
pub(super) fn written(
    args: &DeployArgs,
    prepared: &Prepared,
    pipelines: &[&Pipeline],
    volumes: Vec<Volume>,
) -> Result<Exit, Exit> {
    let parameters = parameters(args, prepared, pipelines)?;
    let workflow = workflow(args, prepared, pipelines, volumes, &parameters).map_err(usage)?;
    let text = gml_deploy::written(&workflow, target(args.to)).map_err(|error| {
        failed(
            &Fault::new("GML0999", format!("the file would be broken: {error}"))
                .help("this is a fault of GML itself: report it with the program"),
        )
    })?;
    let file = file_name(args.to, &workflow.name);
    let path = write::place(args.output.as_deref(), &prepared.project, &file);
    write::put(path.as_deref(), &text)?;
    let asked: Vec<String> = variables(&prepared.typed)
        .iter()
        .filter(|name| !args.variable.iter().any(|(given, _)| **given == ***name))
        .map(ToString::to_string)
        .collect();
    let told = next::next(args.to, &workflow, path.as_deref(), &parameters.ambiguous, &asked);
    told.iter().for_each(output::error_line);
    Ok(Exit::Done)
}

fn target(to: To) -> Target {
    match to {
        To::Kfp => Target::Kfp,
        To::Argo => Target::Argo,
        To::Kubernetes | To::Docker => Target::Kubernetes,
        To::Airflow => Target::Airflow,
    }
}

/// What the file is called where nobody says so.
fn file_name(to: To, name: &Name) -> String {
    match to {
        To::Kfp => format!("{name}.kfp.yaml"),
        To::Argo => format!("{name}.argo.yaml"),
        To::Kubernetes | To::Docker => format!("{name}.kubernetes.yaml"),
        // The name of a module of Python.
        To::Airflow => format!("{}_dag.py", name.as_str().replace('-', "_")),
    }
}

fn workflow(
    args: &DeployArgs,
    prepared: &Prepared,
    pipelines: &[&Pipeline],
    volumes: Vec<Volume>,
    parameters: &Parameters,
) -> Result<Workflow, String> {
    let program = &prepared.program;
    let name = args.name.clone().map_or_else(|| folder_name(&prepared.project.folder), Ok)?;
    let mut names = Names::default();
    let called: Vec<Name> = pipelines.iter().map(|pipeline| names.give(&pipeline.name)).collect();
    let flows: Vec<_> = pipelines.iter().map(|pipeline| pipeline.graph.flows()).collect();
    let behind = gml_deploy::behind(&flows);
    let mut tasks = Vec::with_capacity(pipelines.len());
    for ((pipeline, name), before) in pipelines.iter().zip(&called).zip(behind) {
        let resources = gets(program, pipeline);
        let mut arguments: Vec<Argument> = fixed(args, prepared, pipeline).into_iter().map(Argument::Text).collect();
        if let Some(bytes) = resources.memory {
            arguments.extend(["--memory".to_owned(), Value::Size(for_steps(bytes)).to_string()].map(Argument::Text));
        }
        arguments.extend(parameters.of(pipeline));
        tasks.push(Task {
            name: name.clone(),
            pipeline: pipeline.name.clone(),
            after: before.into_iter().map(|place| called[place].clone()).collect(),
            arguments,
            variables: args.variable.iter().cloned().collect::<BTreeMap<_, _>>(),
            secrets: secrets(args, program, pipeline)?,
            resources,
        });
    }
    Ok(Workflow {
        secret: args.secret.clone().unwrap_or_else(|| format!("{name}-secrets")),
        name,
        image: args.image.clone().unwrap_or_default(),
        parameters: parameters.offered.clone(),
        tasks,
        volumes,
        service_account: args.service_account.clone(),
        gpu: args.gpu.clone(),
        schedule: args.schedule.clone(),
    })
}

/// What `gmlc` is always given.
fn fixed(args: &DeployArgs, prepared: &Prepared, pipeline: &Pipeline) -> Vec<String> {
    let project = match prepared.project.own_main() {
        Some(main) => format!("{}/{main}", args.workdir),
        None => args.workdir.clone(),
    };
    let mut fixed = vec!["run".to_owned(), pipeline.name.to_string(), "--project".to_owned(), project];
    if let Some(env) = &args.program.env {
        fixed.extend(["--env".to_owned(), env.clone()]);
    }
    fixed
}

/// Of the memory of a container, what steps may take at the same time: four fifths, to whole MiB. What they take is estimated, gmlc
/// itself takes some, and a container that takes more than it has is ended.
fn for_steps(bytes: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    (bytes / 5 * 4 / MIB).max(1) * MIB
}

/// What a container gets: what the env says of its pipeline, and at least what it says of a node in it.
fn gets(program: &Program, pipeline: &Pipeline) -> Resources {
    let mut gets = pipeline.resources;
    let mut within = BTreeSet::new();
    names_within(&pipeline.graph, &mut within);
    for node in program.nodes.iter().filter(|node| within.contains(&*node.name)) {
        gets.cpu = gets.cpu.max(node.resources.cpu);
        gets.memory = gets.memory.max(node.resources.memory);
        gets.gpu = gets.gpu.max(node.resources.gpu);
    }
    gets
}

/// The nodes that the steps of a graph are of.
fn names_within<'a>(graph: &'a Graph, found: &mut BTreeSet<&'a str>) {
    for step in &graph.steps {
        found.extend(step.within.iter().map(|name| &**name));
        if let StepKind::When { body, .. } = &step.kind {
            names_within(body, found);
        }
    }
}

/// The variables that come from the secret.
fn secrets(args: &DeployArgs, program: &Program, pipeline: &Pipeline) -> Result<BTreeSet<String>, String> {
    let of_program = gml_engine::secret_names(program, pipeline);
    let mut secrets: BTreeSet<String> = args.from_secret.iter().cloned().collect();
    for name in of_program {
        variable_name(&name).map_err(|why| {
            format!("the secret {name} cannot be a variable of a container: {why}; name it otherwise in the program")
        })?;
        if args.variable.iter().any(|(variable, _)| **variable == *name) {
            return Err(format!(
                "{name} is a secret of the program, and --variable would show it to everybody: leave it to the Kubernetes secret"
            ));
        }
        secrets.insert(name.to_string());
    }
    Ok(secrets)
}

/// The name of the folder that the project lies in.
fn folder_name(folder: &Path) -> Result<Name, String> {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = full.file_name().and_then(|name| Name::near(&name.to_string_lossy()));
    name.ok_or_else(|| "the folder of the project has no name that a platform takes: give one with --name".to_owned())
}
