//! Arguments that are tables or were learned.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Learned, Partitions, Role, Row, TableType, Type, Value as Constant};
use smallvec::SmallVec;

use super::Arguments;
use super::Given;
use super::choose::{self, Ready};
use super::shapes;
use crate::check::body::Body;
use crate::check::learned::Pending;
use crate::check::message::{self, Want};
use crate::check::signature::{Param, ParamKind, PatternColumn, RowShape, Shape, Variable};
use crate::check::value::{Space, Value};
use crate::rows::{self, Mismatch};
use crate::typed::{Typed, TypedArg, TypedKind};

impl<'a> Body<'a> {
    /// `table[R]`
    pub(super) fn table_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: Value<'a>,
        row: &RowShape,
        within: Option<Partitions>,
        arguments: &mut Arguments<'a>,
    ) {
        let Some(table) = self.as_table(call, place, &value, arguments) else {
            if let RowShape::Variable(variable) = row
                && !arguments.variables.is_bound(*variable)
            {
                arguments.variables.set_row(*variable, shapes::unknown_row());
            }
            arguments.typed[place] = Some(TypedArg::Value(value.typed));
            return;
        };
        if let Some(part) = within.filter(|part| *part != Partitions::TEST)
            && table.partitions.contains(Partitions::TEST)
        {
            arguments.test_rows.push((part, value.span(), value.split()));
        }
        self.table_row(call, place, &value, &table, row, arguments);
        if matches!(within, Some(Partitions::TEST | Partitions::VALID)) {
            self.judged_rows(call, &value, &table.row, arguments);
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }

    /// Rows that a model is judged by must say what came to be, as those that it has learned from did.
    fn judged_rows(&mut self, call: &Pending<'a>, value: &Value<'a>, row: &Row, arguments: &mut Arguments<'a>) {
        let has_learned_it = |param: &Param| match &param.kind {
            ParamKind::Learned(Shape::Model(RowShape::Variable(from), _)) => {
                arguments.variables.known_row(*from).is_some_and(|row| row.with_role(Role::Target).is_some())
            }
            _ => false,
        };
        let lacks = !row.open && row.with_role(Role::Target).is_none() && !arguments.failed;
        if lacks && call.signature.params.iter().any(has_learned_it) {
            self.emit(message::learning::nothing_to_judge_by(call, value, row));
            arguments.failed = true;
        }
    }

    /// The table type of an argument; an error where it is something else.
    pub(super) fn as_table(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        arguments: &mut Arguments<'a>,
    ) -> Option<TableType> {
        match value.ty() {
            Type::Table(table) => {
                arguments.space = arguments.space.max(Space::Run);
                arguments.partitions = arguments.partitions.union(table.partitions);
                arguments.split = arguments.split.or(value.split());
                Some(table.clone())
            }
            ty if ty.is_silent() => {
                arguments.space = arguments.space.max(Space::Run);
                None
            }
            // `table[R]?`: the same as leaving it out.
            Type::Null if call.signature.params[place].default.is_some() => None,
            ty => {
                let diagnostic = message::calls::table_wanted(call, place, ty, value.span(), self.text(value.span()));
                self.emit(diagnostic);
                arguments.failed = true;
                None
            }
        }
    }

    /// Lets a table say what the row variables stand for, or holds it against them.
    fn table_row(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        table: &TableType,
        row: &RowShape,
        arguments: &mut Arguments<'a>,
    ) {
        match row {
            RowShape::Variable(variable) => match arguments.variables.known_row(*variable).cloned() {
                None => {
                    arguments.variables.set_row(*variable, table.row.clone());
                    arguments.tables.push((place, table.row.clone()));
                }
                Some(known) => self.further_table(call, place, value, table, *variable, &known, arguments),
            },
            RowShape::And(left, right) if matches!(**right, RowShape::Pattern(_)) => {
                self.has_roles(call, value, &table.row, right, arguments);
                self.table_row(call, place, value, table, left, arguments);
            }
            // Which word another argument is may not be known yet.
            RowShape::And(left, right) if matches!(**right, RowShape::Case(..)) => {
                arguments.by_word.push((place, table.row.clone(), value.span()));
                self.table_row(call, place, value, table, left, arguments);
            }
            RowShape::And(left, right) if matches!(**right, RowShape::Comparable(_)) => {
                let demanded = self.row(right, call, arguments);
                let mismatches = rows::can_be_compared(&table.row, &demanded);
                if !mismatches.is_empty() {
                    self.emit(message::rows::cannot_conform(call, value, &mismatches, &table.row, &demanded));
                }
                self.table_row(call, place, value, table, left, arguments);
            }
            RowShape::And(left, right) => {
                let demanded = self.row(right, call, arguments);
                let mismatches = rows::has_at_least(&table.row, &demanded);
                if !mismatches.is_empty() {
                    let diagnostic = self.lacks_columns(call, place, value, &mismatches, &table.row, arguments);
                    self.emit(diagnostic);
                    arguments.failed = true;
                }
                self.table_row(call, place, value, table, left, arguments);
            }
            _ => {}
        }
    }

    /// What is said of a table without the columns that another argument demands: a model those that it was trained on.
    fn lacks_columns(
        &self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        mismatches: &[Mismatch],
        row: &Row,
        arguments: &Arguments<'a>,
    ) -> Diagnostic {
        let of_model = call.signature.params.iter().any(|param| matches!(param.kind, ParamKind::Learned(_)));
        if !of_model {
            return message::rows::table_lacks(call, place, value, mismatches);
        }
        let trained = arguments.origin.map(|origin| self.shown_origin(origin));
        message::learning::scoring_row(call, value, mismatches, row, trained)
    }

    /// A table of a row that is known already: another part of a union, or rows that must have the same columns.
    #[allow(clippy::too_many_arguments, reason = "what a table is held against")]
    fn further_table(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: &Value<'a>,
        table: &TableType,
        variable: Variable,
        known: &Arc<Row>,
        arguments: &mut Arguments<'a>,
    ) {
        let is_union = matches!(&call.signature.result, Shape::Table(RowShape::Variable(of), _) if *of == variable);
        if !is_union {
            let mismatches = rows::has_at_least(&table.row, known);
            if !mismatches.is_empty() {
                let diagnostic = self.lacks_columns(call, place, value, &mismatches, &table.row, arguments);
                self.emit(diagnostic);
                arguments.failed = true;
            }
            return;
        }
        match rows::unify(known, &table.row) {
            Ok(row) => {
                arguments.variables.set_row(variable, Arc::new(row));
                arguments.tables.push((place, table.row.clone()));
            }
            Err(mismatches) => {
                self.emit(message::rows::union_differs(value, &mismatches, known, &table.row));
                arguments.variables.set_row(variable, shapes::unknown_row());
                arguments.failed = true;
            }
        }
    }

    /// `list[table[R]]`
    pub(super) fn tables_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        ready: &mut Ready<'a>,
        row: &RowShape,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else { return };
        let bound_before = matches!(row, RowShape::Variable(variable) if arguments.variables.is_bound(*variable));
        let value = match choose::taken(ready, expr) {
            Some(value) => value,
            None => self.expr(expr, None),
        };
        let (facts, span) = (value.facts.clone(), value.span());
        let alone = |typed: Typed| Value { typed, space: Space::Run, short: false, facts: facts.clone() };
        match (value.typed.kind, &value.typed.ty) {
            (TypedKind::List(items), Type::List(_)) => {
                for item in &items {
                    let item = alone(item.clone());
                    if let Some(table) = self.as_table(call, place, &item, arguments) {
                        self.table_row(call, place, &item, &table, row, arguments);
                        self.judged_rows(call, &item, &table.row, arguments);
                    }
                }
                let made = self.row(row, call, arguments);
                let items =
                    if bound_before { items } else { items.into_iter().map(|table| fitted(table, &made)).collect() };
                let ty = Type::List(Arc::new(self.table_type(&made, arguments)));
                arguments.typed[place] = Some(TypedArg::Value(Typed { kind: TypedKind::List(items), ty, span }));
            }
            (kind, Type::List(item)) => {
                let table = alone(Typed { kind: TypedKind::Error, ty: (**item).clone(), span });
                if let Some(found) = self.as_table(call, place, &table, arguments) {
                    self.table_row(call, place, &table, &found, row, arguments);
                }
                arguments.typed[place] = Some(TypedArg::Value(Typed { kind, ..value.typed }));
            }
            (_, ty) if ty.is_silent() => {
                arguments.space = arguments.space.max(Space::Run);
                arguments.failed |= *ty == Type::Error;
            }
            (_, ty) => {
                let diagnostic = message::calls::tables_wanted(call, place, ty, span, self.text(span));
                self.emit(diagnostic);
                arguments.failed = true;
            }
        }
    }

    /// Both tables of a union in the row that they have in common.
    pub(super) fn alike_tables(&mut self, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        let tables = std::mem::take(&mut arguments.tables);
        let Shape::Table(row @ RowShape::Variable(common), _) = &call.signature.result else { return };
        // Tables of other variables, such as the right one of a join, keep their own rows.
        let of_common = |place: &usize| match &call.signature.params[*place].kind {
            ParamKind::Table { row: RowShape::Variable(own), .. } => own == common,
            ParamKind::Tables(_) => true,
            _ => false,
        };
        let tables: SmallVec<[_; 2]> = tables.into_iter().filter(|(place, _)| of_common(place)).collect();
        if tables.len() < 2 || arguments.failed {
            return;
        }
        let row = self.row(row, call, arguments);
        for (place, _) in tables {
            if let Some(TypedArg::Value(typed)) = arguments.typed[place].take() {
                // The parts of a list were made alike when it was.
                let typed = if matches!(typed.ty, Type::Table(_)) { fitted(typed, &row) } else { typed };
                arguments.typed[place] = Some(TypedArg::Value(typed));
            }
        }
    }

    fn table_type(&self, row: &Arc<Row>, arguments: &Arguments<'a>) -> Type {
        Type::Table(TableType { row: row.clone(), partitions: arguments.partitions })
    }

    /// `model[R -> O]`, `transform[R -> S]`
    pub(super) fn learned_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        value: Value<'a>,
        shape: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        arguments.space = arguments.space.max(Space::Run);
        let want = Want::argument(call.signature.name, call.signature.params[place].name);
        if matches!(value.ty(), Type::Learned(_)) && arguments.origin.is_none() {
            arguments.origin = Some(self.origin_of_learned(&value));
        }
        match value.ty() {
            Type::Learned(learned) => match (&**learned, shape) {
                (Learned::Model(rows), Shape::Model(from, to))
                | (Learned::Transform(rows), Shape::Transform(from, to)) => {
                    if let Some((input, output)) = rows {
                        self.learned_rows(call, &value, (input, from), (output, to), &want, arguments);
                    }
                }
                (Learned::Recommender(item), Shape::Recommender(due)) => arguments.variables.infer(due, item),
                (Learned::Encoder(from, to), Shape::Encoder(due, made)) if shapes::may_read(due, from) => {
                    arguments.variables.infer(due, from);
                    arguments.variables.infer(made, to);
                }
                _ => {
                    self.emit(message::learning::other_learned(&value, shape, &want));
                    arguments.failed = true;
                }
            },
            ty if ty.is_silent() => {}
            Type::Estimator(_) => {
                let diagnostic = message::learning::not_fitted(&value, &want, self.text(value.span()));
                self.emit(diagnostic);
                arguments.failed = true;
            }
            ty => {
                let diagnostic = message::learning::learned_wanted(ty, value.span(), shape, &want);
                self.emit(diagnostic);
                arguments.failed = true;
            }
        }
        arguments.typed[place] = Some(TypedArg::Value(value.typed));
    }
}

