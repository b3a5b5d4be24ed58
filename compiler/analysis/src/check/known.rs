//! Values that are not written out where they stand and are known nevertheless: behind a `let`, or as a default.
//!
//! What a parameter is may be set otherwise for a run. So nothing but what would be wrong with the default is found here;
//! what is wrong with the values of a run is found while it is lowered.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Value as Constant;

use super::body::Body;
use super::value::{Space, Value};
use crate::lower::{binary, convert, unary};
use crate::typed::{Typed, TypedKind};

impl<'a> Body<'a> {
    /// What an expression is where nothing is set otherwise.
    pub fn known_value(&self, typed: &Typed) -> Option<Constant> {
        match &typed.kind {
            TypedKind::Literal(constant) => Some(constant.clone()),
            TypedKind::Param(id) => {
                let ty = &self.shared.package.params.get(id.0 as usize)?.ty;
                convert(self.shared.package.param_default(*id)?, ty).ok()
            }
            TypedKind::Local(id) => self.local(*id).known.clone(),
            TypedKind::Cast(of) => convert(self.known_value(of)?, &typed.ty).ok(),
            TypedKind::Unary(operator, of) => unary(*operator, &self.known_value(of)?),
            TypedKind::Binary(operator, left, right) => {
                binary(*operator, &self.known_value(left)?, &self.known_value(right)?)
            }
            TypedKind::List(items) => {
                items.iter().map(|item| self.known_value(item)).collect::<Option<_>>().map(Constant::List)
            }
            _ => None,
        }
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
            TypedKind::List(items) => items.iter().find_map(|item| self.origin(item)),
            _ => None,
        }
    }
}

fn is_name(typed: &Typed) -> bool {
    match &typed.kind {
        TypedKind::Cast(of) => is_name(of),
        kind => matches!(kind, TypedKind::Param(_) | TypedKind::Local(_)),
    }
}
