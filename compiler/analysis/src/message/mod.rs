//! The wording of diagnostics, one function each. What decides whether one is given stands where it is called.

pub(crate) mod bounds;
pub(crate) mod configuration;
pub(crate) mod contracts;
pub(crate) mod declarations;
pub(crate) mod foreign;
pub(crate) mod imports;
pub(crate) mod partitions;
pub(crate) mod places;
pub(crate) mod types;

use gml_diagnostics::{Diagnostic, Fix, Span};

/// `` `a`, `b` and `c` ``
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Proposes another name at `span`, where one is near.
pub(crate) fn proposing(diagnostic: Diagnostic, span: Span, proposal: Option<&str>) -> Diagnostic {
    let Some(proposal) = proposal else { return diagnostic };
    diagnostic.help(format!("did you mean `{proposal}`?")).fix(Fix::guess(span, proposal))
}
