//! `allow(lint)` above a declaration.

use std::collections::HashMap;

use gml_diagnostics::{Code, Diagnostic, FileId, Severity, Span};
use gml_syntax::ast::Name;

use crate::message::declarations as message;
use crate::package::Package;
use crate::suggest::closest;

/// Refuses lints that there are not.
pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for (_, name) in allowed(package) {
        if lint(&name.text).is_some() {
            continue;
        }
        if Code::all().any(|code| is_named(code, &name.text)) {
            diagnostics.push(message::error_allowed(&name.text, name.span));
        } else {
            let names: Vec<String> = lints().map(|code| code.name().replace('-', "_")).collect();
            let proposal = closest(&name.text, names.iter().map(String::as_str));
            diagnostics.push(message::unknown_lint(&name.text, name.span, proposal));
        }
    }
}

/// Takes out the warnings that the declaration they are in allows.
pub(crate) fn retain_unless_allowed(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    let mut by_code: HashMap<(FileId, Code), Vec<Span>> = HashMap::new();
    for (span, name) in allowed(package) {
        if let Some(code) = lint(&name.text) {
            by_code.entry((span.file, code)).or_default().push(span);
        }
    }
    if by_code.is_empty() {
        return;
    }
    diagnostics.retain(|diagnostic| {
        let allowed = by_code.get(&(diagnostic.span.file, diagnostic.code));
        let within = |span: &Span| span.start <= diagnostic.span.start && diagnostic.span.end <= span.end;
        diagnostic.severity == Severity::Error || !allowed.is_some_and(|spans| spans.iter().any(within))
    });
}

fn allowed(package: &Package) -> impl Iterator<Item = (Span, &Name)> {
    let items = package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items);
    items.flat_map(|item| item.allow.iter().map(|name| (item.span, name)))
}

fn lints() -> impl Iterator<Item = Code> {
    Code::all().filter(|code| code.severity() == Severity::Warning)
}

/// The lint of a name as it is written in a program, or of its code.
fn lint(name: &str) -> Option<Code> {
    lints().find(|code| is_named(*code, name))
}

fn is_named(code: Code, name: &str) -> bool {
    code.id() == name || code.name().replace('-', "_") == name
}
