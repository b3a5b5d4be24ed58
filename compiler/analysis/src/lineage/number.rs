//! Numbers of expressions: those that surely have the same value have the same number, wherever they stand.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::FixedState;
use gml_ir::{Type, Value};

use super::fact::{ColumnsOf, Fact};
use super::flow::Flow;
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

impl<'p> Flow<'p> {
    /// The number of an expression over a row.
    pub fn number(&self, value: &Typed, row: Option<&ColumnsOf>) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        self.hash(value, row, &mut hasher);
        hasher.finish()
    }

    /// The number of a call without its tables.
    pub fn call_number(&self, call: &TypedCall, row: Option<&ColumnsOf>) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        (&call.module, &call.name).hash(&mut hasher);
        for (name, arg) in &call.args {
            // Its rows are what counts of a table, and the caller knows them.
            if matches!(arg, TypedArg::Value(value) if matches!(value.ty, Type::Table(_))) {
                continue;
            }
            name.hash(&mut hasher);
            self.hash_arg(arg, row, &mut hasher);
        }
        hasher.finish()
    }

    fn hash_arg<H: Hasher>(&self, arg: &TypedArg, row: Option<&ColumnsOf>, hasher: &mut H) {
        match arg {
            TypedArg::Value(value) | TypedArg::Expr(value) => self.hash(value, row, hasher),
            TypedArg::Columns(columns) => columns.iter().for_each(|(name, value)| {
                name.hash(hasher);
                self.hash(value, row, hasher);
            }),
            TypedArg::Order(keys) => keys.iter().for_each(|(value, descending)| {
                descending.hash(hasher);
                self.hash(value, row, hasher);
            }),
            TypedArg::Schema(row) => row.to_string().hash(hasher),
        }
    }

    fn hash<H: Hasher>(&self, value: &Typed, row: Option<&ColumnsOf>, hasher: &mut H) {
        let all = |parts: &[Typed], hasher: &mut H| {
            parts.len().hash(hasher);
            parts.iter().for_each(|part| self.hash(part, row, hasher));
        };
        std::mem::discriminant(&value.kind).hash(hasher);
        match &value.kind {
            TypedKind::Literal(constant) => hash_constant(constant, hasher),
            TypedKind::Format(parts) | TypedKind::List(parts) | TypedKind::Chain(parts) => all(parts, hasher),
            TypedKind::Range { start, end, inclusive } => {
                inclusive.hash(hasher);
                self.hash(start, row, hasher);
                self.hash(end, row, hasher);
            }
            TypedKind::Record(fields) => fields.iter().for_each(|(name, field)| {
                name.hash(hasher);
                self.hash(field, row, hasher);
            }),
            TypedKind::Param(id) => id.hash(hasher),
            TypedKind::Dataset(id) => id.hash(hasher),
            TypedKind::Local(local) => match self.locals.get(local.0 as usize) {
                Some(Fact::Value(number, _)) => number.hash(hasher),
                Some(Fact::Table(table) | Fact::RowOf(table)) => table.rows.hash(hasher),
                _ => local.hash(hasher),
            },
            TypedKind::Column(name) => match row.and_then(|row| row.get(name)) {
                Some(id) => self.columns.root(id).hash(hasher),
                None => name.hash(hasher),
            },
            TypedKind::Field(of, name) => {
                name.hash(hasher);
                self.hash(of, row, hasher);
            }
            TypedKind::Unary(operator, of) => {
                operator.hash(hasher);
                self.hash(of, row, hasher);
            }
            TypedKind::Binary(operator, left, right) => {
                operator.hash(hasher);
                self.hash(left, row, hasher);
                self.hash(right, row, hasher);
            }
            TypedKind::IsNull(of) | TypedKind::Cast(of) | TypedKind::Conform(of) => self.hash(of, row, hasher),
            TypedKind::In(left, right) => {
                self.hash(left, row, hasher);
                self.hash(right, row, hasher);
            }
            TypedKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].iter().for_each(|part| self.hash(part, row, hasher));
            }
            TypedKind::Call(call) => self.call_number(call, row).hash(hasher),
            TypedKind::Function(id, args) => {
                id.hash(hasher);
                args.iter().flatten().for_each(|arg| self.hash(arg, row, hasher));
            }
            TypedKind::Node { node, args, .. } => {
                node.hash(hasher);
                args.iter().flatten().for_each(|arg| self.hash(arg, row, hasher));
            }
            TypedKind::For { items, body, .. } => {
                self.hash(items, row, hasher);
                self.hash(body, row, hasher);
            }
            TypedKind::Table(_) | TypedKind::Error => (value.span.file, value.span.start).hash(hasher),
        }
    }
}
