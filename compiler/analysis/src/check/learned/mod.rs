//! Learning: estimators whose rows are known only where they are fitted.

mod chain;
mod demand;
mod estimator;
mod judged;
mod origin;
mod others;
mod search;

pub(super) use demand::lacks;
pub(super) use estimator::STOP;
pub(super) use origin::Origin;
pub(super) use others::Others;
pub(super) use search::{Search, searches_stop};

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
    /// One that is tuned where it is fitted.
    Search(Arc<Search<'a>>),
}

impl<'a> Estimator<'a> {
    /// The calls that make it, in order; `None` where not all of them are known.
    pub fn calls(&self) -> Option<Vec<Arc<Pending<'a>>>> {
        match self {
            Self::Call(call) => Some(vec![call.clone()]),
            Self::Chain(parts) => {
                let parts = parts.iter().map(|(part, _)| part.as_ref()?.calls()).collect::<Option<Vec<_>>>()?;
                Some(parts.concat())
            }
            Self::Search(search) => search.learner.as_ref()?.calls(),
        }
    }

    /// The calls that are known to make it.
    fn known_calls(&self) -> Vec<&Arc<Pending<'a>>> {
        match self {
            Self::Call(call) => vec![call],
            Self::Chain(parts) => {
                parts.iter().filter_map(|(part, _)| part.as_ref()).flat_map(Self::known_calls).collect()
            }
            Self::Search(search) => search.learner.iter().flat_map(Self::known_calls).collect(),
        }
    }

    /// The call that makes the estimator, of a chain its last part; `None` where that is not known.
    fn last_call(&self) -> Option<&Arc<Pending<'a>>> {
        match self {
            Self::Call(call) => Some(call),
            Self::Chain(parts) => parts.last()?.0.as_ref()?.last_call(),
            Self::Search(search) => search.learner.as_ref()?.last_call(),
        }
    }

    /// The search that it is, or that a chain ends with.
    fn search(&self) -> Option<&Search<'a>> {
        match self {
            Self::Call(_) => None,
            Self::Chain(parts) => parts.last()?.0.as_ref()?.search(),
            Self::Search(search) => Some(search),
        }
    }
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
