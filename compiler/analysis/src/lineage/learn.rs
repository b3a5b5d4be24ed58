//! Estimators, what they learn, and what is computed with it.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Learned, Partitions, Role, Row, Type, Value};

use super::bind::Bindings;
use super::call::{Called, TableArgument};
use super::column::{ColumnId, How, Input, Maker};
use super::fact::{
    ColumnsOf, EstimatorFacts, EstimatorPart, Fact, Learn, LearnedFacts, Moment, Seeing, Seen, TableFacts,
};
use super::flow::Flow;
use crate::check::signature::{ParamKind, RowShape, Shape, Signature};
use crate::typed::{LibraryName, Typed, TypedArg, TypedCall};

/// The argument that has an estimator stop early.
const STOP: &str = "stop_after";

impl<'p> Flow<'p> {
    /// Rows that take part in learning: arguments of parameters that are `in train` or `in valid`.
    pub fn learns(&mut self, called: &Called<'p>, result: &Type) {
        self.stops(called);
        let before = seen_before(called);
        let seen = self.seen(called, result);
        for (place, one) in &seen {
            let argument = &called.tables[*place];
            let others = seen_beside(*place, &before, &seen);
            self.moments.push(Moment::Learn(Learn {
                seen: one.clone(),
                table: argument.table.clone(),
                typed_test: partitions_of(&argument.ty).contains(Partitions::TEST),
                model: learns_model(called, result),
                others,
                around: self.around.clone(),
            }));
        }
    }

    /// An estimator that stops early by rows that it is not given. Where the call that makes the estimator is in sight of the one
    /// that it is given to, the checker tells; it may also be the argument of a node.
    fn stops(&mut self, called: &Called<'p>) {
        let valid = called.signature.valid();
        let given = valid.and_then(|place| called.argument(called.signature.params[place].name));
        if given.is_some_and(is_given) {
            return;
        }
        for (place, fact) in &called.facts {
            let Fact::Estimator(estimator) = fact else { continue };
            if estimator.search.is_some() || called.signature.is_tuned_later(*place) {
                continue;
            }
            let stops = estimator.parts.iter().find_map(|part| match part.call.argument(STOP)? {
                TypedArg::Value(value) => value.literal().filter(|rounds| **rounds != Value::Null).map(|_| value.span),
                _ => None,
            });
            if let Some(stops) = stops {
                let (operator, takes) = (called.call.name, valid.is_some());
                self.moments.push(Moment::Stop { operator, span: called.span, stops, takes });
            }
        }
    }

