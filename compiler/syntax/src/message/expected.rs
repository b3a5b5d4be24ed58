//! What is due, in the words of the language.

use super::{Place, Scene};
use crate::grammar::Rule;
use crate::lexer::Kind;
use crate::words::{DECLARATIONS, STATEMENTS, is_reserved};

impl Scene<'_> {
    /// What could stand at the place, as the subject of a sentence.
    pub(super) fn due(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let value = self.value_due();
        let goes_on = self.behind_value();
        for rule in self.expected {
            add(
                &mut words,
                match rule {
                    Rule::k_let if value => "",
                    _ if value => "",
                    Rule::k_in if self.expects(Rule::assign) || self.expects(Rule::opening) => "",
                    _ if goes_on && !is_sign(*rule) => "",
                    _ => words_of(*rule),
                },
            );
        }
        if value {
            add(&mut words, "a value");
        }
        if self.text(self.last()) == "|>" {
            return "a step".to_owned();
        }
        if goes_on && words.is_empty() || goes_on && self.open.is_some() && self.closer().is_some() {
            match self.closer() {
                Some(close) => {
                    if !self.expects(Rule::for_end) && !self.expects(Rule::format_end) {
                        add(&mut words, "`,`");
                    }
                    add(&mut words, close);
                }
                None => add(&mut words, "an operator"),
            }
        }
        if goes_on && self.open.is_none() && !self.ends_head() {
            match self.place {
                Place::Body => add(&mut words, "the next statement"),
                Place::Module => add(&mut words, "the next declaration"),
                Place::Entry => add(&mut words, "`,`"),
                Place::NodeBody => add(&mut words, "the end of the body"),
                Place::Expression => add(&mut words, "the end"),
            }
        }
        if words.is_empty() {
            add(
                &mut words,
                match self.place {
                    Place::Body => "a statement",
                    Place::Module => "a declaration",
                    _ => "something else",
                },
            );
        }
        join(&words)
    }

    /// Whether what was found begins a value and no statement.
    fn begins_value(&self) -> bool {
        self.found.is_some_and(|found| match found.kind {
            Kind::Word => !is_reserved(found.text(self.source)),
            Kind::Text | Kind::Number | Kind::Date => true,
            _ => found.text(self.source) == ".",
        })
    }

    /// Whether the value belongs to the head of something, so that more must follow.
    fn ends_head(&self) -> bool {
        let more = [Rule::k_as, Rule::k_then, Rule::opening, Rule::statements, Rule::assign];
        more.iter().any(|rule| self.expects(*rule))
    }

    /// What closes the innermost bracket, where items stand in it.
    pub(super) fn closer(&self) -> Option<&'static str> {
        match self.open?.text(self.source) {
            "(" => Some("`)`"),
            "[" => Some("`]`"),
            _ if self.expects(Rule::k_let) => None,
            _ => Some("`}`"),
        }
    }

    /// What to do about it, where the neighbourhood tells.
    pub(super) fn advice(&self) -> Option<String> {
        let found = self.found();
        if self.declaration_due() || self.place == Place::Module && self.behind_value() && STATEMENTS.contains(&found) {
            return Some(match found {
                _ if STATEMENTS.contains(&found) => {
                    format!("`{found}` stands in the body of a `pipeline`, a `test` or a `node`")
                }
                "catalog" => "write `catalog { name: table[T] = parquet(\"..\") }`".to_owned(),
                _ => {
                    "a declaration begins with use, param, schema, connection, catalog, fn, node, pipeline, env or test"
                        .to_owned()
                }
            });
        }
        if self.place != Place::Module && DECLARATIONS.contains(&found) && is_reserved(found) && !self.outside {
            return Some("declarations stand side by side in a file, never within one another".to_owned());
        }
        if self.place == Place::Body && self.open.is_none() && self.statement_due() && self.begins_value() {
            return Some(
                "a value by itself does nothing: name it with `let name = ..`, keep it with `save .. as entry`, or `track` it"
                    .to_owned(),
            );
        }
        if self.expects(Rule::k_let) && self.expects(Rule::k_save) {
            return Some("a statement begins with let, save, track, expect, when, for or run".to_owned());
        }
        match self.text(self.before.first().copied()) {
            "let" if self.expects(Rule::assign) => return Some("write `let name = value`".to_owned()),
            "for" if self.expects(Rule::k_in) => return Some("write `for name in items { .. }`".to_owned()),
            "when" if self.expects(Rule::statements) || self.expects(Rule::opening) => {
                return Some("write `when condition { .. }`".to_owned());
            }
            "param" if self.expects(Rule::assign) => return Some("write `param name: type = value`".to_owned()),
            _ => {}
        }
        if self.expects(Rule::k_then) {
            return Some("write `if condition then a else b`".to_owned());
        }
        if self.expects(Rule::k_as) && self.text(self.before.first().copied()) == "save" {
            return Some("write `save value as entry`".to_owned());
        }
        if self.expects(Rule::fat_arrow) {
            return Some("an arm is written `\"pattern\" => value`".to_owned());
        }
        if self.expects(Rule::arrow) {
            return Some("the type of the result follows `->`".to_owned());
        }
        if self.expects(Rule::parameters) || self.expects(Rule::signature_parameters) {
            return Some("parameters stand in parentheses; without any, write `()`".to_owned());
        }
        if self.expects(Rule::colon) {
            return Some("the type follows the name: `name: type`".to_owned());
        }
        if self.expects(Rule::opening)
            && self.open.is_none()
            && let Some(head) = self.head_without_body()
        {
            return Some(format!("write `{head} {{ .. }}`"));
        }
        if self.expects(Rule::block) || self.expects(Rule::opening) && self.text(self.before.first().copied()) == "node"
        {
            return Some(
                "the body of a node stands in braces behind the type of its result: `-> table[T] { .. }`".to_owned(),
            );
        }
        if self.text(self.last()) == "|>" && self.due() == "a step" {
            return Some("write one, as in `|> take(10)`, or leave the `|>` out".to_owned());
        }
        if matches!(found, "|>" | ">>") && self.due() == "a value" {
            return Some(format!("`{found}` stands between two values: `table |> step()`, `recipe >> learner`"));
        }
        if self.expects(Rule::pattern) {
            return Some("a pattern is a literal, a range of literals, or `_` for everything else".to_owned());
        }
        None
    }
}

