//! Diagnostics of small projects as text, for snapshots.

use gml_diagnostics::{Diagnostic, Sources, Span};

use crate::package::Package;
use crate::world::MemoryWorld;
use crate::{declare, resolve};

/// Resolves the files (the first is the main one) and checks their declarations.
pub(crate) fn project(files: &[(&str, &str)]) -> (Package, Vec<Diagnostic>) {
    let world = MemoryWorld::new(files.iter().copied());
    let (package, mut diagnostics) = resolve::resolve(&world, files[0].0);
    declare::declarations(&package, None, &mut diagnostics);
    declare::settle_allowed(&package, &mut diagnostics);
    (package, diagnostics)
}

/// What is said of the files.
pub(crate) fn told(files: &[(&str, &str)]) -> String {
    let (package, diagnostics) = project(files);
    let told: Vec<String> = diagnostics.iter().map(|diagnostic| one(&package.sources, diagnostic)).collect();
    if told.is_empty() { "nothing".into() } else { told.join("\n") }
}

/// What is said of one file.
pub(crate) fn told_of(text: &str) -> String {
    told(&[("main.gml", text)])
}

fn one(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place = |span: Span| {
        let (line, column) = sources.line_column(span.file, span.start);
        let text = sources.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("");
        format!("{}:{line}:{column} `{}`", sources.path(span.file), text.replace('\n', " "))
    };
    let mut told = format!("{} {} at {}", diagnostic.code.id(), diagnostic.message, place(diagnostic.span));
    if let Some(label) = &diagnostic.label {
        told += &format!("\n  here: {label}");
    }
    for label in &diagnostic.labels {
        told += &format!("\n  {}: {}", place(label.span), label.message);
    }
    if let Some(help) = &diagnostic.help {
        told += &format!("\n  help: {help}");
    }
    // What is unused is taken out, which the tests of `mend` show.
    if let Some(fix) = diagnostic.fix.as_ref().filter(|_| !diagnostic.code.name().starts_with("unused-")) {
        for edit in &fix.edits {
            told += &format!("\n  fix: {} -> {}", place(edit.span), edit.replacement);
        }
    }
    told
}
