//! Arguments that are values: constants, and expressions in functions and aggregates.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Type, Value as Constant};
use gml_syntax::ast::SignatureKind;

use super::Arguments;
use super::shapes;
use crate::check::body::Body;
use crate::check::frame::{Frame, FrameKind};
use crate::check::learned::Pending;
use crate::check::message::{self, Want};
use crate::check::signature::{ParamKind, Shape};
use crate::check::value::{Space, Value};
use crate::typed::{Typed, TypedArg, TypedKind};
use crate::types::{check_date_format, check_regex, contracted, satisfied, satisfies};

/// An argument of another type than is due, of which the diagnostic at that place tells.
struct Misfit {
    found: Type,
    due: Type,
    at: usize,
}

impl<'a> Body<'a> {
    /// Converts values to what their parameters want, now that the variables are bound.
    pub(super) fn settle_values(&mut self, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        let mut misfits: Vec<Misfit> = Vec::new();
        for (place, value) in std::mem::take(&mut arguments.waiting) {
            let param = &call.signature.params[place];
            let ParamKind::Value { ty, constant } = &param.kind else { continue };
            let want = Want::argument(call.signature.name, param.name);
            let is_constant = *constant || call.signature.kind == SignatureKind::Operator;
            let value = if is_constant { self.constant_needed(value, &want) } else { value };
            let value = self.classed(call, value, ty, &want, arguments);
            let (found, said) = (value.ty().clone(), self.diagnostics.len());
            let value = self.lifted(call, value, ty, is_constant, &want, arguments);
            let due = shapes::instantiate(ty, &arguments.variables);
            self.told_once(Misfit { found, due: due.non_null().clone(), at: said }, &mut misfits);
            arguments.failed |= *value.ty() == Type::Error;
            arguments.space = arguments.space.max(value.space);
            self.readable(call, param.name, &value);
            self.within_bounds(call, place, &value.typed);
            // One that is written out is found where it stands.
            if value.constant().is_none() {
                arguments.set_constant(place, crate::check::value::folded(&value.typed));
            }
            arguments.typed[place] = Some(TypedArg::Value(value.typed));
        }
    }

    /// Of arguments of one call that are wrong in the same way, the first one tells, and shows the others.
    fn told_once(&mut self, misfit: Misfit, known: &mut Vec<Misfit>) {
        let is_mismatch = |said: &Diagnostic| said.code == codes::TYPE_MISMATCH;
        if self.diagnostics.len() != misfit.at + 1 || !self.diagnostics.last().is_some_and(is_mismatch) {
            return;
        }
        match known.iter().find(|other| other.found == misfit.found && other.due == misfit.due) {
            Some(first) => {
                if let Some(again) = self.diagnostics.pop() {
                    let label = again.label.unwrap_or_else(|| "and this".to_owned());
                    let first = &mut self.diagnostics[first.at];
                    *first = first.clone().and(again.span, label);
                }
            }
            None => known.push(misfit),
        }
    }

    /// A constant must satisfy what the signature says of it, and so must all that is looked for in its place.
    pub(super) fn within_bounds(&mut self, call: &Pending<'a>, place: usize, value: &Typed) {
        let param = &call.signature.params[place];
        if param.contracts.is_empty() {
            return;
        }
        let outside = |(constant, _): &(Constant, &Typed)| {
            param.contracts.iter().any(|contract| !satisfied(&contract.rule, constant))
        };
        if let Some((constant, at)) = self.constants(value).into_iter().find(outside) {
            let text = self.text(at.span);
            let diagnostic = message::calls::out_of_bounds(call, param, &constant, at.span, text);
            self.emit(self.with_origin(diagnostic, at));
        }
    }

    /// Regular expressions and formats of dates must be such that they can be read.
    fn readable(&mut self, call: &Pending<'a>, param: &str, value: &Value<'a>) {
        let Some(Constant::Str(text)) = value.constant().filter(|_| call.signature.kind == SignatureKind::Function)
        else {
            return;
        };
        let checked = match (param, &call.signature.result) {
            ("pattern", _) => check_regex(text, value.span()),
            ("format", Shape::Is(ty)) if ty.is_temporal() => check_date_format(text, value.span(), ty.non_null()),
            _ => Ok(()),
        };
        if let Err(diagnostic) = checked {
            self.emit(diagnostic);
        }
    }

