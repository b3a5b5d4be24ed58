//! The Python programs that compute the same with other packages.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::paths::repository;

/// Runs a program of `tests/peers` and gives what it printed, which is JSON.
///
/// # Panics
/// Where it fails, or prints anything else.
#[allow(clippy::expect_used)]
pub fn peer(python: &Path, script: &str, args: &[&Path]) -> Value {
    let output = Command::new(python)
        .arg(repository().join("tests/peers").join(script))
        .args(args)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python can be started");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a peer prints JSON")
}
