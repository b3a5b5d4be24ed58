//! Nulls.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::Type;
use gml_syntax::ast::Name;

use super::{Want, before, behind, guess, safe, short};
use crate::check::value::{Space, Value};

/// A constant that could stand for null.
fn stand_in(ty: &Type) -> &'static str {
    match ty.non_null() {
        Type::Bool => "false",
        Type::Int(_) => "0",
        Type::Float | Type::Float32 | Type::Decimal { .. } => "0.0",
        ty if ty.is_text() => "\"\"",
        Type::Duration => "0s",
        _ => UNKNOWN,
    }
}

/// Stands where the author has to choose a value.
const UNKNOWN: &str = "..";

/// Whether a `??` behind a text would belong to the last part of it only, or could not stand there.
fn reaches_behind(text: &str) -> bool {
    text.split_whitespace().any(|word| matches!(word, "if" | "match" | "for" | "|>"))
}

pub(in crate::check) fn not_allowed(value: &Value<'_>, to: &Type, want: &Want<'_>, text: &str) -> Diagnostic {
    let reaches = reaches_behind(text);
    let text = short(text);
    let message = format!("{} wants {to}, and `{text}` may be null", want.subject());
    let instead = stand_in(to);
    let whole = if reaches { format!("({text})") } else { text };
    let diagnostic = Diagnostic::new(codes::NULL_NOT_ALLOWED, value.span(), message)
        .with_label(format!("this is {}", value.ty()))
        .help(match value.space {
            Space::Row => format!(
                "say what stands for null: `{whole} ?? {instead}`; or look at rows that have it: `filter({whole} is not null)`"
            ),
            _ => format!("say what stands for null: `{whole} ?? {instead}`"),
        });
    let diagnostic = want.declared(diagnostic, to);
    if instead == UNKNOWN {
        return diagnostic;
    }
    let fix = match want {
        _ if reaches => guess(before(value.span()), "(").and(behind(value.span()), format!(") ?? {instead}")),
        // It may stand in front of a method call, which would take the `??` apart.
        Want::Argument { .. } => guess(before(value.span()), "(").and(behind(value.span()), format!(" ?? {instead})")),
        _ => guess(behind(value.span()), format!(" ?? {instead}")),
    };
    diagnostic.fix(fix.titled(format!("put `{instead}` where it is null")))
}

pub(in crate::check) fn nullable_condition(value: &Value<'_>, operator: &str, text: &str) -> Diagnostic {
    let text = short(text);
    Diagnostic::new(
        codes::NULLABLE_CONDITION,
        value.span(),
        format!("the condition of `{operator}` may be null, which is neither true nor false"),
    )
    .with_label(format!("this is {}", value.ty()))
    .help(format!("say what null counts as: `({text}) ?? false`"))
    .fix(
        guess(before(value.span()), "(")
            .and(behind(value.span()), ") ?? false")
            .titled("count null as false: `(..) ?? false`"),
    )
}

pub(in crate::check) fn field_of_nullable(name: &Name, of: Span, ty: &Type) -> Diagnostic {
    Diagnostic::new(
        codes::FIELD_OF_NULLABLE,
        name.span,
        format!("`.{}` is read of a value that may be null", name.text),
    )
    .with_label("there may be nothing to read it of")
    .and(of, format!("this is {}", brief(ty)))
    .help(format!("write `?.{}`, which is null where the value is", name.text))
    .fix(guess(before(Span { start: of.end, ..name.span }), "?"))
}

/// A type without the fields of its struct.
fn brief(ty: &Type) -> String {
    match ty {
        Type::Nullable(inner) if matches!(**inner, Type::Struct(_)) => "a struct that may be null".into(),
        ty => ty.to_string(),
    }
}

pub(in crate::check) fn needless_safe_access(name: &Name, of: Span) -> Diagnostic {
    let dot = Span { start: of.end, end: name.span.start, ..name.span };
    Diagnostic::new(codes::NEEDLESS_SAFE_ACCESS, name.span, "`?.` reads a field of a value that is never null")
        .with_label(format!("`.{}` will do", name.text))
        .help("leave out the `?`")
        .fix(safe(dot, "."))
}

pub(in crate::check) fn needless_default(of: Span, default: Span, ty: &Type) -> Diagnostic {
    Diagnostic::new(codes::NEEDLESS_DEFAULT, default, "`??` stands behind a value that is never null")
        .with_label("never used")
        .and(of, format!("this is {ty}"))
        .help("leave out the `??` and what follows")
        .fix(safe(Span { start: of.end, ..default }, ""))
}

pub(in crate::check) fn needless_null_check(ty: &Type, of: Span, span: Span, negated: bool) -> Diagnostic {
    let always = if negated { "true" } else { "false" };
    Diagnostic::new(codes::NEEDLESS_NULL_CHECK, span, format!("this is always {always}: the value is never null"))
        .with_label("nothing to check")
        .and(of, format!("this is {ty}"))
        .help("leave the check out")
        .fix(guess(span, always))
}

pub(in crate::check) fn compared_with_null(text: &str, negated: bool, span: Span) -> Diagnostic {
    let is = if negated { "is not null" } else { "is null" };
    let operator = if negated { "!=" } else { "==" };
    Diagnostic::new(codes::COMPARED_WITH_NULL, span, format!("`{operator} null` is never true: nothing equals null"))
        .with_label("null, for every row")
        .help(format!("write `{} {is}`", short(text)))
        .fix(safe(span, format!("{text} {is}")))
}
