//! `table[T] [ { .. }, .. ]`: tables written in a test.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Row, Type, Value as Constant};
use gml_syntax::ast::{self, ExprKind, Name, TypeExpr};

use super::is_single;
use super::literal::convert;
use crate::check::body::Body;
use crate::check::message;
use crate::check::value::{Space, Value};
use crate::typed::{Typed, TypedKind};
use crate::types::TypeScope;

impl<'a> Body<'a> {
    /// A table literal.
    pub(super) fn table(&mut self, ty: &'a TypeExpr, rows: &'a [ast::Expr], span: Span) -> Value<'a> {
        let scope = TypeScope::new(self.shared.package, self.module);
        let ty = scope.type_of(ty, &mut self.diagnostics);
        let Type::Table(table) = &ty else {
            if !ty.is_silent() {
                self.emit(message::types::not_a_table_type(&ty, span));
            }
            return Value::error(span);
        };
        let row = table.row.clone();
        let cells = self.in_frame(None, |body| rows.iter().filter_map(|cells| body.cells(cells, &row)).collect());
        Value::new(TypedKind::Table(cells), ty, Space::Run, span)
    }

    /// A list of numbers that is written out, as a vector of as many.
    fn vector_cell(&mut self, value: Value<'a>, length: u32, want: &message::Want<'_>) -> Value<'a> {
        let (TypedKind::List(items), Type::List(item)) = (&value.typed.kind, value.ty()) else { return value };
        if !item.is_numeric() {
            return value;
        }
        if u32::try_from(items.len()) != Ok(length) {
            self.emit(message::types::vector_length(value.span(), length, items.len(), want));
            return Value::error(value.span());
        }
        let items = items.iter().map(|item| convert(item.clone(), &Type::Float32)).collect();
        Value::new(TypedKind::List(items), Type::Vector(length), value.space, value.span())
    }

    /// The cells of a row in the order of the columns.
    fn cells(&mut self, expr: &'a ast::Expr, row: &Arc<Row>) -> Option<Vec<Typed>> {
        let fields: &'a [(Name, ast::Expr)] = match &expr.kind {
            ExprKind::Record(fields) => fields,
            ExprKind::Error => return None,
            _ => {
                self.emit(message::types::not_a_row(expr.span));
                return None;
            }
        };
        let mut cells: Vec<Option<Typed>> = vec![None; row.columns.len()];
        for (name, value) in fields {
            let Some(place) = row.columns.iter().position(|column| column.name == name.text) else {
                self.emit(message::rows::literal_unknown_column(name, row));
                self.expr(value, None);
                continue;
            };
            let ty = &row.columns[place].ty;
            let want = message::Want::Cell(&name.text);
            let cell = self.expr(value, Some(ty));
            let cell = match ty.non_null() {
                Type::Vector(length) => self.vector_cell(cell, *length, &want),
                _ => cell,
            };
            let cell = self.coerced(cell, ty, &want);
            // What the run computes becomes a cell when it is there.
            let cell = if is_single(ty) { cell } else { self.constant_needed(cell, &want) };
            if cells[place].replace(cell.typed).is_some() {
                self.emit(message::types::duplicate_field(name));
            }
        }
        let missing: Vec<_> = row
            .columns
            .iter()
            .zip(&cells)
            .filter(|(column, cell)| cell.is_none() && !column.ty.is_nullable() && !column.ty.is_silent())
            .map(|(column, _)| column)
            .collect();
        if !missing.is_empty() {
            self.emit(message::rows::literal_lacks_columns(&missing, row, expr.span));
        }
        let null = |ty: &Type| Typed { kind: TypedKind::Literal(Constant::Null), ty: ty.clone(), span: expr.span };
        let cells = row.columns.iter().zip(cells);
        Some(cells.map(|(column, cell)| cell.unwrap_or_else(|| null(&column.ty))).collect())
    }
}
