//! Operators: which of them hold an expression together, and where it may be broken.

use pest::iterators::Pair;

use super::Formatter;
use super::doc::Doc;
use crate::grammar::Rule;

/// How strongly operators bind, from the weakest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Chain,
    Coalesce,
    Or,
    And,
    Comparison,
    Range,
    Sum,
    Product,
    Power,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind a `=`: the links of a chain are aligned with its first.
    Assigned,
    /// Elsewhere.
    Inner,
}

impl<'t> Formatter<'t> {
    /// An `expression`.
    pub fn expression(&mut self, pair: Pair<'t, Rule>, place: Place) -> Doc<'t> {
        let (head, steps, broken) = self.piped(pair, place);
        chain(head, steps, broken)
    }

    /// What an expression begins with, the steps of its pipe, and whether these stand on lines of their own.
    pub fn piped(&mut self, pair: Pair<'t, Rule>, place: Place) -> (Doc<'t>, Vec<Doc<'t>>, bool) {
        let parts: Vec<Pair<'t, Rule>> = pair.into_inner().collect();
        let pipes = parts.iter().position(|part| part.as_rule() == Rule::pipe).unwrap_or(parts.len());
        let head = self.flat(&parts[..pipes], place);
        let mut broken = head.forced && is_compound(&parts[..pipes]);
        let mut steps = Vec::with_capacity(parts.len() - pipes);
        for part in &parts[pipes..] {
            broken |= self.cursor.line_ends();
            let lead = self.cursor.lead(false);
            broken |= lead.comments;
            let mut docs = vec![Doc::line(), lead.doc];
            let mut inner = part.clone().into_inner();
            docs.extend(inner.next().map(|sign| self.leaf(&sign)));
            docs.push(Doc::text(" "));
            docs.extend(inner.next().map(|name| self.leaf(&name)));
            docs.extend(inner.map(|given| self.given(given)));
            steps.push(Doc::seq(docs));
        }
        (head, steps, broken)
    }

    /// Operands and operators in a row.
    pub fn flat(&mut self, parts: &[Pair<'t, Rule>], place: Place) -> Doc<'t> {
        let Some(weakest) = parts.iter().filter_map(strength).min() else { return self.operand(parts) };
        let mut signs = parts.iter().enumerate().filter(|(_, part)| strength(part) == Some(weakest)).peekable();
        let mut first = match signs.peek() {
            Some((index, _)) => self.flat(&parts[..*index], Place::Inner),
            None => Doc::nothing(),
        };
        let compound = signs.peek().is_some_and(|(index, _)| is_compound(&parts[..*index]));
        let hangs = weakest == Strength::Chain && place == Place::Assigned;
        let mut links = Vec::new();
        let mut broken = compound && first.forced;
        let mut before = 0;
        while let Some((index, sign)) = signs.next() {
            let end = signs.peek().map_or(parts.len(), |(next, _)| *next);
            let right = &parts[index + 1..end];
            if weakest == Strength::Range {
                first = self.range(first, &parts[before..index], sign, right);
                before = index + 1;
                continue;
            }
            broken |= self.cursor.line_ends();
            let lead = self.cursor.lead(false);
            let mut docs = vec![Doc::line(), lead.doc, self.sign(sign)];
            if !right.is_empty() {
                broken |= self.cursor.line_ends();
                let compound = is_compound(right);
                let right = self.flat(right, Place::Inner);
                broken |= compound && right.forced;
                docs.extend([Doc::text(" "), if hangs { right.hang(0) } else { right }]);
            }
            links.push(Doc::seq(docs));
        }
        if hangs {
            // `>>` and its blank stand left of the column in which the operands are.
            let broken = broken || first.forced || links.iter().any(|link| link.forced);
            return Doc::seq(vec![first.hang(0), Doc::seq(links)]).hang(3).group(broken);
        }
        chain(first, links, broken)
    }

    /// `a..b`; with blanks where it could not be read otherwise.
    fn range(
        &mut self,
        left: Doc<'t>,
        left_parts: &[Pair<'t, Rule>],
        sign: &Pair<'t, Rule>,
        right: &[Pair<'t, Rule>],
    ) -> Doc<'t> {
        let blank = |spaced: bool| if spaced { Doc::text(" ") } else { Doc::nothing() };
        let spaced = right.first().is_some_and(|first| first.as_str().starts_with('.'))
            || is_compound(left_parts)
            || is_compound(right);
        let sign = self.sign(sign);
        let right = self.flat(right, Place::Inner);
        Doc::seq(vec![left, blank(spaced), sign, blank(spaced), right])
    }

    /// An operator, of one word or two.
    fn sign(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        match pair.as_rule() {
            Rule::range_sign => self.leaf(pair),
            _ => self.words(pair.clone().into_inner()),
        }
    }
}

/// What a chain begins with and its links, each of which begins with a [`Doc::line`].
pub(super) fn chain<'t>(first: Doc<'t>, mut links: Vec<Doc<'t>>, broken: bool) -> Doc<'t> {
    let Some(last) = links.pop() else { return first };
    let broken = broken || links.iter().any(|link| link.forced);
    links.push(last);
    let links = Doc::seq(links).nest();
    if first.forced && !broken {
        // Behind the closing bracket of the first there is room.
        return Doc::seq(vec![first, links.group(false)]);
    }
    Doc::seq(vec![first, links]).group(broken)
}

/// Whether operators hold the parts together.
fn is_compound(parts: &[Pair<'_, Rule>]) -> bool {
    parts.iter().any(|part| strength(part).is_some())
}

fn strength(part: &Pair<'_, Rule>) -> Option<Strength> {
    match part.as_rule() {
        Rule::null_test => Some(Strength::Comparison),
        Rule::range_sign => Some(Strength::Range),
        Rule::infix => Some(match part.as_str().trim_end() {
            ">>" => Strength::Chain,
            "??" => Strength::Coalesce,
            "or" => Strength::Or,
            "and" => Strength::And,
            ".." | "..<" => Strength::Range,
            "+" | "-" => Strength::Sum,
            "*" | "/" | "//" | "%" => Strength::Product,
            "**" => Strength::Power,
            _ => Strength::Comparison,
        }),
        _ => None,
    }
}
