//! The rows of schemas, each after those that it mentions.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Column, Row};
use gml_syntax::ast::{ItemKind, Name, RowSyntax, Schema, TypeExpr, TypeKind};

use crate::declare::graph;
use crate::hash::{Map, map_for};
use crate::message::{contracts, declarations, types as message};
use crate::package::{Definition, ModuleId, Package, SchemaId};
use crate::suggest::closest;
use crate::typed::Text;
use crate::types::{Columns, TypeScope};

/// Fills in the rows of all schemas.
pub(super) fn rows(package: &mut Package, diagnostics: &mut Vec<Diagnostic>) {
    for place in order(package, diagnostics) {
        let declared = &package.schemas[place].declared;
        let module = package.module(declared.module).ast.clone();
        let ItemKind::Schema(schema) = &module.item(declared.item).kind else { continue };
        let scope = TypeScope::new(package, declared.module);
        let (row, spans) = row(scope, schema, diagnostics);
        package.schemas[place].row = Arc::new(row);
        package.schemas[place].column_spans = spans;
    }
}

fn row(scope: TypeScope<'_>, schema: &Schema, diagnostics: &mut Vec<Diagnostic>) -> (Row, Vec<Span>) {
    let mut columns = Columns::default();
    let mut spans = Vec::with_capacity(schema.columns.len());
    let mut stored: Map<Text, Span> = map_for(schema.columns.len());
    for written in &schema.columns {
        let mut column: Column = scope.column(&written.column, diagnostics);
        let name = &written.column.name;
        if let Some((form, span)) = &written.parsed {
            if column.ty.is_temporal() {
                column.parsed = scope.parsed(form, *span, &column.ty, diagnostics);
            } else if !column.ty.is_silent() {
                let diagnostic = contracts::stored_form_type(&name.text, &column.ty, *span, name.span);
                diagnostics.push(diagnostic);
            }
        }
        let stored_as = match &written.named {
            Some((text, span)) if text.is_empty() => {
                diagnostics.push(contracts::empty_stored_name(*span));
                None
            }
            Some((text, span)) => {
                column.stored_name = Some(text.clone());
                Some((text, *span))
            }
            None => Some((&name.text, name.span)),
        };
        if !columns.add(&written.column, column, message::duplicate_column, diagnostics) {
            continue;
        }
        spans.push(name.span);
        if let Some((text, span)) = stored_as
            && let Some(first) = stored.insert(text.clone(), span)
        {
            diagnostics.push(contracts::duplicate_stored_name(text, span, first));
        }
    }
    let mut row = columns.into_row(schema.open.is_some());
    row.schema = Some(schema.name.text.clone());
    row.unique = schema.unique.iter().map(|names| unique(names, &row, diagnostics)).collect();
    row.unique.retain(|names| !names.is_empty());
    (row, spans)
}

/// The names of `unique` that are those of columns.
fn unique(names: &[Name], row: &Row, diagnostics: &mut Vec<Diagnostic>) -> Vec<Text> {
    let mut known: Vec<Text> = Vec::with_capacity(names.len());
    for name in names {
        if row.get(&name.text).is_none() {
            let proposal = closest(&name.text, row.columns.iter().map(|column| &*column.name));
            diagnostics.push(contracts::unknown_in_unique(&name.text, name.span, proposal));
        } else if known.contains(&name.text) {
            diagnostics.push(contracts::twice_in_unique(&name.text, name.span));
        } else {
            known.push(name.text.clone());
        }
    }
    known
}

/// Places of the schemas, each after those that its columns mention; circles are refused.
fn order(package: &Package, diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    let edges: Vec<Vec<(usize, Span)>> = (0..package.schemas.len())
        .map(|place| {
            let mut found = Vec::new();
            if let Some(schema) = u32::try_from(place).ok().and_then(|id| package.schema_ast(SchemaId(id))) {
                let module = package.schemas[place].declared.module;
                for column in &schema.columns {
                    mentioned(package, module, &column.column.ty, &mut found);
                }
            }
            found
        })
        .collect();
    let name = |place: usize| &*package.schemas[place].declared.name;
    graph::bottom_up(&edges, |circle| {
        let chain: Vec<(&str, Span)> = circle.iter().map(|(place, span)| (name(*place), *span)).collect();
        let help = "a row cannot hold itself: use a table of its own, with a key that leads to it";
        diagnostics.extend(declarations::definition_cycle("schema", &chain, help));
    })
}

fn mentioned(package: &Package, module: ModuleId, written: &TypeExpr, found: &mut Vec<(usize, Span)>) {
    let columns = |row: &RowSyntax, found: &mut Vec<(usize, Span)>| {
        row.columns.iter().for_each(|column| mentioned(package, module, &column.ty, found));
    };
    match &written.kind {
        TypeKind::Named(name, args) => {
            if let Some(Definition::Schema(id)) = package.lookup(module, &name.text) {
                found.push((id.0 as usize, name.span));
            }
            args.iter().for_each(|arg| mentioned(package, module, arg, found));
        }
        TypeKind::Nullable(of) | TypeKind::In(of, _) => mentioned(package, module, of, found),
        TypeKind::Table(row) | TypeKind::Struct(row) | TypeKind::Row(row) => columns(row, found),
        TypeKind::Arrow(a, b)
        | TypeKind::Plus(a, b)
        | TypeKind::Minus(a, b)
        | TypeKind::And(a, b)
        | TypeKind::Or(a, b) => {
            mentioned(package, module, a, found);
            mentioned(package, module, b, found);
        }
        TypeKind::Text(_) | TypeKind::Number(_) | TypeKind::Error => {}
    }
}
