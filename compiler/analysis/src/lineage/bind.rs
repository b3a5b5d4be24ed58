//! What the variables of a signature stand for in a call, as columns.

use std::sync::Arc;

use gml_ir::{Role, Row, Type};

use super::call::{Called, TableArgument};
use super::column::{ColumnId, How, Input, Maker, Order, Over, Says, Sees};
use super::fact::{ColumnsOf, TableFacts};
use super::flow::Flow;
use super::number::number_of;
use super::rows::{OriginId, Rows, union};
use super::value::{Many, Within};
use crate::check::signature::{Param, ParamKind, RowShape, Shape, Signature, Variable};
use crate::hash::Set;
use crate::typed::{Text, Typed, TypedArg, TypedKind};

/// The variables of a signature, and what it says of rows.
pub(crate) struct Bindings {
    columns: Vec<Option<ColumnsOf>>,
    /// The variable of the first table, and whether others have it too.
    first: Option<Variable>,
    others: Vec<Variable>,
    has_tables: bool,
    /// Variables of which the result is made, and whether as `nullable[..]`.
    used: Vec<(Variable, bool)>,
    /// Variables made of the columns of the first table.
    derived: Vec<Variable>,
    aggregates: bool,
    exact: bool,
    /// Kinds of parameters beside tables.
    only_order: bool,
    only_rows: bool,
    /// Whether every row of one table goes with every row of the other.
    pairs_all: bool,
    /// Whether one row becomes several: one for each item of a list, for each of some columns.
    takes_apart: bool,
    /// The rows that the call makes.
    makes: Option<OriginId>,
}

impl Bindings {
    /// What a signature says.
    pub fn of(signature: &Signature) -> Self {
        let mut bindings = Self {
            columns: vec![None; signature.variables.len()],
            first: None,
            others: Vec::new(),
            has_tables: false,
            used: Vec::new(),
            derived: Vec::new(),
            aggregates: false,
            exact: false,
            only_order: true,
            only_rows: true,
            pairs_all: false,
            takes_apart: false,
            makes: None,
        };
        for param in &signature.params {
            bindings.parameter(&param.kind);
        }
        let is_key = |param: &Param| matches!(param.kind, ParamKind::Keys { .. });
        bindings.pairs_all = !bindings.others.is_empty() && !signature.params.iter().any(is_key);
        if let Shape::Table(row, _) = &signature.result {
            used(row, false, &mut bindings.used);
            bindings.takes_apart = takes_apart(row);
            bindings.exact = matches!(row, RowShape::Variable(variable) if Some(*variable) == bindings.first);
        }
        bindings
    }

    fn parameter(&mut self, kind: &ParamKind) {
        match kind {
            ParamKind::Table { row, .. } | ParamKind::Tables(row) => {
                self.has_tables |= matches!(kind, ParamKind::Tables(_));
                if let Some(variable) = variable_of(row) {
                    match self.first {
                        None => self.first = Some(variable),
                        Some(_) => self.others.push(variable),
                    }
                }
                return;
            }
            ParamKind::Columns { of, made } | ParamKind::Windows { of, made } if Some(*of) == self.first => {
                self.derived.push(*made);
            }
            ParamKind::Keys { of, made, .. } if of.first().copied() == self.first => self.derived.push(*made),
            ParamKind::Renames { old, new, .. } => self.derived.extend([*old, *new]),
            ParamKind::Schema(made) => self.derived.push(*made),
            ParamKind::Learned(
                Shape::Transform(_, RowShape::Variable(made)) | Shape::Model(_, RowShape::Variable(made)),
            ) => {
                self.derived.push(*made);
            }
            ParamKind::Aggregates { .. } | ParamKind::Aggregate { .. } => self.aggregates = true,
            _ => {}
        }
        self.only_order &= matches!(kind, ParamKind::Order { .. });
        self.only_rows &= matches!(kind, ParamKind::Row { .. });
    }

    /// Whether the rows of the result are rows of the tables, and not made of them.
    pub fn keeps_rows(&self) -> bool {
        let kept = |variable: &Variable| Some(*variable) == self.first || self.derived.contains(variable);
        !self.aggregates && self.used.iter().any(|(variable, _)| kept(variable))
    }

    /// Whether the rows of all tables are there, one below the other.
    pub fn is_union(&self) -> bool {
        self.exact && (self.has_tables || self.others.iter().any(|other| Some(*other) == self.first))
    }

