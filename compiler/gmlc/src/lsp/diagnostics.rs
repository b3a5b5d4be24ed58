//! Diagnostics as editors show them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gml_analysis::Analysis;
use gml_diagnostics::{Diagnostic, FileId, Severity};
use gml_ide::Encoding;
use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString,
    PublishDiagnosticsParams,
};

use super::convert::Text;
use super::projects::Program;
use super::server::Server;
use super::{library, uri};

/// What is to be told of all programs with an open file. Files that had diagnostics and have none any more are told so.
pub(super) fn of_all(server: &mut Server) -> Vec<PublishDiagnosticsParams> {
    let open: Vec<PathBuf> = server.documents.paths().filter(|path| !library::holds(path)).cloned().collect();
    let mut programs: Vec<Program> =
        open.iter().filter_map(|path| server.projects.program_of(path, &server.documents)).collect();
    programs.sort();
    programs.dedup();
    server.projects.keep(&programs);
    let mut by_file: BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
    for program in &programs {
        let analysis = server.projects.analysis(program, &server.documents);
        for (path, found) in of_program(program, &analysis, server.client.encoding) {
            let known = by_file.entry(path).or_default();
            // A file of two programs says what both say.
            known.extend(found.into_iter().filter(|new| !known.contains(new)).collect::<Vec<_>>());
        }
    }
    for path in open {
        by_file.entry(path).or_default();
    }
    let now: BTreeSet<PathBuf> = by_file.keys().cloned().collect();
    for gone in server.told.difference(&now) {
        by_file.insert(gone.clone(), Vec::new());
    }
    server.told = now;
    let params = by_file.into_iter().filter_map(|(path, diagnostics)| {
        let version = server.documents.get(&path).map(|document| document.version);
        Some(PublishDiagnosticsParams { uri: uri::of_path(&path)?, diagnostics, version })
    });
    params.collect()
}

fn of_program(
    program: &Program,
    analysis: &Analysis,
    encoding: Encoding,
) -> Vec<(PathBuf, Vec<lsp_types::Diagnostic>)> {
    let package = &analysis.package;
    // Those of `gml.toml` too, which is no module.
    let is_std = |file: FileId| package.modules.iter().any(|module| module.file == file && module.is_std);
    let mut own: Vec<FileId> = analysis.diagnostics.iter().map(|it| it.span.file).collect();
    own.sort_unstable();
    own.dedup();
    own.retain(|file| package.sources.contains(*file) && !is_std(*file));
    let mut found = Vec::new();
    for file in own {
        let here: Vec<&Diagnostic> = analysis.diagnostics.iter().filter(|it| it.span.file == file).collect();
        let text = Text::new(package.sources.text(file), encoding);
        let told = here.into_iter().map(|it| of_one(program, analysis, it, &text, encoding)).collect();
        found.push((program.outer(package.sources.path(file)), told));
    }
    found
}

/// One diagnostic.
pub(super) fn of_one(
    program: &Program,
    analysis: &Analysis,
    diagnostic: &Diagnostic,
    text: &Text<'_>,
    encoding: Encoding,
) -> lsp_types::Diagnostic {
    let code = diagnostic.code;
    let mut message = diagnostic.message.clone();
    if let Some(label) = &diagnostic.label {
        message.push_str(&format!("\n{label}"));
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let related = diagnostic.labels.iter().filter_map(|label| {
        let location = location(program, analysis, label.span.file, encoding, |text| text.range(label.span))?;
        Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
    });
    let related: Vec<_> = related.collect();
    lsp_types::Diagnostic {
        range: text.range(diagnostic.span),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(code.id().to_owned())),
        code_description: library::page_of(code).map(|href| CodeDescription { href }),
        source: Some("gmlc".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: code.name().starts_with("unused").then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// A place of any file of a program, those of the standard library included.
pub(super) fn location(
    program: &Program,
    analysis: &Analysis,
    file: FileId,
    encoding: Encoding,
    range: impl FnOnce(&Text<'_>) -> lsp_types::Range,
) -> Option<Location> {
    let sources = &analysis.package.sources;
    if !sources.contains(file) {
        return None;
    }
    let is_std = analysis.package.modules.iter().any(|module| module.file == file && module.is_std);
    let path = if is_std { library::file_of(sources.path(file))? } else { program.outer(sources.path(file)) };
    let text = Text::new(sources.text(file), encoding);
    Some(Location { uri: uri::of_path(&path)?, range: range(&text) })
}
