//! What can be said of declarations without the types within their bodies.
//!
//! What lives here: circles of definitions, the shape of parameters, catalog entries, foreign nodes and envs, the case of
//! names, and what is never used. What does not: types of expressions.

mod allow;
mod case;
mod env;
mod foreign;
pub(crate) mod graph;
mod mentions;
mod recursion;
mod shape;
mod tags;
mod unused;
mod uses;

#[cfg(test)]
mod tests;

pub(crate) use allow::{lint_named, lint_names, settle as settle_allowed};
pub(crate) use shape::is_constant;
pub(crate) use uses::Mentions;

use gml_diagnostics::Diagnostic;

use crate::package::Package;

/// Checks all declarations of a project. What those mention that were read before is not looked for again.
pub fn declarations(package: &Package, mentions: Option<&mut Mentions>, diagnostics: &mut Vec<Diagnostic>) {
    shape::check(package, diagnostics);
    env::check(package, diagnostics);
    case::check(package, diagnostics);
    allow::check(package, diagnostics);
    tags::check(package, diagnostics);
    let uses = uses::of(package, mentions);
    recursion::refuse(package, &uses, diagnostics);
    unused::report(package, uses, diagnostics);
}
