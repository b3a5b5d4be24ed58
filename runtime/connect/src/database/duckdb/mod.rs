//! DuckDB files. DuckDB is C++ of which a build takes longer than all else: its package from PyPI is used, in a process of its own
//! ([`worker.py`]), which gives an answer as a Parquet file.

mod setup;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gml_ir::{Column as Declared, Row, Type, Value, hex};
use serde_json::{Value as Json, json};

use super::asked::{Asked, qualified, quoted};
use super::cells::Family;
use super::described::Described;
use super::faults::{Trouble, no_table};
use super::needed::{Clause, Kind, Needed, Param, Test, presence};
use super::rows::{of_another_type, place_of};
use super::spool::Spool;
use super::tables::{self, Rows};
use super::told::Told;
use crate::{Fault, code};

pub use setup::{fetch_duckdb, has_duckdb};

const WORKER: &str = include_str!("worker.py");

/// What values of a type are; nothing where they have no place here or are nested.
fn family(ty: &str) -> Option<Family> {
    Some(match ty {
        "BOOLEAN" => Family::Bool,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT"
        | "HUGEINT" | "UHUGEINT" => Family::Int,
        "FLOAT" | "DOUBLE" => Family::Float,
        "VARCHAR" | "UUID" | "JSON" => Family::Text,
        "BLOB" => Family::Bytes,
        "DATE" => Family::Date,
        "TIME" => Family::Time,
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "TIMESTAMP WITH TIME ZONE" => Family::Timestamp,
        _ if ty.starts_with("DECIMAL(") => Family::Decimal,
        _ if ty.starts_with("ENUM(") => Family::Text,
        _ => return None,
    })
}

/// A column of an answer as it is put into the file: what Parquet has no form for in the form that it has one for. Nothing is
/// rounded: what does not fit is an error of the database.
fn written(declared: &Declared, ty: &str) -> Option<String> {
    let name = quoted(declared.stored_name(), '"');
    let nested = || {
        let is_nested = matches!(declared.ty.non_null(), Type::List(_) | Type::Struct(_) | Type::Vector(_));
        (is_nested && (ty.ends_with(']') || ty.starts_with("STRUCT("))).then(|| name.clone())
    };
    let Some(family) = family(ty) else { return nested() };
    if !family.fits(declared) {
        return None;
    }
    let own = declared.ty.non_null();
    let cast = match (family, ty, own) {
        (_, "UUID", _) => "VARCHAR".to_owned(),
        _ if ty.starts_with("ENUM(") => "VARCHAR".to_owned(),
        // What is stored in another form than it is read as is a number.
        (Family::Int, ..) if declared.parsed.is_some() => "BIGINT".to_owned(),
        (Family::Int, _, Type::Decimal { .. }) => "DECIMAL(38, 0)".to_owned(),
        (Family::Int | Family::Float | Family::Decimal, _, Type::Float32) => "FLOAT".to_owned(),
        // The shortest digits that mean this number, not those of the nearest of twice the size.
        (Family::Float, "FLOAT", Type::Float) => {
            return Some(format!("CAST(CAST({name} AS VARCHAR) AS DOUBLE) AS {name}"));
        }
        (Family::Decimal, _, Type::Int(_) | Type::Size) if !ty.ends_with(",0)") => return None,
        (Family::Int | Family::Decimal, _, Type::Int(_) | Type::Size | Type::Float) => column_type(own)?,
        (Family::Timestamp, "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS", _)
        | (Family::Date, _, Type::Timestamp) => "TIMESTAMP".to_owned(),
        _ => return Some(name),
    };
    Some(format!("CAST({name} AS {cast}) AS {name}"))
}

/// A question to a column of a type; nothing where the answer would be another one than here. Floats are read by their shortest
/// digits, and moments between microseconds are cut.
fn asks(ty: &str, kind: Kind, name: &str, test: &Test, clause: &mut Clause) -> Option<String> {
    let compares = match kind {
        Kind::Bool => ty == "BOOLEAN",
        Kind::Int => matches!(
            ty,
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT"
        ),
        // What is no number equals itself there and is greater than all others, as here.
        Kind::Float => ty == "DOUBLE",
        Kind::Text => ty == "VARCHAR",
        Kind::Date => ty == "DATE",
        Kind::Timestamp => matches!(ty, "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE"),
    };
    if !compares {
        return None;
    }
    let Test::Compare(op, value) = test else { return Some(presence(name, test)) };
    Some(match (kind, value) {
        (Kind::Text, Value::Str(text)) => {
            // Byte by byte, whatever the collation; the first of both finds the groups of rows that may have it.
            let before = (*op == "=" && !text.contains('\0')).then(|| clause.place(Param::Value(value.clone())));
            let before = before.map(|place| format!("{name} = {place} AND ")).unwrap_or_default();
            format!("({before}encode({name}) {op} {})", clause.bytes(text))
        }
        (Kind::Timestamp, Value::Timestamp(micros)) if ty != "TIMESTAMP" => {
            format!("epoch_us({name}) {op} {}", clause.place(Param::Value(Value::Int(*micros))))
        }
        _ => format!("{name} {op} {}", clause.place(Param::Value(value.clone()))),
    })
}