    /// An estimator that a call makes, or makes of others.
    pub fn estimator_result(&mut self, called: &Called<'p>, value: &'p Typed) -> Fact<'p> {
        let mut parts = Vec::new();
        for (_, fact) in &called.facts {
            if let Fact::Estimator(estimator) = fact {
                parts.extend(estimator.parts.iter().cloned());
            }
        }
        if parts.is_empty() {
            let signature = called.signature.clone();
            parts.push(EstimatorPart { call: called.call, signature });
        }
        let mut all = seen_before(called);
        all.extend(self.seen(called, &value.ty).into_iter().map(|(_, seen)| seen));
        let search = matches!(called.signature.result, Shape::Tuned(_)).then_some(called.call);
        Fact::Estimator(Arc::new(EstimatorFacts { parts, seen: all, search }))
    }

    /// What a call learns, or makes of something that has learned.
    pub fn learned_result(&mut self, called: &Called<'p>, result: &Type) -> Fact<'p> {
        let mut parts: Option<Vec<EstimatorPart<'p>>> = None;
        for (_, fact) in &called.facts {
            if let Fact::Estimator(estimator) = fact {
                parts.get_or_insert_default().extend(estimator.parts.iter().cloned());
            }
        }
        // Of several models, as in a blend, none is the one that is applied.
        if let [(_, learned)] = &called.learned[..] {
            parts.clone_from(&learned.parts);
        }
        let mut target = called.learned.iter().find_map(|(_, learned)| learned.target);
        let mut all = seen_before(called);
        for (place, seen) in self.seen(called, result) {
            let table = &called.tables[place].table;
            if seen.how == Seeing::Fitted && target.is_none() {
                target = target_of(table);
            }
            all.push(seen);
        }
        if called.learned.len() > 1 {
            all.extend(self.seen_choosing(called));
        }
        Fact::Learned(Arc::new(LearnedFacts { parts, seen: all, target }))
    }

    /// The rows by which one of several models is chosen.
    fn seen_choosing(&self, called: &Called<'p>) -> Vec<Seen> {
        let is_test =
            |argument: &&TableArgument| within(&called.signature.params[argument.place].kind) == Some(Partitions::TEST);
        let tables = called.tables.iter().filter(is_test);
        tables.map(|argument| self.chosen_on(&argument.table, argument.span, called.call.name)).collect()
    }

    /// The rows of a table that decide which of several models is taken.
    pub(super) fn chosen_on(&self, table: &TableFacts, span: Span, operator: LibraryName) -> Seen {
        let (rows, outcome) = (table.rows.clone(), self.outcome(table));
        Seen { how: Seeing::Chosen, valid: false, rows, outcome, span, operator }
    }

    /// The table arguments that take part in learning, and how, by place among the tables.
    fn seen(&self, called: &Called<'p>, result: &Type) -> Vec<(usize, Seen)> {
        let trains = called.signature.params.iter().any(|param| within(&param.kind) == Some(Partitions::TRAIN));
        let learned = |kind: &ParamKind| matches!(kind, ParamKind::Learned(_) | ParamKind::LearnedList(_));
        let adjusts = called.signature.params.iter().any(|param| learned(&param.kind));
        let tunes = search_before(called).is_some();
        let mut all = Vec::new();
        for (place, argument) in called.tables.iter().enumerate() {
            let part = within(&called.signature.params[argument.place].kind);
            // Rows to judge on are not learned from.
            let Some(part) = part.filter(|part| *part != Partitions::TEST) else { continue };
            let valid = part == Partitions::VALID;
            let how = match result {
                Type::Estimator(_) => Seeing::Tuned,
                _ if adjusts => Seeing::Calibrated,
                // What gives more than a model has looked for the best one.
                Type::Record(_) if valid => Seeing::Tuned,
                // What is tuned where it is fitted is tuned on them before it stops by them.
                _ if valid && trains && tunes => Seeing::Tuned,
                _ if valid && trains => Seeing::Stopped,
                _ => Seeing::Fitted,
            };
            let (table, operator) = (&argument.table, called.call.name);
            let (rows, outcome) = (table.rows.clone(), self.outcome(table));
            all.push((place, Seen { how, valid, rows, outcome, span: argument.span, operator }));
        }
        all
    }

    /// Lets what was learned say what columns it makes.
    pub fn bind_learned(&mut self, called: &Called<'p>, bindings: &mut Bindings) {
        let Some(argument) = called.tables.first() else { return };
        let table = argument.table.clone();
        for (name, arg) in &called.call.args {
            let TypedArg::Value(value) = arg else { continue };
            let Some(place) = called.signature.param(name) else { continue };
            let learned = called.learned.iter().find(|(of, _)| *of == place).map(|(_, learned)| learned.clone());
            match &called.signature.params[place].kind {
                ParamKind::Learned(Shape::Transform(_, RowShape::Variable(made))) => {
                    let columns = self.transformed(called, &table, learned.as_deref());
                    bindings.set(*made, columns);
                }
                ParamKind::Learned(Shape::Model(_, RowShape::Variable(made))) => {
                    let columns = self.predicted(called, &table, learned.as_ref(), &value.ty);
                    bindings.set(*made, columns);
                }
                _ => {}
            }
        }
    }

    /// Columns behind the steps of a transform.
    fn transformed(
        &mut self,
        called: &Called<'p>,
        table: &TableFacts,
        learned: Option<&LearnedFacts<'p>>,
    ) -> ColumnsOf {
        let Some((learned, parts)) = learned.and_then(|learned| Some((learned, learned.parts.as_ref()?))) else {
            return ColumnsOf { named: Vec::new(), rest: table.columns.all().collect() };
        };
        let rows = learned.fitted_on();
        let mut columns = table.columns.clone();
        for part in parts {
            let signature = part.signature.clone();
            let Some((from, to)) = rows_of(&signature) else { break };
            let before = columns.clone();
            let step = Called {
                call: part.call,
                signature: part.signature.clone(),
                span: called.span,
                tables: Vec::new(),
                learned: Vec::new(),
                facts: Vec::new(),
            };
            let mut bindings = Bindings::of(&part.signature);
            if let RowShape::Variable(variable) = from {
                bindings.set(*variable, columns.clone());
            }
            self.bind_all(&step, &mut bindings, None);
            columns = self.columns_of(to, &step, &mut bindings);
            if let RowShape::Some(_) = to {
                let target = learned.target.filter(|_| step.argument("keep").is_some_and(is_given));
                self.selected_columns(&table.row, &mut columns, &rows, target, &step);
                continue;
            }
            let target = learned.target.filter(|_| demands_target(&part.signature));
            self.learned_columns(&before, &mut columns, &rows, target, &step);
        }
        columns
    }

    /// Columns that a fitted step made depend on the rows that it was fitted on.
    fn learned_columns(
        &mut self,
        before: &ColumnsOf,
        columns: &mut ColumnsOf,
        rows: &super::rows::Rows,
        target: Option<ColumnId>,
        step: &Called<'p>,
    ) {
        for (name, id) in &mut columns.named {
            if before.all().any(|old| old == *id) {
                continue;
            }
            let of = before.get(name).into_iter().chain(target);
            let learned = of.map(|column| Input { column: Some(column), how: How::Learned(rows.clone()) });
            let mut inputs = self.columns.get(*id).inputs.clone();
            inputs.extend(learned);
            let maker = Maker::Step(step.call.name.into(), step.span);
            *id = self.columns.add(name.clone(), maker, step.span, inputs);
        }
    }

    /// Which features are left depends on the rows that a step was fitted on, what is in them does not.
    fn selected_columns(
        &mut self,
        row: &Row,
        columns: &mut ColumnsOf,
        rows: &super::rows::Rows,
        target: Option<ColumnId>,
        step: &Called<'p>,
    ) {
        let has_role = |name: &str| row.get(name).is_some_and(|column| column.role.is_some());
        for (name, id) in columns.named.iter_mut().filter(|(name, _)| !has_role(name)) {
            let inputs = vec![
                Input { column: Some(*id), how: How::Same },
                Input { column: target, how: How::Selected(rows.clone()) },
            ];
            let maker = Maker::Step(step.call.name.into(), step.span);
            *id = self.columns.add(name.clone(), maker, step.span, inputs);
        }
    }

    /// Columns that a model adds: computed from the features, and learned from the target.
    fn predicted(
        &mut self,
        called: &Called<'p>,
        table: &Arc<TableFacts>,
        learned: Option<&Arc<LearnedFacts<'p>>>,
        ty: &Type,
    ) -> ColumnsOf {
        let Type::Learned(kind) = ty else { return ColumnsOf::default() };
        let Learned::Model(Some((input, output))) = &**kind else { return ColumnsOf::default() };
        let features = input.features().filter_map(|column| table.columns.get(&column.name));
        let mut inputs: Vec<Input> = features.map(|column| Input { column: Some(column), how: How::Row }).collect();
        if let Some(learned) = learned
            && let Some(target) = learned.target
        {
            inputs.push(Input { column: Some(target), how: How::Predicted(learned.fitted_on()) });
        }
        let mut named = Vec::new();
        for column in &output.columns {
            let maker = Maker::Step(called.call.name.into(), called.span);
            let made = self.columns.add(column.name.clone(), maker, called.span, inputs.clone());
            if let Some(learned) = learned {
                self.predictions.insert(made, (learned.clone(), table.clone()));
            }
            named.push((column.name.clone(), made));
        }
        ColumnsOf { named, rest: Vec::new() }
    }
}

