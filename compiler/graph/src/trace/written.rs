//! Pieces of the source, short enough for a box.

use gml_diagnostics::{Sources, Span};
use gml_syntax::{Token, TokenKind, tokens};

/// More than this is cut.
const WIDTH: usize = 64;

/// The text of a place on one line; `None` where there is none.
pub(super) fn whole(sources: &Sources, span: Span) -> Option<String> {
    let text = sources.text(span.file).get(span.start as usize..span.end as usize)?;
    Some(short(text)).filter(|text| !text.is_empty())
}

/// The call of `name` with which a place ends, without what it is applied to.
pub(super) fn step(sources: &Sources, span: Span, name: &str) -> Option<String> {
    let text = sources.text(span.file).get(span.start as usize..span.end as usize)?;
    let all: Vec<Token> = tokens(text).filter(|token| token.kind != TokenKind::Comment).collect();
    let word = |place: usize| all.get(place).map(|token| token.text(text));
    let mut calls = (0..all.len()).filter(|place| {
        let is_method = *place > 0 && matches!(word(place - 1), Some("." | "?."));
        word(*place) == Some(name) && !is_method && matches!(word(place + 1), Some("(" | "{"))
    });
    let last = calls.rfind(|place| closes_at_end(text, &all[*place..]));
    last.map(|place| short(&text[all[place].start..])).or_else(|| Some(name.to_owned()))
}

/// Whether no bracket that a text closes was opened before it, and none is left open.
fn closes_at_end(text: &str, tokens: &[Token]) -> bool {
    let mut depth = 0_i32;
    for token in tokens {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth -= 1,
            TokenKind::Sign if depth == 0 && token.text(text) == "|>" => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The text without comments and line breaks, cut where it is long.
fn short(text: &str) -> String {
    let mut line = String::new();
    let mut end = 0;
    for token in tokens(text).filter(|token| token.kind != TokenKind::Comment) {
        let (between, word) = (&text[end..token.start], token.text(text));
        let is_broken = between.contains('\n');
        let opens = is_broken && line.ends_with(['(', '[']);
        if is_broken && matches!(word, ")" | "]") {
            // What stands in lines of its own ends with a comma, and on one line without.
            line.truncate(line.trim_end_matches(',').len());
        } else if !between.is_empty() && !line.is_empty() && !opens {
            line.push(' ');
        }
        for (place, part) in word.lines().enumerate() {
            line.push_str(if place == 0 { "" } else { " " });
            line.push_str(if place == 0 { part } else { part.trim_start() });
        }
        end = token.end;
    }
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
