//! Columns in braces behind a step, in the spelling of records, lists and other languages.

use super::Scene;
use super::habits::Habit;
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};
use crate::recover::chunks::tokens_from;
use crate::words::ROLES;

/// Steps whose columns are made in braces. What other steps are given stands in parentheses.
const MAKERS: [&str; 4] = ["derive", "select", "group", "rename"];

impl Scene<'_> {
    /// `derive { a: .x }`, `group(by: [.a]) { sum(.b) }`, `select { .a }`, `filter { .a > 3 }`, `select([.a as b])`
    pub(super) fn of_block(&self) -> Option<Habit> {
        if self.outside {
            return None;
        }
        self.role_of_column()
            .or_else(|| self.block_like_a_record())
            .or_else(|| self.column_without_name())
            .or_else(|| self.name_behind_as())
    }

    /// `select { id visitor = .user }`: the word is found behind the brace where the block begins with it.
    fn role_of_column(&self) -> Option<Habit> {
        let found = self.found?;
        let (brace, role, column) = match found.text(self.source) {
            "{" if self.behind_value() => (found, self.next?, tokens_from(self.source, self.next?.end).next()?),
            _ => (self.open.filter(|open| open.text(self.source) == "{")?, self.last()?, found),
        };
        let behind = tokens_from(self.source, column.end).next()?;
        let words = [role, column].iter().all(|token| token.kind == Kind::Word);
        let word = role.text(self.source);
        let is_role = ROLES.contains(&word) && words && matches!(behind.text(self.source), "=" | ":");
        let step = self.step_of(brace).or_else(|| self.call_around(brace));
        if !is_role || !step.is_some_and(|step| MAKERS.contains(&step)) {
            return None;
        }
        let name = column.text(self.source);
        let message = format!("the role `{word}` is not given where a column is made");
        let help = format!(
            "leave it out: roles stand in types, as in `node n(..) -> table {{ {word} {name}: .., .. }}` or in a schema for `|> conform(Schema)`"
        );
        Some(Habit::new(codes::UNEXPECTED_TOKEN, role, message, help))
    }

    /// The step that the brace belongs to.
    fn step_of(&self, brace: Token) -> Option<&str> {
        let mut depth = 0_usize;
        for token in self.before.iter().rev().skip_while(|token| token.start >= brace.start) {
            match token.kind {
                Kind::Close => depth += 1,
                Kind::Open => depth = depth.saturating_sub(1),
                Kind::Word if depth == 0 => return Some(token.text(self.source)),
                _ if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// The call among whose arguments the brace stands.
    fn call_around(&self, brace: Token) -> Option<&str> {
        let mut depth = 0_usize;
        let mut before = self.before.iter().rev().skip_while(|token| token.start >= brace.start);
        loop {
            let token = before.next()?;
            match token.kind {
                Kind::Close => depth += 1,
                Kind::Open if depth > 0 => depth -= 1,
                Kind::Open => break,
                _ => {}
            }
        }
        before.next().filter(|token| token.kind == Kind::Word).map(|token| token.text(self.source))
    }

    /// A block that begins like something else, so that it was not read as one.
    fn block_like_a_record(&self) -> Option<Habit> {
        let brace = self.found.filter(|found| found.text(self.source) == "{")?;
        let heads = [Rule::k_then, Rule::opening, Rule::statements, Rule::fat_arrow];
        if !self.behind_value() || heads.iter().any(|rule| self.expects(*rule)) {
            return None;
        }
        let step = self.step_of(brace)?;
        let name = self.next.filter(|next| next.kind == Kind::Word)?;
        let behind = tokens_from(self.source, name.end).next()?;
        let word = name.text(self.source);
        if behind.text(self.source) == "(" {
            return if MAKERS.contains(&step) { Self::unnamed(name, word) } else { self.in_parentheses(step, brace) };
        }
        let (sign, ours) = match self.source.get(behind.start..)? {
            rest if rest.starts_with(":=") => (Token { end: behind.start + 2, ..behind }, "="),
            rest if rest.starts_with(':') => (behind, " ="),
            _ => return None,
        };
        let message = format!("columns are made with `=`, not `{}`", sign.text(self.source));
        let habit = Habit::new(codes::UNEXPECTED_TOKEN, sign, message, format!("write `{{ {word} = .. }}`"));
        Some(self.signs_of_items(brace).into_iter().fold(habit, |habit, sign| habit.edit(sign, ours)))
    }

    /// The `:` or `:=` behind the first name of each item in a brace.
    fn signs_of_items(&self, brace: Token) -> Vec<Token> {
        let mut signs = Vec::new();
        let (mut depth, mut begins, mut named) = (0_usize, true, false);
        for token in tokens_from(self.source, brace.end) {
            let text = token.text(self.source);
            match token.kind {
                Kind::Close if depth == 0 => break,
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 && named && text.starts_with(':') {
                let assigns = self.source.get(token.start..).is_some_and(|rest| rest.starts_with(":="));
                signs.push(Token { end: token.start + 1 + usize::from(assigns), ..token });
            }
            named = begins && token.kind == Kind::Word;
            begins = depth == 0 && text == ",";
        }
        signs
    }

    /// A value where the name of a column is due.
    fn column_without_name(&self) -> Option<Habit> {
        let brace = self.open.filter(|open| open.text(self.source) == "{")?;
        let found = self.found?;
        let step = self.step_of(brace)?;
        let begins = matches!(self.text(self.last()), "{" | ",");
        match found.text(self.source) {
            "." if begins && !self.value_due() => {
                let name = self.text(self.next);
                match step {
                    _ if !MAKERS.contains(&step) => self.in_parentheses(step, brace),
                    "select" => {
                        let message = "a column that stays as it is stands in a list";
                        let help =
                            format!("write `select([.{name}, ..])`, or name it: `select {{ {name} = .{name} }}`");
                        let place = Token { end: found.start, ..found };
                        let habit = self.found_habit(codes::UNEXPECTED_TOKEN, message, help)?;
                        Some(habit.edit(place, format!("{name} = ")))
                    }
                    "group" => Self::unnamed(found, &format!("of `.{name}`")),
                    _ => {
                        let help =
                            format!("write `{{ {name} = .{name} }}`; the other columns stay without being named");
                        self.found_habit(codes::UNEXPECTED_TOKEN, "a column that is made needs a name", help)
                    }
                }
            }
            "(" if matches!(self.back(2), "{" | ",") && self.expects(Rule::binding_sign) => {
                let last = self.last().filter(|last| last.kind == Kind::Word)?;
                Self::unnamed(last, last.text(self.source))
            }
            ":" if self.expects(Rule::binding_sign) && MAKERS.contains(&step) => {
                let name = self.last().filter(|last| last.kind == Kind::Word)?.text(self.source);
                let help = format!("write `{name} = ..`");
                let habit = self.found_habit(codes::UNEXPECTED_TOKEN, "columns are made with `=`, not `:`", help)?;
                Some(habit.instead(" ="))
            }
            _ => None,
        }
    }

    /// `{ sum(.a) }`
    fn unnamed(at: Token, value: &str) -> Option<Habit> {
        let help = match value.strip_prefix("of ") {
            Some(column) => format!("say what is made {value}: `{{ total = sum({}) }}`", column.trim_matches('`')),
            None => format!("write `{{ name = {value}(..) }}`"),
        };
        Some(Habit::new(codes::UNEXPECTED_TOKEN, at, "a column that is made needs a name", help))
    }

    /// `filter { .a > 3 }`
    fn in_parentheses(&self, step: &str, brace: Token) -> Option<Habit> {
        let message = format!("what `{step}` is given stands in parentheses");
        let habit = Habit::new(codes::UNEXPECTED_TOKEN, brace, message, format!("write `{step}(..)`"));
        let shuts = self.shuts.or(self.closes)?;
        Some(habit.instead("(").edit(shuts, ")"))
    }

    /// `[.a as b]`, `{ sum(.a) as b }`
    fn name_behind_as(&self) -> Option<Habit> {
        let open = self.open?.text(self.source);
        if self.found() != "as" || !self.behind_value() || self.ends_save() {
            return None;
        }
        let name = self.text(self.next);
        let help = match open {
            "{" => format!("write `{{ {name} = .. }}`"),
            _ if self.back(2) == "." => {
                let column = self.back(1);
                format!("write `|> rename {{ {name} = .{column} }}`, or `select {{ {name} = .{column} }}`")
            }
            _ => format!("bind it before: `let {name} = ..`"),
        };
        self.found_habit(codes::UNEXPECTED_TOKEN, "`as` gives no name here", help)
    }

    /// Whether the `as` that was found, with the name behind it, ends a `save`, so that a bracket before it is open still.
    pub(super) fn ends_save(&self) -> bool {
        let behind = self.next.and_then(|name| tokens_from(self.source, name.end).next());
        let ends = behind.is_none_or(|token| token.text(self.source) == "}" || self.begins_line(token));
        self.found() == "as" && self.text(self.before.first().copied()) == "save" && ends
    }
}
