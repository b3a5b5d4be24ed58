//! Statements and values in the spelling of other languages, seen by the words and signs around the place.

use super::habits::Habit;
use super::{Place, Scene};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};

/// Clauses of a query, which stand behind a table here too, as steps.
const CLAUSES: [(&[&str], &str); 8] = [
    (&["where", "having"], "filter(.x > 0)"),
    (&["order"], "sort(.x)"),
    (&["group"], "group(by: [.x]) { n = count() }"),
    (&["limit"], "take(10)"),
    (&["join"], "join(other, on: [.id])"),
    (&["inner", "left", "right", "outer"], "join(other, on: [.id], how: left)"),
    (&["union"], "union(other)"),
    (&["window", "over", "partition"], "derive(over: [.x], order: [.time]) { n = row_number() }"),
];

impl Scene<'_> {
    pub(super) fn of_body(&self) -> Option<Habit> {
        if let Some(habit) = self.type_in_angles_of_entry() {
            return Some(habit);
        }
        if self.outside {
            return None;
        }
        self.type_in_angles()
            .or_else(|| self.word_of_statement())
            .or_else(|| self.changed_value())
            .or_else(|| self.word_of_choice())
            .or_else(|| self.null_asked())
            .or_else(|| self.closure())
            .or_else(|| self.clause())
    }

    /// Whether a statement of a pipeline or a test may begin here.
    pub(super) fn statement_due(&self) -> bool {
        let behind_one = self.place == Place::Body && self.open.is_none() && self.behind_value();
        self.expects(Rule::k_let) || behind_one && self.found_begins_line()
    }

    /// `list<int>`
    fn type_in_angles(&self) -> Option<Habit> {
        let (found, next) = (self.found.filter(|_| self.expects(Rule::type_arguments))?, self.next?);
        if found.text(self.source) == "(" && self.last()?.end == found.start {
            return self.type_in_parentheses(found);
        }
        if found.text(self.source) != "<" {
            return None;
        }
        let of = self.text(self.last());
        let help = format!("write `{of}[{}]`", next.text(self.source));
        let habit = self.found_habit(codes::UNEXPECTED_TOKEN, "what a type is made of stands in `[ ]`", help)?;
        let closes = self.source.get(next.end..)?.starts_with('>');
        Some(match closes {
            true => habit.instead("[").edit(Token { start: next.end, end: next.end + 1, ..next }, "]"),
            false => habit,
        })
    }

    /// `a: list<int>` in a schema, where `< int >` was read as what a column must be.
    fn type_in_angles_of_entry(&self) -> Option<Habit> {
        let [.., head, opens, of, closes] = self.before.as_slice() else { return None };
        let texts = [opens, closes].map(|token| token.text(self.source));
        if self.place != Place::Entry || texts != ["<", ">"] || head.kind != Kind::Word || of.kind != Kind::Word {
            return None;
        }
        let help = format!("write `{}[{}]`", head.text(self.source), of.text(self.source));
        let message = "what a type is made of stands in `[ ]`";
        Some(Habit::new(codes::UNEXPECTED_TOKEN, *opens, message, help).instead("[").edit(*closes, "]"))
    }

    /// `table(Visit)`, `varchar(20)`, `numeric(10, 2)`
    fn type_in_parentheses(&self, found: Token) -> Option<Habit> {
        let of = self.text(self.last());
        let inner = self.closes.and_then(|closes| self.source.get(found.end..closes.start)).unwrap_or("..").trim();
        let message = "what a type is made of stands in `[ ]`";
        let (help, ours) = match of.to_lowercase().as_str() {
            "varchar" | "nvarchar" | "char" | "nchar" | "string" | "str" | "text" => {
                ("write `str`: a text may be of any length".to_owned(), None)
            }
            "numeric" | "number" | "decimal" => (format!("write `decimal[{inner}]`"), Some("decimal")),
            _ => (format!("write `{of}[{inner}]`"), Some(of)),
        };
        let habit = self.found_habit(codes::UNEXPECTED_TOKEN, message, help)?;
        Some(match (ours, self.closes) {
            (Some(ours), Some(closes)) if ours == of => habit.instead("[").edit(closes, "]"),
            _ => habit,
        })
    }

    /// `save a to b`, `for x of xs`, `let x <- 5`, `x: int = 5`, `x <- 5`
    fn word_of_statement(&self) -> Option<Habit> {
        let code = codes::UNEXPECTED_TOKEN;
        let (found, first) = (self.found?, self.text(self.before.first().copied()));
        let text = found.text(self.source);
        let is_arrow = |sign: Token| self.source.get(sign.start..).is_some_and(|rest| rest.starts_with("<-"));
        match (first, text) {
            ("save", "to" | "into" | "->" | "=>" | ",") if self.expects(Rule::k_as) => {
                let message = format!("`as` names the entry of a `save`, not `{text}`");
                let ours = if text == "," { " as" } else { "as" };
                Some(self.found_habit(code, message, "write `save value as entry`")?.instead(ours))
            }
            ("for", "of" | "=" | ":") if self.expects(Rule::k_in) => {
                let message = format!("`in` stands before the items of a `for`, not `{text}`");
                let ours = if text == ":" { " in" } else { "in" };
                Some(self.found_habit(code, message, "write `for name in items { .. }`")?.instead(ours))
            }
            ("let", "==" | "<" | "->" | "=>") if self.expects(Rule::assign) => {
                let token = Token { end: found.end + usize::from(is_arrow(found)), ..found };
                let written = token.text(self.source);
                let message = format!("a `let` binds with `=`, not `{written}`");
                Some(Habit::new(codes::FOREIGN_OPERATOR, token, message, "write `let name = value`").instead("="))
            }
            _ if found.kind == Kind::Word && self.statement_due() && self.text(self.next) == ":" => {
                let help = format!("write `let {text}: .. = ..`");
                let habit = self.found_habit(codes::MISPLACED_STATEMENT, "a binding begins with `let`", help)?;
                Some(habit.instead(format!("let {text}")))
            }
            _ if found.kind == Kind::Word && self.statement_due() && self.next.is_some_and(is_arrow) => {
                let help = format!("write `let {text} = ..`");
                let habit = self.found_habit(codes::MISPLACED_STATEMENT, "a binding begins with `let`", help)?;
                let end = self.next?.start + "<-".len();
                Some(habit.edit(Token { end, ..found }, format!("let {text} =")))
            }
            _ => None,
        }
    }

    /// `a += 1`, `a++`
    fn changed_value(&self) -> Option<Habit> {
        let found = self.found?;
        let help = "values never change: bind a new name, as in `let b = a + 1`";
        let changes = |sign: &Token| {
            matches!(sign.text(self.source), "+" | "-" | "*" | "/")
                && self.source.get(sign.end..).is_some_and(|rest| rest.starts_with('='))
        };
        if let Some(next) = self.next.filter(changes)
            && found.kind == Kind::Word
            && self.statement_due()
        {
            let sign = Token { end: next.end + 1, ..next };
            let message = format!("`{}` changes a value, which GML has nothing for", sign.text(self.source));
            return Some(Habit::new(codes::FOREIGN_OPERATOR, sign, message, help));
        }
        let last = self.last()?;
        let doubled = found.text(self.source) == "+" && last.text(self.source) == "+" && last.end == found.start;
        if doubled && self.value_due() {
            let sign = Token { end: found.end, ..last };
            return Some(Habit::new(codes::FOREIGN_OPERATOR, sign, "`++` has no meaning in GML", help));
        }
        None
    }

    /// `if a: b`, `if a then b else: c`, `match x { "a": 1 }`, `if a then b else c end`
    fn word_of_choice(&self) -> Option<Habit> {
        let code = codes::UNEXPECTED_TOKEN;
        let found = self.found();
        if found == ":" && self.expects(Rule::k_then) {
            let help = "write `if condition then a else b`";
            return Some(self.found_habit(code, "`then` follows the condition of an `if`", help)?.instead(" then"));
        }
        if found == ":" && self.value_due() && matches!(self.text(self.last()), "else" | "then") {
            let message = format!("no `:` follows `{}`", self.text(self.last()));
            return Some(self.found_habit(code, message, "leave it out")?.instead(""));
        }
        if matches!(found, ":" | "->" | "then") && self.expects(Rule::fat_arrow) {
            let message = format!("an arm of a `match` goes on with `=>`, not `{found}`");
            let help = "an arm is written `\"pattern\" => value`";
            return Some(self.found_habit(code, message, help)?.instead(if found == ":" { " =>" } else { "=>" }));
        }
        let ends = matches!(found, "end" | "END" | "endif" | "fi" | "done" | "esac") && self.behind_value();
        let chosen = self.before.iter().any(|token| matches!(token.text(self.source), "if" | "match" | "for"));
        if ends && chosen && !matches!(self.text(self.next), ":" | "=" | ",") {
            let message = format!("`{found}` is no word of GML");
            let help = "leave it out: an `if` ends with its last value, a `match` and a `for` with their brace";
            return Some(self.found_habit(codes::FOREIGN_KEYWORD, message, help)?.instead(""));
        }
        None
    }

    /// `a is true`, `a is not 3`
    fn null_asked(&self) -> Option<Habit> {
        let found = self.found?;
        let negated = self.back(1) == "not" && self.back(2) == "is";
        if !self.expects(Rule::k_null) || !(negated || self.back(1) == "is") || is_null(found.text(self.source)) {
            return None;
        }
        let last = self.last()?;
        let start = if negated { self.before.get(self.before.len().checked_sub(2)?)?.start } else { last.start };
        let word = Token { start, ..last };
        let ours = if negated { "!=" } else { "==" };
        let message = format!("`{}` only asks whether a value is null", word.text(self.source));
        Some(Habit::new(codes::FOREIGN_OPERATOR, word, message, format!("write `{ours}` to compare")).instead(ours))
    }

    /// `|row| row.price`
    fn closure(&self) -> Option<Habit> {
        let in_call = self.open.is_some_and(|open| open.text(self.source) == "(");
        if !matches!(self.found(), "|" | "||") || !self.value_due() || !in_call {
            return None;
        }
        let help = "an argument that speaks of rows is written by itself: `.items.find(.price > 3)`";
        self.found_habit(codes::FOREIGN_OPERATOR, "`| |` makes no function in GML", help)
    }

    /// `orders where total > 0`, `orders LIMIT 10`
    fn clause(&self) -> Option<Habit> {
        let found = self.found?;
        let listed = self.open.is_some_and(|open| open.text(self.source) != "(");
        if found.kind != Kind::Word || !self.behind_value() || listed || matches!(self.text(self.next), ":" | "=") {
            return None;
        }
        let word = found.text(self.source);
        let lower = word.to_lowercase();
        if word != lower && word != word.to_uppercase() {
            return None;
        }
        let (_, step) = CLAUSES.iter().find(|(words, _)| words.contains(&lower.as_str()))?;
        let message = format!("`{word}` is no word of GML");
        self.found_habit(codes::FOREIGN_KEYWORD, message, format!("a step follows its table: `orders |> {step}`"))
    }
}

fn is_null(word: &str) -> bool {
    matches!(word, "null" | "None" | "NULL" | "Null" | "nil" | "NA" | "undefined")
}
