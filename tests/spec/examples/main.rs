//! The examples in the standard library: every name has one, it is right, and it runs.
//!
//! A fence ```` ```gml ```` in a doc comment is a whole program whose `test` blocks pass; ```` ```gml run ```` is one whose
//! pipelines run, over rows that are made up for what it reads. ```` ```gml check ```` is only checked: there are just the
//! examples of [`NOT_RUN`]. Overloads of one name may share an example.

mod rows;
mod run;

use std::collections::BTreeMap;
use std::path::Path;

use gml_diagnostics::FileId;
use gml_stdlib::MODULES;
use gml_syntax::ast::ItemKind;
use gml_tests::{Checked, Fence, check_text, fences, run_tests};

/// The examples that cannot be run here, by the name that they stand at, and what they would need. The tests of `tests/connect`
/// and of `runtime` ask such servers, stores and files.
const NOT_RUN: &[(&str, &str)] = &[
    ("std.data.azure", "a store of Azure"),
    ("std.data.bigquery", "a project of BigQuery"),
    ("std.data.delta", "a Delta Lake table, which is read and not written"),
    ("std.data.duckdb", "DuckDB, which `gmlc setup` fetches"),
    ("std.data.excel", "a workbook, which is read and not written"),
    ("std.data.gcs", "a store of Google"),
    ("std.data.mlflow", "an MLflow server; it is an env, without a pipeline"),
    ("std.data.mysql", "a MySQL server"),
    ("std.data.onnx", "the weights of a language model"),
    ("std.data.postgres", "a PostgreSQL server"),
    ("std.data.s3", "a store of S3"),
    ("std.data.secret", "a Python with the packages of nodes, and a file of the reader's"),
    ("std.data.web", "a web server"),
    ("std.embed.image_encoder", "the weights of a network for pictures; the other example of the name runs"),
];

/// The examples by the name that they stand at, `std.table.filter`.
fn examples() -> BTreeMap<String, Vec<Fence>> {
    let mut examples: BTreeMap<String, Vec<Fence>> = BTreeMap::new();
    for module in MODULES {
        let parsed = gml_syntax::parse(FileId(0), module.text);
        for item in parsed.module.items {
            if let ItemKind::Signature(signature) = &item.kind {
                let found = item.docs.as_deref().map(fences).unwrap_or_default();
                let found = found.into_iter().filter(|fence| fence.words.first().is_some_and(|word| word == "gml"));
                examples.entry(format!("{}.{}", module.name, signature.name.text)).or_default().extend(found);
            }
        }
    }
    examples
}

#[test]
fn every_name_has_an_example() {
    let without: Vec<String> =
        examples().into_iter().filter(|(_, fences)| fences.is_empty()).map(|(name, _)| name).collect();
    assert!(without.is_empty(), "no example: {}", without.join(", "));
}

#[test]
fn every_example_is_right() {
    let mut wrong = Vec::new();
    let mut programs = 0;
    for (name, fences) in examples() {
        for fence in fences {
            programs += 1;
            wrong.extend(faults(&name, &fence));
        }
    }
    assert!(programs > 0, "there are no examples");
    assert!(wrong.is_empty(), "{} faults in {programs} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with an example: anything that the checker says, warnings too, tests that fail, and pipelines that do not run.
fn faults(name: &str, fence: &Fence) -> Vec<String> {
    let checked = check_text(&fence.text);
    if !checked.diagnostics().is_empty() {
        return vec![format!("{name}\n{}", checked.shown())];
    }
    match fence.words.get(1).map(String::as_str) {
        Some("check") => Vec::new(),
        Some("run") => run::faults(&fence.text, &checked).iter().map(|fault| format!("{name}: {fault}")).collect(),
        Some(other) => vec![format!("{name}: a fence is `gml`, `gml run` or `gml check`, and not `gml {other}`")],
        None => failing_tests(name, &checked),
    }
}

fn failing_tests(name: &str, checked: &Checked) -> Vec<String> {
    match run_tests(checked, Path::new("")) {
        Ok(outcomes) if outcomes.is_empty() => vec![format!("{name}: there is no test in it")],
        Ok(outcomes) => outcomes
            .iter()
            .filter_map(|outcome| outcome.fault.as_ref())
            .map(|fault| format!("{name}: {fault} {}", fault.details.join("; ")))
            .collect(),
        Err(message) => vec![format!("{name}: {message}")],
    }
}

#[test]
fn all_examples_run_but_those_that_cannot() {
    let mut only_checked = Vec::new();
    for (name, fences) in examples() {
        let count = fences.iter().filter(|fence| fence.words.get(1).is_some_and(|word| word == "check")).count();
        only_checked.extend(std::iter::repeat_n(name, count));
    }
    let mut not_run: Vec<&str> = NOT_RUN.iter().map(|(name, _)| *name).collect();
    not_run.sort_unstable();
    assert_eq!(only_checked, not_run);
}
