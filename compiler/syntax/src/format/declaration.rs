//! Declarations.

use pest::iterators::{Pair, Pairs};

use super::Formatter;
use super::doc::Doc;
use super::list::{Item, Style};
use super::operators::Place;
use crate::grammar::Rule;

impl<'t> Formatter<'t> {
    /// An `item`.
    pub fn item(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        for part in pair.into_inner() {
            if !docs.is_empty() {
                docs.push(Doc::hard());
                docs.push(self.cursor.lead(false).doc);
            }
            docs.push(self.declaration(part));
        }
        Doc::seq(docs)
    }

    fn declaration(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let rule = pair.as_rule();
        let parts = pair.into_inner();
        match rule {
            Rule::allow | Rule::tags => self.allow(parts),
            Rule::use_names => self.use_names(parts),
            Rule::schema => self.schema(parts),
            Rule::catalog => self.catalog(parts),
            Rule::env => self.env(parts),
            _ => self.parts(parts),
        }
    }

    /// What most declarations are made of, in the order of the source.
    fn parts(&mut self, parts: Pairs<'t, Rule>) -> Doc<'t> {
        let mut docs: Vec<Doc<'t>> = Vec::new();
        let mut function = false;
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let tight = matches!(
                part.as_rule(),
                Rule::parameters | Rule::signature_parameters | Rule::type_parameters | Rule::colon
            );
            let result = function && part.as_rule() == Rule::assign;
            if !docs.is_empty() && !tight && !result {
                docs.push(Doc::text(" "));
            }
            docs.push(match part.as_rule() {
                Rule::function_head | Rule::node_head => {
                    function = true;
                    self.parts(part.into_inner())
                }
                Rule::assign if result => {
                    let value = parts.next();
                    self.result(&part, value)
                }
                Rule::param_head | Rule::connection_head | Rule::pipeline_head | Rule::test_head | Rule::extends => {
                    self.parts(part.into_inner())
                }
                Rule::parameters | Rule::signature_parameters => self.parameters(part),
                Rule::type_parameters => Doc::seq(vec![self.type_parameters(part), Doc::mark()]),
                Rule::r#type => self.type_of(part),
                Rule::contract => self.contract(part),
                Rule::expression => Doc::seq(vec![Doc::mark(), self.expression(part, Place::Assigned)]),
                Rule::block | Rule::statements => self.block(part),
                _ => self.leaf(&part),
            });
        }
        Doc::seq(docs)
    }

