//! The words of the language stand in the grammars that editors read; the compiler has them too, and decides.

use std::collections::BTreeSet;

use gml_syntax::{CONTEXTUAL, RESERVED, ROLES};
use gml_tests::{repository, sitter_parser, sitter_tree};
use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sorted<'t>(words: impl IntoIterator<Item = &'t str>) -> Vec<&'t str> {
    words.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Words in double quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).filter(|word| is_word(word)).collect()
}

#[test]
fn the_sitter_reserves_the_same_words() {
    let mut parser = sitter_parser();
    for word in RESERVED {
        let tree = sitter_tree(&mut parser, &format!("param {word}: int = 1"));
        assert!(tree.root_node().has_error(), "{word}");
        let tree = sitter_tree(&mut parser, &format!("param {word}s: int = {word}s"));
        assert!(!tree.root_node().has_error(), "{word}s");
    }
    for word in CONTEXTUAL.iter().chain(&ROLES) {
        let text = format!(
            "param {word}: {word} = {word}\nschema S {{ {word}: int, id {word}: int }}\nfn {word}() -> int = {word}()"
        );
        let tree = sitter_tree(&mut parser, &text);
        assert!(!tree.root_node().has_error(), "{word}: {}", tree.root_node().to_sexp());
    }
    // The scanner has them in a table; a word of it that is no longer reserved would be no name.
    let scanner = read("grammar/tree-sitter-gml/src/scanner.c");
    let table = |name: &str| {
        let start = scanner.find(&format!("{name}[] = {{")).unwrap_or_else(|| panic!("no table {name}"));
        sorted(quoted(&scanner[start..start + scanner[start..].find(';').unwrap()]))
    };
    assert_eq!(table("RESERVED"), sorted(RESERVED));
    assert_eq!(table("ROLES"), sorted(ROLES));
}

#[test]
fn the_highlights_of_the_sitter_have_every_word() {
    let query = read("grammar/tree-sitter-gml/queries/highlights.scm");
    let (types, rest): (Vec<&str>, Vec<&str>) = query.split("\n(").partition(|part| part.contains("any-of?"));
    assert_eq!(types.len(), 2, "one list of what is a type of the language, one of what is not");
    for list in types {
        assert_eq!(sorted(quoted(list)), sorted(gml_analysis::types::all_types()));
    }
    let words: Vec<&str> = rest.iter().flat_map(|part| quoted(part)).collect();
    // Those three are nodes.
    let nodes = ["true", "false"];
    for word in nodes {
        assert!(query.contains(&format!("({word})")), "{word}");
    }
    let wanted = RESERVED.into_iter().chain(CONTEXTUAL).filter(|word| !nodes.contains(word));
    assert_eq!(sorted(words), sorted(wanted));
}

/// Words in an alternation of a regex: `\b(if|then)\b`.
fn alternatives(regex: &str) -> Vec<&str> {
    let groups = regex.split('(').skip(1).filter(|group| !group.starts_with(['?', '^']));
    let groups = groups.filter_map(|group| Some(&group[..group.find(')')?]));
    groups.flat_map(|group| group.split('|')).filter(|word| is_word(word)).collect()
}

/// The regexes of a grammar's rules, each with the names of what it finds.
fn rules<'v>(value: &'v Value, found: &mut Vec<(Vec<&'v str>, &'v str)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| rules(item, found)),
        Value::Object(fields) => {
            let mut names = Vec::new();
            names_in(value, &mut names);
            for key in ["match", "begin"] {
                if let Some(regex) = fields.get(key).and_then(Value::as_str) {
                    found.push((names.clone(), regex));
                }
            }
            for (key, inner) in fields {
                if !key.ends_with("aptures") {
                    rules(inner, found);
                }
            }
        }
        _ => {}
    }
}

fn names_in<'v>(rule: &'v Value, names: &mut Vec<&'v str>) {
    names.extend(rule.get("name").and_then(Value::as_str));
    for key in ["captures", "beginCaptures"] {
        let captures = rule.get(key).and_then(Value::as_object);
        names.extend(
            captures.into_iter().flat_map(|captures| captures.values()).filter_map(|capture| capture["name"].as_str()),
        );
    }
}

#[test]
fn the_grammar_for_textmate_has_every_word() {
    let grammar: Value = serde_json::from_str(&read("editors/vscode/syntaxes/gml.tmLanguage.json")).unwrap();
    let mut found = Vec::new();
    rules(&grammar, &mut found);
    let of = |kinds: &[&str]| {
        let is_kind = |names: &&str| kinds.iter().any(|kind| names.starts_with(kind));
        let rules = found.iter().filter(|(names, _)| names.iter().any(is_kind));
        sorted(rules.flat_map(|(_, regex)| alternatives(regex)))
    };
    let keywords =
        of(&["keyword.declaration", "keyword.control", "keyword.operator.word", "keyword.other", "constant.language"]);
    // As types these two are coloured.
    let wanted = RESERVED.into_iter().chain(CONTEXTUAL).filter(|word| !matches!(*word, "table" | "struct"));
    assert_eq!(keywords, sorted(wanted));
    assert_eq!(of(&["storage.modifier.role"]), sorted(ROLES));
    let types = of(&["support.type"]);
    let behind = ["in", "matches", "named", "parsed"];
    let types: Vec<&str> = types.into_iter().filter(|word| !behind.contains(word)).collect();
    assert_eq!(types, sorted(gml_analysis::types::all_types()));
}
