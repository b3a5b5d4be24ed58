//! `tune(learner, over: ..)` without rows: no step, but a search that waits for the rows that its estimator is fitted on.
//!
//! A chain that ends with one is a search for arguments of the last part of the chain; where it is fitted, it becomes the
//! step that looks for them and the one that fits what is found. So a run knows nothing of searches that wait.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Arg, Location, StepKind, Type, Value};
use gml_syntax::ast::TypeKind;

use super::body::Lowering;
use super::builder::StepRef;
use super::call::PARTS;
use super::value::Lowered;
use crate::typed::{LibraryName, Text, TypedArg, TypedCall};

/// The result of signatures that give an estimator which is tuned where it is fitted.
const TUNED: &str = "tuned";
/// Where it is looked, among the arguments of a search.
const OVER: &str = "over";
/// The arguments with rows, of what fits and of what tunes.
const ROWS: [&str; 2] = ["train", "valid"];
/// The estimator, among the arguments of what fits and of what tunes.
const LEARNER: &str = "learner";

/// A search that waits for rows.
#[derive(Clone, Debug)]
pub(super) struct Search {
    module: LibraryName,
    operator: LibraryName,
    /// The estimator that it looks for arguments of.
    pub(super) learner: StepRef,
    /// Its type.
    ty: Type,
    /// The other arguments.
    args: Vec<(LibraryName, Value)>,
    /// Where it is said.
    span: Span,
    location: Location,
}

impl Lowering<'_> {
    /// Whether a call gives a search that waits for its rows.
    pub(super) fn is_search(&self, call: &TypedCall) -> bool {
        let declaration = self.package.signatures.get(call.signature.0 as usize);
        let result = declaration.map(|declaration| &declaration.ast.result.kind);
        matches!(result, Some(TypeKind::Named(name, _)) if &*name.text == TUNED)
    }

    /// A search by its arguments, of which all but the estimator are known before the run.
    pub(super) fn search(&mut self, call: &TypedCall, ty: &Type, span: Span) -> Lowered {
        let mut learner = None;
        let mut args = Vec::with_capacity(call.args.len());
        for (name, arg) in &call.args {
            let TypedArg::Value(typed) = arg else { return Lowered::Error };
            if *name == LEARNER {
                learner = self.materialised(typed);
                continue;
            }
            let value = self.settled(typed);
            self.within_contracts(call, name, typed, &value);
            let Some(value) = self.constant(&value, typed.span) else { return Lowered::Error };
            args.push((*name, value));
        }
        let Some(learner) = learner else { return Lowered::Error };
        let location = self.location(self.own_span(call, span));
        let (module, operator) = (call.module, call.name);
        Lowered::Search(Arc::new(Search { module, operator, learner, ty: ty.clone(), args, span, location }))
    }

    /// The same search with steps in front of its estimator, all of them together the step `chain`.
    pub(super) fn search_behind(&self, search: &Search, before: &[StepRef], chain: StepRef, ty: &Type) -> Lowered {
        let before: Option<Vec<_>> = before.iter().map(|step| self.estimators(*step)).collect();
        let before = before.map(|before| before.concat());
        let mut args = search.args.clone();
        if let Some(own) = self.estimators(search.learner)
            && let Some((_, over)) = args.iter_mut().find(|(name, _)| *name == OVER)
        {
            tell_apart(over, before.as_deref(), &own);
        }
        Lowered::Search(Arc::new(Search { learner: chain, ty: ty.clone(), args, ..search.clone() }))
    }

    /// The step that makes a search, for a call that fits its estimator.
    pub(super) fn searched(&mut self, search: &Search, by: &TypedCall) -> Option<StepRef> {
        let mut args = vec![(Text::from(LEARNER), Arg::Step(self.builder.reach(search.learner)))];
        for name in ROWS {
            let Some(rows) = by.value(name) else {
                self.lacks_rows(search, by, name);
                return None;
            };
            match self.value(rows) {
                Lowered::Step(step) => args.push((name.into(), Arg::Step(self.builder.reach(step)))),
                Lowered::Error => return None,
                _ => {
                    self.lacks_rows(search, by, name);
                    return None;
                }
            }
        }
        args.extend(search.args.iter().map(|(name, value)| ((*name).into(), Arg::Const(value.clone()))));
        let kind = StepKind::Call { module: search.module.into(), operator: search.operator.into(), args };
        Some(self.builder.step(kind, search.ty.clone(), search.location.clone()))
    }

    /// The checker does not follow estimators through nodes and conditions.
    fn lacks_rows(&mut self, search: &Search, by: &TypedCall, name: &str) {
        let message =
            format!("this is tuned where it is fitted, and `{}` gives it no `{name}` rows to tune on", by.name);
        self.diagnostics.push(
            Diagnostic::new(codes::VALID_NEEDED, search.span, message)
                .with_label("is tuned where it is fitted")
                .help("give them: `fit(.., train: data.train, valid: data.valid)`"),
        );
    }

    /// Says that a search stands where only a value of the run can.
    pub(super) fn search_decided_late(&mut self, search: &Search) {
        self.diagnostics.push(
            Diagnostic::new(
                codes::CONSTANT_NEEDED,
                search.span,
                "whether an estimator is tuned where it is fitted must be known before the run",
            )
            .with_label("depends on what is computed while the program runs")
            .help("decide by literals and parameters, or tune it with rows of its own: `tune(.., train: .., valid: .., ..)`"),
        );
    }

    /// The estimators that a step is made of, in order, with the names of their arguments; `None` where only the run knows them.
    fn estimators(&self, step: StepRef) -> Option<Vec<Named>> {
        let (step, kind) = self.builder.made(step);
        let StepKind::Call { operator, args, .. } = kind else { return None };
        let inner = args.iter().find_map(|(name, arg)| match (&**name, arg) {
            (LEARNER, learner) => Some(std::slice::from_ref(learner)),
            (PARTS, Arg::List(parts)) => Some(&parts[..]),
            _ => None,
        });
        let Some(inner) = inner else {
            return Some(vec![(operator.clone(), args.iter().map(|(name, _)| name.clone()).collect())]);
        };
        let of = |arg: &Arg| match arg {
            Arg::Step(id) => self.estimators(step.beside(*id)),
            _ => None,
        };
        let inner: Option<Vec<_>> = inner.iter().map(of).collect();
        inner.map(|inner| inner.concat())
    }
}

