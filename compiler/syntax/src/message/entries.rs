//! Columns of schemas and what a statement says of them, in the spelling of other languages.

use super::habits::Habit;
use super::{Place, Scene};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};

impl Scene<'_> {
    /// `pages: int = 0`, `pages: int not null`, `pages: int nullable`
    pub(super) fn of_column(&self) -> Option<Habit> {
        if self.place != Place::Entry || self.open.is_some() || self.outside || !self.expects(Rule::contract) {
            return None;
        }
        let (found, code) = (self.found?, codes::UNEXPECTED_TOKEN);
        let text = found.text(self.source);
        match text.to_lowercase().as_str() {
            "=" | "default" => self.found_habit(
                code,
                "a column has no default",
                "let it be null where there is nothing (`int?`), and put a value there with `|> fill([.name], 0)`",
            ),
            "not" => {
                let next = self.next.filter(|next| next.text(self.source).eq_ignore_ascii_case("null"))?;
                let token = Token { end: next.end, ..found };
                let message = format!("`{}` is said of every column", token.text(self.source));
                let help = "leave it out: a column that may be null has a `?` behind its type, `int?`";
                Some(Habit::new(codes::FOREIGN_KEYWORD, token, message, help).instead(""))
            }
            "null" | "nullable" | "optional" => {
                let help = "write `?` behind its type: `int?`";
                let habit =
                    self.found_habit(codes::FOREIGN_KEYWORD, format!("`{text}` is written `?` in GML"), help)?;
                let gap = Token { start: self.last()?.end, ..found };
                Some(habit.edit(gap, "?"))
            }
            "primary" => self.found_habit(
                codes::FOREIGN_KEYWORD,
                format!("`{text}` is no word of GML"),
                "the role `id` stands in front of a column that says which row it is, `unique [..]` behind all of them",
            ),
            _ => None,
        }
    }

    /// `if a { .. }`, `t |> save as u`, `let a, b = t`, `save t as "u"`, `expect a "why"`
    pub(super) fn of_statement(&self) -> Option<Habit> {
        if self.outside || self.open.is_some() || self.place != Place::Body {
            return None;
        }
        let (found, code) = (self.found?, codes::UNEXPECTED_TOKEN);
        let text = found.text(self.source);
        match (self.text(self.before.first().copied()), self.text(self.last()), text) {
            ("let", _, ",") if self.expects(Rule::assign) => self.found_habit(
                code,
                "a `let` binds one name",
                "bind the whole, and name its parts by the dot: `let data = ..`, then `data.train`",
            ),
            (_, "|>", "save" | "track" | "expect") => {
                let message = format!("`{text}` begins a statement: it stands in front of its value");
                let help = if text == "save" {
                    "write `save value as entry`"
                } else {
                    "write it at the beginning of the statement"
                };
                self.found_habit(codes::MISPLACED_STATEMENT, message, help)
            }
            ("save", "as", _) if found.kind == Kind::Text => {
                let name = text.trim_matches('"');
                let help = format!("write `save value as {name}`");
                let habit = self.found_habit(code, "an entry of the catalog is named without quotes", help)?;
                let is_name = !name.is_empty() && name.bytes().all(crate::lexer::is_word_byte);
                Some(if is_name { habit.instead(name) } else { habit })
            }
            ("expect", ..) if found.kind == Kind::Text && self.behind_value() => {
                let place = self.last()?.end;
                let habit = self.found_habit(
                    codes::MISSING_COMMA,
                    "a `,` is missing before the message",
                    "write `expect condition, \"message\"`",
                )?;
                Some(habit.edit(Token { start: place, end: place, ..found }, ","))
            }
            ("when" | "for", _, ":" | "then" | "do") if self.expects(Rule::opening) => {
                let message = format!("no `{text}` stands before the body of a statement");
                Some(self.found_habit(code, message, "leave it out: the body follows in braces")?.instead(""))
            }
            (_, _, "if") if self.statement_due() => {
                let help = "write `when condition { .. }`; `if condition then a else b` is a value";
                Some(
                    self.found_habit(codes::MISPLACED_STATEMENT, "statements are chosen by `when`", help)?
                        .instead("when"),
                )
            }
            (_, "}", "else" | "elif" | "otherwise") if !self.behind_value() => self.found_habit(
                codes::FOREIGN_KEYWORD,
                format!("a `when` has no `{text}`"),
                "write another one: `when not (condition) { .. }`",
            ),
            _ => None,
        }
    }
}
