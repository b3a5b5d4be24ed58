//! Operands: names, calls, literals, and what stands in brackets.

use pest::iterators::Pair;

use super::Formatter;
use super::declaration::assigned;
use super::doc::{Doc, Layout};
use super::list::{Item, Style};
use super::operators::Place;
use crate::grammar::Rule;

impl<'t> Formatter<'t> {
    /// An operand with the signs before it and the fields behind it.
    pub fn operand(&mut self, parts: &[Pair<'t, Rule>]) -> Doc<'t> {
        let mut docs = Vec::with_capacity(parts.len());
        for part in parts {
            match part.as_rule() {
                Rule::prefix => {
                    docs.push(self.leaf(part));
                    if part.as_str() == "not" {
                        docs.push(Doc::text(" "));
                    }
                }
                Rule::member => {
                    let sign = if part.as_str().starts_with('?') { "?." } else { "." };
                    docs.push(self.token(sign));
                    let mut inner = part.clone().into_inner();
                    docs.extend(inner.next().map(|name| self.leaf(&name)));
                    docs.extend(inner.map(|given| self.given(given)));
                }
                Rule::arguments | Rule::columns => docs.push(self.given(part.clone())),
                _ => docs.push(self.primary(part)),
            }
        }
        if docs.len() == 1
            && let Some(only) = docs.pop()
        {
            return only;
        }
        Doc::seq(docs)
    }

    fn primary(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        match pair.as_rule() {
            Rule::group => {
                let parts = expressions(pair.clone());
                self.list(Style::GROUP, parts, |formatter, part| Item::of(formatter.expression(part, Place::Inner)))
            }
            Rule::list => self.items(pair.clone(), false),
            Rule::braces => self.braces(pair.clone(), Style::RECORD),
            Rule::table_rows => self.table_rows(pair.clone()),
            Rule::if_value => self.if_value(pair.clone()),
            Rule::match_value => self.match_value(pair.clone()),
            Rule::for_value => self.for_value(pair.clone()),
            _ => self.leaf(pair),
        }
    }

    /// `( )` or ` { }` behind the name of what is called.
    pub fn given(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        if pair.as_rule() == Rule::columns {
            return Doc::seq(vec![Doc::text(" "), self.braces(pair, Style::COLUMNS)]);
        }
        self.arguments(pair)
    }

    /// `(a, name: b)`
    pub fn arguments(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut arguments: Vec<(Option<Pair<'t, Rule>>, Pair<'t, Rule>)> = Vec::new();
        let mut label = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::label => label = Some(part),
                Rule::expression => arguments.push((label.take(), part)),
                _ => {}
            }
        }
        let sole = arguments.len() == 1;
        self.list(Style::ARGUMENTS, arguments, |formatter, (label, value)| {
            let huggable = is_huggable(&value, sole);
            let Some(label) = label else {
                return Item { huggable, ..Item::of(formatter.expression(value, Place::Inner)) };
            };
            let label = formatter.label(&label);
            let value = formatter.expression(value, Place::Inner);
            Item { huggable, ..Item::of(Doc::seq(vec![label, Doc::text(" "), value])) }
        })
    }

    /// The name of an argument and its `:`, which the grammar reads as one word.
    fn label(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        let label = pair.as_str();
        let width = label.bytes().take_while(|byte| crate::lexer::is_word_byte(*byte)).count();
        let start = self.base + pair.as_span().start();
        let name = self.cursor.leaf(start, start + width);
        Doc::seq(vec![name, self.token(":")])
    }

