//! One pass over a file before it is parsed: where its declarations begin, which comments it has, how deep its brackets
//! go, and what in it is no word of the language at all.
//!
//! What has a meaning in other languages only (`;`, 'single quotes', `/* */`) is reported here and blanked out in a copy
//! of the text, byte for byte, so that the rest is read as though it were right.

mod again;
mod strays;

use std::ops::Range;

use gml_diagnostics::{Diagnostic, FileId, Span};

use crate::ast::Text;
use crate::codes;
use crate::docs::Comment;
use crate::lexer::{Kind, Lexer, Token};
use crate::message;
use crate::words::{DECLARATIONS, begins_declaration};

pub(crate) use again::{Again, scan_again};

/// How deep brackets may nest, and how deep `if`, `match` and `for`.
pub(crate) const MAX_NESTING: usize = 64;

/// A place that was reported: whatever else is wrong around it follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub at: usize,
    /// Nested so deep that it must not be parsed at all.
    pub deep: bool,
}

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub comments: Vec<Comment>,
    /// Where a declaration begins; before all of them, where something begins that is none.
    pub starts: Vec<usize>,
    /// For each of these, whether nothing that was read before it matters from there on.
    pub fresh: Vec<bool>,
    /// In the order of their places.
    pub faults: Vec<Fault>,
    pub diagnostics: Vec<Diagnostic>,
    /// The text to parse, where it differs.
    pub repaired: Option<String>,
}

/// A bracket that is open.
struct Level {
    /// `if`, `match` and `for` that are open in it.
    words: usize,
    /// Where the bracket stands; none around all.
    open: Option<usize>,
}

struct Scanner<'t> {
    file: FileId,
    text: &'t str,
    lexer: Lexer<'t>,
    levels: Vec<Level>,
    /// Equal in length to what they replace.
    repairs: Vec<(usize, Vec<u8>)>,
    scan: Scan,
    /// The last token that is no comment.
    last: Option<Token>,
    /// How far the line is indented on which the declaration at hand begins.
    indentation: usize,
    /// Only `allow(..)` and `tags(..)` were read of the declaration at hand.
    only_allow: bool,
    /// In the declaration at hand: nesting was reported; `;` was reported.
    deep: bool,
    semicolon: bool,
}

/// Looks through a file from `start` on.
pub(crate) fn scan(file: FileId, text: &str, start: usize) -> Scan {
    let mut scanner = Scanner::new(file, text, start);
    if start == 0 && text.starts_with('\u{feff}') {
        scanner.repairs.push((0, vec![b' '; 3]));
        scanner.lexer.skip_to(3);
    }
    while let Some(token) = scanner.lexer.next() {
        scanner.token(token);
    }
    scanner.finish()
}

impl<'t> Scanner<'t> {
    fn new(file: FileId, text: &'t str, start: usize) -> Self {
        let mut lexer = Lexer::new(text);
        lexer.skip_to(start);
        Self {
            file,
            text,
            lexer,
            levels: vec![Level { words: 0, open: None }],
            repairs: Vec::new(),
            scan: Scan::default(),
            last: None,
            indentation: 0,
            only_allow: false,
            deep: false,
            semicolon: false,
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.scan.diagnostics.push(diagnostic);
    }

    fn fault(&mut self, at: usize) {
        self.scan.faults.push(Fault { at, deep: false });
    }

    fn token(&mut self, token: Token) {
        match token.kind {
            Kind::Comment => {
                let text = Text::from(token.text(self.text).trim_end());
                let end = token.start + text.len();
                self.scan.comments.push(Comment { span: self.span(token.start, end), text });
                return;
            }
            Kind::Word => self.word(token),
            Kind::Open => self.open(token),
            Kind::Close => {
                if self.levels.len() > 1 {
                    self.levels.pop();
                }
            }
            Kind::OpenText => self.open_text(token),
            Kind::Sign => match self.text.as_bytes()[token.start] {
                b',' => self.reset_words(),
                b'/' | b'-' if self.foreign_comment(token) => return,
                _ => {}
            },
            Kind::Stray => {
                if !self.stray(token) {
                    return;
                }
            }
            Kind::Number | Kind::Date | Kind::Text => {}
        }
        if self.scan.starts.is_empty() {
            self.begin(token.start);
        }
        self.last = Some(token);
    }

    /// Notes that a declaration, or what stands for one, begins.
    fn begin(&mut self, at: usize) {
        self.scan.starts.push(at);
        self.scan.fresh.push(self.lexer.is_outside());
        self.indentation = self.text[..at].len() - self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        self.levels.truncate(1);
        self.reset_words();
        self.deep = false;
        self.semicolon = false;
    }

    fn reset_words(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.words = 0;
        }
    }