    /// The value, of which the type must be of the class that its variable is bound to.
    fn classed(
        &mut self,
        call: &Pending<'a>,
        value: Value<'a>,
        shape: &Shape,
        want: &Want<'_>,
        arguments: &mut Arguments<'a>,
    ) -> Value<'a> {
        let variable = match shape {
            Shape::Variable(variable) => *variable,
            Shape::Nullable(inner) | Shape::List(inner) | Shape::Range(inner) => match &**inner {
                Shape::Variable(variable) => *variable,
                _ => return value,
            },
            _ => return value,
        };
        let Some((_, Some(bound))) = call.signature.variables.get(variable) else {
            return self.column_value(value, want);
        };
        // The type of the value's own part, not what it has in common with others.
        let mut own = shapes::Variables::new(call.signature);
        own.infer(shape, value.ty());
        let Some(ty) = own.ty(variable).cloned() else { return value };
        if ty.is_silent() || satisfies(bound, &ty) != Some(false) {
            return value;
        }
        let text = self.text(value.span());
        self.emit(message::calls::wrong_class(&value, &ty, bound, want, text));
        arguments.variables.set_type(variable, Type::Error);
        Value::error(value.span())
    }

    /// Tables, estimators and what was learned are no values of columns.
    fn column_value(&mut self, value: Value<'a>, want: &Want<'_>) -> Value<'a> {
        if matches!(value.ty(), Type::Table(_) | Type::Sequences(_) | Type::Estimator(_) | Type::Learned(_)) {
            let text = self.text(value.span());
            self.emit(message::calls::wrong_class(&value, value.ty(), "scalar", want, text));
            return Value::error(value.span());
        }
        value
    }

    /// The value in the type that is due. Null goes through functions, and past aggregates.
    fn lifted(
        &mut self,
        call: &Pending<'a>,
        value: Value<'a>,
        shape: &Shape,
        is_constant: bool,
        want: &Want<'_>,
        arguments: &mut Arguments<'a>,
    ) -> Value<'a> {
        let to = shapes::instantiate(shape, &arguments.variables);
        if !value.ty().is_nullable() || shape.is_nullable() || is_constant {
            arguments.maybe_lifted |= *value.ty() == Type::Unknown && !shape.is_nullable() && !is_constant;
            return self.coerced(value, &to, want);
        }
        // A condition has to be one; `first` and others take a `bool?` as any other value.
        let is_condition = to == Type::Bool && !matches!(shape, Shape::Variable(_));
        if call.signature.kind == SignatureKind::Aggregate && is_condition {
            let text = self.text(value.span());
            self.emit(message::nulls::nullable_condition(&value, call.signature.name, text));
            return Value::error(value.span());
        }
        arguments.lifted = true;
        self.coerced(value, &to.nullable(), want)
    }

    /// The frame of what stands in the parentheses of an aggregate or a window function.
    pub(super) fn within_frame(&self, call: &Pending<'a>) -> Option<Arc<Frame>> {
        self.frame_within(call.signature, &call.syntax)
    }

    pub(super) fn frame_within(
        &self,
        signature: &crate::check::signature::Signature,
        syntax: &super::Syntax<'a>,
    ) -> Option<Arc<Frame>> {
        let frame = self.frame.as_ref()?;
        let of_group = signature.kind == SignatureKind::Aggregate && matches!(frame.kind, FrameKind::Group(_));
        Some(Arc::new(Frame {
            row: frame.row.clone(),
            kind: FrameKind::Within { name: signature.name, span: syntax.function.span, of_group },
            operator: frame.operator,
            span: frame.span,
        }))
    }

    /// Where null is filled: the value must fit each of the columns.
    pub(super) fn fitting_fill(&mut self, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        let Some(columns) = shapes::fills(&call.signature.result) else { return };
        let place = call
            .signature
            .params
            .iter()
            .position(|param| matches!(&param.kind, ParamKind::Value { ty: Shape::Variable(_), .. }));
        let Some(place) = place else { return };
        let Some(TypedArg::Value(typed)) = &arguments.typed[place] else { return };
        let value = Value { typed: typed.clone(), space: Space::Const, short: false, facts: None };
        for column in &arguments.variables.row(columns).columns {
            let checked = self.coerced(value.clone(), column.ty.non_null(), &Want::Fill(&column.name));
            if matches!(checked.typed.kind, TypedKind::Error) && !value.ty().is_silent() {
                arguments.failed = true;
                return;
            }
            if matches!(checked.typed.kind, TypedKind::Literal(Constant::Decimal(_))) {
                // Every digit that was written, which a float may not have.
                arguments.typed[place] = Some(TypedArg::Value(checked.typed));
            }
        }
    }

    /// The constants that a value is made of, each with the expression that says it: itself, the ends of a range and of
    /// `log(range)`, the items of a list.
    fn constants<'t>(&self, value: &'t Typed) -> Vec<(Constant, &'t Typed)> {
        let mut found = Vec::new();
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            match &value.kind {
                TypedKind::Cast(inner) => waiting.push(inner),
                TypedKind::Range { start, end, inclusive } => {
                    // An end that is left out may lie outside itself.
                    waiting.extend(inclusive.then_some(&**end));
                    waiting.push(start);
                }
                TypedKind::List(items) => waiting.extend(items.iter().rev()),
                TypedKind::Call(call) if matches!(value.ty, Type::Search(_)) => {
                    waiting.extend(call.args.iter().filter_map(|(_, arg)| match arg {
                        TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
                        _ => None,
                    }));
                }
                _ => {
                    let known = self.known_here(value).map(contracted).unwrap_or_default();
                    found.extend(known.into_iter().map(|constant| (constant, value)));
                }
            }
        }
        found
    }
}
