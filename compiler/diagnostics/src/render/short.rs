//! One line a diagnostic, as compilers have always printed them, by codespan-reporting.

use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{Config, DisplayStyle, emit_into_string};

use super::visible;
use crate::{Diagnostic, FileId, Severity, Sources};

/// `main.gml:12:9: error[GML0301]: message`, with a line break at the end; without the place where there is none.
pub fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Note => codespan::Severity::Note,
    };
    let span = diagnostic.span;
    let start = sources.boundary(span.file, span.start);
    let end = sources.boundary(span.file, span.end).max(start);
    let message = visible::line(&diagnostic.message);
    let mut line = codespan::Diagnostic::new(severity).with_code(diagnostic.code.id()).with_message(message.as_ref());
    if sources.contains(span.file) {
        line = line.with_label(codespan::Label::primary(span.file, start..end));
    }
    let config = Config { display_style: DisplayStyle::Short, ..Config::default() };
    emit_into_string(&config, &Renderable(sources), &line)
        .unwrap_or_else(|_| format!("{}[{}]: {message}\n", diagnostic.severity.word(), diagnostic.code))
}

/// The sources as codespan-reporting asks for them.
struct Renderable<'a>(&'a Sources);

impl<'a> Files<'a> for Renderable<'a> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(self.0.path(id))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(self.0.text(id))
    }

    fn line_index(&'a self, id: FileId, at: usize) -> Result<usize, Error> {
        Ok(self.0.line_index(id, at))
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        self.0.line_range(id, line).ok_or(Error::LineTooLarge { given: line, max: 0 })
    }
}
