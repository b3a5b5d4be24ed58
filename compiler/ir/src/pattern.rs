//! Paths with `*` and `**` in them, which stand for many files.

use glob::{MatchOptions, Pattern, PatternError};

/// How names match patterns: letter by letter, and a single `*` within a folder.
pub const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Whether the path is a pattern of many files.
#[must_use]
pub fn is_pattern(path: &str) -> bool {
    path.contains('*')
}

/// The text of a pattern in which only `*` and `**` are more than letters.
#[must_use]
pub fn literal(text: &str) -> String {
    text.replace('[', "[[]").replace('?', "[?]")
}

/// The pattern that names are held against, with [`OPTIONS`].
///
/// # Errors
/// Where `**` does not stand alone between slashes.
pub fn pattern(text: &str) -> Result<Pattern, PatternError> {
    Pattern::new(&literal(text))
}
