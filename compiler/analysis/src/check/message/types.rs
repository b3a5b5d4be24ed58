//! Types and operators.

use gml_diagnostics::{Diagnostic, FileId, Span, codes};
use gml_ir::{Column, IntKind, Row, Type, Value as Constant};
use gml_syntax::ast::{BinaryOperator, Name, UnaryOperator};

use super::{Want, behind, calling, guess, is_operand, listed, plural, proposing, short};
use crate::check::value::Value;
use crate::suggest::closest;

/// An operator as it is written.
fn symbol(operator: BinaryOperator) -> &'static str {
    use BinaryOperator as Op;
    match operator {
        Op::Chain => ">>",
        Op::Coalesce => "??",
        Op::Or => "or",
        Op::And => "and",
        Op::Equal => "==",
        Op::NotEqual => "!=",
        Op::Less => "<",
        Op::LessEqual => "<=",
        Op::Greater => ">",
        Op::GreaterEqual => ">=",
        Op::In => "in",
        Op::NotIn => "not in",
        Op::Add => "+",
        Op::Subtract => "-",
        Op::Multiply => "*",
        Op::Divide => "/",
        Op::FloorDivide => "//",
        Op::Remainder => "%",
        Op::Power => "**",
    }
}

/// How one type is made of another, where there is a way: the method to call, and a sentence about it.
fn conversion(from: &Type, to: &Type, text: &str) -> Option<(&'static str, String)> {
    let text = operand(&short(text));
    let (method, does) = match (from.non_null(), to.non_null()) {
        (Type::Timestamp, Type::Date) => ("to_day()", "is its date"),
        (Type::Date, Type::Timestamp) => ("to_moment()", "is its first moment"),
        (Type::Str, Type::Int(_)) => ("to_int()", "reads the number that a text writes, or is null"),
        (Type::Str, Type::Float) => ("to_float()", "reads the number that a text writes, or is null"),
        (Type::Str, Type::Date) => ("to_date(\"%Y-%m-%d\")", "reads a date, or is null"),
        (Type::Str, Type::Timestamp) => ("to_timestamp()", "reads a moment, or is null"),
        (Type::Float | Type::Float32, Type::Int(_)) => {
            ("to_whole()", "cuts off what is behind the point; `//` divides to a whole number")
        }
        (Type::Bool, to) if to.is_numeric() => ("as_int()", "is 1 for true and 0 for false"),
        (from, to) if to.is_text() && !from.is_text() && is_scalar(from) => ("to_text()", "writes it out"),
        (Type::Duration, to) if to.is_numeric() => {
            ("in_days()", "counts its days; also in_hours, in_minutes, in_seconds")
        }
        _ => return None,
    };
    Some((method, format!("`{text}.{method}` {does}")))
}

/// Text in parentheses where a method call behind it would mean a part of it only.
fn operand(text: &str) -> String {
    if is_operand(text) { text.to_owned() } else { format!("({text})") }
}

fn is_scalar(ty: &Type) -> bool {
    crate::types::satisfies("scalar", ty) != Some(false)
}

