//! A project that a test lays out, runs and looks into.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Finished, gmlc, gmlc_folder};
use crate::paths::repository;

/// A folder of its own, gone when the test ends. What cannot be written or read panics: the test has failed then.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

#[allow(clippy::expect_used)]
impl Project {
    /// An empty one.
    ///
    /// # Panics
    /// Where no folder can be made.
    pub fn new() -> Project {
        Project { folder: tempfile::tempdir().expect("the folder for temporary files can be written") }
    }

    /// One that holds the given files.
    ///
    /// # Panics
    /// Where they cannot be written.
    pub fn of<Bytes: AsRef<[u8]>>(files: &[(&str, Bytes)]) -> Project {
        let project = Project::new();
        for (name, content) in files {
            project.write(name, content);
        }
        project
    }

    /// Gives it the Parquet files of a folder as its raw data, in `data/01_raw`; how many there are.
    ///
    /// # Panics
    /// Where they cannot be read.
    pub fn with_raw_data(&self, from: &Path) -> usize {
        let entries = std::fs::read_dir(from).expect("the folder of the events can be read").flatten();
        let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        let files = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "parquet"));
        let copied = files.map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.write(&format!("data/01_raw/{name}"), std::fs::read(path).expect("the events can be read"));
        });
        copied.count()
    }

    /// A blueprint, by the name of its folder, with the raw data that it ships.
    ///
    /// # Panics
    /// Where its program or its data cannot be read.
    pub fn of_blueprint(name: &str) -> Project {
        let blueprint = repository().join("blueprints").join(name);
        let program = std::fs::read(blueprint.join("main.gml")).expect("the program of the blueprint can be read");
        let project = Project::of(&[("main.gml", program)]);
        project.with_raw_data(&blueprint.join("data/01_raw"));
        project
    }

    /// Where a file of it lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, making its folder.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        let parent = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).expect("the folder of a test can be made");
        std::fs::write(&path, content).expect("the file of a test can be written");
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// Where it is not there.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))
    }

    /// Runs gmlc in it.
    pub fn gmlc(&self, args: &[&str]) -> Finished {
        gmlc(self.folder.path(), args)
    }

    /// Runs gmlc in it, which has to end well.
    ///
    /// # Panics
    /// Where it ends with another exit code than 0.
    pub fn done(&self, args: &[&str]) -> Finished {
        let finished = self.gmlc(args);
        assert_eq!(finished.code, 0, "gmlc {args:?}\n{}\n{}", finished.stdout, finished.stderr);
        finished
    }

    /// Starts gmlc in it, as a process that goes on by itself and whose words nobody reads.
    ///
    /// # Panics
    /// Where the binary cannot be started.
    pub fn start(&self, args: &[&str]) -> Child {
        Command::new(gmlc_folder().join("gmlc"))
            .args(args)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gmlc is built by `cargo build --release --package gmlc`, which tests/all does first")
    }

    /// Its files by their paths, without what gmlc keeps for itself in `.gml`.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the folder of a test can be read").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(self.folder.path()).unwrap_or(&path).to_string_lossy().into_owned();
                if name == ".gml" {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(name, std::fs::read(&path).unwrap_or_default());
                }
            }
        }
        files
    }

    /// The record of the last run.
    ///
    /// # Panics
    /// Where there is none.
    pub fn record(&self) -> Value {
        let last = String::from_utf8_lossy(&self.read(".gml/runs/last")).trim().to_owned();
        let text = self.read(&format!(".gml/runs/{last}/run.json"));
        serde_json::from_slice(&text).expect("the record of a run is JSON")
    }

    /// A metric of the last run; `partition` is empty for rows of no split.
    ///
    /// # Panics
    /// Where the run tracked no such metric.
    pub fn metric(&self, name: &str, partition: &str) -> f64 {
        let record = self.record();
        let metrics = record["metrics"].as_array().cloned().unwrap_or_default();
        let found = metrics.iter().find(|metric| metric["name"] == name && metric["partition"] == partition);
        let value = found.and_then(|metric| metric["value"].as_f64());
        value.unwrap_or_else(|| panic!("no metric {name} of `{partition}` in {metrics:?}"))
    }
}

impl Default for Project {
    fn default() -> Self {
        Project::new()
    }
}
