//! Editors that want queries of their own get those of the grammar: Neovim as they are, Helix with its own names for
//! colours. `INSTA_UPDATE=always` writes them anew.

use gml_tests::repository;

/// Names of colours in the grammar's queries, and what Helix calls them. Those that are not here are called the same.
const HELIX: [(&str, &str); 16] = [
    ("boolean", "constant.builtin.boolean"),
    ("comment", "comment.line"),
    ("comment.documentation", "comment.line.documentation"),
    ("function.call", "function"),
    ("keyword.conditional", "keyword.control.conditional"),
    ("keyword.import", "keyword.control.import"),
    ("keyword.modifier", "keyword.storage.modifier"),
    ("keyword.repeat", "keyword.control.repeat"),
    ("module", "namespace"),
    ("number", "constant.numeric"),
    ("number.float", "constant.numeric.float"),
    ("property", "variable.other.member"),
    ("string.escape", "constant.character.escape"),
    ("string.special", "string.regexp"),
    ("variable.member", "variable.other.member"),
    ("local.definition", "local.definition.variable"),
];

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn renamed(query: &str) -> String {
    let mut out = String::new();
    let mut rest = query;
    while let Some(at) = rest.find('@') {
        let (before, behind) = rest.split_at(at + 1);
        let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(behind.len());
        let (name, behind) = behind.split_at(end);
        out.push_str(before);
        out.push_str(HELIX.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs));
        rest = behind;
    }
    out + rest
}

fn holds(copy: &str, wanted: &str) {
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(repository().join(copy), wanted).unwrap();
    }
    assert!(
        read(copy) == wanted,
        "{copy} is not what follows from the grammar's queries: INSTA_UPDATE=always writes it anew"
    );
}

#[test]
fn neovim_has_the_queries_of_the_grammar() {
    for name in ["highlights", "injections", "folds", "indents", "locals"] {
        let query = read(&format!("grammar/tree-sitter-gml/queries/{name}.scm"));
        holds(&format!("editors/neovim/queries/gml/{name}.scm"), &query);
    }
}

#[test]
fn helix_has_them_with_its_own_names() {
    for name in ["highlights", "injections", "locals", "tags"] {
        let query = read(&format!("grammar/tree-sitter-gml/queries/{name}.scm"));
        holds(&format!("editors/helix/queries/gml/{name}.scm"), &renamed(&query));
    }
}
