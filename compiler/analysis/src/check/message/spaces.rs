//! Spaces: what is known when, and what stands for one value where.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Row, Type};
use gml_syntax::ast::{Name, SignatureKind};

use super::calls::kind_of;
use super::{Want, guess, short};
use crate::check::call::Syntax;
use crate::check::frame::{Frame, FrameKind};
use crate::check::signature::Signature;
use crate::check::value::{Space, Value};

/// Aggregates that make one value of a column of a type, the likeliest first.
fn aggregates_of(ty: &Type) -> &'static str {
    match ty.non_null() {
        Type::Bool => "any(..), all(..) or first(..)",
        ty if ty.is_numeric() => "sum(..), mean(..), min(..) or first(..)",
        ty if ty.is_temporal() => "min(..), max(..) or first(..)",
        _ => "first(..), mode(..) or distinct_count(..)",
    }
}

fn likeliest(ty: &Type) -> &'static str {
    match ty.non_null() {
        Type::Bool => "any",
        ty if ty.is_numeric() => "sum",
        ty if ty.is_temporal() => "min",
        _ => "first",
    }
}

pub(in crate::check) fn aggregate_needed(name: &Name, span: Span, ty: &Type, frame: &Frame, keys: &Row) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::AGGREGATE_NEEDED,
        span,
        format!("a group has many values of `.{}`, and one is due", name.text),
    )
    .with_label("one value a row")
    .and(frame.span, "one row a group comes out of this")
    .help(format!(
        "make one value of them: `{}(.{})`; {} would do{}",
        likeliest(ty),
        name.text,
        aggregates_of(ty),
        if keys.columns.is_empty() { String::new() } else { format!(", or group by it: `by: [.., .{}]`", name.text) }
    ));
    diagnostic.fix(guess(span, format!("{}(.{})", likeliest(ty), name.text)))
}

pub(in crate::check) fn row_expression_needed(
    signature: &Signature,
    syntax: &Syntax<'_>,
    frame: Option<&Frame>,
    text: &str,
) -> Diagnostic {
    let name = &signature.name;
    let kind =
        if signature.kind == SignatureKind::Aggregate { "one value of many rows" } else { "a value by other rows" };
    let operator = frame.map_or("", |frame| frame.operator);
    let diagnostic = Diagnostic::new(
        codes::ROW_EXPRESSION_NEEDED,
        syntax.own_span(),
        format!("`{name}` is {kind}, and `{operator}` wants a value of each row by itself"),
    )
    .with_label("looks at more than the row at hand");
    let diagnostic = match frame {
        Some(frame) if frame.span.file == syntax.span.file => {
            diagnostic.and(frame.span, format!("the row of this `{}`", frame.operator))
        }
        _ => diagnostic,
    };
    match frame.map(|frame| &frame.kind) {
        Some(FrameKind::Items) => diagnostic.help(
            "lists have functions of their own: sum_items, mean_items, min_items, max_items, length, any_item, all_items",
        ),
        _ => diagnostic.help(format!(
            "make it a column first: `|> derive(over: [.key]) {{ {name}_of_key = {} }} |> {operator}(..)`",
            short(text)
        )),
    }
}

pub(in crate::check) fn aggregate_outside(signature: &Signature, syntax: &Syntax<'_>) -> Diagnostic {
    let name = &signature.name;
    let is_aggregate = signature.kind == SignatureKind::Aggregate;
    let code = codes::ROW_EXPRESSION_NEEDED;
    let what = if is_aggregate { "an aggregate" } else { "a window function" };
    let help = if is_aggregate {
        format!("use it in a `group`: `table |> group {{ x = {name}(..) }}`")
    } else {
        format!("use it in a `derive`: `table |> derive(over: [.key], order: [.time]) {{ x = {name}(..) }}`")
    };
    Diagnostic::new(code, syntax.function.span, format!("`{name}` is {what}, and there are no rows here"))
        .with_label("of which rows?")
        .help(help)
}

pub(in crate::check) fn nested_aggregate(
    signature: &Signature,
    syntax: &Syntax<'_>,
    outer: &str,
    at: Span,
) -> Diagnostic {
    let name = &signature.name;
    Diagnostic::new(
        codes::NESTED_AGGREGATE,
        syntax.function.span,
        format!("`{name}` stands within `{outer}`, which looks at the values of single rows"),
    )
    .with_label("looks at several rows itself")
    .and(at, "the outer one")
    .help(format!("make it a column in a step of its own before: `|> derive(over: [.key]) {{ x = {name}(..) }}`"))
}

pub(in crate::check) fn window_in_group(syntax: &Syntax<'_>, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::AGGREGATE_NEEDED,
        syntax.own_span(),
        format!("`{}` gives a value for each row, and a group wants one", syntax.function.text),
    )
    .with_label("one value a row")
    .help(format!("make one value of them: `mean({})`", short(text)))
}

pub(in crate::check) fn order_needed(syntax: &Syntax<'_>, frame: Option<&Frame>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::ORDER_NEEDED,
        syntax.own_span(),
        format!("`{}` depends on the order of the rows, and none is given", syntax.function.text),
    )
    .with_label("before or after which row?")
    .help("give the order: `derive(over: [.key], order: [.time]) { .. }`");
    match frame {
        Some(frame) => diagnostic.and(frame.span, "has no `order:`"),
        None => diagnostic,
    }
}

