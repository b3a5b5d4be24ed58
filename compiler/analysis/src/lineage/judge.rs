//! Judging: what has learned, held against rows.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Learned, Partitions, Row, Type, Value};

use super::call::Called;
use super::column::{ColumnId, How};
use super::fact::{Fact, Judge, LearnedFacts, Moment, Seen, TableFacts};
use super::flow::Flow;
use super::learn::within;
use super::rows::Rows;
use crate::hash::Set;
use crate::typed::{Typed, TypedArg};

impl<'p> Flow<'p> {
    /// A signature with `in_sample` judges what was learned on its tables, any other on those that are `in test`.
    pub(super) fn judges(&mut self, called: &Called<'p>) {
        if called.learned.is_empty() {
            return;
        }
        let has_word = called.signature.param("in_sample").is_some();
        let allowed = match called.argument("in_sample") {
            Some(TypedArg::Value(value)) => value.literal() != Some(&Value::Bool(false)),
            _ => false,
        };
        if allowed {
            return;
        }
        let is_judged =
            |place: usize| has_word || within(&called.signature.params[place].kind) == Some(Partitions::TEST);
        for (place, learned) in &called.learned {
            let name = called.signature.params[*place].name;
            let needs = called.argument(name).and_then(features_of);
            for argument in called.tables.iter().filter(|argument| is_judged(argument.place)) {
                self.moments.push(Moment::Judge(Judge {
                    learned: learned.clone(),
                    table: argument.table.clone(),
                    span: argument.span,
                    needs,
                    has_word,
                    chooses: called.learned.len() > 1,
                    by_hand: None,
                    around: self.around.clone(),
                }));
            }
        }
    }
}

/// Predictions on the way to a number that is told.
pub(super) struct Held<'p> {
    learned: Arc<LearnedFacts<'p>>,
    /// The rows, with their target.
    table: Arc<TableFacts>,
    /// The column that holds them against the target.
    by: ColumnId,
    predicted: Span,
}

impl<'p> Flow<'p> {
    /// Looks at what a statement tells: numbers in which predictions are held against the target judge the model.
    pub(super) fn told(&mut self, value: &'p Typed) -> Fact<'p> {
        let (held, fact) = self.held_in(value);
        for Held { learned, table, by, predicted } in held {
            let node = self.columns.get(by);
            self.moments.push(Moment::Judge(Judge {
                learned,
                table,
                span: node.span,
                needs: None,
                has_word: false,
                chooses: false,
                by_hand: Some((node.name.clone(), predicted)),
                around: None,
            }));
        }
        fact
    }

    /// The rows by which models were judged in a condition: those have chosen what is taken by it.
    pub(super) fn choosing_rows(&mut self, condition: &'p Typed) -> Vec<Seen> {
        let before = self.moments.len();
        let mut tables: Vec<Arc<TableFacts>> = self.held_in(condition).0.into_iter().map(|held| held.table).collect();
        let judged = self.moments[before..].iter().filter_map(|moment| match moment {
            Moment::Judge(judge) => Some(judge.table.clone()),
            _ => None,
        });
        tables.extend(judged);
        tables.iter().map(|table| self.chosen_on(table, condition.span, "if")).collect()
    }

    /// What is held against the target in a value, and the value.
    fn held_in(&mut self, value: &'p Typed) -> (Vec<Held<'p>>, Fact<'p>) {
        let outer = self.telling.replace(Vec::new());
        let fact = self.value(value);
        let mut told = std::mem::replace(&mut self.telling, outer).unwrap_or_default();
        columns_within(&fact, &mut told);
        let mut held = Vec::new();
        if !self.predictions.is_empty() {
            let mut known: Set<ColumnId> = told.iter().copied().collect();
            while let Some(column) = told.pop() {
                let node = self.columns.get(column);
                let gathered = node.inputs.iter().find_map(|input| match &input.how {
                    How::Over(over) if over.makes.is_some() => Some(over.rows.clone()),
                    _ => None,
                });
                match gathered.and_then(|rows| self.held_by(column, &rows)) {
                    Some(one) => held.push(one),
                    None => {
                        let inputs = self.columns.get(column).inputs.iter().filter(|input| is_value(&input.how));
                        told.extend(inputs.filter_map(|input| input.column).filter(|of| known.insert(*of)));
                    }
                }
            }
        }
        (held, fact)
    }

    /// Whether predictions and the target go into a column that is computed from many rows.
    fn held_by(&mut self, by: ColumnId, rows: &Rows) -> Option<Held<'p>> {
        let mut known: Set<ColumnId> = Set::from_iter([by]);
        let mut waiting = vec![by];
        let (mut prediction, mut has_target) = (None, false);
        while let Some(column) = waiting.pop() {
            if self.predictions.contains_key(&column) {
                prediction = prediction.or(Some(column));
                continue;
            }
            let node = self.columns.get(column);
            has_target |= node.was_target;
            // Which rows are looked at, may be their prediction that says it.
            let inputs = node.inputs.iter().filter(|input| is_value(&input.how) || matches!(input.how, How::Chosen(_)));
            waiting.extend(inputs.filter_map(|input| input.column).filter(|of| known.insert(*of)));
        }
        let prediction = prediction.filter(|_| has_target)?;
        let (learned, scored) = self.predictions.get(&prediction)?.clone();
        // Rows that were left out since are not judged; of those that were made of them it is not known which they are.
        let is_part = rows.iter().all(|one| scored.rows.iter().any(|of| of.origin == one.origin));
        let rows = if is_part { rows.clone() } else { scored.rows.clone() };
        let table = self.table(scored.columns.clone(), rows, Vec::new(), &scored.row);
        Some(Held { learned, table, by, predicted: self.columns.get(prediction).span })
    }
}

/// The columns of a value, and of what it has in it.
fn columns_within(fact: &Fact<'_>, found: &mut Vec<ColumnId>) {
    match fact {
        Fact::Value(_, inputs) => found.extend(inputs.iter().filter_map(|input| input.column)),
        Fact::Table(table) => found.extend(table.columns.all()),
        Fact::List(items) => items.iter().for_each(|item| columns_within(item, found)),
        Fact::Record(parts) => parts.iter().for_each(|(_, part)| columns_within(part, found)),
        Fact::Choice(_, ways) => ways.iter().for_each(|way| columns_within(way, found)),
        _ => {}
    }
}

/// Whether a column is computed from the values of another so.
fn is_value(how: &How) -> bool {
    matches!(how, How::Same | How::Branch(_) | How::Row | How::Joined(_) | How::Over(_))
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
