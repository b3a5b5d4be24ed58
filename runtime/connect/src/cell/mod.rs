//! From cells of text formats to typed columns. What cannot be read becomes null and is reported.

mod builder;
mod leaf;

pub(crate) use builder::Builder;

use polars::prelude::Series;

use crate::Fault;
use crate::json::Json;
use crate::query::guarded;

/// A column of vectors of `width` numbers each, one behind the other in `numbers`; null where `valid` says so.
///
/// # Errors
/// Where there are not as many numbers as that.
pub fn vectors(name: &str, width: usize, numbers: Vec<f32>, valid: &[bool]) -> Result<Series, Fault> {
    let builder = Builder::Vector { width, items: numbers, valid: valid.to_vec() };
    guarded(|| builder.finish(name.into()))
}

/// A value that is not of its column's type.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Where in the cell: empty, `.key`, `[2].value`.
    pub path: String,
    /// The value, shortened.
    pub value: String,
}

impl Misfit {
    pub(crate) fn of(value: &str) -> Self {
        Self { path: String::new(), value: shortened(value) }
    }

    /// Only texts are in quotes, as JSON writes them.
    fn of_json(value: &Json<'_>) -> Self {
        match value {
            Json::Text(text) => Self::of(text),
            other => Self { path: String::new(), value: cut(&other.to_string()) },
        }
    }

    fn within(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// A value as a message shows it: in quotes, at most 60 characters.
pub(crate) fn shortened(value: &str) -> String {
    format!("{:?}", cut(value))
}

fn cut(value: &str) -> String {
    const LIMIT: usize = 60;
    let mut letters = value.chars();
    let mut shown: String = letters.by_ref().take(LIMIT).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}
