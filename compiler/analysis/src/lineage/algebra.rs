//! The row algebra of signatures, evaluated on columns.

use gml_diagnostics::Span;
use gml_ir::{Role, Row};

use super::bind::Bindings;
use super::call::Called;
use super::column::{ColumnId, How, Input, Maker, Order, Over, Says, Sees};
use super::fact::ColumnsOf;
use super::flow::Flow;
use crate::check::signature::{ParamKind, RowShape};
use crate::typed::{LibraryName, Text, TypedArg};

impl<'p> Flow<'p> {
    /// The columns that a row stands for in a call.
    pub fn columns_of(&mut self, shape: &RowShape, called: &Called<'p>, bindings: &mut Bindings) -> ColumnsOf {
        let columns = self.algebra(shape, called, bindings);
        if called.tables.len() == 1 && self.looks_later(called) { self.seen_later(called, columns) } else { columns }
    }

    fn algebra(&mut self, shape: &RowShape, called: &Called<'p>, bindings: &mut Bindings) -> ColumnsOf {
        match shape {
            RowShape::Variable(variable) => bindings.get(*variable),
            RowShape::Plus(left, right) | RowShape::Or(left, right) => {
                let (mut columns, right) =
                    (self.algebra(left, called, bindings), self.algebra(right, called, bindings));
                right.named.iter().for_each(|(name, id)| columns.set(name, *id));
                columns.rest.extend(right.rest);
                columns
            }
            RowShape::Minus(left, right) => {
                let (mut columns, gone) = (self.algebra(left, called, bindings), self.algebra(right, called, bindings));
                columns.named.retain(|(name, _)| gone.get(name).is_none());
                columns
            }
            RowShape::And(left, _) => self.algebra(left, called, bindings),
            RowShape::Nullable(of)
            | RowShape::NonNull(of)
            | RowShape::Features(of)
            | RowShape::Only(of, _)
            | RowShape::Some(of) => self.algebra(of, called, bindings),
            RowShape::Elements(of) | RowShape::Retyped(of, _) | RowShape::Imputed(of, _) => {
                let of = self.algebra(of, called, bindings);
                self.computed(&of, called)
            }
            RowShape::Indicators(of) | RowShape::Prefixed(of) => {
                let of = self.algebra(of, called, bindings);
                ColumnsOf { named: Vec::new(), rest: of.all().collect() }
            }
            RowShape::Pivoted(of, _) => {
                let of = self.algebra(of, called, bindings);
                let mut inputs = self.aggregate_inputs(called, bindings);
                inputs.extend(of.all().map(|column| Input { column: Some(column), how: How::Key }));
                let maker = Maker::Step(called.call.name.into(), called.span);
                let made = self.columns.add("..".into(), maker, called.span, inputs);
                ColumnsOf { named: Vec::new(), rest: vec![made] }
            }
            RowShape::Synthesized(of, keys, _) => {
                let (of, keys) = (self.algebra(of, called, bindings), self.algebra(keys, called, bindings));
                self.statistics(&of, keys, called, bindings)
            }
            RowShape::Suffixed(of, suffix, _) => {
                let of = self.algebra(of, called, bindings);
                if of.named.is_empty() {
                    return ColumnsOf { named: Vec::new(), rest: self.given(called) };
                }
                let mut columns = self.computed(&of, called);
                columns.named.iter_mut().for_each(|(name, _)| *name = format!("{name}{suffix}").into());
                columns
            }
            RowShape::Named(place, _) => self.named(*place, called, bindings),
            RowShape::Rename(of, old, new) => {
                let (mut columns, old, new) = (
                    self.algebra(of, called, bindings),
                    self.algebra(old, called, bindings),
                    self.algebra(new, called, bindings),
                );
                for (name, id) in &mut columns.named {
                    let place = old.named.iter().position(|(known, _)| known == name);
                    if let Some((new_name, new_id)) = place.and_then(|place| new.named.get(place)) {
                        (*name, *id) = (new_name.clone(), *new_id);
                    }
                }
                columns
            }
            RowShape::Case(place, arms) => {
                let word = called.signature.params.get(*place).and_then(|param| called.word(param.name));
                match arms.iter().find(|(name, _)| Some(&**name) == word) {
                    Some((_, arm)) => self.algebra(&arm.clone(), called, bindings),
                    None => ColumnsOf::default(),
                }
            }
            // Columns of their own: what they are made of, the end of the call says (`fitted`).
            _ => ColumnsOf { named: Vec::new(), rest: self.given(called) },
        }
    }

    /// All columns that a call was given.
    fn given(&self, called: &Called<'p>) -> Vec<ColumnId> {
        let mut all: Vec<ColumnId> = called.tables.iter().flat_map(|argument| argument.table.columns.all()).collect();
        all.sort_unstable();
        all.dedup();
        if all.len() > MOST_GIVEN { Vec::new() } else { all }
    }

