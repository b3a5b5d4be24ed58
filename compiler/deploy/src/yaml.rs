//! Plain data as YAML that parsers of 1.1 (PyYAML, which Kubeflow Pipelines reads with) and of 1.2 (Go, for Kubernetes and Argo) read
//! alike: blocks, and double quotes around every text that one of them could take for something else
//! (<https://yaml.org/type/>, <https://yaml.org/spec/1.2.2/>).

use std::fmt::Write;

use serde_json::{Map, Number, Value};

/// The value as a document, with a line break at its end.
pub(crate) fn yaml(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(fields) if !fields.is_empty() => object(fields, 0, false, &mut text),
        Value::Array(items) if !items.is_empty() => array(items, 0, &mut text),
        value => {
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
    text
}

/// `first_is_placed`: what stands before the first field is written already.
fn object(fields: &Map<String, Value>, indent: usize, first_is_placed: bool, text: &mut String) {
    for (place, (name, value)) in fields.iter().enumerate() {
        if place > 0 || !first_is_placed {
            blanks(indent, text);
        }
        text.push_str(&written(name));
        text.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                object(inner, indent + 2, false, text);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                array(items, indent + 2, text);
            }
            value => {
                text.push(' ');
                text.push_str(&scalar(value));
                text.push('\n');
            }
        }
    }
}

fn array(items: &[Value], indent: usize, text: &mut String) {
    for item in items {
        blanks(indent, text);
        text.push_str("- ");
        match item {
            Value::Object(fields) if !fields.is_empty() => object(fields, indent + 2, true, text),
            Value::Array(inner) if !inner.is_empty() => {
                text.push('\n');
                array(inner, indent + 2, text);
            }
            value => {
                text.push_str(&scalar(value));
                text.push('\n');
            }
        }
    }
}

fn blanks(count: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', count));
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => written(text),
        Value::Number(number) => numeral(number),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        Value::Bool(_) | Value::Null => value.to_string(),
    }
}

/// A number; one with an exponent has a point and a sign in it, without which YAML 1.1 takes it for a text.
fn numeral(number: &Number) -> String {
    let text = number.to_string();
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

fn written(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Words that some parser takes for a truth or for nothing.
const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"];

/// Whether every parser takes the text without quotes for this text.
fn is_plain(text: &str) -> bool {
    // `--set`, not `-`, `---` or a negative number.
    let is_option =
        text.strip_prefix("--").is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_alphabetic()));
    let begins = text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_' || sign == '/');
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "_/.-=+@".contains(sign);
    let signs = text.char_indices().all(|(place, sign)| match sign {
        // A colon within, as in an image's `registry/shop:1`, not one that ends a key.
        ':' => text[place + 1..].starts_with(is_sign),
        sign => is_sign(sign),
    });
    (begins || is_option) && signs && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // What is not printable for YAML, and what it takes for a line break.
            '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(sign));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_within_blocks() {
        let value = json!({
            "kind": "Job",
            "spec": { "args": ["run", "--set", "seed=7"], "empty": {}, "none": [], "count": 2, "on": true },
            "items": [{ "name": "a", "inner": { "x": 0.5 } }, [1, [2]], {}],
        });
        insta::assert_snapshot!(yaml(&value));
        assert_eq!(yaml(&json!([])), "[]\n");
        assert_eq!(yaml(&json!("a b")), "\"a b\"\n");
    }

    #[test]
    fn what_could_be_taken_for_something_else_is_quoted() {
        for plain in
            ["gmlc", "/app", "registry.io/shop:1", "--set", "seed=7", "nvidia.com/gpu", "a-b_c", "gs://bucket/x", "x="]
        {
            assert_eq!(written(plain), plain);
        }
        for other in [
            "",
            "yes",
            "Off",
            "null",
            "~",
            "1",
            "1.5",
            "2.1.0",
            "-1",
            ".5",
            "0x1f",
            "12:30",
            "2021-01-01",
            "a: b",
            "a #b",
            "a:",
            "-",
            "---",
            "--",
            "- a",
            "*x",
            "&x",
            "!x",
            "{{x}}",
            "[a]",
            "a,b",
            "@x",
            "`x`",
            "a b",
            "é",
            "=",
            "<<",
        ] {
            assert!(written(other).starts_with('"'), "{other}");
        }
        assert_eq!(written("a\"b\\\n\u{7f}\u{2028}ü"), "\"a\\\"b\\\\\\n\\u007f\\u2028ü\"");
    }

    #[test]
    fn numbers_with_an_exponent_are_numbers_in_every_version() {
        assert_eq!(yaml(&json!(1e300)), "1.0e+300\n");
        assert_eq!(yaml(&json!(1.5e-9)), "1.5e-9\n");
        assert_eq!(yaml(&json!(4.0)), "4.0\n");
    }
}
