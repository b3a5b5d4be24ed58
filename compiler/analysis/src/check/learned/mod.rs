//! Learning: estimators whose rows are known only where they are fitted.

mod chain;
mod demand;
mod estimator;
mod judged;
mod others;

pub(super) use demand::lacks;
pub(super) use others::Others;

use std::sync::Arc;

use gml_diagnostics::Span;

use super::call::{Bindings, Syntax};
use super::signature::Signature;
use crate::typed::{LocalId, Text};

/// A target, and the step that took it away: what it makes of it are features.
pub(super) type LostTarget<'a> = (Text, Arc<Pending<'a>>);

/// How to know what an estimator learns once its rows are known.
#[derive(Clone, Debug)]
pub(super) enum Estimator<'a> {
    /// A call that gives an estimator.
    Call(Arc<Pending<'a>>),
    /// `a >> b`; `None` of which nothing is known.
    Chain(Vec<(Option<Estimator<'a>>, Span)>),
}

/// A call with its arguments as written: those of an estimator are checked again where it is fitted, with its row.
#[derive(Clone, Debug)]
pub(super) struct Pending<'a> {
    /// The signature that it calls.
    pub signature: &'a Signature,
    /// Its arguments by parameter.
    pub given: Bindings<'a>,
    /// As written.
    pub syntax: Syntax<'a>,
    /// The names in scope, where it is checked again.
    pub(super) scope: Vec<LocalId>,
}

impl<'a> Pending<'a> {
    pub fn new(signature: &'a Signature, given: Bindings<'a>, syntax: Syntax<'a>) -> Self {
        Self { signature, given, syntax, scope: Vec::new() }
    }
}
