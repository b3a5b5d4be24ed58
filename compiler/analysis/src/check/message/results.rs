//! Blocks of named values, and what is made of them.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Column, Row, Type};
use gml_syntax::ast::Name;

use super::calls::kind_of;
use super::{Want, columns_of, proposing, safe, short};
use crate::rows::column_names;
use crate::suggest::closest;

pub(in crate::check) fn block_wanted(want: &Want<'_>, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{} wants named values", want.subject()))
        .with_label("no block of names and values")
        .help("write `{ name = value, other = value }`")
}

/// One table of a block lacks a column that all of them must have, or has it as another type.
pub(in crate::check) fn part_lacks(part: &str, span: Span, name: &Name, due: &Column, row: &Row) -> Diagnostic {
    let message = match row.get(&name.text) {
        Some(column) => {
            format!("`.{}` of `{part}` is {}, and that of the others {}", name.text, column.ty, due.ty)
        }
        None => format!("`{part}` has no column `{}`, which the others have", name.text),
    };
    let diagnostic = Diagnostic::new(codes::PART_LACKS_COLUMN, span, message)
        .with_label("this table")
        .and(name.span, "the column is named here");
    match closest(&name.text, column_names(row)) {
        Some(near) if row.get(&name.text).is_none() => {
            diagnostic.help(format!("there is `.{near}`: `|> rename {{ {} = .{near} }}`", name.text))
        }
        _ => diagnostic.help(columns_of(row)),
    }
}

pub(in crate::check) fn no_result(ty: &Type, span: Span, want: &Want<'_>, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::CANNOT_TRACK,
        span,
        format!("{} shows metrics, figures, reports and tables, and this is {}", want.subject(), kind_of(ty)),
    )
    .with_label(format!("this is {}", kind_of(ty)))
    .help(format!("leave `{}` out", short(text)))
}

pub(in crate::check) fn unknown_entry_column(want: &Want<'_>, name: &str, span: Span, row: &Row) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::UNKNOWN_ENTRY_COLUMN,
        span,
        format!("{} names a column of the entry, and it has no `{name}`", want.subject()),
    )
    .with_label("no such column");
    match closest(name, column_names(row)) {
        Some(near) => proposing(diagnostic, span, Some(near)),
        None => diagnostic.help(columns_of(row)),
    }
}

/// Something else than a bare name; `column`: written with a dot.
pub(in crate::check) fn entry_column_wanted(want: &Want<'_>, span: Span, column: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::TYPE_MISMATCH,
        span,
        format!("{} wants the name of a column of this entry", want.subject()),
    )
    .with_label("no bare name");
    match column {
        Some(name) => diagnostic
            .help(format!("leave the dot out: `{name}`; there is no row at hand"))
            .fix(safe(span, name.to_owned())),
        None => diagnostic.help("write the name as it stands in the type of the entry"),
    }
}