    /// `[a, b]`; the rows of a table stand in lines that are filled.
    fn items(&mut self, pair: Pair<'t, Rule>, rows: bool) -> Doc<'t> {
        self.list(Style::SQUARE, expressions(pair), |formatter, part| {
            let braces = only_part(&part).filter(|only| only.as_rule() == Rule::braces);
            if let Some(braces) = braces.filter(|_| rows) {
                return Item::of(formatter.braces(braces, Style { layout: Layout::Hanging, ..Style::RECORD }));
            }
            let huggable = is_huggable(&part, true);
            Item { huggable, ..Item::of(formatter.expression(part, Place::Inner)) }
        })
    }

    /// `{ a: 1 }` or `{ a = .x }`
    fn braces(&mut self, pair: Pair<'t, Rule>, style: Style) -> Doc<'t> {
        let fields: Vec<Pair<'t, Rule>> = pair.into_inner().filter(|part| part.as_rule() == Rule::field).collect();
        let makes =
            |field: &Pair<'t, Rule>| field.clone().into_inner().any(|part| part.as_rule() == Rule::binding_sign);
        let style = if fields.iter().any(makes) { Style { yields: style.yields, ..Style::LINES } } else { style };
        self.list(style, fields, |formatter, field| {
            let mut parts = field.into_inner();
            let name = parts.next().map_or(Doc::nothing(), |name| formatter.leaf(&name));
            match parts.next() {
                None => Item::of(name),
                Some(sign) if sign.as_rule() == Rule::binding_sign => {
                    let sign = formatter.token("=");
                    let value = parts.next().map(|value| formatter.expression(value, Place::Assigned));
                    let value = value.unwrap_or(Doc::nothing());
                    Item::aligned(name, assigned(sign, value))
                }
                Some(value) => {
                    let sign = formatter.token(":");
                    let value = formatter.expression(value, Place::Inner);
                    Item::of(Doc::seq(vec![name, sign, Doc::text(" "), value]))
                }
            }
        })
    }

    fn table_rows(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::list {
                docs.extend([Doc::text(" "), self.items(part, true)]);
                continue;
            }
            for part in part.into_inner() {
                match part.as_rule() {
                    Rule::row => docs.extend([Doc::text(" "), self.row(part)]),
                    Rule::type_arguments => docs.push(self.type_arguments(part)),
                    _ => docs.push(self.leaf(&part)),
                }
            }
        }
        Doc::seq(docs)
    }

    fn if_value(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut branches: Vec<Doc<'t>> = Vec::new();
        let mut broken = false;
        let mut parts = pair.into_inner();
        while let Some(word) = parts.next() {
            let first = branches.is_empty();
            broken |= !first && self.cursor.line_ends();
            let lead = self.cursor.lead(false);
            let sign = self.if_word(&word);
            let value = parts.next().map_or(Doc::nothing(), |value| self.expression(value, Place::Inner));
            let mut docs = vec![sign, Doc::text(" "), value];
            if word.as_rule() != Rule::k_else
                && let Some(then) = parts.next()
            {
                let broken = self.cursor.line_ends();
                let lead = self.cursor.lead(false);
                let then = self.leaf(&then);
                let value = parts.next().map_or(Doc::nothing(), |value| self.expression(value, Place::Inner));
                docs.push(Doc::seq(vec![Doc::line(), lead.doc, then, Doc::text(" "), value]).nest());
                docs = vec![Doc::seq(docs).group(broken || lead.comments)];
            }
            if first {
                docs.insert(0, lead.doc);
                branches.push(Doc::seq(docs));
            } else {
                docs.splice(..0, [Doc::line(), lead.doc]);
                branches.push(Doc::seq(docs).nest());
            }
        }
        let broken = broken || branches.iter().any(|branch| branch.forced);
        Doc::seq(branches).group(broken)
    }

    /// `if`, `else` or `else if`, which the grammar reads as one word.
    fn if_word(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        if pair.as_rule() == Rule::else_if {
            return Doc::seq(vec![self.token("else"), Doc::text(" "), self.token("if")]);
        }
        self.leaf(pair)
    }

    fn match_value(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = pair.into_inner();
        let word = parts.next().map_or(Doc::nothing(), |word| self.leaf(&word));
        let of = parts.next().map_or(Doc::nothing(), |of| self.expression(of, Place::Inner));
        let arms = parts.filter(|part| part.as_rule() == Rule::arm).collect();
        let arms = self.list(Style::LINES, arms, |formatter, arm| Item::of(formatter.arm(arm)));
        Doc::seq(vec![word, Doc::text(" "), of, Doc::text(" "), arms])
    }

    fn arm(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::pattern => {
                    if !docs.is_empty() {
                        docs.extend([Doc::text(" "), self.token("|"), Doc::text(" ")]);
                    }
                    let parts: Vec<Doc<'t>> = part.into_inner().map(|part| self.leaf(&part)).collect();
                    docs.push(Doc::seq(parts));
                }
                Rule::fat_arrow => docs.extend([Doc::text(" "), self.leaf(&part), Doc::text(" ")]),
                _ => docs.push(self.expression(part, Place::Inner)),
            }
        }
        Doc::seq(docs)
    }

    fn for_value(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = pair.into_inner();
        let head = self.words(parts.by_ref().take(3));
        let items = parts.next().map_or(Doc::nothing(), |items| self.expression(items, Place::Inner));
        let body = parts.filter(|part| part.as_rule() == Rule::expression).collect();
        let body = self.list(Style::BLOCK, body, |formatter, part| Item::of(formatter.expression(part, Place::Inner)));
        Doc::seq(vec![head, Doc::text(" "), items, Doc::text(" "), body])
    }
}

/// The expressions among the parts.
fn expressions(pair: Pair<'_, Rule>) -> Vec<Pair<'_, Rule>> {
    pair.into_inner().filter(|part| part.as_rule() == Rule::expression).collect()
}

/// The part of an expression that has no other.
fn only_part<'t>(expression: &Pair<'t, Rule>) -> Option<Pair<'t, Rule>> {
    let mut parts = expression.clone().into_inner();
    let only = parts.next()?;
    parts.next().is_none().then_some(only)
}

/// Whether an item may be broken while those before it stand on the line of the opening bracket: it ends in a bracket of
/// its own. Lists of words and calls only where there is no other item.
fn is_huggable(expression: &Pair<'_, Rule>, sole: bool) -> bool {
    let mut parts = expression.clone().into_inner();
    let Some(first) = parts.next() else { return false };
    match first.as_rule() {
        Rule::braces | Rule::for_value | Rule::match_value | Rule::table_rows => parts.next().is_none(),
        Rule::list => {
            let plain = |item: Pair<'_, Rule>| only_part(&item).is_some_and(|only| only.as_rule() != Rule::braces);
            parts.next().is_none() && (sole || !expressions(first).into_iter().all(plain))
        }
        Rule::name => {
            sole && parts.next().is_some_and(|next| next.as_rule() == Rule::arguments)
                && parts.all(|part| part.as_rule() == Rule::columns)
        }
        _ => false,
    }
}