impl<'a> Body<'a> {
    /// Lets what was learned say what the row variables stand for. Where the signature says which columns a model must
    /// predict, it is held against them; rows that another argument bound (a second model's) stay.
    fn learned_rows(
        &mut self,
        call: &Pending<'a>,
        value: &Value<'a>,
        (input, from): (&Arc<Row>, &RowShape),
        (output, to): (&Arc<Row>, &RowShape),
        want: &Want<'_>,
        arguments: &mut Arguments<'a>,
    ) {
        if let RowShape::Known(due) = to
            && !rows::may_predict(output, due)
        {
            self.emit(message::learning::other_prediction(value, output, due, want));
            arguments.failed = true;
        }
        if let RowShape::Variable(variable) = to
            && let Some((_, Some(class))) = call.signature.variables.get(*variable)
            && rows::predicts(class, output) == Some(false)
        {
            self.emit(message::learning::other_class_of_prediction(value, output, class, want));
            arguments.failed = true;
        }
        for (shape, row) in [(from, input), (to, output)] {
            let RowShape::Variable(variable) = shape else { continue };
            match arguments.variables.known_row(*variable).cloned() {
                None => arguments.variables.set_row(*variable, row.clone()),
                Some(known) => {
                    let demanded = rows::features(row);
                    if !rows::has_at_least(&known, &demanded).is_empty() {
                        self.emit(message::learning::other_rows(value, row, &known, want));
                        arguments.failed = true;
                    }
                }
            }
        }
    }

