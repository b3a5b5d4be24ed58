//! Programs that are wrong in their syntax on purpose. All others give a tree without an error.

use std::collections::BTreeSet;

use gml_tests::{sitter_parser, sitter_tree};

use crate::agreement::first_error;
use crate::samples::programs;

/// Cases of `tests/ui/cases`, by topic and name.
const BROKEN: [&str; 39] = [
    "declarations/broken-declaration-only",
    "declarations/broken-heads",
    "declarations/comment-of-c",
    "declarations/curly-quotes",
    "declarations/def-of-python",
    "declarations/import-of-python",
    "declarations/keyword-as-let",
    "declarations/keyword-as-name",
    "declarations/keyword-as-parameter",
    "declarations/missing-comma",
    "declarations/misspelt-keywords",
    "declarations/node-without-result",
    "declarations/schema-in-parentheses",
    "declarations/select-of-sql",
    "declarations/semicolons",
    "declarations/semicolons-between-items",
    "declarations/signs-before-bodies",
    "declarations/stored-forms-of-an-inline-table",
    "declarations/test-without-quotes",
    "declarations/unclosed-brace",
    "declarations/unterminated-text",
    "declarations/unterminated-text-in-a-save",
    "declarations/words-of-other-languages",
    "expressions/ampersands",
    "expressions/argument-behind-a-named-one",
    "expressions/assignment-in-condition",
    "expressions/bad-escape",
    "expressions/bad-unit",
    "expressions/bang",
    "expressions/bare-dot",
    "expressions/bars",
    "expressions/chained-comparison",
    "expressions/lambda",
    "expressions/missing-operand",
    "expressions/single-quotes",
    "expressions/ternary",
    "expressions/unclosed-parenthesis",
    "expressions/words-of-other-languages",
    "rows/role-where-a-column-is-made",
];

#[test]
fn only_the_cases_that_are_broken_on_purpose_have_errors_in_their_trees() {
    let mut parser = sitter_parser();
    let mut errors = BTreeSet::new();
    for program in programs() {
        let tree = sitter_tree(&mut parser, &program.text);
        if let Some(place) = first_error(tree.root_node()) {
            let case = program.name.strip_prefix("tests/ui/cases/").and_then(|name| name.strip_suffix(".gml"));
            errors.insert(case.map_or_else(|| format!("{} at {place}", program.name), str::to_owned));
        }
    }
    let expected: BTreeSet<String> = BROKEN.map(str::to_owned).into();
    let unexpected: Vec<&String> = errors.difference(&expected).collect();
    assert!(unexpected.is_empty(), "the grammar does not read\n{unexpected:#?}");
    let read: Vec<&String> = expected.difference(&errors).collect();
    assert!(read.is_empty(), "the grammar reads what is broken\n{read:#?}");
}
