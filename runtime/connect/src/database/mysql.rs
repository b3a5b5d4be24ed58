//! MySQL and MariaDB.

use gml_ir::{Row, Type, Value};
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlRow, MySqlTypeInfo};
use sqlx::types::Decimal;
use sqlx::types::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::{Arguments, AssertSqlSafe, Column as _, Connection, Executor, Row as _, TypeInfo};

use super::asked::{Asked, qualified};
use super::cells::{Cell, Family};
use super::described::Described;
use super::faults::Trouble;
use super::needed::{Clause, Kind, Needed, Param, Test, is_plain};
use super::rows::{Dialect, Table};
use super::tables::{self, Given, Rows, exact, given};
use super::told::Told;

/// Values of one statement, at most.
const VALUES: usize = 60_000;
/// Rows of one statement, at most.
const ROWS: usize = 2_000;

impl Dialect for MySql {
    fn family(ty: &MySqlTypeInfo) -> Option<Family> {
        let name = ty.name();
        Some(match name.strip_suffix(" UNSIGNED").unwrap_or(name) {
            "BOOLEAN" => Family::Bool,
            "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "YEAR" => Family::Int,
            "FLOAT" | "DOUBLE" => Family::Float,
            "DECIMAL" => Family::Decimal,
            "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "ENUM" | "SET" | "JSON" => {
                Family::Text
            }
            "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => Family::Bytes,
            "DATE" => Family::Date,
            "TIME" => Family::Time,
            "DATETIME" | "TIMESTAMP" => Family::Timestamp,
            _ => return None,
        })
    }

    fn cell(row: &MySqlRow, place: usize, family: Family) -> Result<Cell, sqlx::Error> {
        let name = || row.column(place).type_info().name().to_owned();
        let cell = match family {
            Family::Bool => row.try_get::<Option<i8>, _>(place)?.map(|number| match number {
                0 => Cell::Bool(false),
                1 => Cell::Bool(true),
                other => Cell::Refused(other.to_string()),
            }),
            Family::Int if name() == "YEAR" => {
                row.try_get_unchecked::<Option<u16>, _>(place)?.map(|year| Cell::Int(year.into()))
            }
            Family::Int if name().ends_with("UNSIGNED") => row.try_get::<Option<u64>, _>(place)?.map(Cell::Unsigned),
            Family::Int => row.try_get::<Option<i64>, _>(place)?.map(Cell::Int),
            Family::Float if name() == "FLOAT" => {
                row.try_get::<Option<f32>, _>(place)?.map(|number| Cell::Text(format!("{number:?}")))
            }
            Family::Float => row.try_get::<Option<f64>, _>(place)?.map(Cell::Float),
            Family::Decimal => row.try_get::<Option<Decimal>, _>(place)?.map(|number| Cell::Text(number.to_string())),
            Family::Text => row.try_get_unchecked::<Option<String>, _>(place)?.map(Cell::Text),
            Family::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Cell::Bytes),
            Family::Date => row.try_get::<Option<NaiveDate>, _>(place)?.map(tables::date),
            Family::Time => row.try_get::<Option<NaiveTime>, _>(place)?.map(tables::time),
            Family::Timestamp if name() == "DATETIME" => row
                .try_get::<Option<NaiveDateTime>, _>(place)?
                .map(|at| Cell::Timestamp(at.and_utc().timestamp_micros())),
            Family::Timestamp => {
                row.try_get::<Option<DateTime<Utc>>, _>(place)?.map(|at| Cell::Timestamp(at.timestamp_micros()))
            }
            Family::Duration | Family::Any => None,
        };
        Ok(cell.unwrap_or(Cell::Null))
    }

    fn bind(arguments: &mut MySqlArguments, value: &Value) -> Result<(), String> {
        let added = match value {
            Value::Null => arguments.add(None::<String>),
            Value::Bool(truth) => arguments.add(*truth),
            Value::Int(number) => arguments.add(*number),
            Value::Float(number) => arguments.add(*number),
            Value::Decimal(number) => arguments.add(exact(*number)?),
            Value::Str(text) => arguments.add(text.to_string()),
            Value::Date(day) => arguments.add(tables::day(*day).ok_or("a date outside of the years 1 to 9999")?),
            Value::Timestamp(micros) => arguments.add(tables::moment(*micros).ok_or("a timestamp that no year holds")?),
            other => return Err(format!("{other} is no single value that MySQL takes")),
        };
        added.map_err(|error| error.to_string())
    }

    fn bind_bytes(arguments: &mut MySqlArguments, bytes: Vec<u8>) -> Result<(), String> {
        arguments.add(bytes).map_err(|error| error.to_string())
    }

    fn asks(ty: &MySqlTypeInfo, kind: Kind, name: &str, test: &Test, clause: &mut Clause) -> Option<String> {
        if !compares(kind, ty.name()) {
            return None;
        }
        let Test::Compare(op, value) = test else {
            // A day that is all zeros passes for null where days may not be null, and is no day here.
            let is_day = matches!(kind, Kind::Date | Kind::Timestamp);
            return (!is_day).then(|| super::needed::presence(name, test));
        };
        if let (Kind::Text, Value::Str(text)) = (kind, value) {
            // Byte by byte: the collations of MySQL take large letters for small ones, and a text with blanks behind it for
            // the same. The first of both finds an index.
            let indexed = (*op == "=" && is_plain(text)).then(|| clause.place(Param::Value(value.clone())));
            let indexed = indexed.map(|place| format!("{name} = {place} AND ")).unwrap_or_default();
            let bytes = clause.bytes(text);
            return Some(format!("({indexed}CAST(CONVERT({name} USING utf8mb4) AS BINARY) {op} {bytes})"));
        }
        let place = clause.place(Param::Value(value.clone()));
        Some(format!("{name} {op} {place}"))
    }
}

