//! Arguments that name columns: keys, orders, renames.

use std::sync::Arc;

use gml_ir::{Column, Row, Type};
use gml_syntax::ast::{self, ExprKind, Name};

use super::Arguments;
use super::Given;
use crate::check::body::Body;
use crate::check::frame::{Frame, FrameKind};
use crate::check::learned::Pending;
use crate::check::message::{self, Want};
use crate::check::signature::Variable;
use crate::check::value::Space;
use crate::inspect::Meaning;
use crate::typed::{Text, Typed, TypedArg, TypedKind};
use crate::types::{comparable, satisfies};

impl<'a> Body<'a> {
    /// The row of an operator at hand.
    pub(super) fn frame_of(&self, call: &Pending<'a>, row: Arc<Row>, kind: FrameKind) -> Option<Arc<Frame>> {
        let (operator, span) = (call.signature.name, call.syntax.function.span);
        Some(Arc::new(Frame { row, kind, operator, span }))
    }

    /// `keys[R -> K]`, `keys[L & R -> K]`
    pub(super) fn keys_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: &[Variable],
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let mut keys = Row::default();
        let mut typed = Vec::new();
        if matches!(given, Given::Expr(expr) if matches!(&expr.kind, ExprKind::Name(name) if &**name == "none")) {
            arguments.variables.set_row(made, Arc::default());
            return;
        }
        let rows: Vec<Arc<Row>> = of.iter().map(|variable| arguments.variables.row(*variable)).collect();
        for (name, span) in self.plain_columns(call, place, given, arguments) {
            for row in &rows {
                self.note_column(name, span, row);
            }
            let found = self.key(call, name, &rows, arguments);
            if keys.get(&name.text).is_some() {
                self.emit(message::columns::named_twice(name));
                continue;
            }
            let ty = found.as_ref().map_or(Type::Unknown, |column| column.ty.clone());
            typed.push((name.text.clone(), Typed { kind: TypedKind::Column(name.text.clone()), ty, span }));
            match found {
                Some(column) => keys.columns.push(column),
                None => keys.columns.push(Column::new(name.text.clone(), Type::Unknown)),
            }
        }
        keys.open |= arguments.failed;
        arguments.variables.set_row(made, Arc::new(keys));
        arguments.typed[place] = Some(TypedArg::Columns(typed));
    }

    /// `key[R -> K]`: exactly one column.
    pub(super) fn one_key(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
    ) {
        if let Some(TypedArg::Columns(columns)) = &arguments.typed[place]
            && columns.len() != 1
            && !arguments.failed
        {
            let names: Vec<Text> = columns.iter().map(|(name, _)| name.clone()).collect();
            self.emit(message::columns::one_wanted(call, place, &names, given.span()));
            arguments.failed = true;
        }
    }

    /// The column of that name, which all rows must have in a type that can be compared.
    fn key(
        &mut self,
        call: &Pending<'a>,
        name: &'a Name,
        rows: &[Arc<Row>],
        arguments: &mut Arguments<'a>,
    ) -> Option<Column> {
        let mut found: Option<Column> = None;
        for (side, row) in rows.iter().enumerate() {
            let Some(column) = row.get(&name.text) else {
                if !row.open || self.gone.contains(&name.text) || !self.others.may_be(&name.text) {
                    if let Some(diagnostic) = self.part_without(name, arguments) {
                        self.emit(diagnostic);
                        arguments.failed = true;
                        return None;
                    }
                    let local = self.find_local(&name.text).is_some();
                    let diagnostic = message::columns::unknown_key(call, name, rows, side, local);
                    self.emit(diagnostic);
                    arguments.failed = true;
                    return None;
                }
                continue;
            };
            if let Some(other) = &mut found {
                if !other.ty.is_silent() && !column.ty.is_silent() && !comparable(&other.ty, &column.ty) {
                    self.emit(message::rows::key_types(call, name, &other.ty, &column.ty));
                    arguments.failed = true;
                }
                // A row of a full join may have its keys from either side.
                if column.ty.is_nullable() {
                    other.ty = other.ty.clone().nullable();
                }
            } else {
                found = Some(column.clone());
            }
        }
        if rows.len() > 1
            && let Some(column) = &found
            && !can_be_key(&column.ty)
        {
            self.emit(message::rows::cannot_be_key(call.signature.name, &name.text, name.span, &column.ty));
            arguments.failed = true;
        }
        found
    }

    /// `.a`, `[.a, .b]`: nothing else.
    fn plain_columns(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
    ) -> Vec<(&'a Name, gml_diagnostics::Span)> {
        let exprs: &'a [ast::Expr] = match given {
            Given::Expr(expr) => match &expr.kind {
                ExprKind::List(items) => items,
                _ => std::slice::from_ref(expr),
            },
            Given::Block(_, span) => {
                self.emit(message::columns::plain_wanted(call, place, span, None));
                arguments.failed = true;
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for expr in exprs {
            match &expr.kind {
                ExprKind::Column(name) => names.push((name, expr.span)),
                ExprKind::Error => arguments.failed = true,
                ExprKind::Name(name) if self.key_exists(call, name, arguments) => {
                    self.emit(message::names::column_without_dot(name, expr.span));
                    arguments.failed = true;
                }
                _ => {
                    let text = self.text(expr.span);
                    self.emit(message::columns::plain_wanted(call, place, expr.span, Some(text)));
                    arguments.failed = true;
                }
            }
        }
        names
    }

    fn key_exists(&self, call: &Pending<'a>, name: &str, arguments: &Arguments<'a>) -> bool {
        (0..call.signature.variables.len())
            .filter_map(|variable| arguments.variables.known_row(variable))
            .any(|row| row.get(name).is_some())
    }

    /// `order[R]`: `.a`, `[.a, desc(.b)]`
    pub(super) fn order_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let Given::Expr(expr) = given else {
            self.emit(message::columns::plain_wanted(call, place, given.span(), None));
            arguments.failed = true;
            return;
        };
        let items: &'a [ast::Expr] = match &expr.kind {
            ExprKind::List(items) => items,
            ExprKind::Name(name) if &**name == "none" => return,
            _ => std::slice::from_ref(expr),
        };
        let frame = self.frame_of(call, arguments.variables.row(of), FrameKind::Row);
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            let (expr, descending) = direction(item);
            let value = self.in_frame(frame.clone(), |body| body.expr(expr, None));
            if !value.ty().is_silent() && satisfies("ordered", value.ty()) == Some(false) {
                self.emit(message::rows::no_order(call.signature.name, value.ty(), value.span()));
                arguments.failed = true;
            } else if value.space < Space::Row && !value.ty().is_silent() {
                self.emit(message::columns::order_constant(call.signature.name, value.span(), self.text(value.span())));
                arguments.failed = true;
            }
            keys.push((value.typed, descending));
        }
        arguments.typed[place] = Some(TypedArg::Order(keys));
    }

    /// `renames[R -> K, N]`: `{ new = .old }`
    #[allow(clippy::too_many_arguments, reason = "what an argument is held against")]
    pub(super) fn renames_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        of: Variable,
        old: Variable,
        new: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let row = arguments.variables.row(of);
        let bindings: &'a [ast::Binding] = match given {
            Given::Block(bindings, _) => bindings,
            Given::Expr(expr) => match &expr.kind {
                ExprKind::Columns(bindings) => bindings,
                _ => {
                    self.emit(message::columns::renames_wanted(call, expr.span));
                    arguments.failed = true;
                    return;
                }
            },
        };
        let (mut olds, mut news) = (Row::default(), Row::default());
        let mut typed: Vec<(Text, Typed)> = Vec::new();
        for binding in bindings {
            let ExprKind::Column(name) = &binding.value.kind else {
                self.emit(message::columns::renames_wanted(call, binding.value.span));
                arguments.failed = true;
                continue;
            };
            self.note_column(name, binding.value.span, &row);
            self.note(binding.name.span, || {
                Meaning::Made(row.get(&name.text).map_or(Type::Unknown, |column| column.ty.clone()))
            });
            let column = match self.key(call, name, std::slice::from_ref(&row), arguments) {
                Some(column) => column,
                None if arguments.failed => continue,
                // It may be among what an open row has besides.
                None => Column::new(name.text.clone(), Type::Unknown),
            };
            if olds.get(&name.text).is_some() {
                self.emit(message::columns::named_twice(name));
                continue;
            }
            let kind = TypedKind::Column(name.text.clone());
            let read = Typed { kind, ty: column.ty.clone(), span: binding.value.span };
            typed.push((binding.name.text.clone(), read));
            news.columns.push(column.clone().with_name(binding.name.text.clone()));
            olds.columns.push(column);
        }
        arguments.variables.set_row(old, Arc::new(olds));
        arguments.variables.set_row(new, Arc::new(news));
        arguments.typed[place] = Some(TypedArg::Columns(typed));
    }

    /// Whether columns of a type can be grouped and joined by; says so where they cannot.
    pub(super) fn groupable(&mut self, call: &Pending<'a>, row: &Row, spans: &[gml_diagnostics::Span]) -> bool {
        let mut fits = true;
        for (column, span) in row.columns.iter().zip(spans) {
            if !can_be_key(&column.ty) {
                self.emit(message::rows::cannot_be_key(call.signature.name, &column.name, *span, &column.ty));
                fits = false;
            }
        }
        fits
    }

    /// What a parameter that names columns is called in messages.
    pub(super) fn want<'c>(call: &'c Pending<'a>, place: usize) -> Want<'c> {
        Want::argument(call.signature.name, call.signature.params[place].name)
    }
}

fn can_be_key(ty: &Type) -> bool {
    !matches!(ty.non_null(), Type::List(_) | Type::Struct(_) | Type::Vector(_) | Type::Image)
}

/// `desc(.x)`, `asc(.x)` and plain expressions.
fn direction(expr: &ast::Expr) -> (&ast::Expr, bool) {
    let ExprKind::Call { function, args, block: None, .. } = &expr.kind else { return (expr, false) };
    match (&*function.text, args.as_slice()) {
        ("desc", [arg]) if arg.name.is_none() => (&arg.value, true),
        ("asc", [arg]) if arg.name.is_none() => (&arg.value, false),
        _ => (expr, false),
    }
}
