//! Diagnostics for people: source lines with everything drawn in that explains, by miette.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::apart::apart;
use super::excerpt::Excerpt;
use super::visible;
use crate::{Diagnostic, FileId, Severity, Sources, Span};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalStyle {
    /// Whether to colour.
    pub colour: bool,
    /// Whether to draw with box characters, or with ASCII.
    pub unicode: bool,
    /// Columns to wrap messages at; source lines are not wrapped.
    pub width: usize,
}

impl Default for TerminalStyle {
    /// No colour, box characters, 120 columns.
    fn default() -> Self {
        Self { colour: false, unicode: true, width: 120 }
    }
}

/// The fewest columns that miette is asked to wrap to.
const NARROWEST: usize = 20;

/// The diagnostic with its code, the source around each place in whatever file, and the help.
pub fn terminal(diagnostic: &Diagnostic, sources: &Sources, style: TerminalStyle) -> String {
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    // Unicode's line breaking never breaks before a dot, so it takes a list of columns for one long word.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width.max(NARROWEST))
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut text = String::new();
    for report in reports(diagnostic, sources) {
        // The excerpt answers for every place that it was built from. Should miette give up all the same, the message
        // is what must not be lost.
        if handler.render_report(&mut text, &report).is_err() {
            return super::short(diagnostic, sources);
        }
    }
    text
}

/// One report for the file at fault, one for each place in another file; the help comes last.
fn reports<'a>(diagnostic: &Diagnostic, sources: &'a Sources) -> Vec<Report<'a>> {
    let file = diagnostic.span.file;
    let (here, elsewhere): (Vec<_>, Vec<_>) = diagnostic.labels.iter().partition(|label| label.span.file == file);
    let mut places = vec![(diagnostic.span, diagnostic.label.as_deref())];
    places.extend(here.iter().map(|label| (label.span, Some(label.message.as_str()))));

    let code = format!("{}[{}] {}", diagnostic.severity.word(), diagnostic.code, diagnostic.code.name());
    let mut reports = vec![Report::new(Some(code), diagnostic.severity, &diagnostic.message, sources, file, &places)];
    for label in elsewhere {
        let places = [(label.span, None)];
        reports.push(Report::new(None, Severity::Note, &label.message, sources, label.span.file, &places));
    }
    if let Some(last) = reports.last_mut() {
        last.help = diagnostic.help.as_deref().map(|help| visible::message(help).into_owned());
    }
    reports
}

/// What miette draws: a message above the lines of one file.
#[derive(Debug)]
struct Report<'a> {
    code: Option<String>,
    severity: Severity,
    message: String,
    excerpt: Excerpt<'a>,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
}

impl<'a> Report<'a> {
    fn new(
        code: Option<String>,
        severity: Severity,
        message: &str,
        sources: &'a Sources,
        file: FileId,
        places: &[(Span, Option<&str>)],
    ) -> Self {
        let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
        let (excerpt, ranges) = Excerpt::new(sources, file, &spans);
        // Without a file there are no lines to draw, only the message.
        let drawn = if sources.contains(file) { apart(excerpt.text(), &ranges) } else { Vec::new() };
        let labels = drawn
            .into_iter()
            .zip(places)
            .enumerate()
            .map(|(index, (range, (_, text)))| {
                let text = text.map(|text| visible::message(text).into_owned());
                match index {
                    0 => LabeledSpan::new_primary_with_span(text, range),
                    _ => LabeledSpan::new_with_span(text, range),
                }
            })
            .collect();
        Self { code, severity, message: visible::message(message).into_owned(), excerpt, labels, help: None }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