    /// Whether the rows of two tables are there beside each other, those that found none too.
    pub fn keeps_both(&self) -> bool {
        let nullable = |variable: Variable| self.used.contains(&(variable, true));
        self.first.is_some_and(nullable) && self.others.iter().any(|other| nullable(*other))
    }

    /// Whether rows stay where the table of that parameter has none for them.
    pub fn may_be_absent(&self, signature: &Signature, place: usize) -> bool {
        match &signature.params[place].kind {
            ParamKind::Table { row, .. } => {
                variable_of(row).is_some_and(|variable| self.used.contains(&(variable, true)))
            }
            _ => false,
        }
    }

    /// Whether rows may be left out: the result has the very columns of the first table, and there is more to say than
    /// an order.
    pub fn is_cut(&self) -> bool {
        self.exact && !self.only_order && !self.is_union()
    }

    /// Whether equal rows are left once: the very columns of the one table come out, and there is nothing else to say.
    pub fn leaves_one_of_each(&self) -> bool {
        self.exact && self.only_order && self.only_rows && !self.is_union()
    }

    /// Whether the same rows come out in another order.
    pub fn sorts(&self) -> bool {
        self.exact && self.only_order && !self.only_rows && !self.is_union()
    }

    /// Whether each row is looked at by itself.
    pub fn by_row_alone(&self) -> bool {
        self.only_rows && self.others.is_empty()
    }

    /// Whether every row of one table goes with every row of the other.
    pub fn pairs_all(&self) -> bool {
        self.pairs_all && !self.exact
    }

    /// Whether only rows stay for which another table has one, with the columns of that.
    pub fn looks_up(&self) -> bool {
        let stays = |variable: &Variable| self.used.contains(&(*variable, false));
        !self.exact && !self.pairs_all && self.first.as_ref().is_some_and(stays) && self.others.iter().any(stays)
    }

    /// Whether one row becomes several: one for each item of a list, for each of some columns.
    pub fn takes_apart(&self) -> bool {
        self.takes_apart
    }

    /// The rows that the call makes of those that it is given; `None` where it keeps these.
    pub fn makes(&self) -> Option<OriginId> {
        self.makes
    }

    fn uses(&self, variable: Variable) -> bool {
        self.used.iter().any(|(used, _)| *used == variable)
    }

    pub fn get(&self, variable: Variable) -> ColumnsOf {
        self.columns.get(variable).cloned().flatten().unwrap_or_default()
    }

    pub fn set(&mut self, variable: Variable, columns: ColumnsOf) {
        if let Some(slot) = self.columns.get_mut(variable) {
            *slot = Some(columns);
        }
    }

    fn is_bound(&self, variable: Variable) -> bool {
        matches!(self.columns.get(variable), Some(Some(_)))
    }
}

fn variable_of(row: &RowShape) -> Option<Variable> {
    match row {
        RowShape::Variable(variable) => Some(*variable),
        RowShape::And(left, _) => variable_of(left),
        _ => None,
    }
}

/// Whether a row holds items of lists, or one value of several columns.
fn takes_apart(row: &RowShape) -> bool {
    match row {
        RowShape::Elements(_) => true,
        RowShape::Named(_, of) => matches!(**of, Shape::Common(_)),
        RowShape::Plus(left, right) | RowShape::Or(left, right) => takes_apart(left) || takes_apart(right),
        _ => false,
    }
}

/// The variables in a row.
fn used(row: &RowShape, nullable: bool, found: &mut Vec<(Variable, bool)>) {
    match row {
        RowShape::Variable(variable) => found.push((*variable, nullable)),
        RowShape::Plus(left, right) | RowShape::Or(left, right) => {
            used(left, nullable, found);
            used(right, nullable, found);
        }
        RowShape::Minus(left, _) | RowShape::And(left, _) => used(left, nullable, found),
        RowShape::Nullable(of) => used(of, true, found),
        RowShape::NonNull(of)
        | RowShape::Elements(of)
        | RowShape::Retyped(of, _)
        | RowShape::Imputed(of, _)
        | RowShape::Indicators(of)
        | RowShape::Prefixed(of)
        | RowShape::Pivoted(of, _)
        | RowShape::Features(of)
        | RowShape::Only(of, _)
        | RowShape::Rename(of, ..) => used(of, nullable, found),
        RowShape::Case(_, arms) => arms.iter().for_each(|(_, arm)| used(arm, nullable, found)),
        _ => {}
    }
}

