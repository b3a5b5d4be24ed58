//! Facts of expressions: tables, learned values, and what scalars are computed from.

use std::sync::Arc;

use gml_ir::Type;
use gml_syntax::ast::SignatureKind;

use super::column::{Asks, ColumnId, How, Input, Maker, Order, Over, Says, Sees};
use super::fact::{ColumnsOf, EstimatorFacts, Fact, TableFacts};
use super::flow::{Flow, table_of};
use super::region::Region;
use super::rows::OriginId;
use crate::parts::each_part;
use crate::typed::{Text, Typed, TypedArg, TypedCall, TypedKind};

/// The rows around an expression in a column that is made.
pub(crate) struct Within<'a> {
    /// The columns of the row at hand.
    pub row: &'a ColumnsOf,
    /// What aggregates and window functions look at, where they may stand.
    pub many: Option<Many<'a>>,
}

/// Many rows that aggregates and window functions look at.
#[derive(Clone, Copy)]
pub(crate) struct Many<'a> {
    pub table: &'a TableFacts,
    /// Columns that are equal in all of them.
    pub keys: &'a [ColumnId],
    /// Columns that give the order.
    pub order: &'a [ColumnId],
    /// What aggregates see.
    pub sees: Sees,
    /// Whether there is no order, so that window functions see all of them.
    pub scattered: bool,
    /// What the order says of earlier and later.
    pub by: Order,
    /// Whether the order is the opposite of time.
    pub reversed: bool,
    /// The rows that are made of them.
    pub makes: Option<OriginId>,
    /// The number of which they are: of equal expressions over equal ones the values are equal.
    pub number: u64,
}

impl<'a> Many<'a> {
    /// The rows of groups, in no order.
    pub fn of_groups(table: &'a TableFacts, keys: &'a [ColumnId], makes: Option<OriginId>) -> Self {
        let (scattered, by, reversed) = (true, Order::Time, false);
        Self { table, keys, order: &[], sees: Sees::All, scattered, by, reversed, makes, number: 0 }
    }
}

