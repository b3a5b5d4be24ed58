//! Values that are not written out where they stand and are known nevertheless: behind a `let`, or as a default.
//!
//! What a parameter is may be set otherwise for a run. So nothing but what would be wrong with the default is found here;
//! what is wrong with the values of a run is found while it is lowered.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Value as Constant;
use gml_syntax::ast::SignatureKind;

use super::body::Body;
use super::value::{Space, Value};
use crate::lower::{apply_function, binary, convert, show, unary};
use crate::package::Package;
use crate::typed::{LocalId, Typed, TypedArg, TypedKind};

impl<'a> Body<'a> {
    /// What an expression is where nothing is set otherwise.
    pub fn known_value(&self, typed: &Typed) -> Option<Constant> {
        known(self.shared.package, typed, &|local| self.local(local).known.clone())
    }

    /// As [`Body::known_value`], where nothing decides whether the expression is looked at at all: behind `if n > 0` it is not, where
    /// `n` is 0.
    pub fn known_here(&self, typed: &Typed) -> Option<Constant> {
        let is_written_out = matches!(typed.kind, TypedKind::Literal(_));
        if self.branches > 0 && !is_written_out { None } else { self.known_value(typed) }
    }

    /// What a name that is bound to a value stands for.
    pub fn known_of(&self, value: &Value<'a>) -> Option<Constant> {
        if value.space == Space::Const { self.known_value(&value.typed) } else { None }
    }

    /// Adds where a value comes from that is not written out where it stands.
    pub fn with_origin(&self, diagnostic: Diagnostic, typed: &Typed) -> Diagnostic {
        match self.origin(typed) {
            Some((name, span)) => match self.known_value(typed) {
                Some(constant) if is_name(typed) => diagnostic.and(span, format!("`{name}` is {constant} here")),
                _ => diagnostic.and(span, format!("`{name}` is set here")),
            },
            None => diagnostic,
        }
    }

    /// The first name in an expression that stands for a value, and where that is bound.
    fn origin(&self, typed: &Typed) -> Option<(&str, Span)> {
        match &typed.kind {
            TypedKind::Param(id) => {
                let declared = &self.shared.package.params.get(id.0 as usize)?.declared;
                Some((&*declared.name, declared.name_span))
            }
            TypedKind::Local(id) => {
                let local = self.local(*id);
                Some((&*local.name, local.span))
            }
            TypedKind::Cast(of) | TypedKind::Unary(_, of) => self.origin(of),
            TypedKind::Binary(_, left, right) => self.origin(left).or_else(|| self.origin(right)),
            TypedKind::List(parts) | TypedKind::Format(parts) => parts.iter().find_map(|part| self.origin(part)),
            TypedKind::Range { start, end, .. } => self.origin(start).or_else(|| self.origin(end)),
            TypedKind::Call(call) => call.args.iter().find_map(|(_, arg)| match arg {
                TypedArg::Value(value) => self.origin(value),
                _ => None,
            }),
            _ => None,
        }
    }
}

/// What an expression is where nothing is set otherwise; `local` gives what names are bound to.
pub(super) fn known(package: &Package, typed: &Typed, local: &dyn Fn(LocalId) -> Option<Constant>) -> Option<Constant> {
    let of = |part: &Typed| known(package, part, local);
    match &typed.kind {
        TypedKind::Literal(constant) => Some(constant.clone()),
        TypedKind::Param(id) => {
            let ty = &package.params.get(id.0 as usize)?.ty;
            convert(package.param_default(*id)?, ty).ok()
        }
        TypedKind::Local(id) => local(*id),
        TypedKind::Cast(inner) => convert(of(inner)?, &typed.ty).ok(),
        TypedKind::Unary(operator, inner) => unary(*operator, &of(inner)?),
        TypedKind::Binary(operator, left, right) => binary(*operator, &of(left)?, &of(right)?),
        TypedKind::List(items) => items.iter().map(of).collect::<Option<_>>().map(Constant::List),
        TypedKind::Range { start, end, inclusive } => {
            let (start, end) = (Box::new(of(start)?), Box::new(of(end)?));
            Some(Constant::Range { start, end, inclusive: *inclusive })
        }
        TypedKind::Format(parts) => {
            let parts = parts.iter().map(|part| of(part).map(|part| show(&part)));
            Some(Constant::Str(parts.collect::<Option<String>>()?.into()))
        }
        TypedKind::If(condition, then, otherwise) => {
            let holds = of(condition)? == Constant::Bool(true);
            of(if holds { then } else { otherwise })
        }
        TypedKind::Call(call) if call.kind == SignatureKind::Function => {
            let args = call.args.iter().map(|(name, arg)| match arg {
                TypedArg::Value(arg) => Some((*name, of(arg)?)),
                _ => None,
            });
            apply_function(call.name, &args.collect::<Option<Vec<_>>>()?, &typed.ty)
        }
        _ => None,
    }
}

fn is_name(typed: &Typed) -> bool {
    match &typed.kind {
        TypedKind::Cast(of) => is_name(of),
        kind => matches!(kind, TypedKind::Param(_) | TypedKind::Local(_)),
    }
}