/// Whether values of a type compare as they do here, and are read as they are: `float` is read by its shortest digits, and a year
/// of two digits is another one.
fn compares(kind: Kind, own: &str) -> bool {
    match kind {
        Kind::Bool => own == "BOOLEAN",
        Kind::Int => matches!(
            own.strip_suffix(" UNSIGNED").unwrap_or(own),
            "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT"
        ),
        Kind::Float => own == "DOUBLE",
        Kind::Text => matches!(own, "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT"),
        Kind::Date => own == "DATE",
        Kind::Timestamp => matches!(own, "DATETIME" | "TIMESTAMP"),
    }
}

/// Asks a query for what is needed.
pub(super) async fn read(url: &str, asked: &Asked, needed: &Needed, table: &mut Table<'_>) -> Result<Told, Trouble> {
    let mut connection = MySqlConnection::connect(url).await?;
    let told = super::rows::read::<MySql>(&mut connection, asked, needed, table).await?;
    // The answer is there; whether the goodbye is heard does not matter.
    let _ = connection.close().await;
    Ok(told)
}

/// The columns of a table that may be null; of a view nothing is asked.
const NULLABLE: &str = "SELECT cast(c.column_name AS char) FROM information_schema.columns c \
     JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
     WHERE t.table_type = 'BASE TABLE' AND c.is_nullable = 'YES' AND c.table_name = ? \
     AND c.table_schema = coalesce(?, database())";

/// What the columns of a row are in the database, by its own words and without a row.
pub(super) async fn describe(url: &str, asked: &Asked, name: &[&str], row: &Row) -> Result<Described, Trouble> {
    let mut connection = MySqlConnection::connect(url).await?;
    let columns = super::rows::describe::<MySql>(&mut connection, asked, row).await?;
    let nullable = match name.split_last() {
        Some((table, schema)) => {
            let nullable = sqlx::query_scalar(NULLABLE).bind(*table).bind(schema.last().copied());
            nullable.fetch_all(&mut connection).await?
        }
        None => Vec::new(),
    };
    let _ = connection.close().await;
    Ok(Described { columns, nullable })
}

