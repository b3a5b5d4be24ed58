//! What our parser takes gives a tree without an error, and what it refuses one with an error.

use gml_diagnostics::{Diagnostic, codes};
use gml_tests::{sitter_parser, sitter_tree};
use tree_sitter::{Node, Parser};

use crate::samples::{Sample, examples, fuzzed, programs};

/// Errors of syntax that are none of the grammar: each is about what a well-formed text means, or about a limit of the
/// compiler. A code alone where all its errors are such, else with what its message holds.
const NOT_OF_THE_GRAMMAR: &[(gml_diagnostics::Code, &str)] = &[
    // Days and times that do not exist: the calendar is no grammar.
    (codes::BAD_DATE, "there is no month"),
    (codes::BAD_DATE, "has no day"),
    (codes::BAD_DATE, "is no time of a day"),
    // Values that do not fit into 64 bits.
    (codes::BAD_NUMBER, "is larger than"),
    (codes::BAD_NUMBER, "is longer than"),
    (codes::BAD_NUMBER, "is no whole number of"),
    // Limits of the compiler.
    (codes::NESTING_TOO_DEEP, ""),
    (codes::FILE_TOO_LARGE, ""),
    // `None`, `TRUE`: names like others, and told from them so that the message can help.
    (codes::FOREIGN_KEYWORD, "is written `null`"),
    (codes::FOREIGN_KEYWORD, "is written `true`"),
    (codes::FOREIGN_KEYWORD, "is written `false`"),
    // Twice what may stand once, with other things between.
    (codes::DUPLICATE_CLAUSE, ""),
    (codes::UNEXPECTED_TOKEN, "`..` stands here twice"),
    (codes::UNEXPECTED_TOKEN, "this type can be null already"),
];

pub fn is_of_the_grammar(found: &Diagnostic) -> bool {
    found.is_error()
        && !NOT_OF_THE_GRAMMAR.iter().any(|(code, part)| found.code == *code && found.message.contains(part))
}

/// The first place where the tree has an error.
pub fn first_error(node: Node<'_>) -> Option<String> {
    if !node.has_error() {
        return None;
    }
    if node.is_error() || node.is_missing() {
        let place = node.start_position();
        return Some(format!("{}:{}: {}", place.row + 1, place.column + 1, node.to_sexp()));
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).find_map(first_error).or_else(|| Some(node.to_sexp()))
}

/// What the two parsers make of a text.
pub struct Verdict {
    /// Our parser refuses it.
    pub refused: bool,
    /// How they differ, if they do.
    pub difference: Option<String>,
}

pub fn judge(parser: &mut Parser, text: &str) -> Verdict {
    let parsed = gml_syntax::parse(gml_diagnostics::FileId(0), text);
    let tree = sitter_tree(parser, text);
    let errors: Vec<&Diagnostic> = parsed.diagnostics.iter().filter(|found| found.is_error()).collect();
    let difference = match (errors.first(), first_error(tree.root_node())) {
        (None, Some(place)) => Some(format!("takes what tree-sitter refuses at {place}")),
        (Some(_), None) => {
            let of_grammar = errors.iter().find(|found| is_of_the_grammar(found));
            of_grammar.map(|found| format!("refuses what tree-sitter takes: {} {}", found.code.id(), found.message))
        }
        _ => None,
    };
    Verdict { refused: !errors.is_empty(), difference }
}

fn agree(samples: &[Sample]) {
    let mut parser = sitter_parser();
    let differs = |sample: &Sample| {
        let difference = judge(&mut parser, &sample.text).difference?;
        Some(format!("{}: our parser {difference}", sample.name))
    };
    let found: Vec<String> = samples.iter().filter_map(differs).collect();
    assert!(found.is_empty(), "{} of {} differ:\n{}", found.len(), samples.len(), found.join("\n"));
}

#[test]
fn over_every_program() {
    agree(&programs());
}

#[test]
fn over_the_examples_of_the_pages() {
    agree(&examples());
}

#[test]
fn over_what_fuzzing_found() {
    agree(&fuzzed());
}

/// Texts in which the two could easily differ.
#[test]
fn over_words_chosen_for_it() {
    let cases = include_str!("cases.txt");
    let mut parser = sitter_parser();
    let mut wrong = Vec::new();
    let mut counts = [0, 0];
    for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (verdict, text) = line.split_once(' ').expect("a verdict and a text");
        let text = text.replace('⏎', "\n");
        let takes = !sitter_tree(&mut parser, &text).root_node().has_error();
        counts[usize::from(takes)] += 1;
        if takes != (verdict == "+") {
            wrong.push(format!("tree-sitter decides otherwise: {line}"));
        }
        if let Some(difference) = judge(&mut parser, &text).difference {
            wrong.push(format!("our parser {difference}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts[0] >= 50 && counts[1] >= 50, "{counts:?}");
}

/// What is excused is refused by our parser, and taken by the grammar.
#[test]
fn every_excuse_is_needed() {
    let deep = format!("param a: int = {}1{}", "(".repeat(70), ")".repeat(70));
    let long = format!("param a: str = \"{}\"", "x".repeat(gml_syntax::MAX_BYTES));
    let texts = [
        "param a: date = @2021-13-01",
        "param a: date = @2021-02-30",
        "param a: timestamp = @2021-02-20T25:00:00Z",
        "param a: int = 99999999999999999999",
        "param a: duration = 99999999999999999999d",
        "param a: duration = 0.5us",
        &deep,
        &long,
        "param a: int = None",
        "param a: int = TRUE",
        "param a: int = FALSE",
        "schema A { a: int named \"b\" > 1 named \"c\" }",
        "schema A { .., a: int, .. }",
        "param a: (int?)? = 1",
    ];
    assert_eq!(texts.len(), NOT_OF_THE_GRAMMAR.len());
    let mut parser = sitter_parser();
    for (text, (code, part)) in texts.into_iter().zip(NOT_OF_THE_GRAMMAR) {
        let shown = &text[..text.len().min(100)];
        let parsed = gml_syntax::parse(gml_diagnostics::FileId(0), text);
        let is_it = |found: &Diagnostic| found.code == *code && found.message.contains(part);
        assert!(parsed.diagnostics.iter().any(is_it), "{shown}: {:?}", parsed.diagnostics);
        assert!(!sitter_tree(&mut parser, text).root_node().has_error(), "{shown}");
    }
}
