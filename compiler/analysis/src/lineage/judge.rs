//! Judging: what has learned, held against rows.

use std::sync::Arc;

use gml_ir::{Learned, Partitions, Row, Type, Value};

use super::call::{Called, literal};
use super::fact::{Judge, Moment};
use super::flow::Flow;
use super::learn::within;
use crate::typed::TypedArg;

impl<'p> Flow<'p> {
    /// A signature with `in_sample` judges what was learned on its tables, any other on those that are `in test`.
    pub(super) fn judges(&mut self, called: &Called<'p>) {
        if called.learned.is_empty() {
            return;
        }
        let has_word = called.signature.param("in_sample").is_some();
        let allowed = match called.argument("in_sample") {
            Some(TypedArg::Value(value)) => literal(value) != Some(&Value::Bool(false)),
            _ => false,
        };
        if allowed {
            return;
        }
        let is_judged =
            |place: usize| has_word || within(&called.signature.params[place].kind) == Some(Partitions::TEST);
        for (place, learned) in &called.learned {
            let name = called.signature.params[*place].name;
            let args: &'p [_] = &called.call.args;
            let needs = args.iter().find(|(given, _)| &**given == name).and_then(|(_, arg)| features_of(arg));
            for argument in called.tables.iter().filter(|argument| is_judged(argument.place)) {
                self.moments.push(Moment::Judge(Judge {
                    learned: learned.clone(),
                    table: argument.table.clone(),
                    span: argument.span,
                    needs,
                    has_word,
                    around: self.around.clone(),
                }));
            }
        }
    }
}

/// The row that a model was learned from.
fn features_of(arg: &TypedArg) -> Option<&Arc<Row>> {
    let TypedArg::Value(value) = arg else { return None };
    let Type::Learned(learned) = &value.ty else { return None };
    match &**learned {
        Learned::Model(Some((input, _))) => Some(input),
        _ => None,
    }
}
