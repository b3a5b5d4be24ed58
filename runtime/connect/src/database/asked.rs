//! What is asked of a database: a text with places for values, which go beside it and never into it.

use std::path::Path;

use gml_ir::{Dataset, Value};

use super::Database;
use crate::table::row_of;
use crate::{Fault, code, paths};

/// A query with its values.
pub(super) struct Asked {
    pub(super) sql: String,
    /// In the order of their places.
    pub(super) values: Vec<Value>,
    /// The names of those that have one in the text.
    pub(super) names: Vec<String>,
}

/// How a kind of database writes places for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    /// `$1`
    Numbered,
    /// `?`
    Marks,
    /// `@name`
    Named,
}

impl Asked {
    /// The query of a dataset, in the form of its database.
    pub(super) fn of(dataset: &Dataset, project: &Path, database: &Database) -> Result<Self, Fault> {
        let text = |name: &str| dataset.connector.get(name).and_then(Value::as_str);
        let places = match database {
            Database::Postgres(_) | Database::DuckDb(_) => Places::Numbered,
            Database::MySql(_) | Database::Sqlite(_) => Places::Marks,
            Database::BigQuery(_) => Places::Named,
        };
        let own;
        let sql = match (text("sql"), text("file"), text("name")) {
            (Some(sql), ..) => sql,
            (None, Some(file), _) => {
                let path = paths::resolve(file, project);
                own = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => paths::missing(file, &path),
                    _ => paths::unreadable(&path, &error),
                })?;
                &own
            }
            (None, None, Some(table)) => {
                let quote = if matches!(database, Database::MySql(_) | Database::BigQuery(_)) { '`' } else { '"' };
                let columns = row_of(dataset)?.columns.iter().map(|column| quoted(column.stored_name(), quote));
                let table = qualified(table.split('.'), quote);
                let sql = format!("SELECT {} FROM {table}", columns.collect::<Vec<_>>().join(", "));
                return Ok(Self { sql, values: Vec::new(), names: Vec::new() });
            }
            (None, None, None) => "",
        };
        let args: &[(std::sync::Arc<str>, Value)] = match dataset.connector.get("args") {
            Some(Value::Record(fields)) => fields,
            _ => &[],
        };
        bound(sql.trim().trim_end_matches(';'), args, places)
    }
}

/// A name as it stands in a query.
pub(super) fn quoted(name: &str, quote: char) -> String {
    let doubled = name.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

/// The name of a table with those that it stands in: `"shop"."sales"`
pub(super) fn qualified<'a>(parts: impl IntoIterator<Item = &'a str>, quote: char) -> String {
    parts.into_iter().map(|part| quoted(part, quote)).collect::<Vec<_>>().join(".")
}

/// Takes the names out of a text and puts places for values there.
fn bound(sql: &str, args: &[(std::sync::Arc<str>, Value)], places: Places) -> Result<Asked, Fault> {
    let mut out = String::with_capacity(sql.len());
    let (mut values, mut used): (Vec<Value>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let taken = passed_over(rest);
        if taken > 0 {
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
            continue;
        }
        let name = rest.strip_prefix(':').map(|rest| {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            &rest[..rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len())]
        });
        let begins = |name: &str| name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
        match name.filter(|name| begins(name)) {
            Some(name) => {
                let (known, value) =
                    args.iter().find(|(known, _)| &**known == name).ok_or_else(|| unknown(name, args))?;
                let place = match used.iter().position(|other| *other == name) {
                    Some(place) if places != Places::Marks => place,
                    _ => {
                        used.push(known);
                        values.push(value.clone());
                        values.len() - 1
                    }
                };
                out.push_str(&match places {
                    Places::Numbered => format!("${}", place + 1),
                    Places::Marks => "?".to_owned(),
                    Places::Named => format!("@{name}"),
                });
                rest = &rest[1 + name.len()..];
            }
            None => {
                out.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    match args.iter().find(|(name, _)| !used.contains(&&**name)) {
        Some((name, _)) => {
            Err(Fault::new(code::QUERY_REFUSED, format!("the query has no place for the argument `{name}`"))
                .help(format!("write `:{name}` where its value belongs, or take it out of `args`")))
        }
        None => Ok(Asked { sql: out, values, names: used.into_iter().map(str::to_owned).collect() }),
    }
}

fn unknown(name: &str, args: &[(std::sync::Arc<str>, Value)]) -> Fault {
    let known = crate::nearest::listed(args.iter().map(|(name, _)| &**name), 10);
    let fault = Fault::new(code::QUERY_REFUSED, format!("the query names `:{name}`, and `args` has no `{name}`"));
    let fault = if args.is_empty() { fault } else { fault.detail(format!("it has {known}")) };
    fault.help(format!("give it: query(.., args: {{ {name}: .. }})"))
}

/// How many bytes at the start of a text are none in which a name could stand: texts and names in quotes, comments, `::`.
fn passed_over(text: &str) -> usize {
    let until = |start: &str, end: &str| {
        let behind = text.strip_prefix(start)?;
        Some(behind.find(end).map_or(text.len(), |at| start.len() + at + end.len()))
    };
    let dollars = || {
        // `$tag$ .. $tag$`
        let tag = text.strip_prefix('$')?.find('$')? + 2;
        let is_tag = text[1..tag - 1].chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let is_number = text[1..].starts_with(|letter: char| letter.is_ascii_digit());
        if !is_tag || is_number {
            return None;
        }
        until(&text[..tag], &text[..tag])
    };
    None.or_else(|| until("'", "'"))
        .or_else(|| until("\"", "\""))
        .or_else(|| until("`", "`"))
        .or_else(|| until("--", "\n"))
        .or_else(|| until("/*", "*/"))
        .or_else(dollars)
        .or_else(|| text.starts_with("::").then_some(2))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(args: &[(&str, i64)]) -> Vec<(std::sync::Arc<str>, Value)> {
        args.iter().map(|(name, value)| ((*name).into(), Value::Int(*value))).collect()
    }

    #[test]
    fn names_become_places() {
        let args = ints(&[("a", 1), ("b", 2)]);
        let sql = "select ':a', \":a\", x::int -- :c\n from t where a = :a and b = :b or a = :a";
        let asked = bound(sql, &args, Places::Numbered).unwrap();
        assert!(asked.sql.ends_with("where a = $1 and b = $2 or a = $1"), "{}", asked.sql);
        assert!(asked.sql.starts_with("select ':a', \":a\", x::int -- :c\n"));
        assert_eq!(asked.values, [Value::Int(1), Value::Int(2)]);
        let asked = bound(sql, &args, Places::Marks).unwrap();
        assert!(asked.sql.ends_with("where a = ? and b = ? or a = ?"));
        assert_eq!(asked.values, [Value::Int(1), Value::Int(2), Value::Int(1)]);
        let asked = bound(sql, &args, Places::Named).unwrap();
        assert!(asked.sql.ends_with("where a = @a and b = @b or a = @a"));
        assert_eq!((asked.values, asked.names), (vec![Value::Int(1), Value::Int(2)], vec!["a".into(), "b".into()]));
        assert_eq!(bound("$q$ :a $q$ /* :a */", &[], Places::Numbered).unwrap().sql, "$q$ :a $q$ /* :a */");
    }

    #[test]
    fn names_and_arguments_belong_together() {
        assert!(
            bound("select :c", &ints(&[("a", 1)]), Places::Numbered).is_err_and(|fault| fault.message.contains("`:c`"))
        );
        assert!(
            bound("select 1", &ints(&[("a", 1)]), Places::Numbered).is_err_and(|fault| fault.message.contains("`a`"))
        );
    }
}
