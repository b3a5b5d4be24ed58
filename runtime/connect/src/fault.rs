//! What can go wrong while a program runs.

use std::fmt;

/// The help where nothing was saved to a dataset yet. What is saved by whom only the whole program tells: who knows that may know
/// better.
pub const SAVE_FIRST: &str = "run the pipeline that saves it first";

/// A fault of the data, the files or the environment: what went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its code in the table of `gmlc explain` (`GML0903`).
    pub code: &'static str,
    /// What went wrong, with names and numbers.
    pub message: String,
    /// File, dataset or step, where one is known.
    pub place: Option<String>,
    /// Further lines: offending rows, positions.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault of that code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, details: Vec::new(), help: None }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place.get_or_insert_with(|| place.to_string());
        self
    }

    /// Adds a line.
    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
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
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
