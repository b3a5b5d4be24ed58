//! Rows that do not go together.

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Column, Role, Row, Type};
use gml_syntax::ast::Name;

use super::types::{fields, given};
use super::{Want, columns_of, guess, listed, proposing, short, step};
use crate::check::learned::Pending;
use crate::check::signature::ParamKind;
use crate::check::value::Value;
use crate::rows::{Mismatch, column_names};
use crate::suggest::closest;
use crate::typed::Text;

/// A mismatch in words: what is found against what is due.
pub(super) fn in_words(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Missing(column) => format!("`{}: {}` is missing", column.name, column.ty),
        Mismatch::Extra(column) => format!("`{}` is not declared", column.name),
        Mismatch::Type { name, actual, declared } => format!("`{name}` is {actual}, not {declared}"),
        Mismatch::Null { name, actual, declared } => format!("`{name}` is {actual} and may be null, not {declared}"),
    }
}

/// Several mismatches in words.
pub(super) fn all_in_words(mismatches: &[Mismatch]) -> String {
    const SHOWN: usize = 5;
    let mut words: Vec<String> = mismatches.iter().take(SHOWN).map(in_words).collect();
    if mismatches.len() > SHOWN {
        words.push(format!("and {} more", mismatches.len() - SHOWN));
    }
    words.join("; ")
}

fn name_of(mismatch: &Mismatch) -> &str {
    match mismatch {
        Mismatch::Missing(column) | Mismatch::Extra(column) => &column.name,
        Mismatch::Type { name, .. } | Mismatch::Null { name, .. } => name,
    }
}

/// The result of a node against what it declares: a diagnostic a column.
pub(in crate::check) fn result(
    value: &Value<'_>,
    mismatches: &[Mismatch],
    declared: &Row,
    declared_at: Span,
    places: &[(Text, Span)],
) -> Vec<Diagnostic> {
    let place = |name: &str| places.iter().find(|(known, _)| &**known == name).map(|(_, span)| *span);
    // A column under another name is missing and one too many: say it once.
    let missing: Vec<&Column> = mismatches
        .iter()
        .filter_map(|mismatch| match mismatch {
            Mismatch::Missing(column) => Some(column),
            _ => None,
        })
        .collect();
    let extra: Vec<&Column> = mismatches
        .iter()
        .filter_map(|mismatch| match mismatch {
            Mismatch::Extra(column) => Some(column),
            _ => None,
        })
        .collect();
    let renamed: Vec<(&Column, &Column)> = missing
        .iter()
        .filter_map(|column| {
            let near = closest(&column.name, extra.iter().map(|other| &*other.name))?;
            let other = extra.iter().find(|other| &*other.name == near)?;
            Some((*column, *other))
        })
        .collect();
    let mut diagnostics = Vec::new();
    for mismatch in mismatches {
        let name = name_of(mismatch);
        let at = place(name).unwrap_or(declared_at);
        let mut added = None;
        let (code, message, label, help) = match mismatch {
            Mismatch::Missing(column) => {
                let near = renamed.iter().find(|(missing, _)| missing.name == column.name).map(|(_, other)| other);
                added = near.map(|other| format!("rename {{ {name} = .{} }}", other.name));
                let help = match near {
                    Some(other) => {
                        format!("it has `{}`: rename it, `|> rename {{ {name} = .{} }}`", other.name, other.name)
                    }
                    None => format!("add it: `|> derive {{ {name} = .. }}`; or take it out of the declared type"),
                };
                (
                    codes::RESULT_LACKS_COLUMN,
                    format!("the result lacks `{name}`"),
                    format!("declared as {}", column.ty),
                    help,
                )
            }
            Mismatch::Extra(column) => {
                if renamed.iter().any(|(_, other)| other.name == column.name) {
                    continue;
                }
                added = Some(format!("drop([.{name}])"));
                (
                    codes::RESULT_EXTRA_COLUMN,
                    format!("the result has a column `{name}` that is not declared"),
                    format!("knows no `{name}`"),
                    format!("leave it out: `|> drop([.{name}])`; or declare it: `{name}: {}`", column.ty),
                )
            }
            Mismatch::Type { actual, declared, .. } => (
                codes::RESULT_COLUMN_TYPE,
                format!("`{name}` of the result is {actual}, and {declared} is declared"),
                format!("declared as {declared}"),
                format!("make it {declared}, or declare it as {actual}"),
            ),
            Mismatch::Null { declared, .. } => (
                codes::NULL_NOT_ALLOWED,
                format!("`{name}` of the result may be null, and {declared} is declared"),
                format!("declared as {declared}"),
                format!(
                    "say what stands for null: `|> fill([.{name}], ..)`; leave such rows out: `|> filter(.{name} is not null)`; or declare it as {declared}?"
                ),
            ),
        };
        let diagnostic =
            Diagnostic::new(code, value.span(), message).with_label("this is the result").and(at, label).help(help);
        diagnostics.push(match added {
            Some(added) => diagnostic.fix(step(value.span(), &added)),
            None => diagnostic,
        });
    }
    let _ = declared;
    diagnostics
}

