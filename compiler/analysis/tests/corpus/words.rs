//! A program as words with their places: as much of the language as a mutator needs.

use std::ops::Range;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `filter`, `visitor`; keywords too.
    Name,
    /// `.visitor`, with its dot.
    Column,
    /// `42`, `7d`, `@2021-01-26`
    Number,
    /// `"text"`, with what stands before and its quotes.
    Text,
    /// A single character, or one of the longer operators.
    Sign,
}

/// A word.
#[derive(Clone, Debug)]
pub struct Word {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub at: Range<usize>,
}

const LONG_SIGNS: [&str; 16] =
    ["..<", "|>", ">>", "??", "?.", "->", "=>", "==", "!=", "<=", ">=", "..", "//", "**", "&&", "||"];

/// The words of a text; comments and blanks are left out.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match first {
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            c if c.is_whitespace() => (None, c.len_utf8()),
            '"' => (Some(Kind::Text), quoted(rest)),
            'f' | 'r' if rest[1..].starts_with('"') => (Some(Kind::Text), 1 + quoted(&rest[1..])),
            '@' => (Some(Kind::Number), date(rest)),
            c if c.is_ascii_digit() => (Some(Kind::Number), number(rest)),
            c if is_word(c) => (Some(Kind::Name), run(rest)),
            '.' if rest[1..].starts_with(is_word) && !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                (Some(Kind::Column), 1 + run(&rest[1..]))
            }
            c => {
                let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign));
                (Some(Kind::Sign), long.map_or(c.len_utf8(), |sign| sign.len()))
            }
        };
        words.extend(kind.map(|kind| Word { kind, at: at..at + length }));
        at += length;
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// A number with its unit; the dots of a range are none of it.
fn number(text: &str) -> usize {
    let whole = run(text);
    let behind = &text[whole..];
    let has_fraction = behind.starts_with('.') && behind[1..].starts_with(|c: char| c.is_ascii_digit());
    let end = if has_fraction { whole + 1 + run(&behind[1..]) } else { whole };
    if text[end..].starts_with('%') { end + 1 } else { end }
}

fn date(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "@-:".contains(c))).unwrap_or(text.len());
    end.max(1)
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}
