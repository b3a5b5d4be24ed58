//! Numbers of expressions: those that surely have the same value have the same number, wherever they stand.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;
use gml_ir::{Type, Value};

use super::fact::{ColumnsOf, EstimatorPart, Fact, Seen};
use super::flow::{Flow, Key};
use crate::typed::{Typed, TypedArg, TypedCall, TypedKind};

/// A number made of what is hashed.
pub(super) fn number_of(what: impl Hash) -> u64 {
    FixedState::default().hash_one(what)
}

/// Equal constants have equal numbers; `0.0` and `-0.0` are two.
fn hash_constant(constant: &Value, hasher: &mut impl Hasher) {
    std::mem::discriminant(constant).hash(hasher);
    match constant {
        Value::Null => {}
        Value::Bool(truth) => truth.hash(hasher),
        Value::Int(number) | Value::Time(number) | Value::Timestamp(number) | Value::Duration(number) => {
            number.hash(hasher);
        }
        Value::Float(number) => number.to_bits().hash(hasher),
        Value::Decimal(number) => number.hash(hasher),
        Value::Str(text) => text.hash(hasher),
        Value::Date(days) => days.hash(hasher),
        Value::Size(bytes) => bytes.hash(hasher),
        Value::Range { start, end, inclusive } => {
            hash_constant(start, hasher);
            hash_constant(end, hasher);
            inclusive.hash(hasher);
        }
        Value::List(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash_constant(item, hasher));
        }
        Value::Record(fields) => hash_named(fields, hasher),
        Value::Symbol { name, args } => {
            name.hash(hasher);
            hash_named(args, hasher);
        }
    }
}

fn hash_named(named: &[(std::sync::Arc<str>, Value)], hasher: &mut impl Hasher) {
    named.len().hash(hasher);
    for (name, value) in named {
        name.hash(hasher);
        hash_constant(value, hasher);
    }
}

/// The number of a constant, as that of an expression that is one.
pub(super) fn constant_number(constant: &Value) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hash_constant(constant, &mut hasher);
    hasher.finish()
}

impl<'p> Flow<'p> {
    /// The number of an expression over a row.
    pub fn number(&self, value: &Typed, row: Option<&ColumnsOf>) -> u64 {
        match (&value.kind, value.literal()) {
            (_, Some(constant)) => constant_number(constant),
            (TypedKind::Local(local), _) => match self.locals.get(local.0 as usize) {
                None | Some(Fact::Unknown) => number_of(local),
                Some(fact) => self.fact_number(fact),
            },
            _ => {
                let mut hasher = FixedState::default().build_hasher();
                self.hash(value, row, &mut hasher);
                hasher.finish()
            }
        }
    }

    /// The number of what is known of a value: of tables that of their rows.
    fn fact_number(&self, fact: &Fact<'p>) -> u64 {
        let seen = |seen: &[Seen]| number_of(seen.iter().map(|one| (one.how, &one.rows, one.span)).collect::<Vec<_>>());
        let steps = |parts: &[EstimatorPart<'p>]| {
            number_of(parts.iter().map(|part| std::ptr::from_ref(part.call) as usize).collect::<Vec<_>>())
        };
        match fact {
            Fact::Unknown => number_of("unknown"),
            Fact::Value(number, _) => *number,
            Fact::Table(table) => number_of(("table", &table.rows)),
            Fact::RowOf(table) => number_of(("row", &table.rows)),
            Fact::List(items) => number_of(items.iter().map(|item| self.fact_number(item)).collect::<Vec<_>>()),
            Fact::Record(parts) => {
                number_of(parts.iter().map(|(name, part)| (name, self.fact_number(part))).collect::<Vec<_>>())
            }
            Fact::Estimator(facts) => {
                let search = facts.search.map(|call| std::ptr::from_ref(call) as usize);
                number_of(("estimator", steps(&facts.parts), seen(&facts.seen), search))
            }
            Fact::Learned(facts) => {
                let steps = facts.parts.as_ref().map(|parts| steps(parts));
                number_of(("learned", steps, seen(&facts.seen), facts.target))
            }
            Fact::Choice(condition, ways) => {
                number_of((condition, [&ways[0], &ways[1]].map(|way| self.fact_number(way))))
            }
        }
    }

    /// What tells the argument of a node from others.
    pub fn key(&self, fact: &Fact<'p>, arg: Option<&Typed>) -> Key {
        match (fact, arg) {
            (Fact::Table(table) | Fact::RowOf(table), _) => Key::Table(table.id),
            (Fact::Record(parts), _) => Key::Parts(parts.iter().map(|(_, part)| self.key(part, None)).collect()),
            (Fact::List(items), _) => Key::Parts(items.iter().map(|item| self.key(item, None)).collect()),
            (Fact::Unknown, Some(arg)) => Key::Number(self.number(arg, None)),
            (fact, _) => Key::Number(self.fact_number(fact)),
        }
    }

    /// The number of a call without its tables.
    pub fn call_number(&self, call: &TypedCall, row: Option<&ColumnsOf>) -> u64 {
        self.call_number_with(call, row, None)
    }

