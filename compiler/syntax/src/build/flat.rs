//! A flat row of operands and operators, put in order of strength without recursion.

use gml_diagnostics::{Fix, Span};

use super::{Builder, Tree};
use crate::ast::{BinaryOperator, ExprKind, UnaryOperator};
use crate::codes;
use crate::grammar::Rule;
use crate::matcher::{Pair, Pairs};

/// An operator that waits for what is right of it.
pub(crate) struct Pending {
    operator: Operator,
    strength: u8,
    span: Span,
}

#[derive(Clone, Copy)]
enum Operator {
    Unary(UnaryOperator),
    Binary(BinaryOperator),
    Range { inclusive: bool },
}

const NOT: u8 = 5;
const COMPARISON: u8 = 6;
const RANGE: u8 = 7;
const NEGATE: u8 = 10;
const POWER: u8 = 11;

impl Builder<'_, '_> {
    /// The tree of an `expression`.
    pub(crate) fn expression(&mut self, pair: Pair<'_>) -> Tree {
        self.flat(pair.into_inner())
    }

    /// The tree of a row of operands and operators.
    pub(super) fn flat(&mut self, mut parts: Pairs<'_>) -> Tree {
        let (operands, operators) = (self.operands.len(), self.operators.len());
        let mut piped = None;
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::name => {
                    let tree = self.name_or_call(&part, &mut parts);
                    self.operands.push(tree);
                }
                Rule::prefix => self.prefix(&part),
                Rule::infix | Rule::range_sign => {
                    if let Some(pipe) = piped.take() {
                        self.operator_behind_pipe(&part, pipe);
                    }
                    self.infix(part, operators);
                }
                Rule::null_test => self.null_test(part, operators),
                Rule::member => {
                    let of = self.pop_operand(operands);
                    let tree = self.member(of, part);
                    self.operands.push(tree);
                }
                Rule::pipe => {
                    self.reduce(operators, 0);
                    piped = part.into_inner().next().map(|sign| self.span(&sign));
                    let of = self.pop_operand(operands);
                    let tree = self.pipe(of, part);
                    self.operands.push(tree);
                }
                _ => {
                    let tree = self.primary(part);
                    self.operands.push(tree);
                }
            }
        }
        self.reduce(operators, 0);
        let tree = self.pop_operand(operands);
        self.operands.truncate(operands);
        tree
    }

    fn pop_operand(&mut self, floor: usize) -> Tree {
        if self.operands.len() > floor
            && let Some(tree) = self.operands.pop()
        {
            return tree;
        }
        self.error(self.at(0, 0))
    }

    fn prefix(&mut self, part: &Pair<'_>) {
        let span = self.span(part);
        let (operator, strength) = match part.as_str() {
            "-" => (UnaryOperator::Negate, NEGATE),
            "not" => (UnaryOperator::Not, NOT),
            _ => {
                let help = "`not` negates a condition";
                let fix = Fix::guess(span, "not ");
                self.report_written(codes::FOREIGN_OPERATOR, span, "`!` is written `not` in GML", help, fix);
                (UnaryOperator::Not, NOT)
            }
        };
        self.operators.push(Pending { operator: Operator::Unary(operator), strength, span });
    }

    fn infix(&mut self, part: Pair<'_>, floor: usize) {
        let span = self.span(&part);
        let (operator, strength) = self.infix_operator(part.as_str(), span);
        // Those of the same strength group from the left, `**` from the right.
        self.reduce(floor, if strength == POWER { strength + 1 } else { strength });
        self.operators.push(Pending { operator, strength, span });
    }

    fn null_test(&mut self, part: Pair<'_>, floor: usize) {
        let negated = part.into_inner().any(|word| word.as_rule() == Rule::k_not);
        let end = self.span(&part);
        self.reduce(floor, COMPARISON);
        if let Some(of) = self.operands.pop() {
            let span = of.expr.span.to(end);
            let tree = self.tree(ExprKind::IsNull { of: Box::new(of.expr), negated }, span, of.height);
            self.operands.push(tree);
        }
    }

    /// Applies the operators that are at least this strong.
    fn reduce(&mut self, floor: usize, strength: u8) {
        while self.operators.len() > floor && self.operators.last().is_some_and(|top| top.strength >= strength) {
            let (Some(top), Some(right)) = (self.operators.pop(), self.operands.pop()) else { return };
            let is_chained = strength == top.strength && matches!(strength, COMPARISON | RANGE);
            if is_chained {
                self.chained(&top);
            }
            let mut tree = self.apply(top, right);
            if is_chained {
                // It has no type, and nothing more is to be said of it.
                tree.expr.kind = ExprKind::Error;
            }
            self.operands.push(tree);
        }
    }

    fn apply(&mut self, top: Pending, right: Tree) -> Tree {
        if let Operator::Unary(operator) = top.operator {
            let span = top.span.to(right.expr.span);
            let kind = match operator {
                UnaryOperator::Negate => self.negated(right.expr),
                UnaryOperator::Not => ExprKind::Unary(operator, Box::new(right.expr)),
            };
            return self.tree(kind, span, right.height);
        }
        let Some(left) = self.operands.pop() else { return right };
        let span = left.expr.span.to(right.expr.span);
        let height = left.height.max(right.height);
        let (left, right) = (Box::new(left.expr), Box::new(right.expr));
        let kind = match top.operator {
            Operator::Range { inclusive } => ExprKind::Range { start: left, end: right, inclusive },
            Operator::Binary(operator) => ExprKind::Binary { operator, operator_span: top.span, left, right },
            Operator::Unary(_) => ExprKind::Error,
        };
        self.tree(kind, span, height)
    }

    fn chained(&mut self, top: &Pending) {
        let (message, help) = if top.strength == RANGE {
            ("a range has two ends", "write `first..last`")
        } else {
            ("comparisons cannot be chained", "write `a < b and b < c`, or `b in a..c`")
        };
        self.report(codes::CHAINED_COMPARISON, top.span, message, help);
    }

    fn operator_behind_pipe(&mut self, part: &Pair<'_>, pipe: Span) {
        let sign = part.as_str().trim_end();
        let message = format!("`{sign}` cannot stand behind a pipe: `|>` is weaker than every other operator");
        self.report(
            codes::UNEXPECTED_TOKEN,
            self.span(part),
            message,
            format!("put the pipe in parentheses: `(.. |> f()) {sign} ..`"),
        );
        if let Some(last) = self.diagnostics.pop() {
            self.diagnostics.push(last.and(pipe, "the pipe begins here"));
        }
    }

    /// The operator, with an error where it is one of another language.
    fn infix_operator(&mut self, sign: &str, span: Span) -> (Operator, u8) {
        use BinaryOperator as B;
        let (operator, strength) = match sign {
            ">>" => (B::Chain, 1),
            "??" => (B::Coalesce, 2),
            "or" => (B::Or, 3),
            "and" => (B::And, 4),
            "==" => (B::Equal, COMPARISON),
            "!=" => (B::NotEqual, COMPARISON),
            "<" => (B::Less, COMPARISON),
            "<=" => (B::LessEqual, COMPARISON),
            ">" => (B::Greater, COMPARISON),
            ">=" => (B::GreaterEqual, COMPARISON),
            "in" => (B::In, COMPARISON),
            "+" => (B::Add, 8),
            "-" => (B::Subtract, 8),
            "*" => (B::Multiply, 9),
            "/" => (B::Divide, 9),
            "//" => (B::FloorDivide, 9),
            "%" => (B::Remainder, 9),
            "**" => (B::Power, POWER),
            ".." => return (Operator::Range { inclusive: true }, RANGE),
            "..<" => return (Operator::Range { inclusive: false }, RANGE),
            _ => return self.foreign_operator(sign, span),
        };
        (Operator::Binary(operator), strength)
    }

    fn foreign_operator(&mut self, sign: &str, span: Span) -> (Operator, u8) {
        use BinaryOperator as B;
        let (operator, strength, ours) = match sign {
            "&&" => (B::And, 4, "and"),
            "||" => (B::Or, 3, "or"),
            "===" => (B::Equal, COMPARISON, "=="),
            "!==" | "<>" => (B::NotEqual, COMPARISON, "!="),
            "=" | ":=" => {
                let message = format!("`{sign}` does not compare");
                let fix = Fix::guess(span, "==");
                self.report_written(codes::ASSIGNMENT_IN_EXPRESSION, span, message, "write `==` to compare", fix);
                return (Operator::Binary(B::Equal), COMPARISON);
            }
            // `not in`, whatever stands between the two words.
            _ => return (Operator::Binary(B::NotIn), COMPARISON),
        };
        let message = format!("`{sign}` is written `{ours}` in GML");
        let fix = Fix::safe(span, ours);
        self.report_written(codes::FOREIGN_OPERATOR, span, message, format!("write `{ours}`"), fix);
        (Operator::Binary(operator), strength)
    }
}
