//! Statements and bodies.

use gml_diagnostics::{Fix, Span};

use super::Builder;
use crate::ast::{Block, Expr, ExprKind, Let, Name, Statement, StatementKind};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::Pair;

impl Builder<'_, '_> {
    /// The body of a node.
    pub(super) fn block(&mut self, pair: Pair<'_>) -> Block {
        let span = self.span(&pair);
        let mut lets = Vec::new();
        let mut result = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::let_value => lets.push(self.let_value(part)),
                Rule::expression => result = Some(self.expression(part).expr),
                _ => {}
            }
        }
        let result = Box::new(result.unwrap_or(Expr { kind: ExprKind::Error, span }));
        Block { lets, result, span }
    }

    pub(crate) fn let_value(&mut self, pair: Pair<'_>) -> Let {
        let mut parts = pair.into_inner();
        let mut binding = match parts.next() {
            Some(head) => self.let_head(head),
            None => self.unreadable_let(self.at(0, 0)),
        };
        binding.value = self.next_expression(&mut parts).expr;
        binding
    }

    fn unreadable_let(&self, span: Span) -> Let {
        Let { name: self.nameless(span), ty: None, value: self.error(span).expr }
    }

    /// `let name: type =`, with a value that is an error yet.
    pub(crate) fn let_head(&mut self, pair: Pair<'_>) -> Let {
        let mut binding = self.unreadable_let(self.span(&pair));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => binding.name = self.name(&part),
                Rule::r#type => binding.ty = Some(self.type_of(part)),
                Rule::assign => self.assign(&part),
                _ => {}
            }
        }
        binding
    }

    /// `:=` is an error.
    pub(super) fn assign(&mut self, part: &Pair<'_>) {
        if part.as_str() != "=" {
            let span = self.span(part);
            let fix = Fix::safe(span, "=");
            self.report_written(codes::FOREIGN_OPERATOR, span, "`:=` is written `=` in GML", "write `=`", fix);
        }
    }

    /// The statements between two braces.
    pub(crate) fn statements(&mut self, pair: Pair<'_>) -> Vec<Statement> {
        let parts = pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::opening | Rule::closing));
        parts.map(|part| self.statement(part)).collect()
    }

    pub(crate) fn statement(&mut self, pair: Pair<'_>) -> Statement {
        let span = self.span_to(&pair);
        let rule = pair.as_rule();
        if rule == Rule::let_value {
            return Statement { kind: StatementKind::Let(self.let_value(pair)), span };
        }
        let mut parts = pair.into_inner();
        let kind = match rule {
            Rule::save => {
                let value = self.next_expression(&mut parts).expr;
                StatementKind::Save { value, entry: self.next_name(&mut parts) }
            }
            Rule::track => StatementKind::Track(self.next_expression(&mut parts).expr),
            Rule::expect => {
                let condition = self.next_expression(&mut parts).expr;
                let message = parts.next().map(|part| self.expression(part).expr);
                StatementKind::Expect { condition, message }
            }
            Rule::run => self.run(pair),
            _ => {
                let head = parts.next();
                let body = parts.next().map(|body| self.statements(body)).unwrap_or_default();
                match head {
                    Some(head) => self.head_of_body(head, body),
                    None => StatementKind::Track(self.error(span).expr),
                }
            }
        };
        Statement { kind, span }
    }

    /// `when condition` or `for name in items`, with its body.
    pub(crate) fn head_of_body(&mut self, head: Pair<'_>, body: Vec<Statement>) -> StatementKind {
        let rule = head.as_rule();
        let mut parts = head.into_inner();
        if rule == Rule::when_head {
            return StatementKind::When { condition: self.next_expression(&mut parts).expr, body };
        }
        let name = self.next_name(&mut parts);
        StatementKind::For { name, items: self.next_expression(&mut parts).expr, body }
    }

    fn run(&mut self, pair: Pair<'_>) -> StatementKind {
        let mut parts = pair.into_inner();
        let pipeline: Name = self.next_name(&mut parts);
        let mut args = Vec::new();
        match parts.next() {
            Some(arguments) => {
                self.arguments(arguments, &mut args);
            }
            None => {
                let message = format!("`run {}` lacks its parentheses", pipeline.text);
                let help = format!("write `run {}()`", pipeline.text);
                self.report(codes::UNEXPECTED_TOKEN, pipeline.span, message, help);
            }
        }
        StatementKind::Run { pipeline, args }
    }
}
