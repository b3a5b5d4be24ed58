//! Estimators that are judged by what they learn: in folds, or in trials of a search.

use gml_ir::{Learned, Row, Type};

use super::{Estimator, Pending};
use crate::check::body::Body;
use crate::check::call::Arguments;
use crate::check::message::{self, Want};
use crate::check::signature::{RowShape, Shape};
use crate::check::value::Value;
use crate::metrics::{self, Judged, metrics_of};
use crate::typed::TypedArg;

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
        let Some(judged) = Judged::of(learned, learner.span()) else { return };
        let rows: Vec<&Row> = match &**found {
            Learned::Model(Some((row, _))) if !names_group(learner) => vec![row],
            _ => Vec::new(),
        };
        let judged = judged.that("learns").on(rows);
        let metrics = arguments.typed.iter().flatten().flat_map(|arg| match arg {
            TypedArg::Value(value) => metrics_of(value),
            _ => &[],
        });
        let unfit = metrics.filter_map(|metric| metrics::unfit(self.shared.package, metric, &judged));
        self.diagnostics.extend(unfit);
    }
}

/// Whether an estimator is told by an argument which column is the group.
fn names_group(learner: &Value<'_>) -> bool {
    let mut waiting: Vec<&Estimator<'_>> = learner.facts.iter().filter_map(|facts| facts.estimator.as_ref()).collect();
    while let Some(estimator) = waiting.pop() {
        match estimator {
            Estimator::Call(pending) => {
                if pending.signature.param("group").is_some_and(|place| pending.given[place].is_some()) {
                    return true;
                }
            }
            Estimator::Chain(parts) => waiting.extend(parts.iter().filter_map(|(part, _)| part.as_ref())),
        }
    }
    false
}
