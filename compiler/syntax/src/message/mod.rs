//! What to say where the grammar could not go on.

mod blocks;
mod bodies;
mod entries;
mod expected;
mod foreign;
mod habits;
mod heads;
mod slips;

use gml_diagnostics::{Code, Diagnostic, FileId, Fix, Span};

use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};
use crate::parse::Failure;
use crate::recover::chunks::{begins_line, tokens, tokens_from};
use crate::scan::MAX_NESTING;
use crate::words::{DECLARATIONS, STATEMENTS, is_reserved};

/// What was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A declaration.
    Module,
    /// A statement of a pipeline or a test.
    Body,
    /// The result of a node.
    NodeBody,
    /// An entry of a schema, a catalog or an env.
    Entry,
    /// An expression on its own.
    Expression,
}

/// A piece of a file that could not be read.
pub(crate) struct Trouble<'t> {
    pub file: FileId,
    pub source: &'t str,
    pub start: usize,
    pub end: usize,
    pub failure: &'t Failure<'t>,
    pub place: Place,
}

/// The neighbourhood of the place where reading stopped.
struct Scene<'t> {
    source: &'t str,
    place: Place,
    expected: &'t [Rule],
    /// Tokens before the place, all within the piece.
    before: Vec<Token>,
    /// The token at the place; none at the end of the file.
    found: Option<Token>,
    /// Whether the token found lies behind the piece.
    outside: bool,
    /// The token behind it.
    next: Option<Token>,
    /// The innermost bracket that is open there.
    open: Option<Token>,
    /// What closes the token found, where that is a bracket.
    closes: Option<Token>,
    /// What closes the innermost bracket.
    shuts: Option<Token>,
}

impl Trouble<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    fn span_of(&self, token: Option<Token>) -> Span {
        let end = self.source.trim_end().len();
        token.map_or_else(|| self.span(end, end), |token| self.span(token.start, token.end))
    }

    /// The message for the piece.
    pub fn diagnostic(&self) -> Diagnostic {
        let scene = self.scene();
        let at = self.span_of(scene.found);
        if self.failure.exhausted {
            let message = format!("this is nested more than {MAX_NESTING} deep");
            return Diagnostic::new(codes::NESTING_TOO_DEEP, at, message)
                .help("bind an inner part to a name with `let`");
        }
        if let Some(habit) = scene.habit() {
            let span = |token| self.span_of(Some(token));
            let diagnostic = Diagnostic::new(habit.code, span(habit.token), habit.message).help(habit.help);
            let mut edits = habit.edits.into_iter();
            return match edits.next() {
                Some((token, text)) => {
                    let first = Fix::guess(span(token), text);
                    diagnostic.fix(edits.fold(first, |fix, (token, text)| fix.and(span(token), text)))
                }
                None => diagnostic,
            };
        }
        scene
            .bracket(self)
            .or_else(|| scene.reserved(self))
            .or_else(|| scene.comma(self))
            .unwrap_or_else(|| scene.unexpected(self))
    }

    fn scene(&self) -> Scene<'_> {
        let all = tokens(self.source, self.start, self.end);
        let at = all.partition_point(|token| token.end <= self.failure.at);
        let mut open: Vec<Token> = Vec::new();
        for token in &all[..at] {
            match token.kind {
                Kind::Open => open.push(*token),
                Kind::Close => {
                    open.pop();
                }
                _ => {}
            }
        }
        let opened = open.last().map_or(all.len(), |open| all.partition_point(|token| token.start < open.start));
        let mut behind = tokens_from(self.source, self.end.max(self.failure.at));
        let found = all.get(at).copied().or_else(|| behind.next());
        let next = all.get(at + 1).copied().or_else(|| behind.next());
        Scene {
            source: self.source,
            place: self.place,
            expected: &self.failure.expected,
            before: all[..at].to_vec(),
            found,
            outside: all.len() <= at,
            next,
            open: open.last().copied(),
            closes: closing(all.get(at..).unwrap_or_default()),
            shuts: closing(all.get(opened..).unwrap_or_default()),
        }
    }
}

