//! A schema as a program declares it.

use std::collections::{HashMap, HashSet};

use super::{Found, Parsed};

/// The declaration. What cannot be read is left out, and said in its place.
pub(super) fn schema(name: &str, columns: &[Found], delimiter: Option<char>) -> String {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    columns.iter().for_each(|column| *counts.entry(&column.stored).or_default() += 1);
    let mut taken: HashSet<String> = HashSet::new();
    let mut text = format!("schema {name} {{\n");
    if let Some(delimiter) = delimiter {
        text.push_str(&comment(&format!("the file is read by csv(.., delimiter: {:?})", delimiter.to_string())));
    }
    let mut told: HashSet<&str> = HashSet::new();
    for (place, column) in columns.iter().enumerate() {
        let stored = &*column.stored;
        let times = counts.get(stored).copied().unwrap_or(1);
        if stored.is_empty() {
            let why = format!("column {} has no name, by which it could be read", place + 1);
            text.push_str(&left_out(&why));
        } else if times > 1 {
            if told.insert(stored) {
                let why = format!("{stored:?} stands in the header {times} times, and it is not clear which is meant");
                text.push_str(&left_out(&why));
            }
        } else {
            match &column.ty {
                Ok(ty) => text.push_str(&declared(column, ty, own_name(stored, place, &mut taken))),
                Err(why) => text.push_str(&left_out(why)),
            }
        }
    }
    text.push_str("}\n");
    text
}

fn comment(text: &str) -> String {
    format!("    # {}\n", text.replace(['\n', '\r'], " "))
}

fn left_out(why: &str) -> String {
    comment(&format!("{why}: it is left out"))
}

fn declared(column: &Found, ty: &str, own: String) -> String {
    let null = if column.nullable { "?" } else { "" };
    let mut line = format!("    {own}: {ty}{null}");
    if own != column.stored {
        line.push_str(&format!(" named {:?}", column.stored));
    }
    match column.parsed {
        Some(Parsed::Format(form)) => line.push_str(&format!(" parsed {form:?}")),
        Some(Parsed::Unit(unit)) => line.push_str(&format!(" parsed {unit}")),
        // By now it is decided for the whole file.
        Some(Parsed::Either(_)) | None => {}
    }
    line.push_str(",\n");
    if ty.contains("struct {  }") {
        line.insert_str(0, "    #");
    }
    let notes: String = column.notes.iter().map(|note| comment(note)).collect();
    notes + &line
}

/// A name of a column in the language that none before it has.
fn own_name(stored: &str, place: usize, taken: &mut HashSet<String>) -> String {
    let mut own = snake_case(stored, place);
    while !taken.insert(own.clone()) {
        own.push('_');
    }
    own
}

/// Whether a program can write the name as it is.
pub(super) fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn snake_case(stored: &str, place: usize) -> String {
    let mut name = String::new();
    let mut before_lower = false;
    for letter in stored.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            if letter.is_ascii_uppercase() && before_lower {
                name.push('_');
            }
            before_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
            name.push(letter.to_ascii_lowercase());
        } else {
            before_lower = false;
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    let name = name.trim_end_matches('_').to_owned();
    match name.chars().next() {
        None => format!("column_{}", place + 1),
        Some(first) if first.is_ascii_digit() => format!("c_{name}"),
        Some(_) => name,
    }
}