pub(in crate::check) fn not_a_table(value: &Value<'_>, declared_at: Span, text: &str) -> Diagnostic {
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        value.span(),
        format!("the node gives a table, and `{}` is {}", short(text), super::calls::kind_of(value.ty())),
    )
    .with_label(format!("this is {}", super::calls::kind_of(value.ty())))
    .and(declared_at, "declared here")
}

/// A table argument of a node.
pub(in crate::check) fn argument_row(
    value: &Value<'_>,
    mismatches: &[Mismatch],
    want: &Want<'_>,
    declared_at: Span,
    actual: &Row,
) -> Diagnostic {
    let code = code_of(mismatches, codes::UNKNOWN_COLUMN);
    let diagnostic = Diagnostic::new(
        code,
        value.span(),
        format!("{} wants other columns: {}", want.subject(), all_in_words(mismatches)),
    )
    .with_label("these rows do not fit")
    .and(declared_at, "declared here");
    with_remedy(diagnostic, mismatches, actual)
}

/// A further table of an operator that must have the columns of the first.
pub(in crate::check) fn table_lacks(
    call: &Pending<'_>,
    place: usize,
    value: &Value<'_>,
    mismatches: &[Mismatch],
) -> Diagnostic {
    let want = Want::argument(call.signature.name, call.signature.params[place].name);
    let actual = match value.ty() {
        Type::Table(table) => table.row.clone(),
        _ => std::sync::Arc::default(),
    };
    let code = code_of(mismatches, codes::UNKNOWN_COLUMN);
    let diagnostic = Diagnostic::new(
        code,
        value.span(),
        format!("{} must have the columns that the others have: {}", want.subject(), all_in_words(mismatches)),
    )
    .with_label("these rows do not fit");
    match unlabelled(call, place, mismatches) {
        Some(help) => diagnostic.help(help),
        None => with_remedy(diagnostic, mismatches, &actual),
    }
}

/// What helps where tables are compared, one of which has no targets yet. Where something is learned or judged, targets must be there.
fn unlabelled(call: &Pending<'_>, place: usize, mismatches: &[Mismatch]) -> Option<String> {
    let is_target =
        |mismatch: &Mismatch| matches!(mismatch, Mismatch::Missing(column) if column.role == Some(Role::Target));
    let only_targets = !mismatches.is_empty() && mismatches.iter().all(is_target);
    let params = &call.signature.params;
    let compares = params.iter().all(|param| {
        !matches!(
            param.kind,
            ParamKind::Estimator { .. } | ParamKind::Learned(_) | ParamKind::Table { within: Some(_), .. }
        )
    });
    let other = params.iter().take(place).find(|param| matches!(param.kind, ParamKind::Table { .. }))?;
    let names: Vec<String> = mismatches.iter().map(|mismatch| format!(".{}", mismatch.name())).collect();
    (only_targets && compares).then(|| {
        format!(
            "where it is not known yet what came to be, leave the target out of the other table: `{}: .. |> drop([{}])`",
            other.name,
            names.join(", ")
        )
    })
}

/// A table that `conform` cannot make one of the schema.
pub(in crate::check) fn cannot_conform(
    call: &Pending<'_>,
    value: &Value<'_>,
    mismatches: &[Mismatch],
    actual: &Row,
    declared: &Row,
) -> Diagnostic {
    let schema = declared.schema.as_ref().map_or_else(|| "the schema".to_owned(), |schema| format!("`{schema}`"));
    let diagnostic = Diagnostic::new(
        code_of(mismatches, codes::CONFORM_LACKS_COLUMN),
        call.syntax.own_span(),
        format!("these rows cannot become rows of {schema}: {}", all_in_words(mismatches)),
    )
    .with_label("would stop here when it runs");
    let diagnostic = match value.span() {
        rows if rows.file == call.syntax.own_span().file => diagnostic.and(rows, "these rows"),
        _ => diagnostic,
    };
    match mismatches.first() {
        Some(Mismatch::Missing(column)) => match closest(&column.name, column_names(actual)) {
            Some(near) => {
                diagnostic.help(format!("rename a column before: `|> rename {{ {} = .{near} }}`", column.name))
            }
            None => diagnostic.help(format!(
                "make it before: `|> derive {{ {} = .. }}`; {}",
                column.name,
                columns_of(actual)
            )),
        },
        Some(Mismatch::Type { name, declared, .. }) => {
            diagnostic.help(format!("make it {declared} before: `|> derive {{ {name} = .. }}`"))
        }
        _ => diagnostic,
    }
}

