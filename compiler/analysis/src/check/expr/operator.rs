//! Operators.

use gml_diagnostics::Span;
use gml_ir::{BinaryOp, Type, UnaryOp, Value as Constant};
use gml_syntax::ast::{self, BinaryOperator, UnaryOperator};

use crate::check::body::Body;
use crate::check::message;
use crate::check::narrow::{when_not_true, when_true};
use crate::check::value::Value;
use crate::lower::constant;
use crate::typed::TypedKind;
use crate::types::decimal::{self, digits, is_decimal};
use crate::types::{common, comparable, satisfies};

impl<'a> Body<'a> {
    /// `-x`, `not x`
    pub(super) fn unary(
        &mut self,
        operator: UnaryOperator,
        of: &'a ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        let value = self.expr(of, expected.filter(|_| operator == UnaryOperator::Negate));
        let ty = value.ty().clone();
        let fits = match operator {
            UnaryOperator::Negate => ty.is_numeric() || *ty.non_null() == Type::Duration,
            UnaryOperator::Not => matches!(ty.non_null(), Type::Bool | Type::Null),
        };
        if ty == Type::Error {
            return Value { typed: typed_error(span, ty), ..value };
        }
        if !fits && ty != Type::Unknown {
            self.emit(message::types::unary_operator(operator, &ty, value.span()));
            return Value::new(TypedKind::Error, Type::Error, value.space, span);
        }
        if operator == UnaryOperator::Negate
            && let Some(negated) = value.constant().and_then(negate)
        {
            return Value::literal(negated, ty, span);
        }
        let op = if operator == UnaryOperator::Negate { UnaryOp::Negate } else { UnaryOp::Not };
        Value::new(TypedKind::Unary(op, Box::new(value.typed)), ty, value.space, span)
    }

