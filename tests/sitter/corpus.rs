//! The grammar's own examples, in the form that `tree-sitter test` reads. `INSTA_UPDATE=always` writes their trees anew.

use gml_tests::{repository, sitter_parser, sitter_tree};

struct Example {
    title: String,
    text: String,
    tree: String,
}

fn is_bar(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|byte| byte == b'=')
}

fn examples(corpus: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut lines = corpus.lines().peekable();
    while let Some(line) = lines.next() {
        if !is_bar(line) {
            assert!(line.is_empty(), "{line:?} stands outside of the examples");
            continue;
        }
        let title = lines.next().unwrap_or_default().to_owned();
        assert!(lines.next().is_some_and(is_bar), "the title {title:?} is not closed");
        let (mut text, mut tree, mut in_tree) = (String::new(), String::new(), false);
        while let Some(line) = lines.next_if(|line| !is_bar(line)) {
            if line == "---" {
                in_tree = true;
            } else {
                let part = if in_tree { &mut tree } else { &mut text };
                part.push_str(line);
                part.push('\n');
            }
        }
        found.push(Example { title, text: text.trim_matches('\n').to_owned(), tree });
    }
    found
}

fn one_line(tree: &str) -> String {
    tree.split_whitespace().collect::<Vec<_>>().join(" ").replace(" )", ")")
}

/// A node a line, indented by how deep it is.
fn indented(tree: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for word in tree.split_whitespace() {
        let begins = word.starts_with('(') && !out.ends_with(": ");
        if begins || word.ends_with(':') {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&"  ".repeat(depth));
        } else if !out.ends_with(": ") {
            out.push(' ');
        }
        depth += word.matches('(').count();
        depth -= word.matches(')').count().min(depth);
        out.push_str(word);
        if word.ends_with(':') {
            out.push(' ');
        }
    }
    out
}

#[test]
fn the_examples_have_their_trees() {
    let update = std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always");
    let folder = repository().join("grammar/tree-sitter-gml/test/corpus");
    let mut parser = sitter_parser();
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let mut written = Vec::new();
        for Example { title, text, tree } in examples(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            let seen = sitter_tree(&mut parser, &text).root_node().to_sexp();
            if one_line(&tree) != seen {
                wrong.push(format!("{} {title}\nwritten {}\nseen    {seen}", path.display(), one_line(&tree)));
            }
            let bar = "=".repeat(title.len().max(20));
            written.push(format!("{bar}\n{title}\n{bar}\n\n{text}\n\n---\n\n{}\n", indented(&seen)));
        }
        if update {
            std::fs::write(&path, written.join("\n")).unwrap();
        }
    }
    assert!(count >= 14, "{count} examples");
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n\n"));
}