fn code_of(mismatches: &[Mismatch], missing: gml_diagnostics::Code) -> gml_diagnostics::Code {
    match mismatches.first() {
        Some(Mismatch::Type { .. }) => codes::TYPE_MISMATCH,
        Some(Mismatch::Null { .. }) => codes::NULL_NOT_ALLOWED,
        _ => missing,
    }
}

fn with_remedy(diagnostic: Diagnostic, mismatches: &[Mismatch], actual: &Row) -> Diagnostic {
    match mismatches.first() {
        Some(Mismatch::Missing(column)) => match closest(&column.name, column_names(actual)) {
            Some(near) => {
                let rename = format!("rename {{ {} = .{near} }}", column.name);
                let fix = step(diagnostic.span, &rename);
                diagnostic.help(format!("rename a column: `|> {rename}`")).fix(fix)
            }
            None => diagnostic.help(columns_of(actual)),
        },
        Some(Mismatch::Null { name, .. }) => diagnostic.help(format!(
            "leave such rows out, `|> filter(.{name} is not null)`, or put a value: `|> fill([.{name}], ..)`"
        )),
        Some(Mismatch::Type { name, declared, .. }) => {
            diagnostic.help(format!("make it {declared}: `|> derive {{ {name} = .. }}`"))
        }
        _ => diagnostic,
    }
}

pub(in crate::check) fn union_differs(
    value: &Value<'_>,
    mismatches: &[Mismatch],
    first: &Row,
    second: &Row,
) -> Diagnostic {
    let words: Vec<String> = mismatches
        .iter()
        .map(|mismatch| match mismatch {
            Mismatch::Missing(column) => format!("this one lacks `{}`", column.name),
            Mismatch::Extra(column) => format!("only this one has `{}`", column.name),
            Mismatch::Type { name, actual, declared } | Mismatch::Null { name, actual, declared } => {
                format!("`{name}` is {actual} here and {declared} in the other")
            }
        })
        .collect();
    Diagnostic::new(
        codes::UNION_ROWS_DIFFER,
        value.span(),
        format!("tables with different columns cannot be put one below the other: {}", words.join("; ")),
    )
    .with_label("other columns than the table before")
    .help(format!(
        "give all of them the same columns, with `select` or `derive`; {} there, {} here",
        columns_of(first),
        columns_of(second)
    ))
}

pub(in crate::check) fn key_types(call: &Pending<'_>, name: &Name, left: &Type, right: &Type) -> Diagnostic {
    Diagnostic::new(
        codes::JOIN_KEY_TYPES,
        name.span,
        format!("`.{}` is {left} in the left table and {right} in the right one", name.text),
    )
    .with_label("never equal")
    .and(call.syntax.function.span, format!("of this `{}`", call.signature.name))
    .help(match (left.non_null(), right.non_null()) {
        (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date) => {
            format!("make a date of the moment: `|> derive {{ {0} = .{0}.to_day() }}`", name.text)
        }
        (a, b) if a.is_text() || b.is_text() => {
            format!("make a text of the other: `|> derive {{ {0} = .{0}.to_text() }}`", name.text)
        }
        _ => "give both the same type with `derive`".to_owned(),
    })
}

pub(in crate::check) fn cannot_be_key(operator: &str, name: &str, span: Span, ty: &Type) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::CANNOT_BE_KEY,
        span,
        format!("`{operator}` cannot go by `{name}`, which is {}", nested(ty)),
    )
    .with_label("no single value to compare");
    match ty.non_null() {
        Type::Struct(row) => match row.columns.first() {
            Some(field) => diagnostic.help(format!("go by its fields: `.{name}.{}`", field.name)),
            None => diagnostic,
        },
        Type::List(_) => diagnostic.help(format!("make a row of each item first: `|> explode(.{name})`")),
        _ => diagnostic,
    }
}

