//! Constant values as plain JSON, without secrets.

use gml_ir::Value;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::{Number, Value as Json};

/// What stands where a secret was.
pub(crate) const REDACTED: &str = "***";

/// The value as plain JSON: numbers, text, truth, lists and objects are themselves, all else is written as in a program.
/// A secret is [`REDACTED`], wherever in the value it is.
pub(crate) fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Number::from_f64(*number).map_or_else(|| Json::from(number.to_string()), Json::Number),
        Value::Str(text) => Json::from(&**text),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Record(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.to_string(), plain(value))).collect())
        }
        Value::Symbol { name, .. } if &**name == "secret" => Json::from(REDACTED),
        Value::Symbol { .. } => Json::from(redacted(value).to_string()),
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) => {
            let text = value.to_string();
            Json::from(text.strip_prefix('@').unwrap_or(&text))
        }
        Value::Decimal(_) | Value::Duration(_) | Value::Size(_) | Value::Range { .. } => Json::from(value.to_string()),
    }
}

/// The value with [`REDACTED`] in the place of each secret.
pub(crate) fn redacted(value: &Value) -> Value {
    match value {
        Value::Symbol { name, .. } if &**name == "secret" => Value::Str(REDACTED.into()),
        Value::Symbol { name, args } => Value::Symbol {
            name: name.clone(),
            args: args.iter().map(|(name, value)| (name.clone(), redacted(value))).collect(),
        },
        Value::List(items) => Value::List(items.iter().map(redacted).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, value)| (name.clone(), redacted(value))).collect())
        }
        other => other.clone(),
    }
}

/// A number as JSON has it; those that JSON has not as the texts `nan`, `inf` and `-inf`.
pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        serializer.serialize_f64(*number)
    } else if number.is_nan() {
        serializer.serialize_str("nan")
    } else {
        serializer.serialize_str(if *number > 0.0 { "inf" } else { "-inf" })
    }
}

/// The other way round.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Number(f64),
        Text(String),
    }
    match Form::deserialize(deserializer)? {
        Form::Number(number) => Ok(number),
        Form::Text(text) => match text.as_str() {
            "nan" => Ok(f64::NAN),
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            other => Err(serde::de::Error::custom(format!("{other:?} is no number"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Value {
        Value::Symbol { name: "secret".into(), args: vec![("name".into(), Value::Str("PASSWORD".into()))] }
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        let url = Value::Symbol { name: "postgres".into(), args: vec![("url".into(), secret())] };
        let value = Value::Record(vec![("list".into(), Value::List(vec![secret(), url]))]);
        let text = plain(&value).to_string();
        assert!(!text.contains("PASSWORD"), "{text}");
        assert_eq!(text, r#"{"list":["***","postgres(url: \"***\")"]}"#);
    }

    #[test]
    fn values_are_themselves_where_json_has_them() {
        assert_eq!(plain(&Value::Int(7)), Json::from(7));
        assert_eq!(plain(&Value::Str("a".into())), Json::from("a"));
        assert_eq!(plain(&Value::Date(18_653)), Json::from("2021-01-26"));
        assert_eq!(plain(&Value::Duration(60_000_000)), Json::from("1min"));
        assert_eq!(plain(&Value::Float(f64::INFINITY)), Json::from("inf"));
    }
}
