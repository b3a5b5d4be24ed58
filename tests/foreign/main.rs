//! Nodes in SQL and in Python, run for real: what they give, what is kept of them, and each way in which they can fail.

#![cfg(unix)]

mod faults;
mod python;
mod sql;

use std::path::{Path, PathBuf};

use gml_tests::{Finished, Project, peers_python};

/// A project whose nodes run with the Python of the peers, which has pandas, polars and pyarrow.
fn with_python(program: &str, module: &str) -> Option<Project> {
    let python = peers_python()?;
    let venv = venv_of(&python);
    let project = Project::of(&[
        ("main.gml", program),
        ("features/margin.py", module),
        ("gml.toml", &format!("[python]\nvenv = {:?}\n", venv.display().to_string())),
    ]);
    Some(project)
}

fn venv_of(python: &Path) -> PathBuf {
    python.parent().and_then(Path::parent).unwrap().to_path_buf()
}

/// A run that fails with that code; nothing that it writes is there afterwards.
fn fails(project: &Project, code: &str, says: &[&str]) -> Finished {
    let finished = project.gmlc(&["run"]);
    assert_eq!(finished.code, 3, "{}\n{}", finished.stdout, finished.stderr);
    for text in says.iter().chain([&code]) {
        assert!(finished.stderr.contains(text), "{text} is missing in\n{}", finished.stderr);
    }
    assert!(!project.path("out").exists() || std::fs::read_dir(project.path("out")).unwrap().next().is_none());
    finished
}