    /// ` = value` of a function or a foreign node, the value on a line of its own where it would not fit.
    fn result(&mut self, sign: &Pair<'t, Rule>, value: Option<Pair<'t, Rule>>) -> Doc<'t> {
        let sign = Doc::seq(vec![Doc::text(" "), self.leaf(sign), Doc::mark()]);
        let broken = self.cursor.line_ends();
        let lead = self.cursor.lead(false);
        let Some(value) = value else { return sign };
        let brackets = value.as_rule() == Rule::expression
            && value.clone().into_inner().next().is_some_and(|first| {
                matches!(first.as_rule(), Rule::match_value | Rule::braces | Rule::list | Rule::for_value)
            });
        let value = match value.as_rule() {
            Rule::expression => self.expression(value, Place::Inner),
            _ => {
                let foreign = value.into_inner().map(|part| match part.as_rule() {
                    Rule::arguments => self.arguments(part),
                    _ => self.leaf(&part),
                });
                Doc::seq(foreign.collect())
            }
        };
        if brackets && !lead.comments {
            return Doc::seq(vec![sign, Doc::text(" "), value]);
        }
        let broken = broken || lead.comments;
        let value = Doc::seq(vec![Doc::line(), lead.doc, value]).nest().group(broken);
        Doc::seq(vec![sign, value])
    }

    fn allow(&mut self, mut parts: Pairs<'t, Rule>) -> Doc<'t> {
        let word = parts.next().map_or(Doc::nothing(), |word| self.leaf(&word));
        let names = parts.filter(|part| part.as_rule() == Rule::any_name).collect();
        Doc::seq(vec![word, self.list(Style::PARAMETERS, names, |formatter, name| Item::of(formatter.leaf(&name)))])
    }

    fn use_names(&mut self, parts: Pairs<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        let mut names = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::k_use => docs.extend([self.leaf(&part), Doc::text(" ")]),
                Rule::use_name => names.push(part),
                Rule::renamed => docs.extend([Doc::text(" "), self.words(part.into_inner())]),
                _ => docs.push(self.leaf(&part)),
            }
        }
        if !names.is_empty() {
            docs.push(self.list(Style::NAMES, names, |formatter, name| {
                let mut docs = Vec::new();
                for part in name.into_inner() {
                    match part.as_rule() {
                        Rule::renamed => docs.extend([Doc::text(" "), formatter.words(part.into_inner())]),
                        _ => docs.push(formatter.leaf(&part)),
                    }
                }
                Item { atom: true, ..Item::of(Doc::seq(docs)) }
            }));
        }
        Doc::seq(docs)
    }

    fn schema(&mut self, mut parts: Pairs<'t, Rule>) -> Doc<'t> {
        let head = parts.next().map_or(Doc::nothing(), |head| self.words(head.into_inner()));
        let columns: Vec<Pair<'t, Rule>> =
            parts.filter(|part| !matches!(part.as_rule(), Rule::opening | Rule::closing)).collect();
        let role = |column: &Pair<'t, Rule>| {
            let first = column.clone().into_inner().next().filter(|first| first.as_rule() == Rule::role);
            first.map_or(0, |role| role.as_str().len() + 1)
        };
        let roles = columns.iter().map(role).max().unwrap_or(0);
        let columns = self.list(Style::LINES, columns, |formatter, part| match part.as_rule() {
            Rule::open => Item::of(formatter.leaf(&part)),
            Rule::unique => {
                let mut parts = part.into_inner();
                let word = parts.next().map_or(Doc::nothing(), |word| formatter.leaf(&word));
                let names = parts.filter(|part| part.as_rule() == Rule::any_name).collect();
                let names = formatter.list(Style::SQUARE, names, |formatter, name| Item::of(formatter.leaf(&name)));
                Item::of(Doc::seq(vec![word, Doc::text(" "), names]))
            }
            _ => Item::of(formatter.column(part.into_inner().collect(), Some(roles))),
        });
        Doc::seq(vec![head, Doc::text(" "), columns])
    }

    fn catalog(&mut self, mut parts: Pairs<'t, Rule>) -> Doc<'t> {
        let word = parts.next().map_or(Doc::nothing(), |word| self.leaf(&word));
        let entries = parts.filter(|part| part.as_rule() == Rule::catalog_entry).collect();
        let entries = self.list(Style::LINES, entries, |formatter, entry| {
            let mut parts = entry.into_inner();
            let head = parts.next().map_or(Doc::nothing(), |head| formatter.parts(head.into_inner()));
            let sign = parts.next().map_or(Doc::nothing(), |sign| formatter.leaf(&sign));
            let value = parts.next().map_or(Doc::nothing(), |value| formatter.expression(value, Place::Assigned));
            Item::aligned(head, assigned(sign, value))
        });
        Doc::seq(vec![word, Doc::text(" "), entries])
    }

    fn env(&mut self, mut parts: Pairs<'t, Rule>) -> Doc<'t> {
        let head = parts.next().map_or(Doc::nothing(), |head| self.parts(head.into_inner()));
        let settings = parts.filter(|part| part.as_rule() == Rule::setting).collect();
        let settings = self.list(Style::LINES, settings, |formatter, setting| {
            let mut docs = Vec::new();
            for part in setting.into_inner() {
                match part.as_rule() {
                    Rule::assign => {
                        docs.extend([Doc::text(" "), formatter.leaf(&part), Doc::text(" "), Doc::mark()]);
                    }
                    Rule::expression => docs.push(formatter.expression(part, Place::Assigned)),
                    Rule::setting_of => {
                        let names = part.into_inner().filter(|part| part.as_rule() == Rule::any_name).collect();
                        let of = Style { commas: false, ..Style::PARAMETERS };
                        docs.push(formatter.list(of, names, |formatter, name| Item::of(formatter.leaf(&name))));
                    }
                    _ => docs.push(formatter.leaf(&part)),
                }
            }
            Item::of(Doc::seq(docs))
        });
        Doc::seq(vec![head, Doc::text(" "), settings])
    }

    /// `(a: int, b: int = 1)`, in a signature also `(n: int >= 1)`
    fn parameters(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let is_one = |rule| matches!(rule, Rule::parameter | Rule::signature_parameter);
        let parts = pair.into_inner().filter(|part| is_one(part.as_rule())).collect();
        self.list(Style::PARAMETERS, parts, |formatter, part| Item::of(formatter.parts(part.into_inner())))
    }

    /// `[R, T: number]`
    fn type_parameters(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let parts = pair.into_inner().filter(|part| part.as_rule() == Rule::type_parameter).collect();
        self.list(Style::SQUARE, parts, |formatter, part| {
            let mut docs = Vec::new();
            for part in part.into_inner() {
                if !docs.is_empty() {
                    docs.extend([formatter.token(":"), Doc::text(" ")]);
                }
                docs.push(formatter.leaf(&part));
            }
            Item::of(Doc::seq(docs))
        })
    }
}

/// ` = value`; what stands before it need not make room for the value.
pub(super) fn assigned<'t>(sign: Doc<'t>, value: Doc<'t>) -> Doc<'t> {
    Doc::seq(vec![Doc::text(" "), sign, Doc::text(" "), Doc::mark(), value])
}
