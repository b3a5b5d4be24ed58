//! Arguments that make columns: over rows, windows and groups, and single expressions over rows.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Column, Row, Type, Value as Constant};
use gml_syntax::ast::{self, ExprKind};

use super::Arguments;
use super::Given;
use super::shapes;
use crate::check::body::Body;
use crate::check::frame::{Frame, FrameKind, Window};
use crate::check::learned::Pending;
use crate::check::message::{self, Want};
use crate::check::narrow::{narrow_row, when_true};
use crate::check::signature::{ParamKind, RowShape, Shape, Variable};
use crate::check::value::Value;
use crate::inspect::Meaning;
use crate::rows;
use crate::typed::{Text, Typed, TypedArg, TypedKind};

/// Columns being made.
#[derive(Default)]
struct Made {
    row: Row,
    typed: Vec<(Text, Typed)>,
    spans: Vec<Span>,
}

impl Made {
    fn reserve(&mut self, columns: usize) {
        self.row.columns.reserve_exact(columns);
        self.typed.reserve_exact(columns);
        self.spans.reserve_exact(columns);
    }
}

impl<'a> Body<'a> {
    /// `columns[R -> N]`
    pub(super) fn columns_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let frame = self.frame_of(call, arguments.variables.row(of), FrameKind::Row);
        let columns = self.made_columns(call, place, given, frame, arguments);
        let is_key = call.signature.params.iter().any(|param| matches!(param.kind, ParamKind::Aggregates { .. }));
        if is_key && !self.groupable(call, &columns.row, &columns.spans) {
            arguments.failed = true;
        }
        arguments.variables.set_row(made, Arc::new(columns.row));
        arguments.typed[place] = Some(TypedArg::Columns(columns.typed));
    }

    /// `windows[R -> N]`
    pub(super) fn windows_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let mut window = Window::default();
        for (param, typed) in call.signature.params.iter().zip(&arguments.typed) {
            match (&param.kind, typed) {
                (ParamKind::Order { .. }, Some(TypedArg::Order(keys))) => {
                    window.order = Some(keys.iter().map(|(key, _)| key.ty.clone()).collect());
                }
                (ParamKind::Value { .. }, Some(TypedArg::Value(typed))) if param.name == "rows" => {
                    let word = crate::check::value::constant(typed).and_then(Constant::as_str);
                    window.before = word == Some("before");
                    let given = call.given.get(call.signature.param("rows").unwrap_or(usize::MAX)).copied().flatten();
                    if window.before
                        && window.order.is_none()
                        && let Some(given) = given
                    {
                        self.emit(message::spaces::before_needs_order(given.span(), &call.syntax));
                        arguments.failed = true;
                    }
                }
                _ => {}
            }
        }
        // After an error about the order, none about what needs one.
        if arguments.failed && window.order.is_none() {
            window.order = Some(Vec::new());
        }
        let kind = FrameKind::Window(Arc::new(window));
        let frame = self.frame_of(call, arguments.variables.row(of), kind);
        let columns = self.made_columns(call, place, given, frame, arguments);
        arguments.variables.set_row(made, Arc::new(columns.row));
        arguments.typed[place] = Some(TypedArg::Columns(columns.typed));
    }

    /// `aggregates[R -> A]`
    pub(super) fn aggregates_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let keys = self.group_keys(call, arguments);
        let frame = self.frame_of(call, arguments.variables.row(of), FrameKind::Group(keys));
        let columns = self.made_columns(call, place, given, frame, arguments);
        arguments.variables.set_row(made, Arc::new(columns.row));
        arguments.typed[place] = Some(TypedArg::Columns(columns.typed));
    }

    /// `aggregate[R] -> T`
    pub(super) fn aggregate_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        ty: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else { return };
        let keys = self.group_keys(call, arguments);
        let frame = self.frame_of(call, arguments.variables.row(of), FrameKind::Group(keys));
        let value = self.in_frame(frame, |body| body.expr(expr, None));
        arguments.variables.infer(ty, value.ty());
        arguments.typed[place] = Some(TypedArg::Expr(value.typed));
    }

    /// The columns that make the groups.
    fn group_keys(&self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Arc<Row> {
        let mut keys = Row::default();
        for param in &call.signature.params {
            if let ParamKind::Columns { made, .. } | ParamKind::Keys { made, .. } = &param.kind {
                keys = rows::plus(&keys, &arguments.variables.row(*made));
            }
        }
        Arc::new(keys)
    }

    /// `{ a = .. }`, `[.a, .b]`, `.a`
    fn made_columns(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        frame: Option<Arc<Frame>>,
        arguments: &mut Arguments<'a>,
    ) -> Made {
        let mut made = Made::default();
        let bindings = match given {
            Given::Block(bindings, _) => Some(bindings),
            Given::Expr(expr) => match &expr.kind {
                ExprKind::Columns(bindings) => Some(&**bindings),
                _ => None,
            },
        };
        if let Some(bindings) = bindings {
            made.reserve(bindings.len());
            for binding in bindings {
                let value = self.in_frame(frame.clone(), |body| body.expr(&binding.value, None));
                self.note(binding.name.span, || Meaning::Made(value.ty().clone()));
                self.add_column(&mut made, &binding.name.text, binding.name.span, value, frame.as_deref(), arguments);
            }
            return made;
        }
        let Given::Expr(expr) = given else { return made };
        let items: &'a [ast::Expr] = match &expr.kind {
            ExprKind::List(items) => items,
            ExprKind::Record(fields) => {
                self.emit(message::columns::record_for_columns(fields, expr.span));
                made.row.open = true;
                arguments.failed = true;
                return made;
            }
            _ => std::slice::from_ref(expr),
        };
        made.reserve(items.len());
        for item in items {
            let name = match &item.kind {
                ExprKind::Column(name) | ExprKind::Field { name, .. } => name,
                ExprKind::Error => {
                    made.row.open = true;
                    continue;
                }
                ExprKind::Name(name) if frame.as_ref().is_some_and(|frame| frame.row.get(name).is_some()) => {
                    self.emit(message::names::column_without_dot(name, item.span));
                    made.row.open = true;
                    arguments.failed = true;
                    continue;
                }
                _ => {
                    let text = self.text(item.span);
                    self.emit(message::columns::needs_name(&Self::want(call, place), text, item.span));
                    made.row.open = true;
                    arguments.failed = true;
                    continue;
                }
            };
            let value = self.in_frame(frame.clone(), |body| body.expr(item, None));
            self.add_column(&mut made, &name.text, item.span, value, frame.as_deref(), arguments);
        }
        made
    }

    fn add_column(
        &mut self,
        made: &mut Made,
        name: &Text,
        span: Span,
        mut value: Value<'a>,
        frame: Option<&Frame>,
        arguments: &mut Arguments<'a>,
    ) {
        if let Some(place) = made.row.columns.iter().position(|column| column.name == *name) {
            self.emit(message::columns::duplicate(name, span, made.spans[place]));
            arguments.failed = true;
            return;
        }
        if *value.ty() == Type::Null {
            self.emit(message::types::null_column(name, value.span()));
            value = Value::error(value.span());
        } else if !value.ty().is_silent() && !crate::types::is_column_type(value.ty()) {
            self.emit(message::types::not_a_column_type(name, value.ty(), value.span()));
            value = Value::error(value.span());
        }
        // A plain column stays what it is, role and all.
        let plain = match &value.typed.kind {
            TypedKind::Column(of) => frame.and_then(|frame| frame.row.get(of)).map(|column| {
                let kept = column.clone().with_name(name.clone()).with_type(value.ty().clone());
                if column.name == *name { kept } else { kept.stored_plainly() }
            }),
            _ => None,
        };
        made.row.columns.push(plain.unwrap_or_else(|| Column::new(name.clone(), value.ty().clone())));
        made.typed.push((name.clone(), value.typed));
        made.spans.push(span);
    }

    /// `row[R] -> T`
    pub(super) fn row_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        over: Variable,
        ty: &Shape,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else {
            self.emit(message::columns::plain_wanted(call, place, given.span(), None));
            arguments.failed = true;
            return;
        };
        let (row, kind) = match arguments.variables.ty(over) {
            Some(item) => (items_row(item), FrameKind::Items),
            None => (arguments.variables.row(over), FrameKind::Row),
        };
        let due = shapes::instantiate(ty, &arguments.variables);
        let frame = self.frame_of(call, row.clone(), kind);
        let value = self.in_frame(frame, |body| body.expr(expr, Some(&due).filter(|due| **due != Type::Unknown)));
        arguments.variables.infer(ty, value.ty());
        let want = Want::argument(call.signature.name, call.signature.params[place].name);
        let value = self.row_value(call, value, ty, &want, arguments);
        arguments.failed |= *value.ty() == Type::Error;
        self.narrow_result(call, over, ty, &value, &row, arguments);
        arguments.typed[place] = Some(TypedArg::Expr(value.typed));
    }

    fn row_value(
        &mut self,
        call: &Pending<'a>,
        value: Value<'a>,
        shape: &Shape,
        want: &Want<'_>,
        arguments: &mut Arguments<'a>,
    ) -> Value<'a> {
        let to = shapes::instantiate(shape, &arguments.variables);
        let is_condition = to == Type::Bool && !matches!(shape, Shape::Variable(_));
        if is_condition && value.ty().is_nullable() && matches!(value.ty().non_null(), Type::Bool | Type::Null) {
            let text = self.text(value.span());
            self.emit(message::nulls::nullable_condition(&value, call.signature.name, text));
            return value;
        }
        if let Shape::Variable(variable) = shape
            && let Some((_, Some(bound))) = call.signature.variables.get(*variable)
            && !value.ty().is_silent()
            && crate::types::satisfies(bound, value.ty()) == Some(false)
        {
            let text = self.text(value.span());
            self.emit(message::calls::wrong_class(&value, value.ty(), bound, want, text));
            // What else is to be of this type is not held against what it cannot be.
            arguments.variables.set_type(*variable, Type::Error);
            return Value::error(value.span());
        }
        if matches!(shape, Shape::Variable(_)) { value } else { self.coerced(value, &to, want) }
    }

    /// The rows that are left are those for which the condition holds: what it says cannot be null there.
    fn narrow_result(
        &self,
        call: &Pending<'a>,
        over: Variable,
        ty: &Shape,
        value: &Value<'a>,
        row: &Arc<Row>,
        arguments: &mut Arguments<'a>,
    ) {
        let keeps_rows = matches!(&call.signature.result, Shape::Table(RowShape::Variable(of), None) if *of == over);
        if keeps_rows && matches!(ty, Shape::Is(Type::Bool)) {
            arguments.variables.set_row(over, narrow_row(row, &when_true(&value.typed)));
        }
    }
}

/// The columns that an item of a list has: its fields, or itself as `item`.
fn items_row(item: &Type) -> Arc<Row> {
    match item {
        Type::Struct(row) => row.clone(),
        Type::Nullable(inner) => match &**inner {
            Type::Struct(row) => Arc::new(rows::nullable(row)),
            _ => Arc::new(Row::of(vec![Column::new("item", item.clone())])),
        },
        ty if ty.is_silent() => shapes::unknown_row(),
        ty => Arc::new(Row::of(vec![Column::new("item", ty.clone())])),
    }
}
