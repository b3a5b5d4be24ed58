//! JSON: the forms of MLflow's `/invocations`, and rows as they are.

use gml_connect::typed::Json;

use super::Asked;
use crate::refusal::Refusal;
use crate::rows::{Rows, short};
use crate::signature::{Named, Signature};

/// The names of MLflow's forms.
const FORMS: [&str; 4] = ["dataframe_split", "dataframe_records", "instances", "inputs"];

type Fields<'f, 'a> = &'f [(std::borrow::Cow<'a, str>, Json<'a>)];

/// The rows of a body.
///
/// # Errors
/// Where it is no JSON (400), or does not fit the signature (422).
pub(super) fn read(text: &str, signature: &Signature) -> Result<Asked, Refusal> {
    let body = Json::parse(text).map_err(|wrong| Refusal::malformed(format!("the body is not JSON: {wrong}")))?;
    let mut rows = Rows::new(signature)?;
    let is_single = match &body {
        Json::Object(fields) if is_form(fields, signature) => {
            form(fields, signature, &mut rows)?;
            false
        }
        Json::Object(fields) => {
            record(fields, &mut rows);
            true
        }
        Json::List(items) => {
            records(items, signature, &mut rows)?;
            false
        }
        other => {
            return Err(Refusal::unknown_form(format!(
                "a record or a list of records is due, and the body is {}",
                what(other)
            )));
        }
    };
    Ok(Asked { rows: rows.finish()?, is_single })
}

/// Whether an object is one of MLflow's forms: a model may read a column that is called as one of them is, whose value is a scalar
/// where a form has rows.
fn is_form(fields: Fields<'_, '_>, signature: &Signature) -> bool {
    fields.iter().filter(|(name, _)| FORMS.contains(&&**name)).any(|(name, value)| {
        signature.named(name) == Named::Unknown || matches!(value, Json::List(_) | Json::Object(_))
    })
}

/// Adds the row of a record.
///
/// # Errors
/// Where the text is no JSON, or something else than a record.
pub(crate) fn push_record(text: &str, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    match Json::parse(text).map_err(|wrong| Refusal::malformed(format!("the row is not JSON: {wrong}")))? {
        Json::Object(fields) => {
            record(&fields, rows);
            Ok(())
        }
        other => Err(Refusal::unknown_form(format!("a record is due, and the row is {}", what(&other)))),
    }
}

/// One of MLflow's forms.
fn form(fields: Fields<'_, '_>, signature: &Signature, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    let mut found = None;
    for (name, value) in fields {
        match &**name {
            form if FORMS.contains(&form) && found.is_none() => found = Some((form, value)),
            form if FORMS.contains(&form) => {
                return Err(Refusal::unknown_form(format!(
                    "the body has two forms of rows, and one is due: {}",
                    FORMS.join(", ")
                )));
            }
            "params" if is_empty(value) => {}
            "params" => return Err(Refusal::unknown_form("the model takes no params: leave them out")),
            other => {
                let text = format!("beside rows the body has `{}`, which means nothing here", short(other));
                return Err(Refusal::unknown_form(text));
            }
        }
    }
    match found {
        Some(("dataframe_split", Json::Object(parts))) => split(parts, signature, rows),
        Some(("dataframe_records", Json::List(items))) => records(items, signature, rows),
        Some(("instances" | "inputs", Json::List(items))) => records(items, signature, rows),
        Some(("inputs", Json::Object(columns))) => by_columns(columns, rows),
        Some((form, other)) => {
            let due = match form {
                "dataframe_split" => "an object with `columns` and `data`",
                "inputs" => "a list of records, or an object with a list for each column",
                _ => "a list of records",
            };
            Err(Refusal::unknown_form(format!("`{form}` must be {due}, and is {}", what(other))))
        }
        None => Err(Refusal::unknown_form("the body has no rows")),
    }
}