/// Adds where it is looked for under a name; a record goes to the one that is there.
fn add(fields: &mut Vec<(Text, Value)>, name: Text, search: Value) {
    if let Value::Record(more) = &search
        && let Some((_, Value::Record(known))) = fields.iter_mut().find(|(known, _)| *known == name)
    {
        known.extend(more.iter().cloned());
        return;
    }
    fields.push((name, search));
}

/// An estimator by the operator that makes it, with the names of its arguments.
type Named = (Text, Vec<Text>);

/// Puts names of a space that an estimator `before` has too, or may have, under the name of the one of `own` whose they are.
fn tell_apart(over: &mut Value, before: Option<&[Named]>, own: &[Named]) {
    match over {
        Value::List(spaces) => spaces.iter_mut().for_each(|space| tell_apart(space, before, own)),
        Value::Record(fields) => {
            let of = |name: &Text| own.iter().find(|(_, arguments)| arguments.contains(name));
            let is_shared =
                |name: &Text| before.is_none_or(|before| before.iter().any(|(_, arguments)| arguments.contains(name)));
            let mut apart: Vec<(Text, Value)> = Vec::with_capacity(fields.len());
            for (name, search) in std::mem::take(fields) {
                let owner = match search {
                    Value::Record(_) => None,
                    _ => of(&name).filter(|_| is_shared(&name)),
                };
                match owner {
                    Some((owner, _)) => add(&mut apart, owner.clone(), Value::Record(vec![(name, search)])),
                    None => add(&mut apart, name, search),
                }
            }
            *fields = apart;
        }
        _ => {}
    }
}
