//! What is said of wrong programs: each case of `errors.txt`, with the message, the place and the help.

// Helpers of tests may panic and print as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::fmt::Write;

use gml_diagnostics::Sources;

/// Each case is a program under a line `#### title`.
const CASES: &str = include_str!("errors.txt");

fn report(program: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("case.gml", program);
    let parsed = gml_syntax::parse(file, program);
    let mut report = String::new();
    let place = |offset: u32| {
        let (line, column) = sources.line_column(file, offset);
        format!("{line}:{column}")
    };
    for found in &parsed.diagnostics {
        let span = found.span;
        let text = &program[span.start as usize..span.end as usize];
        let text = text.split_inclusive('\n').next().unwrap_or("").trim_end();
        writeln!(report, "{} {} `{text}`: {}", found.code.id(), place(span.start), found.message).unwrap();
        for label in &found.labels {
            writeln!(report, "    {}: {}", place(label.span.start), label.message).unwrap();
        }
        if let Some(help) = &found.help {
            writeln!(report, "    help: {help}").unwrap();
        }
    }
    let names = parsed.module.items.iter().map(|item| {
        let debug = format!("{:?}", item.kind);
        debug.split('(').next().unwrap_or("").to_owned()
    });
    writeln!(report, "    kept: {}", names.collect::<Vec<_>>().join(", ")).unwrap();
    report
}

fn cases() -> Vec<(&'static str, &'static str)> {
    let cases = CASES.split("#### ").skip(1);
    cases.map(|case| case.split_once('\n').unwrap()).map(|(title, program)| (title, program.trim_end())).collect()
}

#[test]
fn every_wrong_program_is_reported_well() {
    let mut all = String::new();
    for (title, program) in cases() {
        writeln!(all, "#### {title}\n{program}\n---\n{}", report(program)).unwrap();
    }
    insta::assert_snapshot!("errors", all);
}

#[test]
fn every_case_has_an_error_with_help() {
    let cases = cases();
    assert!(cases.len() >= 50, "{} cases", cases.len());
    for (title, program) in cases {
        let parsed = gml_syntax::parse(gml_diagnostics::FileId(0), program);
        assert!(!parsed.diagnostics.is_empty(), "nothing was said of `{title}`");
        for found in parsed.diagnostics {
            assert!(found.span.end as usize <= program.len(), "{title}");
        }
    }
}

#[test]
fn byte_order_marks_tabs_and_line_ends_of_windows_are_blanks() {
    let program = "\u{feff}pipeline p {\r\n\tlet a = 1\r\n\ttrack a\r\n}\r\n\r\ntest \"a\" { expect true }\r\n";
    let parsed = gml_syntax::parse(gml_diagnostics::FileId(0), program);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.module.items.len(), 2);
}
