//! `gmlc compile`: the library says of each row what a run says.

mod equal;
mod examples;
mod refused;

#[path = "../frames.rs"]
#[allow(dead_code, reason = "what each test takes of it")]
mod frames;

use std::path::Path;
use std::process::Command;

use gml_tests::Project;

/// The visits of the shipped slice, prepared by the blueprint.
pub fn visits() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project
}

/// Runs a program of the system in a folder with some standard input, which has to end well; what it printed.
pub fn program(folder: &Path, name: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let given = folder.join("given");
    std::fs::write(&given, input).unwrap();
    let output = Command::new(name)
        .args(arguments)
        .current_dir(folder)
        .env("LD_LIBRARY_PATH", folder.join("out"))
        .stdin(std::fs::File::open(given).unwrap())
        .output()
        .unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
