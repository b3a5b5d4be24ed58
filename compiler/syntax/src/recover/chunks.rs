//! Cuts broken bodies into statements and entries.

use std::ops::Range;

use crate::lexer::{Kind, Lexer, Token};
use crate::words::STATEMENTS;

/// The parts of a body in braces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Its statements or entries.
    pub chunks: Vec<Range<usize>>,
    /// Where its closing brace stands, if it has one.
    pub close: Option<usize>,
}

/// A bracket within a body.
struct Bracket {
    open: u8,
    /// The brace holds statements.
    body: bool,
}

/// Cuts what follows a `{` into statements: each begins with its word. Brackets that a statement leaves open end with it.
pub(crate) fn statements(source: &str, start: usize, end: usize) -> Body {
    let tokens = tokens(source, start, end);
    let mut stack: Vec<Bracket> = Vec::new();
    let mut begins = Vec::new();
    let mut close = None;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => {
                let body = token.text(source) == "{" && begins_statement(source, &tokens, index + 1);
                stack.push(Bracket { open: source.as_bytes()[token.start], body });
            }
            Kind::Close if !shut(&mut stack, source.as_bytes()[token.start]) && token.text(source) == "}" => {
                close = Some(token.start);
                break;
            }
            Kind::Word if begins_statement(source, &tokens, index) => {
                let inner = stack.iter().rposition(|bracket| bracket.body).map_or(0, |body| body + 1);
                if inner == stack.len() || begins_line(source, token.start) {
                    stack.truncate(inner);
                }
                if stack.is_empty() {
                    begins.push(token.start);
                }
            }
            _ => {}
        }
        if begins.is_empty() && close.is_none() {
            begins.push(token.start);
        }
    }
    let last = close.unwrap_or(end);
    let ends = begins.iter().skip(1).copied().chain([last]);
    let chunks = begins.iter().copied().zip(ends).map(|(from, to)| from..to).collect();
    Body { chunks, close }
}

/// Cuts what follows a `{` at its commas. What was opened by another bracket is closed by its like.
pub(crate) fn entries(source: &str, start: usize, end: usize) -> Body {
    let shutting = match source[..start].bytes().next_back() {
        Some(b'(') => b')',
        Some(b'[') => b']',
        _ => b'}',
    };
    let mut stack: Vec<Bracket> = Vec::new();
    let mut chunks = Vec::new();
    let mut begin = None;
    let mut close = None;
    for token in tokens(source, start, end) {
        let byte = first_byte(source, token);
        match token.kind {
            Kind::Open => stack.push(Bracket { open: byte, body: false }),
            Kind::Close if !shut(&mut stack, byte) && byte == shutting => {
                close = Some(token.start);
                break;
            }
            Kind::Sign if stack.is_empty() && token.text(source) == "," => {
                chunks.extend(begin.take().map(|begin| begin..token.start));
                continue;
            }
            _ => {}
        }
        begin = begin.or(Some(token.start));
    }
    chunks.extend(begin.map(|begin| begin..close.unwrap_or(end)));
    Body { chunks, close }
}

/// Whether as many brackets are closed as are opened.
pub(crate) fn is_balanced(source: &str, start: usize, end: usize) -> bool {
    let mut stack: Vec<Bracket> = Vec::new();
    for token in tokens(source, start, end) {
        let byte = first_byte(source, token);
        match token.kind {
            Kind::Open => stack.push(Bracket { open: byte, body: false }),
            Kind::Close if !shut(&mut stack, byte) => return false,
            _ => {}
        }
    }
    stack.is_empty()
}

/// The byte that a token begins with; 0 of what ends with the file and is empty.
fn first_byte(source: &str, token: Token) -> u8 {
    source.as_bytes().get(token.start).copied().unwrap_or(0)
}

/// The tokens of `start..end` but comments.
pub(crate) fn tokens(source: &str, start: usize, end: usize) -> Vec<Token> {
    tokens_from(&source[..end], start).collect()
}

/// The tokens from `at` on but comments.
pub(crate) fn tokens_from(source: &str, at: usize) -> impl Iterator<Item = Token> {
    let mut lexer = Lexer::new(source);
    lexer.restart(at);
    lexer.filter(|token| token.kind != Kind::Comment)
}

/// Closes the bracket that fits and those left open within it. Says whether there is one.
fn shut(stack: &mut Vec<Bracket>, close: u8) -> bool {
    let open = match close {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    };
    match stack.iter().rposition(|bracket| bracket.open == open) {
        // A `)` does not reach over the brace of a body.
        Some(place) if open == b'{' || !stack[place..].iter().any(|bracket| bracket.body) => {
            stack.truncate(place);
            true
        }
        _ => false,
    }
}

/// Whether the token begins a statement: one of its words, not used as the name of a column, an argument or a field.
fn begins_statement(source: &str, tokens: &[Token], index: usize) -> bool {
    let Some(token) = tokens.get(index) else { return false };
    let word = token.text(source);
    if token.kind != Kind::Word || !STATEMENTS.contains(&word) {
        return false;
    }
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    let next = tokens.get(index + 1).map_or("", |next| next.text(source));
    if before.is_some_and(|before| matches!(before.text(source), "." | "?.")) || matches!(next, ":" | "=" | "," | ".") {
        return false;
    }
    // `table |> save as entry`: a statement that is written like a step.
    if before.is_some_and(|before| before.text(source) == "|>") && !begins_line(source, token.start) {
        return false;
    }
    word != "for" || before.is_none_or(|before| begins_line(source, token.start) && ends_operand(source, before))
}

fn ends_operand(source: &str, token: &Token) -> bool {
    match token.kind {
        Kind::Word => !crate::words::is_reserved(token.text(source)),
        Kind::Open => token.text(source) == "{",
        Kind::Sign | Kind::Comment | Kind::Stray => false,
        _ => true,
    }
}

/// Whether only blanks stand on the line before a place.
pub(crate) fn begins_line(source: &str, at: usize) -> bool {
    let line = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    source[line..at].trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(cut: fn(&str, usize, usize) -> Body, source: &str) -> (Vec<&str>, bool) {
        let body = cut(source, 0, source.len());
        (body.chunks.into_iter().map(|chunk| source[chunk].trim()).collect(), body.close.is_some())
    }

    #[test]
    fn a_statement_ends_where_the_next_begins() {
        let source = "let a = f(b\n save a as c\n when d { track e\n run f() } track g(for: 1, let: 2) }";
        let expected = vec!["let a = f(b", "save a as c", "when d { track e\n run f() }", "track g(for: 1, let: 2)"];
        assert_eq!(pieces(statements, source), (expected, true));
    }

    #[test]
    fn a_for_within_an_expression_is_none() {
        let source = "let a = union(for x in y { x })\n for x in y { track x }\n";
        assert_eq!(
            pieces(statements, source),
            (vec!["let a = union(for x in y { x })", "for x in y { track x }"], false)
        );
    }

    #[test]
    fn entries_in_parentheses_end_with_them() {
        let source = "(a: f(b), c: [d]) e";
        let body = entries(source, 1, source.len());
        assert_eq!(body, Body { chunks: vec![1..8, 10..16], close: Some(16) });
    }

    #[test]
    fn entries_end_at_commas() {
        assert_eq!(pieces(entries, "a: f(b, c), d: [e], }"), (vec!["a: f(b, c)", "d: [e]"], true));
    }
}
