//! Columns that expressions make, and the numbers by which equal ones are known.

use gml_diagnostics::Span;
use gml_ir::{Type, Value};
use gml_syntax::ast::SignatureKind;

use super::call::{Called, moved};
use super::column::{ColumnId, Conditions, How, Input, Maker, Point};
use super::fact::{ColumnsOf, TableFacts};
use super::flow::Flow;
use super::number::number_of;
use super::value::Within;
use crate::parts::each_part;
use crate::typed::{Text, Typed, TypedArg, TypedKind};

impl<'p> Flow<'p> {
    /// Columns that are made; a plain column under its own name stays what it is.
    pub(super) fn made(&mut self, called: &Called<'_>, columns: &[(Text, Typed)], within: &Within<'_>) -> ColumnsOf {
        let mut made = ColumnsOf::default();
        for (name, value) in columns {
            let plain = match &value.kind {
                TypedKind::Column(of) => within.row.get(of).map(|column| (of, column)),
                _ => None,
            };
            let id = match plain {
                Some((of, column)) if of == name => column,
                Some((_, column)) => {
                    let inputs = vec![Input { column: Some(column), how: How::Same }];
                    self.column(called, name, value.span, inputs)
                }
                None => {
                    let mut inputs = Vec::new();
                    self.inputs(value, within, &mut inputs);
                    let (number, core) = self.numbers(value, within, &inputs);
                    let conditions = self.asked_by(value, within, &inputs);
                    let shift = self.shift(value, within.row);
                    let column = self.column(called, name, value.span, inputs);
                    self.columns.mark_numbers(column, number, core);
                    self.columns.mark_conditions(column, conditions);
                    if let Some(shift) = shift {
                        self.columns.mark_shift(column, shift);
                    }
                    if self.parts_time(value) {
                        self.columns.mark_parting_time(column);
                    }
                    column
                }
            };
            made.named.push((name.clone(), id));
        }
        made
    }

    /// The number of what an expression gives in a row, and of the one thing that it is computed from, where all else in it is
    /// constant.
    fn numbers(&self, value: &Typed, within: &Within<'_>, inputs: &[Input]) -> (Option<u64>, Option<u64>) {
        let mut of = inputs.iter().filter_map(|input| input.column);
        // The same column of another table may have been looked up in two of its rows.
        let is_open = inputs.is_empty() || of.any(|column| self.columns.is_looked_up(column));
        if is_open && !value.ty.is_temporal() {
            return (None, None);
        }
        let gathered = inputs.iter().any(|input| matches!(input.how, How::Over(_)));
        let of_rows = within.many.filter(|_| gathered).map(|many| many.number);
        let number = |value: &Typed| {
            let number = self.number(value, Some(within.row));
            of_rows.map_or(number, |rows| number_of((number, rows)))
        };
        let alone = beside_constants(value);
        let core = match &alone.kind {
            TypedKind::Column(name) => within.row.get(name).and_then(|column| self.columns.number(column)),
            _ if std::ptr::eq(alone, value) => None,
            _ => Some(number(alone)),
        };
        (Some(number(value)), core)
    }

    /// What the aggregates in an expression ask of rows.
    fn asked_by(&self, value: &Typed, within: &Within<'_>, inputs: &[Input]) -> Conditions {
        let mut conditions = Conditions::default();
        let Some(many) = &within.many else { return conditions };
        // The same column of another table may have been looked up in two of its rows.
        if inputs.iter().filter_map(|input| input.column).any(|column| self.columns.is_looked_up(column)) {
            return conditions;
        }
        let keys: Vec<ColumnId> = many.keys.iter().map(|key| self.columns.root(*key)).collect();
        let rows = number_of((keys, &many.table.rows, many.number));
        let number = |condition: &Typed| number_of((self.number(condition, Some(within.row)), rows));
        each_part(value, &mut |part| conditions.all.extend(asked(part).into_iter().map(number)));
        let alone = beside_constants(value);
        if let ([condition], 1) = (&asked(alone)[..], arguments(alone).count()) {
            conditions.alone = Some(number(condition));
        }
        conditions
    }

    /// The point that a point in time lies before or behind of, by a duration that is written out, and whether it lies behind.
    fn shift(&self, value: &Typed, row: &ColumnsOf) -> Option<(Point, bool)> {
        let value = value.uncast();
        if let Some((point, by)) = moved(value).filter(|(_, by)| *by != 0) {
            let point = match &point.kind {
                TypedKind::Column(of) => Point::Column(self.columns.root(row.get(of)?)),
                _ => Point::Made(self.number(point, Some(row))),
            };
            return Some((point, by > 0));
        }
        // What was rounded down lies a step away at least where it was moved by a step before.
        let TypedKind::Call(call) = &value.kind else { return None };
        let [(name, TypedArg::Value(moment)), (_, TypedArg::Value(unit))] = &call.args[..] else { return None };
        let (point, by) = moved(moment)?;
        match unit.literal()? {
            Value::Duration(unit) if call.name == "truncate" && by.unsigned_abs() >= unit.unsigned_abs() => {
                let point = self.number(point, Some(row));
                Some((Point::Made(self.number_with(value, Some(row), (*name, point))?), by > 0))
            }
            _ => None,
        }
    }

    fn column(&mut self, called: &Called<'_>, name: &Text, span: Span, inputs: Vec<Input>) -> ColumnId {
        let maker = Maker::Step(called.call.name.into(), called.span);
        self.columns.add(name.clone(), maker, span, inputs)
    }

    /// The number of what windows look at.
    pub(super) fn windows_number(
        &self,
        called: &Called<'p>,
        table: &TableFacts,
        keys: &[ColumnId],
        source: &ColumnsOf,
    ) -> u64 {
        let orders = called.call.args.iter().filter_map(|(_, arg)| match arg {
            TypedArg::Order(columns) => Some(columns),
            _ => None,
        });
        let order: Vec<(u64, bool)> =
            orders.flatten().map(|(key, descending)| (self.number(key, Some(source)), *descending)).collect();
        let keys: Vec<ColumnId> = keys.iter().map(|key| self.columns.root(*key)).collect();
        number_of((called.word("rows"), keys, order, &table.rows))
    }
}

/// The arguments of an aggregate that are not constant.
fn arguments(value: &Typed) -> impl Iterator<Item = &Typed> {
    let args = match &value.kind {
        TypedKind::Call(call) if call.kind == SignatureKind::Aggregate => &call.args[..],
        _ => &[],
    };
    let values = args.iter().filter_map(|(_, arg)| match arg {
        TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
        _ => None,
    });
    values.filter(|value| value.literal().is_none())
}

/// Those of them that are conditions.
fn asked(value: &Typed) -> Vec<&Typed> {
    arguments(value).filter(|argument| *argument.ty.non_null() == Type::Bool).collect()
}

/// The one part of an expression that is not constant; the expression itself where there are several.
fn beside_constants(value: &Typed) -> &Typed {
    let is_constant = |part: &Typed| part.literal().is_some();
    let of = match &value.kind {
        TypedKind::Cast(of) | TypedKind::Unary(_, of) | TypedKind::IsNull(of) => of,
        TypedKind::Binary(_, of, other) | TypedKind::In(of, other) if is_constant(other) => of,
        TypedKind::Binary(_, other, of) if is_constant(other) => of,
        TypedKind::If(of, then, otherwise) if is_constant(then) && is_constant(otherwise) => of,
        _ => return value,
    };
    beside_constants(of)
}
