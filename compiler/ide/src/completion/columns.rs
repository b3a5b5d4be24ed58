//! Columns, fields, keys, and texts that are values of an enum.

use gml_analysis::inspect::Meaning;
use gml_diagnostics::Span;
use gml_ir::{Row, Type};
use gml_syntax::ast::{Expr, ItemKind, TypeExpr};

use super::place::{self, choices};
use super::{CompletionKind, Scope};
use crate::describe::{self, brief};
use crate::edit::Edit;
use crate::hover::join;

impl Scope<'_, '_> {
    /// Behind a leading dot: the row at hand.
    pub(super) fn columns(&mut self, name: Span) {
        let rows: Vec<_> = self
            .inspection
            .mentions
            .iter()
            .filter(|mention| mention.span == name)
            .filter_map(|mention| match &mention.meaning {
                Meaning::Column(row) => Some(row.clone()),
                _ => None,
            })
            .collect();
        let at_hand = self.context.and_then(|context| context.row.as_ref()).map(|row| row.row.clone());
        match rows.last().cloned().or(at_hand) {
            // A key of two tables: what both have comes first.
            Some(last) => {
                let everywhere = |name: &str| rows.iter().all(|row| row.get(name).is_some());
                for row in std::iter::once(&last).chain(&rows) {
                    for column in &row.columns {
                        let rank = u8::from(!everywhere(&column.name));
                        self.column(row, &column.name, CompletionKind::Column, rank, None);
                    }
                }
            }
            None => self.columns_of_tables(),
        }
    }

    /// Where no row is at hand yet, as in the steps of a recipe: columns of all tables in scope.
    fn columns_of_tables(&mut self) {
        let types: Vec<Type> =
            self.context.iter().flat_map(|context| &context.locals).map(|it| it.ty.clone()).collect();
        for ty in types.iter().rev() {
            let Some(row) = first_row(ty) else { continue };
            for column in &row.columns {
                self.column(row, &column.name, CompletionKind::Column, 3, None);
            }
        }
    }

    /// A column of a row. `edit` replaces what is replaced otherwise.
    pub(super) fn column(&mut self, row: &Row, name: &str, kind: CompletionKind, rank: u8, edit: Option<Edit>) {
        let Some(column) = row.get(name) else { return };
        let docs = self.facts.column_of_schema(row, name).and_then(|origin| {
            let item = self.facts.item(origin.site)?;
            let ItemKind::Schema(schema) = &item.kind else { return None };
            let declared = schema.columns.iter().find(|column| *column.column.name.text == *name)?;
            Some(join(&[
                declared.docs.as_deref().unwrap_or("").to_owned(),
                format!("Of schema `{}`", schema.name.text),
            ]))
        });
        let role = column.role.map_or(String::new(), |role| format!("{} ", role.name()));
        let detail = format!("{role}{}", brief(&column.ty));
        let proposal = self.add(name, kind, rank);
        proposal.detail = Some(detail);
        proposal.docs = docs;
        if let Some(edit) = edit {
            proposal.edit = edit;
        }
    }

    /// Behind the dot of a value: its fields, and the functions that take it first.
    pub(super) fn fields(&mut self, of: &Expr, name: Span, optional: bool) {
        let noted = self.inspection.mentions.iter().rev().find(|mention| mention.span == name);
        let ty = match noted.map(|mention| &mention.meaning) {
            Some(Meaning::Field(ty)) => ty.clone(),
            _ => match self.inspection.type_at(of.span) {
                Some(ty) => ty.clone(),
                None => return,
            },
        };
        if let Type::Struct(row) | Type::Record(row) = ty.non_null() {
            // What may be null is read with `?.`.
            let sign = (ty.is_nullable() && !optional).then(|| self.sign_before()).flatten();
            for column in &row.columns {
                let edit = sign.map(|sign| Edit::new(sign.to(self.span), format!("?.{}", column.name)));
                self.column(row, &column.name, CompletionKind::Field, 0, edit);
            }
        }
        self.methods(&ty);
    }

    /// The dot before the word.
    fn sign_before(&self) -> Option<Span> {
        let before = self.text.get(..self.span.start as usize)?;
        before.ends_with('.').then(|| Span::new(self.span.file, self.span.start - 1, self.span.start))
    }

    /// Within a text: values of the enum that is due there.
    pub(super) fn texts(&mut self, expr: &Expr) {
        let Some(values) = self.values_due(expr) else { return };
        // All of the text is replaced, quotes and all.
        let before = self.text.get(..self.at).unwrap_or("");
        let Some(quote) = before.rfind('"') else { return };
        let line = self.text.get(self.at..).unwrap_or("").lines().next().unwrap_or("");
        let closing = line.find('"').map_or(0, |closing| closing + 1);
        let start = u32::try_from(quote).unwrap_or(u32::MAX);
        let end = u32::try_from(self.at + closing).unwrap_or(u32::MAX);
        let span = Span::new(self.span.file, start, end);
        for value in values {
            let written = format!("{value:?}");
            self.add(&written, CompletionKind::Choice, 0).edit = Edit::new(span, written.clone());
        }
    }

    /// The values that an expression must be one of: by what is due, by what it is compared with, by what the call takes.
    pub(super) fn values_due(&self, expr: &Expr) -> Option<Vec<String>> {
        let texts = |values: &[std::sync::Arc<str>]| values.iter().map(|value| value.to_string()).collect();
        let expected = self.context.and_then(|context| context.expected.as_ref());
        if let Some(values) = expected.and_then(choices) {
            return Some(texts(values));
        }
        let other = place::compared_with(self.item, expr).and_then(|other| self.inspection.type_at(other.span));
        other.and_then(choices).map(texts)
    }

    /// Keys of the rows of a table.
    pub(super) fn keys(&mut self, table: &TypeExpr) {
        let scope = gml_analysis::types::TypeScope::new(self.facts.package, self.module());
        let Type::Table(table) = scope.type_of(table, &mut Vec::new()) else { return };
        for column in &table.row.columns {
            self.column(&table.row, &column.name, CompletionKind::Column, 0, None);
            if let Some(proposal) = self.found.last_mut() {
                proposal.snippet = Some(format!("{}: $0", column.name));
            }
        }
    }

    /// The columns of the schema that the cursor is in.
    pub(super) fn own_columns(&mut self) {
        let ItemKind::Schema(schema) = &self.item.kind else { return };
        for column in &schema.columns {
            let detail = self.facts.text(column.column.ty.span).to_owned();
            self.add(&column.column.name.text, CompletionKind::Column, 0).detail = Some(detail);
        }
    }

    /// A type with its rows, for the docs of a proposal.
    pub(super) fn rows_of(ty: &Type) -> Option<String> {
        describe::rows(ty)
    }
}

/// The first row that a type has.
fn first_row(ty: &Type) -> Option<&Row> {
    match ty {
        Type::Table(table) => Some(&table.row),
        Type::Record(row) => row.columns.iter().find_map(|part| first_row(&part.ty)),
        _ => None,
    }
}
