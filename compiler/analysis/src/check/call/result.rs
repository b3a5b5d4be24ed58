//! Results of calls: the row algebra, evaluated.

use std::sync::Arc;

use gml_ir::{Column, Learned, Role, Row, SequencesType, TableType, Type, Value as Constant};
use gml_syntax::ast::SignatureKind;

use super::Arguments;
use super::shapes;
use crate::check::body::Body;
use crate::check::learned::{Estimator, Origin, Pending, Search, searches_stop};
use crate::check::message;
use crate::check::signature::{RowShape, Shape};
use crate::check::value::{Facts, Value};
use crate::rows;
use crate::typed::{Typed, TypedCall, TypedKind};
use crate::types::satisfies;

impl<'a> Body<'a> {
    /// The value of a call of which the arguments were checked.
    pub(super) fn result(&mut self, call: Pending<'a>, mut arguments: Arguments<'a>) -> Value<'a> {
        let (signature, span) = (call.signature, call.syntax.span);
        self.alike_tables(&call, &mut arguments);
        let ty = match signature.kind {
            SignatureKind::Operator => self.operator_type(&signature.result, &call, &mut arguments),
            _ => self.value_type(&call, &arguments),
        };
        let space = self.value_space(&call, &arguments, &ty);
        let facts = self.facts(call, &ty, &arguments);
        let typed = TypedCall {
            signature: signature.id,
            module: signature.module,
            name: signature.name,
            kind: signature.kind,
            args: arguments.named(signature),
        };
        let maybe_null = arguments.maybe_lifted && signature.kind != SignatureKind::Operator && !signature.has_empty;
        let failed_value = arguments.failed && !matches!(ty, Type::Table(_) | Type::Record(_));
        let ty = if failed_value && signature.kind == SignatureKind::Operator { Type::Error } else { ty };
        let value = Value::new(TypedKind::Call(Box::new(typed)), ty, space, span).with(facts);
        if maybe_null { of_unknown_nulls(value) } else { value }
    }

    /// What is known of the result beside its type.
    fn facts(&self, call: Pending<'a>, ty: &Type, arguments: &Arguments<'a>) -> Option<Arc<Facts<'a>>> {
        let facts = match ty {
            Type::Estimator(_) => match call.signature.result {
                Shape::Same(place) => {
                    let known = arguments.estimator(place)?.facts.clone()?;
                    if !searches_stop(call.signature, arguments) {
                        return Some(known);
                    }
                    Facts { stop_searched: true, ..(*known).clone() }
                }
                Shape::Tuned(place) => {
                    let search = Search::of(call.signature, place, arguments)?;
                    let estimator = Some(Estimator::Search(Arc::new(search)));
                    Facts { estimator, search: Some(call.syntax.own_span()), ..Facts::default() }
                }
                _ => {
                    let call = Pending { scope: self.scope.clone(), ..call };
                    Facts { estimator: Some(Estimator::Call(Arc::new(call))), ..Facts::default() }
                }
            },
            Type::Learned(_) => {
                // What is made of something learned takes the columns that this was fitted on.
                let origin = arguments.origin.unwrap_or(Origin::Fitted(call.syntax.own_span()));
                Facts { origin: Some(origin), ..Facts::default() }
            }
            Type::Record(row) if row.columns.iter().any(|part| is_part(&part.ty)) => {
                Facts { split: Some(call.syntax.own_span()), ..Facts::default() }
            }
            Type::Table(_) | Type::Sequences(_) => Facts { split: Some(arguments.split?), ..Facts::default() },
            _ => return None,
        };
        Some(Arc::new(facts))
    }

    /// The type of an operator's result.
    fn operator_type(&mut self, shape: &Shape, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Type {
        match shape {
            Shape::Table(row, part) => {
                let row = self.row(row, call, arguments);
                if row.columns.is_empty() && !row.open && !arguments.failed {
                    self.emit(message::rows::no_columns_left(call));
                }
                Type::Table(TableType { row, partitions: part.unwrap_or(arguments.partitions) })
            }
            Shape::Record(parts) => {
                let mut row = Row::default();
                for part in parts {
                    let there = part.condition.is_none_or(|place| {
                        call.given[place].is_some() && arguments.constant(place) != Some(&Constant::Null)
                    });
                    if there {
                        let ty = self.operator_type(&part.ty, call, arguments);
                        let contracts = part.contracts.clone();
                        row.columns.push(Column::new(part.name.clone(), ty).with_contracts(contracts));
                    }
                }
                Type::Record(Arc::new(row))
            }
            Shape::Struct(row) => Type::Struct(self.row(row, call, arguments)),
            Shape::Common(row) => self.common_type(row, call, arguments),
            // Its rows are known only where it is fitted.
            Shape::Estimator { learns, .. } => Type::Estimator(Arc::new(self.learned_shape(learns, arguments))),
            Shape::Same(place) | Shape::Tuned(place) => match arguments.estimator(*place) {
                Some(learner) => learner.ty.clone(),
                None => Type::Unknown,
            },
            Shape::Sequences { keys, item, part } => Type::Sequences(SequencesType {
                keys: self.row(keys, call, arguments),
                item: Arc::new(self.operator_type(item, call, arguments)),
                partitions: part.unwrap_or(arguments.partitions),
            }),
            Shape::Vector(place) => self.vector(*place, arguments),
            Shape::Recommender(_) | Shape::Encoder(..) => Type::Learned(Arc::new(self.learned_shape(shape, arguments))),
            Shape::Transform(from, to) => {
                let rows = (self.row(from, call, arguments), self.row(to, call, arguments));
                Type::Learned(Arc::new(Learned::Transform(Some(rows))))
            }
            Shape::Model(from, to) => {
                let rows = (self.row(from, call, arguments), self.row(to, call, arguments));
                Type::Learned(Arc::new(Learned::Model(Some(rows))))
            }
            shape => {
                let ty = shapes::instantiate(shape, &arguments.variables);
                if arguments.lifted { ty.nullable() } else { ty }
            }
        }
    }

    /// What an estimator learns as far as that is known without its rows.
    pub fn learned_shape(&mut self, shape: &Shape, arguments: &Arguments<'a>) -> Learned {
        match shape {
            Shape::Transform(..) => Learned::Transform(None),
            Shape::Recommender(item) => Learned::Recommender(shapes::instantiate(item, &arguments.variables)),
            Shape::Encoder(from, to) => {
                let to = match &**to {
                    Shape::Vector(place) => self.vector(*place, arguments),
                    to => shapes::instantiate(to, &arguments.variables),
                };
                Learned::Encoder(shapes::instantiate(from, &arguments.variables), to)
            }
            _ => Learned::Model(None),
        }
    }

    /// `vector[dimension]`
    fn vector(&self, place: usize, arguments: &Arguments<'a>) -> Type {
        match arguments.constant(place) {
            Some(Constant::Int(length)) => u32::try_from(*length).map_or(Type::Error, Type::Vector),
            _ => Type::Unknown,
        }
    }

    /// The row that a shape makes.
    pub fn row(&mut self, shape: &RowShape, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Arc<Row> {
        match shape {
            RowShape::Variable(variable) => arguments.variables.row(*variable),
            RowShape::Known(row) => row.clone(),
            _ => Arc::new(self.computed(shape, call, arguments)),
        }
    }

    fn computed(&mut self, shape: &RowShape, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Row {
        let open = || Row { open: true, ..Row::default() };
        match shape {
            RowShape::Variable(_) | RowShape::Known(_) => (*self.row(shape, call, arguments)).clone(),
            RowShape::Plus(left, right) => {
                rows::plus(&self.row(left, call, arguments), &self.row(right, call, arguments))
            }
            RowShape::Minus(left, right) => {
                rows::minus(&self.row(left, call, arguments), &self.row(right, call, arguments))
            }
            RowShape::And(left, _) => (*self.row(left, call, arguments)).clone(),
            RowShape::Or(left, right) => {
                let (left, right) = (self.row(left, call, arguments), self.row(right, call, arguments));
                match rows::disjoint(&left, &right) {
                    Ok(row) => row,
                    Err(names) => {
                        if !arguments.failed {
                            self.emit(message::rows::collision(call, &names));
                        }
                        let mut row = rows::plus(&left, &right);
                        for column in &mut row.columns {
                            if names.contains(&column.name) {
                                column.ty = Type::Unknown;
                            }
                        }
                        row
                    }
                }
            }
            RowShape::Nullable(of) => rows::nullable(&self.row(of, call, arguments)),
            RowShape::NonNull(of) => rows::non_null(&self.row(of, call, arguments)),
            RowShape::Features(of) => rows::features(&self.row(of, call, arguments)),
            RowShape::Roles(of, roles) => rows::with_roles(&self.row(of, call, arguments), roles),
            RowShape::Roled(of, role) => rows::roled(&self.row(of, call, arguments), *role),
            RowShape::Some(of) => rows::some(&self.row(of, call, arguments)),
            RowShape::Listed(of) => rows::listed(&self.row(of, call, arguments)),
            RowShape::Only(of, class) => {
                let of = self.row(of, call, arguments);
                self.only(&of, class, call, arguments);
                (*of).clone()
            }
            RowShape::Suffixed(of, suffix, ty) => {
                let ty = ty.as_ref().map(|ty| shapes::instantiate(ty, &arguments.variables));
                rows::suffixed(&self.row(of, call, arguments), suffix, ty.as_ref())
            }
            RowShape::Synthesized(of, keys, place) => {
                let (of, keys) = (self.row(of, call, arguments), self.row(keys, call, arguments));
                match arguments.constant(*place) {
                    Some(Constant::List(windows)) => rows::synthesized(&of, &keys, windows),
                    _ => rows::plus(&keys, &open()),
                }
            }
            RowShape::ByTarget(of, arms) => {
                let of = self.row(of, call, arguments);
                let class = of.with_role(Role::Target).map(|column| column.ty.clone());
                let arm = class.and_then(|ty| {
                    let fits = |name: &str| match name {
                        "bool" => *ty.non_null() == Type::Bool,
                        class => satisfies(class, &ty) == Some(true),
                    };
                    arms.iter().find(|(class, _)| fits(class))
                });
                match arm {
                    Some((_, row)) => (*self.row(row, call, arguments)).clone(),
                    None => open(),
                }
            }
            RowShape::Literal { columns, open } => {
                let made = columns.iter().map(|(role, name, ty)| {
                    Column::new(name.clone(), shapes::instantiate(ty, &arguments.variables)).with_role(*role)
                });
                Row { open: *open, ..Row::of(made.collect()) }
            }
            RowShape::Elements(of) => {
                let of = self.row(of, call, arguments);
                rows::elements(&of).unwrap_or_else(|name| {
                    if !arguments.failed {
                        self.emit(message::rows::not_a_list_column(
                            call,
                            &name,
                            of.get(&name).map(|column| &column.ty),
                        ));
                    }
                    open()
                })
            }
            RowShape::Retyped(of, ty) => {
                let ty = shapes::instantiate(ty, &arguments.variables);
                self.retyped(of, &ty, call, arguments)
            }
            RowShape::Imputed(of, place) => self.imputed(of, *place, call, arguments),
            RowShape::Indicators(of) => indicators(&self.row(of, call, arguments)),
            RowShape::Pivoted(of, ty) => {
                let ty = shapes::instantiate(ty, &arguments.variables);
                pivoted(&self.row(of, call, arguments), &ty)
            }
            RowShape::Named(place, ty) => {
                let ty = match &**ty {
                    Shape::Common(row) => self.common_type(row, call, arguments),
                    ty => shapes::instantiate(ty, &arguments.variables),
                };
                let name = arguments.constant(*place).and_then(Constant::as_str);
                match name {
                    Some(name) => Row::of(vec![Column::new(name, ty)]),
                    None => open(),
                }
            }
            RowShape::Rename(of, old, new) => {
                let (of, old, new) =
                    (self.row(of, call, arguments), self.row(old, call, arguments), self.row(new, call, arguments));
                let pairs: Vec<_> = old.names().cloned().zip(new.names().cloned()).collect();
                rows::rename(&of, &pairs).unwrap_or_else(|names| {
                    self.emit(message::rows::rename_collision(call, &names));
                    open()
                })
            }
            RowShape::Case(place, arms) => match self.case(*place, arms, call, arguments) {
                Some(row) => (*self.row(&row, call, arguments)).clone(),
                None => open(),
            },
            RowShape::Comparable(of) => (*self.row(of, call, arguments)).clone(),
            RowShape::Prefixed(_) | RowShape::Pattern(_) => open(),
        }
    }

    /// The arm of a `case` that the constant chooses.
    pub fn case(
        &mut self,
        place: usize,
        arms: &[(crate::typed::Text, RowShape)],
        call: &Pending<'a>,
        arguments: &Arguments<'a>,
    ) -> Option<RowShape> {
        let word = arguments.constant(place).and_then(Constant::as_str);
        if word.is_none() && !arguments.failed {
            self.emit(message::calls::written_out(call, place));
        }
        let word = word?;
        arms.iter().find(|(name, _)| **name == *word).map(|(_, row)| row.clone())
    }

    /// `common[K]`
    fn common_type(&mut self, row: &RowShape, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Type {
        let row = self.row(row, call, arguments);
        if arguments.failed {
            return Type::Unknown;
        }
        match rows::common_type(&row) {
            Ok(ty) => ty,
            Err((a, b)) => {
                let ty = |name: &str| row.get(name).map_or(Type::Unknown, |column| column.ty.clone());
                self.emit(message::rows::no_common_type(call, (&a, &ty(&a)), (&b, &ty(&b))));
                Type::Error
            }
        }
    }

    /// `retyped[K, float]` is for numbers; whole numbers stand for anything that can be listed.
    fn retyped(&mut self, of: &RowShape, ty: &Type, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Row {
        let of = self.row(of, call, arguments);
        if *ty == Type::Float {
            self.numbers_only(&of, call, arguments);
        }
        rows::retyped(&of, ty)
    }

    fn imputed(&mut self, of: &RowShape, place: usize, call: &Pending<'a>, arguments: &mut Arguments<'a>) -> Row {
        let of = self.row(of, call, arguments);
        let how = arguments.constant(place).and_then(Constant::as_str);
        match how {
            Some("most_frequent") => rows::non_null(&of),
            Some("zero") => {
                self.numbers_only(&of, call, arguments);
                rows::non_null(&of)
            }
            _ => {
                self.numbers_only(&of, call, arguments);
                rows::retyped(&rows::non_null(&of), &Type::Float)
            }
        }
    }

    /// An error where a column is not of a class.
    fn only(&mut self, row: &Row, class: &str, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        if class == "number" {
            return self.numbers_only(row, call, arguments);
        }
        let other = row.columns.iter().find(|column| satisfies(class, &column.ty) == Some(false));
        if let Some(column) = other
            && !arguments.failed
        {
            self.emit(message::learning::other_class(call, column, class));
            arguments.failed = true;
        }
    }

    /// An error where a column is no number.
    fn numbers_only(&mut self, row: &Row, call: &Pending<'a>, arguments: &mut Arguments<'a>) {
        let other = row
            .columns
            .iter()
            .find(|column| !column.ty.is_silent() && !column.ty.is_numeric() && *column.ty.non_null() != Type::Bool);
        if let Some(column) = other
            && !arguments.failed
        {
            self.emit(message::learning::number_column(call, column));
            arguments.failed = true;
        }
    }
}

/// A value of which only the run knows whether it may be null: a type that says either would be wrong. What computes it still
/// knows what it is where it is not null.
pub(super) fn of_unknown_nulls(value: Value<'_>) -> Value<'_> {
    if value.ty().is_silent() || value.ty().is_nullable() {
        return value;
    }
    let computed = Typed { ty: value.typed.ty.clone().nullable(), ..value.typed };
    let span = computed.span;
    let typed = Typed { kind: TypedKind::Cast(Box::new(computed)), ty: Type::Unknown, span };
    Value { typed, ..value }
}

fn is_part(ty: &Type) -> bool {
    match ty {
        Type::Table(table) => !table.partitions.is_none(),
        Type::Sequences(sequences) => !sequences.partitions.is_none(),
        _ => false,
    }
}

/// One column of 0 and 1 for each value; the values of anything but an enum are not known before the run.
fn indicators(of: &Row) -> Row {
    let mut row = Row { open: of.open, ..Row::default() };
    for column in &of.columns {
        match column.ty.non_null() {
            Type::Enum(values) => {
                let made = values.iter().map(|value| Column::new(format!("{}_{value}", column.name), Type::Float));
                row.columns.extend(made);
            }
            _ => row.open = true,
        }
    }
    row
}

/// One column for each value.
fn pivoted(of: &Row, ty: &Type) -> Row {
    match of.columns.first().map(|column| column.ty.non_null()) {
        Some(Type::Enum(values)) if !of.open => {
            Row::of(values.iter().map(|value| Column::new(value.clone(), ty.clone().nullable())).collect())
        }
        _ => Row { open: true, ..Row::default() },
    }
}