fn is_sign(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::k_then | Rule::k_as | Rule::k_else | Rule::closing | Rule::opening | Rule::format_end | Rule::assign
    )
}

/// A rule of the grammar in words; empty where it says nothing to people.
fn words_of(rule: Rule) -> &'static str {
    match rule {
        Rule::item | Rule::declaration | Rule::k_node | Rule::node | Rule::node_head => "a declaration",
        Rule::k_let | Rule::statement | Rule::k_track | Rule::let_value => "a statement",
        Rule::name | Rule::any_name | Rule::use_name | Rule::type_parameter => "a name",
        Rule::r#type | Rule::type_name | Rule::type_atom => "a type",
        Rule::expression | Rule::label | Rule::bound => "a value",
        Rule::schema_column | Rule::row_column | Rule::role => "a column",
        Rule::catalog_entry | Rule::entry_head => "an entry",
        Rule::setting => "a setting",
        Rule::parameter | Rule::signature_parameter => "a parameter",
        Rule::field => "a name with its value",
        Rule::arm | Rule::pattern => "a pattern",
        Rule::plain | Rule::test_head => "a text",
        Rule::foreign => "`python(..)` or `sql(..)`",
        Rule::assign | Rule::binding_sign => "`=`",
        Rule::colon => "`:`",
        Rule::arrow => "`->`",
        Rule::fat_arrow => "`=>`",
        Rule::opening | Rule::block | Rule::statements => "`{`",
        Rule::closing | Rule::format_end | Rule::for_end => "`}`",
        Rule::opening_round | Rule::parameters | Rule::signature_parameters | Rule::arguments => "`(`",
        Rule::closing_round => "`)`",
        Rule::closing_square => "`]`",
        Rule::dot => "`.`",
        Rule::k_then => "`then`",
        Rule::k_else => "`else`",
        Rule::k_in => "`in`",
        Rule::k_as | Rule::renamed => "`as`",
        Rule::k_null => "`null`",
        Rule::nullable | Rule::type_sign | Rule::contract | Rule::named | Rule::parsed => "",
        _ => "",
    }
}

/// `a, b or c`
fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Adds a word once.
fn add(words: &mut Vec<String>, word: &str) {
    if !word.is_empty() && !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
    }
}