/// Whether a declaration of another language begins with the word, which has one word here.
pub(crate) fn declares_elsewhere(word: &str) -> bool {
    foreign::declaration(word).is_some()
}

/// `function name(..) { .. }`
pub(crate) fn function_of_elsewhere(span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::FOREIGN_KEYWORD, span, "`function` is no word of GML");
    match foreign::help(&foreign::DECLARATIONS, "function") {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A word of the language that is used as a name, and where that name is used further on.
pub(crate) fn reserved_word(word: &str, span: Span, uses: &[Span]) -> Diagnostic {
    let message = format!("`{word}` is a word of the language and cannot be used as a name here");
    let help = match word {
        "test" | "env" | "param" | "schema" | "catalog" | "node" | "run" | "match" | "connection" => {
            format!("choose another name, such as `{word}_`; columns, fields and arguments may be called `{word}`")
        }
        _ => format!("choose another name, such as `{word}_`"),
    };
    let other = format!("{word}_");
    let fix = uses.iter().fold(Fix::guess(span, other.clone()), |fix, place| fix.and(*place, other.clone()));
    Diagnostic::new(codes::RESERVED_WORD, span, message).help(help).fix(fix)
}

/// What closes the bracket that these begin with.
fn closing(tokens: &[Token]) -> Option<Token> {
    let mut depth = 0_usize;
    for token in tokens {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return (token.kind == Kind::Close).then_some(*token);
        }
    }
    None
}