    fn word(&mut self, token: Token) {
        let word = token.text(self.text);
        let behind_dot = |last: &Token| last.kind == Kind::Sign && matches!(last.text(self.text), "." | "?.");
        if let Some(dot) = self.last.filter(behind_dot) {
            // A name that is still to be typed: what begins the next line is not it.
            let is_next = begins_declaration(word) && self.text[dot.end..token.start].contains('\n');
            if is_next {
                self.declaration(token, word);
            }
            return;
        }
        match word {
            "if" | "match" | "for" => {
                let last = self.last.map_or("", |last| last.text(self.text));
                if word == "if" && last == "else" {
                    return;
                }
                if self.behind_operand() {
                    self.reset_words();
                }
                if let Some(level) = self.levels.last_mut() {
                    level.words += 1;
                }
                self.check_nesting(token);
            }
            "let" | "save" | "track" | "expect" | "when" | "run" => self.reset_words(),
            _ if begins_declaration(word) && !self.names_a_loop(token, word) => self.declaration(token, word),
            _ if self.begins_elsewhere(token, word) => {
                self.only_allow = false;
                self.begin(token.start);
            }
            _ => {}
        }
    }

    /// `for window in (..)`: a word that is an ordinary name too is one here.
    fn names_a_loop(&self, token: Token, word: &str) -> bool {
        let behind_for = self.last.is_some_and(|last| last.text(self.text) == "for");
        behind_for && !crate::words::is_reserved(word) && self.text[token.end..].trim_start().starts_with("in")
    }

    /// `def f(..)` at the beginning of a line, behind what is complete: a declaration in the words of another language, which is told
    /// by itself. Two names behind each other stand nowhere else.
    fn begins_elsewhere(&self, token: Token, word: &str) -> bool {
        let is_first = token.start == 0 || self.text[..token.start].ends_with('\n');
        let rest = self.text[token.end..].trim_start_matches([' ', '\t']);
        let name = &rest[..rest.bytes().position(|byte| !crate::lexer::is_word_byte(byte)).unwrap_or(rest.len())];
        is_first
            && self.levels.len() == 1
            && !self.scan.starts.is_empty()
            && message::declares_elsewhere(word)
            && !name.is_empty()
            && is_name(name)
            && !crate::words::is_reserved(name)
            && !crate::words::CONTEXTUAL.contains(&name)
            && (self.behind_operand()
                || self.behind_type()
                || self.last.is_some_and(|last| last.text(self.text) == ":"))
    }

    /// Whether what was read last can end an expression.
    fn behind_operand(&self) -> bool {
        self.last.is_some_and(|last| match last.kind {
            Kind::Word => {
                let word = last.text(self.text);
                !crate::words::is_reserved(word) || matches!(word, "true" | "false" | "null")
            }
            Kind::Number | Kind::Date | Kind::Text | Kind::OpenText | Kind::Close => true,
            // `80%`: what could follow a remainder does not follow here.
            Kind::Sign => {
                last.text(self.text) == "%" && self.text[..last.start].ends_with(|c: char| c.is_ascii_digit())
            }
            _ => false,
        })
    }

    /// Whether what was read last ends a type and no expression: `int?`, `table[R] in test`.
    fn behind_type(&self) -> bool {
        self.last.is_some_and(|last| matches!(last.text(self.text), "?" | "test"))
    }

    /// Begins a declaration where one stands outside of all brackets, or where the one before it was never closed.
    fn declaration(&mut self, token: Token, word: &str) {
        let line = self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
        let own_line = self.text[line..token.start].bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        let outside = self.levels.len() == 1;
        // A name elsewhere, and a function of that name may be called: where a value is due.
        if word == "tags" && !self.scan.starts.is_empty() && !self.behind_operand() && !self.behind_type() {
            return;
        }
        if !(outside || own_line && token.start - line <= self.indentation)
            || !reads_like_declaration(self.text, word, token.end)
        {
            return;
        }
        if self.only_allow && outside {
            self.only_allow = matches!(word, "allow" | "tags");
            return;
        }
        self.only_allow = matches!(word, "allow" | "tags");
        if !outside {
            self.lexer.restart(token.end);
        }
        self.begin(token.start);
    }

    fn open(&mut self, token: Token) {
        self.levels.push(Level { words: 0, open: Some(token.start) });
        self.check_nesting(token);
    }