    /// The same, with another number for one of its arguments.
    pub fn call_number_with(&self, call: &TypedCall, row: Option<&ColumnsOf>, instead: Option<(&str, u64)>) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        (&call.module, &call.name).hash(&mut hasher);
        for (name, arg) in &call.args {
            // Its rows are what counts of a table, and the caller knows them.
            if table_argument(arg).is_some() {
                continue;
            }
            name.hash(&mut hasher);
            match instead {
                Some((other, number)) if other == *name => number.hash(&mut hasher),
                _ => self.hash_arg(arg, row, &mut hasher),
            }
        }
        hasher.finish()
    }

    /// The number of a call that is an expression, with another number for one of its arguments.
    pub fn number_with(&self, value: &Typed, row: Option<&ColumnsOf>, instead: (&str, u64)) -> Option<u64> {
        let TypedKind::Call(call) = &value.kind else { return None };
        let mut hasher = FixedState::default().build_hasher();
        std::mem::discriminant(&value.kind).hash(&mut hasher);
        self.call_number_with(call, row, Some(instead)).hash(&mut hasher);
        Some(hasher.finish())
    }

    fn hash_arg<H: Hasher>(&self, arg: &TypedArg, row: Option<&ColumnsOf>, hasher: &mut H) {
        match arg {
            TypedArg::Value(value) | TypedArg::Expr(value) => self.number(value, row).hash(hasher),
            TypedArg::Columns(columns) => columns.iter().for_each(|(name, value)| {
                name.hash(hasher);
                self.number(value, row).hash(hasher);
            }),
            TypedArg::Order(keys) => keys.iter().for_each(|(value, descending)| {
                descending.hash(hasher);
                self.number(value, row).hash(hasher);
            }),
            TypedArg::Schema(row) => row.to_string().hash(hasher),
        }
    }

    fn hash<H: Hasher>(&self, value: &Typed, row: Option<&ColumnsOf>, hasher: &mut H) {
        let all = |parts: &[Typed], hasher: &mut H| {
            parts.len().hash(hasher);
            parts.iter().for_each(|part| self.number(part, row).hash(hasher));
        };
        std::mem::discriminant(&value.kind).hash(hasher);
        match &value.kind {
            TypedKind::Literal(constant) => hash_constant(constant, hasher),
            TypedKind::Format(parts) | TypedKind::List(parts) | TypedKind::Chain(parts) => all(parts, hasher),
            TypedKind::Range { start, end, inclusive } => {
                inclusive.hash(hasher);
                self.number(start, row).hash(hasher);
                self.number(end, row).hash(hasher);
            }
            TypedKind::Record(fields) => fields.iter().for_each(|(name, field)| {
                name.hash(hasher);
                self.number(field, row).hash(hasher);
            }),
            TypedKind::Param(id) => id.hash(hasher),
            TypedKind::Dataset(id) => id.hash(hasher),
            TypedKind::Local(local) => local.hash(hasher),
            TypedKind::Column(name) => match row.and_then(|row| row.get(name)) {
                Some(id) => self.columns.root(id).hash(hasher),
                None => name.hash(hasher),
            },
            TypedKind::Field(of, name) => {
                name.hash(hasher);
                self.number(of, row).hash(hasher);
            }
            TypedKind::Unary(operator, of) => {
                operator.hash(hasher);
                self.number(of, row).hash(hasher);
            }
            TypedKind::Binary(operator, left, right) => {
                operator.hash(hasher);
                self.number(left, row).hash(hasher);
                self.number(right, row).hash(hasher);
            }
            TypedKind::IsNull(of) | TypedKind::Cast(of) | TypedKind::Conform(of, _) => {
                self.number(of, row).hash(hasher)
            }
            TypedKind::In(left, right) => {
                self.number(left, row).hash(hasher);
                self.number(right, row).hash(hasher);
            }
            TypedKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].iter().for_each(|part| self.number(part, row).hash(hasher));
            }
            TypedKind::Call(call) => {
                self.call_number(call, row).hash(hasher);
                for table in call.args.iter().filter_map(|(_, arg)| table_argument(arg)) {
                    self.number(table, row).hash(hasher);
                }
            }
            TypedKind::Function(id, args) => {
                id.hash(hasher);
                args.iter().flatten().for_each(|arg| self.number(arg, row).hash(hasher));
            }
            TypedKind::Node { node, args, .. } => {
                node.hash(hasher);
                args.iter().flatten().for_each(|arg| self.number(arg, row).hash(hasher));
            }
            TypedKind::For { items, body, .. } => {
                self.number(items, row).hash(hasher);
                self.number(body, row).hash(hasher);
            }
            TypedKind::Table(_) | TypedKind::Error => (value.span.file, value.span.start).hash(hasher),
        }
    }
}

/// The argument, where it is a table.
fn table_argument(arg: &TypedArg) -> Option<&Typed> {
    match arg {
        TypedArg::Value(value) if matches!(value.ty, Type::Table(_)) => Some(value),
        _ => None,
    }
}
