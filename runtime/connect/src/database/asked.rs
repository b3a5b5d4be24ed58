//! What is asked of a database: a text with places for values, which go beside it and never into it.

use std::path::Path;

use gml_ir::{Dataset, QueryPiece, Row, Value, query_pieces};

use super::Database;
use super::needed::{Clause, Param};
use super::plain::why_not;
use crate::{Fault, code, paths};

/// A query with its values.
pub(super) struct Asked {
    pub(super) sql: String,
    /// In the order of their places.
    pub(super) values: Vec<Value>,
    /// The names of those that have one in the text.
    pub(super) names: Vec<String>,
    from: Origin,
    /// What stands around names.
    quote: char,
    numbered: bool,
}

/// What rows and columns can be chosen from.
enum Origin {
    /// A table, by its name.
    Table(String),
    /// The answer to the query, which means the same within another one.
    Answer,
    /// Nothing: why the query is asked as it is written.
    Nothing(&'static str),
}

/// A query that answers with less: fewer columns, and rows for which conditions hold.
pub(super) struct Narrowed {
    pub(super) sql: String,
    /// The values of the conditions, behind those of the query.
    pub(super) values: Vec<Param>,
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
    /// The query of a dataset, in the form of its database: of a table for the columns of a row, or for all that it has.
    pub(super) fn of(dataset: &Dataset, row: Option<&Row>, project: &Path, database: &Database) -> Result<Self, Fault> {
        let text = |name: &str| dataset.connector.get(name).and_then(Value::as_str);
        let places = match database {
            Database::Postgres(_) | Database::DuckDb(_) => Places::Numbered,
            Database::MySql(_) | Database::Sqlite(_) => Places::Marks,
            Database::BigQuery(_) => Places::Named,
        };
        let quote = if matches!(places, Places::Named) || matches!(database, Database::MySql(_)) { '`' } else { '"' };
        let numbered = places == Places::Numbered;
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
                let table = qualified(table.split('.'), quote);
                let (values, names) = (Vec::new(), Vec::new());
                let chosen = row.map_or_else(|| "*".to_owned(), |row| columns(row, quote));
                let sql = format!("SELECT {chosen} FROM {table}");
                return Ok(Self { sql, values, names, from: Origin::Table(table), quote, numbered });
            }
            (None, None, None) => "",
        };
        let args: &[(std::sync::Arc<str>, Value)] = match dataset.connector.get("args") {
            Some(Value::Record(fields)) => fields,
            _ => &[],
        };
        let sql = sql.trim().trim_end_matches(';');
        let (text, values, names) = bound(sql, args, places)?;
        let from = match why_not(sql) {
            None => Origin::Answer,
            Some(why) => Origin::Nothing(why),
        };
        Ok(Self { sql: text, values, names, from, quote, numbered })
    }

    /// The table whose rows are asked for, as its name stands in a query.
    pub(super) fn table(&self) -> Option<&str> {
        if let Origin::Table(table) = &self.from { Some(table) } else { None }
    }

    /// A name as the database writes it.
    pub(super) fn quoted(&self, name: &str) -> String {
        quoted(name, self.quote)
    }

    /// No condition on its rows yet.
    pub(super) fn clause(&self) -> Clause {
        Clause::new(self.numbered.then_some(self.values.len()))
    }

    /// What rows and columns are chosen from, as it is shown.
    pub(super) fn shown(&self) -> String {
        match &self.from {
            Origin::Table(table) => table.clone(),
            Origin::Answer | Origin::Nothing(_) => format!("({}) AS answer", self.sql),
        }
    }

    /// Why rows cannot be chosen from what it answers, nor columns; nothing where they can.
    pub(super) fn fixed(&self) -> Option<&'static str> {
        if let Origin::Nothing(why) = self.from { Some(why) } else { None }
    }

    /// The query for the columns of a row, and for the rows for which the conditions hold. Nothing where it is that already, or where
    /// it cannot be said: where names of its answer stand for several of its columns.
    pub(super) fn narrowed(&self, row: &Row, answered: &[&str], clause: Clause) -> Option<Narrowed> {
        let fewer = row.columns.len() < answered.len();
        let from = match &self.from {
            Origin::Table(_) if clause.parts.is_empty() => return None,
            Origin::Table(table) => table.clone(),
            Origin::Answer if clause.parts.is_empty() && !fewer => return None,
            Origin::Answer if are_distinct(answered) => format!("({}\n) AS answer", self.sql),
            Origin::Answer | Origin::Nothing(_) => return None,
        };
        let mut sql = format!("SELECT {} FROM {from}", columns(row, self.quote));
        if !clause.parts.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&clause.parts.join(" AND "));
        }
        Some(Narrowed { sql, values: clause.values })
    }
}

