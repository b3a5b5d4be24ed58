//! The queries: all of them fit the grammar, and every word of a program is coloured exactly once.

use std::collections::HashMap;

use gml_tests::{repository, sitter_language, sitter_parser, sitter_tree};
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator};

use crate::samples::{examples, right_programs};

const GRAMMAR: &str = "grammar/tree-sitter-gml/queries";

fn query(file: &str) -> (String, Query) {
    let path = repository().join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let query = Query::new(&sitter_language(), &text).unwrap_or_else(|error| panic!("{file}: {error}"));
    (text, query)
}

#[test]
fn every_query_fits_the_grammar() {
    let folders = [GRAMMAR, "editors/neovim/queries/gml", "editors/helix/queries/gml"];
    let mut count = 0;
    for folder in folders {
        for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
            let name = entry.unwrap().file_name();
            query(&format!("{folder}/{}", name.to_string_lossy()));
            count += 1;
        }
    }
    assert!(count >= 12, "{count} queries");
}

/// What a query catches in a text: how often each node, and with which name last.
fn caught<'q>(query: &'q Query, root: Node<'_>, text: &str) -> HashMap<usize, Vec<&'q str>> {
    let mut cursor = QueryCursor::new();
    let mut found: HashMap<usize, Vec<&str>> = HashMap::new();
    let mut captures = cursor.captures(query, root, text.as_bytes());
    while let Some((found_match, index)) = captures.next() {
        let capture = found_match.captures()[*index];
        found.entry(capture.node.id()).or_default().push(query.capture_names()[capture.index as usize]);
    }
    found
}

/// Words that no pattern catches, or more than one.
fn faults(node: Node<'_>, text: &str, covered: bool, caught: &HashMap<usize, Vec<&str>>, faults: &mut Vec<String>) {
    let own = caught.get(&node.id());
    let place = || {
        let at = node.start_position();
        format!("{}:{} {} {:?}", at.row + 1, at.column + 1, node.kind(), &text[node.byte_range()])
    };
    if let Some(names) = own.filter(|names| names.len() > 1) {
        faults.push(format!("{} is caught as {names:?}", place()));
    }
    let covered = covered || own.is_some();
    if node.child_count() == 0 && !covered && !node.byte_range().is_empty() {
        faults.push(format!("{} is not caught", place()));
    }
    // A value within a text is coloured as what it is.
    let covered = covered && node.kind() != "hole";
    let mut cursor = node.walk();
    let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
    for child in children {
        self::faults(child, text, covered, caught, faults);
    }
}

#[test]
fn every_word_is_caught_once() {
    let (_, query) = query(&format!("{GRAMMAR}/highlights.scm"));
    let mut parser = sitter_parser();
    let mut wrong = Vec::new();
    let is_right = |text: &str| {
        !gml_syntax::parse(gml_diagnostics::FileId(0), text).diagnostics.iter().any(|found| found.is_error())
    };
    for sample in right_programs().into_iter().chain(examples()).filter(|sample| is_right(&sample.text)) {
        let tree = sitter_tree(&mut parser, &sample.text);
        let caught = caught(&query, tree.root_node(), &sample.text);
        let mut found = Vec::new();
        faults(tree.root_node(), &sample.text, false, &caught, &mut found);
        wrong.extend(found.into_iter().take(3).map(|fault| format!("{}: {fault}", sample.name)));
    }
    wrong.truncate(30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The colour of words in a text: the innermost node that is caught.
#[test]
fn words_have_the_colours_they_should() {
    let cases: [(&str, &[(&str, &str)]); 8] = [
        (
            "schema Visit { id user: str, at: time, x: Other }",
            &[
                ("schema", "keyword"),
                ("Visit", "type"),
                ("id", "keyword.modifier"),
                ("user", "property"),
                ("str", "type.builtin"),
                ("time", "type.builtin"),
                ("Other", "type"),
            ],
        ),
        (
            "use std.metrics.{auc, Loss as Other}",
            &[
                ("use", "keyword.import"),
                ("metrics", "module"),
                ("auc", "variable"),
                ("Loss", "type"),
                ("as", "keyword.import"),
            ],
        ),
        (
            "node clean(rows: table[Visit]) -> table { let a = rows a |> filter(not .x.y and .z > 1) }",
            &[
                ("clean", "function"),
                ("rows", "variable.parameter"),
                ("table", "type.builtin"),
                ("filter", "function.call"),
                (".x", "variable.member"),
                ("y", "property"),
                ("not", "keyword.operator"),
                (">", "operator"),
                ("1", "number"),
            ],
        ),
        (
            "param rate: float = 80% + 1.5",
            &[("rate", "constant"), ("80", "number"), ("%", "number"), ("1.5", "number.float")],
        ),
        ("param a: int = 7 % 2", &[("%", "operator")]),
        ("param a: str = f\"x {base} \\n\"", &[("base", "variable"), ("\\n", "string.escape"), ("x ", "string")]),
        (
            "test \"t\" { for a in b { save a as c } }",
            &[("for", "keyword.repeat"), ("in", "keyword.repeat"), ("as", "keyword")],
        ),
        (
            "## what\n# why\nparam a: bool = true",
            &[("## what", "comment.documentation"), ("# why", "comment"), ("true", "boolean")],
        ),
    ];
    let (_, query) = query(&format!("{GRAMMAR}/highlights.scm"));
    let mut parser = sitter_parser();
    for (text, wanted) in cases {
        let tree = sitter_tree(&mut parser, text);
        let caught = caught(&query, tree.root_node(), text);
        for (word, colour) in wanted {
            let at = text.find(word).unwrap();
            let mut node = tree.root_node().descendant_for_byte_range(at, at + word.len());
            let mut found = None;
            while let (Some(inner), None) = (node, found) {
                found = caught.get(&inner.id()).and_then(|names| names.last().copied());
                node = inner.parent();
            }
            assert_eq!(found, Some(*colour), "{word} in {text}: {}", tree.root_node().to_sexp());
        }
    }
}
