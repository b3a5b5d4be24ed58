//! Expressions.

mod column;
mod condition;
mod decimal;
mod field;
mod literal;
mod name;
mod operator;
mod table;

use gml_ir::{Type, Value as Constant};
use gml_syntax::ast;

use super::body::Body;
use super::message;
use super::value::{Space, Value};
use crate::typed::TypedKind;

pub(super) use name::is_single;

/// How deep an expression may lie, whatever the parser let through.
const DEEPEST: usize = 2_000;

impl<'a> Body<'a> {
    /// Checks an expression; `expected` is the type that its place wants, if any, and gives bare enum values and
    /// literals their meaning. Whether it fits is for the caller to see.
    pub fn expr(&mut self, expr: &'a ast::Expr, expected: Option<&Type>) -> Value<'a> {
        if self.depth >= DEEPEST {
            self.emit(message::types::too_deep(expr.span));
            return Value::error(expr.span);
        }
        self.depth += 1;
        self.note_context(expr.span, expected);
        let mut value = self.expr_kind(expr, expected);
        self.depth -= 1;
        value.typed.span = expr.span;
        self.note_type(expr.span, value.ty());
        value
    }

    fn expr_kind(&mut self, expr: &'a ast::Expr, expected: Option<&Type>) -> Value<'a> {
        use ast::ExprKind as Kind;
        let span = expr.span;
        let literal = |constant, ty| Value::literal(constant, ty, span);
        match &expr.kind {
            Kind::Int(number) => literal(Constant::Int(*number), Type::INT),
            Kind::Float(number) => literal(Constant::Float(*number), Type::Float),
            Kind::Text(text) => {
                // One of the values that are due, also where a branch of an `if` gives it.
                let due = expected.map(Type::non_null).filter(|ty| matches!(ty, Type::Enum(of) if of.contains(text)));
                literal(Constant::Str(text.clone()), due.cloned().unwrap_or(Type::Str))
            }
            Kind::Bool(truth) => literal(Constant::Bool(*truth), Type::Bool),
            Kind::Null => literal(Constant::Null, Type::Null),
            Kind::Date(days) => literal(Constant::Date(*days), Type::Date),
            Kind::Timestamp(micros) => literal(Constant::Timestamp(*micros), Type::Timestamp),
            Kind::Duration(micros) => literal(Constant::Duration(*micros), Type::Duration),
            Kind::Size(bytes) => literal(Constant::Size(*bytes), Type::Size),
            Kind::Format(parts) => self.format(parts, span),
            Kind::Range { start, end, inclusive } => self.range(start, end, *inclusive, span, expected),
            Kind::List(items) => self.list(items, span, expected),
            Kind::Record(fields) => self.record(fields, span, expected),
            Kind::Columns(bindings) => self.misplaced_columns(bindings, span),
            Kind::Table { ty, rows } => self.table(ty, rows, span),
            Kind::Name(name) => self.name(name, span, expected),
            Kind::Column(name) => self.column(name, span),
            Kind::Field { of, name, optional } => self.field(of, name, *optional, span),
            Kind::Call { .. } => self.call(expr, expected),
            Kind::Unary(operator, of) => self.unary(*operator, of, span, expected),
            Kind::Binary { operator, operator_span, left, right } => {
                self.binary(*operator, *operator_span, left, right, span, expected)
            }
            Kind::IsNull { of, negated } => self.is_null(of, *negated, span),
            Kind::If { condition, then, otherwise } => self.conditional(condition, then, otherwise, span, expected),
            Kind::Match { of, arms } => self.matching(of, arms, span, expected),
            Kind::For { name, items, body } => self.for_list(name, items, body, span),
            Kind::Error => Value::error(span),
        }
    }

    /// The space of an expression made of these.
    pub fn space_of<'v>(parts: impl IntoIterator<Item = &'v Value<'a>>) -> Space
    where
        'a: 'v,
    {
        parts.into_iter().map(|part| part.space).max().unwrap_or(Space::Const)
    }

    /// A value made of two, of that kind and type.
    fn joined(&self, kind: TypedKind, ty: Type, left: Space, right: Space, span: gml_diagnostics::Span) -> Value<'a> {
        Value::new(kind, ty, left.max(right), span)
    }

    /// `{ a = .x }` where a value is due.
    fn misplaced_columns(&mut self, bindings: &'a [ast::Binding], span: gml_diagnostics::Span) -> Value<'a> {
        self.emit(message::calls::misplaced_columns(bindings, span));
        Value::error(span)
    }
}
