//! Habits from other languages, seen by the words around the place.

use gml_diagnostics::Code;

use super::{Place, Scene, foreign};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};

/// A habit that was recognised.
pub(super) struct Habit {
    pub code: Code,
    pub token: Token,
    pub message: String,
    pub help: String,
    /// What to put in which places, where that is known.
    pub edits: Vec<(Token, String)>,
}

impl Habit {
    pub fn new(code: Code, token: Token, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, token, message: message.into(), help: help.into(), edits: Vec::new() }
    }

    /// Puts something in the place of the token.
    pub fn instead(self, text: impl Into<String>) -> Self {
        let token = self.token;
        self.edit(token, text)
    }

    /// The same, where it is known what.
    fn instead_if(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.instead(text),
            None => self,
        }
    }

    /// Puts something in the place of any token.
    pub fn edit(mut self, token: Token, text: impl Into<String>) -> Self {
        self.edits.push((token, text.into()));
        self
    }
}

impl Scene<'_> {
    pub(super) fn habit(&self) -> Option<Habit> {
        self.of_head()
            .or_else(|| self.of_column())
            .or_else(|| self.of_inline_row())
            .or_else(|| self.of_statement())
            .or_else(|| self.of_block())
            .or_else(|| self.of_body())
            .or_else(|| self.foreign_word())
            .or_else(|| self.slip())
            .or_else(|| self.foreign_sign())
            .or_else(|| self.foreign_order())
    }

    pub(super) fn found_habit(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Option<Habit> {
        Some(Habit::new(code, self.found?, message, help))
    }

    pub(super) fn last_habit(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Option<Habit> {
        Some(Habit::new(code, self.last()?, message, help))
    }

    /// `table { day: date named "Day", unique [day] }`: what only a schema says.
    fn of_inline_row(&self) -> Option<Habit> {
        let open = self.open.filter(|open| open.text(self.source) == "{")?;
        let head = self.before.iter().rev().find(|token| token.end <= open.start)?;
        if head.text(self.source) != "table" {
            return None;
        }
        let help = "declare a `schema` with it, and write `table[Schema]`";
        match (self.back(1), self.found()) {
            (_, word @ ("named" | "parsed")) => {
                let message = format!("`{word}` says how a column is stored, and stands in a schema");
                self.found_habit(codes::UNEXPECTED_TOKEN, message, help)
            }
            ("unique", "[") => self.last_habit(codes::UNEXPECTED_TOKEN, "`unique` is a rule of a schema", help),
            _ => None,
        }
    }

    /// `def`, `return`, `SELECT`
    fn foreign_word(&self) -> Option<Habit> {
        let found = self.found();
        let no_word = |word: &str| format!("`{word}` is no word of GML");
        if self.outside {
            return None;
        }
        if self.next_declaration_due()
            && let Some(imported) = self.import_of_python()
        {
            return Some(imported);
        }
        if self.next_declaration_due()
            && self.next.is_some_and(|next| next.kind != Kind::Sign)
            && let Some(help) = foreign::help(&foreign::DECLARATIONS, found)
        {
            if crate::words::is_reserved(found) {
                let message = format!("`{found}` cannot stand outside of a body");
                return self.found_habit(codes::MISPLACED_STATEMENT, message, help);
            }
            let habit = self.found_habit(codes::FOREIGN_KEYWORD, no_word(found), help)?;
            return Some(habit.instead_if(foreign::declaration(found)));
        }
        // A word that was taken for a name, and then something that cannot follow a name.
        if let Some(last) = self.last().filter(|last| last.kind == Kind::Word) {
            let word = last.text(self.source);
            let sign = |token: Token| matches!(token.kind, Kind::Close | Kind::Sign) && token.text(self.source) != ".";
            let follows = self.found.is_some_and(|found| !sign(found));
            let begins = !self.behind_operand_at(2) || self.begins_line(last);
            if begins
                && follows
                && self.behind_value()
                && let Some(help) = foreign::help(&foreign::VALUES, word)
            {
                let habit = self.last_habit(codes::FOREIGN_KEYWORD, no_word(word), help)?;
                return Some(habit.instead_if(foreign::ours(word)));
            }
        }
        if self.expects(Rule::k_let) || self.expects(Rule::prefix) || self.statement_due() {
            let follows = |next: Token| matches!(next.kind, Kind::Word | Kind::Text | Kind::Number | Kind::Open);
            let help = foreign::help(&foreign::VALUES, found).filter(|_| self.next.is_some_and(follows))?;
            let habit = self.found_habit(codes::FOREIGN_KEYWORD, no_word(found), help)?;
            return Some(habit.instead_if(foreign::ours(found)));
        }
        None
    }

    fn behind_operand_at(&self, by: usize) -> bool {
        let token = self.before.len().checked_sub(by).and_then(|index| self.before.get(index));
        token.is_some_and(|token| match token.kind {
            Kind::Word => !crate::words::is_reserved(token.text(self.source)),
            Kind::Number | Kind::Text | Kind::Date | Kind::Close => true,
            _ => false,
        })
    }

    /// `x -> y`, `a ? b : c`, `x[0]`
    fn foreign_sign(&self) -> Option<Habit> {
        let found = self.found();
        let operator = codes::FOREIGN_OPERATOR;
        let behind = self.behind_value() && !self.outside;
        match found {
            "->" | "=>" if behind && (self.found_begins_line() || found == "->" && self.open.is_none()) => self
                .found_habit(operator, format!("`{found}` is written `|>` in GML"), "write `|>` before a step")
                .map(|habit| habit.instead("|>")),
            "->" | "=>" if behind => {
                let help = "an argument that speaks of rows is written by itself: `.items.find(.price > 3)`";
                self.found_habit(operator, format!("`{found}` makes no function in GML"), help)
            }
            "?" if behind => {
                self.found_habit(operator, "`? :` is no operator in GML", "write `if condition then a else b`")
            }
            ":" if behind && self.back(2) == "lambda" => {
                let help = "an argument that speaks of rows is written by itself: `.items.find(.price > 3)`";
                self.found_habit(codes::FOREIGN_KEYWORD, "GML has no `lambda`", help)
            }
            ":" if behind && self.in_format() => {
                let help = "round or convert the value in the braces: `{round(x, 2)}`";
                self.found_habit(operator, "an f-string has no format after `:`", help)
            }
            "[" if behind && self.touches() && self.next.is_some_and(|next| next.kind == Kind::Text) => {
                let name = self.text(self.next).trim_matches('"');
                let help =
                    format!("the column of the row at hand is written `.{name}`, as in `|> filter(.{name} > 0)`");
                self.found_habit(operator, "a column is not read with `[ ]`", help)
            }
            "[" if behind && self.touches() => self.found_habit(
                operator,
                "a value is not indexed with `[ ]`",
                "write `.at(0)` for an item of a list, `.field` for a field",
            ),
            "(" if behind && self.touches() => self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "only a name can be called",
                "bind the value with `let` and use its name",
            ),
            "," if (behind || self.expects(Rule::closing_round)) && !self.outside && self.in_group() => {
                let habit = self.found_habit(
                    codes::UNEXPECTED_TOKEN,
                    "there are no tuples: parentheses hold one value",
                    "write a list `[a, b]` or a record `{ first: a, second: b }`",
                )?;
                Some(match (self.open, self.shuts) {
                    (Some(open), Some(shuts)) => habit.edit(open, "[").edit(shuts, "]"),
                    _ => habit,
                })
            }
            "(" | "." | "not" if self.text(self.last()) == "|" && self.expects(Rule::name) => self
                .last_habit(operator, "`|` is written `or` in GML", "write `or` between conditions, `|>` before a step")
                .map(|habit| habit.instead("or")),
            _ if found.starts_with('@') && !found[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.found_habit(codes::UNEXPECTED_TOKEN, "GML has no decorators", "`@` begins a date: `@2021-01-26`")
            }
            "&" if behind => self
                .found_habit(operator, "`&` is written `and` in GML", "write `and`")
                .map(|habit| habit.instead("and")),
            "//" | "-" if self.is_comment(found) => {
                let sign = if found == "-" { "--" } else { found };
                let token = Token { end: self.found?.start + 2, ..self.found? };
                let message = format!("`{sign}` is no comment in GML");
                Some(Habit::new(operator, token, message, "a comment begins with `#`").instead("#"))
            }
            "|" if behind => self
                .found_habit(
                    operator,
                    "`|` is written `or` in GML",
                    "write `or` between conditions, `|>` before a step",
                )
                .map(|habit| habit.instead(if self.found_begins_line() { "|>" } else { "or" })),
            "!" if behind => self
                .found_habit(operator, "`!` is written `not` in GML", "`not` negates a condition")
                .map(|habit| habit.instead("not ")),
            _ => self.dangling_sign(),
        }
    }

    /// Whether a sign stands behind a whole statement or declaration, where only a comment can.
    fn is_comment(&self, sign: &str) -> bool {
        let doubled = sign == "//" || self.text(self.next) == "-";
        let whole = matches!(self.place, Place::Body | Place::Module) && self.open.is_none();
        doubled && whole && !self.behind_value() && !self.value_due()
    }

    /// Signs that lack what belongs to them.
    fn dangling_sign(&self) -> Option<Habit> {
        let last = self.text(self.last());
        let owner = self.before.len().checked_sub(2).and_then(|index| self.before.get(index));
        if last == "." && self.expects(Rule::any_name) {
            let name = owner.filter(|owner| owner.kind == Kind::Word).map(|owner| owner.text(self.source));
            let (message, help) = match name {
                Some(name) => (
                    "the name of a field is missing behind this dot".to_owned(),
                    format!("the column of the row at hand is written `.{name}`"),
                ),
                None => ("a name is missing behind this dot".to_owned(), "a column is written `.name`".to_owned()),
            };
            return self.last_habit(codes::UNEXPECTED_TOKEN, message, help);
        }
        if self.found() == "." && self.expects(Rule::column) && self.next.is_some_and(|next| next.kind == Kind::Number)
        {
            let help = "a number begins with a digit: write `0.5` for half of one";
            return Some(
                self.found_habit(codes::BAD_NUMBER, "digits are missing in front of this dot", help)?.instead("0."),
            );
        }
        if self.found() == "." && self.expects(Rule::column) {
            return self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "a name is missing behind this dot",
                "a column is written `.name`",
            );
        }
        if self.found() == "*" && matches!(last, "(" | "[" | ",") {
            let help = "name the columns; to leave some out write `|> drop([.a])`";
            return self.found_habit(codes::UNEXPECTED_TOKEN, "`*` does not stand for all columns", help);
        }
        if self.found() == "**" && matches!(last, "(" | ",") {
            return self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "arguments cannot be unpacked",
                "write them one by one, by name",
            );
        }
        None
    }

    /// Words of the language in the order of another one.
    fn foreign_order(&self) -> Option<Habit> {
        let found = self.found();
        if self.outside {
            return None;
        }
        let keyword = codes::FOREIGN_KEYWORD;
        let behind = self.behind_value();
        match found {
            "if" if behind && !self.found_begins_line() => self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "the condition of an `if` comes first",
                "write `if condition then a else b`",
            ),
            "for" if behind && !self.found_begins_line() => self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "a list is not made by a `for` behind the value",
                "write `for x in items { value }`",
            ),
            "{" if self.expects(Rule::k_then) => self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "an `if` has no braces: it is a value",
                "write `if condition then a else b`",
            ),
            "None" | "NULL" | "nil" if self.expects(Rule::k_null) => self
                .found_habit(keyword, format!("`{found}` is written `null` in GML"), "write `is null`")
                .map(|habit| habit.instead("null")),
            "AND" | "OR" | "NOT" | "IN" | "IS" | "LIKE" | "BETWEEN" if behind => {
                let help = comparing(found).unwrap_or_else(|| format!("write `{}`", found.to_lowercase()));
                let habit =
                    self.found_habit(codes::FOREIGN_OPERATOR, format!("`{found}` is no operator of GML"), help)?;
                let ours = found.to_lowercase();
                Some(if crate::words::is_reserved(&ours) { habit.instead(ours) } else { habit })
            }
            "xor" | "isnt" | "instanceof" | "isin" | "between" | "like" if behind => self.found_habit(
                codes::FOREIGN_OPERATOR,
                format!("`{found}` is no operator of GML"),
                comparing(found).unwrap_or_else(|| "write `!=`, `in` or a function".to_owned()),
            ),
            "desc" | "asc" | "DESC" | "ASC" | "descending" | "ascending" if behind && self.open.is_some() => {
                let word = found;
                let of = if self.back(2) == "." { format!(".{}", self.back(1)) } else { "..".to_owned() };
                let help = match word.to_lowercase().starts_with("desc") {
                    true => format!("write `desc({of})`"),
                    false => "leave it out: without `desc(..)` the smallest come first".to_owned(),
                };
                self.found_habit(keyword, format!("`{word}` does not stand behind its column"), help)
            }
            "as" if behind && self.place == Place::Body && self.open.is_none() => self.found_habit(
                codes::UNEXPECTED_TOKEN,
                "`as` belongs to `save`",
                "write `let name = value`, or `save value as entry`",
            ),
            "=" if self.expects(Rule::k_let) && self.behind_name() => {
                let name = self.text(self.last());
                self.last_habit(
                    codes::MISPLACED_STATEMENT,
                    "a binding begins with `let`",
                    format!("write `let {name} = ..`"),
                )
                .map(|habit| habit.instead(format!("let {name}")))
            }
            _ if self.found.is_some_and(|found| found.kind == Kind::Word)
                && self.text(self.next) == "="
                && self.expects(Rule::k_let) =>
            {
                self.found_habit(
                    codes::MISPLACED_STATEMENT,
                    "a binding begins with `let`",
                    format!("write `let {found} = ..`"),
                )
                .map(|habit| habit.instead(format!("let {found}")))
            }
            _ if behind
                && self.open.is_none()
                && self.found.is_some_and(|found| found.kind == Kind::Word)
                && self.text(self.next) == "=" =>
            {
                let message = format!("`{found} = ..` stands by itself");
                let help = format!(
                    "write `let {found} = ..` for a value; columns are made in braces behind a step: `|> derive {{ {found} = .. }}`"
                );
                self.found_habit(codes::MISPLACED_STATEMENT, message, help)
            }
            _ if self.found.is_some_and(|found| found.kind == Kind::Text)
                && self.open.is_some_and(|open| open.text(self.source) == "{")
                && matches!(self.text(self.last()), "{" | ",")
                && self.text(self.next) == ":" =>
            {
                let name = found.trim_matches('"');
                self.found_habit(
                    codes::UNEXPECTED_TOKEN,
                    "the keys of a record are names, not texts",
                    format!("write `{{ {name}: .. }}`"),
                )
                .map(|habit| habit.instead(name))
            }
            _ => None,
        }
    }

    fn behind_name(&self) -> bool {
        self.last().is_some_and(|last| last.kind == Kind::Word)
    }

    /// Whether no blank stands before the token found.
    fn touches(&self) -> bool {
        matches!((self.last(), self.found), (Some(last), Some(found)) if last.end == found.start)
    }

    /// Whether the innermost bracket is a `(` around one value.
    fn in_group(&self) -> bool {
        self.open.is_some_and(|open| open.text(self.source) == "(" && !self.is_call(open))
    }

    /// Whether a `(` belongs to a call.
    fn is_call(&self, open: Token) -> bool {
        let index = self.before.partition_point(|token| token.start < open.start);
        index
            .checked_sub(1)
            .and_then(|index| self.before.get(index))
            .is_some_and(|before| before.kind == Kind::Word && !crate::words::is_reserved(before.text(self.source)))
    }

    /// Whether the innermost bracket is that of an f-string.
    fn in_format(&self) -> bool {
        self.open.is_some_and(|open| {
            let index = self.before.partition_point(|token| token.start < open.start);
            index
                .checked_sub(1)
                .and_then(|index| self.before.get(index))
                .is_some_and(|before| before.kind == Kind::Text && before.end == open.start)
        })
    }
}

/// How a condition of other languages is written.
fn comparing(word: &str) -> Option<String> {
    let help = match word.to_lowercase().as_str() {
        "like" => "write `.name.has_text(\"..\")`, `.name.starts_with(\"..\")` or `.name.matches(r\"..\")`",
        "between" => "write `.x in low..high`, which has both ends in",
        "isin" => "write `.x in [..]`",
        "isnt" | "xor" => "write `!=`",
        _ => return None,
    };
    Some(help.to_owned())
}
