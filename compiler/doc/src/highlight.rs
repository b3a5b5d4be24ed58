//! GML as HTML: words by their kind, names as links to where they are described.

use gml_analysis::types::{IN_SIGNATURES, is_type};
use gml_syntax::{CONTEXTUAL, ROLES, is_reserved};

use crate::html::escaped;
use crate::links::Links;

/// The text with its words marked. `root` leads from the page to the root of the site.
pub(crate) fn highlight(text: &str, links: &Links, root: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = length(rest, first);
        let (piece, behind) = rest.split_at(length);
        match class(piece, first, before, behind) {
            Class::Plain => out.push_str(&escaped(piece)),
            Class::Marked(class) => out.push_str(&format!("<span class=\"{class}\">{}</span>", escaped(piece))),
            Class::Name => match links.find(piece) {
                Some(named) => {
                    let (href, title) = (escaped(&named.href), escaped(&named.summary));
                    out.push_str(&format!("<a href=\"{root}{href}\" title=\"{title}\">{piece}</a>"));
                }
                None => out.push_str(&escaped(piece)),
            },
        }
        before = piece.chars().rev().find(|c| !c.is_whitespace()).unwrap_or(before);
        rest = behind;
    }
    out
}

enum Class {
    Plain,
    Marked(&'static str),
    Name,
}

fn class(piece: &str, first: char, before: char, behind: &str) -> Class {
    let next = behind.trim_start().chars().next().unwrap_or(' ');
    match first {
        '#' => Class::Marked("comment"),
        '"' => Class::Marked("text"),
        _ if piece.ends_with('"') => Class::Marked("text"),
        '@' => Class::Marked("number"),
        c if c.is_ascii_digit() => Class::Marked("number"),
        c if is_word(c) => word(piece, before, next, behind),
        _ => Class::Plain,
    }
}

fn word(piece: &str, before: char, next: char, behind: &str) -> Class {
    let is_called = next == '(';
    let is_new = next == ':' || (next == '=' && !behind.trim_start().starts_with("=="));
    if before == '.' && !is_called {
        Class::Marked("column")
    } else if is_new {
        Class::Plain
    } else if !is_called && is_keyword(piece, next) {
        Class::Marked("keyword")
    } else if !is_called && (is_type(piece) || IN_SIGNATURES.contains(&piece)) {
        Class::Marked("type")
    } else {
        Class::Name
    }
}

/// `schema` is one even where it stands for a kind of parameter; `table` and `struct` are shown as the types they make; and
/// a role is one where it stands before a column.
fn is_keyword(piece: &str, next: char) -> bool {
    is_reserved(piece)
        || CONTEXTUAL.contains(&piece) && !is_type(piece)
        || ROLES.contains(&piece) && is_word(next) && !next.is_ascii_digit()
}

/// How long the word is with which a text begins.
fn length(text: &str, first: char) -> usize {
    let until = |end: fn(char) -> bool| text.find(end).unwrap_or(text.len());
    match first {
        '#' => until(|c| c == '\n'),
        '"' => quoted(text, true),
        'f' if text[1..].starts_with('"') => 1 + quoted(&text[1..], true),
        'r' if text[1..].starts_with('"') => 1 + quoted(&text[1..], false),
        '@' => {
            until(|c| !(c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | ':' | '.'))).max(1) - trailing_dots(text)
        }
        c if is_word(c) => until(|c| !is_word(c)),
        c => c.len_utf8(),
    }
}

/// The dots behind a date are a range: `@2021-01-26..@2021-01-28`.
fn trailing_dots(text: &str) -> usize {
    let end =
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | ':' | '.'))).unwrap_or(text.len());
    text[..end].len() - text[..end].trim_end_matches('.').len()
}

fn quoted(text: &str, has_escapes: bool) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        return block.find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\n' => return at,
            _ => escaped = has_escapes && c == '\\' && !escaped,
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
