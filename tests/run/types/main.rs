//! Every type of a column with everything that can be done with a column: either the checker refuses it, with a code that says why,
//! or it runs, and what comes of it is right. Nothing is found out by the table engine.

mod cases;
mod decimals;
mod kinds;

use std::collections::BTreeMap;
use std::fmt::Write;

use gml_diagnostics::Severity;
use gml_tests::{Project, check_text};

use cases::{CASES, Case};
use kinds::{KINDS, Kind};

/// A program over a column of a type.
fn program(kind: &Kind, statements: &str) -> String {
    format!(
        "schema Row {{ key: str, v: {0}, w: {0}?, n: int, part: enum[\"p\", \"q\"], at: timestamp }}\n\
         catalog {{ input: table[Row] = jsonl(\"in.jsonl\") }}\n\
         pipeline main {{\n{statements}}}\n",
        kind.ty
    )
}

fn rows(kind: &Kind) -> String {
    let row = |key: &str, v: &str, w: &str, n: usize, part: &str| {
        format!(
            "{{\"key\": \"{key}\", \"v\": {v}, \"w\": {w}, \"n\": {n}, \"part\": \"{part}\", \"at\": \"2021-01-0{n}T00:00:00Z\"}}\n"
        )
    };
    row("low", kind.low, "null", 1, "p")
        + &row("high", kind.high, kind.high, 2, "q")
        + &row("low again", kind.low, kind.low, 3, "p")
}

/// The case as a statement; nothing where it needs a value that no program can write, or one below zero of a type that has none.
fn statement(kind: &Kind, case: &Case) -> Option<String> {
    if kind.ty.starts_with("uint") && matches!(case.name, "- before it" | "window: difference") {
        return None;
    }
    let holds = match kind.written {
        Some(written) => case.holds.replace("WRITTEN", written),
        None if case.holds.contains("WRITTEN") => return None,
        None => case.holds.to_owned(),
    };
    Some(format!("    expect {holds}, {:?}\n", case.name))
}

/// The codes of the errors that the checker finds.
fn refusal(text: &str) -> Vec<&'static str> {
    let checked = check_text(text);
    let errors = checked.diagnostics().iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.code.id()).collect()
}

#[test]
fn what_the_checker_lets_through_runs() {
    let mut refused: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut failures = String::new();
    for kind in KINDS {
        let mut statements = String::new();
        for case in CASES {
            let Some(statement) = statement(kind, case) else { continue };
            match refusal(&program(kind, &statement)).as_slice() {
                [] => statements += &statement,
                codes => refused.entry(case.name).or_default().push(format!("{} {}", kind.ty, codes.join(" "))),
            }
        }
        let project = Project::of(&[("main.gml", program(kind, &statements)), ("in.jsonl", rows(kind))]);
        let finished = project.gmlc(&["run"]);
        if finished.code != 0 {
            let _ = writeln!(failures, "{}:\n{}\n", kind.ty, finished.stderr);
        }
    }
    assert!(failures.is_empty(), "{failures}");
    let shown = CASES.iter().map(|case| {
        let kinds = refused.get(case.name).map(|kinds| kinds.join(", "));
        format!("{}: {}\n", case.name, kinds.unwrap_or_default())
    });
    insta::assert_snapshot!("refused", shown.collect::<String>());
}
