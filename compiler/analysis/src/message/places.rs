//! Entries that are stored in one place.

use gml_diagnostics::{Diagnostic, codes};

use crate::typed::TypedDataset;

/// What is written under one entry changes another.
pub(crate) fn same_place(first: &TypedDataset, second: &TypedDataset) -> Diagnostic {
    let message = format!("`{}` and `{}` are stored in the same place", first.name, second.name);
    Diagnostic::new(codes::SAME_PLACE, second.span, message)
        .and(first.span, format!("`{}` is stored there too", first.name))
        .help("give one of them another path: what is saved under one would change the other")
}
