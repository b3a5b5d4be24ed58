//! Datasets in the forms and places of other systems, held against the libraries and servers of those.
//!
//! `tests/all` sets them up. Where one is absent the test says so and has nothing to do, but not where `CI` is set: there it
//! fails.

mod bigquery;
mod databases;
mod described;
mod duckdb;
mod files;
mod filters;
mod folders;
mod kept;
mod servers;
mod stores;

use std::path::PathBuf;

use gml_tests::{Project, wanted};
use serde_json::Value;

/// The interpreter with the packages that numbers are compared with.
fn peers() -> Option<PathBuf> {
    let python = std::env::var_os("GML_PEERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    wanted("Python with the packages of tests/peers", python)
}

/// The interpreter with the servers of stores.
fn servers_python() -> Option<PathBuf> {
    std::env::var_os("GML_STORES_PYTHON").map(PathBuf::from).filter(|python| python.exists())
}

/// The rows of a file of JSON lines.
fn lines(project: &Project, name: &str) -> Vec<Value> {
    let text = String::from_utf8(project.read(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