fn is_empty(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// `{"columns": [..], "data": [[..], ..]}`; an index says nothing to a model.
fn split(parts: Fields<'_, '_>, signature: &Signature, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    let (mut names, mut data) = (None, None);
    for (name, value) in parts {
        match (&**name, value) {
            ("columns", Json::List(columns)) => names = Some(columns),
            ("data", Json::List(items)) => data = Some(items),
            ("columns" | "data", other) => {
                let text = format!("`{name}` of dataframe_split must be a list, and is {}", what(other));
                return Err(Refusal::unknown_form(text));
            }
            ("index", _) => {}
            (other, _) => {
                let text =
                    format!("dataframe_split has `{}`, and only columns, index and data have a meaning", short(other));
                return Err(Refusal::unknown_form(text));
            }
        }
    }
    let data = data.ok_or_else(|| Refusal::unknown_form("dataframe_split has no `data`"))?;
    let Some(names) = names else {
        return positional(data, signature, rows);
    };
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let Json::Text(name) = name else {
            let text = format!("a name of a column must be a text, and {} is there", what(name));
            return Err(Refusal::unknown_form(text));
        };
        places.push(rows.place(name));
    }
    for item in data {
        rows.begin();
        match item {
            Json::List(values) if values.len() == places.len() => {
                for (place, value) in places.iter().zip(values) {
                    if let Some(place) = place {
                        rows.json(*place, value);
                    }
                }
            }
            Json::List(values) => {
                let text = format!("the row has {} values, and there are {} columns", values.len(), places.len());
                rows.wrong_row("a value for each column", text);
            }
            other => rows.wrong_row("a list of values", format!("the row is {}", what(other))),
        }
        rows.end();
    }
    Ok(())
}

/// Records, or lists of values in the order of the signature.
fn records(items: &[Json<'_>], signature: &Signature, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    if matches!(items.first(), Some(Json::List(_))) {
        return positional(items, signature, rows);
    }
    for item in items {
        match item {
            Json::Object(fields) => record(fields, rows),
            // A single column needs no name.
            other if signature.columns().len() == 1 && !matches!(other, Json::List(_)) => {
                rows.begin();
                rows.json(0, other);
                rows.end();
            }
            other => {
                rows.begin();
                rows.wrong_row("a record", format!("the row is {}", what(other)));
                rows.end();
            }
        }
    }
    Ok(())
}

fn record(fields: Fields<'_, '_>, rows: &mut Rows<'_>) {
    rows.begin();
    for (name, value) in fields {
        if let Some(place) = rows.place(name) {
            rows.json(place, value);
        }
    }
    rows.end();
}

fn positional(items: &[Json<'_>], signature: &Signature, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    let width = signature.columns().len();
    for item in items {
        rows.begin();
        match item {
            Json::List(values) if values.len() == width => {
                values.iter().enumerate().for_each(|(place, value)| rows.json(place, value));
            }
            Json::List(values) => {
                let text =
                    format!("the row has {} values without names, and the model reads {width} columns", values.len());
                rows.wrong_row("a value for each column", text);
            }
            other => rows.wrong_row("a list of values", format!("the row is {}", what(other))),
        }
        rows.end();
    }
    Ok(())
}

/// `{"age": [31, 40], "city": ["Bonn", null]}`
fn by_columns(columns: Fields<'_, '_>, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    let mut lists = Vec::with_capacity(columns.len());
    for (name, values) in columns {
        let Json::List(values) = values else {
            let text = format!("the column `{}` of inputs must be a list, and is {}", short(name), what(values));
            return Err(Refusal::unknown_form(text));
        };
        lists.push((name, rows.place(name), values));
    }
    let height = lists.first().map_or(0, |(.., values)| values.len());
    if let Some((name, _, values)) = lists.iter().find(|(.., values)| values.len() != height) {
        let text = format!(
            "the columns of inputs must have as many values each: the first has {height}, and `{}` has {}",
            short(name),
            values.len()
        );
        return Err(Refusal::unknown_form(text));
    }
    for row in 0..height {
        rows.begin();
        for (_, place, values) in &lists {
            if let (Some(place), Some(value)) = (place, values.get(row)) {
                // MLflow writes a column of a matrix as lists of one value.
                match value {
                    Json::List(one) if one.len() == 1 => rows.json(*place, &one[0]),
                    value => rows.json(*place, value),
                }
            }
        }
        rows.end();
    }
    Ok(())
}

fn what(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::Text(_) => "a text",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    }
}