impl<'p> Flow<'p> {
    /// Lets the arguments say what the variables stand for. `makes`: the rows that the call makes.
    pub fn bind_all(&mut self, called: &Called<'p>, bindings: &mut Bindings, makes: Option<OriginId>) {
        bindings.makes = makes;
        // The rows of the tables so far.
        let mut before: Rows = Arc::new([]);
        for argument in &called.tables {
            let row = match &called.signature.params[argument.place].kind {
                ParamKind::Table { row, .. } | ParamKind::Tables(row) => row,
                _ => continue,
            };
            if let Some(variable) = variable_of(row) {
                self.bind_table(called, bindings, variable, argument, &before);
            }
            before = union(&before, &argument.table.rows);
        }
        for param in &called.signature.params {
            let argument = called.argument(param.name);
            match (&param.kind, argument) {
                (ParamKind::Keys { of, made, .. }, Some(TypedArg::Columns(columns))) => {
                    let source = bindings.get(of.first().copied().unwrap_or(usize::MAX));
                    bindings.set(*made, subset(&source, columns));
                }
                (ParamKind::Columns { of, made }, Some(TypedArg::Columns(columns))) => {
                    let source = bindings.get(*of);
                    let within = Within { row: &source, many: None };
                    let columns = self.made(called, columns, &within);
                    bindings.set(*made, columns);
                }
                (ParamKind::Renames { of, old, new }, Some(TypedArg::Columns(columns))) => {
                    let source = bindings.get(*of);
                    let within = Within { row: &source, many: None };
                    let made = self.made(called, columns, &within);
                    let names = columns.iter().filter_map(|(_, value)| match &value.kind {
                        TypedKind::Column(name) => Some((name.clone(), source.get(name)?)),
                        _ => None,
                    });
                    bindings.set(*old, ColumnsOf { named: names.collect(), rest: Vec::new() });
                    bindings.set(*new, made);
                }
                (ParamKind::Schema(variable), Some(TypedArg::Schema(row))) => {
                    let source = called.tables.first().map(|first| first.table.columns.clone()).unwrap_or_default();
                    let step = called.call.name;
                    let columns = self.fitted(&source, row, step, called.span);
                    bindings.set(*variable, columns);
                }
                (ParamKind::Windows { of, made }, Some(TypedArg::Columns(columns))) => {
                    let columns = self.windows(called, bindings, *of, columns);
                    bindings.set(*made, columns);
                }
                (ParamKind::Aggregates { of, made }, Some(TypedArg::Columns(columns))) => {
                    let columns = self.aggregates(called, bindings, *of, columns);
                    bindings.set(*made, columns);
                }
                _ => {}
            }
        }
        self.bind_learned(called, bindings);
    }

    fn bind_table(
        &mut self,
        called: &Called<'p>,
        bindings: &mut Bindings,
        variable: Variable,
        argument: &TableArgument,
        before: &Rows,
    ) {
        let table = &argument.table;
        let step = called.call.name;
        if bindings.is_bound(variable) {
            let known = bindings.get(variable);
            let columns = self.merged((&known, before), (&table.columns, &table.rows), step, called.span);
            bindings.set(variable, columns);
        } else if bindings.first == Some(variable) {
            bindings.set(variable, table.columns.clone());
        } else if bindings.uses(variable) {
            let columns = self.joined(called, argument);
            bindings.set(variable, columns);
        } else {
            bindings.set(variable, table.columns.clone());
        }
    }

