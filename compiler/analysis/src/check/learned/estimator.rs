//! Estimators where they are fitted: what they learn from these rows.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Learned, Role, Row, Type};

use super::{Estimator, Others, Pending};
use crate::check::body::Body;
use crate::check::call::{Arguments, Bound, Given, Learner};
use crate::check::message::{self, Want};
use crate::check::signature::{LearnsFrom, RowShape, Shape};
use crate::check::value::{Space, Value};
use crate::typed::TypedArg;

/// The argument that has an estimator stop early.
pub(in crate::check) const STOP: &str = "stop_after";

/// What there is to learn from.
#[derive(Clone, Debug)]
enum Source {
    Rows(Arc<Row>),
    /// Sequences of items of that type.
    Items(Type),
}

/// What is learned.
enum Learns {
    /// A model that predicts these columns.
    Model(Arc<Row>),
    /// A transform that gives these columns.
    Transform(Arc<Row>),
    /// What has no rows.
    Other(Learned),
}

impl<'a> Body<'a> {
    /// `estimator[R -> L]`: elaborated with the row that another argument bound.
    pub fn estimator_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: Value<'a>,
        of: LearnsFrom,
        learns: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        arguments.space = arguments.space.max(Space::Run);
        let said = self.diagnostics.len();
        let learned = match self.is_estimator(call, place, &value, arguments) {
            Ok(kind) if call.signature.is_tuned_later(place) => {
                self.tuned_later(call, place, &value, learns, &kind, arguments);
                Type::Unknown
            }
            Ok(kind) => {
                let source = match of {
                    LearnsFrom::Rows(of) => Source::Rows(arguments.variables.row(of)),
                    LearnsFrom::Items(of) => {
                        Source::Items(arguments.variables.ty(of).cloned().unwrap_or(Type::Unknown))
                    }
                };
                let known = value.facts.as_ref().and_then(|facts| facts.estimator.clone());
                let learns = known.and_then(|estimator| self.learn_all(&estimator, &source, call.syntax.own_span()));
                Type::Learned(match (learns, source) {
                    (Some(Learns::Model(output)), Source::Rows(row)) => Arc::new(Learned::Model(Some((row, output)))),
                    (Some(Learns::Transform(output)), Source::Rows(row)) => {
                        Arc::new(Learned::Transform(Some((row, output))))
                    }
                    (Some(Learns::Other(learned)), _) => Arc::new(learned),
                    _ => kind,
                })
            }
            Err(other) => other,
        };
        self.search_within(call, &value, learns);
        // Where the same estimator is given on, what is wrong with it is said once.
        let is_given_on = matches!(call.signature.result, Shape::Same(same) | Shape::Tuned(same) if same == place);
        let is_wrong = self.diagnostics[said..].iter().any(gml_diagnostics::Diagnostic::is_error);
        arguments.failed |= is_given_on && is_wrong;
        match value.search() {
            Some(search) if !is_wrong => self.tuned_here(call, &value, search, &learned),
            Some(_) => {}
            None => {
                self.stopping(call, place, &value);
                self.validating(call, &value, learns);
            }
        }
        match learns {
            Shape::Variable(variable) => arguments.variables.set_type(*variable, learned),
            // Of what is wrong already nothing more is said.
            _ if is_wrong => {}
            due => self.learns_what_is_due(call, place, &value, due, &learned, arguments),
        }
        arguments.set_estimator(place, Learner { ty: value.ty().clone(), facts: value.facts.clone() });
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }

    /// What an estimator learns, as far as its type tells; the type of anything else, of which it is said that it is none.
    fn is_estimator(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        arguments: &mut Arguments<'a>,
    ) -> Result<Arc<Learned>, Type> {
        let want = Want::argument(call.signature.name, call.signature.params[place].name);
        let diagnostic = match value.ty() {
            Type::Estimator(kind) => return Ok(kind.clone()),
            ty if ty.is_silent() => return Err(Type::Unknown),
            Type::Learned(_) => message::learning::already_fitted(value, &want),
            ty => message::learning::estimator_wanted(ty, value.span(), &want),
        };
        self.emit(diagnostic);
        arguments.failed = true;
        Err(Type::Error)
    }

    /// `stop_after` looks at validation rows: an error where there are none to look at, or where the call takes none. Of what is
    /// tuned later it is told where that is fitted.
    fn stopping(&mut self, call: &Pending<'a>, place: usize, learner: &Value<'a>) {
        let is_estimator = matches!(learner.ty(), Type::Estimator(_));
        if !is_estimator || valid_is_given(call) || call.signature.is_tuned_later(place) {
            return;
        }
        let estimator = learner.facts.as_ref().and_then(|facts| facts.estimator.as_ref());
        let stops = estimator.into_iter().flat_map(Estimator::known_calls).find_map(|pending| {
            let given = pending.signature.param(STOP).and_then(|place| pending.given[place]);
            given.filter(|given| !is_null(given)).map(|given| given.span())
        });
        if let Some(stops) = stops {
            self.emit(message::learning::valid_needed(call, stops, call.signature.valid().is_some()));
        }
    }

    /// Rows to validate on that a call gives to what never looks at them. Of an estimator whose calls are not all known nothing is
    /// said.
    fn validating(&mut self, call: &Pending<'a>, learner: &Value<'a>, learns: &Shape) {
        let Some(valid) = call.signature.valid().and_then(|place| call.given[place]) else { return };
        let Some(facts) = learner.facts.as_ref().filter(|facts| !facts.stop_searched) else { return };
        let is_estimator = matches!(learner.ty(), Type::Estimator(_));
        if !is_estimator || !call.signature.gives_what_is_learned(learns) || !valid_is_given(call) {
            return;
        }
        // Of a chain only the last part is given them to look at.
        if let Some(last) = facts.estimator.as_ref().and_then(Estimator::last_call)
            && !looks_at_valid(last)
        {
            self.emit(message::learning::valid_without_effect(last, valid.span()));
        }
    }

    /// What an estimator learns from rows or sequences as they are; `None` where that cannot be known.
    fn learn_all(&mut self, estimator: &Estimator<'a>, source: &Source, at: Span) -> Option<Learns> {
        let others = Others::of(match source {
            Source::Rows(row) => row.open,
            Source::Items(_) => true,
        });
        let others = std::mem::replace(&mut self.others, others);
        let gone = std::mem::take(&mut self.gone);
        let lost_target = self.lost_target.take();
        let learns = self.learn(estimator, source, at);
        (self.others, self.gone, self.lost_target) = (others, gone, lost_target);
        learns
    }

    /// What a part of an estimator learns from what the parts before it made.
    fn learn(&mut self, estimator: &Estimator<'a>, source: &Source, at: Span) -> Option<Learns> {
        match estimator {
            Estimator::Call(call) => self.learn_call(call, source, at),
            Estimator::Chain(parts) => self.learn_chain(parts, source, at),
            Estimator::Search(search) => self.learn(search.learner.as_ref()?, source, at),
        }
    }

    fn learn_chain(&mut self, parts: &[(Option<Estimator<'a>>, Span)], source: &Source, at: Span) -> Option<Learns> {
        let mut learns: Option<Learns> = None;
        let mut source = source.clone();
        for (part, _) in parts {
            let step = self.learn(part.as_ref()?, &source, at)?;
            if let (Learns::Transform(output), Source::Rows(row)) = (&step, &source) {
                // What a selection leaves out, the run says: a column that is named behind it may be there.
                if !part.as_ref().is_some_and(keeps_some) {
                    let gone = row.names().filter(|name| output.get(name).is_none());
                    self.gone.extend(gone.cloned());
                }
                if let (Some(Estimator::Call(step)), Some(target)) = (part, row.with_role(Role::Target))
                    && output.with_role(Role::Target).is_none()
                {
                    self.lost_target = Some((target.name.clone(), step.clone()));
                }
                source = Source::Rows(output.clone());
            }
            learns = Some(step);
        }
        learns
    }

    fn learn_call(&mut self, call: &Arc<Pending<'a>>, source: &Source, at: Span) -> Option<Learns> {
        let Shape::Estimator { of, row: about, demand, learns } = &call.signature.result else { return None };
        let preset = match (*of, source) {
            (LearnsFrom::Rows(of), Source::Rows(row)) => (of, Bound::Row(row.clone())),
            (LearnsFrom::Items(of), Source::Items(item)) => (of, Bound::Type(item.clone())),
            // Of rows with an error of their own nothing is known.
            (_, Source::Rows(row)) if row.open && row.columns.is_empty() => return None,
            (of, _) => {
                self.emit(message::learning::other_source(call, matches!(of, LearnsFrom::Items(_)), at));
                return None;
            }
        };
        let scope = std::mem::replace(&mut self.scope, call.scope.clone());
        let said = self.diagnostics.len();
        let mut arguments = self.in_frame(None, |body| body.arguments(call, Vec::new(), Some(preset)));
        self.scope = scope;
        for diagnostic in &mut self.diagnostics[said..] {
            let label = message::learning::fitted_here(diagnostic, at);
            *diagnostic = label;
        }
        let Source::Rows(row) = source else {
            return Some(Learns::Other(self.learned_shape(learns, &arguments)));
        };
        let takes = about.as_ref();
        let about = match takes {
            Some(about) => self.row(about, call, &mut arguments),
            None => row.clone(),
        };
        if matches!(**learns, Shape::Model(..)) {
            self.learnable(call, takes, &about, at);
        }
        if let Some(takes) = takes {
            self.takes(takes, call, at, &mut arguments);
        }
        if let Some(demand) = demand {
            self.demanded(demand, call, &about, at, &mut arguments);
        }
        Some(match &**learns {
            Shape::Model(_, output) => Learns::Model(self.row(output, call, &mut arguments)),
            Shape::Transform(_, output) => {
                let row = self.row(output, call, &mut arguments);
                self.note_others(output, call, &mut arguments);
                Learns::Transform(row)
            }
            other => Learns::Other(self.learned_shape(other, &arguments)),
        })
    }
}

/// Whether an estimator keeps some of the columns, and learns which.
fn keeps_some(estimator: &Estimator<'_>) -> bool {
    let Estimator::Call(call) = estimator else { return false };
    let Shape::Estimator { learns, .. } = &call.signature.result else { return false };
    matches!(&**learns, Shape::Transform(_, RowShape::Some(_)))
}

/// Whether a call is given rows to validate on.
pub(super) fn valid_is_given(call: &Pending<'_>) -> bool {
    call.signature.valid().and_then(|place| call.given[place]).is_some_and(|given| !is_null(&given))
}

/// Whether an estimator does something with rows to validate on: it stops early by them, or keeps the best of its epochs.
fn looks_at_valid(learner: &Pending<'_>) -> bool {
    let given = |name: &str| learner.signature.param(name).map(|place| learner.given[place]);
    given("epochs").is_some() || given(STOP).flatten().is_some_and(|given| !is_null(&given))
}

fn is_null(given: &Given<'_>) -> bool {
    matches!(given, Given::Expr(expr) if matches!(expr.kind, gml_syntax::ast::ExprKind::Null))
}