pub(in crate::check) fn mismatch(value: &Value<'_>, to: &Type, want: &Want<'_>, text: &str) -> Diagnostic {
    let message = format!("{} wants {to}, and this is {}", want.subject(), value.ty());
    let diagnostic =
        Diagnostic::new(codes::TYPE_MISMATCH, value.span(), message).with_label(format!("this is {}", value.ty()));
    let diagnostic = want.declared(diagnostic, to);
    match (value.constant(), to.non_null()) {
        (Some(Constant::Str(text)), due @ (Type::Date | Type::Timestamp)) if let Some(moment) = moment(text, due) => {
            diagnostic.help(format!("dates are written without quotes: `{moment}`")).fix(guess(value.span(), moment))
        }
        (Some(Constant::Str(_)), Type::Date | Type::Timestamp) => diagnostic.help(DATES),
        (Some(Constant::Int(number)), Type::Duration) => diagnostic
            .help(format!("a duration has a unit: `{number}s`, `{number}min`, `{number}h`, `{number}d`"))
            .fix(guess(behind(value.span()), "d").titled(format!("make days of it: `{number}d`"))),
        (Some(Constant::Str(text)), Type::Bool) if matches!(&**text, "true" | "false") => {
            diagnostic.help(format!("write it without quotes: `{text}`")).fix(guess(value.span(), &**text))
        }
        (Some(Constant::Str(text)), to) if to.is_numeric() && text.parse::<f64>().is_ok() => {
            diagnostic.help(format!("numbers are written without quotes: `{text}`")).fix(guess(value.span(), &**text))
        }
        (Some(constant @ (Constant::Int(_) | Constant::Float(_))), to) if to.is_text() => diagnostic
            .help(format!("texts are written in quotes: `\"{constant}\"`"))
            .fix(guess(value.span(), format!("\"{constant}\""))),
        (_, Type::Bool) if matches!(want, Want::Argument { function: "count", param: "where" }) => {
            let help = format!(
                "`count()` counts rows; those that have a value are `count(where: {} is not null)`",
                short(text)
            );
            diagnostic.help(help)
        }
        (_, Type::List(item)) if matches!((value.ty(), &**item), (Type::List(_), Type::Named(due)) if &**due == "metric") => {
            diagnostic.help("metrics are named without quotes: `[auc, log_loss]`")
        }
        (_, Type::Range(due)) if let Some(help) = range_help(value.ty().non_null(), due) => diagnostic.help(help),
        (_, Type::Named(due)) if &**due == "period" && *value.ty() == Type::Duration => diagnostic
            .help(format!("how far back it goes is written `last({})`", short(text)))
            .fix(guess(value.span(), format!("last({text})"))),
        (_, Type::List(item))
            if !item.is_silent() && crate::types::assignable(value.ty(), item) <= crate::types::Fit::Widen =>
        {
            diagnostic.help(format!("write `[{}]`", short(text))).fix(guess(value.span(), format!("[{text}]")))
        }
        (Some(_), _) => diagnostic,
        (None, _) => match conversion(value.ty(), to, text) {
            Some((method, help)) => diagnostic.help(help).fix(calling(value.span(), text, method)),
            None => diagnostic,
        },
    }
}

/// What to write where a range of moments is due.
fn range_help(found: &Type, due: &Type) -> Option<&'static str> {
    Some(match (found, due) {
        (Type::Range(found), due) => match (&**found, due) {
            (Type::Date, Type::Timestamp) => {
                "write moments, `@2021-01-26T00:00:00Z..<@2021-01-27T00:00:00Z`, or go by the day that `.to_day()` gives"
            }
            (Type::Timestamp, Type::Date) => "write days, `@2021-01-26..@2021-01-27`",
            _ => return None,
        },
        (Type::Named(name), Type::Date | Type::Timestamp) if &**name == "period" => {
            "`last(..)` counts back from the end, beside no ranges: leave `train` out, and it is what is left"
        }
        _ => return None,
    })
}

/// The literal of a date or a moment that a text in quotes stands for: `@2021-01-26`, `@2021-01-26T08:00:00Z`.
fn moment(text: &str, due: &Type) -> Option<String> {
    let (day, time) = text.split_at_checked(10)?;
    if !is_written_like(day, "dddd-dd-dd") {
        return None;
    }
    let time = time.strip_prefix(['T', ' ']).unwrap_or(time);
    let time = time.strip_suffix('Z').unwrap_or(time);
    let literal = match due {
        Type::Date if time.is_empty() => format!("@{day}"),
        Type::Date => return None,
        _ if time.is_empty() => format!("@{day}T00:00:00Z"),
        _ if is_written_like(time, "dd:dd") => format!("@{day}T{time}:00Z"),
        _ if is_written_like(time, "dd:dd:dd") => format!("@{day}T{time}Z"),
        _ => return None,
    };
    // There need not be such a day, nor such a time of it.
    let (_, faults) = gml_syntax::parse_expression(FileId(0), &literal);
    faults.is_empty().then_some(literal)
}

/// Whether a text has a digit at each `d` of a form, and what stands there elsewhere.
fn is_written_like(text: &str, form: &str) -> bool {
    let is_alike = |(found, due): (u8, u8)| if due == b'd' { found.is_ascii_digit() } else { found == due };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(is_alike)
}