impl<'p> Flow<'p> {
    /// What is known of the value of an expression of a body.
    pub fn value(&mut self, value: &'p Typed) -> Fact<'p> {
        let fact = self.known(value);
        if !matches!(value.kind, TypedKind::Local(_) | TypedKind::Dataset(_) | TypedKind::Field(..)) {
            self.gives(value.span, &fact);
        }
        fact
    }

    fn known(&mut self, value: &'p Typed) -> Fact<'p> {
        match &value.kind {
            TypedKind::Local(local) => {
                self.locals.get(local.0 as usize).map(|fact| self.on_this_way(fact)).unwrap_or_default()
            }
            TypedKind::Dataset(id) => self.dataset(*id, value),
            TypedKind::Call(call) if call.kind == SignatureKind::Operator => self.operator(call, value),
            TypedKind::Node { node, args, instance } => self.node(*node, args, instance.as_ref(), value),
            TypedKind::Conform(of, _) => {
                let fact = self.value(of);
                self.each_way_of(fact, |flow, fact| flow.conformed(fact, value))
            }
            TypedKind::Cast(of) if !is_scalar(&value.ty) => self.value(of),
            TypedKind::Field(of, name) => {
                let fact = self.value(of);
                self.each_way_of(fact, |flow, fact| flow.part(fact, name, value))
            }
            TypedKind::List(items) => Fact::List(items.iter().map(|item| self.value(item)).collect()),
            TypedKind::For { local, items, body } => {
                let items = self.value(items);
                self.each_way_of(items, |flow, items| {
                    let mut facts = Vec::new();
                    for item in items.items() {
                        flow.bind(*local, item);
                        facts.push(flow.value(body));
                    }
                    Fact::List(facts.into())
                })
            }
            TypedKind::Chain(parts) => {
                let parts = parts.iter().map(|part| self.value(part)).collect();
                self.in_each_way(parts, &mut |_, parts| chain(&parts))
            }
            TypedKind::Record(fields) => {
                Fact::Record(fields.iter().map(|(name, field)| (name.clone(), self.value(field))).collect())
            }
            TypedKind::Table(rows) => match &value.ty {
                Type::Table(table) => self.written_table(rows, &table.row, value.span),
                _ => Fact::Unknown,
            },
            TypedKind::If(condition, then, otherwise) if !is_scalar(&value.ty) => {
                let chosen_by = self.choosing_rows(condition);
                self.chosen(condition, then, otherwise).chosen_by(&chosen_by)
            }
            _ => self.scalar(value),
        }
    }

    /// A table that is written out. Of cells that are computed, columns are what these are computed from.
    fn written_table(
        &mut self,
        rows: &'p [Vec<Typed>],
        row: &Arc<gml_ir::Row>,
        span: gml_diagnostics::Span,
    ) -> Fact<'p> {
        let mut made: Vec<Vec<Input>> = vec![Vec::new(); row.columns.len()];
        for cells in rows {
            for (cell, inputs) in cells.iter().zip(&mut made).filter(|(cell, _)| cell.literal().is_none()) {
                let fact = self.value(cell);
                self.known_inputs(&fact, inputs);
            }
        }
        let given = self.given_table(row, span, 0);
        let Fact::Table(table) = &given else { return given };
        if made.iter().all(Vec::is_empty) {
            return given;
        }
        let mut columns = table.columns.clone();
        for (column, inputs) in row.columns.iter().zip(made).filter(|(_, inputs)| !inputs.is_empty()) {
            let maker = Maker::Step("table".into(), span);
            columns.set(&column.name, self.columns.add(column.name.clone(), maker, span, inputs));
        }
        Fact::Table(self.table(columns, table.rows.clone(), Vec::new(), row))
    }

    /// A part of a record, or a column of a row.
    fn part(&mut self, fact: Fact<'p>, name: &Text, value: &'p Typed) -> Fact<'p> {
        match fact {
            Fact::Record(parts) => {
                parts.iter().find(|(part, _)| part == name).map(|(_, fact)| fact.clone()).unwrap_or_default()
            }
            Fact::RowOf(table) => {
                let column = table.columns.get(name);
                if let Some(telling) = &mut self.telling {
                    telling.extend(column);
                }
                Fact::Value(self.number(value, None), of_row(&table, column).collect())
            }
            _ => self.scalar(value),
        }
    }

    /// A scalar: its parts are looked at too, for what happens in them, and for what they are computed from.
    fn scalar(&mut self, value: &'p Typed) -> Fact<'p> {
        if matches!(value.kind, TypedKind::Error) {
            return Fact::Unknown;
        }
        let mut inputs = Vec::new();
        for part in parts_of(value) {
            let fact = self.value(part);
            self.known_inputs(&fact, &mut inputs);
        }
        let number = self.number(value, None);
        if let Some(constant) = written(value) {
            self.written.insert(number, constant);
        }
        Fact::Value(number, inputs.into())
    }

    /// A table made to fit a declared row.
    pub fn conformed(&mut self, fact: Fact<'p>, value: &'p Typed) -> Fact<'p> {
        let (Some(table), Type::Table(due)) = (table_of(&fact), &value.ty) else { return fact };
        let columns = self.fitted(&table.columns, &due.row, "conform", value.span);
        let conformed = self.table(columns, table.rows.clone(), table.chosen.clone(), &due.row);
        self.keeps_order(&table, &conformed);
        Fact::Table(conformed)
    }