pub(in crate::check) fn no_order_in_group(syntax: &Syntax<'_>, outer: &str, at: Span) -> Diagnostic {
    let name = &syntax.function.text;
    let message = format!("`{name}` depends on the order of the rows, and those of a group have none");
    Diagnostic::new(codes::ORDER_NEEDED, syntax.own_span(), message)
        .with_label("before or after which row?")
        .and(at, format!("this `{outer}` is of a group"))
        .help(format!(
            "make it a column in a step of its own before: `|> derive(over: [.key], order: [.time]) {{ x = {name}(..) }}`"
        ))
}

pub(in crate::check) fn before_needs_order(at: Span, syntax: &Syntax<'_>) -> Diagnostic {
    Diagnostic::new(codes::ORDER_NEEDED, at, "`rows: before` needs an order: which rows are before?")
        .with_label("there is no `order:`")
        .and(syntax.function.span, "of this one")
        .help("add `order: [.time]`")
}

pub(in crate::check) fn last_needs_order(at: Span, frame: Option<&Frame>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::ORDER_NEEDED, at, "`last:` looks back in time, and the rows have no order")
        .with_label("back from when?");
    match frame.map(|frame| &frame.kind) {
        Some(FrameKind::Group(_)) => diagnostic.help(
            "a group has no time of its own: keep its last rows first, `|> last(7d, by: .time)`, or count them with `where:`",
        ),
        _ => diagnostic.help("order the windows by their time: `derive(over: [.key], order: [.time]) { .. }`"),
    }
}

pub(in crate::check) fn last_order_type(at: Span, ty: &Type) -> Diagnostic {
    Diagnostic::new(
        codes::WINDOW_ORDER_TYPE,
        at,
        format!("`last:` looks back in time, and the rows are ordered by {ty}"),
    )
    .with_label("no length of this")
    .help("order them by a date or a timestamp")
}

pub(in crate::check) fn last_order_several(at: Span) -> Diagnostic {
    Diagnostic::new(
        codes::WINDOW_ORDER_TYPE,
        at,
        "`last:` looks back in time, and the rows are ordered by several columns",
    )
    .with_label("back in which of them?")
    .help("order them by one date or timestamp")
}

pub(in crate::check) fn constant_needed(value: &Value<'_>, want: &Want<'_>, text: &str) -> Diagnostic {
    let text = short(text);
    let (label, help) = match value.space {
        Space::Run => (
            "known only when the run gets here",
            "write it out, or make it a `param`: only expressions over rows, arguments of nodes that use it in such, and cells of \
             a table can be what the run computes",
        ),
        _ => ("another value for every row", "write it out, or make it a `param`"),
    };
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        value.span(),
        format!("{} must be known before the run, and `{text}` is not", want.subject()),
    )
    .with_label(label)
    .help(help)
}

/// A value of the run, given to a pipeline.
pub(in crate::check) fn parameter_of_pipeline(span: Span, want: &Want<'_>, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        span,
        format!("{} must be known before the run, and `{}` is not", want.subject(), short(text)),
    )
    .with_label("known only when the run gets here")
    .help(
        "parameters of pipelines are set before a run: let the other pipeline compute it, or make what uses it a node",
    )
}

/// A value of the run, given to a node that uses it at `at`, where it must be known before.
pub(in crate::check) fn needed_by_node(span: Span, want: &Want<'_>, text: &str, at: Span) -> Diagnostic {
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        span,
        format!("{} must be known before the run, and `{}` is not", want.subject(), short(text)),
    )
    .with_label("known only when the run gets here")
    .and(at, "must be known before the run here")
    .help("write it out, or make it a `param`; what a node uses in expressions over rows alone may be what the run computes")
}

pub(in crate::check) fn run_value_in_row(name: &str, span: Span, bound: Span, ty: &Type) -> Diagnostic {
    if let Type::Table(_) = ty {
        return Diagnostic::new(
            codes::CONSTANT_NEEDED,
            span,
            format!("`{name}` is a table, and here a value of each row is due"),
        )
        .with_label("a whole table")
        .and(bound, "bound here")
        .help("what another table has for a row comes by `join(other, on: [.key])`");
    }
    let found = kind_of(ty);
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        span,
        format!("`{name}` is {found}, and an expression over rows can use columns and single values only"),
    )
    .with_label("no single value")
    .and(bound, "bound here")
    .help("what was learned comes to the rows by `predict` and `apply`; of a record, name the part: `parts.name`")
}

pub(in crate::check) fn operator_in_row(syntax: &Syntax<'_>, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        syntax.own_span(),
        format!("`{}` works on whole tables, and here a value of each row is due", syntax.function.text),
    )
    .with_label(format!("`{}` is a step of its own", short(text)))
    .help("bind what it gives in front of this step, `let found = ..`: a single value is used by that name, a table comes by `join`")
}

pub(in crate::check) fn node_in_row(syntax: &Syntax<'_>, operator: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        codes::CONSTANT_NEEDED,
        syntax.own_span(),
        format!("`{}` is a node, and `{operator}` wants a value of each row", syntax.function.text),
    )
    .with_label("a step of its own")
    .and(declared, "declared here")
    .help("what is computed for each row is a `fn`")
}
