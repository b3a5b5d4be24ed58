//! Types, rows and declarations in Markdown.

use std::fmt::Write;

use gml_ir::{Column, Learned, Row, Type};
use gml_syntax::ast::{Item, ItemKind, NodeBody};

use crate::facts::{Facts, Site};

/// Program text.
pub(crate) fn code(text: &str) -> String {
    format!("```gml\n{text}\n```")
}

/// A type on one line; rows without a schema of more than a few columns are shortened.
pub(crate) fn brief(ty: &Type) -> String {
    match ty {
        Type::Table(table) => {
            let parts: Vec<&str> = table.partitions.names().collect();
            let within = if parts.is_empty() { String::new() } else { format!(" in {}", parts.join(", ")) };
            format!("table{}{within}", row_in_brackets(&table.row))
        }
        Type::Struct(row) => format!("struct{}", row_in_brackets(row)),
        Type::Record(row) => {
            let parts: Vec<String> =
                row.columns.iter().map(|part| format!("{}: {}", part.name, brief(&part.ty))).collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Type::Nullable(inner) => format!("{}?", brief(inner)),
        Type::List(inner) => format!("list[{}]", brief(inner)),
        Type::Range(inner) => format!("range[{}]", brief(inner)),
        Type::Estimator(learned) => format!("estimator[{}]", learned_brief(learned)),
        Type::Learned(learned) => learned_brief(learned),
        other => other.to_string(),
    }
}

fn learned_brief(learned: &Learned) -> String {
    let arrow = |from: &Row, to: &Row| format!("[{} -> {}]", short_row(from), short_row(to));
    match learned {
        Learned::Transform(Some((from, to))) => format!("transform{}", arrow(from, to)),
        Learned::Model(Some((from, to))) => format!("model{}", arrow(from, to)),
        other => other.to_string(),
    }
}

/// How many columns are shown on one line.
const FEW: usize = 4;

fn short_row(row: &Row) -> String {
    if row.schema.is_some() || row.columns.len() <= FEW {
        return row.to_string();
    }
    let names: Vec<&str> = row.names().take(FEW).map(|name| &**name).collect();
    format!("{{ {}, .. {} columns }}", names.join(", "), row.columns.len())
}

fn row_in_brackets(row: &Row) -> String {
    match &row.schema {
        Some(schema) => format!("[{schema}]"),
        None => format!(" {}", short_row(row)),
    }
}

/// A column as a schema would write it.
pub(crate) fn column(column: &Column) -> String {
    let role = column.role.map_or(String::new(), |role| format!("{} ", role.name()));
    let contracts: String = column.contracts.iter().map(|contract| format!(" {}", contract.text)).collect();
    format!("{role}{}: {}{contracts}", column.name, brief(&column.ty))
}

/// The columns of a row as a table.
pub(crate) fn row(row: &Row) -> String {
    let mut text = match &row.schema {
        Some(schema) => format!("{schema}, {}\n\n", count(row)),
        None => format!("{}\n\n", count(row)),
    };
    if row.columns.is_empty() {
        return text.trim_end().to_owned();
    }
    text.push_str("| column | type | role | contract |\n|---|---|---|---|\n");
    for column in &row.columns {
        let contracts: Vec<&str> = column.contracts.iter().map(|contract| &*contract.text).collect();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            column.name,
            cell(&brief(&column.ty)),
            column.role.map_or("", gml_ir::Role::name),
            if contracts.is_empty() { String::new() } else { cell(&contracts.join(", ")) },
        );
    }
    text.trim_end().to_owned()
}

fn cell(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn count(row: &Row) -> String {
    let columns = match row.columns.len() {
        1 => "1 column".to_owned(),
        count => format!("{count} columns"),
    };
    if row.open { format!("{columns} and others that are not known before the run") } else { columns }
}

/// The rows in a type, each with a title, where it has any.
pub(crate) fn rows(ty: &Type) -> Option<String> {
    match ty {
        Type::Table(table) => Some(row(&table.row)),
        Type::Nullable(inner) | Type::List(inner) => rows(inner),
        Type::Struct(of) => Some(row(of)),
        Type::Record(parts) => {
            let first = parts.columns.iter().find_map(|part| rows(&part.ty))?;
            let names: Vec<String> = parts.columns.iter().map(|part| format!("`{}`", part.name)).collect();
            Some(format!("Parts: {}; each with {first}", names.join(", ")))
        }
        Type::Learned(learned) => match &**learned {
            Learned::Model(Some((from, to))) | Learned::Transform(Some((from, to))) => {
                Some(format!("Takes {}\n\nGives {}", row(from), row(to)))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Facts<'_> {
    /// A declaration without its body, as written.
    pub(crate) fn head(&self, site: Site) -> Option<String> {
        let item = self.item(site)?;
        let end = match &item.kind {
            ItemKind::Node(node) => match &node.body {
                NodeBody::Block(block) => block.span.start,
                NodeBody::Foreign { .. } => item.span.end,
            },
            ItemKind::Function(function) => function.result.span.end,
            ItemKind::Pipeline(_) | ItemKind::Test(_) => {
                let text = self.text(item.span);
                let body = opening_of_body(item, text);
                item.span.start + u32::try_from(body).unwrap_or(0)
            }
            _ => item.span.end,
        };
        let span = gml_diagnostics::Span::new(item.span.file, item.span.start, end);
        let text = self.text(span);
        // `allow(..)` and `tags(..)` are no part of the head.
        let text = match item.allow.iter().chain(&item.tags).max_by_key(|name| name.span.end) {
            Some(last) => text.get((last.span.end - item.span.start) as usize..).unwrap_or("").trim_start_matches(')'),
            None => text,
        };
        Some(text.trim().to_owned())
    }
}

/// Where the `{` of the statements stands.
fn opening_of_body(item: &Item, text: &str) -> usize {
    let after = match &item.kind {
        ItemKind::Pipeline(pipeline) => {
            let params = pipeline.params.last();
            let last = params.map(|param| param.default.as_ref().map_or(param.ty.span.end, |value| value.span.end));
            last.unwrap_or(pipeline.name.span.end)
        }
        ItemKind::Test(test) => test.name_span.end,
        _ => item.span.end,
    };
    let after = (after - item.span.start) as usize;
    text.get(after..).and_then(|rest| rest.find('{')).map_or(text.len(), |brace| after + brace)
}
