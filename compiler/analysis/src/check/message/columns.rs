//! Columns.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::Row;
use gml_syntax::ast::{Expr, Name};

use super::calls::{between, replaced};
use super::{Want, columns_of, guess, safe, short};
use crate::check::frame::{Frame, FrameKind};
use crate::check::learned::Pending;
use crate::rows::column_names;
use crate::suggest::closest;
use crate::typed::Text;

/// The place of the dot in front of a column's name, and the name.
fn with_dot(span: Span, name: &Name) -> Span {
    if span.start <= name.span.start { Span { end: name.span.start, ..span } } else { span }
}

pub(in crate::check) fn outside_row(name: &Name, span: Span, is_local: bool) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::COLUMN_OUTSIDE_ROW, span, format!("`.{}` stands where there is no row", name.text))
            .with_label("a leading dot is a column of the row at hand");
    if is_local {
        diagnostic
            .help(format!("`{}` is a `let` or a parameter: leave out the dot", name.text))
            .fix(safe(with_dot(span, name), ""))
    } else {
        diagnostic
            .help(format!("columns can be read in the arguments of operators: `table |> filter(.{} == ..)`", name.text))
    }
}

pub(in crate::check) fn unknown(name: &Name, span: Span, frame: &Frame, is_local: bool) -> Diagnostic {
    let row = match &frame.kind {
        FrameKind::Group(keys) => crate::rows::plus(keys, &frame.row),
        _ => (*frame.row).clone(),
    };
    let whose = match &frame.kind {
        FrameKind::Items => format!("the items that `{}` looks at have", frame.operator),
        _ => "the row at hand has".into(),
    };
    let near = closest(&name.text, column_names(&row));
    let diagnostic = unknown_in(name, span, &row, near, &whose, is_local);
    if frame.span.file == span.file {
        diagnostic.and(frame.span, format!("the row of this `{}`", frame.operator))
    } else {
        diagnostic
    }
}

/// `near`: the column that may be meant.
fn unknown_in(name: &Name, span: Span, row: &Row, near: Option<&str>, whose: &str, is_local: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_COLUMN, span, format!("{whose} no column `{}`", name.text))
        .with_label("unknown column");
    if is_local {
        return diagnostic
            .help(format!("`{}` is a `let` or a parameter: leave out the dot", name.text))
            .fix(safe(with_dot(span, name), ""));
    }
    match near {
        Some(near) => {
            diagnostic.help(format!("did you mean `.{near}`? {}", columns_of(row))).fix(guess(name.span, near))
        }
        None => diagnostic.help(columns_of(row)),
    }
}

/// `rows`: those that must have the key; the one at `side` has not.
pub(in crate::check) fn unknown_key(
    call: &Pending<'_>,
    name: &Name,
    rows: &[Arc<Row>],
    side: usize,
    is_local: bool,
) -> Diagnostic {
    let is_single = rows.len() == 1;
    let whose = match side {
        _ if is_single => "the row at hand has",
        0 => "the left table has",
        _ => "the right table has",
    };
    let row = &rows[side];
    let is_in_all = |column: &&str| rows.iter().all(|row| row.open || row.get(column).is_some());
    let near = closest(&name.text, column_names(row).filter(is_in_all));
    let diagnostic = unknown_in(name, name.span, row, near, whose, is_local && is_single);
    let diagnostic = match closest(&name.text, column_names(row)) {
        Some(own) if near.is_none() => diagnostic.help(format!(
            "keys have one name on both sides, and {whose} `.{own}`: `|> rename {{ {} = .{own} }}`",
            name.text
        )),
        _ => diagnostic,
    };
    diagnostic.and(call.syntax.function.span, format!("the rows of this `{}`", call.signature.name))
}

pub(in crate::check) fn named_twice(name: &Name) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_COLUMN, name.span, format!("`.{}` is named twice", name.text))
        .with_label("once is enough")
        .help("leave it out here")
}

pub(in crate::check) fn duplicate(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_COLUMN, span, format!("two columns would be called `{name}`"))
        .with_label("the second one")
        .and(first, "the first one")
        .help("give one of them another name")
}

pub(in crate::check) fn needs_name(want: &Want<'_>, text: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::COLUMN_NEEDS_NAME, span, format!("{} makes a column that has no name", want.subject()))
        .with_label("computed, so it has no name of its own")
        .help(format!("name it: `{{ name = {} }}`", short(text)))
}

pub(in crate::check) fn plain_wanted(call: &Pending<'_>, place: usize, span: Span, text: Option<&str>) -> Diagnostic {
    let want = Want::argument(call.signature.name, call.signature.params[place].name);
    let found = text.map_or_else(|| "a block".to_owned(), |text| format!("`{}`", short(text)));
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants columns as they are, and this is {found}", want.subject()),
    )
    .with_label("no plain column")
    .help("write `.a` or `[.a, .b]`; what is computed can be made a column with `derive { a = .. }` before")
}

pub(in crate::check) fn one_wanted(call: &Pending<'_>, place: usize, names: &[Text], span: Span) -> Diagnostic {
    let want = Want::argument(call.signature.name, call.signature.params[place].name);
    let found = match names.len() {
        0 => "none is named".to_owned(),
        count => format!("{count} are named"),
    };
    let diagnostic =
        Diagnostic::new(codes::ONE_COLUMN_DUE, span, format!("{} is one column, and {found}", want.subject()))
            .with_label("one column is due");
    match names {
        [first, second, ..] => diagnostic.help(format!(
            "name one; to go by several at once, make one of them before: `|> derive {{ {first}_{second} = f\"{{.{first}}}_{{.{second}}}\" }}`"
        )),
        _ => diagnostic.help("name one: `.a`"),
    }
}

pub(in crate::check) fn order_constant(operator: &str, span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("`{operator}` orders by columns, and `{}` is the same for every row", short(text)),
    )
    .with_label("no column in it")
    .help("write `.a`, or `desc(.a)` for the largest first")
}

pub(in crate::check) fn renames_wanted(call: &Pending<'_>, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("`{}` wants new names for columns as they are", call.signature.name),
    )
    .with_label("not `new = .old`")
    .help(format!("write `{} {{ new = .old }}`; what is computed is for `derive`", call.signature.name))
}

pub(in crate::check) fn record_for_columns(fields: &[(Name, Expr)], span: Span) -> Diagnostic {
    let name = fields.first().map_or("name", |(name, _)| &name.text);
    let diagnostic = Diagnostic::new(codes::TYPE_MISMATCH, span, "columns are made with `=`, and this is a record")
        .with_label("`:` makes a record")
        .help(format!("write `{{ {name} = .. }}`"));
    let is_short = fields.iter().any(|(name, value)| name.span == value.span);
    match replaced(fields.iter().map(|(name, value)| between(name.span, value.span)), " = ") {
        Some(fix) if !is_short => diagnostic.fix(fix.titled("make columns of it: `{ name = .. }`")),
        _ => diagnostic,
    }
}
