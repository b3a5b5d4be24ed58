//! Nodes in other languages: `python(file, function)`, `sql(text)`.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;
use gml_syntax::ast::{Argument, ExprKind, Name};

use crate::message::declarations as message;
use crate::suggest::closest;

/// Languages with the names of their arguments, in order; all are texts, and none may be left out.
const LANGUAGES: [(&str, &[&str]); 2] = [("python", &["file", "function"]), ("sql", &["text"])];

pub(super) fn check(
    language: &Name,
    args: &[Argument],
    span: Span,
    result: Option<&Type>,
    result_span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((name, wanted)) = LANGUAGES.into_iter().find(|(name, _)| *name == &*language.text) else {
        let proposal = closest(&language.text, LANGUAGES.into_iter().map(|(name, _)| name));
        diagnostics.push(message::unknown_language(&language.text, language.span, proposal));
        return;
    };
    let mut given = vec![false; wanted.len()];
    for (place, arg) in args.iter().enumerate() {
        let place = match &arg.name {
            Some(label) => match wanted.iter().position(|name| *name == &*label.text) {
                Some(place) => place,
                None => {
                    diagnostics.push(message::foreign_unknown_argument(name, &label.text, label.span, wanted));
                    continue;
                }
            },
            None if place < wanted.len() => place,
            None => {
                diagnostics.push(message::foreign_too_many(name, arg.value.span, wanted));
                continue;
            }
        };
        if std::mem::replace(&mut given[place], true) {
            diagnostics.push(message::foreign_duplicate_argument(name, wanted[place], arg.value.span));
        }
        match &arg.value.kind {
            ExprKind::Text(text) if text.trim().is_empty() => {
                diagnostics.push(message::foreign_empty(name, wanted[place], arg.value.span));
            }
            ExprKind::Text(_) | ExprKind::Error => {}
            _ => diagnostics.push(message::foreign_needs_text(name, wanted[place], arg.value.span)),
        }
    }
    let missing = wanted.iter().zip(&given).filter(|(_, given)| !**given);
    diagnostics.extend(missing.map(|(argument, _)| message::foreign_missing_argument(name, argument, span)));
    match result {
        None => diagnostics.push(message::foreign_columns(name, result_span)),
        Some(Type::Table(_) | Type::Unknown | Type::Error) => {}
        Some(other) => diagnostics.push(message::foreign_result(name, other, result_span)),
    }
}
