//! The gmlc command as its users run it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// One run at a time: a run takes all processors, and LightGBM's threads wait for each other by spinning, so that two runs
/// side by side take a hundred times as long as one after the other.
static RUNS: Mutex<()> = Mutex::new(());

/// What a command did.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// The folder of the binary that the same build made: it lies beside the folder of the test binaries.
pub fn gmlc_folder() -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    let folder = here.ancestors().find(|folder| folder.join("gmlc").is_file()).unwrap_or(Path::new("."));
    folder.to_path_buf()
}

/// Runs gmlc in a folder.
///
/// # Panics
/// Where the binary cannot be started: the test cannot say anything then.
pub fn gmlc(folder: &Path, args: &[&str]) -> Finished {
    gmlc_with(folder, args, &[])
}

/// The same with variables in its environment.
///
/// # Panics
/// As [`gmlc`].
#[allow(clippy::expect_used)]
pub fn gmlc_with(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Finished {
    let alone = (args.first() == Some(&"run")).then(|| RUNS.lock().unwrap_or_else(PoisonError::into_inner));
    let output = Command::new(gmlc_folder().join("gmlc"))
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .output()
        .expect("gmlc is built by `cargo build --release --package gmlc`, which tests/all does first");
    drop(alone);
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
