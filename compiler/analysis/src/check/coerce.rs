//! Values where a type is due.

use gml_diagnostics::Span;
use gml_ir::{Type, Value as Constant};

use super::body::{Body, Place};
use super::expr::is_single;
use super::message::{self, Want};
use super::value::{Space, Value};
use crate::typed::{LocalId, Typed, TypedKind};
use crate::types::{Fit, assignable};

impl<'a> Body<'a> {
    /// The value in the type that its place wants, or an error that says why it does not fit.
    pub fn coerced(&mut self, value: Value<'a>, to: &Type, want: &Want<'_>) -> Value<'a> {
        if value.ty().is_silent() || to.is_silent() {
            return value;
        }
        let value = self.beside(value, to);
        if let Some(checked) = self.literal(&value, to, want) {
            return match checked {
                Ok(()) => self.converted(value, to),
                Err(()) => Value::error(value.span()),
            };
        }
        match assignable(value.ty(), to) {
            Fit::Exact | Fit::Widen => self.converted(value, to),
            Fit::Null => {
                let text = self.text(value.span());
                self.emit(message::nulls::not_allowed(&value, to, want, text));
                self.failed(value, to)
            }
            Fit::No => {
                let text = self.text(value.span());
                self.emit(message::types::mismatch(&value, to, want, text));
                self.failed(value, to)
            }
        }
    }

    /// What is used in its place: of the type that was due, so that nothing further is said.
    fn failed(&self, value: Value<'a>, to: &Type) -> Value<'a> {
        let ty = if matches!(to, Type::Table(_) | Type::Learned(_)) { Type::Error } else { to.clone() };
        Value::new(TypedKind::Error, ty, value.space, value.span())
    }

    /// Literals fit where their value does: `Some(Err)` where a diagnostic says that it does not, `None` where that
    /// is not for their value to say.
    fn literal(&mut self, value: &Value<'a>, to: &Type, want: &Want<'_>) -> Option<Result<(), ()>> {
        let constant = match &value.typed.kind {
            TypedKind::Literal(constant) => constant,
            _ => return None,
        };
        match (constant, to.non_null()) {
            (Constant::Int(number), Type::Int(kind)) => {
                let (low, high) = kind.bounds();
                if (low..=high).contains(&i128::from(*number)) {
                    return Some(Ok(()));
                }
                self.emit(message::types::literal_out_of_range(*number, *kind, value.span()));
                Some(Err(()))
            }
            (Constant::Str(text), Type::Enum(values)) if !matches!(value.ty(), Type::Enum(_)) => {
                if values.contains(text) {
                    return Some(Ok(()));
                }
                self.emit(match want {
                    Want::Argument { .. } => message::names::unknown_choice(text, value.span(), values),
                    _ => message::types::not_an_enum_value(text, value.span(), values),
                });
                Some(Err(()))
            }
            (Constant::Decimal(number), Type::Decimal { precision, scale })
                if number.fitted(*precision, *scale).is_some() =>
            {
                Some(Ok(()))
            }
            (Constant::Decimal(_) | Constant::Float(_), Type::Decimal { .. }) => {
                self.emit(message::types::decimal_out_of_range(constant, to.non_null(), value.span()));
                Some(Err(()))
            }
            (Constant::Float(_) | Constant::Int(_), Type::Float32) => Some(Ok(())),
            _ => None,
        }
    }

    /// The value, which must be known before the run.
    pub fn constant_needed(&mut self, value: Value<'a>, want: &Want<'_>) -> Value<'a> {
        if value.ty().is_silent() {
            return value;
        }
        if value.space > Space::Const {
            let text = self.text(value.span());
            self.emit(message::spaces::constant_needed(&value, want, text));
            return Value::error(value.span());
        }
        self.is_needed_before(&value.typed, value.span());
        value
    }

    /// Notes that what an expression is made of must be known before the run, since the expression is used so at that place.
    pub fn is_needed_before(&mut self, typed: &Typed, at: Span) {
        if matches!(self.place, Place::Function(_) | Place::Node(_)) {
            let mut locals = Vec::new();
            locals_of(typed, &mut locals);
            for local in locals {
                self.constants.entry(local).or_insert(at);
            }
        }
    }
}

impl<'a> Body<'a> {
    /// What a loop goes over. Loops are unrolled before the run, so values that the run computes must be written out one by one.
    pub fn unrolled(&mut self, items: Value<'a>) -> Value<'a> {
        match items.ty().non_null() {
            Type::List(item) if is_single(item) && !self.is_written_out(&items.typed) => {
                self.constant_needed(items, &Want::Items)
            }
            _ => items,
        }
    }

    /// Whether a list is there item by item, whatever these are.
    pub fn is_written_out(&self, list: &Typed) -> bool {
        match &list.kind {
            TypedKind::List(_) | TypedKind::For { .. } => true,
            TypedKind::Local(id) => self.local(*id).listed,
            TypedKind::Cast(of) => self.is_written_out(of),
            TypedKind::If(_, then, otherwise) => self.is_written_out(then) && self.is_written_out(otherwise),
            TypedKind::Field(of, _) => matches!(of.kind, TypedKind::Record(_)),
            _ => false,
        }
    }
}

/// The locals that a constant is made of.
fn locals_of(typed: &Typed, locals: &mut Vec<LocalId>) {
    match &typed.kind {
        TypedKind::Local(id) => locals.push(*id),
        TypedKind::Field(of, _)
        | TypedKind::Unary(_, of)
        | TypedKind::IsNull(of)
        | TypedKind::Cast(of)
        | TypedKind::Conform(of, _) => locals_of(of, locals),
        TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => {
            locals_of(left, locals);
            locals_of(right, locals);
        }
        TypedKind::Range { start, end, .. } => {
            locals_of(start, locals);
            locals_of(end, locals);
        }
        TypedKind::If(condition, then, otherwise) => {
            for part in [condition, then, otherwise] {
                locals_of(part, locals);
            }
        }
        TypedKind::Format(parts) | TypedKind::List(parts) => parts.iter().for_each(|part| locals_of(part, locals)),
        TypedKind::Record(fields) => fields.iter().for_each(|(_, part)| locals_of(part, locals)),
        TypedKind::For { items, body, .. } => {
            locals_of(items, locals);
            locals_of(body, locals);
        }
        TypedKind::Function(_, args) => args.iter().flatten().for_each(|arg| locals_of(arg, locals)),
        TypedKind::Call(call) => {
            for (_, arg) in &call.args {
                if let crate::typed::TypedArg::Value(value) = arg {
                    locals_of(value, locals);
                }
            }
        }
        _ => {}
    }
}
