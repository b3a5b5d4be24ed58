//! Datasets that containers, which share no disk, would not find or would lose.

use gml_analysis::typed::{TypedEnv, TypedProgram};
use gml_deploy::{Places, Problem};
use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Dataset, Flows, Pipeline};

use super::{DeployArgs, Prepared};
use crate::exit::Exit;
use crate::output;

/// Says that there are none.
///
/// # Errors
/// The exit code, where there are some; they are shown.
pub(super) fn none(
    args: &DeployArgs,
    prepared: &Prepared,
    pipelines: &[&Pipeline],
    places: Places<'_>,
) -> Result<(), Exit> {
    let flows: Vec<Flows> = pipelines.iter().map(|pipeline| pipeline.graph.flows()).collect();
    let folder = &prepared.project.folder;
    // Of a pattern the folder is looked at: which files are in it may be another matter when the image is made.
    let is_there = |path: &str| match path.split_once('*') {
        None => folder.join(path).exists(),
        Some((before, _)) => folder.join(before.rsplit_once('/').map_or(".", |(folder, _)| folder)).is_dir(),
    };
    let problems = places.problems(&prepared.program.datasets, &flows, is_there);
    if problems.is_empty() {
        return Ok(());
    }
    let told: Vec<Diagnostic> =
        problems.iter().map(|problem| diagnostic(problem, args, prepared, pipelines, places)).collect();
    output::errors(&told, &prepared.package.sources, args.program.format);
    Err(Exit::ProgramWrong)
}

fn diagnostic(
    problem: &Problem,
    args: &DeployArgs,
    prepared: &Prepared,
    pipelines: &[&Pipeline],
    places: Places<'_>,
) -> Diagnostic {
    let dataset = &prepared.program.datasets[problem.dataset() as usize];
    let name = &*dataset.name;
    let span = place(&prepared.typed, problem.dataset(), args.program.env.as_deref());
    let named = |which: &[usize]| {
        let names: Vec<String> = which.iter().map(|place| format!("`{}`", pipelines[*place].name)).collect();
        names.join(" and ")
    };
    let mut diagnostic = match problem {
        Problem::Left { path, read_by, .. } => {
            let lost = match &read_by[..] {
                [] => "which is gone when it ends".to_owned(),
                some => format!("where {} would not find it", named(some)),
            };
            Diagnostic::new(
                codes::LEFT_IN_CONTAINER,
                span,
                format!("`{name}` is saved at `{path}`, on the disk of a container, {lost}"),
            )
        }
        Problem::Outside { path, .. } => {
            let why = if places.is_shipped(path) {
                "and there is nothing below the project, so that no image of it has it"
            } else if path.split('/').any(|step| step == ".gml") {
                "in the folder that gmlc keeps for itself, which is left out of images"
            } else {
                "which is not below the project, so that no image of it has it"
            };
            Diagnostic::new(codes::NOT_IN_IMAGE, span, format!("`{name}` is read from `{path}`, {why}"))
        }
    };
    diagnostic = diagnostic.with_label("it lies at a path of the machine that runs it");
    let (saved_by, read_by) = match problem {
        Problem::Left { saved_by, read_by, .. } => (&saved_by[..], &read_by[..]),
        Problem::Outside { read_by, .. } => (&[][..], &read_by[..]),
    };
    for (which, does) in [(saved_by, "saves it"), (read_by, "reads it")] {
        for pipeline in which.iter().filter_map(|place| declared_at(&prepared.typed, pipelines[*place])) {
            diagnostic = diagnostic.and(pipeline, does);
        }
    }
    diagnostic.help(remedy(problem, dataset, args))
}

fn remedy(problem: &Problem, dataset: &Dataset, args: &DeployArgs) -> String {
    let env = match &args.program.env {
        Some(env) => format!("in the env `{env}`"),
        None => "in an env (--env)".to_owned(),
    };
    // A table of a database that is a file becomes a file of a store.
    let connector = match &*dataset.connector.name {
        "query" | "sql_table" => "parquet",
        connector => connector,
    };
    let store = format!("put it into a store {env}: `catalog.{} = {connector}(\"gs://..\")`", dataset.name);
    let folder = problem.folder();
    let disk = if folder == "." {
        "or into a folder of its own, at which containers can share a disk: --volume CLAIM:FOLDER".to_owned()
    } else {
        format!("or let the containers share a disk: --volume CLAIM:{folder}")
    };
    match problem {
        Problem::Left { .. } => format!("{store}; {disk}"),
        Problem::Outside { .. } => {
            format!("put the file into the folder of the project, so that it gets into the image; {store}; {disk}")
        }
    }
}

/// Where the program says where a dataset lies: in the innermost env that does, or in the catalog.
fn place(program: &TypedProgram, dataset: u32, env: Option<&str>) -> Span {
    let mut next = env;
    let mut layers = 0;
    while let Some(layer) = next.and_then(|name| program.envs.iter().find(|layer: &&TypedEnv| &*layer.name == name)) {
        if let Some((_, connector)) = layer.datasets.iter().find(|(id, _)| id.0 == dataset) {
            return connector.span;
        }
        next = layer.extends.as_deref().filter(|_| layers < program.envs.len());
        layers += 1;
    }
    program.datasets[dataset as usize].span
}

fn declared_at(program: &TypedProgram, pipeline: &Pipeline) -> Option<Span> {
    program.pipelines.iter().find(|declared| declared.name == pipeline.name).map(|declared| declared.span)
}
