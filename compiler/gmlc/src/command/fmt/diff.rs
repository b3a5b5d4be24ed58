//! What formatting would change.

use std::fmt::Write;

use similar::TextDiff;

/// How many lines of a file's differences are shown: enough to see what it is about.
const LINES: usize = 24;

/// The first lines that formatting a file changes, in the form of `diff -u`, and how many more there are.
pub fn diff(name: &str, before: &str, after: &str) -> String {
    let formatted = format!("{name} (formatted)");
    let whole =
        TextDiff::from_lines(before, after).unified_diff().context_radius(1).header(name, &formatted).to_string();
    let mut lines = whole.lines();
    let mut shown = String::new();
    for line in lines.by_ref().take(LINES) {
        let _ = writeln!(shown, "{line}");
    }
    let more = lines.count();
    if more > 0 {
        let _ = writeln!(shown, "({more} more lines of {name} that differ or stand around those)");
    }
    shown
}