pub(in crate::check) fn literal_out_of_range(number: i64, kind: IntKind, span: Span) -> Diagnostic {
    let (low, high) = kind.bounds();
    Diagnostic::new(codes::LITERAL_OUT_OF_RANGE, span, format!("{number} does not fit {}", kind.name()))
        .with_label(format!("{} holds {low} to {high}", kind.name()))
        .help("take a wider type, such as `int`")
}

pub(in crate::check) fn vector_length(span: Span, due: u32, found: usize, want: &Want<'_>) -> Diagnostic {
    let message = format!("{} wants vector[{due}], and this list has {found} number{}", want.subject(), plural(found));
    Diagnostic::new(codes::TYPE_MISMATCH, span, message)
        .with_label(format!("a vector of {found}"))
        .help(format!("write {due} number{}, or declare the column as `vector[{found}]`", plural(due as usize)))
}

pub(in crate::check) fn decimal_out_of_range(number: &Constant, ty: &Type, span: Span) -> Diagnostic {
    let room = match ty {
        Type::Decimal { precision, scale } => {
            format!("{ty} holds {} digits before the point and {scale} behind it", precision - scale)
        }
        other => format!("{other} does not hold it"),
    };
    Diagnostic::new(codes::LITERAL_OUT_OF_RANGE, span, format!("{number} does not fit {ty}"))
        .with_label(room)
        .help("write it with as many digits, or take a wider type")
}

pub(in crate::check) fn not_an_enum_value(text: &str, span: Span, values: &[std::sync::Arc<str>]) -> Diagnostic {
    let known: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    let diagnostic =
        Diagnostic::new(codes::NOT_AN_ENUM_VALUE, span, format!("{text:?} is none of the values of this enum"))
            .with_label("not in the list");
    match closest(text, values.iter().map(|value| &**value)) {
        Some(near) => diagnostic.help(format!("did you mean {near:?}?")).fix(guess(span, format!("{near:?}"))),
        None => diagnostic.help(format!("its values are {}", known.join(", "))),
    }
}

pub(in crate::check) fn impossible_comparison(text: &str, span: Span, values: &[std::sync::Arc<str>]) -> Diagnostic {
    let known: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    let diagnostic = Diagnostic::new(
        codes::IMPOSSIBLE_COMPARISON,
        span,
        format!("this can never be {text:?}: the enum does not list it"),
    )
    .with_label("not in the list");
    match closest(text, values.iter().map(|value| &**value)) {
        Some(near) => diagnostic
            .help(format!("did you mean {near:?}? its values are {}", known.join(", ")))
            .fix(guess(span, format!("{near:?}"))),
        None => diagnostic.help(format!("its values are {}", known.join(", "))),
    }
}

pub(in crate::check) fn unary_operator(operator: UnaryOperator, ty: &Type, span: Span) -> Diagnostic {
    let (symbol, wants) = match operator {
        UnaryOperator::Negate => ("-", "a number or a duration"),
        UnaryOperator::Not => ("not", "a bool"),
    };
    let diagnostic =
        Diagnostic::new(codes::OPERATOR_DOES_NOT_APPLY, span, format!("`{symbol}` wants {wants}, and this is {ty}"))
            .with_label(format!("this is {ty}"));
    if operator == UnaryOperator::Not && ty.is_numeric() {
        return diagnostic.help("compare it: `.x == 0`");
    }
    diagnostic
}

pub(in crate::check) fn not_a_bool(operator: BinaryOperator, ty: &Type, span: Span) -> Diagnostic {
    let symbol = symbol(operator);
    let diagnostic =
        Diagnostic::new(codes::OPERATOR_DOES_NOT_APPLY, span, format!("`{symbol}` joins conditions, and this is {ty}"))
            .with_label(format!("this is {ty}, not bool"));
    if ty.is_numeric() {
        diagnostic.help("compare it: `.x != 0`")
    } else if ty.is_text() {
        diagnostic.help("compare it: `.x == \"a\"`, or `.x in [\"a\", \"b\"]` for several")
    } else {
        diagnostic
    }
}