impl<'t> Scene<'t> {
    fn text(&self, token: Option<Token>) -> &'t str {
        token.map_or("", |token| token.text(self.source))
    }

    fn found(&self) -> &'t str {
        self.text(self.found)
    }

    fn last(&self) -> Option<Token> {
        self.before.last().copied()
    }

    /// The token before by so many.
    fn back(&self, by: usize) -> &'t str {
        self.text(self.before.len().checked_sub(by).and_then(|index| self.before.get(index)).copied())
    }

    /// Whether what stands before can end an expression.
    fn behind_operand(&self) -> bool {
        self.last().is_some_and(|last| match last.kind {
            Kind::Word => {
                !is_reserved(last.text(self.source)) || matches!(last.text(self.source), "true" | "false" | "null")
            }
            Kind::Number | Kind::Date | Kind::Text | Kind::Close => true,
            _ => false,
        })
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether a value was read that the place could go on from, by an operator or otherwise.
    fn behind_value(&self) -> bool {
        const ON: [Rule; 6] = [Rule::infix, Rule::null_test, Rule::pipe, Rule::member, Rule::arguments, Rule::columns];
        self.behind_operand() && ON.iter().any(|rule| self.expects(*rule))
    }

    /// Whether a value is due.
    fn value_due(&self) -> bool {
        const VALUES: [Rule; 4] = [Rule::prefix, Rule::column, Rule::expression, Rule::label];
        VALUES.iter().any(|rule| self.expects(*rule))
    }

    /// Whether a declaration is due.
    fn declaration_due(&self) -> bool {
        let due = [Rule::item, Rule::k_node, Rule::EOI];
        self.place == Place::Module
            && due.iter().any(|rule| self.expects(*rule))
            && !self.expects(Rule::assign)
            && !self.behind_value()
    }

    /// Whether a declaration may be due: behind one that ends with a value, on a line of its own.
    fn next_declaration_due(&self) -> bool {
        let is_word = self.found.is_some_and(|found| found.kind == Kind::Word);
        let behind_one = self.place == Place::Module && self.open.is_none() && self.behind_value();
        self.declaration_due() || behind_one && is_word && self.found_begins_line()
    }

    /// What was found, in words.
    fn found_words(&self) -> String {
        self.words(self.found)
    }

    fn words(&self, token: Option<Token>) -> String {
        let Some(token) = token else { return "the end of the file".to_owned() };
        let text = token.text(self.source);
        match token.kind {
            Kind::Text | Kind::OpenText => "a text".to_owned(),
            Kind::Number => format!("the number `{text}`"),
            Kind::Word if is_reserved(text) => format!("the word `{text}`"),
            _ => format!("`{text}`"),
        }
    }

    /// Whether the token found begins a line.
    fn found_begins_line(&self) -> bool {
        self.found.is_none_or(|found| self.begins_line(found))
    }

    /// Whether the token found is a statement or a declaration on a line of its own, or there is none.
    fn next_begins_line(&self) -> bool {
        let found = self.found();
        let begins = STATEMENTS.contains(&found) || DECLARATIONS.contains(&found) && is_reserved(found);
        self.found_begins_line() && (self.found.is_none() || begins)
    }

    fn begins_line(&self, token: Token) -> bool {
        begins_line(self.source, token.start)
    }

    /// Where something is missing, and its place in words: before what was found, or at the end of the line above, which is
    /// the one to mend.
    fn gap(&self, trouble: &Trouble<'_>) -> (Span, String) {
        match self.last() {
            Some(last) if self.found_begins_line() && self.found.is_some() => {
                (trouble.span(last.start, last.end), format!("behind {}", self.words(Some(last))))
            }
            _ => (trouble.span_of(self.found), format!("before {}", self.found_words())),
        }
    }

    /// A bracket that is not closed, or closed by another, or never opened.
    fn bracket(&self, trouble: &Trouble<'_>) -> Option<Diagnostic> {
        let found = self.found();
        let is_close = self.found.is_some_and(|token| token.kind == Kind::Close) && !self.outside;
        let Some(open) = self.open else {
            if !is_close || self.outside || !(self.behind_operand() || self.before.is_empty()) {
                return None;
            }
            let message = format!("this `{found}` closes nothing");
            let help = "leave it out, or open what it closes";
            let span = trouble.span_of(self.found);
            let fix = Fix::guess(span, "");
            return Some(Diagnostic::new(codes::UNMATCHED_DELIMITER, span, message).help(help).fix(fix));
        };
        let opening = open.text(self.source);
        let closing = match opening {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        let ends = self.outside || self.found.is_none();
        let word = STATEMENTS.contains(&found) || DECLARATIONS.contains(&found) && is_reserved(found);
        let statement = word && self.found_begins_line() && !(opening == "{" && self.expects(Rule::k_let));
        let wrong_close = is_close && found != closing && (self.behind_operand() || self.text(self.last()) == ",");
        let goes_on = self.text(self.last()) == "," && matches!(found, "|>" | ">>" | "??");
        let before_entry = self.ends_save() && self.behind_operand();
        if !(ends || wrong_close || goes_on || before_entry || statement && self.behind_operand()) {
            return None;
        }
        let (mut span, place) = self.gap(trouble);
        let message = match self.found {
            None => format!("a `{closing}` is missing where the file ends"),
            Some(_) if wrong_close => {
                span = trouble.span_of(self.found);
                format!("`{found}` does not close `{opening}`: a `{closing}` is missing")
            }
            Some(_) => format!("a `{closing}` is missing {place}"),
        };
        let label = format!("this `{opening}` is never closed");
        let code = codes::UNCLOSED_DELIMITER;
        let diagnostic = Diagnostic::new(code, span, message);
        let diagnostic = diagnostic.and(trouble.span(open.start, open.end), label);
        let end = self.last().map_or(open.end, |last| last.end);
        let fix = Fix::guess(trouble.span(end, end), closing).titled(format!("close it with `{closing}`"));
        Some(diagnostic.help(format!("close it with `{closing}`")).fix(fix))
    }

    /// A word of the language where a name is due.
    fn reserved(&self, trouble: &Trouble<'_>) -> Option<Diagnostic> {
        let found = self.found();
        let due = self.expects(Rule::name) && !self.outside && is_reserved(found);
        let alone =
            !self.expects(Rule::prefix) || !self.found_begins_line() && !matches!(found, "then" | "else" | "as" | "in");
        if !due || !alone || self.behind_value() {
            return None;
        }
        Some(reserved_word(found, trouble.span_of(self.found), &[]))
    }

    /// Two items side by side.
    fn comma(&self, trouble: &Trouble<'_>) -> Option<Diagnostic> {
        let found = self.found?;
        let begins_item = match found.kind {
            Kind::Word => !matches!(found.text(self.source), "then" | "else" | "as" | "and" | "or" | "is" | "in"),
            Kind::Number | Kind::Date | Kind::Text => true,
            Kind::Open => found.text(self.source) != "(",
            Kind::Sign => {
                found.text(self.source) == "." || found.text(self.source) == ".." && self.place == Place::Entry
            }
            _ => false,
        };
        let listed = match self.open.map(|open| open.text(self.source)) {
            Some("{") => ![Rule::k_let, Rule::for_end, Rule::format_end].iter().any(|rule| self.expects(*rule)),
            Some(_) => true,
            None => self.place == Place::Entry,
        };
        let last = self.last()?;
        if self.outside || !begins_item || !listed || !self.behind_operand() && last.kind != Kind::Word {
            return None;
        }
        if !(self.behind_value() || self.ends_item()) {
            return None;
        }
        let span = trouble.span(last.end, last.end);
        let (at, place) = self.gap(trouble);
        let message = format!("a `,` is missing {place}");
        let fix = Fix::guess(span, ",");
        let diagnostic = Diagnostic::new(codes::MISSING_COMMA, at, message);
        Some(diagnostic.help("items are separated by commas").fix(fix))
    }

    /// Whether what was read could be an item of its own (a column with its type, a name in a list).
    fn ends_item(&self) -> bool {
        const ENDS: [Rule; 9] = [
            Rule::contract,
            Rule::nullable,
            Rule::type_sign,
            Rule::closing_square,
            Rule::closing_round,
            Rule::renamed,
            Rule::named,
            Rule::binding_sign,
            Rule::type_arguments,
        ];
        ENDS.iter().any(|rule| self.expects(*rule)) && !self.expects(Rule::colon)
    }

    fn unexpected(&self, trouble: &Trouble<'_>) -> Diagnostic {
        let due = self.due();
        let is_sign = due.starts_with('`') && self.code() == codes::UNEXPECTED_TOKEN && !self.outside;
        let (span, message) = match self.last() {
            Some(_) if is_sign && self.found_begins_line() && self.found.is_some() => {
                let (span, place) = self.gap(trouble);
                (span, format!("{due} is due {place}, but the next line begins with {}", self.found_words()))
            }
            Some(last) if self.ends_early(last) => {
                let place = self.words(Some(last));
                (trouble.span(last.start, last.end), format!("{due} is due behind {place}"))
            }
            _ => (trouble.span_of(self.found), format!("{due} is due here, but there is {}", self.found_words())),
        };
        let diagnostic = Diagnostic::new(self.code(), span, message);
        let diagnostic = match (self.open, self.closer()) {
            (Some(open), Some(close)) if due.contains(close) => {
                let label = format!("this `{}` is still open", open.text(self.source));
                diagnostic.and(trouble.span(open.start, open.end), label)
            }
            _ => diagnostic,
        };
        match self.advice() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// Whether something is due behind a sign or a word, and the line ends there, so that it is the one to mend.
    fn ends_early(&self, last: Token) -> bool {
        let wants = last.kind == Kind::Sign || last.kind == Kind::Word && is_reserved(last.text(self.source));
        let shut = self.found_begins_line() && self.found.is_some_and(|found| found.kind == Kind::Close);
        let due = self.value_due() || self.expects(Rule::name);
        wants && due && (self.next_begins_line() && self.found.is_some() || shut)
    }

    fn code(&self) -> Code {
        let found = self.found();
        if (self.declaration_due() || self.place == Place::Module && self.behind_value()) && STATEMENTS.contains(&found)
        {
            return codes::MISPLACED_STATEMENT;
        }
        if self.place != Place::Module && DECLARATIONS.contains(&found) && is_reserved(found) && !self.outside {
            return codes::MISPLACED_DECLARATION;
        }
        codes::UNEXPECTED_TOKEN
    }
}
