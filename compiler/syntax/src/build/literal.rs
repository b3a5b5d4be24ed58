//! Texts.

use std::borrow::Cow;

use gml_diagnostics::{Fix, Span};

use super::{Builder, text};
use crate::ast::Text;
use crate::codes;
use crate::grammar::Rule;
use crate::indentation::dedent;
use crate::matcher::Pair;

impl Builder<'_, '_> {
    /// The value of a text literal; of an f-string, where only a plain text can stand, an error.
    pub(super) fn text_value(&mut self, pair: &Pair<'_>) -> Text {
        let written = pair.as_str();
        let start = pair.start();
        let inner = |open: usize, close: usize| written.get(open..written.len().saturating_sub(close)).unwrap_or("");
        match pair.as_rule() {
            Rule::plain => {
                let value = self.unescape(inner(1, 1), start + 1, false);
                text(&value)
            }
            Rule::plain_block => {
                let lines = dedent(inner(3, 3));
                let value = self.unescape(&lines, start + 3, true);
                text(&value)
            }
            Rule::raw => text(inner(2, 1)),
            Rule::raw_block => text(&dedent(inner(4, 3))),
            _ => {
                let span = self.span(pair);
                let message = "only a plain text can stand here, without values in it";
                self.report(codes::UNEXPECTED_TOKEN, span, message, "leave out the `f`");
                text("")
            }
        }
    }

    /// Text with its escapes replaced. `start` is where it begins in the piece; with `block` the text has lost its
    /// indentation, so that places within it are not known: `start` stands for all of them.
    pub(super) fn unescape<'s>(&mut self, written: &'s str, start: usize, block: bool) -> Cow<'s, str> {
        if !written.contains('\\') {
            return Cow::Borrowed(written);
        }
        let mut value = String::with_capacity(written.len());
        let mut rest = written;
        while let Some(at) = rest.find('\\') {
            value.push_str(&rest[..at]);
            let escape = &rest[at..];
            let (character, length) = read_escape(escape);
            match character {
                Some(character) => value.push(character),
                None => {
                    let offset = if block { 0 } else { written.len() - escape.len() };
                    let span = self.at(start + offset, start + offset + if block { 0 } else { length });
                    self.bad_escape(&escape[..length], span);
                }
            }
            rest = &escape[length..];
        }
        value.push_str(rest);
        Cow::Owned(value)
    }

    fn bad_escape(&mut self, escape: &str, span: Span) {
        let help = if escape.starts_with("\\u") {
            "write the number of the character in hexadecimal: `\\u{e9}`".to_owned()
        } else {
            format!("write `\\{escape}` for a backslash, or r\"..\" for a text without escapes")
        };
        let message = format!("`{escape}` is no escape");
        // Of a block the place of a single escape is not known.
        if escape.starts_with("\\u") || span.is_empty() {
            self.report(codes::BAD_ESCAPE, span, message, help);
        } else {
            let fix = Fix::guess(span, format!("\\{escape}"));
            self.report_written(codes::BAD_ESCAPE, span, message, help, fix);
        }
    }
}

/// The character of the escape that `written` begins with, and how many bytes it takes.
fn read_escape(written: &str) -> (Option<char>, usize) {
    let Some(kind) = written[1..].chars().next() else { return (None, written.len()) };
    let length = 1 + kind.len_utf8();
    let character = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' | '"' | '{' | '}' => kind,
        'u' => return read_code_point(written),
        _ => return (None, length),
    };
    (Some(character), length)
}

/// `\u{1F600}`
fn read_code_point(written: &str) -> (Option<char>, usize) {
    let digits = written.strip_prefix("\\u{").and_then(|rest| Some(&rest[..rest.find('}')?]));
    match digits {
        Some(digits) if (1..=6).contains(&digits.len()) => {
            let point = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()));
            (point.and_then(char::from_u32), digits.len() + 4)
        }
        _ => (None, 2),
    }
}
