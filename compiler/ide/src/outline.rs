//! The declarations of a file and of a project.

use gml_analysis::package::Package;
use gml_diagnostics::Span;
use gml_syntax::ast::{Item, ItemKind, Module, NodeBody, Parameter, Statement, StatementKind};

use crate::symbol::SymbolKind;

/// A declaration with those within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its name.
    pub name: String,
    /// One line about it: a type.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// Its name.
    pub name_span: Span,
    /// Columns, entries, parameters, `let`s.
    pub children: Vec<Outline>,
}

/// The declarations of a file, in order.
pub fn outline(module: &Module, text: &str) -> Vec<Outline> {
    module.items.iter().filter_map(|item| of_item(item, text)).flatten().collect()
}

/// A declaration of a project that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its name's place.
    pub span: Span,
    /// The module it is in.
    pub within: String,
}

/// Declarations of the project whose names hold the letters of `query` in order, capitals aside.
pub fn search(package: &Package, query: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for module in package.modules.iter().filter(|module| !module.is_std) {
        let text = package.sources.text(module.file);
        let mut waiting = outline(&module.ast, text);
        waiting.reverse();
        while let Some(symbol) = waiting.pop() {
            let nested = matches!(symbol.kind, SymbolKind::Local | SymbolKind::Parameter | SymbolKind::Column);
            if !nested && holds(&symbol.name, query) {
                let within = module.name.to_string();
                found.push(Found { name: symbol.name, kind: symbol.kind, span: symbol.name_span, within });
            }
            waiting.extend(symbol.children.into_iter().rev());
        }
    }
    found
}

fn holds(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

fn of_item(item: &Item, text: &str) -> Option<Vec<Outline>> {
    let name = |name: &gml_syntax::ast::Name| (name.text.to_string(), name.span);
    let written = |span: Span| text.get(span.start as usize..span.end as usize).map(str::to_owned);
    let one = |(name, name_span), kind, detail, children| {
        Some(vec![Outline { name, detail, kind, span: item.span, name_span, children }])
    };
    match &item.kind {
        ItemKind::Param(it) => one(name(&it.name), SymbolKind::Param, written(it.ty.span), Vec::new()),
        ItemKind::Schema(it) => {
            let columns = it.columns.iter().map(|column| {
                let column = &column.column;
                let start = column.role.as_ref().map_or(column.name.span, |role| role.span);
                child(&column.name, SymbolKind::Column, written(column.ty.span), start.to(column.ty.span))
            });
            one(name(&it.name), SymbolKind::Schema, None, columns.collect())
        }
        ItemKind::Connection(it) => one(name(&it.name), SymbolKind::Connection, None, Vec::new()),
        ItemKind::Catalog(it) => {
            let entries = it.entries.iter().map(|entry| {
                let span = entry.name.span.to(entry.value.span);
                child(&entry.name, SymbolKind::Dataset, written(entry.ty.span), span)
            });
            Some(entries.collect())
        }
        ItemKind::Function(it) => {
            one(name(&it.name), SymbolKind::Function, written(it.result.span), params(&it.params, &written))
        }
        ItemKind::Node(it) => {
            let mut children = params(&it.params, &written);
            if let NodeBody::Block(block) = &it.body {
                children.extend(block.lets.iter().map(|binding| {
                    child(&binding.name, SymbolKind::Local, None, binding.name.span.to(binding.value.span))
                }));
            }
            one(name(&it.name), SymbolKind::Node, written(it.result.span), children)
        }
        ItemKind::Pipeline(it) => {
            let mut children = params(&it.params, &written);
            statements(&it.body, &mut children);
            one(name(&it.name), SymbolKind::Pipeline, None, children)
        }
        ItemKind::Env(it) => one(name(&it.name), SymbolKind::Env, None, Vec::new()),
        ItemKind::Test(it) => {
            let mut children = Vec::new();
            statements(&it.body, &mut children);
            one((it.name.to_string(), it.name_span), SymbolKind::Test, None, children)
        }
        ItemKind::Signature(it) => one(name(&it.name), SymbolKind::Library, None, Vec::new()),
        ItemKind::TypeAlias(it) => one(name(&it.name), SymbolKind::Type, None, Vec::new()),
        ItemKind::Use(_) | ItemKind::Unread(_) => None,
    }
}

fn child(name: &gml_syntax::ast::Name, kind: SymbolKind, detail: Option<String>, span: Span) -> Outline {
    let (label, name_span) = (name.text.to_string(), name.span);
    Outline { name: label, detail, kind, span: span.to(name_span), name_span, children: Vec::new() }
}

fn params(params: &[Parameter], written: &impl Fn(Span) -> Option<String>) -> Vec<Outline> {
    let one = |param: &Parameter| {
        let end = param.default.as_ref().map_or(param.ty.span, |default| default.span);
        child(&param.name, SymbolKind::Parameter, written(param.ty.span), param.name.span.to(end))
    };
    params.iter().map(one).collect()
}

fn statements(body: &[Statement], found: &mut Vec<Outline>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Let(binding) => {
                found.push(child(&binding.name, SymbolKind::Local, None, statement.span));
            }
            StatementKind::When { body, .. } | StatementKind::For { body, .. } => statements(body, found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_letters_in_order() {
        assert!(holds("with_calendar", "wcal"));
        assert!(holds("Session", "ses"));
        assert!(holds("anything", ""));
        assert!(!holds("Session", "sse_"));
    }
}