/// The columns of a row by their names in the database.
fn columns(row: &Row, quote: char) -> String {
    row.columns.iter().map(|column| quoted(column.stored_name(), quote)).collect::<Vec<_>>().join(", ")
}

/// Whether no two names are alike, for databases that do not tell large letters from small ones either.
fn are_distinct(names: &[&str]) -> bool {
    let mut names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
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
fn bound(
    sql: &str,
    args: &[(std::sync::Arc<str>, Value)],
    places: Places,
) -> Result<(String, Vec<Value>, Vec<String>), Fault> {
    let mut out = String::with_capacity(sql.len());
    let (mut values, mut used): (Vec<Value>, Vec<&str>) = (Vec::new(), Vec::new());
    for piece in query_pieces(sql) {
        let name = match piece {
            QueryPiece::Text(text) => {
                out.push_str(text);
                continue;
            }
            QueryPiece::Name(name) => name,
        };
        let (known, value) = args.iter().find(|(known, _)| &**known == name).ok_or_else(|| unknown(name, args))?;
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
    }
    match args.iter().find(|(name, _)| !used.contains(&&**name)) {
        Some((name, _)) => {
            Err(Fault::new(code::QUERY_REFUSED, format!("the query has no place for the argument `{name}`"))
                .help(format!("write `:{name}` where its value belongs, or take it out of `args`")))
        }
        None => Ok((out, values, used.into_iter().map(str::to_owned).collect())),
    }
}

fn unknown(name: &str, args: &[(std::sync::Arc<str>, Value)]) -> Fault {
    let known = crate::nearest::listed(args.iter().map(|(name, _)| &**name), 10);
    let fault = Fault::new(code::QUERY_REFUSED, format!("the query names `:{name}`, and `args` has no `{name}`"));
    let fault = if args.is_empty() { fault } else { fault.detail(format!("it has {known}")) };
    fault.help(format!("give it: query(.., args: {{ {name}: .. }})"))
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
        let (text, values, _) = bound(sql, &args, Places::Numbered).unwrap();
        assert!(text.ends_with("where a = $1 and b = $2 or a = $1"), "{text}");
        assert!(text.starts_with("select ':a', \":a\", x::int -- :c\n"));
        assert_eq!(values, [Value::Int(1), Value::Int(2)]);
        let (text, values, _) = bound(sql, &args, Places::Marks).unwrap();
        assert!(text.ends_with("where a = ? and b = ? or a = ?"));
        assert_eq!(values, [Value::Int(1), Value::Int(2), Value::Int(1)]);
        let (text, values, names) = bound(sql, &args, Places::Named).unwrap();
        assert!(text.ends_with("where a = @a and b = @b or a = @a"));
        assert_eq!((values, names), (vec![Value::Int(1), Value::Int(2)], vec!["a".into(), "b".into()]));
        assert_eq!(bound("$q$ :a $q$ /* :a */", &[], Places::Numbered).unwrap().0, "$q$ :a $q$ /* :a */");
    }

    fn asked(sql: &str) -> Asked {
        let (values, names) = (vec![Value::Int(1)], vec!["a".into()]);
        Asked { sql: sql.into(), values, names, from: Origin::Answer, quote: '"', numbered: true }
    }

    #[test]
    fn conditions_and_columns_go_around_a_query() {
        let row = Row::of(vec![gml_ir::Column::new("n", gml_ir::Type::INT)]);
        let asked = asked("select * from t where a = $1 -- the rest");
        let clause = || {
            let mut clause = asked.clause();
            let place = clause.place(Param::Value(Value::Int(5)));
            clause.parts.push(format!("\"n\" > {place}"));
            clause
        };
        let narrowed = asked.narrowed(&row, &["n", "m"], clause()).unwrap();
        let due = "SELECT \"n\" FROM (select * from t where a = $1 -- the rest\n) AS answer WHERE \"n\" > $2";
        assert_eq!((narrowed.sql.as_str(), narrowed.values.len()), (due, 1));
        assert!(asked.narrowed(&row, &["n"], asked.clause()).is_none(), "it answers just that already");
        assert!(asked.narrowed(&row, &["n", "N"], clause()).is_none(), "which of them is meant?");
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
