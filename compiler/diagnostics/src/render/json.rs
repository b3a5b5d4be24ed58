//! One JSON object a diagnostic, on one line.

use serde::Serialize;

use crate::{Diagnostic, Sources, Span};

/// The order of the fields is the order in the output, which other programs may rely on.
#[derive(Serialize)]
struct Object<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    span: Option<Position>,
    labels: Vec<LabelObject<'a>>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct LabelObject<'a> {
    message: &'a str,
    file: Option<&'a str>,
    span: Option<Position>,
}

/// Lines and columns from 1, columns in characters; the end is the place behind the last character.
#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl Position {
    /// `None` for a span of no file.
    fn of(span: Span, sources: &Sources) -> Option<Self> {
        sources.contains(span.file).then(|| Self::within(span, sources))
    }

    fn within(span: Span, sources: &Sources) -> Self {
        let (line, column) = sources.line_column(span.file, span.start);
        let (end_line, end_column) = sources.line_column(span.file, span.end.max(span.start));
        Self { line, column, end_line, end_column }
    }
}

/// The diagnostic as one JSON object without a line break; `labels` are the secondary places. `file` and
/// `span` are null for a fault that is in no source.
pub fn json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let object = Object {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        file: path(diagnostic.span, sources),
        span: Position::of(diagnostic.span, sources),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| LabelObject {
                message: &label.message,
                file: path(label.span, sources),
                span: Position::of(label.span, sources),
            })
            .collect(),
        help: diagnostic.help.as_deref(),
    };
    // Nothing but text and numbers, so it cannot fail; the short form says as much if it ever did.
    serde_json::to_string(&object).unwrap_or_else(|_| super::short(diagnostic, sources))
}

fn path(span: Span, sources: &Sources) -> Option<&str> {
    sources.contains(span.file).then(|| sources.path(span.file))
}
