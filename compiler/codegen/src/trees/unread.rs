//! Why a model is not read.

use std::fmt;

/// Why a model is not read: what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The file contradicts itself or its format.
    Broken(String),
    /// The file is sound, and has something in it that is not read here.
    Unsupported(String),
}

impl Unread {
    /// A broken file.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    /// The same, said of a part of the file.
    pub(super) fn within(self, place: impl fmt::Display) -> Self {
        match self {
            Self::Broken(what) => Self::Broken(format!("{place}: {what}")),
            Self::Unsupported(what) => Self::Unsupported(format!("{place}: {what}")),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(what) => f.write_str(what),
            Self::Unsupported(what) => write!(f, "{what}, which is not read"),
        }
    }
}

impl std::error::Error for Unread {}
