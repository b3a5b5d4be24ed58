//! `tuned[learner]`: estimators whose arguments are looked for where they are fitted, on the rows that are given there.

use gml_diagnostics::Span;
use gml_ir::{Learned, Type};
use gml_syntax::ast::Name;

use super::estimator::{STOP, valid_is_given};
use super::judged::metrics_among;
use super::{Estimator, Pending};
use crate::check::body::Body;
use crate::check::call::Arguments;
use crate::check::message::{self, Want};
use crate::check::signature::{ParamKind, Shape, Signature};
use crate::check::value::{Space, Value};
use crate::typed::{Text, Typed, TypedArg, TypedKind};

/// A search that is made where its estimator is fitted.
#[derive(Clone, Debug)]
pub(in crate::check) struct Search<'a> {
    /// The estimator whose arguments are looked for; `None` where nothing is known of it.
    pub(super) learner: Option<Estimator<'a>>,
    /// Where that stands.
    at: Span,
    /// What trials are judged by.
    metrics: Vec<Typed>,
    /// Where it is looked.
    over: Option<Typed>,
}

impl<'a> Search<'a> {
    /// The search that a call of a signature says with its checked arguments, of the estimator at that place.
    pub fn of(signature: &Signature, place: usize, arguments: &Arguments<'a>) -> Option<Self> {
        let value = |place: usize| match arguments.typed.get(place)? {
            Some(TypedArg::Value(value)) => Some(value),
            _ => None,
        };
        let space = signature.params.iter().position(|param| matches!(param.kind, ParamKind::Space { .. }));
        Some(Self {
            learner: arguments.estimator(place)?.facts.as_ref().and_then(|facts| facts.estimator.clone()),
            at: value(place)?.span,
            metrics: metrics_among(arguments),
            over: space.and_then(value).cloned(),
        })
    }
}

impl<'a> Body<'a> {
    /// The estimator of a call that gives `tuned[learner]`: it must learn what metrics can judge.
    pub(super) fn tuned_later(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        learner: &Value<'a>,
        due: &Shape,
        learns: &Learned,
        arguments: &mut Arguments<'a>,
    ) {
        if !matches!(learns, Learned::Model(_) | Learned::Recommender(_)) {
            let want = Want::argument(call.signature.name, call.signature.params[place].name);
            self.emit(message::learning::learns_other(learner, due, learns, &want));
            arguments.failed = true;
        }
    }

    /// What is tuned where it is fitted may be given only to what fits it once: in each trial or fold it would be another search.
    pub(super) fn search_within(&mut self, call: &Pending<'a>, learner: &Value<'a>, learns: &Shape) {
        if let Some(search) = learner.search()
            && !call.signature.gives_what_is_learned(learns)
        {
            self.emit(message::learning::search_within(call, learner, search));
        }
    }

    /// An estimator that is tuned here, before it is fitted: there must be rows to judge trials on, and its metric must have a
    /// meaning for what it learns.
    pub(super) fn tuned_here(&mut self, call: &Pending<'a>, learner: &Value<'a>, said: Span, learned: &Type) {
        if !valid_is_given(call) {
            self.emit(message::learning::valid_to_tune_on(call, said));
        }
        let estimator = learner.facts.as_ref().and_then(|facts| facts.estimator.as_ref());
        let Some(search) = estimator.and_then(Estimator::search) else { return };
        for unfit in self.unfit_metrics(&search.metrics, learner, search.at, learned) {
            // It may be fitted several times.
            let is_told = self.diagnostics.iter().any(|told| (told.code, told.span) == (unfit.code, unfit.span));
            if !is_told {
                let unfit = message::learning::fitted_here(&unfit, call.syntax.own_span());
                self.emit(unfit);
            }
        }
    }

    /// Where a chain ends with a search, the steps before it must not be called as the one whose argument is looked for: that name
    /// says whose it is.
    pub(super) fn searched_apart(&mut self, chain: &Estimator<'a>) {
        let Estimator::Chain(parts) = chain else { return };
        let Some((search, (_, before))) = chain.search().zip(parts.split_last()) else { return };
        let Some((tuned, over)) = search.learner.as_ref().and_then(Estimator::calls).zip(search.over.as_ref()) else {
            return;
        };
        let before: Vec<_> =
            before.iter().filter_map(|(part, _)| part.as_ref()).flat_map(Estimator::known_calls).collect();
        let mut found = Vec::new();
        looked_for(over, None, &mut |operator, name| {
            let is_meant = |call: &Pending<'a>| {
                operator.is_none_or(|operator| *call.signature.name == **operator)
                    && call.signature.param(&name.text).is_some()
            };
            let Some(own) = tuned.iter().find(|call| is_meant(call)) else { return };
            if let Some(other) = before.iter().find(|call| call.signature.name == own.signature.name) {
                found.push(message::space::ambiguous(name, other, own));
            }
        });
        self.diagnostics.extend(found);
    }

    /// Which of several estimators it is must be known before the run, where one of them is tuned where it is fitted. Gives where
    /// that is said.
    pub fn search_among(&mut self, values: &[&Value<'a>], decision: &Value<'a>) -> Option<Span> {
        let search = values.iter().find_map(|value| value.search())?;
        if decision.space > Space::Const {
            self.emit(message::learning::search_decided_late(decision.span(), search));
        }
        self.is_needed_before(&decision.typed, decision.span());
        Some(search)
    }
}

/// Whether a call looks for when its estimator is to stop.
pub(in crate::check) fn searches_stop(signature: &Signature, arguments: &Arguments<'_>) -> bool {
    let space = signature.params.iter().position(|param| matches!(param.kind, ParamKind::Space { .. }));
    let Some(TypedArg::Value(over)) = space.and_then(|place| arguments.typed[place].as_ref()) else { return false };
    let mut is_searched = false;
    looked_for(over, None, &mut |_, name| is_searched |= &*name.text == STOP);
    is_searched
}

/// The names of a space, with the estimator whose they are where that is said. Each stands where its values do.
fn looked_for(over: &Typed, operator: Option<&Text>, found: &mut impl FnMut(Option<&Text>, &Name)) {
    match (&over.kind, &over.ty) {
        (TypedKind::List(spaces), _) => spaces.iter().for_each(|space| looked_for(space, operator, found)),
        (TypedKind::Record(fields), _) => {
            for (field, value) in fields {
                match (&value.ty, operator) {
                    (Type::Record(_) | Type::Struct(_), None) => looked_for(value, Some(field), found),
                    _ => found(operator, &Name { text: field.clone(), span: value.span }),
                }
            }
        }
        // A space that another name holds.
        (_, Type::Record(row) | Type::Struct(row)) => {
            for column in &row.columns {
                found(operator, &Name { text: column.name.clone(), span: over.span });
            }
        }
        _ => {}
    }
}
