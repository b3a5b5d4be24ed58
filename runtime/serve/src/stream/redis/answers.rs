//! Entries as a server of Redis answers with them.

use redis::Value;

use super::super::entry::{Entry, Receipt};

/// The bytes of a text.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::BulkString(bytes) => Some(bytes.clone()),
        Value::SimpleString(text) => Some(text.clone().into_bytes()),
        Value::Int(number) => Some(number.to_string().into_bytes()),
        _ => None,
    }
}

/// The entries of an answer: lists of an id and fields. An entry that was deleted since has no fields.
fn entries(value: &Value) -> Option<Vec<Entry>> {
    let Value::Array(items) = value else { return if *value == Value::Nil { Some(Vec::new()) } else { None } };
    items.iter().filter(|item| **item != Value::Nil).map(entry).collect()
}

fn entry(value: &Value) -> Option<Entry> {
    let Value::Array(parts) = value else { return None };
    let [id, fields] = &parts[..] else { return None };
    let id = String::from_utf8(bytes(id)?).ok()?;
    let fields = match fields {
        Value::Nil => Vec::new(),
        Value::Array(flat) => {
            flat.chunks(2).map(|pair| Some((bytes(pair.first()?)?, bytes(pair.get(1)?)?))).collect::<Option<_>>()?
        }
        _ => return None,
    };
    Some(Entry { id, fields, receipt: Receipt::Id })
}

/// The entries of the one stream that was read; none where there was nothing to read.
pub(super) fn of_stream(value: &Value) -> Option<Vec<Entry>> {
    match value {
        Value::Nil => Some(Vec::new()),
        Value::Array(streams) => {
            let Some(Value::Array(stream)) = streams.first() else { return Some(Vec::new()) };
            entries(stream.get(1)?)
        }
        _ => None,
    }
}

/// Where to go on claiming, and the entries that were claimed.
pub(super) fn claimed(value: &Value) -> Option<(String, Vec<Entry>)> {
    let Value::Array(parts) = value else { return None };
    let next = String::from_utf8(bytes(parts.first()?)?).ok()?;
    Some((next, entries(parts.get(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn answers_are_taken_apart() {
        let entry = |id: &str| {
            Value::Array(vec![text(id), Value::Array(vec![text("row"), text("{}"), text("key"), text("7")])])
        };
        let read =
            Value::Array(vec![Value::Array(vec![text("orders"), Value::Array(vec![entry("1-0"), entry("1-1")])])]);
        let found = of_stream(&read).unwrap();
        assert_eq!((found.len(), &*found[1].id, found[1].field("key")), (2, "1-1", Some(&b"7"[..])));
        assert_eq!(of_stream(&Value::Nil), Some(Vec::new()));
        let deleted = Value::Array(vec![text("2-0"), Value::Nil]);
        let answer = Value::Array(vec![text("0-0"), Value::Array(vec![entry("1-0"), Value::Nil, deleted])]);
        let (next, found) = claimed(&answer).unwrap();
        assert_eq!((&*next, found.len(), found[1].fields.len()), ("0-0", 2, 0));
        assert_eq!(of_stream(&Value::Int(3)), None);
    }
}
