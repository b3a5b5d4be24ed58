//! SQLite files.

use std::path::Path;
use std::time::Duration;

use gml_ir::{Row, Type, Value};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteRow, SqliteTypeInfo};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, Executor, Row as _, TypeInfo, ValueRef};

use super::asked::{Asked, quoted};
use super::cells::{Cell, Family};
use super::described::Described;
use super::faults::Trouble;
use super::needed::{Clause, Kind, Needed, Param, Test};
use super::rows::{Dialect, Table};
use super::tables::{Given, Rows, given};
use super::told::Told;
use crate::text;

/// Values of one statement, at most.
const VALUES: usize = 30_000;

impl Dialect for Sqlite {
    /// Each value has a type of its own; what columns are declared as does not bind them.
    fn family(_: &SqliteTypeInfo) -> Option<Family> {
        Some(Family::Any)
    }

    fn cell(row: &SqliteRow, place: usize, _: Family) -> Result<Cell, sqlx::Error> {
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let name = value.type_info().name().to_owned();
        Ok(match &*name {
            "REAL" => Cell::Float(row.try_get_unchecked(place)?),
            "TEXT" => Cell::Text(row.try_get_unchecked(place)?),
            "BLOB" => Cell::Bytes(row.try_get_unchecked(place)?),
            _ => Cell::Int(row.try_get_unchecked(place)?),
        })
    }

    fn bind(arguments: &mut SqliteArguments, value: &Value) -> Result<(), String> {
        let added =
            match value {
                Value::Null => arguments.add(None::<String>),
                Value::Bool(truth) => arguments.add(*truth),
                Value::Int(number) => arguments.add(*number),
                Value::Float(number) => arguments.add(*number),
                // It has no other numbers with a point.
                Value::Decimal(number) => arguments.add(number.as_float()),
                Value::Str(text) => arguments.add(text.to_string()),
                Value::Date(day) => arguments
                    .add(text::date_text(*day, &text::Stamp::Iso).ok_or("a date outside of the years 1 to 9999")?),
                Value::Timestamp(micros) => arguments
                    .add(text::timestamp_text(*micros, &text::Stamp::Iso).ok_or("a timestamp that no year holds")?),
                other => return Err(format!("{other} is no single value that SQLite takes")),
            };
        added.map_err(|error| error.to_string())
    }

    fn bind_bytes(arguments: &mut SqliteArguments, bytes: Vec<u8>) -> Result<(), String> {
        arguments.add(bytes).map_err(|error| error.to_string())
    }

    /// Each value has a type of its own: what is not of the one that a column is read as comes here, to be read or refused. A `+`
    /// takes from a column what it is declared as, so that the value beside it stays what it is.
    fn asks(_: &SqliteTypeInfo, kind: Kind, name: &str, test: &Test, clause: &mut Clause) -> Option<String> {
        let class = match kind {
            Kind::Bool | Kind::Int => "integer",
            Kind::Float => "real",
            Kind::Text | Kind::Date => "text",
            // The same moment is written in several ways.
            Kind::Timestamp => return None,
        };
        let Test::Compare(op, value) = test else {
            let op = if *test == Test::Null { format!("<> '{class}'") } else { "<> 'null'".to_owned() };
            return Some(format!("typeof({name}) {op}"));
        };
        let place = clause.place(Param::Value(value.clone()));
        let compared = format!("WHEN '{class}' THEN (+{name}) COLLATE BINARY {op} {place}");
        let compared = match kind {
            // Texts in UTF-16 have another order.
            Kind::Text if !matches!(*op, "=" | "<>") => {
                format!(
                    "WHEN '{class}' THEN (SELECT encoding <> 'UTF-8' FROM pragma_encoding) OR (+{name}) COLLATE BINARY {op} {place}"
                )
            }
            Kind::Date => {
                let day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
                format!("WHEN '{class}' THEN {name} NOT GLOB '{day}' OR (+{name}) COLLATE BINARY {op} {place}")
            }
            _ => compared,
        };
        Some(format!("CASE typeof({name}) {compared} WHEN 'null' THEN 0 ELSE 1 END"))
    }
}

async fn connected(path: &Path, write: bool) -> Result<SqliteConnection, Trouble> {
    super::file_of(path, write)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(write)
        .read_only(!write)
        .busy_timeout(Duration::from_secs(20));
    Ok(options.connect().await?)
}

