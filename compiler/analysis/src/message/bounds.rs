//! What becomes too large where functions, nodes and names are written out.

use gml_diagnostics::{Diagnostic, Span, codes};

/// What `name` stands for is an expression of more than `most` parts.
pub(crate) fn too_large(name: &str, most: usize, span: Span) -> Diagnostic {
    let message = format!("`{name}` becomes an expression of more than {} parts here", grouped(most));
    Diagnostic::new(codes::EXPRESSION_TOO_LARGE, span, message)
        .with_label("a function is written out where it is called, and a name where it is used")
        .help("compute what is used more than once as a column of its own, in a `derive` before this one")
}

/// More than `most` bodies of functions and nodes would take the place of one call of `name`.
pub(crate) fn too_many_bodies(name: &str, most: usize, span: Span) -> Diagnostic {
    let message = format!("more than {} calls of functions and nodes come of one call", grouped(most));
    Diagnostic::new(codes::EXPRESSION_TOO_LARGE, span, message)
        .with_label(format!("the call of `{name}` that goes beyond"))
        .help("let fewer functions and nodes call others more than once, or give them the same arguments")
}

/// `10_000`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
