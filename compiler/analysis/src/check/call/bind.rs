//! Which argument is which parameter's.

use gml_diagnostics::Span;
use gml_syntax::ast::{self, Name};
use smallvec::{SmallVec, smallvec};

use super::Syntax;
use crate::check::signature::Param;

/// An argument as written.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) enum Given<'a> {
    /// `x`, `name: x`
    Expr(&'a ast::Expr),
    /// The trailing `{ a = .. }`.
    Block(&'a [ast::Binding], Span),
}

impl Given<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Expr(expr) => expr.span,
            Self::Block(_, span) => *span,
        }
    }
}

/// The argument of each parameter. Nearly all calls have few parameters.
pub(in crate::check) type Bindings<'a> = SmallVec<[Option<Given<'a>>; 6]>;

/// What binding needs to know of a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether a call must give it.
    pub required: bool,
    /// Whether a trailing block can be it.
    pub takes_block: bool,
}

impl<'a> View<'a> {
    /// A parameter of a declaration.
    pub fn of_parameter(param: &'a ast::Parameter) -> Self {
        Self { name: &param.name.text, required: param.default.is_none(), takes_block: false }
    }
}

impl View<'static> {
    /// A parameter of a signature.
    pub fn of(param: &Param) -> Self {
        Self { name: param.name, required: param.default.is_none(), takes_block: param.kind.takes_block() }
    }
}

/// Why arguments and parameters do not go together.
#[derive(Clone, Debug)]
pub(in crate::check) enum BindFault<'a> {
    UnknownArgument(&'a Name),
    TooMany(Span),
    Duplicate(&'a str, Span),
    Missing(Vec<&'a str>),
    NoBlock(Span),
}

impl BindFault<'_> {
    /// How near the call came to fitting.
    pub fn progress(&self) -> u8 {
        match self {
            Self::UnknownArgument(_) => 0,
            Self::NoBlock(_) | Self::TooMany(_) => 1,
            Self::Duplicate(..) => 2,
            Self::Missing(names) => u8::MAX - u8::try_from(names.len()).unwrap_or(100),
        }
    }
}

/// The argument of each parameter.
pub(in crate::check) fn bind<'a>(views: &[View<'a>], syntax: &Syntax<'a>) -> Result<Bindings<'a>, BindFault<'a>> {
    let mut given: Bindings<'a> = smallvec![None; views.len()];
    let (in_place, behind_named) = syntax.positional.split_at(syntax.positional_in_place());
    for (place, expr) in in_place.iter().enumerate() {
        match given.get_mut(place) {
            Some(slot) => *slot = Some(Given::Expr(expr)),
            None => return Err(BindFault::TooMany(expr.span)),
        }
    }
    for (name, expr) in &syntax.named {
        let place = views.iter().position(|view| *view.name == *name.text).ok_or(BindFault::UnknownArgument(name))?;
        if given[place].replace(Given::Expr(expr)).is_some() {
            return Err(BindFault::Duplicate(&name.text, name.span));
        }
    }
    // That they stand behind one with a name was said. They are taken for what is still open, so that it is said once.
    for expr in behind_named {
        if let Some(slot) = given.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(Given::Expr(expr));
        }
    }
    if let Some((bindings, span)) = syntax.block {
        let place = (0..views.len()).rev().find(|place| views[*place].takes_block && given[*place].is_none());
        given[place.ok_or(BindFault::NoBlock(span))?] = Some(Given::Block(bindings, span));
    }
    let missing: Vec<&'a str> = views
        .iter()
        .zip(&given)
        .filter(|(view, given)| view.required && given.is_none())
        .map(|(view, _)| view.name)
        .collect();
    if missing.is_empty() { Ok(given) } else { Err(BindFault::Missing(missing)) }
}
