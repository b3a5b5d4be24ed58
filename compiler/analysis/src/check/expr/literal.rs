//! Texts with values in them, ranges, lists, records, and `for` lists.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Column, Decimal, IntKind, Row, Type, Value as Constant};
use gml_syntax::ast::{self, FormatPart, Name};

use crate::check::body::Body;
use crate::check::message;
use crate::check::value::{Space, Value};
use crate::typed::{Text, Typed, TypedKind};
use crate::types::common;
use crate::types::decimal::is_decimal;

impl<'a> Body<'a> {
    /// `f"{root}/x"`
    pub(super) fn format(&mut self, parts: &'a [FormatPart], span: Span) -> Value<'a> {
        let mut values = Vec::new();
        let (mut space, mut nullable, mut failed) = (Space::Const, false, false);
        for part in parts {
            let value = match part {
                FormatPart::Text(text) => Value::literal(Constant::Str(text.clone()), Type::Str, span),
                FormatPart::Value(expr) => self.expr(expr, None),
            };
            failed |= *value.ty() == Type::Error;
            if !value.ty().is_silent() && crate::types::satisfies("shown", value.ty()) == Some(false) {
                self.emit(message::types::not_in_text(value.ty(), value.span()));
                failed = true;
            }
            space = space.max(value.space);
            nullable |= value.ty().is_nullable();
            values.push(value.typed);
        }
        if failed {
            return Value::new(TypedKind::Error, Type::Str, space, span);
        }
        let ty = if nullable { Type::Str.nullable() } else { Type::Str };
        Value::new(TypedKind::Format(values), ty, space, span)
    }

    /// `a..b`
    pub(super) fn range(
        &mut self,
        start: &'a ast::Expr,
        end: &'a ast::Expr,
        inclusive: bool,
        span: Span,
        expected: Option<&Type>,
    ) -> Value<'a> {
        let item = match expected.map(Type::non_null) {
            Some(Type::Range(item)) => Some(&**item),
            _ => None,
        };
        let (first, last) = (self.expr(start, item), self.expr(end, item));
        let [first, last] = match item {
            Some(item) => [self.beside(first, item), self.beside(last, item)],
            None => self.beside_each_other([first, last]),
        };
        let space = Self::space_of([&first, &last]);
        let silent = first.ty().is_silent() || last.ty().is_silent();
        let Some(mut ty) = common(first.ty(), last.ty()) else {
            self.emit(message::types::range_ends(first.ty(), first.span(), last.ty(), last.span()));
            return Value::error(span);
        };
        if let Some(item) = item
            && common(&ty, item).as_ref() == Some(item)
        {
            ty = item.clone();
        }
        if !silent && (ty.is_nullable() || crate::types::satisfies("ordered", &ty) == Some(false)) {
            self.emit(message::types::range_item(&ty, span));
            return Value::error(span);
        }
        if let (Some(first), Some(last)) = (first.constant(), last.constant())
            && is_empty(first, last, inclusive)
        {
            self.emit(message::types::empty_range(first, last, inclusive, span));
        }
        let (first, last) = (self.converted(first, &ty), self.converted(last, &ty));
        let kind = TypedKind::Range { start: Box::new(first.typed), end: Box::new(last.typed), inclusive };
        Value::new(kind, Type::Range(Arc::new(ty)), space, span)
    }