    /// What an expression is computed from.
    pub fn inputs(&self, value: &Typed, within: &Within<'_>, found: &mut Vec<Input>) {
        let mut each = |parts: &[&Typed]| parts.iter().for_each(|part| self.inputs(part, within, found));
        match &value.kind {
            TypedKind::Column(name) => {
                let columns: Vec<_> = match within.row.get(name) {
                    Some(column) => vec![column],
                    None => within.row.rest.clone(),
                };
                found.extend(columns.into_iter().map(|column| Input { column: Some(column), how: How::Row }));
            }
            TypedKind::Local(local) => {
                if let Some(fact) = self.locals.get(local.0 as usize) {
                    self.known_inputs(&self.on_this_way(fact), found);
                }
            }
            TypedKind::Field(of, name) if let Some(table) = self.row_of(of) => {
                found.extend(of_row(&table, table.columns.get(name)));
            }
            TypedKind::Format(parts) | TypedKind::List(parts) => parts.iter().for_each(|part| each(&[part])),
            TypedKind::Record(fields) => fields.iter().for_each(|(_, field)| each(&[field])),
            TypedKind::Range { start, end, .. } => each(&[start, end]),
            TypedKind::Field(of, _)
            | TypedKind::Unary(_, of)
            | TypedKind::IsNull(of)
            | TypedKind::Cast(of)
            | TypedKind::Conform(of, _) => each(&[of]),
            TypedKind::Binary(_, left, right) | TypedKind::In(left, right) => each(&[left, right]),
            TypedKind::If(condition, then, otherwise) => each(&[condition, then, otherwise]),
            TypedKind::Function(_, args) => args.iter().flatten().for_each(|arg| each(&[arg])),
            TypedKind::Call(call) => match (call.kind, within.many) {
                (SignatureKind::Aggregate | SignatureKind::Window, Some(many)) => self.many(call, within, many, found),
                (SignatureKind::Operator, _) => {}
                _ => call.args.iter().for_each(|(_, arg)| {
                    // The dot in the others is the item of a list.
                    if let TypedArg::Value(arg) = arg {
                        each(&[arg]);
                    }
                }),
            },
            _ => {}
        }
    }

    /// The table of which a name of the body is one row.
    fn row_of(&self, value: &Typed) -> Option<Arc<TableFacts>> {
        let TypedKind::Local(local) = value.kind else { return None };
        match self.on_this_way(self.locals.get(local.0 as usize)?) {
            Fact::RowOf(table) => Some(table),
            _ => None,
        }
    }

    /// What something that was computed before is computed from.
    fn known_inputs(&self, fact: &Fact<'p>, found: &mut Vec<Input>) {
        match fact {
            Fact::Value(_, inputs) => found.extend(inputs.iter().cloned()),
            Fact::RowOf(table) => found.extend(of_row(table, table.columns.all())),
            // An encoder is what it was learned from.
            Fact::Learned(learned) => found.push(Input { column: None, how: How::Learned(learned.fitted_on()) }),
            Fact::Choice(_, ways) => ways.iter().for_each(|way| self.known_inputs(way, found)),
            _ => {}
        }
    }

    fn over(&self, many: &Many<'_>, sees: Sees, says: Says, asks: &Option<Arc<Asks>>) -> Over {
        let table = many.table;
        let time = table.row.with_role(gml_ir::Role::Time).and_then(|time| table.columns.get(&time.name));
        // Rows of one day, where the day is a key, are no later than each other.
        let of_time = |key: &ColumnId| {
            time == Some(*key) || self.columns.get(*key).inputs.iter().any(|input| input.column == time)
        };
        let timed = time.is_some() && !many.keys.iter().any(of_time);
        Over {
            rows: table.rows.clone(),
            keys: many.keys.to_vec(),
            sees,
            timed,
            order: many.by,
            single: false,
            makes: many.makes,
            says,
            asks: asks.clone(),
        }
    }

