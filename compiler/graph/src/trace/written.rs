//! Pieces of the source, short enough for a box.

use gml_diagnostics::{Sources, Span};

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
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.';
    let calls = text.match_indices(name).filter(|(at, _)| {
        let before = text.as_bytes()[..*at].last();
        let behind = text.as_bytes()[at + name.len()..].trim_ascii_start().first();
        !before.is_some_and(is_word) && matches!(behind, Some(b'(' | b'{')) && closes_at_end(&text[*at..])
    });
    calls.last().map(|(at, _)| short(&text[at..])).or_else(|| Some(name.to_owned()))
}

/// Whether no bracket that a text closes was opened before it, and none is left open.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'|' if depth == 0 => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The text without comments, blanks made one, cut where it is long.
fn short(text: &str) -> String {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let line = words.join(" ");
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
