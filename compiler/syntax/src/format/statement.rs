//! Statements and bodies.

use pest::iterators::{Pair, Pairs};

use super::Formatter;
use super::doc::Doc;
use super::list::{Item, Style};
use super::operators::{Place, chain};
use crate::grammar::Rule;

impl<'t> Formatter<'t> {
    /// The body of a node, or the statements of a pipeline or test.
    pub fn block(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let parts = pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::opening | Rule::closing)).collect();
        self.list(Style::BLOCK, parts, |formatter, part| Item::of(formatter.statement(part)))
    }

    fn statement(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        match pair.as_rule() {
            Rule::expression => self.expression(pair, Place::Inner),
            Rule::let_value => self.let_value(pair),
            Rule::save => self.save(pair),
            Rule::expect => self.expect(pair),
            Rule::when | Rule::for_each => {
                let mut parts = pair.into_inner();
                let head = parts.next().map_or(Doc::nothing(), |head| self.head(head.into_inner()));
                let body = parts.next().map_or(Doc::nothing(), |body| self.block(body));
                Doc::seq(vec![head, Doc::text(" "), body])
            }
            // `track value`, `run pipeline(args)`
            _ => self.head(pair.into_inner()),
        }
    }

    /// Words, an expression, arguments, with blanks where they are due.
    fn head(&mut self, parts: Pairs<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        for part in parts {
            if !docs.is_empty() && part.as_rule() != Rule::arguments {
                docs.push(Doc::text(" "));
            }
            docs.push(match part.as_rule() {
                Rule::expression => self.expression(part, Place::Inner),
                Rule::arguments => self.arguments(part),
                _ => self.leaf(&part),
            });
        }
        Doc::seq(docs)
    }

    fn let_value(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut docs = Vec::new();
        let mut parts = pair.into_inner();
        for part in parts.next().into_iter().flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::r#type => docs.extend([self.token(":"), Doc::text(" "), self.type_of(part)]),
                Rule::k_let => docs.push(self.leaf(&part)),
                _ => {
                    docs.push(Doc::text(" "));
                    docs.push(self.leaf(&part));
                }
            }
        }
        docs.push(Doc::text(" "));
        docs.extend(parts.next().map(|value| Doc::seq(vec![Doc::mark(), self.expression(value, Place::Assigned)])));
        Doc::seq(docs)
    }

    /// `save value as entry`; the entry stands below the steps of a pipe.
    fn save(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = pair.into_inner();
        let mut docs: Vec<Doc<'t>> = parts.next().map(|word| self.leaf(&word)).into_iter().collect();
        docs.push(Doc::text(" "));
        let Some(value) = parts.next() else { return Doc::seq(docs) };
        let (head, mut steps, broken) = self.piped(value, Place::Inner);
        let lead = self.cursor.lead(false);
        let entry = self.words(parts);
        if steps.is_empty() {
            docs.extend([head, Doc::text(" "), lead.doc, entry]);
        } else {
            let broken = broken || lead.comments || steps.iter().any(|step| step.forced);
            steps.push(Doc::seq(vec![Doc::line(), lead.doc, entry]));
            docs.push(chain(head, steps, broken));
        }
        Doc::seq(docs)
    }

    /// `expect condition, "message"`
    fn expect(&mut self, pair: Pair<'t, Rule>) -> Doc<'t> {
        let mut parts = pair.into_inner();
        let word = parts.next().map_or(Doc::nothing(), |word| self.leaf(&word));
        let condition = parts.next().map_or(Doc::nothing(), |value| self.expression(value, Place::Inner));
        let mut docs = vec![word, Doc::text(" "), condition];
        if let Some(message) = parts.next() {
            docs.push(self.token(","));
            let broken = self.cursor.line_ends();
            let lead = self.cursor.lead(false);
            let message = self.expression(message, Place::Inner);
            docs.push(Doc::seq(vec![Doc::line(), lead.doc, message]).nest().group(broken || lead.comments));
        }
        Doc::seq(docs)
    }
}
