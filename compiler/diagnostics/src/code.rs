//! The type of a code.

use std::fmt;

use crate::Severity;
use crate::codes::TABLE;

/// A kind of diagnostic: stable, documented, never reused. The constants stand in [`codes`](crate::codes).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub(crate) u16);

/// What the table says of a code.
pub(crate) struct Entry {
    pub id: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    pub summary: &'static str,
    pub page: &'static str,
}

impl Code {
    /// The stable number, such as `GML0301`.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The name for people, such as `unknown-column`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The severity that a diagnostic of this code has unless a lint level says otherwise.
    pub fn severity(self) -> Severity {
        self.entry().severity
    }

    /// What the code means, in one line.
    pub fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// The page of the code, in Markdown: what `gmlc explain` prints.
    pub fn page(self) -> &'static str {
        self.entry().page
    }

    /// The code with this id (`GML0301`, in any case) or this name (`unknown-column`, also as `allow` has it:
    /// `unknown_column`).
    pub fn find(id_or_name: &str) -> Option<Code> {
        let name = id_or_name.replace('_', "-");
        Code::all().find(|code| code.id().eq_ignore_ascii_case(id_or_name) || code.name() == name)
    }

    /// Every code, by id.
    pub fn all() -> impl Iterator<Item = Code> {
        (0u16..).zip(TABLE).map(|(index, _)| Code(index))
    }

    fn entry(self) -> &'static Entry {
        &TABLE[usize::from(self.0)]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.id(), self.name())
    }
}