pub(in crate::check) fn binary_operator(
    operator: BinaryOperator,
    span: Span,
    left: &Value<'_>,
    right: &Value<'_>,
) -> Diagnostic {
    let symbol = symbol(operator);
    let (a, b) = (left.ty().non_null(), right.ty().non_null());
    let message = format!("`{symbol}` has no meaning for {} and {}", left.ty(), right.ty());
    let diagnostic = Diagnostic::new(codes::OPERATOR_DOES_NOT_APPLY, span, message)
        .and(left.span(), format!("this is {}", left.ty()))
        .and(right.span(), format!("this is {}", right.ty()));
    let help = match (a, b) {
        (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date) => {
            "a moment's date is `.to_day()`; days between two are `days_between(.a, .b)`".to_owned()
        }
        (Type::Date | Type::Timestamp, Type::Int(_)) | (Type::Int(_), Type::Date | Type::Timestamp) => {
            "a length of time has a unit: `+ 7d`".to_owned()
        }
        (Type::Duration, other) | (other, Type::Duration) if other.is_numeric() => {
            "a duration as a number is `.in_days()`, `.in_hours()`, `.in_minutes()` or `.in_seconds()`; durations are multiplied and divided by numbers, as in `1h / 2`".to_owned()
        }
        _ if a.is_text() && b.is_numeric() || a.is_numeric() && b.is_text() => {
            "texts are put together with `f\"..{x}..\"`; the number that a text writes is `.to_int()` or `.to_float()`"
                .to_owned()
        }
        (Type::Bool, other) | (other, Type::Bool) if other.is_numeric() || *other == Type::Bool => {
            "`.as_int()` makes 1 of true and 0 of false".to_owned()
        }
        (Type::Decimal { .. }, _) | (_, Type::Decimal { .. }) if a.is_numeric() && b.is_numeric() => format!(
            "the result would have more than {} digits behind the point: take fewer of one side, as in `.as_decimal(20, 4)`, or \
             compute with floats (`.as_float()`)",
            gml_ir::MAX_DIGITS
        ),
        _ if matches!(a, Type::Table(_)) || matches!(b, Type::Table(_)) => {
            "tables are put together by `join` (columns) and `union` (rows)".to_owned()
        }
        _ => return diagnostic,
    };
    diagnostic.help(help)
}

pub(in crate::check) fn division_by_zero(operator: BinaryOperator, span: Span, divisor: Span) -> Diagnostic {
    Diagnostic::new(codes::DIVISION_BY_ZERO, span, format!("`{} 0` has no result, for no row", symbol(operator)))
        .and(divisor, "always zero")
        .help("divide by something else; with `/` the quotient of two numbers is a float, infinite where the divisor is zero")
}

/// How moments are written.
const DATES: &str = "a date is written `@2021-01-26`, a moment `@2021-01-26T08:00:00Z`";

pub(in crate::check) fn incomparable<'v>(
    operator: BinaryOperator,
    span: Span,
    left: &Value<'v>,
    right: &Value<'v>,
    texts: (&str, &str),
) -> Diagnostic {
    let symbol = symbol(operator);
    let message = format!("{} and {} cannot be compared with `{symbol}`", left.ty(), right.ty());
    let diagnostic = Diagnostic::new(codes::OPERATOR_DOES_NOT_APPLY, span, message)
        .and(left.span(), format!("this is {}", left.ty()))
        .and(right.span(), format!("this is {}", right.ty()));
    let sides = [(left, right, texts.0), (right, left, texts.1)];
    for (value, other, _) in sides {
        if !matches!(other.ty().non_null(), Type::Date | Type::Timestamp) {
            continue;
        }
        match value.constant() {
            Some(Constant::Str(literal)) if let Some(moment) = moment(literal, other.ty().non_null()) => {
                return diagnostic
                    .help(format!("dates are written without quotes: `{moment}`"))
                    .fix(guess(value.span(), moment));
            }
            Some(Constant::Str(_)) => return diagnostic.help(DATES),
            _ if matches!(value.ty().non_null(), Type::Int(_)) => return diagnostic.help(DATES),
            _ => {}
        }
    }
    for (value, other, text) in sides {
        if let Some((method, help)) = conversion(value.ty(), other.ty(), text)
            && !matches!(other.ty().non_null(), Type::Timestamp)
        {
            return diagnostic.help(help).fix(calling(value.span(), text, method));
        }
    }
    diagnostic
}

