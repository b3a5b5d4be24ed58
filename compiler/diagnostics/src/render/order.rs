//! What stands around the single diagnostics: their order and the closing line.

use crate::{Diagnostic, Severity};

/// Sorts by file, place and severity, so that output does not depend on the order in which stages found things.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|left, right| {
        let key = |one: &Diagnostic| (one.span.file, one.span.start, one.severity, one.code, one.span.end);
        key(left).cmp(&key(right)).then_with(|| left.message.cmp(&right.message))
    });
}

/// How many there are of each severity: `2 errors, 1 warning`; `no problems` if there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let count = diagnostics.iter().filter(|one| one.severity == severity).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", severity.word()))
        })
        .collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}
