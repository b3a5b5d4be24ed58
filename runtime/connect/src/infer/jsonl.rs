//! Columns of JSON lines.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::spelling::text_type;
use super::written::is_word;
use super::{Found, Parsed, ROWS};
use crate::{Fault, code, paths, text};

/// The columns of a file: the names of its objects, in the order in which they come.
pub(super) fn columns(path: &Path) -> Result<Vec<Found>, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| paths::unreadable(path, &error))?;
    let mut names: Vec<String> = Vec::new();
    let mut rows: Vec<Map<String, Json>> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).take(ROWS) {
        let object: Map<String, Json> = serde_json::from_str(line).map_err(|error| {
            Fault::new(code::MALFORMED_LINE, format!("line {} is no JSON object: {error}", index + 1))
                .help("each line holds one object")
        })?;
        for name in object.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        rows.push(object);
    }
    let columns = names.into_iter().map(|stored| {
        let values: Vec<&Json> = rows.iter().map(|row| row.get(&stored).unwrap_or(&Json::Null)).collect();
        let nullable = values.iter().any(|value| value.is_null());
        let mut notes = Vec::new();
        let (ty, parsed) = match json_type(&values, &mut notes) {
            Ok((ty, parsed)) => (Ok(ty), parsed),
            Err(Mixed(kinds)) => (Err(format!("{stored:?} holds {kinds}, and no type reads them all")), None),
        };
        Found { stored, ty, nullable, parsed, notes }
    });
    Ok(columns.collect())
}

/// The kinds of values that no type reads together.
struct Mixed(String);

impl Mixed {
    fn of(values: &[&Json]) -> Self {
        let mut kinds: Vec<&str> = Vec::new();
        for value in values {
            let kind = match value {
                Json::Null => continue,
                Json::Bool(_) => "bools",
                Json::Number(_) => "numbers",
                Json::String(_) => "texts",
                Json::Array(_) => "lists",
                Json::Object(_) => "objects",
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Self(kinds.join(" and "))
    }
}

fn json_type(values: &[&Json], notes: &mut Vec<String>) -> Result<(String, Option<Parsed>), Mixed> {
    let values: Vec<&Json> = values.iter().copied().filter(|value| !value.is_null()).collect();
    let all = |fits: fn(&Json) -> bool| values.iter().all(|value| fits(value));
    let plain = |ty: &str| Ok((ty.to_owned(), None));
    if all(Json::is_string) {
        let (ty, parsed) = text_type(&values.iter().filter_map(|value| value.as_str()).collect::<Vec<_>>());
        Ok((ty.to_owned(), parsed))
    } else if all(Json::is_boolean) {
        plain("bool")
    } else if all(Json::is_i64) {
        plain("int")
    } else if all(|value| value.is_number() || is_no_number(value)) {
        plain("float")
    } else if all(Json::is_array) {
        let items: Vec<&Json> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
        let null = if items.iter().any(|item| item.is_null()) { "?" } else { "" };
        Ok((format!("list[{}{null}]", inner_type(&items, notes)?), None))
    } else if all(Json::is_object) {
        Ok((object_type(&values, notes), None))
    } else {
        Err(Mixed::of(&values))
    }
}

/// Whether this is `"NaN"` or `"inf"`: numbers that JSON has no other way to write.
fn is_no_number(value: &Json) -> bool {
    value.as_str().and_then(text::float).is_some_and(|number| !number.is_finite())
}

/// A struct of the fields that can be declared.
fn object_type(values: &[&Json], notes: &mut Vec<String>) -> String {
    let mut names: Vec<&String> = Vec::new();
    for name in values.iter().filter_map(|value| value.as_object()).flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (words, others): (Vec<&String>, Vec<&String>) = names.into_iter().partition(|name| is_word(name));
    if !others.is_empty() {
        notes.push(format!("no name in GML for its {others:?}"));
    }
    let mut fields = Vec::with_capacity(words.len());
    for name in words {
        let inner: Vec<&Json> = values.iter().map(|value| value.get(name).unwrap_or(&Json::Null)).collect();
        let null = if inner.iter().any(|value| value.is_null()) { "?" } else { "" };
        match inner_type(&inner, notes) {
            Ok(ty) => fields.push(format!("{name}: {ty}{null}")),
            Err(Mixed(kinds)) => notes.push(format!("its {name:?} holds {kinds}, and no type reads them all")),
        }
    }
    format!("struct {{ {} }}", fields.join(", "))
}

/// The type of values within others, which have no stored form of their own.
fn inner_type(values: &[&Json], notes: &mut Vec<String>) -> Result<String, Mixed> {
    match json_type(values, notes)? {
        (_, Some(_)) => Ok("str".into()),
        (ty, None) => Ok(ty),
    }
}