pub(in crate::check) fn not_a_collection(ty: &Type, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::OPERATOR_DOES_NOT_APPLY,
        span,
        format!("`in` looks into a list or a range, not into {ty}"),
    )
    .with_label(format!("this is {ty}"));
    match ty.non_null() {
        Type::Table(_) => diagnostic.help("`join(other, on: [.key], how: semi)` keeps the rows that another table has"),
        ty if ty.is_text() => diagnostic.help("whether a text has a part is `.x.has_text(\"part\")`"),
        _ => diagnostic.help("write `.x in [1, 2]` or `.x in 1..10`"),
    }
}

pub(in crate::check) fn never_in(left: &Value<'_>, item: &Type, right: &Value<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::OPERATOR_DOES_NOT_APPLY,
        left.span().to(right.span()),
        format!("{} is never among values of {item}", left.ty()),
    )
    .and(left.span(), format!("this is {}", left.ty()))
    .and(right.span(), format!("this is {}", right.ty()));
    match (left.ty().non_null(), item.non_null()) {
        (Type::Timestamp, Type::Date) => diagnostic.help("`.to_day()` is the date of a moment"),
        (Type::Date, Type::Timestamp) => diagnostic.help("`.to_moment()` is the first moment of a date"),
        (Type::Date | Type::Timestamp, Type::Str) => {
            diagnostic.help("dates are written without quotes: `@2021-01-26`, `@2021-01-26..@2021-01-28`")
        }
        (Type::Int(_), Type::Str) => diagnostic.help("numbers are written without quotes"),
        _ => diagnostic,
    }
}

pub(in crate::check) fn default_differs(of: &Type, of_span: Span, default: &Type, span: Span) -> Diagnostic {
    let help = match default.non_null() {
        Type::Bool => "a comparison behind `??` belongs to it: write `(.x ?? 0) > 3` to compare the value".to_owned(),
        _ => format!("put a value of {of}"),
    };
    Diagnostic::new(codes::BRANCHES_DIFFER, span, format!("`??` puts {default} where {of} is missing"))
        .with_label(format!("this is {default}"))
        .and(of_span, format!("this is {of}, or null"))
        .help(help)
}

pub(in crate::check) fn branches_differ(a: &Type, a_span: Span, b: &Type, b_span: Span) -> Diagnostic {
    Diagnostic::new(codes::BRANCHES_DIFFER, b_span, format!("one branch gives {a}, the other {b}"))
        .with_label(format!("this is {b}"))
        .and(a_span, format!("this is {a}"))
        .help("give both the same type")
}

pub(in crate::check) fn condition(ty: &Type, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::TYPE_MISMATCH, span, format!("a condition is true or false, and this is {ty}"))
            .with_label(format!("this is {ty}"));
    if ty.is_numeric() { diagnostic.help("compare it: `x != 0`") } else { diagnostic }
}

pub(in crate::check) fn not_in_text(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("{ty} cannot be written into a text"))
        .with_label(format!("this is {ty}"))
        .help("only single values can: texts, numbers, dates, durations")
}

pub(in crate::check) fn range_ends(a: &Type, a_span: Span, b: &Type, b_span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, a_span.to(b_span), format!("a range from {a} to {b} has nothing in it"))
        .with_label("both ends must have one type")
        .and(a_span, format!("this is {a}"))
        .and(b_span, format!("this is {b}"))
}

pub(in crate::check) fn range_item(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("there is no range of {ty}"))
        .with_label("its ends must be known and have an order")
        .help("ranges are of numbers, dates, timestamps, durations and texts")
}