/// The rows of a step that learns a transform.
fn rows_of(signature: &Signature) -> Option<(&RowShape, &RowShape)> {
    match &signature.result {
        Shape::Estimator { learns, .. } => match &**learns {
            Shape::Transform(from, to) => Some((from, to)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a step learns from the target.
fn demands_target(signature: &Signature) -> bool {
    let Shape::Estimator { demand: Some(demand), .. } = &signature.result else { return false };
    let mut waiting = vec![demand];
    while let Some(row) = waiting.pop() {
        match row {
            RowShape::Pattern(columns) if columns.iter().any(|column| column.role == Some(Role::Target)) => {
                return true;
            }
            RowShape::Case(_, arms) => waiting.extend(arms.iter().map(|(_, arm)| arm)),
            _ => {}
        }
    }
    false
}

/// What has taken part in making the arguments.
fn seen_before(called: &Called<'_>) -> Vec<Seen> {
    let mut before = Vec::new();
    for (_, fact) in &called.facts {
        if let Fact::Estimator(estimator) = fact {
            before.extend(estimator.seen.iter().cloned());
        }
    }
    before.extend(called.learned.iter().flat_map(|(_, learned)| learned.seen.iter().cloned()));
    before
}

/// The call that says that an estimator among the arguments is tuned where it is fitted.
fn search_before<'p>(called: &Called<'p>) -> Option<&'p TypedCall> {
    called.facts.iter().find_map(|(_, fact)| match fact {
        Fact::Estimator(estimator) => estimator.search,
        _ => None,
    })
}

/// Whether a model learns: of what is learned and judged at once (`cross_validate`), too.
fn learns_model(called: &Called<'_>, result: &Type) -> bool {
    let is_model = |ty: &Type| matches!(ty, Type::Learned(learned) if matches!(**learned, Learned::Model(_)));
    let learner = |(_, arg): &(_, TypedArg)| match arg {
        TypedArg::Value(value) => match &value.ty {
            Type::Estimator(learns) => matches!(**learns, Learned::Model(_)),
            _ => false,
        },
        _ => false,
    };
    match result {
        Type::Learned(_) => is_model(result),
        Type::Record(parts) => parts.columns.iter().any(|part| is_model(&part.ty)),
        _ => called.call.args.iter().any(learner),
    }
}

/// Whether an argument is there and not null.
fn is_given(arg: &TypedArg) -> bool {
    !matches!(arg, TypedArg::Value(value) if value.literal() == Some(&Value::Null))
}

fn seen_beside(place: usize, before: &[Seen], all: &[(usize, Seen)]) -> Vec<Seen> {
    let beside = all.iter().filter(|(other, _)| *other != place).map(|(_, seen)| seen.clone());
    before.iter().cloned().chain(beside).collect()
}

/// The parts of a split that rows or sequences are in by their type.
fn partitions_of(ty: &Type) -> Partitions {
    match ty {
        Type::Table(table) => table.partitions,
        Type::Sequences(sequences) => sequences.partitions,
        _ => Partitions::NONE,
    }
}

/// The partition that a parameter is of.
pub(super) fn within(kind: &ParamKind) -> Option<Partitions> {
    match kind {
        ParamKind::Table { within, .. } | ParamKind::Sequences { within, .. } => *within,
        _ => None,
    }
}

/// The target of a table.
pub(super) fn target_of(table: &TableFacts) -> Option<ColumnId> {
    let row: &Row = &table.row;
    table.columns.get(&row.with_role(Role::Target)?.name)
}