    /// `a + b` and the others.
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        use BinaryOperator as Op;
        match operator {
            Op::Chain => self.chain(left, right, span),
            Op::And | Op::Or => self.logic(operator, left, right, span),
            Op::In | Op::NotIn => self.membership(operator == Op::NotIn, left, right, span),
            Op::Coalesce => self.coalesce(left, right, span, expected),
            Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
                self.comparison(operator, operator_span, left, right, span)
            }
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::FloorDivide | Op::Remainder | Op::Power => {
                self.arithmetic(operator, operator_span, left, right, span)
            }
        }
    }

    fn logic(&mut self, operator: BinaryOperator, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Value<'a> {
        let is_and = operator == BinaryOperator::And;
        let left = self.expr(left, Some(&Type::Bool));
        let known = if is_and { when_true(&left.typed) } else { when_not_true(&left.typed) };
        let right = self.narrowed(known, |body| body.expr(right, Some(&Type::Bool)));
        let (mut nullable, mut unknown) = (false, false);
        for side in [&left, &right] {
            match side.ty() {
                Type::Bool => {}
                Type::Unknown | Type::Error => unknown = true,
                ty if *ty.non_null() == Type::Bool || *ty == Type::Null => nullable = true,
                ty => {
                    self.emit(message::types::not_a_bool(operator, ty, side.span()));
                    return Value::new(TypedKind::Error, Type::Error, left.space.max(right.space), span);
                }
            }
        }
        let ty = match (nullable, unknown) {
            (true, _) => Type::Bool.nullable(),
            // Whether it may be null, only the run knows.
            (false, true) => Type::Unknown,
            (false, false) => Type::Bool,
        };
        let op = if is_and { BinaryOp::And } else { BinaryOp::Or };
        let kind = TypedKind::Binary(op, Box::new(left.typed), Box::new(right.typed));
        self.joined(kind, ty, left.space, right.space, span)
    }

    fn coalesce(
        &mut self,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        let left = self.expr(left, expected);
        let inner = left.ty().non_null().clone();
        let right = self.expr(right, Some(&inner));
        if left.ty().is_silent() || right.ty().is_silent() {
            let ty = if *left.ty() == Type::Error { right.ty().clone() } else { Type::Unknown };
            return self.joined(TypedKind::Error, ty, left.space, right.space, span).keep(left, right);
        }
        if !left.ty().is_nullable() {
            self.emit(message::nulls::needless_default(left.span(), right.span(), left.ty()));
        }
        let right = self.literal_in(right, &inner);
        let left = self.beside(left, right.ty());
        let joined = match (&inner, right.ty().non_null()) {
            (Type::Null, other) => Some(other.clone()),
            (inner, Type::Null) => Some(inner.clone()),
            (inner, other) => common(inner, other),
        };
        let Some(ty) = joined else {
            self.emit(message::types::default_differs(&inner, left.span(), right.ty(), right.span()));
            return Value::new(TypedKind::Error, Type::Error, left.space.max(right.space), span);
        };
        let ty = if right.ty().is_nullable() { ty.nullable() } else { ty };
        let left = self.converted(left, &ty.clone().nullable());
        let right = self.converted(right, &ty);
        let kind = TypedKind::Binary(BinaryOp::Coalesce, Box::new(left.typed), Box::new(right.typed));
        self.joined(kind, ty, left.space, right.space, span)
    }

    fn comparison(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
    ) -> Value<'a> {
        let (left_syntax, right_syntax) = (left, right);
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let (space, op) = (left.space.max(right.space), comparison_op(operator));
        for (null, other) in [(&left, &right), (&right, &left)] {
            if *null.ty() == Type::Null {
                let negated = operator == BinaryOperator::NotEqual;
                let text = self.text(other.span());
                self.emit(message::nulls::compared_with_null(text, negated, span));
                return Value::new(TypedKind::Error, Type::Bool, space, span);
            }
        }
        if left.ty().is_silent() || right.ty().is_silent() {
            let kind = TypedKind::Binary(op, Box::new(left.typed), Box::new(right.typed));
            // A bool, but whether it may be null, only the run knows.
            return Value::new(kind, Type::Unknown, space, span);
        }
        let [left, right] = self.beside_each_other([left, right]);
        let (left_type, right_type) = (left.ty().clone(), right.ty().clone());
        let right = self.compared_literal(right, &left_type);
        let left = self.compared_literal(left, &right_type);
        if *left.ty() == Type::Error || *right.ty() == Type::Error {
            return Value::new(TypedKind::Error, Type::Bool, space, span);
        }
        let ordered = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual)
            || (satisfies("ordered", left.ty()) != Some(false) && satisfies("ordered", right.ty()) != Some(false));
        if !comparable(left.ty(), right.ty()) || !ordered {
            let texts = (self.text(left_syntax.span), self.text(right_syntax.span));
            self.emit(message::types::incomparable(operator, operator_span, &left, &right, texts));
            return Value::new(TypedKind::Error, Type::Bool, space, span);
        }
        let ty = if left.ty().is_nullable() || right.ty().is_nullable() { Type::Bool.nullable() } else { Type::Bool };
        let (left, right) = self.alike(left, right);
        Value::new(TypedKind::Binary(op, Box::new(left.typed), Box::new(right.typed)), ty, space, span)
    }

    /// A text literal compared with an enum must be one of its values.
    fn compared_literal(&mut self, value: Value<'a>, other: &Type) -> Value<'a> {
        let (Type::Enum(values), Some(Constant::Str(text))) = (other.non_null(), value.constant()) else {
            return value;
        };
        if values.contains(text) {
            return self.converted(value, other.non_null());
        }
        let diagnostic = message::types::impossible_comparison(text, value.span(), values);
        self.emit(diagnostic);
        Value::error(value.span())
    }

    /// Both sides in the type that they have in common. Decimals and integers are compared as they are, however many digits they have
    /// behind the point; what is written out has those of the other side where it has room for it.
    fn alike(&mut self, left: Value<'a>, right: Value<'a>) -> (Value<'a>, Value<'a>) {
        let (a, b) = (left.ty().non_null().clone(), right.ty().non_null().clone());
        if (is_decimal(&a) || is_decimal(&b)) && digits(&a).is_some() && digits(&b).is_some() {
            return (self.literal_in(left, &b), self.literal_in(right, &a));
        }
        match common(&a, &b) {
            Some(ty) if a != b => {
                let to = |value: &Value<'a>| if value.ty().is_nullable() { ty.clone().nullable() } else { ty.clone() };
                let (left_type, right_type) = (to(&left), to(&right));
                (self.converted(left, &left_type), self.converted(right, &right_type))
            }
            _ => (left, right),
        }
    }

    /// `x in range`, `x in list`
    fn membership(&mut self, negated: bool, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Value<'a> {
        let left = self.expr(left, None);
        let due = left.ty().non_null().clone();
        let list = Type::List(std::sync::Arc::new(due.clone()));
        let range = Type::Range(std::sync::Arc::new(due.clone()));
        let wanted = match &right.kind {
            ast::ExprKind::List(_) if !matches!(due, Type::Enum(_)) => Some(&list),
            ast::ExprKind::Range { .. } if is_decimal(&due) => Some(&range),
            _ => None,
        };
        let right = self.expr(right, wanted);
        let space = left.space.max(right.space);
        let failed = |ty| Value::new(TypedKind::Error, ty, space, span);
        let item = match right.ty().non_null() {
            Type::List(item) | Type::Range(item) => (**item).clone(),
            Type::Error => return failed(Type::Unknown),
            Type::Unknown => Type::Unknown,
            ty => {
                let ty = ty.clone();
                self.emit(message::types::not_a_collection(&ty, right.span()));
                return failed(Type::Error);
            }
        };
        if let (Type::Enum(values), TypedKind::List(items)) = (&due, &right.typed.kind) {
            for item in items {
                if let TypedKind::Literal(Constant::Str(text)) = &item.kind
                    && !values.contains(text)
                {
                    self.emit(message::types::impossible_comparison(text, item.span, values));
                    return failed(Type::Bool);
                }
            }
        }
        if !left.ty().is_silent() && !item.is_silent() && *left.ty() != Type::Null && !comparable(left.ty(), &item) {
            self.emit(message::types::never_in(&left, &item, &right));
            return failed(Type::Bool);
        }
        let ty = match left.ty() {
            ty if ty.is_nullable() => Type::Bool.nullable(),
            ty if ty.is_silent() || right.ty().is_silent() => Type::Unknown,
            _ => Type::Bool,
        };
        let kind = TypedKind::In(Box::new(left.typed), Box::new(right.typed));
        let value = Value::new(kind, ty.clone(), space, span);
        if !negated {
            return value;
        }
        Value::new(TypedKind::Unary(UnaryOp::Not, Box::new(value.typed)), ty, space, span)
    }

    /// `x is null`, `x is not null`
    pub(super) fn is_null(&mut self, of: &'a ast::Expr, negated: bool, span: Span) -> Value<'a> {
        let value = self.expr(of, None);
        if !value.ty().is_nullable() && !value.ty().is_silent() {
            self.emit(message::nulls::needless_null_check(value.ty(), value.span(), span, negated));
        }
        let space = value.space;
        let check = Value::new(TypedKind::IsNull(Box::new(value.typed)), Type::Bool, space, span);
        if !negated {
            return check;
        }
        Value::new(TypedKind::Unary(UnaryOp::Not, Box::new(check.typed)), Type::Bool, space, span)
    }

    fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
    ) -> Value<'a> {
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let space = left.space.max(right.space);
        let op = arithmetic_op(operator);
        if *left.ty() == Type::Error || *right.ty() == Type::Error {
            return Value::new(TypedKind::Error, Type::Error, space, span);
        }
        if left.ty().is_silent() || right.ty().is_silent() {
            let kind = TypedKind::Binary(op, Box::new(left.typed), Box::new(right.typed));
            return Value::new(kind, Type::Unknown, space, span);
        }
        let [left, right] = self.beside_each_other([left, right]);
        let Some(result) = result_of(op, left.ty().non_null(), right.ty().non_null()) else {
            self.emit(message::types::binary_operator(operator, operator_span, &left, &right));
            return Value::new(TypedKind::Error, Type::Error, space, span);
        };
        if let (Some(a), Some(b)) = (computed(&left.typed), computed(&right.typed))
            && constant::binary(op, &a, &b).is_none()
        {
            self.emit(crate::message::types::beyond(op, [&a, &b], &result, span));
            return Value::new(TypedKind::Error, Type::Error, space, span);
        }
        let exact = matches!(result, Type::Int(_) | Type::Decimal { .. });
        // A length of time is never infinite.
        let of_time = op == BinaryOp::Divide && result == Type::Duration;
        let whole = matches!(op, BinaryOp::FloorDivide | BinaryOp::Remainder) && exact || of_time;
        let divisor = right.constant().and_then(Constant::as_float);
        if whole && divisor == Some(0.0) {
            self.emit(message::types::division_by_zero(operator, operator_span, right.span()));
        }
        // A whole division by zero is null; what is written out is known not to be zero.
        let nullable =
            left.ty().is_nullable() || right.ty().is_nullable() || (whole && divisor.is_none_or(|d| d == 0.0));
        let ty = if nullable { result.clone().nullable() } else { result.clone() };
        let (left, right) = if is_decimal(&result) {
            // The operands keep their digits: widened to those of the result, a product would have too many.
            (left, right)
        } else if result.is_numeric() && left.ty().is_numeric() && right.ty().is_numeric() {
            let both = |value: &Value<'a>| {
                if value.ty().is_nullable() { result.clone().nullable() } else { result.clone() }
            };
            let (left_type, right_type) = (both(&left), both(&right));
            (self.converted(left, &left_type), self.converted(right, &right_type))
        } else {
            self.alike_text(left, right, &result)
        };
        Value::new(TypedKind::Binary(op, Box::new(left.typed), Box::new(right.typed)), ty, space, span)
    }

    fn alike_text(&mut self, left: Value<'a>, right: Value<'a>, result: &Type) -> (Value<'a>, Value<'a>) {
        if *result != Type::Str {
            return (left, right);
        }
        let text = |value: &Value<'a>| if value.ty().is_nullable() { Type::Str.nullable() } else { Type::Str };
        let (left_type, right_type) = (text(&left), text(&right));
        (self.converted(left, &left_type), self.converted(right, &right_type))
    }
}