    fn check_nesting(&mut self, token: Token) {
        if self.deep {
            return;
        }
        let words: usize = self.levels.iter().map(|level| level.words).sum();
        if self.levels.len() - 1 > MAX_NESTING || words > MAX_NESTING {
            self.deep = true;
            let message = format!("this is nested more than {MAX_NESTING} deep");
            let help = "bind an inner part to a name with `let`, or move it into a function of its own";
            self.report(
                Diagnostic::new(codes::NESTING_TOO_DEEP, self.span(token.start, token.end), message).help(help),
            );
            self.scan.faults.push(Fault { at: token.start, deep: true });
        }
    }

    /// A text without its closing quote.
    fn open_text(&mut self, token: Token) {
        // Behind the `}` of an f-string the quote that opened it is not at hand.
        let behind = !token.text(self.text).trim_start_matches(['f', 'r']).starts_with('"');
        let start = if behind { self.lexer.format_start } else { token.start };
        let opening = self.text[start..].trim_start_matches(['f', 'r']);
        let block = opening.starts_with("\"\"\"");
        if !block {
            let message = "this text has no closing quote";
            let help = "a text ends on the line it begins on; for several lines write `\"\"\"`";
            self.report(Diagnostic::new(codes::UNTERMINATED_TEXT, self.span(start, token.end), message).help(help));
            self.fault(token.start);
            return;
        }
        let message = "this text is never closed";
        let span = self.span(start, self.text.len() - opening.len() + 3);
        self.report(Diagnostic::new(codes::UNTERMINATED_TEXT, span, message).help("close it with `\"\"\"`"));
        self.fault(token.start);
        // It cannot have been meant to hold the rest of the program.
        let mut line = token.start;
        while let Some(newline) = self.text[line..token.end].find('\n') {
            line += newline + 1;
            let end =
                self.text[line..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |end| line + end);
            let word = self.text.get(line..end).unwrap_or("");
            if DECLARATIONS.contains(&word) && reads_like_declaration(self.text, word, end) {
                self.levels.truncate(1);
                self.lexer.restart(line);
                return;
            }
        }
    }

    fn finish(mut self) -> Scan {
        if !self.repairs.is_empty() {
            let mut bytes = self.text.as_bytes().to_vec();
            for (at, replacement) in &self.repairs {
                if let Some(place) = bytes.get_mut(*at..*at + replacement.len()) {
                    place.copy_from_slice(replacement);
                }
            }
            // Repairs replace whole characters by ASCII, so this always is a text.
            self.scan.repaired = String::from_utf8(bytes).ok();
        }
        self.scan
    }
}

/// Where the words stand between `test` and the brace of its body, if they stand there without quotes, on one line.
pub(crate) fn unquoted_name(text: &str, end: usize) -> Option<Range<usize>> {
    let line = text.get(end..)?.lines().next()?;
    let words = line.split_once('{')?.0.trim_end().trim_end_matches("()");
    let start = end + words.len() - words.trim_start().len();
    let mut each = words.split_whitespace();
    let named = each.next().is_some_and(|word| is_name(word) && !crate::words::is_reserved(word))
        && each.all(|word| is_name(word) && !begins_declaration(word));
    named.then_some(start..end + words.len())
}

fn is_name(word: &str) -> bool {
    word.bytes().all(crate::lexer::is_word_byte) && !word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether names in parentheses are followed by the word of a declaration.
fn marks_declaration(rest: &str) -> bool {
    let mut tokens = Lexer::new(rest).filter(|token| token.kind != Kind::Comment);
    if tokens.next().is_none_or(|token| token.text(rest) != "(") {
        return false;
    }
    let mut inner = tokens.by_ref().take_while(|token| token.text(rest) != ")");
    if !inner.all(|token| token.kind == Kind::Word || token.text(rest) == ",") {
        return false;
    }
    // While it is being written nothing stands behind it yet.
    tokens.next().is_none_or(|token| DECLARATIONS.contains(&token.text(rest)))
}

/// Whether a declaration's word is followed by what follows it in a declaration. Reserved words stand before a name
/// nowhere else; `type`, `window` and their like are ordinary names too.
pub(crate) fn reads_like_declaration(text: &str, word: &str, end: usize) -> bool {
    let rest = text[end..].trim_start();
    match word {
        "test" => rest.starts_with(['"', '\'', '\u{201c}']) || unquoted_name(text, end).is_some(),
        "catalog" => rest.starts_with(['{', '(', '[']),
        "allow" => rest.starts_with('('),
        "tags" => marks_declaration(rest),
        _ => {
            let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let behind = rest[name..].trim_start();
            name > 0
                && !rest.starts_with(|c: char| c.is_ascii_digit())
                && match word {
                    "type" => behind.starts_with('=') && !behind.starts_with("=="),
                    "operator" | "function" | "aggregate" | "window" => behind.starts_with(['[', '(']),
                    _ => true,
                }
        }
    }
}
