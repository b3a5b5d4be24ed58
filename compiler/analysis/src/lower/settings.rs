//! What the command line and an env say of this run.

use std::cmp::Ordering;
use std::collections::HashMap;

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Type, Value};
use gml_syntax::ast::{Expr, ExprKind, UnaryOperator};

use super::constant::convert;

/// Settings of one run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The name of the env to lay over the program.
    pub env: Option<String>,
    /// `--set name=value`, in order; the last of a name counts.
    pub set: Vec<(String, String)>,
    /// Variables of the process's environment that the program may ask for with `from_env`.
    pub environment: HashMap<String, String>,
}

/// Reads the text of a setting as a value of the type.
///
/// Text parameters take the text as it is, unless it is written in quotes; all else is written as in a program, but that dates and
/// timestamps need no `@`.
pub(super) fn read_setting(name: &str, text: &str, ty: &Type, declared_at: Span) -> Result<Value, Diagnostic> {
    let quoted = text.starts_with('"') || text.starts_with("r\"");
    let wrong = |why: String| {
        Diagnostic::new(codes::BAD_SETTING_VALUE, declared_at, format!("the setting {name}={text} {why}"))
            .with_label(format!("`{name}` is declared here as {ty}"))
            .help(format!("write a value of type {ty}, for example --set {name}={}", example(ty)))
    };
    if matches!(ty.non_null(), Type::Named(kind) if &**kind == "secret") {
        // Others on the machine see the command line, and so would whoever reads this message.
        let message = format!("`{name}` is a secret, which is not set on the command line");
        return Err(Diagnostic::new(codes::BAD_SETTING_VALUE, declared_at, message)
            .with_label("declared here")
            .help("put the value into the environment or the secrets file, under the name that secret(..) asks for"));
    }
    if text == "null" && ty.is_nullable() {
        return Ok(Value::Null);
    }
    if matches!(ty.non_null(), Type::Str | Type::Category | Type::Enum(_)) && !quoted {
        return one_of(ty.non_null(), text).map_err(wrong);
    }
    let written = if holds_days(ty) { with_signs(text) } else { text.to_owned() };
    let (expression, diagnostics) = gml_syntax::parse_expression(declared_at.file, &written);
    let Some(expression) = expression.filter(|_| diagnostics.is_empty()) else {
        return Err(wrong("cannot be read as a value".into()));
    };
    let value = literal(&expression).ok_or_else(|| wrong("is no plain value".into()))?;
    let value = convert(value, ty).map_err(|found| wrong(format!("is {found}, where {ty} is due")))?;
    if has_empty_range(&value) {
        return Err(wrong("has nothing in it: it ends before it begins".into()));
    }
    Ok(value)
}

/// Whether it is a range that holds no value, or a list of which one is; written in a program, it is GML0225.
fn has_empty_range(value: &Value) -> bool {
    match value {
        Value::Range { start, end, inclusive } => match start.compared(end) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !inclusive,
            _ => false,
        },
        Value::List(items) => items.iter().any(has_empty_range),
        _ => false,
    }
}

fn one_of(ty: &Type, text: &str) -> Result<Value, String> {
    if let Type::Enum(values) = ty
        && !values.iter().any(|value| &**value == text)
    {
        let values: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
        return Err(format!("is none of {}", values.join(", ")));
    }
    Ok(Value::Str(text.into()))
}

/// Whether values of the type are days or moments, or made of such.
fn holds_days(ty: &Type) -> bool {
    match ty.non_null() {
        Type::Date | Type::Timestamp => true,
        Type::Range(item) | Type::List(item) => holds_days(item),
        _ => false,
    }
}

/// With an `@` before each year that begins a day.
fn with_signs(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    for (at, character) in text.char_indices() {
        let before = text[..at].chars().next_back();
        let begins =
            before.is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '@' | '-' | '+' | ':' | '_'));
        let year = text.as_bytes().get(at..at + 5);
        if begins && year.is_some_and(|year| year[..4].iter().all(u8::is_ascii_digit) && year[4] == b'-') {
            written.push('@');
        }
        written.push(character);
    }
    written
}

