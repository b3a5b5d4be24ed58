//! What is declared and never used.

use gml_diagnostics::{Code, Diagnostic, Span, codes};

use super::uses::Uses;
use crate::message::declarations as message;
use crate::package::{Declared, Definition, ModuleId, Package};

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
        let (code, what, help) = match local.is_parameter {
            true => (codes::UNUSED_ARGUMENT, "the argument", "leave it out, or begin its name with `_`"),
            false => (codes::UNUSED_LET, "the `let`", "leave it out, or begin its name with `_`"),
        };
        diagnostics.push(message::unused(code, what, &local.name.text, local.name.span, help));
    }
    if !broken.is_empty() {
        return;
    }
    for (module, id) in package.modules.iter().zip(0..).filter(|(module, _)| !module.is_std) {
        for (name, span) in &module.imports {
            if uses.idle_imports.contains(&(ModuleId(id), &**name)) && !is_imported_for_others(package, name) {
                diagnostics.push(message::unused_import(name, *span));
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
                diagnostics.push(message::unused(code, what, &declared.name, declared.name_span, help));
            }
        }
    };
    let declared: Vec<_> = package.params.iter().map(|param| &param.declared).collect();
    report(codes::UNUSED_PARAM, "the parameter", "leave it out", &declared, &uses.params);
    let declared: Vec<_> = package.schemas.iter().map(|schema| &schema.declared).collect();
    report(codes::UNUSED_SCHEMA, "the schema", "leave it out, or give a table its type", &declared, &uses.schemas);
    let declared: Vec<_> = package.datasets.iter().map(|dataset| &dataset.declared).collect();
    report(
        codes::UNUSED_DATASET,
        "the catalog entry",
        "read it in a pipeline, save something as it, or leave it out",
        &declared,
        &uses.datasets,
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
