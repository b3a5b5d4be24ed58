//! Which argument is which parameter's.

use gml_diagnostics::Span;
use gml_syntax::ast::{self, Name};

use super::Syntax;
use crate::check::signature::Param;
use crate::typed::Text;

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

/// What binding needs to know of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Its name.
    pub name: Text,
    /// Whether a call must give it.
    pub required: bool,
    /// Whether a trailing block can be it.
    pub takes_block: bool,
}

impl View {
    /// A parameter of a signature.
    pub fn of(param: &Param) -> Self {
        Self { name: param.name.into(), required: param.default.is_none(), takes_block: param.kind.takes_block() }
    }
}

/// Why arguments and parameters do not go together.
#[derive(Clone, Debug)]
pub(in crate::check) enum BindFault<'a> {
    UnknownArgument(&'a Name),
    TooMany(Span),
    Duplicate(Text, Span),
    Missing(Vec<Text>),
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
pub(in crate::check) fn bind<'a>(views: &[View], syntax: &Syntax<'a>) -> Result<Vec<Option<Given<'a>>>, BindFault<'a>> {
    let mut given: Vec<Option<Given<'a>>> = vec![None; views.len()];
    for (place, expr) in syntax.positional.iter().enumerate() {
        match given.get_mut(place) {
            Some(slot) => *slot = Some(Given::Expr(expr)),
            None => return Err(BindFault::TooMany(expr.span)),
        }
    }
    for (name, expr) in &syntax.named {
        let place = views.iter().position(|view| view.name == name.text).ok_or(BindFault::UnknownArgument(name))?;
        if given[place].replace(Given::Expr(expr)).is_some() {
            return Err(BindFault::Duplicate(name.text.clone(), name.span));
        }
    }
    if let Some((bindings, span)) = syntax.block {
        let place = (0..views.len()).rev().find(|place| views[*place].takes_block && given[*place].is_none());
        given[place.ok_or(BindFault::NoBlock(span))?] = Some(Given::Block(bindings, span));
    }
    let missing: Vec<Text> = views
        .iter()
        .zip(&given)
        .filter(|(view, given)| view.required && given.is_none())
        .map(|(view, _)| view.name.clone())
        .collect();
    if missing.is_empty() { Ok(given) } else { Err(BindFault::Missing(missing)) }
}
