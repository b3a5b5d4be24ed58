//! What is declared and never used.

use gml_diagnostics::{Code, Diagnostic, Fix, Span, codes};
use gml_syntax::ast::{ExprKind, Item, ItemKind, UseName};

use super::mentions::Binder;
use super::uses::Uses;
use crate::hash::Set;
use crate::message::declarations as message;
use crate::package::{Declared, Definition, Module, Package};
use crate::removal;
use crate::typed::DatasetId;

/// Reports what nothing uses. A project without pipelines and tests is there for others to use: of it only imports and
/// names within bodies are looked at.
///
/// Where the syntax is broken, what stood there may have been a use: nothing is said of names within such a
/// declaration, nor of any that it could have used.
pub(super) fn report(package: &Package, uses: Uses<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let broken: Vec<Span> =
        diagnostics.iter().filter(|said| said.is_error() && is_syntax(said.code)).map(|said| said.span).collect();
    let in_broken = broken_items(package, &broken);
    for local in &uses.locals {
        let span = local.name.span;
        if in_broken.iter().any(|item| item.file == span.file && item.start <= span.start && span.end <= item.end) {
            continue;
        }
        let help = "leave it out, or begin its name with `_`";
        let renamed = Fix::guess(Span { end: span.start, ..span }, "_").titled("begin its name with `_`");
        let (code, what, fix) = match local.binder {
            // Callers may give it by its name.
            Binder::Parameter => (codes::UNUSED_ARGUMENT, "the argument", renamed),
            Binder::Item => (codes::UNUSED_LET, "the `let`", Fix { safe: true, ..renamed }),
            Binder::Let(bound) => (codes::UNUSED_LET, "the `let`", without_let(package, bound).unwrap_or(renamed)),
        };
        diagnostics.push(message::unused(code, what, &local.name.text, span, help).fix(fix));
    }
    for (name, hidden) in &uses.hiding {
        diagnostics.push(message::hides(&name.text, name.span, hidden.what, hidden.span));
    }
    if !broken.is_empty() {
        return;
    }
    for (module, id) in package.modules.iter().zip(0_usize..).filter(|(module, _)| !module.is_std) {
        let is_idle = |name: &str| uses.idle_imports.get(id).is_some_and(|idle: &Set<&str>| idle.contains(name));
        let beside_used = beside_used(module, is_idle);
        for (name, span) in &module.imports {
            if is_idle(name) && !is_imported_for_others(package, name) && !beside_used.contains(span) {
                let diagnostic = message::unused_import(name, *span);
                diagnostics.push(match without_import(package, module, *span) {
                    Some(fix) => diagnostic.fix(fix),
                    None => diagnostic,
                });
            }
        }
    }
    if package.pipelines.is_empty() && package.tests.is_empty() {
        return;
    }
    let mut report = |code: Code, what: &str, help: &str, declared: &[&Declared], used: &[bool]| {
        for (declared, is_used) in declared.iter().zip(used) {
            let is_own = !package.module(declared.module).is_std && !declared.name.starts_with('_');
            if is_own && !is_used && is_first(package, declared) {
                let diagnostic = message::unused(code, what, &declared.name, declared.name_span, help);
                diagnostics.push(diagnostic.fix(without_declaration(package, declared)));
            }
        }
    };
    let declared: Vec<_> = package.params.iter().map(|param| &param.declared).collect();
    report(codes::UNUSED_PARAM, "the parameter", "leave it out", &declared, &uses.params);
    let declared: Vec<_> = package.schemas.iter().map(|schema| &schema.declared).collect();
    report(codes::UNUSED_SCHEMA, "the schema", "leave it out, or give a table its type", &declared, &uses.schemas);
    let declared: Vec<_> = package.datasets.iter().map(|dataset| &dataset.declared).collect();
    let datasets = uses.datasets.iter().zip(0..).map(|(is_used, id)| *is_used || is_of_a_root(package, DatasetId(id)));
    report(
        codes::UNUSED_DATASET,
        "the catalog entry",
        "read it in a pipeline, save something as it, or leave it out",
        &declared,
        &datasets.collect::<Vec<_>>(),
    );
    let declared: Vec<_> = package.functions.iter().map(|function| &function.declared).collect();
    report(codes::UNUSED_FN, "the function", "call it, or leave it out", &declared, &uses.functions);
    let declared: Vec<_> = package.nodes.iter().map(|node| &node.declared).collect();
    report(codes::UNUSED_NODE, "the node", "call it in a pipeline, or leave it out", &declared, &uses.nodes);
    let declared: Vec<_> = package.connections.iter().map(|connection| &connection.declared).collect();
    report(
        codes::UNUSED_CONNECTION,
        "the connection",
        "read through it in the catalog, or leave it out",
        &declared,
        &uses.connections,
    );
}

