//! The programs that must parse as they are written: the three of the design, and the standard library.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use gml_diagnostics::FileId;
use gml_syntax::ast::{ItemKind, NodeBody};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of the design programs: `GML_SHARED`, or `shared` beside the repository.
fn design() -> Option<PathBuf> {
    let shared = std::env::var_os("GML_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let programs = shared.join("design/programs");
    programs.is_dir().then_some(programs)
}

fn programs_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(programs_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "gml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn parses(path: &Path) -> gml_syntax::Parsed {
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = gml_syntax::parse(FileId(0), &text);
    assert_eq!(parsed.diagnostics, [], "{}", path.display());
    parsed
}

#[test]
fn the_programs_of_the_design_parse() {
    let Some(folder) = design() else {
        println!("skipped: no shared data");
        return;
    };
    let programs = programs_in(&folder);
    assert!(programs.len() >= 3);
    for path in programs {
        let module = parses(&path).module;
        assert!(module.docs.is_some(), "{} begins with a doc comment", path.display());
        for item in &module.items {
            if let ItemKind::Node(node) = &item.kind {
                assert!(item.docs.is_some(), "every node is documented there");
                assert!(matches!(node.body, NodeBody::Block(_)));
            }
        }
    }
}

#[test]
fn the_standard_library_parses_and_is_documented() {
    let programs = programs_in(&root().join("stdlib"));
    assert!(!programs.is_empty());
    for path in programs {
        for item in parses(&path).module.items {
            if let ItemKind::Signature(signature) = &item.kind {
                assert!(item.docs.is_some(), "{}: {}", path.display(), signature.name.text);
            }
        }
    }
}
