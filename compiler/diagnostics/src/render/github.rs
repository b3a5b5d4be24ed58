//! Annotations of a GitHub workflow: one command a line, which the runner shows at the place in a pull request.

use std::fmt::Write;

use super::visible;
use crate::{Diagnostic, Severity, Sources, Span};

/// `::error file=main.gml,line=6,col=44,endLine=6,endColumn=52,title=GML0301 unknown-column::message`, with a line break
/// at the end. Other places and the help follow the message; without a place the annotation belongs to the whole run.
pub fn github(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut text = format!("::{command} ");
    if sources.contains(diagnostic.span.file) {
        let Span { file, start, end } = diagnostic.span;
        let (line, column) = sources.line_column(file, start);
        let (end_line, end_column) = sources.line_column(file, end.max(start));
        let path = property(sources.path(file));
        // Writing to a text cannot fail.
        let _ = write!(text, "file={path},line={line},col={column},endLine={end_line},endColumn={end_column},");
    }
    let title = property(&format!("{} {}", diagnostic.code, diagnostic.code.name()));
    let _ = writeln!(text, "title={title}::{}", data(&body(diagnostic, sources)));
    text
}

/// The message with all that explains it, over several lines.
fn body(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut body = visible::line(&diagnostic.message).into_owned();
    for label in &diagnostic.labels {
        let message = visible::line(&label.message);
        if sources.contains(label.span.file) {
            let (line, column) = sources.line_column(label.span.file, label.span.start);
            let _ = write!(body, "\n{}:{line}:{column}: {message}", sources.path(label.span.file));
        } else {
            let _ = write!(body, "\n{message}");
        }
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(body, "\nhelp: {}", visible::line(help));
    }
    body
}

/// Text behind `::`, where a line break would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
