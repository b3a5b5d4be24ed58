//! What is wrong in the head of a declaration.

use super::habits::Habit;
use super::{Place, Scene};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::{Kind, Token};
use crate::scan::unquoted_name;
use crate::words::DECLARATIONS;

impl Scene<'_> {
    pub(super) fn of_head(&self) -> Option<Habit> {
        if self.open.is_some() || self.place != Place::Module {
            return None;
        }
        let head = self.head_word()?;
        if self.outside || self.found.is_none() {
            return self.empty_body(head);
        }
        match head {
            "test" => self.name_of_test(),
            "use" => self.path_of_use(),
            "param" => self.type_of_param(),
            _ => None,
        }
        .or_else(|| self.body_in_other_brackets(head))
        .or_else(|| self.sign_before_body(head))
        .or_else(|| self.result_of(head))
    }

    /// The word that the declaration begins with.
    fn head_word(&self) -> Option<&str> {
        let words = self.before.iter().filter(|token| token.kind == Kind::Word).map(|token| token.text(self.source));
        let mut heads = words.filter(|word| DECLARATIONS.contains(word) && !matches!(*word, "allow" | "tags"));
        heads.next()
    }

    /// The head of a declaration whose body does not follow, as it was written.
    pub(super) fn head_without_body(&self) -> Option<String> {
        let head = self.head_word().filter(|_| self.place == Place::Module)?;
        matches!(head, "pipeline" | "test" | "schema" | "env" | "catalog").then(|| self.named_head(head))
    }

    /// The word with the name that is declared behind it: `schema Visit`.
    fn named_head(&self, head: &str) -> String {
        let behind = self.before.iter().skip_while(|token| token.text(self.source) != head).nth(1);
        match behind.filter(|token| matches!(token.kind, Kind::Word | Kind::Text)) {
            Some(name) => format!("{head} {}", name.text(self.source)),
            None => head.to_owned(),
        }
    }

    /// `test a visit is counted {`
    fn name_of_test(&self) -> Option<Habit> {
        let (last, found) = (self.last()?, self.found?);
        if last.text(self.source) != "test" || found.kind == Kind::Text {
            return None;
        }
        let message = "the name of a test stands in quotes";
        let Some(words) = unquoted_name(self.source, last.end) else {
            let help = "write `test \"what it shows\" { .. }`";
            return self.found_habit(codes::UNEXPECTED_TOKEN, message, help);
        };
        let name = self.source.get(words.clone())?;
        let help = format!("write `test \"{name}\" {{ .. }}`");
        let before_brace = self.source.get(words.end..)?.split('{').next()?.trim_end().len();
        let written = Token { kind: Kind::Text, start: words.start, end: words.end + before_brace };
        let token = Token { end: words.end, ..written };
        Some(Habit::new(codes::UNEXPECTED_TOKEN, token, message, help).edit(written, format!("\"{name}\"")))
    }

    /// `use std.learn.*`, `use std.learn(boosted_trees)`, `use "sessions.gml"`, `use std/learn`, `use a, b`
    fn path_of_use(&self) -> Option<Habit> {
        let code = codes::UNEXPECTED_TOKEN;
        let found = self.found.filter(|_| !self.found_begins_line())?;
        let path: String = self.before.iter().skip(1).map(|token| token.text(self.source)).collect();
        let path = path.trim_end_matches('.');
        match found.text(self.source) {
            text if found.kind == Kind::Text && path.is_empty() => {
                let module = text.trim_matches('"').trim_start_matches("./");
                let module = module.strip_suffix(".gml").unwrap_or(module).replace('/', ".");
                let help = format!("write `use {module}.{{first, second}}`");
                self.found_habit(code, "a module is named without quotes", help)
            }
            _ if path.is_empty() => None,
            "*" => {
                let help = format!("say which: `use {path}.{{first, second}}`");
                self.found_habit(code, "names are taken from a module one by one", help)
            }
            "(" | "{" | "[" | "import" => {
                let help = format!("write `use {path}.{{first, second}}`");
                let habit = self.found_habit(code, "the names to take stand in braces behind a dot", help)?;
                Some(self.between(habit, ".{", "}"))
            }
            ":" | "/" | "//" => {
                let help = "write `use folder.module.{name}`";
                self.found_habit(code, "the parts of a path are joined by dots", help)
            }
            "," => self.found_habit(
                code,
                "a `use` takes names from one module",
                "write `use module.{first, second}`, and a `use` for each module",
            ),
            _ => None,
        }
    }

    /// `from std.prep import impute, scale`
    pub(super) fn import_of_python(&self) -> Option<Habit> {
        let start = self.found?.start;
        let line = self.source.get(start..)?.lines().next()?.trim_end();
        let (module, names) = line.strip_prefix("from ")?.split_once(" import ")?;
        let module = module.trim();
        let names = names.trim().trim_start_matches('(').trim_end_matches(')').trim();
        let is_list = |byte: u8| crate::lexer::is_word_byte(byte) || matches!(byte, b',' | b' ');
        let is_path = |byte: u8| crate::lexer::is_word_byte(byte) || byte == b'.';
        if names.is_empty() || !names.bytes().all(is_list) || !module.bytes().all(is_path) {
            return None;
        }
        let token = Token { kind: Kind::Word, start, end: start + "from".len() };
        let all = Token { end: start + line.len(), ..token };
        let ours = format!("use {module}.{{{names}}}");
        let habit = Habit::new(codes::FOREIGN_KEYWORD, token, "`from` is no word of GML", format!("write `{ours}`"));
        Some(habit.edit(all, ours))
    }

    /// `param seed = 42`
    fn type_of_param(&self) -> Option<Habit> {
        let (last, next) = (self.last()?, self.next?);
        if self.found() != "=" || !self.expects(Rule::colon) {
            return None;
        }
        let value = next.text(self.source);
        let is_whole =
            !self.source.get(next.end..)?.trim_start_matches(' ').starts_with(['.', '%', '/', '*', '+', '-']);
        let ty = match next.kind {
            _ if !is_whole => return None,
            Kind::Text => "str",
            Kind::Date if value.contains('T') => "timestamp",
            Kind::Date => "date",
            Kind::Number if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') => "int",
            Kind::Number if value.parse::<f64>().is_ok() => "float",
            Kind::Word if matches!(value, "true" | "false") => "bool",
            _ => return None,
        };
        let help = format!("write `{}: {ty} = {value}`", self.named_head("param"));
        let habit = self.found_habit(codes::UNEXPECTED_TOKEN, "the type of a parameter is missing", help)?;
        Some(habit.edit(Token { start: last.end, ..last }, format!(": {ty}")))
    }

    /// `schema Visit ( .. )`
    fn body_in_other_brackets(&self, head: &str) -> Option<Habit> {
        let holds = match head {
            "schema" => "the columns of a schema",
            "catalog" => "the entries of a catalog",
            "env" => "the settings of an env",
            _ => return None,
        };
        if !self.expects(Rule::opening) || !matches!(self.found(), "(" | "[") {
            return None;
        }
        let help = match head {
            "catalog" => "write `catalog { .. }`".to_owned(),
            _ => format!("write `{} {{ .. }}`", self.named_head(head)),
        };
        let habit = self.found_habit(codes::UNEXPECTED_TOKEN, format!("{holds} stand in braces"), help)?;
        Some(self.between(habit, "{", "}"))
    }

    /// Puts these in the places of the bracket found and of the one that closes it.
    fn between(&self, habit: Habit, open: &str, close: &str) -> Habit {
        match self.closes {
            Some(closes) => habit.instead(open).edit(closes, close),
            None => habit,
        }
    }

    /// `schema Visit = { .. }`, `pipeline training: { .. }`, `fn one() -> int { 1 }`
    fn sign_before_body(&self, head: &str) -> Option<Habit> {
        let code = codes::UNEXPECTED_TOKEN;
        let found = self.found();
        let body_follows = matches!(self.text(self.next), "{" | "(");
        let no_sign = |sign: &str| format!("no `{sign}` stands before the body of a `{head}`");
        let help = "leave it out: the body follows in braces";
        if matches!(found, "=" | ":" | "=>") && self.expects(Rule::opening) && body_follows {
            return Some(self.found_habit(code, no_sign(found), help)?.instead(""));
        }
        if found == ":" && self.expects(Rule::opening) {
            let help = format!("write `{} {{ .. }}`", self.named_head(head));
            return self.found_habit(code, format!("the body of a `{head}` stands in braces"), help);
        }
        if head == "node" && found == "{" && self.text(self.last()) == "=" {
            return Some(self.last_habit(code, no_sign("="), help)?.instead(""));
        }
        if head == "node"
            && let Some(sign) = self.sign_of_body()
        {
            let help = "put the body in braces: `-> table[T] { .. }`; behind `=` stands `sql(..)` or `python(..)`";
            return Some(Habit::new(code, sign, no_sign("="), help));
        }
        if head == "fn" && found == "{" && self.expects(Rule::assign) {
            let help = "write `fn name(..) -> type = value`; several steps over tables make a `node`";
            let habit = self.found_habit(code, "a `fn` is one expression behind `=`, without braces", help)?;
            return Some(self.between(habit, "=", ""));
        }
        None
    }

    /// The `=` in front of the expression of a node that is no call of another language.
    fn sign_of_body(&self) -> Option<Token> {
        let arrow = self.before.iter().position(|token| token.text(self.source) == "->")?;
        let place = arrow + self.before.get(arrow..)?.iter().position(|token| token.text(self.source) == "=")?;
        let foreign = matches!(self.text(self.before.get(place + 1).copied()), "sql" | "python");
        (!foreign).then(|| self.before[place])
    }

    /// `pipeline p() -> table`, `fn f(a: int): int`, `node n -> table[T]`
    fn result_of(&self, head: &str) -> Option<Habit> {
        let code = codes::UNEXPECTED_TOKEN;
        let found = self.found?;
        match found.text(self.source) {
            "->" if head == "pipeline" && self.expects(Rule::opening) => self.found_habit(
                code,
                "a pipeline has no result",
                "leave the type out: what a pipeline makes is saved, tracked or expected; a `node` gives a table",
            ),
            "->" if matches!(head, "node" | "fn") && self.expects(Rule::opening_round) => {
                let help = "parameters stand in parentheses; without any, write `()`";
                let habit = self.found_habit(code, format!("the parameters of a `{head}` are missing"), help)?;
                Some(habit.edit(Token { end: found.start, ..found }, "() "))
            }
            sign @ (":" | "=>") if self.expects(Rule::arrow) => {
                let message = format!("the type of a result follows `->`, not `{sign}`");
                Some(self.found_habit(code, message, "write `->`")?.instead(" ->"))
            }
            _ => None,
        }
    }

    /// `node n(t: table[T]) -> table { }`, whose braces read like the columns of its type.
    fn empty_body(&self, head: &str) -> Option<Habit> {
        if head != "node" || self.back(1) != "}" || self.back(2) != "{" || !self.expects(Rule::opening) {
            return None;
        }
        let help = "the last thing in a node is the expression that it gives";
        self.last_habit(codes::MISSING_RESULT, "this body ends without a result", help)
    }
}
