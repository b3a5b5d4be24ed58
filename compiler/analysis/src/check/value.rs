//! Checked expressions: the typed tree, with what the checker alone needs to know of it.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Type, Value as Constant};

use super::learned::{Estimator, Origin};
use crate::typed::{Typed, TypedKind};

/// When the value of an expression is known, from the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// Before the run.
    Const,
    /// As one value of the run: a table, what was learned, the count of a table.
    Run,
    /// Of each row.
    Row,
    /// Of each row, from the rows of its window.
    Window,
    /// Of each group.
    Group,
}

/// A checked expression.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    /// The typed tree.
    pub typed: Typed,
    /// When it is known.
    pub space: Space,
    /// Null only because of a `?.` further left in the same chain, which ends the chain there.
    pub short: bool,
    /// What else is known of it.
    pub facts: Option<Arc<Facts<'a>>>,
}

/// What is known of a value beside its type.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'a> {
    /// Where the split was made that its rows come from.
    pub split: Option<Span>,
    /// Where it comes from, if it has learned.
    pub origin: Option<Origin>,
    /// For an estimator: how to know what it learns once its rows are known.
    pub estimator: Option<Estimator<'a>>,
    /// For an estimator that is tuned where it is fitted: where that is said.
    pub search: Option<Span>,
    /// For an estimator whose best arguments were looked for: when it stops is among them.
    pub stop_searched: bool,
}

impl Facts<'_> {
    /// Where a value of a type comes from, if that is one of what has learned.
    pub fn of_learned(ty: &Type, origin: impl FnOnce() -> Origin) -> Option<Arc<Self>> {
        let is_learned = matches!(ty, Type::Learned(_));
        is_learned.then(|| Arc::new(Self { origin: Some(origin()), ..Self::default() }))
    }
}

impl<'a> Value<'a> {
    /// A value of that kind and type.
    pub fn new(kind: TypedKind, ty: Type, space: Space, span: Span) -> Self {
        Self { typed: Typed { kind, ty, span }, space, short: false, facts: None }
    }

    /// A constant.
    pub fn literal(value: Constant, ty: Type, span: Span) -> Self {
        Self::new(TypedKind::Literal(value), ty, Space::Const, span)
    }

    /// What has an error already.
    pub fn error(span: Span) -> Self {
        Self::new(TypedKind::Error, Type::Error, Space::Const, span)
    }

    /// The same with facts.
    pub fn with(mut self, facts: Option<Arc<Facts<'a>>>) -> Self {
        self.facts = facts;
        self
    }

    /// Its type.
    pub fn ty(&self) -> &Type {
        &self.typed.ty
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.typed.span
    }

    /// Where its rows were split off, where they were.
    pub fn split(&self) -> Option<Span> {
        self.facts.as_ref().and_then(|facts| facts.split)
    }

    /// Where it is said that it is tuned where it is fitted, if it is.
    pub fn search(&self) -> Option<Span> {
        let is_estimator = matches!(self.ty(), Type::Estimator(_));
        self.facts.as_ref().filter(|_| is_estimator).and_then(|facts| facts.search)
    }

    /// The constant, where it is written out.
    pub fn constant(&self) -> Option<&Constant> {
        constant(&self.typed)
    }
}

/// The constant of a tree, lists of constants included.
pub(super) fn folded(typed: &Typed) -> Option<Constant> {
    match &typed.kind {
        TypedKind::List(items) => items.iter().map(folded).collect::<Option<_>>().map(Constant::List),
        TypedKind::Cast(inner) => folded(inner),
        _ => constant(typed).cloned(),
    }
}

/// The constant of a tree, where it is written out.
pub(super) fn constant(typed: &Typed) -> Option<&Constant> {
    match &typed.kind {
        TypedKind::Literal(value) => Some(value),
        TypedKind::Cast(inner) => constant(inner),
        _ => None,
    }
}
