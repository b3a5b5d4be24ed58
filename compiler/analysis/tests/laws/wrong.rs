//! Wrong programs: the cases of `tests/ui`, the failing examples of the pages, and what `tests/spec` says of leaks.

use std::path::{Path, PathBuf};

use gml_analysis::{Analysis, MemoryWorld, check};
use gml_diagnostics::Code;

use crate::markdown::fences;

/// A program of one file, with the place where it stands.
pub struct Wrong {
    /// Where it stands.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Wrong {
    /// What is said of it, with the stack that the program `gmlc` has: some are as deep as a program may be.
    pub fn checked(&self) -> Analysis {
        let work = || check(&MemoryWorld::new([("main.gml", self.text.as_str())]), "main.gml");
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
            thread.unwrap().join().unwrap()
        })
    }
}

/// Every `tests/ui/cases/<topic>/<name>.gml`.
pub fn cases() -> Vec<Wrong> {
    let folders = entries(&repository().join("tests/ui/cases"));
    let files = folders.iter().flat_map(|folder| entries(folder));
    let programs = files.filter(|path| path.extension().is_some_and(|extension| extension == "gml"));
    programs.map(|path| Wrong { name: path.display().to_string(), text: text(&path) }).collect()
}

/// The failing examples of the page of a code.
pub fn examples(code: Code) -> Vec<Wrong> {
    let failing = fences(code.page()).into_iter().filter(|fence| fence.words == ["gml", "fails"]);
    failing.map(|fence| Wrong { name: format!("{}.md:{}", code.id(), fence.line), text: fence.text }).collect()
}

/// The programs of one file in the pages of `tests/spec` on leaks and learning, right ones among them.
pub fn spec() -> Vec<Wrong> {
    let pages = entries(&repository().join("tests/spec")).into_iter().filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        (name.starts_with("07-") || name.starts_with("09-")) && name.ends_with(".md")
    });
    let programs = pages.flat_map(|path| {
        let blocks = fences(&text(&path)).into_iter().filter(|fence| fence.words == ["gml"]);
        blocks
            .map(|fence| Wrong { name: format!("{}:{}", path.display(), fence.line), text: fence.text })
            .collect::<Vec<_>>()
    });
    programs.collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))
}