fn example(ty: &Type) -> String {
    match ty.non_null() {
        Type::Bool => "true".into(),
        Type::Int(_) => "42".into(),
        Type::Float | Type::Float32 | Type::Decimal { .. } => "0.5".into(),
        Type::Date => "@2021-01-26".into(),
        Type::Timestamp => "@2021-01-26T08:00:00Z".into(),
        Type::Duration => "90s".into(),
        Type::Size => "2GiB".into(),
        Type::Range(item) => format!("{}..{}", example(item), example(item)),
        Type::List(item) => format!("'[{}]'", example(item)),
        Type::Enum(values) => values.first().map_or_else(String::new, ToString::to_string),
        _ => "\"text\"".into(),
    }
}

/// The value of an expression that is a plain literal.
fn literal(expression: &Expr) -> Option<Value> {
    Some(match &expression.kind {
        ExprKind::Int(number) => Value::Int(*number),
        ExprKind::Float(number) => Value::Float(*number),
        ExprKind::Text(text) => Value::Str(text.clone()),
        ExprKind::Bool(truth) => Value::Bool(*truth),
        ExprKind::Null => Value::Null,
        ExprKind::Date(days) => Value::Date(*days),
        ExprKind::Timestamp(micros) => Value::Timestamp(*micros),
        ExprKind::Duration(micros) => Value::Duration(*micros),
        ExprKind::Size(bytes) => Value::Size(*bytes),
        ExprKind::Range { start, end, inclusive } => {
            Value::Range { start: Box::new(literal(start)?), end: Box::new(literal(end)?), inclusive: *inclusive }
        }
        ExprKind::List(items) => Value::List(items.iter().map(literal).collect::<Option<_>>()?),
        ExprKind::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| Some((name.text.clone(), literal(value)?)));
            Value::Record(fields.collect::<Option<_>>()?)
        }
        ExprKind::Unary(UnaryOperator::Negate, of) => match literal(of)? {
            Value::Int(number) => Value::Int(number.checked_neg()?),
            Value::Float(number) => Value::Float(-number),
            Value::Duration(micros) => Value::Duration(micros.checked_neg()?),
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::FileId;

    use super::*;

    fn read(text: &str, ty: &Type) -> Result<String, String> {
        let value = read_setting("day", text, ty, Span::new(FileId(0), 0, 0));
        value.map(|value| value.to_string()).map_err(|wrong| wrong.message)
    }

    #[test]
    fn days_and_moments_need_no_sign() {
        let range = Type::Range(Type::Date.into());
        let read = |text: &str, ty: &Type| read(text, ty).unwrap();
        assert_eq!(read("2021-12-01", &Type::Date), "@2021-12-01");
        assert_eq!(read("@2021-12-01", &Type::Date.nullable()), "@2021-12-01");
        assert_eq!(read("2021-12-01T08:00:00Z", &Type::Timestamp), "@2021-12-01T08:00:00Z");
        assert_eq!(read("2021-12-01..2021-12-05", &range), "@2021-12-01..@2021-12-05");
        assert_eq!(read("@2021-12-01..<2021-12-05", &range), "@2021-12-01..<@2021-12-05");
        assert_eq!(read("[2021-12-01, 2021-12-05]", &Type::List(Type::Date.into())), "[@2021-12-01, @2021-12-05]");
        assert_eq!(read("2021-12-01", &Type::Str), "\"2021-12-01\"");
    }

    #[test]
    fn what_is_no_day_is_told_as_it_was_given() {
        let wrong = read("2021-13-01", &Type::Date).unwrap_err();
        assert!(wrong.contains("day=2021-13-01 "), "{wrong}");
        assert!(read("2021-12-01", &Type::INT).is_err());
    }

    #[test]
    fn a_range_has_something_in_it() {
        let (days, counts) = (Type::Range(Type::Date.into()), Type::Range(Type::INT.into()));
        for text in ["2021-12-05..2021-12-01", "2021-12-05..<2021-12-05"] {
            let wrong = read(text, &days).unwrap_err();
            assert!(wrong.contains("has nothing in it"), "{wrong}");
        }
        assert!(read("[1..3, 3..1]", &Type::List(counts.clone().into())).is_err());
        assert_eq!(read("2021-12-05..2021-12-05", &days).unwrap(), "@2021-12-05..@2021-12-05");
        assert_eq!(read("3..3", &counts).unwrap(), "3..3");
    }
}
