//! The value that every stage reports with.

use crate::{Code, Fix, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program is wrong, or the run failed.
    Error,
    /// The program means something, though hardly what was wanted.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word that people and JSON see: `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A second place that explains the diagnostic, such as "the model was fitted here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, in any file of the program.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// One message to the author of a program: what is wrong, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of fault, with its page.
    pub code: Code,
    /// As the code says, unless a lint level changed it.
    pub severity: Severity,
    /// What is wrong, in one line, with the names at hand.
    pub message: String,
    /// Where it is wrong.
    pub span: Span,
    /// Text at the primary span.
    pub label: Option<String>,
    /// Secondary places.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The same as edits, where they can be given.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic of `code` at `span`, with the severity that the table gives the code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            label: None,
            labels: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Sets the text at the primary span.
    pub fn with_label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Adds a secondary place.
    pub fn and(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Sets what to do about it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Sets the edits that mend the program.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Whether it keeps the program from being run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