/// What a database says of the columns of an answer: each with its type, and those of the table that it is of that may be null.
struct Columns {
    all: Vec<(String, String)>,
    nullable: Vec<String>,
}

impl Columns {
    /// `name`: of the table that is asked for, with those that it stands in; none of a query.
    fn of(path: &Path, asked: &Asked, values: &[Json], name: &[&str]) -> Result<Self, Trouble> {
        super::file_of(path, false)?;
        let (table, schema) = name.split_last().map_or((None, &[][..]), |(table, schema)| (Some(*table), schema));
        let request = json!({
            "work": "columns", "database": path, "sql": asked.sql, "values": values, "name": table, "schema": schema.last(),
        });
        let answer = call(&request)?;
        let items = |of: &str| answer[of].as_array().cloned().unwrap_or_default();
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let column = |column: &Json| Some((text(&column[0])?, text(&column[1])?));
        Ok(Self {
            all: items("columns").iter().filter_map(column).collect(),
            nullable: items("nullable").iter().filter_map(text).collect(),
        })
    }

    fn names(&self) -> Vec<&str> {
        self.all.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A column of the row as it is put into the file.
    fn written(&self, declared: &Declared) -> Result<String, Fault> {
        let ty = &self.all[place_of(declared, &self.names())?].1;
        let shown = family(ty).map_or(ty.as_str(), |family| family.shown());
        written(declared, ty).ok_or_else(|| of_another_type(declared.stored_name(), shown, &declared.ty))
    }
}

/// What the columns of a row are in the database, by its own words and without a row.
pub(super) fn describe(path: &Path, asked: &Asked, name: &[&str], row: &Row) -> Result<Described, Trouble> {
    let values = asked.values.iter().map(given).collect::<Result<Vec<_>, Fault>>()?;
    let found = Columns::of(path, asked, &values, name)?;
    let columns = row.columns.iter().map(|declared| found.written(declared).map(drop)).collect();
    Ok(Described { columns, nullable: found.nullable })
}

/// Asks a query for what is needed. Gives the file with the rows, in the form in which they are stored.
pub(super) fn read(path: &Path, asked: &Asked, needed: &Needed, spool: Spool) -> Result<(PathBuf, Told), Trouble> {
    let mut values = asked.values.iter().map(given).collect::<Result<Vec<_>, Fault>>()?;
    let columns = Columns::of(path, asked, &values, &[])?;
    let names = columns.names();
    let chosen = needed.row.columns.iter().map(|declared| columns.written(declared));
    let chosen = chosen.collect::<Result<Vec<_>, Fault>>()?;
    let mut clause = asked.clause();
    let told = match asked.fixed() {
        Some(why) => Told::whole(why, needed),
        None => {
            clause.add(needed, &|column, kind, test, clause| {
                let place = place_of(column, &names).ok()?;
                // Columns that are written in another form have the same name.
                let name = format!("answer.{}", asked.quoted(column.stored_name()));
                asks(&columns.all[place].1, kind, &name, test, clause)
            });
            let shown =
                if clause.parts.is_empty() { String::new() } else { format!(" WHERE {}", clause.parts.join(" AND ")) };
            let from = asked.shown();
            Told {
                sql: format!("SELECT {} FROM {from}{shown}", chosen.join(", ")),
                left: std::mem::take(&mut clause.left),
            }
        }
    };
    for value in &clause.values {
        values.push(match value {
            Param::Value(value) => given(value)?,
            Param::Bytes(bytes) => json!({ "bytes": hex(bytes) }),
        });
    }
    let out = std::path::absolute(spool.beside()).unwrap_or_else(|_| spool.beside());
    let condition = clause.parts.join(" AND ");
    let request = json!({
        "work": "ask", "database": path, "sql": asked.sql, "condition": condition, "values": values, "columns": chosen,
        "out": out,
    });
    call(&request)?;
    Ok((spool.keep(&out)?, told))
}

/// Replaces a table: the rows go into a new one, and in the same transaction into the place of the old one.
pub(super) fn replace(path: &Path, name: &[&str], file: &Path, rows: &Rows<'_>) -> Result<(), Trouble> {
    super::file_of(path, true)?;
    let declared = rows.declared('"', column_type)?;
    let (table, schema) = name.split_last().map_or(("", &[][..]), |(table, schema)| (*table, schema));
    let within = |table| qualified(schema.iter().copied().chain([table]), '"');
    let request = json!({
        "work": "replace",
        "database": path,
        "table": within(table),
        "staging": within(&tables::staging(table)),
        "quoted": quoted(table, '"'),
        "schema": schema.last(),
        "name": table,
        "names": rows.names('"'),
        "columns": rows.stored_names(),
        "declared": declared,
        "file": std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf()),
    });
    call(&request).map(drop)
}

