//! What the architecture promises of the source tree itself.

use std::path::{Path, PathBuf};

use gml_tests::repository;

fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What cargo-fuzz builds lies beside its sources.
                if !path.ends_with("fuzz/target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn all() -> Vec<(PathBuf, String)> {
    ["compiler", "runtime", "stdlib", "tests"].into_iter().flat_map(rust_files).collect()
}

fn manifest(package: &str) -> String {
    std::fs::read_to_string(repository().join(package).join("Cargo.toml")).unwrap()
}

const COMPILER: [&str; 9] = [
    "compiler/syntax",
    "compiler/codegen",
    "compiler/diagnostics",
    "compiler/analysis",
    "compiler/ir",
    "compiler/graph",
    "compiler/deploy",
    "compiler/doc",
    "compiler/ide",
];
const RUNTIME: [&str; 10] = [
    "runtime/connect",
    "runtime/report",
    "runtime/inference",
    "runtime/onnx",
    "runtime/neural",
    "runtime/operators",
    "runtime/foreign",
    "runtime/engine",
    "runtime/serve",
    "runtime/ui",
];

#[test]
fn only_the_syntax_crate_knows_pest() {
    for package in COMPILER.iter().chain(&RUNTIME).chain(&["compiler/gmlc", "stdlib", "tests"]) {
        assert_eq!(manifest(package).contains("pest"), *package == "compiler/syntax", "{package}");
    }
}

#[test]
fn what_checks_does_not_depend_on_polars() {
    for package in COMPILER.iter().chain(&["stdlib"]) {
        assert!(!manifest(package).contains("polars"), "{package}");
    }
}

#[test]
fn no_crate_depends_upwards() {
    let below = |package: &str, above: &[&str]| {
        let manifest = manifest(package);
        for other in above {
            assert!(!manifest.contains(other), "{package} depends on {other}");
        }
    };
    let runtime = ["gml-connect", "gml-operators", "gml-engine", "gmlc"];
    below("compiler/diagnostics", &["gml-syntax", "gml-analysis", "gml-ir"]);
    below("compiler/syntax", &["gml-analysis", "gml-ir"]);
    below("compiler/analysis", &["gml-ide"]);
    below("compiler/codegen", &["gml-syntax", "gml-analysis", "gml-diagnostics", "gml-ir"]);
    below("compiler/ir", &["gml-syntax", "gml-analysis", "gml-diagnostics"]);
    below("compiler/deploy", &["gml-syntax", "gml-analysis", "gml-diagnostics"]);
    for package in COMPILER {
        below(package, &runtime);
    }
    below("runtime/connect", &["gml-operators", "gml-engine"]);
    below("runtime/inference", &["gml-connect", "gml-operators", "gml-engine", "gml-ir", "polars"]);
    below(
        "runtime/onnx",
        &["gml-connect", "gml-inference", "gml-neural", "gml-operators", "gml-engine", "gml-ir", "polars"],
    );
    below("runtime/neural", &["gml-connect", "gml-operators", "gml-engine", "gml-ir", "polars"]);
    below("runtime/report", &["gml-connect", "gml-operators", "gml-engine", "gml-ir", "polars"]);
    below("runtime/operators", &["gml-foreign", "gml-engine"]);
    below("runtime/foreign", &["gml-engine"]);
    below("runtime/serve", &["gml-foreign", "gml-engine"]);
    for package in RUNTIME {
        below(package, &["gml-syntax", "gml-analysis", "gml-diagnostics"]);
    }
}

#[test]
fn only_the_command_knows_the_protocol_of_editors() {
    for package in COMPILER.iter().chain(&RUNTIME).chain(&["stdlib", "tests"]) {
        assert!(!manifest(package).contains("lsp"), "{package}");
    }
    assert!(manifest("compiler/gmlc").contains("lsp-types"));
}

#[test]
fn the_front_end_reads_no_files_no_clock_and_no_environment() {
    for (path, text) in COMPILER.into_iter().flat_map(|package| rust_files(&format!("{package}/src"))) {
        if is_test(&path) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for forbidden in ["std::fs", "std::env::", "std::time", "SystemTime", "std::process"] {
            assert!(!code.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        part.as_os_str()
            .to_str()
            .is_some_and(|name| name == "tests" || name.ends_with("tests.rs") || name == "testing.rs")
    })
}

#[test]
fn files_stay_small() {
    let mut lengths: Vec<(usize, PathBuf)> =
        all().into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= 800, "{} has {longest} lines", path.display());
    let median = lengths[lengths.len() / 2].0;
    assert!(median < 200, "the median is {median} lines");
}

#[test]
fn nothing_is_unfinished_and_nothing_is_called_utils() {
    for (path, text) in all() {
        assert!(!path.ends_with("utils.rs") && !path.ends_with("utils"), "{}", path.display());
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            // Put together here, so that this file does not hold them itself.
            for word in ["todo", "unimplemented", "dbg"] {
                assert!(!code.contains(&format!("{word}!(")), "{}:{}", path.display(), number + 1);
            }
            assert!(!code.contains(&format!("#[{}", "ignore")), "{}:{}", path.display(), number + 1);
        }
    }
}