    /// `[a, b]`
    pub(super) fn list(&mut self, items: &'a [ast::Expr], span: Span, expected: Option<&Type>) -> Value<'a> {
        let due = match expected.map(Type::non_null) {
            Some(Type::List(item)) => Some(&**item),
            _ => None,
        };
        let mut values: Vec<_> = items.iter().map(|item| self.expr(item, due)).collect();
        if let Some(ty) = due.into_iter().chain(values.iter().map(Value::ty)).find(|ty| is_decimal(ty)).cloned() {
            values = values.into_iter().map(|value| self.beside(value, &ty)).collect();
        }
        if let Some(due) = due {
            values = values.into_iter().map(|value| self.narrow(value, due)).collect();
        }
        self.list_of(values, due, span)
    }

    /// A number that is written out, in the narrow type that is due.
    fn narrow(&mut self, value: Value<'a>, due: &Type) -> Value<'a> {
        let is_narrower = match (&value.typed.kind, due.non_null()) {
            (TypedKind::Literal(Constant::Int(_)), Type::Int(kind)) => *kind != IntKind::I64,
            (TypedKind::Literal(Constant::Int(_) | Constant::Float(_)), Type::Float32) => true,
            _ => false,
        };
        if is_narrower { self.coerced(value, due, &message::Want::Item) } else { value }
    }

    /// A list of checked items.
    fn list_of(&mut self, values: Vec<Value<'a>>, due: Option<&Type>, span: Span) -> Value<'a> {
        let space = Self::space_of(&values);
        let facts = values.iter().find_map(|value| value.facts.clone());
        let mut item: Option<Type> = None;
        for (place, value) in values.iter().enumerate() {
            let joined = match &item {
                None => Some(value.ty().clone()),
                Some(item) => join_items(item, value.ty()),
            };
            match joined {
                Some(joined) => item = Some(joined),
                None => {
                    let other = &values[place.saturating_sub(1)];
                    let diagnostic = message::types::mixed_list(value.ty(), value.span(), other.ty(), other.span());
                    self.emit(diagnostic);
                    return Value::error(span);
                }
            }
        }
        let mut item = item.unwrap_or_else(|| due.cloned().unwrap_or(Type::Unknown));
        // What is due may be a type that the items are to say. Records say theirs where they are taken for structs.
        if let Some(due) = due.filter(|due| !due.is_silent() || matches!(item, Type::Record(_)))
            && common(&item, due).as_ref() == Some(due)
        {
            item = due.clone();
        }
        let items = values.into_iter().map(|value| self.converted(value, &item).typed).collect();
        Value::new(TypedKind::List(items), Type::List(Arc::new(item)), space, span).with(facts)
    }

    /// `{ a: 1 }`: a record, or a struct where one is due or columns are in it.
    pub(super) fn record(&mut self, fields: &'a [(Name, ast::Expr)], span: Span, expected: Option<&Type>) -> Value<'a> {
        let (due, is_struct) = match expected.map(Type::non_null) {
            Some(Type::Struct(row)) => (Some(row.clone()), true),
            Some(Type::Record(row)) => (Some(row.clone()), false),
            _ => (None, false),
        };
        let mut known: Vec<(Text, Value<'a>)> = Vec::new();
        for (name, expr) in fields {
            let column = due.as_ref().and_then(|row| row.get(&name.text));
            let mut value = self.expr(expr, column.map(|column| &column.ty));
            if let Some(column) = column {
                value = self.coerced(value, &column.ty, &message::Want::Field(&name.text));
            } else if let Some(row) = due.as_ref().filter(|row| !row.open) {
                self.emit(message::types::unknown_field(name, row, !is_struct));
                continue;
            }
            if known.iter().any(|(other, _)| *other == name.text) {
                self.emit(message::types::duplicate_field(name));
                continue;
            }
            known.push((name.text.clone(), value));
        }
        let mut missing = Vec::new();
        if let Some(row) = due.filter(|_| is_struct) {
            for column in &row.columns {
                if known.iter().any(|(name, _)| *name == column.name) {
                    continue;
                }
                if column.ty.is_nullable() || column.ty.is_silent() {
                    let null = Value::literal(Constant::Null, column.ty.clone(), span);
                    known.push((column.name.clone(), null));
                } else {
                    missing.push(column);
                }
            }
            if !missing.is_empty() {
                self.emit(message::types::missing_fields(&missing, span));
            }
            known.sort_by_key(|(name, _)| row.columns.iter().position(|column| column.name == *name));
        }
        let space = Self::space_of(known.iter().map(|(_, value)| value));
        let columns = known.iter().map(|(name, value)| Column::new(name.clone(), value.ty().clone())).collect();
        let row = Arc::new(Row::of(columns));
        let ty = if is_struct || space >= Space::Row { Type::Struct(row) } else { Type::Record(row) };
        let fields = known.into_iter().map(|(name, value)| (name, value.typed)).collect();
        Value::new(TypedKind::Record(fields), ty, space, span)
    }

    /// `for x in items { body }`: a list, one item for each.
    pub(super) fn for_list(
        &mut self,
        name: &'a Name,
        items: &'a ast::Expr,
        body: &'a ast::Expr,
        span: Span,
    ) -> Value<'a> {
        let items = self.expr(items, None);
        let items = self.unrolled(items);
        let item = match items.ty().non_null() {
            Type::List(item) => (**item).clone(),
            ty if ty.is_silent() => ty.clone(),
            ty => {
                let ty = ty.clone();
                self.emit(message::types::not_a_list(&ty, items.span()));
                Type::Error
            }
        };
        let scope = self.scope.len();
        let facts = items.facts.clone();
        let local = self.bind(self.loop_name(name, item, items.space, None, facts));
        let value = self.expr(body, None);
        self.scope.truncate(scope);
        let space = Self::space_of([&items, &value]);
        let facts = value.facts.clone();
        let ty = Type::List(Arc::new(value.ty().clone()));
        let kind = TypedKind::For { local, items: Box::new(items.typed), body: Box::new(value.typed) };
        Value::new(kind, ty, space, span).with(facts)
    }

    /// The value in a type that is known to take it, with the conversion written out. A constant is converted here.
    pub fn converted(&mut self, mut value: Value<'a>, to: &Type) -> Value<'a> {
        value.typed = convert(value.typed, to);
        value
    }
}

/// The tree in a type that is known to take it.
pub(in crate::check) fn convert(typed: Typed, to: &Type) -> Typed {
    // Tables are made to fit by who takes them.
    if typed.ty == *to || typed.ty.is_silent() || to.is_silent() || matches!(to, Type::Table(_)) {
        return typed;
    }
    if let TypedKind::Literal(constant) = &typed.kind {
        let converted = match (constant, to.non_null()) {
            (Constant::Int(number), Type::Float | Type::Float32) => Some(Constant::Float(*number as f64)),
            (Constant::Decimal(number), Type::Float | Type::Float32) => Some(Constant::Float(number.as_float())),
            (Constant::Decimal(number), Type::Decimal { precision, scale }) => {
                number.fitted(*precision, *scale).map(Constant::Decimal)
            }
            (Constant::Int(number), Type::Decimal { precision, scale }) => {
                Decimal::from(*number).fitted(*precision, *scale).map(Constant::Decimal)
            }
            (Constant::Null, _)
            | (Constant::Int(_), Type::Int(_))
            | (Constant::Float(_), Type::Float | Type::Float32)
            | (Constant::Str(_), Type::Str | Type::Category | Type::Enum(_)) => Some(constant.clone()),
            _ => None,
        };
        if let Some(constant) = converted {
            return Typed { kind: TypedKind::Literal(constant), ty: to.clone(), span: typed.span };
        }
    }
    if is_open(to) {
        // Fields are read by name: what is more than asked for does no harm.
        return typed;
    }
    if typed.ty.non_null() == to.non_null() {
        // Only whether it may be null differs: nothing is done for that.
        return Typed { ty: to.clone(), ..typed };
    }
    let span = typed.span;
    Typed { kind: TypedKind::Cast(Box::new(typed)), ty: to.clone(), span }
}

/// Whether there is a `..` in a struct type.
fn is_open(ty: &Type) -> bool {
    match ty {
        Type::Nullable(inner) | Type::List(inner) => is_open(inner),
        Type::Struct(row) => row.open || row.columns.iter().any(|column| is_open(&column.ty)),
        _ => false,
    }
}

/// The type of items of these two types. Tables go together whatever their rows: who takes them says how.
fn join_items(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Table(a), Type::Table(b)) => {
            let row = if a.row == b.row { a.row.clone() } else { Arc::new(Row { open: true, ..Row::default() }) };
            Some(Type::Table(gml_ir::TableType { row, partitions: a.partitions.union(b.partitions) }))
        }
        (Type::Estimator(first), Type::Estimator(_)) => Some(Type::Estimator(first.clone())),
        (Type::Record(a), Type::Record(b)) => {
            if a.columns.len() != b.columns.len() {
                return None;
            }
            let columns = a.columns.iter().map(|column| {
                let ty = join_items(&column.ty, &b.get(&column.name)?.ty)?;
                Some(Column::new(column.name.clone(), ty))
            });
            Some(Type::Record(Arc::new(Row::of(columns.collect::<Option<_>>()?))))
        }
        _ => common(a, b),
    }
}

fn is_empty(first: &Constant, last: &Constant, inclusive: bool) -> bool {
    use std::cmp::Ordering;
    match first.compared(last) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => !inclusive,
        _ => false,
    }
}
