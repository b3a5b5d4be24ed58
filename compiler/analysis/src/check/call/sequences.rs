//! Arguments that are sequences, or lists of what was learned.

use std::sync::Arc;

use gml_ir::{Partitions, SequencesType, Type};

use super::Arguments;
use super::Given;
use super::choose::Ready;
use crate::check::body::Body;
use crate::check::learned::Pending;
use crate::check::message;
use crate::check::signature::{Shape, Variable};
use crate::check::value::{Space, Value};
use crate::typed::{Typed, TypedArg, TypedKind};
use crate::types::{Fit, assignable};

impl<'a> Body<'a> {
    /// `sequences[K, I]`
    pub(super) fn sequences_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: Value<'a>,
        variables: (Variable, Variable),
        within: Option<Partitions>,
        arguments: &mut Arguments<'a>,
    ) {
        if let Some(sequences) = self.as_sequences(call, place, &value, variables, arguments)
            && let Some(part) = within.filter(|part| *part != Partitions::TEST)
            && sequences.partitions.contains(Partitions::TEST)
        {
            arguments.test_rows.push((part, value.span(), value.split()));
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }

    /// `list[sequences[K, I]]`
    pub(super) fn sequences_list_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        variables: (Variable, Variable),
        arguments: &mut Arguments<'a>,
    ) {
        let value = self.standing_alone(given, ready, None);
        for item in items(&value) {
            self.as_sequences(call, place, &item, variables, arguments);
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }

    /// The sequences of an argument, which say what the variables stand for.
    fn as_sequences(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        (keys, item): (Variable, Variable),
        arguments: &mut Arguments<'a>,
    ) -> Option<SequencesType> {
        arguments.space = arguments.space.max(Space::Run);
        let sequences = match value.ty() {
            Type::Sequences(sequences) => sequences.clone(),
            ty if ty.is_silent() => return None,
            // The same as leaving it out.
            Type::Null if call.signature.params[place].default.is_some() => return None,
            ty => {
                let want = Self::want(call, place);
                let diagnostic = message::learning::sequences_wanted(ty, value.span(), &want, self.text(value.span()));
                self.emit(diagnostic);
                arguments.failed = true;
                return None;
            }
        };
        arguments.partitions = arguments.partitions.union(sequences.partitions);
        arguments.split = arguments.split.or(value.split());
        match arguments.variables.ty(item).cloned() {
            Some(due) if assignable(&sequences.item, &due) > Fit::Widen => {
                self.emit(message::learning::other_items(call, value, &sequences.item, &due));
                arguments.failed = true;
            }
            Some(_) => {}
            None => arguments.variables.set_type(item, (*sequences.item).clone()),
        }
        if !arguments.variables.is_bound(keys) {
            arguments.variables.set_row(keys, sequences.keys.clone());
        }
        Some(sequences)
    }

    /// `list[model[R -> O]]`
    pub(super) fn learned_list_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        shape: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        let value = self.standing_alone(given, ready, None);
        for item in items(&value) {
            self.learned_argument(call, place, item, shape, arguments);
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }
}

/// The items of a list that is written out, else one that stands for them; what is no list stands for itself.
fn items<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    let alone = |typed: Typed| Value { typed, space: Space::Run, short: false, facts: value.facts.clone() };
    match (&value.typed.kind, value.ty()) {
        (TypedKind::List(items), _) => items.iter().map(|item| alone(item.uncast().clone())).collect(),
        (_, Type::List(item)) => {
            let typed = Typed { kind: TypedKind::Error, ty: Arc::unwrap_or_clone(item.clone()), span: value.span() };
            vec![alone(typed)]
        }
        _ => vec![value.clone()],
    }
}