fn column_type(ty: &Type) -> Option<String> {
    use gml_ir::IntKind::{I8, I16, I32, I64, U8, U16, U32, U64};
    Some(match ty.non_null() {
        Type::Bool => "boolean".into(),
        Type::Int(I8) => "tinyint(4)".into(),
        Type::Int(U8) => "tinyint unsigned".into(),
        Type::Int(I16) => "smallint".into(),
        Type::Int(U16) => "smallint unsigned".into(),
        Type::Int(I32) => "int".into(),
        Type::Int(U32) => "int unsigned".into(),
        Type::Int(I64) => "bigint".into(),
        Type::Int(U64) | Type::Size => "bigint unsigned".into(),
        Type::Float => "double".into(),
        Type::Float32 => "float".into(),
        Type::Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
        Type::Str | Type::Category | Type::Enum(_) => "longtext character set utf8mb4".into(),
        Type::Bytes => "longblob".into(),
        Type::Date => "date".into(),
        Type::Time => "time(6)".into(),
        Type::Timestamp => "datetime(6)".into(),
        _ => return None,
    })
}

/// Replaces a table: the rows go into a new one, which takes the name of the old one at once.
pub(super) async fn replace(url: &str, name: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
    let declared = rows.declared('`', column_type)?;
    let (table, schema) = name.split_last().map_or(("", &[][..]), |(table, schema)| (*table, schema));
    let within = |table| qualified(schema.iter().copied().chain([table]), '`');
    let staging_name = tables::staging(table);
    let (target, staging, old) = (within(table), within(&staging_name), within(&format!("{staging_name}_old")));
    let mut connection = MySqlConnection::connect(url).await?;
    // What a run left that was killed.
    connection.execute(AssertSqlSafe(format!("DROP TABLE IF EXISTS {staging}, {old}"))).await?;
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT cast(column_name AS char) FROM information_schema.columns WHERE table_name = ? AND table_schema = coalesce(?, database())",
    )
    .bind(table)
    .bind(schema.last().copied())
    .fetch_all(&mut connection)
    .await?;
    // A table with the same columns keeps its types, defaults, indexes and constraints.
    let made = if !columns.is_empty() && rows.has_columns(&columns) {
        format!("CREATE TABLE {staging} LIKE {target}")
    } else {
        format!("CREATE TABLE {staging} ({}) CHARACTER SET utf8mb4", declared.join(", "))
    };
    connection.execute(AssertSqlSafe(made)).await?;
    let names = rows.names('`');
    let at_once = (VALUES / names.len().max(1)).clamp(1, ROWS);
    let line = format!("({})", vec!["?"; names.len()].join(", "));
    let mut work = connection.begin().await?;
    while let Some(frame) = rows.next()? {
        let mut begin = 0;
        while begin < frame.height() {
            let end = (begin + at_once).min(frame.height());
            let mut arguments = MySqlArguments::default();
            for place in begin..end {
                for column in frame.columns() {
                    let added = match given(column, place, ' ')? {
                        Given::Null => arguments.add(None::<String>),
                        Given::Bool(truth) => arguments.add(truth),
                        Given::Int(number) => arguments.add(number),
                        Given::Unsigned(number) => arguments.add(number),
                        Given::Float(number) => arguments.add(number),
                        Given::Text(text) => arguments.add(text),
                        Given::Bytes(bytes) => arguments.add(bytes),
                    };
                    added.map_err(sqlx::Error::Encode)?;
                }
            }
            let sql =
                format!("INSERT INTO {staging} ({}) VALUES {}", names.join(", "), vec![&*line; end - begin].join(", "));
            sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(false).execute(&mut *work).await?;
            begin = end;
        }
    }
    work.commit().await?;
    let swap = if columns.is_empty() {
        format!("RENAME TABLE {staging} TO {target}")
    } else {
        format!("RENAME TABLE {target} TO {old}, {staging} TO {target}")
    };
    connection.execute(AssertSqlSafe(swap)).await?;
    connection.execute(AssertSqlSafe(format!("DROP TABLE IF EXISTS {old}"))).await?;
    let _ = connection.close().await;
    Ok(())
}
