//! From cells of text formats to typed columns. What cannot be read becomes null and is reported.

mod builder;
mod leaf;

pub(crate) use builder::Builder;

/// A value that is not of its column's type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Misfit {
    /// Where in the cell: empty, `.key`, `[2].value`.
    pub(crate) path: String,
    /// The value, shortened.
    pub(crate) value: String,
}

impl Misfit {
    pub(crate) fn of(value: &str) -> Self {
        Self { path: String::new(), value: shortened(value) }
    }

    fn within(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// A value as a message shows it: in quotes, at most 60 characters.
pub(crate) fn shortened(value: &str) -> String {
    const LIMIT: usize = 60;
    let mut letters = value.chars();
    let mut shown: String = letters.by_ref().take(LIMIT).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    format!("{shown:?}")
}
