//! Characters and comments of other languages.

use gml_diagnostics::{Diagnostic, Fix};

use super::Scanner;
use crate::codes;
use crate::lexer::{Kind, Token};
use crate::recover::chunks::begins_line;

impl Scanner<'_> {
    /// Blanks out bytes, keeping line breaks.
    fn blank(&mut self, start: usize, end: usize) {
        let blanks = self.text.as_bytes()[start..end].iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' });
        self.repairs.push((start, blanks.collect()));
    }

    /// `// ..`, `/* .. */` and `-- ..`. Says whether the sign began one.
    pub(super) fn foreign_comment(&mut self, token: Token) -> bool {
        let rest = &self.text[token.start..];
        // Looked at first: this is asked at every sign, and the end of the line may be far.
        if !rest.starts_with("//") && !rest.starts_with("/*") && !rest.starts_with("-- ") {
            return false;
        }
        let line_end = token.start + rest.find('\n').unwrap_or(rest.len());
        let line_end = token.start + self.text[token.start..line_end].trim_end().len();
        let (end, sign) = if let Some(inner) = rest.strip_prefix("/*") {
            (token.start + inner.find("*/").map_or(rest.len(), |end| end + 4), "/* */")
        } else if rest.starts_with("//") && (!self.behind_operand() || self.is_prose(token.start + 2, line_end)) {
            (line_end, "//")
        } else if rest.starts_with("-- ")
            && (begins_line(self.text, token.start)
                || self.behind_operand() && self.is_prose(token.start + 3, line_end))
        {
            (line_end, "--")
        } else {
            return false;
        };
        let message = format!("`{sign}` is no comment in GML");
        let length = if sign == "--" || sign == "//" { 2 } else { end - token.start };
        let span = self.span(token.start, token.start + length);
        let mut diagnostic = Diagnostic::new(codes::FOREIGN_OPERATOR, span, message).help("a comment begins with `#`");
        if length == 2 {
            diagnostic = diagnostic.fix(Fix::safe(span, "#"));
        }
        self.report(diagnostic);
        self.blank(token.start, end);
        self.lexer.skip_to(end);
        true
    }

    /// Whether words stand side by side as they do in a sentence and never in a program. Where blanks are all that is left of a
    /// line, its end lies before the start.
    fn is_prose(&self, start: usize, end: usize) -> bool {
        let words: Vec<&str> = self.text.get(start..end).unwrap_or_default().split_whitespace().take(2).collect();
        let plain =
            |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !crate::words::is_reserved(word);
        words.len() == 2 && words.iter().all(plain)
    }

    /// A character of no meaning. Says whether it stands for a token after the repair.
    pub(super) fn stray(&mut self, token: Token) -> bool {
        let written = token.text(self.text);
        let character = written.chars().next().unwrap_or(' ');
        match character {
            ';' => {
                self.semicolon(token);
                false
            }
            '\'' => self.quoted(token, '\''),
            '\u{2018}' | '\u{2019}' => self.quoted(token, '\u{2019}'),
            '\u{201c}' | '\u{201d}' | '\u{201e}' => self.quoted(token, '\u{201d}'),
            _ if character.is_whitespace() || is_invisible(character) => {
                let message = format!("{} looks like a blank and is none", describe(character));
                self.unknown(token, &message, "replace it by an ordinary space", Some((" ", true)));
                self.blank(token.start, token.end);
                false
            }
            _ if character.is_alphanumeric() => {
                self.foreign_name(token);
                true
            }
            _ => {
                let message = format!("`{character}` has no meaning in GML");
                let message = if character.is_control() {
                    format!("{} has no meaning in GML", describe(character))
                } else {
                    message
                };
                let help = match character {
                    '$' => "a parameter or a `let` is written by its name alone; a column is written `.name`",
                    '`' => "a column is written `.name`; `named \"..\"` in its schema gives the name in the file",
                    '^' => "`**` is the power",
                    '~' => "`not` negates a condition",
                    '\\' => "newlines mean nothing, so nothing needs to be continued",
                    '\u{2264}' => "write `<=`",
                    '\u{2265}' => "write `>=`",
                    '\u{2260}' => "write `!=`",
                    '\u{2212}' | '\u{2013}' | '\u{2014}' => "write `-`",
                    '\u{d7}' => "write `*`",
                    '\u{2026}' => "write `..`",
                    '\u{2192}' => "write `->`",
                    _ => "leave it out, or put it into a text",
                };
                let written = help.strip_prefix("write `").and_then(|rest| rest.strip_suffix('`'));
                let instead = if character == '^' { Some("**") } else { written };
                self.unknown(token, &message, help, instead.map(|text| (text, false)));
                self.blank(token.start, token.end);
                self.fault(token.start);
                false
            }
        }
    }

    /// `;` between statements is nothing, between items it is read as a comma. The first of a declaration is told.
    fn semicolon(&mut self, token: Token) {
        let between_items = self.is_between_items();
        let (help, instead) = match between_items {
            true => ("items are separated by commas", ","),
            false => ("leave it out: every statement begins with a word of its own", ""),
        };
        if !self.semicolon {
            self.semicolon = true;
            self.unknown(token, "`;` has no meaning in GML", help, Some((instead, true)));
        }
        match between_items {
            true => self.repairs.push((token.start, vec![b','])),
            false => self.blank(token.start, token.end),
        }
    }

    /// Whether the innermost bracket holds items with commas between them, and no statements.
    fn is_between_items(&self) -> bool {
        let Some(open) = self.levels.last().and_then(|level| level.open) else { return false };
        if self.text.as_bytes()[open] != b'{' {
            return true;
        }
        let declared = self.scan.starts.last().and_then(|start| self.text.get(*start..open)).unwrap_or("");
        let of_entries =
            self.levels.len() == 2 && ["schema", "catalog", "env"].iter().any(|word| declared.starts_with(word));
        // A field or a column to make: a statement begins with a word of its own, which no sign follows.
        let first = self.text[open + 1..].trim_start();
        let behind = first.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
        of_entries || behind.len() < first.len() && behind.starts_with(['=', ':'])
    }

    /// `instead`: what to put in its place, and whether that keeps the meaning.
    fn unknown(&mut self, token: Token, message: &str, help: &str, instead: Option<(&str, bool)>) {
        let span = self.span(token.start, token.end);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CHARACTER, span, message).help(help);
        self.report(match instead {
            Some((text, safe)) => diagnostic.fix(Fix { safe, ..Fix::guess(span, text) }),
            None => diagnostic,
        });
    }

    /// A text in other quotes; read as one in ours.
    fn quoted(&mut self, token: Token, close: char) -> bool {
        let rest = &self.text[token.end..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let closing = line.char_indices().find(|(_, c)| *c == close || (*c == '"' && close == '\u{201d}'));
        let Some((length, found)) = closing else {
            let message = "this text has no closing quote";
            let help = "texts stand in double quotes and end on the line they begin on";
            let span = self.span(token.start, token.end);
            self.report(Diagnostic::new(codes::UNTERMINATED_TEXT, span, message).help(help));
            self.blank(token.start, token.end + line.len());
            self.fault(token.start);
            self.lexer.skip_to(token.end + line.len());
            return false;
        };
        let inner = &line[..length];
        let end = token.end + length + found.len_utf8();
        let span = self.span(token.start, end);
        let replacement = format!("\"{}\"", inner.replace('"', "\\\""));
        let diagnostic = if close == '\'' {
            Diagnostic::new(codes::SINGLE_QUOTES, span, "texts stand in double quotes")
        } else {
            Diagnostic::new(codes::UNKNOWN_CHARACTER, span, "curly quotes begin no text")
        };
        let safe = close == '\'' && !inner.contains(['\\', '"']);
        let fix = Fix { safe, ..Fix::guess(span, replacement.clone()) };
        self.report(diagnostic.help(format!("write {replacement}")).fix(fix));
        // The quotes go to the ends, so that the text keeps its place; what they took more is filled with blanks.
        let mut repair = vec![b'"'];
        repair.extend(
            inner.bytes().map(|byte| if matches!(byte, b'"' | b'\\') || !byte.is_ascii() { b'_' } else { byte }),
        );
        repair.resize(end - token.start - 1, b' ');
        repair.push(b'"');
        self.repairs.push((token.start, repair));
        self.lexer.skip_to(end);
        self.last = Some(Token { kind: Kind::Text, start: token.start, end });
        true
    }

    /// A name with letters beyond ASCII; read with `_` in their place.
    fn foreign_name(&mut self, token: Token) {
        let in_name = |c: char| c.is_alphanumeric() || c == '_' || ('\u{300}'..'\u{370}').contains(&c);
        let start = match self.last {
            Some(last) if last.kind == Kind::Word && last.end == token.start => last.start,
            _ => token.start,
        };
        let rest = &self.text[token.start..];
        let end = token.start + rest.find(|c| !in_name(c)).unwrap_or(rest.len());
        let name = &self.text[start..end];
        let message = format!("the name `{name}` has letters beyond a to z");
        let help = "names are made of a to z, A to Z, 0 to 9 and `_`; in a schema, `named \"..\"` keeps the name that the file has";
        let span = self.span(start, end);
        self.report(Diagnostic::new(codes::UNKNOWN_CHARACTER, span, message).help(help));
        let repair =
            self.text.as_bytes()[token.start..end].iter().map(|byte| if byte.is_ascii() { *byte } else { b'_' });
        self.repairs.push((token.start, repair.collect()));
        self.lexer.skip_to(end);
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

fn describe(character: char) -> String {
    let name = match character {
        '\u{a0}' => "a no-break space",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        '\u{3000}' => "an ideographic space",
        _ => "the character",
    };
    format!("{name} (U+{:04X})", u32::from(character))
}