pub(in crate::check) fn empty_range(first: &Constant, last: &Constant, inclusive: bool, span: Span) -> Diagnostic {
    let dots = if inclusive { ".." } else { "..<" };
    let diagnostic = Diagnostic::new(codes::EMPTY_RANGE, span, format!("`{first}{dots}{last}` has nothing in it"))
        .with_label("ends before it begins");
    if first == last {
        diagnostic.help(format!("`{first}..{last}` is the one value"))
    } else {
        diagnostic.help(format!("did you mean `{last}{dots}{first}`?")).fix(guess(span, format!("{last}{dots}{first}")))
    }
}

pub(in crate::check) fn mixed_list(ty: &Type, span: Span, other: &Type, other_span: Span) -> Diagnostic {
    Diagnostic::new(codes::MIXED_LIST, span, format!("a list of {other} cannot hold {ty}"))
        .with_label(format!("this is {ty}"))
        .and(other_span, format!("this is {other}"))
        .help("give all items one type")
}

pub(in crate::check) fn not_a_list(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("`for` goes through a list, and this is {ty}"))
        .with_label(format!("this is {ty}"))
        .help("write the items: `for x in [1, 2] { .. }`")
}

pub(in crate::check) fn not_a_struct(name: &Name, ty: &Type, of: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::NOT_A_STRUCT, name.span, format!("{ty} has no fields, so no `{}`", name.text))
            .with_label("nothing to read")
            .and(
                of,
                format!("this is {}", if matches!(ty, Type::Table(_)) { "a table".into() } else { ty.to_string() }),
            );
    match ty {
        Type::Table(_) => diagnostic.help(format!(
            "a column is read in the arguments of an operator: `|> select([.{}])`; of one row it is `first(table).{}`",
            name.text, name.text
        )),
        Type::List(_) => {
            diagnostic.help(format!("of each item it is `.each(.{})`, of one `.find(..)?.{}`", name.text, name.text))
        }
        // `.a .b` in a list is read as `.a.b`.
        _ if of.end + 1 < name.span.start => {
            diagnostic.help(format!("for another column write a `,` before it: `, .{}`", name.text))
        }
        _ if matches!(&*name.text, "str" | "dt" | "list" | "cat") => diagnostic
            .help(format!("leave out `.{}`: functions stand right behind the value, as in `.x.lower()`", name.text)),
        Type::Date | Type::Timestamp if MOMENT_PARTS.contains(&&*name.text) => diagnostic
            .help(format!("write `.{}()`", name.text))
            .fix(guess(behind(name.span), "()").titled(format!("call `.{}()`", name.text))),
        _ => diagnostic,
    }
}

/// Functions of the standard library that are fields of a moment elsewhere.
const MOMENT_PARTS: [&str; 9] = ["year", "month", "day", "weekday", "week", "quarter", "day_of_year", "hour", "minute"];

pub(in crate::check) fn unknown_field(name: &Name, row: &Row, is_record: bool) -> Diagnostic {
    let code = if is_record { codes::UNKNOWN_PART } else { codes::UNKNOWN_FIELD };
    let what = if is_record { "part" } else { "field" };
    let known: Vec<&str> = row.columns.iter().map(|column| &*column.name).collect();
    let diagnostic = Diagnostic::new(code, name.span, format!("there is no {what} `{}`", name.text))
        .with_label(format!("unknown {what}"));
    if let Some(near) = closest(&name.text, known.iter().copied()) {
        return proposing(diagnostic, name.span, Some(near));
    }
    if known.is_empty() {
        return diagnostic.help(format!("it has no {what}s"));
    }
    diagnostic.help(format!("there {} {}", if known.len() == 1 { "is" } else { "are" }, listed(known)))
}

pub(in crate::check) fn duplicate_field(name: &Name) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_FIELD, name.span, format!("`{}` is given twice", name.text))
        .with_label("given again here")
        .help("keep one of the two")
}

pub(in crate::check) fn missing_fields(missing: &[&Column], span: Span) -> Diagnostic {
    let names = listed(missing.iter().map(|column| &*column.name));
    let plural = plural(missing.len());
    Diagnostic::new(
        codes::NULL_NOT_ALLOWED,
        span,
        format!("the field{plural} {names} cannot be null, and no value is given"),
    )
    .with_label(format!("lacks {names}"))
    .help(format!("add {}", given(missing)))
}