/// Asks a query for what is needed.
pub(super) async fn read(path: &Path, asked: &Asked, needed: &Needed, table: &mut Table<'_>) -> Result<Told, Trouble> {
    let mut connection = connected(path, false).await?;
    let told = super::rows::read::<Sqlite>(&mut connection, asked, needed, table).await?;
    let _ = connection.close().await;
    Ok(told)
}

/// What the columns of a row are in the database, by its own words and without a row: their names. Values have types of their own,
/// and a key may hold null where nothing else is said.
pub(super) async fn describe(path: &Path, asked: &Asked, name: &[&str], row: &Row) -> Result<Described, Trouble> {
    let mut connection = connected(path, false).await?;
    let columns = super::rows::describe::<Sqlite>(&mut connection, asked, row).await?;
    let nullable = match name.split_last() {
        Some((table, schema)) => {
            let schema = schema.last().copied().unwrap_or("main");
            let sql = format!(
                "SELECT name FROM pragma_table_info(?, ?) WHERE \"notnull\" = 0 AND pk = 0 \
                 AND EXISTS (SELECT 1 FROM {}.sqlite_schema AS s WHERE s.type = 'table' AND lower(s.name) = lower(?))",
                quoted(schema, '"')
            );
            let nullable = sqlx::query_scalar(AssertSqlSafe(sql)).bind(*table).bind(schema).bind(*table);
            nullable.fetch_all(&mut connection).await?
        }
        None => Vec::new(),
    };
    let _ = connection.close().await;
    Ok(Described { columns, nullable })
}

/// Numbers that SQLite would round are kept as texts.
fn column_type(ty: &Type) -> Option<String> {
    Some(
        match ty.non_null() {
            Type::Bool | Type::Int(_) | Type::Size => "integer",
            Type::Float | Type::Float32 => "real",
            Type::Bytes => "blob",
            Type::Decimal { .. } | Type::Str | Type::Category | Type::Enum(_) => "text",
            Type::Date | Type::Time | Type::Timestamp | Type::Duration => "text",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Replaces the rows of a table, or the table, in one transaction: SQLite changes definitions in transactions too.
pub(super) async fn replace(path: &Path, name: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
    let declared = rows.declared('"', column_type)?;
    let target = quoted(&name.join("."), '"');
    let mut connection = connected(path, true).await?;
    let mut work = connection.begin_with("BEGIN IMMEDIATE").await?;
    let columns: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info(?)").bind(name.join(".")).fetch_all(&mut *work).await?;
    if !columns.is_empty() && rows.has_columns(&columns) {
        work.execute(AssertSqlSafe(format!("DELETE FROM {target}"))).await?;
    } else {
        work.execute(AssertSqlSafe(format!("DROP TABLE IF EXISTS {target}"))).await?;
        work.execute(AssertSqlSafe(format!("CREATE TABLE {target} ({})", declared.join(", ")))).await?;
    }
    let names = rows.names('"');
    let at_once = (VALUES / names.len().max(1)).clamp(1, 1_000);
    let line = format!("({})", vec!["?"; names.len()].join(", "));
    while let Some(frame) = rows.next()? {
        let mut begin = 0;
        while begin < frame.height() {
            let end = (begin + at_once).min(frame.height());
            let mut arguments = SqliteArguments::default();
            for place in begin..end {
                for column in frame.columns() {
                    let added = match given(column, place, 'T')? {
                        Given::Null => arguments.add(None::<String>),
                        Given::Bool(truth) => arguments.add(truth),
                        Given::Int(number) => arguments.add(number),
                        Given::Unsigned(number) => match i64::try_from(number) {
                            Ok(number) => arguments.add(number),
                            Err(_) => arguments.add(number.to_string()),
                        },
                        // A number that is none would become null.
                        Given::Float(number) if !number.is_finite() => arguments.add(text::float_text(number)),
                        Given::Float(number) => arguments.add(number),
                        Given::Text(text) => arguments.add(text),
                        Given::Bytes(bytes) => arguments.add(bytes),
                    };
                    added.map_err(sqlx::Error::Encode)?;
                }
            }
            let sql =
                format!("INSERT INTO {target} ({}) VALUES {}", names.join(", "), vec![&*line; end - begin].join(", "));
            sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(false).execute(&mut *work).await?;
            begin = end;
        }
    }
    work.commit().await?;
    let _ = connection.close().await;
    Ok(())
}
