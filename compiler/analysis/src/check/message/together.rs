//! Arguments that do not go together.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Type, Value as Constant};

pub(in crate::check) fn no_models(span: Span) -> Diagnostic {
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, "`blend` has no models to blend")
        .with_label("an empty list")
        .help("give at least one: `blend([model])`")
}

pub(in crate::check) fn as_many_weights(weights: usize, models: usize, span: Span, at: Span) -> Diagnostic {
    let message = format!("`weights` of `blend` are {weights}, and there {} to be weighed", of_models(models));
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label(format!("{weights} of them"))
        .and(at, format!("{models} of these"))
        .help("give a weight for each model, or leave `weights` out")
}

fn of_models(count: usize) -> String {
    if count == 1 { "is one model".to_owned() } else { format!("are {count} models") }
}

pub(in crate::check) fn all_weights_zero(span: Span) -> Diagnostic {
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, "`weights` of `blend` are all 0, so no model counts")
        .with_label("nothing but 0")
        .help("give a weight above 0 to those that are to count, or leave `weights` out")
}

pub(in crate::check) fn no_positives(objective: &str, span: Span, decided_by: Span) -> Diagnostic {
    let message = format!("`positive_weight` has a meaning for a bool only, and the objective is {objective}");
    let diagnostic = Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("there are no positives to weigh")
        .help("leave it out; to let rows count differently, give a column the role `weight`");
    if decided_by == span { diagnostic } else { diagnostic.and(decided_by, "this objective") }
}

pub(in crate::check) fn bounds_that_rise(bounds: &Constant, span: Span) -> Diagnostic {
    let message = format!("`bounds` of `bucketize` is {bounds}, and must be numbers that rise");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("do not rise")
        .help("write the bounds from the smallest to the largest: `[18.0, 30.0, 50.0]`")
}

pub(in crate::check) fn low_above_high(low: f64, high: f64, span: Span) -> Diagnostic {
    let message = format!("`low` of `clip` is {low}, which is above `high`, {high}");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("nothing lies between the two")
        .help("give `low` the smaller share: `low: 1%, high: 99%`")
}

pub(in crate::check) fn shared_by_heads(dimension: i64, heads: i64, span: Span) -> Diagnostic {
    let message = format!("`heads` of `sasrec` is {heads}, and {dimension} numbers cannot be shared by so many alike");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("does not divide `dimension`")
        .help("give a `dimension` that is a multiple of `heads`")
}

pub(in crate::check) fn important_for_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::NO_TARGET,
        span,
        "`select_features` keeps what matters for the target, and these rows have none",
    )
    .with_label("which of them matter?")
    .help("say in the schema which column is the target, `target outcome: bool`, or leave `keep` out")
}

/// `written`: where the two stand, in a list that is written out.
pub(in crate::check) fn equal_windows(window: &Constant, written: Option<(Span, Span)>, span: Span) -> Diagnostic {
    let which = if *window == Constant::Null { "all rows".to_owned() } else { window.to_string() };
    let message = format!("two windows of `synthesize` are both {which}, and would make the same columns");
    let diagnostic = match written {
        Some((first, second)) => Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, second, message)
            .with_label("the same stretch of time")
            .and(first, "is here already"),
        None => Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message).with_label("has a window twice"),
    };
    diagnostic.help("leave one of them out")
}

pub(in crate::check) fn width_and_height(sides: usize, span: Span) -> Diagnostic {
    let message = format!(
        "`resize` of `images` is {sides} number{}, and a picture has a width and a height",
        super::plural(sides)
    );
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("not two of them")
        .help("write for example `resize: [128, 128]`")
}

pub(in crate::check) fn within_no_time(name: &str, ty: &Type, span: Span, at: Span) -> Diagnostic {
    let message = format!("`within` of `join` is a length of time, and `.{name}` is {ty}");
    Diagnostic::new(codes::TYPE_MISMATCH, span, message)
        .with_label("a length of time")
        .and(at, format!("this is {ty}"))
        .help("leave `within` out, or join at a date or a timestamp")
}

pub(in crate::check) fn no_columns(function: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, format!("`{name}` of `{function}` names no column"))
        .with_label("an empty list")
        .help("name at least one: `[.x]`")
}

pub(in crate::check) fn no_tables(span: Span) -> Diagnostic {
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, "`union` has no tables to put together")
        .with_label("an empty list")
        .help("give at least one: `union([a, b])`")
}

pub(in crate::check) fn more_than_base(wanted: i64, width: u32, span: Span, base: Span) -> Diagnostic {
    let message = format!("`dimension` of `image_encoder` is {wanted}, and `base` gives {width} numbers");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("more than there are")
        .and(base, format!("gives {width} numbers"))
        .help(format!("give `dimension` a value up to {width}"))
}

pub(in crate::check) fn nothing_to_compare(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NO_FEATURES, span, "there is no column that could have drifted: every one has a role")
        .with_label("names, moments and weights are not compared")
        .help("compare rows that have a column without a role, or a target")
}