fn column_type(ty: &Type) -> Option<String> {
    use gml_ir::IntKind::{I8, I16, I32, I64, U8, U16, U32, U64};
    Some(match ty.non_null() {
        Type::Bool => "BOOLEAN".into(),
        Type::Int(I8) => "TINYINT".into(),
        Type::Int(I16) => "SMALLINT".into(),
        Type::Int(I32) => "INTEGER".into(),
        Type::Int(I64) => "BIGINT".into(),
        Type::Int(U8) => "UTINYINT".into(),
        Type::Int(U16) => "USMALLINT".into(),
        Type::Int(U32) => "UINTEGER".into(),
        Type::Int(U64) | Type::Size => "UBIGINT".into(),
        Type::Float => "DOUBLE".into(),
        Type::Float32 => "FLOAT".into(),
        Type::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        Type::Str | Type::Category | Type::Enum(_) => "VARCHAR".into(),
        Type::Bytes => "BLOB".into(),
        Type::Date => "DATE".into(),
        Type::Time => "TIME".into(),
        Type::Timestamp => "TIMESTAMP WITH TIME ZONE".into(),
        Type::List(item) => format!("{}[]", column_type(item)?),
        Type::Struct(row) => {
            let field = |field: &Declared| {
                let ty = column_type(&field.ty)?;
                Some(format!("{} {ty}", quoted(field.stored_name(), '"')))
            };
            format!("STRUCT({})", row.columns.iter().map(field).collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

/// A value as it goes to the worker: what it is, and its content.
fn given(value: &Value) -> Result<Json, Fault> {
    Ok(match value {
        Value::Null => json!({ "null": null }),
        Value::Bool(truth) => json!({ "bool": truth }),
        Value::Int(number) => json!({ "int": number }),
        Value::Float(number) => json!({ "float": number.to_string() }),
        Value::Decimal(number) => json!({ "decimal": number.to_string() }),
        Value::Str(text) => json!({ "str": text }),
        Value::Date(days) => json!({ "date": days }),
        Value::Timestamp(micros) => json!({ "timestamp": micros }),
        Value::Duration(micros) => json!({ "duration": micros }),
        Value::List(items) => json!({ "list": items.iter().map(given).collect::<Result<Vec<_>, Fault>>()? }),
        other => {
            let text = format!("a value cannot be given to the database: {other} is no single value");
            return Err(Fault::new(code::QUERY_REFUSED, text));
        }
    })
}

/// Has a process do something, and gives what it answers.
fn call(request: &Json) -> Result<Json, Trouble> {
    let home = setup::home().ok_or_else(setup::missing)?;
    let mut process = Command::new(setup::PYTHON)
        .args(["-I", "-c", WORKER])
        .arg(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| setup::no_python(&error))?;
    let mut told = process.stdin.take();
    let sent = told.as_mut().map(|input| writeln!(input, "{request}").and_then(|()| input.flush()));
    let mut line = String::new();
    let read = process.stdout.take().map(|output| BufReader::new(output).read_line(&mut line));
    // Until here its input is open: it ends where this process does.
    drop(told);
    let output = process.wait_with_output().map_err(|error| setup::no_python(&error))?;
    let answer: Option<Json> = serde_json::from_str(&line).ok();
    match (answer, sent, read) {
        (Some(answer), Some(Ok(())), Some(Ok(_))) => match answer["refused"].as_str() {
            None => Ok(answer),
            Some(text) if answer["passes"] == true => Err(Trouble::Busy(text.to_owned())),
            Some(text) if text.starts_with("Catalog Error: Table with name") => {
                let place = request["database"].as_str().unwrap_or_default();
                Err(Trouble::Fault(no_table(place, text.lines().next().unwrap_or_default())))
            }
            Some(text) => Err(Trouble::Fault(
                Fault::new(code::QUERY_REFUSED, "DuckDB refuses")
                    .detail(text.lines().next().unwrap_or_default())
                    .help("correct the query, or what it finds in the database"),
            )),
        },
        _ => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned();
            let text = format!("the process that asks DuckDB ended with {}", output.status);
            Err(Trouble::Fault(
                Fault::new(code::QUERY_REFUSED, text).detail(last).help("run `gmlc setup duckdb` again"),
            ))
        }
    }
}
