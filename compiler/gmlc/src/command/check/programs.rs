//! Which programs the paths of the command line are about.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use gml_analysis::Analysis;

use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// The programs that the paths name, each once, in the order in which they are named first. A file that is a module of a
/// project stands for that project: alone, it would be checked without what is known of it there. Where a program had to
/// be checked to know that, what was found comes with it.
pub fn programs(paths: &[PathBuf]) -> Result<Vec<(Project, Option<Analysis>)>, Exit> {
    let mut known: HashMap<PathBuf, Analysis> = HashMap::new();
    let mut named = HashSet::new();
    let mut programs = Vec::new();
    for path in paths {
        let project = match owner(path, &mut known) {
            Some(owner) => owner,
            None => Project::at(path).map_err(|message| {
                output::error_line(message);
                Exit::Usage
            })?,
        };
        if named.insert(project.identity()) {
            programs.push(project);
        }
    }
    let with_analysis = |project: Project| {
        let analysis = known.remove(&project.identity());
        (project, analysis)
    };
    Ok(programs.into_iter().map(with_analysis).collect())
}

/// The project that a file is part of, where it is another one than itself.
fn owner(path: &Path, known: &mut HashMap<PathBuf, Analysis>) -> Option<Project> {
    let name = path.file_name()?;
    if name == "main.gml" || !path.is_file() {
        return None;
    }
    let project = Project::around(path)?;
    // Its configuration belongs to a project as its modules do.
    if name == "gml.toml" {
        return (path.parent() == Path::new(&project.main).parent()).then_some(project);
    }
    let analysis = known.entry(project.identity()).or_insert_with(|| project.check());
    let file = path.canonicalize().ok()?;
    let own = analysis.package.modules.iter().filter(|module| !module.is_std);
    let mut paths = own.map(|module| analysis.package.sources.path(module.file));
    paths.any(|own| Path::new(own).canonicalize().is_ok_and(|own| own == file)).then_some(project)
}
