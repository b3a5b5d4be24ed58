//! What can go wrong with a model.

use std::fmt;
use std::path::Path;

/// Which kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The library ONNX Runtime is not there or cannot be opened.
    Library,
    /// A device was asked for that cannot be used.
    Device,
    /// A file that the model consists of is missing.
    Missing,
    /// A file of the model cannot be read or says something that is not understood.
    Model,
    /// What is given to the model does not fit it.
    Input,
    /// The model failed while it ran.
    Run,
    /// A picture cannot be read.
    Picture,
}

/// What went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Which kind of thing.
    pub kind: Kind,
    /// What, with names and numbers.
    pub message: String,
    /// The file or folder, where one is known.
    pub place: Option<String>,
    /// What the library said.
    pub detail: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault of that kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, detail: None, help: None }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: &Path) -> Self {
        self.place.get_or_insert_with(|| place.display().to_string());
        self
    }

    /// Adds what was said by whom we asked.
    #[must_use]
    pub fn detail(mut self, text: impl fmt::Display) -> Self {
        self.detail = Some(text.to_string());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl std::error::Error for Fault {}
