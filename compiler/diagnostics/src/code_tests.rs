//! The table of codes and the pages agree.

use std::collections::BTreeSet;

use crate::codes::{self, CONSTANTS};
use crate::{Code, Severity};

const INDEX: &str = include_str!("../../../docs/errors/README.md");
const LINTS: &str = include_str!("../../../docs/lints.md");

#[test]
fn ids_rise_and_have_the_same_form() {
    let ids: Vec<&str> = Code::all().map(Code::id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "sorted and unique");
    for id in ids {
        let digits = id.strip_prefix("GML").unwrap();
        assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
}

#[test]
fn names_are_unique_and_those_of_their_constants() {
    let names: BTreeSet<&str> = Code::all().map(Code::name).collect();
    assert_eq!(names.len(), Code::all().count());
    for (code, constant) in Code::all().zip(CONSTANTS) {
        assert_eq!(code.name(), constant.to_lowercase().replace('_', "-"));
        assert!(code.name().bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    }
}

#[test]
fn summaries_are_sentences() {
    for code in Code::all() {
        assert!(code.summary().ends_with('.') && code.summary().len() < 120, "{code:?}");
    }
}

#[test]
fn codes_are_found_by_id_and_by_name() {
    assert_eq!(Code::find("GML0301"), Some(codes::UNKNOWN_COLUMN));
    assert_eq!(Code::find("gml0301"), Some(codes::UNKNOWN_COLUMN));
    assert_eq!(Code::find("unknown-column"), Some(codes::UNKNOWN_COLUMN));
    assert_eq!(Code::find("GML9999"), None);
    for code in Code::all() {
        assert_eq!(Code::find(code.id()), Some(code));
        assert_eq!(Code::find(code.name()), Some(code));
    }
    assert_eq!(format!("{} {:?}", codes::UNUSED_LET, codes::UNUSED_LET), "GML0120 GML0120 unused-let");
    assert_eq!(codes::UNUSED_LET.severity(), Severity::Warning);
}

#[test]
fn every_page_has_its_heading_and_says_more_than_the_summary() {
    for code in Code::all() {
        let page = code.page();
        assert_eq!(page.lines().next(), Some(format!("# {} {}", code.id(), code.name()).as_str()));
        let prose: String = page.split("\n```").step_by(2).collect();
        assert!(prose.len() > code.summary().len() + 80, "the page of {code:?} only repeats the summary");
    }
}

/// Pages of faults that show while running have a sample message; of a program that is wrong, the program and the
/// mended one, or a sentence that says why not.
#[test]
fn every_page_has_its_example() {
    for code in Code::all() {
        let page = code.page();
        let count = |info: &str| page.lines().filter(|line| *line == info).count();
        assert_eq!(page.matches("\n```").count() % 2, 0, "a fence of {code:?} is not closed");
        if code.id() >= "GML0900" {
            assert_eq!(count("```text"), 1, "{code:?} needs one sample message");
            assert_eq!(count("```gml fails") + count("```gml passes"), 0, "{code:?}");
        } else if count("```gml fails") == 0 {
            assert!(
                page.contains("No example:"),
                "{code:?} needs an example, or a sentence that starts with `No example:`"
            );
        } else {
            assert!(count("```gml passes") >= 1, "{code:?} needs a mended example");
        }
    }
}

#[test]
fn every_page_is_that_of_a_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let stem = name.strip_suffix(".md").unwrap();
        assert!(stem == "README" || Code::find(stem).is_some(), "{name} belongs to no code");
    }
}

#[test]
fn the_index_lists_every_code_as_it_is() {
    let rows: Vec<&str> = INDEX.lines().filter(|line| line.starts_with("| [GML")).collect();
    let expected: Vec<String> = Code::all()
        .map(|code| {
            let (id, name, severity) = (code.id(), code.name(), code.severity().word());
            format!("| [{id}]({id}.md) | `{name}` | {severity} | {} |", code.summary())
        })
        .collect();
    assert_eq!(rows, expected, "bring docs/errors/README.md in step with the table of codes");
}

#[test]
fn the_list_of_lints_holds_every_warning() {
    let rows: Vec<&str> = LINTS.lines().filter(|line| line.starts_with("| `")).collect();
    let lints = Code::all().filter(|code| code.severity() == Severity::Warning);
    let expected: Vec<String> = lints
        .map(|code| {
            let (id, name) = (code.id(), code.name().replace('-', "_"));
            format!("| `{name}` | [{id}](errors/{id}.md) | {} |", code.summary())
        })
        .collect();
    assert_eq!(rows, expected, "bring docs/lints.md in step with the table of codes");
}
