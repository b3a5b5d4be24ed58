//! Blocks of named values: tables to be put together, results to be shown together.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Column, Row, Type};
use gml_syntax::ast::{self, ExprKind};

use super::{Arguments, Given};
use crate::check::body::Body;
use crate::check::learned::Pending;
use crate::check::message::{self, Want};
use crate::check::signature::Variable;
use crate::check::value::{Space, Value};
use crate::rows;
use crate::typed::{Text, Typed, TypedArg, TypedKind};

impl<'a> Body<'a> {
    /// `tables[R -> S]`: `{ name = table, .. }`
    pub(super) fn parts_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        common: Variable,
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let mut shared: Option<Row> = None;
        let fields = self.named_values(call, place, given, arguments, |body, name, span, value, arguments| match body
            .as_table(call, place, value, arguments)
        {
            Some(table) => {
                shared = Some(match shared.take() {
                    Some(row) => rows::in_both(&row, &table.row),
                    None => (*table.row).clone(),
                });
                arguments.parts.push((name.clone(), table.row, span));
            }
            None => shared = Some(Row { open: true, ..Row::default() }),
        });
        let names = fields.iter().map(|(name, _)| Column::new(name.clone(), Type::Unknown));
        arguments.variables.set_row(made, Arc::new(Row::of(names.collect())));
        arguments.variables.set_row(common, Arc::new(shared.unwrap_or_default()));
        arguments.typed[place] = Some(TypedArg::Value(record(fields, given.span())));
    }

    /// `results[S]`: `{ name = result, .. }`
    pub(super) fn results_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        made: Variable,
        arguments: &mut Arguments<'a>,
    ) {
        let fields = self.named_values(call, place, given, arguments, |body, _, _, value, arguments| {
            arguments.space = arguments.space.max(Space::Run);
            if !is_result(value.ty()) && !matches!(value.ty(), Type::Table(_)) {
                let want = Self::want(call, place);
                let text = body.text(value.span());
                body.emit(message::results::no_result(value.ty(), value.span(), &want, text));
                arguments.failed = true;
            }
        });
        let names = fields.iter().map(|(name, typed)| Column::new(name.clone(), typed.ty.clone()));
        arguments.variables.set_row(made, Arc::new(Row::of(names.collect())));
        arguments.typed[place] = Some(TypedArg::Value(record(fields, given.span())));
    }

    /// The values of a block, each of which stands alone.
    fn named_values(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
        mut look: impl FnMut(&mut Self, &Text, Span, &Value<'a>, &mut Arguments<'a>),
    ) -> Vec<(Text, Typed)> {
        let bindings: &'a [ast::Binding] = match given {
            Given::Block(bindings, _) => bindings,
            Given::Expr(expr) => match &expr.kind {
                ExprKind::Columns(bindings) => bindings,
                ExprKind::Error => return Vec::new(),
                _ => {
                    self.emit(message::results::block_wanted(&Self::want(call, place), expr.span));
                    arguments.failed = true;
                    return Vec::new();
                }
            },
        };
        let mut fields: Vec<(Text, Typed)> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        for binding in bindings {
            let (name, span) = (&binding.name.text, binding.name.span);
            if let Some(first) = fields.iter().position(|(known, _)| known == name) {
                self.emit(message::columns::duplicate(name, span, spans[first]));
                arguments.failed = true;
                continue;
            }
            let value = self.in_frame(None, |body| body.expr(&binding.value, None));
            look(self, name, span, &value, arguments);
            fields.push((name.clone(), value.typed));
            spans.push(span);
        }
        fields
    }

    /// What is wrong where not all tables of a block have a column; `None` where none of them has it.
    pub(super) fn part_without(
        &self,
        name: &ast::Name,
        arguments: &Arguments<'a>,
    ) -> Option<gml_diagnostics::Diagnostic> {
        let (_, with, _) = arguments.parts.iter().find(|(_, row, _)| row.get(&name.text).is_some())?;
        let due = with.get(&name.text)?;
        let differs = |row: &Row| match row.get(&name.text) {
            Some(column) => crate::types::common(&due.ty, &column.ty).is_none(),
            None => !row.open,
        };
        let (part, row, span) = arguments.parts.iter().find(|(_, row, _)| differs(row))?;
        Some(message::results::part_lacks(part, *span, name, due, row))
    }

    /// A name of a column of the catalog entry.
    pub(super) fn entry_column_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
    ) {
        let want = Self::want(call, place);
        let Some(expr) = self.entry_expression(&want, given, arguments) else { return };
        let Some(name) = self.entry_column(&want, expr, arguments) else { return };
        let kind = TypedKind::Literal(gml_ir::Value::Str(name));
        arguments.typed[place] = Some(TypedArg::Value(Typed { kind, ty: Type::Str, span: expr.span }));
    }

    /// A list of names of columns of the catalog entry.
    pub(super) fn entry_columns_argument(
        &mut self,
        call: &Pending<'a>,
        place: usize,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
    ) {
        let want = Self::want(call, place);
        let Some(expr) = self.entry_expression(&want, given, arguments) else { return };
        let ExprKind::List(items) = &expr.kind else {
            self.emit(message::results::entry_column_wanted(&want, expr.span, None));
            arguments.failed = true;
            return;
        };
        let names = items.iter().map(|item| self.entry_column(&want, item, arguments).map(gml_ir::Value::Str));
        let Some(names) = names.collect::<Option<Vec<_>>>() else { return };
        let kind = TypedKind::Literal(gml_ir::Value::List(names));
        let ty = Type::List(Arc::new(Type::Str));
        arguments.typed[place] = Some(TypedArg::Value(Typed { kind, ty, span: expr.span }));
    }

    /// What is given for a column of the catalog entry, or for a list of them.
    fn entry_expression(
        &mut self,
        want: &Want<'_>,
        given: Given<'a>,
        arguments: &mut Arguments<'a>,
    ) -> Option<&'a ast::Expr> {
        match given {
            Given::Expr(ast::Expr { kind: ExprKind::Error, .. }) => None,
            Given::Expr(expr) => Some(expr),
            Given::Block(_, span) => {
                self.emit(message::results::entry_column_wanted(want, span, None));
                arguments.failed = true;
                None
            }
        }
    }

    /// The bare name of a column that the entry has.
    fn entry_column(
        &mut self,
        want: &Want<'_>,
        expr: &'a ast::Expr,
        arguments: &mut Arguments<'a>,
    ) -> Option<Arc<str>> {
        let said = match &expr.kind {
            ExprKind::Name(name) => match &self.entry {
                Some(row) if row.get(name).is_none() && !row.open => {
                    message::results::unknown_entry_column(want, name, expr.span, row)
                }
                _ => return Some(name.clone()),
            },
            ExprKind::Column(name) => message::results::entry_column_wanted(want, expr.span, Some(&name.text)),
            _ => message::results::entry_column_wanted(want, expr.span, None),
        };
        self.emit(said);
        arguments.failed = true;
        None
    }
}

/// Whether a value can be tracked: metrics, a figure, a report, or a record with such a part.
pub(in crate::check) fn is_result(ty: &Type) -> bool {
    match ty {
        Type::Named(name) => matches!(&**name, "metrics" | "figure" | "report"),
        Type::Record(row) => row.columns.iter().any(|part| matches!(part.ty, Type::Named(_)) && is_result(&part.ty)),
        ty => ty.is_silent(),
    }
}

fn record(fields: Vec<(Text, Typed)>, span: Span) -> Typed {
    let columns = fields.iter().map(|(name, typed)| Column::new(name.clone(), typed.ty.clone()));
    let ty = Type::Record(Arc::new(Row::of(columns.collect())));
    Typed { kind: TypedKind::Record(fields), ty, span }
}