    /// What an aggregate or a window function is computed from.
    fn many(&self, call: &TypedCall, within: &Within<'_>, many: Many<'_>, found: &mut Vec<Input>) {
        let signature = self.signature(call.signature);
        let looks = |name: &str| signature.param(name).and_then(|place| signature.params[place].looks.as_ref());
        let of_window = |later: bool, backwards: bool| {
            let later = later != backwards;
            let sees = match later {
                _ if many.scattered => return Sees::All,
                true => Sees::Later,
                false => Sees::Earlier,
            };
            if many.reversed { sees.reversed() } else { sees }
        };
        let plain = match call.kind {
            SignatureKind::Window if many.scattered => Sees::All,
            SignatureKind::Window if many.reversed => Sees::Later,
            SignatureKind::Window => Sees::UpTo,
            _ => many.sees,
        };
        let (says, asks) = (says(call, &many), self.asked_of_rows(call, within));
        let over = |sees| How::Over(self.over(&many, sees, says, &asks));
        let backwards = call.args.iter().any(|(_, arg)| matches!(arg, TypedArg::Value(value) if is_negative(value)));
        let mut sees_rows = false;
        for (name, arg) in &call.args {
            let (TypedArg::Value(value) | TypedArg::Expr(value)) = arg else { continue };
            let sees = match looks(name) {
                Some(looks) => of_window(looks.later, backwards),
                None => plain,
            };
            let mut inner = Vec::new();
            self.inputs(value, within, &mut inner);
            for input in inner {
                sees_rows = true;
                let sees = match &input.how {
                    How::Over(over) => sees.around(over.sees),
                    _ => sees,
                };
                found.push(Input { column: input.column, how: over(sees) });
            }
        }
        if !sees_rows {
            found.push(Input { column: None, how: over(plain) });
        }
        let by_order = if call.kind == SignatureKind::Window { many.order } else { &[] };
        found.extend(by_order.iter().map(|column| Input { column: Some(*column), how: over(plain) }));
        let chosen =
            |column: &ColumnId| Input { column: Some(*column), how: How::Chosen(self.over(&many, plain, says, &asks)) };
        found.extend(many.table.chosen.iter().map(chosen));
        found.extend(many.keys.iter().map(|column| Input { column: Some(*column), how: How::Key }));
    }
}

impl<'p> Flow<'p> {
    /// What an aggregate asks of the rows that it looks at, where it asks for something.
    fn asked_of_rows(&self, call: &TypedCall, within: &Within<'_>) -> Option<Arc<Asks>> {
        if call.kind != SignatureKind::Aggregate {
            return None;
        }
        let within = Within { row: within.row, many: None };
        let mut asks: Option<Asks> = None;
        for (_, arg) in &call.args {
            let (TypedArg::Value(value) | TypedArg::Expr(value)) = arg else { continue };
            let Some(condition) = condition_of(value) else { continue };
            let mut inputs = Vec::new();
            self.inputs(condition, &within, &mut inputs);
            let columns: Vec<ColumnId> = inputs.iter().filter_map(|input| input.column).collect();
            if columns.is_empty() {
                continue;
            }
            let mut looks_at_time = false;
            each_part(condition, &mut |part| {
                looks_at_time |= matches!(part.ty.non_null(), Type::Date | Type::Timestamp)
            });
            // What is true of all rows is decided by those of which it is not.
            let truth = !(call.name == "all" && std::ptr::eq(condition, value));
            let region = if looks_at_time { self.holds(condition, truth, within.row) } else { Region::UNKNOWN };
            let known = asks.get_or_insert_with(|| Asks { region: Region::ALL, columns: Vec::new() });
            known.region = std::mem::replace(&mut known.region, Region::ALL).and(&region);
            known.columns.extend(columns);
        }
        asks.map(Arc::new)
    }
}

/// The condition that a value of a row is, or that chooses it: `.at > day`, `(.at > day).as_int()`, `if .at > day then .price else 0`.
fn condition_of(value: &Typed) -> Option<&Typed> {
    match &value.kind {
        _ if value.literal().is_some() => None,
        TypedKind::Cast(of) => condition_of(of),
        TypedKind::If(condition, _, otherwise) if otherwise.uncast().literal().is_some() => Some(condition),
        TypedKind::Call(call) if call.kind == SignatureKind::Function => match &call.args[..] {
            [(_, TypedArg::Value(of))] if *of.ty.non_null() == Type::Bool => Some(of),
            _ => None,
        },
        _ => (*value.ty.non_null() == Type::Bool).then_some(value),
    }
}

