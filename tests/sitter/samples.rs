//! Texts to read: every program of the repository, the examples in its pages, and what fuzzing found worth keeping.

use std::path::{Path, PathBuf};

use gml_diagnostics::FileId;
use gml_syntax::{Parsed, parse};
use gml_tests::{fences, repository, shared_data};

/// A text and where it is from.
pub struct Sample {
    pub name: String,
    pub text: String,
}

impl Sample {
    pub fn parsed(&self) -> Parsed {
        parse(FileId(0), &self.text)
    }
}

/// Folders that hold what others made, or what is built.
const PASSED_OVER: [&str; 4] = ["target", "node_modules", ".git", "dist"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() {
            found.push(path);
        } else if !PASSED_OVER.contains(&&*name) {
            files(&path, found);
        }
    }
}

fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(repository(), &mut found);
    if let Some(folder) = shared_data("design/programs") {
        files(&folder, &mut found);
    }
    found.sort();
    found
}

fn read(path: &Path) -> Option<Sample> {
    let name = path.strip_prefix(repository()).unwrap_or(path).display().to_string();
    // Some are there because they are no text.
    let text = String::from_utf8(std::fs::read(path).expect("the file can be read")).ok()?;
    Some(Sample { name, text })
}

/// Every `.gml` file.
pub fn programs() -> Vec<Sample> {
    let is_program = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "gml");
    let found: Vec<Sample> = all_files().into_iter().filter(is_program).filter_map(|path| read(&path)).collect();
    assert!(found.len() >= 350, "only {} programs were found", found.len());
    found
}

/// The programs that our parser takes.
pub fn right_programs() -> Vec<Sample> {
    let found: Vec<Sample> = programs()
        .into_iter()
        .filter(|sample| !sample.parsed().diagnostics.iter().any(|found| found.is_error()))
        .collect();
    assert!(found.len() >= 300, "only {} right programs were found", found.len());
    found
}

/// Every fenced block of GML in a Markdown file.
pub fn examples() -> Vec<Sample> {
    let mut found = Vec::new();
    for path in all_files().iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let Some(page) = read(path) else { continue };
        for fence in fences(&page.text) {
            if fence.words.first().is_some_and(|word| word == "gml") {
                found.push(Sample { name: format!("{}:{}", page.name, fence.line), text: fence.text });
            }
        }
    }
    assert!(found.len() >= 200, "only {} examples were found", found.len());
    found
}

/// The inputs that fuzzing keeps.
pub fn fuzzed() -> Vec<Sample> {
    let mut paths = Vec::new();
    files(&repository().join("tests/fuzz/corpus"), &mut paths);
    paths.sort();
    let found: Vec<Sample> = paths.iter().filter_map(|path| read(path)).collect();
    assert!(found.len() >= 300, "only {} inputs were found", found.len());
    found
}
