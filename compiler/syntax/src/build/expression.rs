//! `if`, `match` and `for` as values.

use gml_diagnostics::Span;

use super::{Builder, Tree};
use crate::ast::{Arm, Expr, ExprKind, Pattern, PatternKind};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::Pair;

impl Builder<'_, '_> {
    pub(super) fn if_value(&mut self, pair: Pair<'_>) -> Tree {
        let mut starts = Vec::new();
        let mut values = Vec::new();
        let mut otherwise = None;
        let mut in_else = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::k_if => starts.push(self.span(&part)),
                Rule::else_if => {
                    let span = self.span(&part);
                    if !part.as_str().starts_with("else") {
                        let message = format!("`{}` is written `else if` in GML", part.as_str());
                        self.report(codes::FOREIGN_KEYWORD, span, message, "write `else if`");
                    }
                    starts.push(Span { start: span.end.saturating_sub(2), ..span });
                }
                Rule::k_else => in_else = true,
                Rule::expression if in_else => otherwise = Some(self.expression(part)),
                Rule::expression => {
                    let value = self.expression(part);
                    values.push(value);
                }
                _ => {}
            }
        }
        let mut tree = match otherwise {
            Some(tree) => tree,
            None => {
                let span = self.span_to(&pair);
                let place = starts.first().map_or(span, |first| *first);
                let help = "add `else ..`; where nothing fits, `else null`";
                self.report(
                    codes::UNEXPECTED_TOKEN,
                    place,
                    "this `if` has no `else`, so it has no value where its condition is false",
                    help,
                );
                self.error(span)
            }
        };
        // From the last: each `else if` is the otherwise of the one before it.
        while let (Some(start), Some(then), Some(condition)) = (starts.pop(), values.pop(), values.pop()) {
            let height = tree.height.max(then.height).max(condition.height);
            let span = start.to(tree.expr.span).to(then.expr.span);
            let kind = ExprKind::If {
                condition: Box::new(condition.expr),
                then: Box::new(then.expr),
                otherwise: Box::new(tree.expr),
            };
            tree = self.tree(kind, span, height);
        }
        tree
    }

    pub(super) fn match_value(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let of = self.next_expression(&mut parts);
        let mut height = of.height;
        let mut arms = Vec::new();
        for part in parts.filter(|part| part.as_rule() == Rule::arm) {
            let (arm, below) = self.arm(part);
            height = height.max(below);
            arms.push(arm);
        }
        self.tree(ExprKind::Match { of: Box::new(of.expr), arms }, span, height)
    }

    fn arm(&mut self, pair: Pair<'_>) -> (Arm, u32) {
        let start = self.span(&pair);
        let mut patterns = Vec::new();
        let mut value = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::pattern => patterns.push(self.pattern(part)),
                Rule::expression => value = Some(self.expression(part)),
                _ => {}
            }
        }
        let value = value.unwrap_or_else(|| self.error(start));
        let span = Span { end: value.expr.span.end, ..start };
        (Arm { patterns, value: value.expr, span }, value.height)
    }

    fn pattern(&mut self, pair: Pair<'_>) -> Pattern {
        let mut values: Vec<Expr> = Vec::new();
        let mut minus = None;
        let mut inclusive = true;
        let parts: Vec<Pair<'_>> = pair.into_inner().collect();
        // Alone: `_` is no end of a range.
        if let [only] = parts.as_slice()
            && only.as_rule() == Rule::name
            && only.as_str() == "_"
        {
            return Pattern { kind: PatternKind::Any, span: self.span(only) };
        }
        if let [only] = parts.as_slice()
            && only.as_rule() == Rule::name
        {
            let (span, name) = (self.span(only), self.name(only));
            self.no_pattern(only.as_str(), span);
            return Pattern { kind: PatternKind::Name(name), span };
        }
        for part in parts {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::minus => minus = Some(span),
                Rule::range_sign => inclusive = part.as_str() == "..",
                Rule::name => {
                    self.no_pattern(part.as_str(), span);
                    values.push(Expr { kind: ExprKind::Error, span });
                }
                _ => {
                    let value = self.primary(part).expr;
                    values.push(match minus.take() {
                        Some(start) => {
                            let span = start.to(value.span);
                            Expr { kind: self.negated(value), span }
                        }
                        None => value,
                    });
                }
            }
        }
        let error = self.error(self.span(&pair)).expr;
        let mut values = values.into_iter();
        let first = values.next().unwrap_or(error);
        let value = match values.next() {
            Some(last) => {
                let span = first.span.to(last.span);
                Expr { kind: ExprKind::Range { start: Box::new(first), end: Box::new(last), inclusive }, span }
            }
            None => first,
        };
        Pattern { span: value.span, kind: PatternKind::Value(value) }
    }

    fn no_pattern(&mut self, name: &str, span: Span) {
        let message = format!("`{name}` is no pattern: a `match` compares with literals");
        let help = format!("write \"{name}\" for the text, or `_` for everything else");
        self.report(codes::UNEXPECTED_TOKEN, span, message, help);
    }

    pub(super) fn for_value(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = self.next_name(&mut parts);
        let items = self.next_expression(&mut parts);
        let body = self.next_expression(&mut parts);
        let height = items.height.max(body.height);
        self.tree(ExprKind::For { name, items: Box::new(items.expr), body: Box::new(body.expr) }, span, height)
    }
}