/// Which of the rows an aggregate is of. Its first argument is what it is computed from.
fn says(call: &TypedCall, many: &Many<'_>) -> Says {
    if call.kind != SignatureKind::Aggregate {
        return Says::All;
    }
    let of = call.args.iter().find_map(|(_, arg)| match arg {
        TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
        _ => None,
    });
    let is_moment = of.is_some_and(|value| matches!(value.ty.non_null(), Type::Date | Type::Timestamp));
    let is_of_all = many.keys.is_empty() && many.sees == Sees::All;
    match call.name {
        "dataset_max" | "dataset_min" if is_moment => Says::Ends,
        "max" | "min" if is_moment && is_of_all => Says::Ends,
        "max" if is_moment => Says::Last,
        "min" if is_moment => Says::First,
        "first" => Says::First,
        _ => Says::All,
    }
}

/// The parts of an expression of scalars: `count(visits |> filter(..)) > 0`. The dot in others is the item of a list.
fn parts_of(value: &Typed) -> Vec<&Typed> {
    match &value.kind {
        TypedKind::Unary(_, of) | TypedKind::IsNull(of) | TypedKind::Cast(of) | TypedKind::Field(of, _) => vec![of],
        TypedKind::Binary(_, left, right)
        | TypedKind::In(left, right)
        | TypedKind::Range { start: left, end: right, .. } => vec![left, right],
        TypedKind::If(condition, then, otherwise) => vec![condition, then, otherwise],
        TypedKind::Format(parts) => parts.iter().collect(),
        TypedKind::Function(_, args) => args.iter().flatten().collect(),
        TypedKind::Call(call) => {
            let values = call.args.iter().filter_map(|(_, arg)| match arg {
                TypedArg::Value(value) if !matches!(value.kind, TypedKind::Literal(_)) => Some(value),
                _ => None,
            });
            values.collect()
        }
        _ => Vec::new(),
    }
}

/// The constant of an expression that is one: as it stands, or a range of two.
fn written(value: &Typed) -> Option<gml_ir::Value> {
    match &value.kind {
        TypedKind::Range { start, end, inclusive } => {
            let [start, end] = [start.literal()?, end.literal()?].map(|bound| Box::new(bound.clone()));
            Some(gml_ir::Value::Range { start, end, inclusive: *inclusive })
        }
        _ => value.literal().cloned(),
    }
}

/// What a single value is computed from that says something of a whole table (`count(visits)`): which rows there are.
pub(super) fn of_table(table: &TableFacts) -> impl Iterator<Item = Input> {
    let chosen = table.chosen.iter().map(|column| Some(*column));
    let over = Over { timed: false, ..single(table) };
    chosen.chain([None]).map(move |column| Input { column, how: How::Over(over.clone()) })
}

/// Columns of one row of a table, which is chosen from all of its rows.
fn of_row(table: &TableFacts, columns: impl IntoIterator<Item = ColumnId>) -> impl Iterator<Item = Input> {
    let over = single(table);
    columns.into_iter().map(move |column| Input { column: Some(column), how: How::Over(over.clone()) })
}

/// All rows of a table, of which one value is made.
fn single(table: &TableFacts) -> Over {
    Over {
        rows: table.rows.clone(),
        keys: Vec::new(),
        sees: Sees::All,
        timed: table.row.with_role(gml_ir::Role::Time).is_some(),
        order: Order::Time,
        single: true,
        makes: None,
        says: Says::All,
        asks: None,
    }
}

/// Estimators one behind the other.
fn chain<'p>(links: &[Fact<'p>]) -> Fact<'p> {
    let mut chain = EstimatorFacts { parts: Vec::new(), seen: Vec::new(), search: None };
    for link in links {
        let Fact::Estimator(facts) = link else { return Fact::Unknown };
        chain.parts.extend(facts.parts.iter().cloned());
        chain.seen.extend(facts.seen.iter().cloned());
        chain.search = facts.search;
    }
    Fact::Estimator(Arc::new(chain))
}

fn is_negative(value: &Typed) -> bool {
    matches!(&value.kind, TypedKind::Literal(gml_ir::Value::Int(number)) if *number < 0)
        || matches!(&value.kind, TypedKind::Unary(gml_ir::UnaryOp::Negate, _))
}

fn is_scalar(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Table(_) | Type::List(_) | Type::Record(_) | Type::Estimator(_) | Type::Learned(_) | Type::Sequences(_)
    )
}
