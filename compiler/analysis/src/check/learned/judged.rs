//! Estimators that are judged by what they learn: in folds, or in trials of a search.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Learned, Row, Type};

use super::{Estimator, Pending};
use crate::check::body::Body;
use crate::check::call::Arguments;
use crate::check::message::{self, Want};
use crate::check::signature::{RowShape, Shape};
use crate::check::value::Value;
use crate::metrics::{self, Judged, metrics_of};
use crate::typed::{Typed, TypedArg};

impl<'a> Body<'a> {
    /// What an estimator learns must be what the call works on, and its metrics must have a meaning for that.
    pub(super) fn learns_what_is_due(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        learner: &Value<'a>,
        due: &Shape,
        learned: &Type,
        arguments: &mut Arguments<'a>,
    ) {
        let Type::Learned(found) = learned else { return };
        match (due, &**found) {
            (Shape::Model(_, made), Learned::Model(rows)) => {
                if let (RowShape::Variable(made), Some((_, output))) = (made, rows) {
                    arguments.variables.set_row(*made, output.clone());
                }
            }
            (Shape::Recommender(_), Learned::Recommender(_)) => {}
            _ => {
                let want = Want::argument(call.signature.name, call.signature.params[place].name);
                self.emit(message::learning::learns_other(learner, due, found, &want));
                arguments.failed = true;
                return;
            }
        }
        let unfit = self.unfit_metrics(&metrics_among(arguments), learner, learner.span(), learned);
        self.diagnostics.extend(unfit);
    }

    /// What is wrong with judging by metrics what an estimator learns, which stands there.
    pub(super) fn unfit_metrics(
        &self,
        metrics: &[Typed],
        learner: &Value<'a>,
        at: Span,
        learned: &Type,
    ) -> Vec<Diagnostic> {
        let Some(judged) = Judged::of(learned, at) else { return Vec::new() };
        let rows: Vec<&Row> = match learned {
            Type::Learned(found) => match &**found {
                Learned::Model(Some((row, _))) if !names_group(learner) => vec![row],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let judged = judged.that("learns").on(rows);
        metrics.iter().filter_map(|metric| metrics::unfit(self.shared.package, metric, &judged)).collect()
    }
}

/// The metrics that a call is given.
pub(super) fn metrics_among(arguments: &Arguments<'_>) -> Vec<Typed> {
    let of = |arg: &TypedArg| match arg {
        TypedArg::Value(value) => metrics_of(value).to_vec(),
        _ => Vec::new(),
    };
    arguments.typed.iter().flatten().flat_map(of).collect()
}

/// Whether an estimator is told by an argument which column is the group.
fn names_group(learner: &Value<'_>) -> bool {
    let calls = learner.facts.iter().filter_map(|facts| facts.estimator.as_ref()).flat_map(Estimator::known_calls);
    calls.into_iter().any(|call| call.signature.param("group").is_some_and(|place| call.given[place].is_some()))
}
