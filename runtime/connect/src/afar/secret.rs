//! Values that are never shown.

use gml_ir::Value;

use crate::{Fault, secrets};

/// The text of an argument, which may be a secret.
pub(crate) fn text(value: &Value) -> Result<String, Fault> {
    match value {
        Value::Symbol { name, .. } if &**name == "secret" => {
            let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
            secrets::given(name).map(|secret| secret.expose().to_owned())
        }
        Value::Str(text) => Ok(text.to_string()),
        other => Ok(other.to_string()),
    }
}

/// The text of an argument that may be left out.
pub(crate) fn optional(value: &Value, name: &str) -> Result<Option<String>, Fault> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(given) => text(given).map(Some),
    }
}