/// `a: .., b: ..`
pub(super) fn given(columns: &[&Column]) -> String {
    let fields: Vec<String> =
        columns.iter().map(|column| format!("`{}: {}`", column.name, example(&column.ty))).collect();
    fields.join(", ")
}

/// `a: 1, b: "a"`
pub(super) fn fields(columns: &[&Column]) -> String {
    let fields: Vec<String> =
        columns.iter().map(|column| format!("{}: {}", column.name, example(&column.ty))).collect();
    fields.join(", ")
}

/// A value of a type, to show how one is written.
fn example(ty: &Type) -> String {
    match ty.non_null() {
        Type::Bool => "true".into(),
        Type::Int(_) => "1".into(),
        Type::Float | Type::Float32 | Type::Decimal { .. } => "0.5".into(),
        Type::Str | Type::Category => "\"a\"".into(),
        Type::Enum(values) => values.first().map_or_else(|| "\"\"".into(), |value| format!("{value:?}")),
        Type::Date => "@2021-01-26".into(),
        Type::Timestamp => "@2021-01-26T08:00:00Z".into(),
        Type::Duration => "7d".into(),
        Type::List(_) => "[]".into(),
        Type::Struct(_) => "{ .. }".into(),
        _ => "..".into(),
    }
}

pub(in crate::check) fn not_a_table_type(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("rows are written of a table, not of {ty}"))
        .with_label("no table type")
        .help("write `table[Schema] [ { .. } ]`")
}

pub(in crate::check) fn not_a_row(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, "a row of a table is written `{ column: value, .. }`")
        .with_label("no row")
}

pub(in crate::check) fn null_column(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CANNOT_INFER_TYPE, span, format!("nothing says what type `{name}` has: it is always null"))
        .with_label("null has no type of its own")
        .help("write the type of the value that is missing, as in `if .a > 0 then .b else null`")
}

pub(in crate::check) fn not_a_column_type(name: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("`{name}` would be a column of {ty}, which no column can hold"))
        .with_label(format!("this is {ty}"))
}

/// `written` is the text of the `match`.
pub(in crate::check) fn non_exhaustive(
    ty: &Type,
    missing: &[String],
    of: Span,
    (span, written): (Span, &str),
) -> Diagnostic {
    let only_rest = missing == ["_"];
    let message = if *ty == Type::Unknown {
        "the type of this is known only when it runs, and there may be more values than the arms take".to_owned()
    } else if only_rest {
        format!("{ty} has more values than the arms take")
    } else {
        format!("no arm takes {}", missing.join(", "))
    };
    let arms = missing.join(" | ");
    let place = Span { start: span.end.saturating_sub(1), end: span.end.saturating_sub(1), ..span };
    let has_comma = written.trim_end_matches('}').trim_end().ends_with(',');
    let comma = if has_comma { "" } else { "," };
    Diagnostic::new(codes::NON_EXHAUSTIVE_MATCH, of, message)
        .with_label(format!("this is {ty}"))
        .help(if only_rest {
            "add an arm for the rest: `_ => ..`".to_owned()
        } else {
            format!("add `{arms} => ..`, or `_ => ..` for all that is left")
        })
        .fix(guess(place, format!("{comma} {} => null", if only_rest { "_" } else { &arms })))
}

pub(in crate::check) fn unreachable_arm(span: Span, value: Option<&str>) -> Diagnostic {
    let message = match value {
        Some("null") => "nothing is left for this pattern: the value is never null here".to_owned(),
        Some(value) => format!("{value} was taken by an arm above"),
        None => "the arms above take everything".to_owned(),
    };
    Diagnostic::new(codes::UNREACHABLE_ARM, span, message).with_label("never reached").help("leave it out")
}

pub(in crate::check) fn pattern_type(of: &Type, of_span: Span, pattern: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("a pattern of {pattern} never takes {of}"))
        .with_label(format!("this is {pattern}"))
        .and(of_span, format!("this is {of}"))
}

pub(in crate::check) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NESTING_TOO_DEEP, span, "this expression is nested deeper than the compiler takes")
        .with_label("too deep")
        .help("bind parts of it with `let`")
}
