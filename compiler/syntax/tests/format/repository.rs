//! The programs of the repository and those of the design.

use std::path::{Path, PathBuf};

use gml_syntax::format::format;

use crate::laws::{FILE, formatted, is_program};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every `.gml` file below a folder, but for what was built.
pub fn programs_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with(['.', 't']) || path.ends_with("tests") {
            found.extend(programs_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "gml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The programs of the design, where they are at hand.
pub fn design() -> Vec<PathBuf> {
    let shared = std::env::var_os("GML_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let programs = shared.join("design/programs");
    if programs.is_dir() {
        return programs_in(&programs);
    }
    println!("skipped: no shared data");
    Vec::new()
}

#[test]
fn the_standard_library_and_the_blueprints_are_formatted() {
    let mut formatted = 0;
    let mut wrong = Vec::new();
    for path in programs_in(&root().join("stdlib")).into_iter().chain(programs_in(&root().join("blueprints"))) {
        let text = std::fs::read_to_string(&path).unwrap();
        if !is_program(&text) {
            panic!("{} is broken", path.display());
        }
        if format(FILE, &text).as_deref() == Ok(&text) {
            formatted += 1;
        } else {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "not formatted; `gmlc fmt` mends it: {wrong:#?}");
    assert!(formatted > 10, "{formatted} programs");
}

#[test]
fn the_programs_of_the_design_change_little() {
    for path in design() {
        let text = std::fs::read_to_string(&path).unwrap();
        let after = formatted(&text);
        let kept = after.lines().filter(|line| text.lines().any(|before| before == *line)).count();
        let lines = text.lines().count();
        println!("{}: {kept} of {lines} lines kept", path.display());
        assert!(kept * 100 >= lines * 75, "{}: {kept} of {lines} lines kept\n{after}", path.display());
    }
}