/// Leaves a `let` out: what it binds is pure, so nothing else changes.
fn without_let(package: &Package, bound: Span) -> Option<Fix> {
    let text = package.sources.text(bound.file);
    let before = text.get(..bound.start as usize)?.trim_end().strip_suffix("let")?;
    let start = u32::try_from(before.len()).ok()?;
    let span = removal::alone(text, Span { start, ..bound });
    Some(Fix::safe(span, "").titled("remove this `let`"))
}

/// Leaves a name out of its `use`, or all of that where it takes nothing else.
fn without_import(package: &Package, module: &Module, name: Span) -> Option<Fix> {
    let text = package.sources.text(name.file);
    let holds = |item: &&Item| item.span.start <= name.start && name.end <= item.span.end;
    let item = module.ast.items.iter().find(holds)?;
    let ItemKind::Use(taken) = &item.kind else { return None };
    let span = match taken.names.as_slice() {
        [_] => removal::alone(text, item.span),
        names => {
            let own = names.iter().find(|one| one.alias.as_ref().unwrap_or(&one.name).span == name)?;
            removal::item(text, own.name.span.to(name))
        }
    };
    Some(Fix::safe(span, "").titled("remove this import"))
}

/// Leaves a declaration out. Somebody may still want to use it.
fn without_declaration(package: &Package, declared: &Declared) -> Fix {
    let item = package.item(declared);
    let text = package.sources.text(declared.name_span.file);
    let span = match &item.kind {
        ItemKind::Catalog(catalog) => {
            let entry = catalog.entries.iter().find(|entry| entry.name.span == declared.name_span);
            let span = entry.map_or(declared.name_span, |entry| entry.name.span.to(entry.value.span));
            removal::item(text, removal::with_docs(text, span))
        }
        _ => removal::alone(text, removal::with_docs(text, item.span)),
    };
    Fix::guess(span, "").titled(format!("remove `{}`", declared.name))
}

/// Names of the standard library that stand in one `use` with names that are used: what a program chooses from. A
/// name that was given another one was chosen already.
fn beside_used(module: &Module, is_idle: impl Fn(&str) -> bool) -> Vec<Span> {
    let uses = module.ast.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Use(used) if used.path.first().is_some_and(|first| &*first.text == "std") => Some(used),
        _ => None,
    });
    let name = |name: &UseName| name.alias.as_ref().unwrap_or(&name.name).clone();
    uses.filter(|used| used.names.iter().any(|of| !is_idle(&name(of).text)))
        .flat_map(|used| used.names.iter().filter(|of| of.alias.is_none()).map(|of| name(of).span))
        .collect()
}

/// Whether an entry lies below a place that a parameter names. Such a catalog describes a place that several programs
/// share, and each uses a part of it.
fn is_of_a_root(package: &Package, id: DatasetId) -> bool {
    let Some(ExprKind::Call { args, .. }) = package.dataset_ast(id).map(|entry| &entry.value.kind) else {
        return false;
    };
    args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Format(_)))
}

fn is_syntax(code: Code) -> bool {
    code.id() < "GML0100"
}

/// The declarations in which one of the spans begins.
fn broken_items(package: &Package, broken: &[Span]) -> Vec<Span> {
    if broken.is_empty() {
        return Vec::new();
    }
    let items = package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items);
    let holds =
        |item: &Span| broken.iter().any(|span| span.file == item.file && (item.start..=item.end).contains(&span.start));
    items.map(|item| item.span).filter(holds).collect()
}

/// An import of a pipeline is there so that the command finds it.
fn is_imported_for_others(package: &Package, name: &str) -> bool {
    package.pipeline_named(name).is_some()
}

/// Whether the name means this declaration, rather than an earlier one of the same name (which is an error already).
fn is_first(package: &Package, declared: &Declared) -> bool {
    let Some(found) = package.module(declared.module).scope.get(&declared.name) else { return false };
    let other = match found {
        Definition::Param(id) => &package.params[id.0 as usize].declared,
        Definition::Schema(id) => &package.schemas[id.0 as usize].declared,
        Definition::Dataset(id) => &package.datasets[id.0 as usize].declared,
        Definition::Function(id) => &package.functions[id.0 as usize].declared,
        Definition::Node(id) => &package.nodes[id.0 as usize].declared,
        Definition::Connection(id) => &package.connections[*id as usize].declared,
        Definition::Pipeline(_) | Definition::Std(_) | Definition::Alias(_) | Definition::Unknown => return false,
    };
    other.name_span == declared.name_span
}
