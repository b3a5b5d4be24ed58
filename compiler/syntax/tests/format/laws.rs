//! What must hold of every program.

use gml_diagnostics::{Diagnostic, FileId};
use gml_syntax::format::format;
use gml_syntax::parse;

pub const FILE: FileId = FileId(0);

/// Whether a text is a program without errors of syntax.
pub fn is_program(text: &str) -> bool {
    !parse(FILE, text).diagnostics.iter().any(Diagnostic::is_error)
}

/// The formatted text, of which everything that is promised was checked.
pub fn formatted(text: &str) -> String {
    let once = format(FILE, text).unwrap_or_else(|refusal| panic!("{refusal:?} of\n{text}"));
    let twice = format(FILE, &once).unwrap_or_else(|refusal| panic!("{refusal:?} of\n{once}"));
    assert_eq!(once, twice, "formatted twice it differs; the source was\n{text}");
    assert_eq!(tree(text), tree(&once), "{text}\nbecame\n{once}");
    assert_eq!(comments(text), comments(&once), "{text}\nbecame\n{once}");
    assert_eq!(squeezed(text), squeezed(&once), "{text}\nbecame\n{once}");
    assert!(once.is_empty() || once.ends_with('\n') && !once.starts_with(['\n', ' ']), "{once:?}");
    assert!(!once.ends_with("\n\n"), "{once:?}");
    once
}

/// The tree without places.
fn tree(text: &str) -> String {
    let tree = format!("{:?}", parse(FILE, text).module);
    let mut without = String::with_capacity(tree.len());
    for (index, piece) in tree.split("Span {").enumerate() {
        let rest = if index == 0 { piece } else { &piece[piece.find('}').unwrap()..] };
        without.push_str(rest);
    }
    without
}

fn comments(text: &str) -> Vec<String> {
    parse(FILE, text).comments.iter().map(|comment| comment.text.to_string()).collect()
}

/// The text without what the formatter may change. So no word, comment or bracket may change places with another.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace() && *c != ',').collect()
}
