//! Types, rows and contracts.

use pest::iterators::Pair;

use super::Formatter;
use super::doc::Doc;
use super::list::{Item, Style};
use super::operators::Place;
use crate::grammar::Rule;

impl<'t> Formatter<'t> {
    /// A `type`.
    pub fn type_of(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut first = Vec::new();
        let mut links: Vec<Doc<'t>> = Vec::new();
        let mut broken = false;
        let mut parts = pair.into_inner().peekable();
        while let Some(part) = parts.next() {
            let doc = match part.as_rule() {
                Rule::type_sign => {
                    broken |= self.cursor.line_ends();
                    let lead = self.cursor.lead(false);
                    let sign = self.leaf(&part);
                    broken |= self.cursor.line_ends();
                    let atom = parts.next().map(|atom| self.type_atom(atom));
                    let next = [Doc::line(), lead.doc, sign, Doc::text(" "), atom.unwrap_or(Doc::nothing())];
                    links.push(Doc::seq(next.into()));
                    if parts.peek().is_some_and(|next| next.as_rule() == Rule::row)
                        && let Some(row) = parts.next()
                    {
                        Doc::seq(vec![Doc::text(" "), self.row(row)])
                    } else {
                        continue;
                    }
                }
                Rule::nullable => self.leaf(&part),
                Rule::k_in => {
                    let word = self.leaf(&part);
                    let partition = parts.next().map(|name| self.leaf(&name));
                    Doc::seq(vec![Doc::text(" "), word, Doc::text(" "), partition.unwrap_or(Doc::nothing())])
                }
                Rule::closing_round => continue,
                Rule::row if !first.is_empty() => Doc::seq(vec![Doc::text(" "), self.row(part)]),
                _ => self.type_atom(part),
            };
            match links.pop() {
                Some(link) => links.push(Doc::seq(vec![link, doc])),
                None => first.push(doc),
            }
        }
        let first = Doc::seq(first);
        if links.is_empty() {
            return first;
        }
        Doc::seq(vec![first, Doc::seq(links).nest()]).group(broken)
    }

    /// A part of a type. Of `table { .. }` and `struct { .. }` the word.
    fn type_atom(&mut self, part: Pair<'t, Rule>) -> Doc<'t> {
        match part.as_rule() {
            Rule::type_name => {
                let mut parts = part.into_inner();
                let name = parts.next().map_or(Doc::nothing(), |name| self.leaf(&name));
                match parts.next() {
                    Some(arguments) => Doc::seq(vec![name, self.type_arguments(arguments)]),
                    None => name,
                }
            }
            Rule::row => self.row(part),
            Rule::r#type => {
                let inner = vec![part];
                self.list(Style::GROUP, inner, |formatter, part| Item::of(formatter.type_of(part)))
            }
            _ => self.leaf(&part),
        }
    }

    /// `[T, U]` behind the name of a type.
    pub fn type_arguments(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let parts = pair.into_inner().filter(|part| part.as_rule() == Rule::r#type).collect();
        self.list(Style::SQUARE, parts, |formatter, part| {
            let ends = part.as_str().trim_end();
            let huggable = ends.ends_with(['}', ']']);
            Item { huggable, ..Item::of(formatter.type_of(part)) }
        })
    }

    /// `{ user: str, .. }`
    pub fn row(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let parts = pair.into_inner().filter(|part| matches!(part.as_rule(), Rule::row_column | Rule::open)).collect();
        self.list(Style::RECORD, parts, |formatter, part| {
            if part.as_rule() == Rule::open {
                return Item::of(formatter.leaf(&part));
            }
            let parts = part.into_inner().collect();
            Item::of(formatter.column(parts, None))
        })
    }

    /// A column of a row or a schema. Where `roles` gives the width of the column of roles, its role is put there.
    pub fn column(&mut self, parts: Vec<Pair<'t, Rule>>, roles: Option<usize>) -> Doc<'t> {
        let mut before = Vec::new();
        let mut docs = Vec::new();
        let mut parts = parts.into_iter().peekable();
        let role = parts.next_if(|part| part.as_rule() == Rule::role);
        let used = role.as_ref().map_or(0, |role| role.as_str().len() + 1);
        if let Some(role) = role {
            before.extend([self.leaf(&role), Doc::text(" ")]);
        }
        if let Some(width) = roles {
            before.push(Doc::pad(width.saturating_sub(used)));
        }
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::any_name => docs.push(self.leaf(&part)),
                Rule::colon => docs.push(self.leaf(&part)),
                Rule::r#type => docs.extend([Doc::text(" "), self.type_of(part)]),
                Rule::contract => docs.extend([Doc::text(" "), self.contract(part)]),
                Rule::named | Rule::parsed => docs.extend([Doc::text(" "), self.words(part.into_inner())]),
                // `if valid`
                _ => {
                    docs.extend([Doc::text(" "), self.leaf(&part), Doc::text(" ")]);
                    docs.extend(parts.next().map(|name| self.leaf(&name)));
                }
            }
        }
        // Lines within are indented from the name on.
        before.push(Doc::seq(docs).hang(0));
        Doc::seq(before)
    }

    /// `in 0..120`, `> 0`, `matches r".."`
    pub fn contract(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        for part in pair.into_inner() {
            if !docs.is_empty() {
                docs.push(Doc::text(" "));
            }
            docs.push(match part.as_rule() {
                Rule::bound => self.flat(&part.into_inner().collect::<Vec<_>>(), Place::Inner),
                _ => self.leaf(&part),
            });
        }
        Doc::seq(docs)
    }
}