fn nested(ty: &Type) -> String {
    match ty.non_null() {
        Type::Struct(_) => "a struct".into(),
        Type::List(_) => "a list".into(),
        Type::Vector(_) => "a vector".into(),
        other => other.to_string(),
    }
}

pub(in crate::check) fn no_order(operator: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::NO_ORDER_OF_TYPE, span, format!("`{operator}` cannot order by {}", nested(ty)))
        .with_label("none comes before another")
        .help("order by a number, a text, a date, a duration or a bool")
}

pub(in crate::check) fn collision(call: &Pending<'_>, names: &[Text]) -> Diagnostic {
    let list = listed(names.iter().map(|name| &**name));
    let plural = super::plural(names.len());
    let first = names.first().map_or("x", |name| name);
    let is_join = call.signature.param("other").is_some();
    let (message, label, help) = if is_join {
        (
            format!("both tables have the column{plural} {list}"),
            "which of the two would it be?".to_owned(),
            format!(
                "drop it in one of them, `|> drop([.{first}])`, or rename it: `|> rename {{ other_{first} = .{first} }}`"
            ),
        )
    } else {
        (
            format!("`{}` would make the column{plural} {list} twice", call.signature.name),
            "there already".to_owned(),
            "give the new one another name".to_owned(),
        )
    };
    Diagnostic::new(codes::COLUMN_COLLISION, call.syntax.own_span(), message).with_label(label).help(help)
}

pub(in crate::check) fn rename_collision(call: &Pending<'_>, names: &[Text]) -> Diagnostic {
    let list = listed(names.iter().map(|name| &**name));
    Diagnostic::new(codes::DUPLICATE_COLUMN, call.syntax.own_span(), format!("{list} would be there twice"))
        .with_label("another column has this name")
        .help("drop or rename that one first")
}

pub(in crate::check) fn no_columns_left(call: &Pending<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::NO_COLUMNS_LEFT,
        call.syntax.own_span(),
        format!("this `{}` leaves a table without columns", call.signature.name),
    )
    .with_label("nothing is left")
    .help("keep at least one column")
}

pub(in crate::check) fn not_a_list_column(call: &Pending<'_>, name: &str, ty: Option<&Type>) -> Diagnostic {
    let ty = ty.map_or_else(|| "something else".to_owned(), ToString::to_string);
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        call.syntax.own_span(),
        format!("`{}` makes rows of the items of a list, and `.{name}` is {ty}", call.signature.name),
    )
    .with_label("no list")
}

pub(in crate::check) fn no_common_type(call: &Pending<'_>, a: (&str, &Type), b: (&str, &Type)) -> Diagnostic {
    Diagnostic::new(
        codes::TYPE_MISMATCH,
        call.syntax.own_span(),
        format!(
            "the columns of `{}` must have one type: `.{}` is {} and `.{}` is {}",
            call.signature.name, a.0, a.1, b.0, b.1
        ),
    )
    .with_label("one column cannot hold both")
    .help(format!("make texts of them first: `|> derive {{ {0} = .{0}.to_text() }}`", a.0))
}

pub(in crate::check) fn literal_unknown_column(name: &Name, row: &Row) -> Diagnostic {
    let of = row.schema.as_ref().map_or_else(String::new, |schema| format!(" of {schema}"));
    let diagnostic =
        Diagnostic::new(codes::LITERAL_UNKNOWN_COLUMN, name.span, format!("there is no column `{}`{of}", name.text))
            .with_label("unknown column");
    match closest(&name.text, column_names(row)) {
        Some(near) => proposing(diagnostic, name.span, Some(near)),
        None => diagnostic.help(columns_of(row)),
    }
}

pub(in crate::check) fn literal_lacks_columns(missing: &[&Column], row: &Row, span: Span) -> Diagnostic {
    let names = listed(missing.iter().map(|column| &*column.name));
    let of = row.schema.as_ref().map_or_else(String::new, |schema| format!(" of {schema}"));
    let plural = super::plural(missing.len());
    Diagnostic::new(
        codes::LITERAL_LACKS_COLUMN,
        span,
        format!(
            "the column{plural} {names}{of} cannot be null, and this row leaves {} out",
            if missing.len() == 1 { "it" } else { "them" }
        ),
    )
    .with_label(format!("lacks {names}"))
    .help(format!("add {}", given(missing)))
    .fix(guess(Span::new(span.file, span.start + 1, span.start + 1), format!(" {},", fields(missing))))
}