    /// `table[R & { target _: bool }]`
    fn has_roles(
        &mut self,
        call: &Pending<'a>,
        value: &Value<'a>,
        row: &Arc<Row>,
        demand: &RowShape,
        arguments: &mut Arguments<'a>,
    ) {
        let RowShape::Pattern(columns) = demand else { return };
        self.lacking(call, columns, row, value.span(), arguments);
    }

    /// `table[R & case[split, "time", { time _: dated }]]`: what the rows must have where another argument is a certain word.
    pub(super) fn roles_by_word(&mut self, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        for (place, row, at) in std::mem::take(&mut arguments.by_word) {
            let ParamKind::Table { row: RowShape::And(_, demand), .. } = &call.signature.params[place].kind else {
                continue;
            };
            let RowShape::Case(decides, arms) = &**demand else { continue };
            let word = arguments.constant(*decides).and_then(Constant::as_str);
            let arm = word.and_then(|word| arms.iter().find(|(name, _)| **name == *word));
            if let Some((_, RowShape::Pattern(columns))) = arm {
                self.lacking(call, columns, &row, at, arguments);
            }
        }
    }

    fn lacking(
        &mut self,
        call: &Pending<'a>,
        columns: &[PatternColumn],
        row: &Row,
        at: Span,
        arguments: &mut Arguments<'a>,
    ) {
        for wanted in columns {
            if let Some(diagnostic) = crate::check::learned::lacks(wanted, call, (row, !row.open), at, false) {
                self.emit(diagnostic);
                arguments.failed = true;
            }
        }
    }
}

/// The table in a row that it is known to fit.
fn fitted(table: Typed, row: &Arc<Row>) -> Typed {
    let Type::Table(own) = &table.ty else { return table };
    let same = own.row.columns.len() == row.columns.len()
        && own.row.columns.iter().zip(&row.columns).all(|(a, b)| a.name == b.name && a.ty == b.ty);
    if same || row.open || own.row.open {
        return table;
    }
    let ty = Type::Table(TableType { row: row.clone(), partitions: own.partitions });
    let span = table.span;
    Typed { kind: TypedKind::Conform(Box::new(table), None), ty, span }
}
