//! Types as written.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::{BinaryOp, Role, Type, Value};

use super::proposing;

pub(crate) fn unknown_type(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    proposing(Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("there is no type `{name}`")), span, proposal)
}

pub(crate) fn foreign_type(name: &str, span: Span, ours: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("there is no type `{name}`"))
        .help(format!("write `{ours}`"));
    // What has parts that only the writer knows is shown, and not put there.
    let is_whole = ours.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_whole { diagnostic.fix(Fix::guess(span, ours)) } else { diagnostic }
}

pub(crate) fn unknown_schema(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    proposing(Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("there is no schema `{name}`")), span, proposal)
}

pub(crate) fn not_a_type(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("`{name}` is {what}, not a type"))
}

pub(crate) fn schema_as_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_TYPE,
        span,
        format!("`{name}` is a schema: it names the columns of a row, not a value"),
    )
    .help(format!("write `table[{name}]` for a table of such rows, `struct[{name}]` for a single value"))
}

pub(crate) fn not_a_row(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, format!("{what} is no row"))
        .help("a row is the name of a schema, or `{ user: str, item: str }`")
}

/// `form` is how the type is to be written, such as `vector[384]`.
pub(crate) fn wrong_arguments(name: &str, span: Span, form: &str) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, format!("`{name}` does not take these arguments"))
        .help(format!("write `{form}`"))
}

pub(crate) fn arguments_missing(name: &str, span: Span, form: &str) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, format!("`{name}` lacks its arguments"))
        .help(format!("write `{form}`"))
}

pub(crate) fn takes_no_arguments(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, format!("the type `{name}` takes no arguments"))
        .help(format!("write `{name}`"))
        .fix(Fix::guess(span, name))
}

pub(crate) fn bare_table(span: Span) -> Diagnostic {
    Diagnostic::new(codes::CANNOT_INFER_TYPE, span, "the columns of this table are not said")
        .with_label("a bare `table` can only be the result of a node")
        .help("write `table[Schema]`, `table { user: str }` for exactly these columns, or `table { user: str, .. }` for at least these")
}

/// Arithmetic of two constants whose result is no value of its type.
pub(crate) fn beyond(operator: BinaryOp, [left, right]: [&Value; 2], ty: &Type, span: Span) -> Diagnostic {
    let what = format!("`{left} {} {right}`", operator.symbol());
    let diagnostic = |message: String| Diagnostic::new(codes::LITERAL_OUT_OF_RANGE, span, message);
    match ty.non_null() {
        Type::Date | Type::Timestamp => diagnostic(format!("{what} lies outside of the days that there are"))
            .help("the first day is @0001-01-01, the last one @9999-12-31"),
        Type::Duration => diagnostic(format!("{what} is longer than a duration can be"))
            .help("the longest are 106_751_991d, about 292,000 years"),
        Type::Int(_) => diagnostic(format!("{what} does not fit {}", ty.non_null()))
            .help("the largest int is 9_223_372_036_854_775_807; floats, such as `1e20`, reach further"),
        ty => diagnostic(format!("{what} does not fit {ty}"))
            .help("change the constants or the settings that it is computed from"),
    }
}

pub(crate) fn nullable_twice(span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, "the type is nullable already")
        .help("one `?` is enough: null is null")
}

pub(crate) fn never_null(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, format!("{} is never null", kind(ty)))
        .help("leave the `?` out; nullable are the columns within")
}

pub(crate) fn signature_type(sign: &str, span: Span) -> Diagnostic {
    let help = match sign {
        "|" => "what may be null is written `str?`, one of several texts `enum[\"a\", \"b\"]`",
        _ => {
            "the algebra of rows belongs to signatures of the standard library; write the columns out, or name a schema"
        }
    };
    Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("`{sign}` makes no type here")).help(help)
}

pub(crate) fn no_type(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_TYPE, span, format!("{what} is no type"))
}

pub(crate) fn unknown_part(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_PART, span, format!("no split has a part `{name}`"))
        .help("the parts are `train`, `valid` and `test`")
}

pub(crate) fn part_of_no_table(span: Span) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TYPE_ARGUMENTS, span, "only a table can be part of a split")
}

pub(crate) fn duplicate_enum_value(value: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_ENUM_VALUE, span, format!("the enum lists {value:?} twice"))
        .help("leave one of them out")
}

pub(crate) fn not_in_column(name: &str, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("column `{name}` cannot hold {}", kind(ty)))
        .help("columns hold scalars, texts, lists, vectors, structs and images")
}

pub(crate) fn not_in_list(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("this cannot hold {}", kind(ty)))
}

pub(crate) fn not_in_range(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TYPE_MISMATCH, span, format!("there are no ranges of {}", kind(ty)))
        .help("ranges are of numbers, dates, timestamps and durations")
}

pub(crate) fn duplicate_column(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_COLUMN, span, format!("column `{name}` is declared twice"))
        .and(first, "declared here first")
        .help("give one of them another name, or leave it out")
}

pub(crate) fn duplicate_field(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_FIELD, span, format!("field `{name}` is declared twice"))
        .and(first, "declared here first")
        .help("give one of them another name, or leave it out")
}

pub(crate) fn unknown_role(name: &str, span: Span, proposal: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_CHOICE, span, format!("there is no role `{name}`"));
    match proposal {
        Some(_) => proposing(diagnostic, span, proposal),
        None => diagnostic
            .help("the roles are `id`, `time`, `target`, `weight` and `group`; a column without one is a feature"),
    }
}

pub(crate) fn duplicate_role(role: Role, span: Span, first: Span) -> Diagnostic {
    let what = match role {
        Role::Target => "learn several targets from tables with one target each",
        Role::Time => "choose the moment at which the row was known",
        Role::Weight => "multiply them into one",
        Role::Group => "make one column of both",
        Role::Id => "leave one out",
    };
    Diagnostic::new(codes::DUPLICATE_ROLE, span, format!("two columns have the role `{}`", role.name()))
        .and(first, "the first one")
        .help(what)
}

/// `wanted`: which types can fill the role.
pub(crate) fn role_type(role: Role, name: &str, ty: &Type, wanted: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::ROLE_TYPE, span, format!("column `{name}` cannot be the `{}`: it is `{ty}`", role.name()))
        .help(format!("the values of a column with the role `{}` are {wanted}", role.name()))
}

pub(crate) fn role_in_struct(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::ROLE_TYPE, span, format!("field `{name}` cannot have a role"))
        .with_label("roles belong to the columns of a table")
        .help("leave the role out; where it matters, derive a column of its own from the field")
}

pub(crate) fn contract_in_struct(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::CONTRACT_TYPE, span, format!("field `{name}` cannot have a contract"))
        .help("contracts are checked on columns: derive one from the field, or leave the contract out")
}

pub(crate) fn conditional_column(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNEXPECTED_TOKEN, span, format!("column `{name}` cannot depend on an argument"))
        .help("leave `if` out; a column that may be absent is nullable: `T?`")
}

/// What a type is, in words with an article.
pub(crate) fn kind(ty: &Type) -> String {
    match ty {
        Type::Table(_) => "a table".into(),
        Type::Estimator(_) => "an estimator".into(),
        Type::Learned(_) => "something learned".into(),
        Type::Record(_) => "a record".into(),
        Type::Range(_) => "a range".into(),
        Type::Search(_) => "a search".into(),
        Type::Sequences(_) => "sequences".into(),
        Type::Graph(..) => "a graph".into(),
        other => format!("`{other}`"),
    }
}
