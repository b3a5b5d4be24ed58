//! Which rows a reader needs, in words that databases know too.

use std::fmt;
use std::sync::Arc;

use super::wanted::Bound;

/// What holds for every row that is needed. Where a value that it takes is null, a comparison does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// A column compares so with a constant: `==`, `!=`, `<`, `<=`, `>` or `>=`.
    Compare(Bound),
    /// A column is null.
    Null(Arc<str>),
    /// A column is not null.
    Present(Arc<str>),
}

impl Condition {
    /// The columns that it looks at, each as often as it does.
    pub fn columns(&self) -> Vec<&Arc<str>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::columns).collect(),
            Self::Compare(bound) => vec![&bound.column],
            Self::Null(column) | Self::Present(column) => vec![column],
        }
    }

    /// Each of the conditions that hold together.
    pub(crate) fn each<'a>(of: impl IntoIterator<Item = &'a Self>) -> Vec<&'a Self> {
        let mut found = Vec::new();
        for condition in of {
            match condition {
                Self::All(parts) => found.extend(Self::each(parts)),
                other => found.push(other),
            }
        }
        found
    }
}

impl fmt::Display for Condition {
    /// As the program would say it.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |to: &mut fmt::Formatter<'_>, parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            write!(to, "({})", parts.join(between))
        };
        match self {
            Self::All(parts) => joined(to, parts, " and "),
            Self::Any(parts) => joined(to, parts, " or "),
            Self::Compare(Bound { column, op, value }) => write!(to, ".{column} {} {value}", op.symbol()),
            Self::Null(column) => write!(to, ".{column} is null"),
            Self::Present(column) => write!(to, ".{column} is not null"),
        }
    }
}
