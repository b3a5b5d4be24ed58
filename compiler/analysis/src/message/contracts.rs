//! Contracts, stored forms and `unique`.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::{Contract, ContractRule, Type, Value};

use super::proposing;

pub(crate) fn not_constant(span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONSTANT_NEEDED, span, "a contract holds literals only")
        .help("write the number, text, date or duration itself; a rule with a `param` is an `expect` in a pipeline")
}

/// An argument that is not what its signature says it must be.
pub(crate) fn argument(function: &str, name: &str, contracts: &[Contract], value: &Value, span: Span) -> Diagnostic {
    let bounds = bounds(contracts);
    let message = format!("`{name}` of `{function}` is {value}, and must be {bounds}");
    Diagnostic::new(codes::ARGUMENT_OUT_OF_RANGE, span, message)
        .with_label("outside of what it can be")
        .help(format!("give `{name}` a value that is {bounds}"))
}

fn bounds(contracts: &[Contract]) -> String {
    let bound = |contract: &Contract| match contract.rule {
        ContractRule::Matches(_) => format!("of the form `{}`", contract.text.trim_start_matches("matches ")),
        _ => format!("`{}`", contract.text),
    };
    contracts.iter().map(bound).collect::<Vec<_>>().join(" and ")
}

pub(crate) fn no_contract(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONTRACT_TYPE, span, format!("values of `{ty}` cannot be held to this contract"))
}

pub(crate) fn wrong_bound(ty: &Type, value: &Value, span: Span) -> Diagnostic {
    let message = format!("`{value}` cannot be compared with the column, which is `{ty}`");
    let diagnostic = Diagnostic::new(codes::CONTRACT_TYPE, span, message);
    let literal = match ty {
        Type::Int(_) => "a whole number, or declare the column as `float`",
        Type::Float | Type::Float32 | Type::Decimal { .. } => "a number",
        Type::Str | Type::Category | Type::Enum(_) => "a text in quotes",
        Type::Date => "a date, `@2021-01-26`",
        Type::Timestamp => "a timestamp, `@2021-01-26T08:00:00Z`",
        Type::Duration => "a duration, `7d`",
        Type::Bool => "`true` or `false`",
        _ => return diagnostic.help("contracts are of numbers, texts, dates, timestamps, durations and `bool`s"),
    };
    diagnostic.help(format!("write {literal}"))
}

pub(crate) fn no_order(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONTRACT_TYPE, span, format!("values of `{ty}` have no order to limit"))
        .help("list the values that are allowed: `in [..]`")
}

pub(crate) fn in_what(span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONTRACT_TYPE, span, "`in` wants a range or a list")
        .help("write `in 0..100`, or `in [1, 2, 3]`")
}

pub(crate) fn matches_text_only(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONTRACT_TYPE, span, format!("`matches` looks at text, and the column is `{ty}`"))
}

pub(crate) fn out_of_range(value: &Value, ty: &Type, low: i128, high: i128, span: Span) -> Diagnostic {
    Diagnostic::new(codes::LITERAL_OUT_OF_RANGE, span, format!("no `{ty}` is {value}"))
        .help(format!("`{ty}` goes from {low} to {high}"))
}

pub(crate) fn not_in_enum(value: &str, ty: &Type, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::NOT_AN_ENUM_VALUE, span, format!("{value:?} is not among the values of `{ty}`"));
    match proposal {
        Some(proposal) => {
            diagnostic.help(format!("did you mean {proposal:?}?")).fix(Fix::guess(span, format!("{proposal:?}")))
        }
        None => diagnostic,
    }
}

pub(crate) fn empty_range(start: &Value, end: &Value, span: Span) -> Diagnostic {
    Diagnostic::new(codes::EMPTY_RANGE, span, format!("no value lies between {start} and {end}"))
        .help("the smaller end comes first")
}

pub(crate) fn empty_list(span: Span) -> Diagnostic {
    Diagnostic::new(codes::EMPTY_RANGE, span, "no value is in an empty list").help("list the values that are allowed")
}

/// `reason` as the regular expression library gives it.
pub(crate) fn bad_regex(reason: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::BAD_REGEX, span, format!("the regular expression cannot be read: {reason}"))
        .help("regular expressions are those of Rust's regex crate: no look-around, no back-references")
}

pub(crate) fn stored_form_type(name: &str, ty: &Type, span: Span, column: Span) -> Diagnostic {
    Diagnostic::new(
        codes::STORED_FORM_TYPE,
        span,
        format!("column `{name}` is `{ty}`, which has no other form to be parsed from"),
    )
    .and(column, "neither a date, a time nor a timestamp")
    .help("leave `parsed` out, or declare the column as `date`, `time` or `timestamp`")
}

pub(crate) fn unknown_unit(word: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::BAD_DATE_FORMAT, span, format!("`{word}` is no form of a moment in a file"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => {
            diagnostic.help("write `s`, `ms`, `us` or `ns` for numbers since 1970, or a format such as \"%Y-%m-%d\"")
        }
    }
}

pub(crate) fn unit_of_time(span: Span) -> Diagnostic {
    Diagnostic::new(codes::BAD_DATE_FORMAT, span, "a time of day is not counted from 1970")
        .help("write a format such as \"%H:%M:%S\"")
}

pub(crate) fn unknown_specifier(specifier: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::BAD_DATE_FORMAT, span, format!("`{specifier}` means nothing in a date format")).help(
        "formats are those of strftime: %Y year, %m month, %d day, %H hour, %M minute, %S second; %% is a percent sign",
    )
}

/// `instead`: what reads the same.
pub(crate) fn unread_specifier(specifier: &str, instead: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::BAD_DATE_FORMAT,
        span,
        format!("`{specifier}` is a form in which moments are written, not read"),
    )
    .help(format!(
        "write `{instead}`: {}",
        if specifier == "%Z" { "names of zones have no one meaning, offsets do" } else { "its parts" }
    ))
}

/// `missing`: the part that is not there, such as "day".
pub(crate) fn format_lacks(ty: &Type, missing: &str, specifier: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::BAD_DATE_FORMAT, span, format!("the format has no {missing}, so it does not make a `{ty}`"))
        .help(format!("`{specifier}` stands for the {missing}"))
}

pub(crate) fn unknown_in_unique(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNIQUE_UNKNOWN_COLUMN, span, format!("the schema has no column `{name}`"));
    proposing(diagnostic, span, proposal)
}

pub(crate) fn twice_in_unique(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_COLUMN, span, format!("`unique` names column `{name}` twice"))
        .help("leave one of them out")
}

pub(crate) fn duplicate_stored_name(stored: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_STORED_NAME, span, format!("two columns are read from {stored:?}"))
        .and(first, "the first one")
        .help("a column of a file becomes one column; derive the second one from it")
}

pub(crate) fn empty_stored_name(span: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_STORED_NAME, span, "the name in the file is empty")
        .help("write the header of the column, or leave `named` out")
}
