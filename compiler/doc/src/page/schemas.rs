//! Schemas, column by column.

use gml_analysis::package::SchemaDecl;
use gml_diagnostics::Span;
use gml_ir::Column;
use gml_syntax::ast::{ItemKind, Schema, SchemaColumn};

use super::Page;
use crate::Site;
use crate::html;
use crate::markdown::markdown;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("schemas.html", "Schemas");
    for schema in package.schemas.iter().filter(|schema| site.is_own(&schema.declared)) {
        let declared = &schema.declared;
        let ItemKind::Schema(ast) = &package.item(declared).kind else { continue };
        page.body.push_str(&site.heading(&declared.name, "schema", declared, ""));
        page.body.push_str(&site.docs(declared, ""));
        page.body.push_str(&site.columns(schema, ast));
        page.body.push_str(&site.written(declared, ""));
    }
    (!page.body.is_empty()).then_some(page)
}

impl Site<'_> {
    fn columns(&self, schema: &SchemaDecl, ast: &Schema) -> String {
        let rows: Vec<Vec<String>> = schema
            .row
            .columns
            .iter()
            .map(|column| {
                let written = ast.columns.iter().find(|written| written.column.name.text == column.name);
                self.column(column, written)
            })
            .collect();
        let mut out = html::table(&["Role", "Column", "Type", "Rules and stored form", "What it is"], &rows);
        for unique in &schema.row.unique {
            let names: Vec<&str> = unique.iter().map(|name| &**name).collect();
            out.push_str(&format!("<p>Each <code>{}</code> is there once.</p>\n", html::escaped(&names.join(", "))));
        }
        out
    }

    fn column(&self, column: &Column, written: Option<&SchemaColumn>) -> Vec<String> {
        let stored = |word: &str, span: Option<Span>| span.map(|span| format!("{word} {}", self.text(span)));
        let forms = [
            stored("named", written.and_then(|written| written.named.as_ref()).map(|(_, span)| *span)),
            stored("parsed", written.and_then(|written| written.parsed.as_ref()).map(|(_, span)| *span)),
        ];
        let rules =
            column.contracts.iter().map(|contract| contract.text.to_string()).chain(forms.into_iter().flatten());
        vec![
            column.role.map_or("", |role| role.name()).to_owned(),
            format!("<code>{}</code>", html::escaped(&column.name)),
            self.inline(&column.ty.to_string(), ""),
            rules.map(|rule| self.inline(&rule, "")).collect::<Vec<_>>().join(" "),
            markdown(written.and_then(|written| written.docs.as_deref()).unwrap_or_default(), &self.links, ""),
        ]
    }
}