    /// The columns of a table that is looked up: values of another row, found by the keys.
    fn joined(&mut self, called: &Called<'p>, argument: &TableArgument) -> ColumnsOf {
        let table = argument.table.clone();
        let left = called.tables[0].table.clone();
        let mut names: Vec<&Text> = Vec::new();
        let mut found_by: Vec<Input> = Vec::new();
        for param in &called.signature.params {
            if let ParamKind::Keys { of, .. } = &param.kind
                && of.len() > 1
                && let Some(TypedArg::Columns(columns)) = called.argument(param.name)
            {
                names.extend(columns.iter().map(|(name, _)| name));
                let keys = columns.iter().filter_map(|(name, _)| left.columns.get(name));
                found_by.extend(keys.map(|key| Input { column: Some(key), how: How::Key }));
            }
        }
        let timed = left.row.with_role(Role::Time).is_some();
        let over = |sees| {
            How::Over(Over {
                rows: table.rows.clone(),
                keys: Vec::new(),
                sees,
                timed,
                order: Order::Time,
                single: false,
                makes: None,
                says: Says::All,
                asks: None,
            })
        };
        let chosen = || match over(Sees::All) {
            How::Over(over) => How::Chosen(over),
            how => how,
        };
        found_by.extend(table.chosen.iter().map(|column| Input { column: Some(*column), how: chosen() }));
        let shifts: Vec<bool> = names
            .iter()
            .filter_map(|name| self.columns.lies_behind(left.columns.get(name)?, table.columns.get(name)?))
            .collect();
        let later = self.looks_later(called) || shifts.contains(&true);
        let how = || match later {
            true => over(Sees::Later),
            false if shifts.is_empty() => How::Joined(table.rows.clone()),
            false => How::Before(table.rows.clone()),
        };
        let mut columns = ColumnsOf::default();
        for (name, column) in &table.columns.named {
            if names.contains(&name) {
                columns.named.push((name.clone(), *column));
                continue;
            }
            let mut inputs = vec![Input { column: Some(*column), how: how() }];
            inputs.extend(found_by.iter().cloned());
            let maker = Maker::Step(called.call.name.into(), called.span);
            columns.named.push((name.clone(), self.columns.add(name.clone(), maker, argument.span, inputs)));
        }
        columns.rest.clone_from(&table.columns.rest);
        columns
    }

    /// Whether the call looks at rows behind the one at hand, by the word of an argument.
    pub fn looks_later(&self, called: &Called<'p>) -> bool {
        called.signature.params.iter().any(|param| {
            param.looks.as_ref().is_some_and(|looks| {
                looks.later && looks.word.as_deref().is_none_or(|word| called.word(param.name) == Some(word))
            })
        })
    }

    fn windows(
        &mut self,
        called: &Called<'p>,
        bindings: &Bindings,
        of: Variable,
        columns: &[(Text, Typed)],
    ) -> ColumnsOf {
        let Some(argument) = called.tables.first() else { return ColumnsOf::default() };
        let table = argument.table.clone();
        let source = bindings.get(of);
        let (mut keys, mut order, mut descending, mut ordered) = (Vec::new(), Vec::new(), false, false);
        let mut by = Order::Time;
        for param in &called.signature.params {
            match (&param.kind, called.argument(param.name)) {
                (ParamKind::Keys { .. }, Some(TypedArg::Columns(columns))) => {
                    keys.extend(columns.iter().filter_map(|(name, _)| source.get(name)));
                }
                (ParamKind::Order { .. }, Some(TypedArg::Order(columns))) => {
                    ordered = true;
                    by = columns.first().map_or(Order::Time, |(key, _)| self.order_by(key, &table, &source));
                    descending =
                        columns.first().is_some_and(|(key, descending)| *descending && in_time(key, &table.row));
                    let mut inputs = Vec::new();
                    let within = Within { row: &source, many: None };
                    columns.iter().for_each(|(key, _)| self.inputs(key, &within, &mut inputs));
                    order.extend(inputs.into_iter().filter_map(|input| input.column));
                }
                _ => {}
            }
        }
        let sees = match called.word("rows") {
            _ if !ordered => Sees::All,
            Some("all") => Sees::All,
            Some("before") => Sees::Earlier,
            _ => Sees::UpTo,
        };
        let sees = if descending && sees != Sees::All { Sees::Later } else { sees };
        let many = Many {
            table: &table,
            keys: &keys,
            order: &order,
            sees,
            scattered: !ordered,
            by,
            reversed: descending && ordered,
            makes: None,
            number: self.windows_number(called, &table, &keys, &source),
        };
        self.made(called, columns, &Within { row: &source, many: Some(many) })
    }