impl<'a> Value<'a> {
    /// A `??` of which one side is not known: its sides stay in the tree.
    fn keep(mut self, left: Value<'a>, right: Value<'a>) -> Self {
        if self.typed.ty != Type::Error {
            self.typed.kind = TypedKind::Binary(BinaryOp::Coalesce, Box::new(left.typed), Box::new(right.typed));
        }
        self
    }
}

/// The value of an expression of constants alone.
fn computed(value: &crate::typed::Typed) -> Option<Constant> {
    match &value.kind {
        TypedKind::Literal(constant) => Some(constant.clone()),
        TypedKind::Cast(of) => constant::convert(computed(of)?, &value.ty).ok(),
        TypedKind::Unary(operator, of) => constant::unary(*operator, &computed(of)?),
        TypedKind::Binary(operator, left, right) => constant::binary(*operator, &computed(left)?, &computed(right)?),
        _ => None,
    }
}

fn typed_error(span: Span, ty: Type) -> crate::typed::Typed {
    crate::typed::Typed { kind: TypedKind::Error, ty, span }
}

fn negate(value: &Constant) -> Option<Constant> {
    Some(match value {
        Constant::Int(number) => Constant::Int(number.checked_neg()?),
        Constant::Float(number) => Constant::Float(-number),
        Constant::Decimal(number) => Constant::Decimal(-*number),
        Constant::Duration(micros) => Constant::Duration(micros.checked_neg()?),
        _ => return None,
    })
}

/// The type of an arithmetic operation; `None` where it has no meaning.
fn result_of(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    use BinaryOp as Op;
    if left.is_numeric() && right.is_numeric() {
        return match op {
            Op::Divide | Op::Power => Some(Type::Float),
            _ => match (digits(left), digits(right)) {
                (Some(a), Some(b)) if is_decimal(left) || is_decimal(right) => decimal::result(op, a, b),
                _ => common(left, right),
            },
        };
    }
    op.of_texts_and_times(left, right)
}

fn comparison_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::NotEqual => BinaryOp::NotEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::LessEqual => BinaryOp::LessEqual,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::GreaterEqual => BinaryOp::GreaterEqual,
        _ => BinaryOp::Equal,
    }
}

fn arithmetic_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Subtract => BinaryOp::Subtract,
        BinaryOperator::Multiply => BinaryOp::Multiply,
        BinaryOperator::Divide => BinaryOp::Divide,
        BinaryOperator::FloorDivide => BinaryOp::FloorDivide,
        BinaryOperator::Remainder => BinaryOp::Remainder,
        BinaryOperator::Power => BinaryOp::Power,
        _ => BinaryOp::Add,
    }
}
