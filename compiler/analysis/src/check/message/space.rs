//! Where to look for the arguments of an estimator.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Type, Value as Constant};
use gml_syntax::ast::Name;

use super::calls::kind_of;
use super::{Want, listed, proposing};
use crate::check::learned::Pending;
use crate::suggest::closest;
use crate::typed::LibraryName;

pub(in crate::check) fn record_wanted(want: &Want<'_>, span: Span, ty: Option<&Type>) -> Diagnostic {
    let found = ty.map_or_else(|| "a block".into(), kind_of);
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants the arguments to look for, and this is {found}", want.subject()),
    )
    .with_label("no record")
    .help("write `{ depth: 2..10, leaves: log(4..256) }`, or a list of such records, of which one is chosen each time")
}

/// `over: {}`
pub(in crate::check) fn no_arguments(want: &Want<'_>, span: Span) -> Diagnostic {
    let message = format!("{} names no argument to look for", want.subject());
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("nothing to look for")
        .help("name one with its range: `{ depth: 2..10 }`")
}

pub(in crate::check) fn unknown(name: &Name, calls: &[Arc<Pending<'_>>], tunable: &[LibraryName]) -> Diagnostic {
    let estimators = listed(calls.iter().map(|call| call.signature.name));
    let diagnostic = Diagnostic::new(
        codes::UNKNOWN_SEARCH,
        name.span,
        format!("no estimator that is tuned here has an argument `{}`", name.text),
    )
    .with_label("nothing to look for under this name");
    match closest(&name.text, tunable.iter().copied()) {
        Some(near) => proposing(diagnostic, name.span, Some(near)),
        None if tunable.is_empty() => diagnostic.help(format!("{estimators} can be tuned in nothing")),
        None => diagnostic.help(format!("what can be tuned: {}", listed(tunable.iter().copied()))),
    }
}

pub(in crate::check) fn not_tunable(name: &Name, call: &Pending<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_SEARCH,
        name.span,
        format!("`{}` of `{}` names columns, which cannot be looked for", name.text, call.signature.name),
    )
    .with_label("no value")
    .and(call.syntax.function.span, "the estimator")
    .help("tune its other arguments; columns are chosen by `select_features(..)`")
}

pub(in crate::check) fn decides(name: &Name, call: &Pending<'_>) -> Diagnostic {
    let message = format!(
        "`{}` of `{}` decides on what is learned: models that say different things cannot be compared",
        name.text, call.signature.name
    );
    Diagnostic::new(codes::UNKNOWN_SEARCH, name.span, message)
        .with_label("cannot be looked for")
        .and(call.syntax.function.span, "the estimator")
        .help(format!("give it one value: `{}({}: ..)`", call.signature.name, name.text))
}

/// `leaves: []`
pub(in crate::check) fn nothing(name: &Name, span: Span) -> Diagnostic {
    let message = format!("`{}` is looked for in an empty list, where there is nothing", name.text);
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("no value to choose")
        .help(format!("list the values that it can have, or leave `{}` out of `over`", name.text))
}

/// `l2: log(0.0..1.0)`
pub(in crate::check) fn no_logarithm(name: &Name, from: &Constant, span: Span) -> Diagnostic {
    let message = format!("`{}` is looked for on a logarithmic scale from {from}, which has no logarithm", name.text);
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("begins at 0 or below")
        .help("let the range begin above 0, or leave `log` out")
}

/// `l2: 0.5..0.5`
pub(in crate::check) fn single_value(name: &Name, value: &Constant, span: Span) -> Diagnostic {
    let message =
        format!("`{}` is looked for between {value} and {value}, where there is nothing to choose", name.text);
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("a single value")
        .help("let the range begin below its end; a fixed value is an argument of the estimator")
}

pub(in crate::check) fn search_type(name: &Name, call: &Pending<'_>, due: &Type, ty: &Type, at: Span) -> Diagnostic {
    let is_single = !matches!(ty, Type::Range(_) | Type::Search(_) | Type::List(_));
    let message = if is_single {
        format!("`{}` is looked for among several values, and this is one: {ty}", name.text)
    } else {
        format!("`{}` of `{}` is {due}, and this looks among {ty}", name.text, call.signature.name)
    };
    let diagnostic = Diagnostic::new(codes::SEARCH_TYPE, at, message)
        .with_label(if is_single { "a single value" } else { "values of another type" })
        .and(call.syntax.function.span, "the estimator");
    let example = match due.non_null() {
        Type::Int(_) => "`1..10`, `log(1..1000)` or `[1, 2, 5]`".to_owned(),
        ty if ty.is_numeric() => "`0.0..1.0`, `log(0.001..1.0)` or `[0.1, 0.5]`".to_owned(),
        Type::Enum(values) => {
            let words: Vec<&str> = values.iter().map(|word| &**word).collect();
            format!("a list of its words: `[{}]`", words.join(", "))
        }
        Type::Bool => "`[true, false]`".to_owned(),
        _ => "a list of values".to_owned(),
    };
    if is_single {
        return diagnostic.help(format!(
            "give {example}; a fixed value is an argument of the estimator: `{}({}: ..)`",
            call.signature.name, name.text
        ));
    }
    diagnostic.help(format!("give {example}"))
}

pub(in crate::check) fn ambiguous(name: &Name, first: &Pending<'_>, second: &Pending<'_>) -> Diagnostic {
    let (one, other) = (&first.signature.name, &second.signature.name);
    let diagnostic = Diagnostic::new(
        codes::AMBIGUOUS_SEARCH,
        name.span,
        format!("more than one estimator that is tuned here has an argument `{}`", name.text),
    )
    .with_label("whose?")
    .and(first.syntax.function.span, "this one has it")
    .and(second.syntax.function.span, "and this one");
    if one == other {
        return diagnostic.help("fit the two apart, or give them fixed values");
    }
    diagnostic.help(format!("say which: `{one}: {{ {}: .. }}` or `{other}: {{ {}: .. }}`", name.text, name.text))
}
