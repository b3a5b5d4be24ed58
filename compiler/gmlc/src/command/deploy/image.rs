//! The Dockerfile of the image that the tasks run in.

use std::path::Path;

use gml_deploy::{Image, Packages};
use gml_ir::{Graph, Pipeline, StepKind};

use super::{DeployArgs, Prepared, usage, write};
use crate::exit::Exit;
use crate::libraries;
use crate::output::{self, quoted};
use crate::project::Project;

/// The file with the packages that nodes in Python import.
const REQUIREMENTS: &str = "requirements.txt";

/// Writes the Dockerfile, and beside it what is left out of the image.
///
/// # Errors
/// The exit code, where it cannot be told what an image needs, or a file cannot be written.
pub(super) fn written(args: &DeployArgs, prepared: &Prepared, pipelines: &[&Pipeline]) -> Result<Exit, Exit> {
    let project = &prepared.project;
    let graphs: Vec<&Graph> = pipelines.iter().map(|pipeline| &pipeline.graph).collect();
    let libraries = libraries::needed(&prepared.program, graphs.iter().copied());
    let image = Image {
        project: args.workdir.clone(),
        main: project.own_main(),
        runs_python: libraries.contains(&libraries::DUCKDB),
        libraries,
        python: packages(&graphs, prepared, &project.folder)?,
    };
    let path = write::place(args.output.as_deref(), project, "Dockerfile");
    write::put(path.as_deref(), &gml_deploy::dockerfile(&image))?;
    let Some(path) = path else { return Ok(Exit::Done) };
    // What Docker reads beside a Dockerfile of this name, before a `.dockerignore` of the folder.
    let beside =
        path.with_file_name(format!("{}.dockerignore", path.file_name().unwrap_or_default().to_string_lossy()));
    write::put(Some(&beside), &gml_deploy::left_out(&image, secrets_file(project).as_deref()))?;
    output::error_line(format!("then: {}", build(args, project, &path)));
    Ok(Exit::Done)
}

/// What nodes in Python need, where there are any.
fn packages(graphs: &[&Graph], prepared: &Prepared, folder: &Path) -> Result<Option<Packages>, Exit> {
    if !graphs.iter().any(|graph| has_python(graph)) {
        return Ok(None);
    }
    if !folder.join(REQUIREMENTS).is_file() {
        return Err(usage(format!(
            "there are nodes in Python, and no {REQUIREMENTS} beside the program that says what they import: write one, with pyarrow \
             (and pandas where they use it) or polars in it"
        )));
    }
    let venv = prepared.program.python.venv.as_deref().map(str::to_owned);
    if let Some(venv) = venv.as_deref().filter(|venv| venv.starts_with('/') || venv.split('/').any(|step| step == ".."))
    {
        return Err(usage(format!(
            "gml.toml has the Python environment {venv}, which is not below the project and would not be in its image: name a folder in it"
        )));
    }
    Ok(Some(Packages { requirements: REQUIREMENTS.to_owned(), venv }))
}

fn has_python(graph: &Graph) -> bool {
    graph.steps.iter().any(|step| match &step.kind {
        StepKind::Foreign { language, .. } => &**language == "python",
        StepKind::When { body, .. } => has_python(body),
        _ => false,
    })
}

/// The secrets file of `gml.toml`, where it lies in the project.
fn secrets_file(project: &Project) -> Option<String> {
    let file = gml_connect::secrets::file_of(&project.folder)?;
    let within = file.strip_prefix(&project.folder).ok()?.to_str()?.to_owned();
    (!within.split('/').any(|step| step == "..")).then_some(within)
}

fn build(args: &DeployArgs, project: &Project, path: &Path) -> String {
    let gmlc = std::env::current_exe().ok();
    let folder = gmlc.as_deref().and_then(Path::parent).map_or("/usr/local/bin".into(), Path::to_string_lossy);
    let image = args.image.as_deref().unwrap_or("IMAGE");
    format!(
        "docker build --build-context gmlc={} --file {} --tag {image} {}",
        quoted(&folder),
        quoted(&path.to_string_lossy()),
        quoted(&project.folder.to_string_lossy())
    )
}