    /// What an order by that says of earlier and later: rows that come first by another order than that of time need not be
    /// earlier.
    fn order_by(&self, key: &Typed, table: &TableFacts, source: &ColumnsOf) -> Order {
        let row = &table.row;
        let own = match &key.kind {
            TypedKind::Column(name) => row.get(name),
            _ => None,
        };
        if key.ty.is_temporal() || own.is_some_and(|column| column.role == Some(Role::Time)) {
            return Order::Time;
        }
        let has_role = own.is_some_and(|column| column.role.is_some());
        let is_time = |column: &&gml_ir::Column| match column.role {
            Some(Role::Time) => true,
            Some(Role::Id) => matches!(column.ty.non_null(), Type::Date | Type::Timestamp),
            _ => false,
        };
        let times: Vec<ColumnId> =
            row.columns.iter().filter(is_time).filter_map(|column| table.columns.get(&column.name)).collect();
        let mut inputs = Vec::new();
        self.inputs(key, &Within { row: source, many: None }, &mut inputs);
        let of = inputs.iter().filter_map(|input| input.column).collect();
        match self.is_computed_from(of, &times) {
            true => Order::Time,
            // No amount of something tells what was earlier.
            false if times.is_empty() && (has_role || !is_amount(&key.ty)) => Order::Time,
            false if has_role || row.with_role(Role::Time).is_none() => Order::Number,
            false => Order::Other,
        }
    }

    /// Whether one of these columns is computed from one of those in the same row.
    fn is_computed_from(&self, mut waiting: Vec<ColumnId>, of: &[ColumnId]) -> bool {
        let mut known: Set<ColumnId> = Set::default();
        while let Some(column) = waiting.pop() {
            if of.contains(&column) {
                return true;
            }
            if known.insert(column) {
                let same = |input: &&Input| matches!(input.how, How::Same | How::Branch(_) | How::Row);
                waiting.extend(self.columns.get(column).inputs.iter().filter(same).filter_map(|input| input.column));
            }
        }
        false
    }

    fn aggregates(
        &mut self,
        called: &Called<'p>,
        bindings: &Bindings,
        of: Variable,
        columns: &[(Text, Typed)],
    ) -> ColumnsOf {
        let Some(argument) = called.tables.first() else { return ColumnsOf::default() };
        let table = argument.table.clone();
        let keys = self.group_keys(called, bindings);
        if let Some(made) = bindings.makes {
            self.provenance.are_groups(made, &keys);
        }
        let source = bindings.get(of);
        let number = |key: &ColumnId| self.columns.number(*key).ok_or(*key);
        let number = number_of((keys.iter().map(number).collect::<Vec<_>>(), &table.rows));
        let many = Many { number, ..Many::of_groups(&table, &keys, bindings.makes) };
        self.made(called, columns, &Within { row: &source, many: Some(many) })
    }

    /// The columns that make the groups.
    fn group_keys(&self, called: &Called<'p>, bindings: &Bindings) -> Vec<ColumnId> {
        let mut keys = Vec::new();
        for param in &called.signature.params {
            if let ParamKind::Columns { made, .. } | ParamKind::Keys { made, .. } = &param.kind {
                keys.extend(bindings.get(*made).all());
            }
        }
        keys
    }

    /// What an aggregate given by itself is computed from (`pivot`).
    pub fn aggregate_inputs(&self, called: &Called<'p>, bindings: &Bindings) -> Vec<Input> {
        let mut inputs = Vec::new();
        let Some(argument) = called.tables.first() else { return inputs };
        for param in &called.signature.params {
            if let (ParamKind::Aggregate { of, .. }, Some(TypedArg::Expr(value))) =
                (&param.kind, called.argument(param.name))
            {
                let (keys, source) = (self.group_keys(called, bindings), bindings.get(*of));
                let many = Many::of_groups(&argument.table, &keys, None);
                self.inputs(value, &Within { row: &source, many: Some(many) }, &mut inputs);
            }
        }
        inputs
    }
}

/// Whether an order by that has a direction in time: it is by a point in time, or by a column with a role, such as the number of
/// a session.
fn in_time(key: &Typed, row: &Row) -> bool {
    let role = |name: &str| row.get(name).is_some_and(|column| column.role.is_some());
    key.ty.is_temporal() || matches!(&key.kind, TypedKind::Column(name) if role(name))
}

/// Whether values of the type measure something, and count no rows.
fn is_amount(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Float | Type::Float32 | Type::Decimal { .. } | Type::Bool)
}

fn subset(source: &ColumnsOf, columns: &[(Text, Typed)]) -> ColumnsOf {
    let named = columns.iter().filter_map(|(name, _)| Some((name.clone(), source.get(name)?)));
    ColumnsOf { named: named.collect(), rest: Vec::new() }
}
