//! What is shown for the place that the pointer is over.

use gml_analysis::inspect::{Inspection, Meaning, Mention};
use gml_analysis::package::{Definition, Package, SignatureId};
use gml_diagnostics::{FileId, Span};
use gml_ir::{Row, Type};
use gml_syntax::ast::{Expr, ExprKind, Item, ItemKind, TypeKind};

use crate::describe::{self, brief, code};
use crate::facts::{Facts, Site};
use crate::origin::{MadeBy, Origin};
use crate::{tree, units, words};

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What is known of the name, step, literal or expression at a place. `None` where nothing is.
pub fn hover(package: &Package, file: FileId, offset: u32) -> Option<Hover> {
    let facts = Facts::new(package);
    let site = facts.site_at(file, offset)?;
    let inspection = facts.inspection(site);
    let asked = Asked { facts: &facts, site, inspection: &inspection };
    asked.pipe(offset).or_else(|| asked.mention(offset)).or_else(|| asked.declared(file, offset)).or_else(|| {
        let item = facts.item(site)?;
        asked.written_type(item, offset).or_else(|| asked.expression(item, offset))
    })
}

struct Asked<'f, 'a> {
    facts: &'f Facts<'a>,
    site: Site,
    inspection: &'f Inspection,
}

impl<'a> Asked<'_, 'a> {
    fn mention(&self, offset: u32) -> Option<Hover> {
        let mention = self.inspection.mention_at(offset)?;
        let name = self.facts.text(mention.span);
        let text = match &mention.meaning {
            Meaning::Local { declared, ty } => self.local(name, *declared, ty),
            Meaning::Declared(definition) => self.definition(definition, mention.span)?,
            Meaning::Signature(id) => self.signature(*id, mention.span)?,
            Meaning::Choice(values) => format!("{}\n\nOne of {}.", code(&format!("{name:?}")), listed(values)),
            Meaning::Argument(of) => self.argument(of, name)?,
            Meaning::Column(row) => self.column(mention, row, name),
            Meaning::Field(of) => self.field(mention, of, name),
            Meaning::Made(ty) => join(&[code(&format!("{name}: {}", brief(ty))), described(ty)]),
        };
        Some(Hover { span: mention.span, text })
    }

    fn local(&self, name: &str, declared: Span, ty: &Type) -> String {
        let is_parameter =
            self.facts.binder(declared).is_some_and(|(_, binder)| matches!(binder, crate::facts::Binder::Parameter(_)));
        let word = if is_parameter { "" } else { "let " };
        join(&[code(&format!("{word}{name}: {}", brief(ty))), described(ty)])
    }

    /// The name of a declaration, or the declaration's own name.
    fn definition(&self, definition: &Definition, span: Span) -> Option<String> {
        if let Definition::Std(ids) = definition {
            return self.signature(*ids.first()?, span);
        }
        let symbol = crate::symbol::Symbol::of(self.facts.package, definition)?;
        let site = self.facts.site_of(symbol.declared)?;
        Some(join(&[self.declaration(site, symbol.declared)?, self.gives(span).unwrap_or_default()]))
    }

    /// A declaration: its head and what is written above it.
    fn declaration(&self, site: Site, name: Span) -> Option<String> {
        let item = self.facts.item(site)?;
        let mut docs = item.docs.as_deref().unwrap_or("").to_owned();
        let mut head = self.facts.head(site)?;
        let mut rows = String::new();
        match &item.kind {
            ItemKind::Catalog(catalog) => {
                let entry = catalog.entries.iter().find(|entry| entry.name.span == name)?;
                head = self.facts.text(entry.name.span.to(entry.value.span)).to_owned();
                docs = entry.docs.as_deref().unwrap_or("").to_owned();
                let declared = self.facts.package.datasets.iter().find(|entry| entry.declared.name_span == name);
                rows = declared.and_then(|entry| describe::rows(&entry.ty)).unwrap_or_default();
            }
            ItemKind::Schema(schema) => {
                head = format!("schema {}", schema.name.text);
                let declared = self.facts.package.schemas.iter().find(|schema| schema.declared.name_span == name);
                rows = declared.map(|schema| describe::row(&schema.row)).unwrap_or_default();
            }
            ItemKind::Node(_) => {
                let nodes = &self.facts.package.nodes;
                let declared = nodes.iter().find(|node| node.declared.name_span == name);
                let result = declared.and_then(|node| node.result.as_ref());
                rows = result.and_then(describe::rows).map(|rows| format!("Gives {rows}")).unwrap_or_default();
            }
            _ => {}
        }
        Some(join(&[code(&head), docs, rows]))
    }

    /// An overload of the standard library, and what this call of it gives.
    fn signature(&self, id: SignatureId, span: Span) -> Option<String> {
        let package = self.facts.package;
        let signature = package.signatures.get(id.0 as usize)?;
        let item = package.item(&signature.declared);
        let module = &package.module(signature.declared.module).name;
        let head = code(self.facts.text(item.span).trim());
        let docs = docs_of(package, id);
        Some(join(&[head, self.gives(span).unwrap_or_default(), docs, format!("*{module}*")]))
    }

    /// What the call gives whose name stands at `span`: for a step of a pipe the schema there.
    fn gives(&self, span: Span) -> Option<String> {
        let item = self.facts.item(self.site)?;
        let called = |expr: &&&Expr| matches!(&expr.kind, ExprKind::Call { function, .. } if function.span == span);
        let around = tree::ancestry(item, span);
        let call = around.iter().rev().find(called)?;
        let ty = self.inspection.type_at(call.span)?;
        match describe::rows(ty) {
            Some(rows) => Some(format!("**Gives** `{}`\n\n{rows}", brief(ty))),
            None if ty.is_silent() => None,
            None => Some(format!("**Gives** `{}`", brief(ty))),
        }
    }

    /// `|>`: the table that goes into the step.
    fn pipe(&self, offset: u32) -> Option<Hover> {
        let source = self.facts.package.sources.text(self.facts.package.module(self.site.module).file);
        let at = offset as usize;
        let start = [at, at.saturating_sub(1)]
            .into_iter()
            .find(|start| source.as_bytes().get(*start..).is_some_and(|rest| rest.starts_with(b"|>")))?;
        let file = self.facts.package.module(self.site.module).file;
        let start = u32::try_from(start).ok()?;
        let item = self.facts.item(self.site)?;
        let around = tree::path_to(item, start);
        let call = around.iter().rev().find(|expr| expr.span.contains(start))?;
        let ExprKind::Call { args, .. } = &call.kind else { return None };
        let ty = self.inspection.type_at(args.first()?.value.span)?;
        let rows = describe::rows(ty)?;
        Some(Hover { span: Span::new(file, start, start + 2), text: format!("`{}`\n\n{rows}", brief(ty)) })
    }

    fn argument(&self, of: &Definition, name: &str) -> Option<String> {
        let package = self.facts.package;
        let (item, docs) = match of {
            Definition::Std(ids) => {
                let takes = |id: &&SignatureId| {
                    let signature = &package.signatures[id.0 as usize];
                    signature.ast.params.iter().any(|param| *param.name.text == *name)
                };
                let id = ids.iter().find(takes)?;
                (package.item(&package.signatures[id.0 as usize].declared), docs_of(package, *id))
            }
            Definition::Function(id) => (package.item(&package.functions[id.0 as usize].declared), String::new()),
            Definition::Node(id) => (package.item(&package.nodes[id.0 as usize].declared), String::new()),
            Definition::Pipeline(id) => (package.item(&package.pipelines[id.0 as usize].declared), String::new()),
            _ => return None,
        };
        let param = tree::params(item).iter().find(|param| *param.name.text == *name)?;
        let end = param.default.as_ref().map_or(param.ty.span, |default| default.span);
        let about: Vec<&str> = docs.lines().filter(|line| line.contains(&format!("`{name}`"))).collect();
        Some(join(&[code(self.facts.text(param.name.span.to(end))), about.join("\n")]))
    }

    fn column(&self, mention: &Mention, row: &Row, name: &str) -> String {
        let declared = row.get(name).map(describe::column);
        let head = code(&format!(".{}", declared.unwrap_or_else(|| format!("{name}: unknown"))));
        let rows = row.get(name).map_or(String::new(), |column| described(&column.ty));
        let origins = self.facts.origins_of_column(self.site, mention.span, name);
        join(&[head, self.made(&origins), rows])
    }

    fn field(&self, mention: &Mention, of: &Type, name: &str) -> String {
        let column = match of.non_null() {
            Type::Struct(row) | Type::Record(row) => row.get(name),
            _ => None,
        };
        let head = code(&column.map_or_else(|| format!("{name}: unknown"), describe::column));
        let rows = column.map_or(String::new(), |column| described(&column.ty));
        let item = self.facts.item(self.site);
        let around = item.map(|item| tree::ancestry(item, mention.span)).unwrap_or_default();
        let owner = around.iter().rev().find_map(|expr| match &expr.kind {
            ExprKind::Field { of, name, .. } if name.span == mention.span => Some(&**of),
            _ => None,
        });
        let origins = owner.map_or_else(Vec::new, |of| self.facts.origins_of_field(self.site, of, name));
        join(&[head, self.made(&origins), rows])
    }

    /// Where columns were made.
    fn made(&self, origins: &[Origin<'a>]) -> String {
        let package = self.facts.package;
        let told = origins.iter().map(|origin| {
            let (line, _) = package.sources.line_column(origin.name.file, origin.name.start);
            let path = package.sources.path(origin.name.file);
            match origin.made {
                MadeBy::Declared(column) => {
                    let item = self.facts.item(origin.site);
                    let docs = item.and_then(|item| docs_of_column(item, origin.name)).unwrap_or_default();
                    let within = match item.map(|item| &item.kind) {
                        Some(ItemKind::Schema(schema)) => format!("schema `{}`", schema.name.text),
                        _ => format!("`{}`", column.name.text),
                    };
                    join(&[docs.to_owned(), format!("Declared in {within}, {path}:{line}")])
                }
                MadeBy::Value(value) => {
                    let text = self.facts.text(value.span).split_whitespace().collect::<Vec<_>>().join(" ");
                    format!("Made at {path}:{line} as `{}`", shortened(&text))
                }
            }
        });
        told.collect::<Vec<_>>().join("\n\n")
    }

    /// The name of the declaration itself, of a column where it is declared, of an import.
    fn declared(&self, file: FileId, offset: u32) -> Option<Hover> {
        let found = self.facts.occurrences_at(file, offset);
        let occurrence = found.first()?;
        let site = self.facts.site_of(occurrence.symbol.declared)?;
        let item = self.facts.item(site)?;
        let text = match &item.kind {
            ItemKind::Signature(_) => {
                let ids = (0..).map(SignatureId).zip(&self.facts.package.signatures);
                let mut ids = ids.filter(|(_, it)| it.declared.name_span == occurrence.symbol.declared);
                self.signature(ids.next()?.0, occurrence.span)?
            }
            _ if occurrence.symbol.kind == crate::symbol::SymbolKind::Module => {
                let module = self.facts.module_of(occurrence.symbol.declared.file)?;
                let module = self.facts.package.module(module);
                join(&[code(&format!("use {}", module.name)), module.ast.docs.as_deref().unwrap_or("").to_owned()])
            }
            _ if occurrence.symbol.kind == crate::symbol::SymbolKind::Column => {
                let column =
                    tree::columns(item).into_iter().find(|column| column.name.span == occurrence.symbol.declared);
                let column = column?;
                let last = column.ty.span;
                let start = column.role.as_ref().map_or(column.name.span, |role| role.span);
                let docs = docs_of_column(item, column.name.span).unwrap_or("").to_owned();
                join(&[code(self.facts.text(start.to(last))), docs])
            }
            _ => self.declaration(site, occurrence.symbol.declared)?,
        };
        Some(Hover { span: occurrence.span, text })
    }

    /// A word of a type.
    fn written_type(&self, item: &Item, offset: u32) -> Option<Hover> {
        let mut found = None;
        tree::each_type(item, |ty| {
            if let TypeKind::Named(name, _) = &ty.kind
                && tree::touches(name.span, offset)
            {
                found = Some(name);
            }
        });
        let name = found?;
        let text = words::of_type(&name.text)?;
        Some(Hover { span: name.span, text: join(&[code(&name.text), text.to_owned()]) })
    }

    /// A literal or another expression: its value and its type.
    fn expression(&self, item: &Item, offset: u32) -> Option<Hover> {
        let path = tree::path_to(item, offset);
        let expr = path.last()?;
        let text = self.facts.text(expr.span);
        if let Some(value) = units::value(&expr.kind, text) {
            return Some(Hover { span: expr.span, text: join(&[code(text), value]) });
        }
        let ty = self.inspection.type_at(expr.span)?;
        if ty.is_silent() {
            return None;
        }
        let text = join(&[code(&brief(ty)), described(ty)]);
        Some(Hover { span: expr.span, text })
    }
}

/// The docs of an overload, or those of the first that has some.
pub(crate) fn docs_of(package: &Package, id: SignatureId) -> String {
    let this = &package.signatures[id.0 as usize];
    let own = package.item(&this.declared).docs.as_deref();
    let shared = || {
        let same = package
            .signatures
            .iter()
            .filter(|other| other.declared.module == this.declared.module && other.declared.name == this.declared.name);
        same.filter_map(|other| package.item(&other.declared).docs.as_deref()).next()
    };
    own.or_else(shared).unwrap_or("").to_owned()
}

/// What is written above a column of a schema.
fn docs_of_column(item: &Item, name: Span) -> Option<&str> {
    let ItemKind::Schema(schema) = &item.kind else { return None };
    schema.columns.iter().find(|column| column.column.name.span == name)?.docs.as_deref()
}

fn described(ty: &Type) -> String {
    match ty.non_null() {
        Type::Enum(values) => format!("One of {}.", listed(values)),
        _ => describe::rows(ty).unwrap_or_default(),
    }
}

fn listed(values: &[std::sync::Arc<str>]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    values.join(", ")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{} ..", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Paragraphs without the empty ones.
pub(crate) fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}