    /// Columns computed from those of the same name in the same row.
    fn computed(&mut self, of: &ColumnsOf, called: &Called<'p>) -> ColumnsOf {
        let named = of.named.iter().map(|(name, column)| {
            let inputs = vec![Input { column: Some(*column), how: How::Row }];
            let maker = Maker::Step(called.call.name.into(), called.span);
            (name.clone(), self.columns.add(name.clone(), maker, called.span, inputs))
        });
        ColumnsOf { named: named.collect(), rest: of.rest.clone() }
    }

    /// What rows with equal keys say together: beside the keys, columns made of all others.
    fn statistics(
        &mut self,
        of: &ColumnsOf,
        mut keys: ColumnsOf,
        called: &Called<'p>,
        bindings: &Bindings,
    ) -> ColumnsOf {
        let Some(first) = called.tables.first() else { return keys };
        let time = first.table.row.with_role(Role::Time);
        let over = Over {
            rows: first.table.rows.clone(),
            keys: keys.all().collect(),
            sees: Sees::All,
            timed: time.is_some_and(|time| keys.get(&time.name).is_none()),
            order: Order::Time,
            single: false,
            makes: bindings.makes(),
            says: Says::All,
            asks: None,
        };
        let role_of = |name: &str| first.table.row.get(name).and_then(|column| column.role);
        let is_described = |(name, column): &&(Text, ColumnId)| {
            !over.keys.contains(column) && !matches!(role_of(name), Some(Role::Target | Role::Weight))
        };
        let described = of.named.iter().filter(is_described).map(|(_, column)| *column).chain(of.rest.iter().copied());
        // Counts are made of the mere number of rows.
        let inputs =
            described.map(Some).chain([None]).map(|column| Input { column, how: How::Over(over.clone()) }).collect();
        let maker = Maker::Step(called.call.name.into(), called.span);
        keys.rest.push(self.columns.add("..".into(), maker, called.span, inputs));
        keys
    }

    /// `named[name, common[K]]`: a column whose name an argument gives, made of the columns that keys give.
    fn named(&mut self, place: usize, called: &Called<'p>, bindings: &Bindings) -> ColumnsOf {
        let name = called.signature.params.get(place).and_then(|param| called.word(param.name)).map(Text::from);
        let mut inputs = Vec::new();
        for param in &called.signature.params {
            if let ParamKind::Keys { made, .. } = &param.kind {
                let keys = bindings.get(*made);
                inputs.extend(keys.all().map(|column| Input { column: Some(column), how: How::Row }));
            }
        }
        let Some(name) = name else { return ColumnsOf::default() };
        let maker = Maker::Step(called.call.name.into(), called.span);
        let made = self.columns.add(name.clone(), maker, called.span, inputs);
        ColumnsOf { named: vec![(name, made)], rest: Vec::new() }
    }

    /// Columns that get values of rows behind the one at hand: those that the first `keys` name.
    fn seen_later(&mut self, called: &Called<'p>, mut columns: ColumnsOf) -> ColumnsOf {
        let Some(first) = called.tables.first() else { return columns };
        let keys = called.signature.params.iter().find(|param| matches!(param.kind, ParamKind::Keys { .. }));
        let Some(TypedArg::Columns(keys)) = keys.and_then(|param| called.argument(param.name)) else {
            return columns;
        };
        let over = Over {
            rows: first.table.rows.clone(),
            keys: Vec::new(),
            sees: Sees::Later,
            timed: first.table.row.with_role(Role::Time).is_some(),
            order: Order::Time,
            single: false,
            makes: None,
            says: Says::All,
            asks: None,
        };
        for (name, value) in keys {
            let Some(column) = columns.get(name) else { continue };
            let inputs = vec![
                Input { column: Some(column), how: How::Row },
                Input { column: Some(column), how: How::Over(over.clone()) },
            ];
            let maker = Maker::Step(called.call.name.into(), called.span);
            let made = self.columns.add(name.clone(), maker, value.span, inputs);
            columns.set(name, made);
        }
        columns
    }

    /// The columns of a row that is known by its type: those of that name; others are made of what is left.
    pub fn fitted(&mut self, columns: &ColumnsOf, row: &Row, step: LibraryName, span: Span) -> ColumnsOf {
        let mut fitted = ColumnsOf::default();
        let maker = Maker::Step(step.into(), span);
        let mut inputs: Vec<Input> = Vec::new();
        for of in &columns.rest {
            let node = self.columns.get(*of);
            match &*node.name == ".." && node.maker == maker {
                // What the call makes has names now.
                true => inputs.extend(node.inputs.iter().cloned()),
                false => inputs.push(Input { column: Some(*of), how: How::Row }),
            }
        }
        for column in &row.columns {
            let id = columns
                .get(&column.name)
                .unwrap_or_else(|| self.columns.add(column.name.clone(), maker.clone(), span, inputs.clone()));
            fitted.named.push((column.name.clone(), id));
        }
        if row.open {
            fitted.named.extend(columns.named.iter().filter(|(name, _)| row.get(name).is_none()).cloned());
            fitted.rest.clone_from(&columns.rest);
        }
        fitted
    }
}

/// Beyond so many columns it is of no use to say that a column may be made of any of them.
const MOST_GIVEN: usize = 200;
