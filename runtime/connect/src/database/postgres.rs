//! PostgreSQL.

use gml_ir::{DAY, Row, Type, Value};
use sqlx::postgres::types::{Oid, PgInterval};
use sqlx::postgres::{PgArguments, PgConnection, PgRow, PgTypeInfo, PgTypeKind, Postgres};
use sqlx::types::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::types::{Decimal, Uuid};
use sqlx::{Arguments, AssertSqlSafe, Column as _, Connection, Executor, Row as _, TypeInfo};

use super::asked::{Asked, qualified, quoted};
use super::cells::{Cell, Family};
use super::described::Described;
use super::faults::Trouble;
use super::needed::{Clause, Kind, Needed, Param, Test, is_plain};
use super::rows::{Dialect, Table};
use super::tables::{self, Rows, csv_line, exact};
use super::told::Told;

/// Bytes that are sent at once.
const PIECE: usize = 1 << 20;

impl Dialect for Postgres {
    fn family(ty: &PgTypeInfo) -> Option<Family> {
        Some(match ty.name() {
            "BOOL" => Family::Bool,
            "INT2" | "INT4" | "INT8" => Family::Int,
            "FLOAT4" | "FLOAT8" => Family::Float,
            "NUMERIC" => Family::Decimal,
            "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "citext" | "UUID" | "JSON" | "JSONB" => Family::Text,
            "BYTEA" => Family::Bytes,
            "DATE" => Family::Date,
            "TIME" => Family::Time,
            "TIMESTAMP" | "TIMESTAMPTZ" => Family::Timestamp,
            "INTERVAL" => Family::Duration,
            _ if matches!(ty.kind(), PgTypeKind::Enum(_)) => Family::Text,
            _ => return None,
        })
    }

    fn cell(row: &PgRow, place: usize, family: Family) -> Result<Cell, sqlx::Error> {
        let name = || row.column(place).type_info().name().to_owned();
        let cell = match family {
            Family::Bool => row.try_get::<Option<bool>, _>(place)?.map(Cell::Bool),
            Family::Int => match &*name() {
                "INT2" => row.try_get::<Option<i16>, _>(place)?.map(|number| Cell::Int(number.into())),
                "INT4" => row.try_get::<Option<i32>, _>(place)?.map(|number| Cell::Int(number.into())),
                _ => row.try_get::<Option<i64>, _>(place)?.map(Cell::Int),
            },
            Family::Float if name() == "FLOAT4" => {
                // The shortest digits that mean this number, not those of the nearest of twice the size.
                row.try_get::<Option<f32>, _>(place)?.map(|number| Cell::Text(format!("{number:?}")))
            }
            Family::Float => row.try_get::<Option<f64>, _>(place)?.map(Cell::Float),
            Family::Decimal => row.try_get::<Option<Decimal>, _>(place)?.map(|number| Cell::Text(number.to_string())),
            Family::Text => match &*name() {
                "UUID" => row.try_get::<Option<Uuid>, _>(place)?.map(|id| Cell::Text(id.to_string())),
                "JSON" | "JSONB" => {
                    row.try_get::<Option<serde_json::Value>, _>(place)?.map(|json| Cell::Text(json.to_string()))
                }
                _ => row.try_get_unchecked::<Option<String>, _>(place)?.map(Cell::Text),
            },
            Family::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Cell::Bytes),
            Family::Date => row.try_get::<Option<NaiveDate>, _>(place)?.map(tables::date),
            Family::Time => row.try_get::<Option<NaiveTime>, _>(place)?.map(tables::time),
            Family::Timestamp if name() == "TIMESTAMP" => row
                .try_get::<Option<NaiveDateTime>, _>(place)?
                .map(|at| Cell::Timestamp(at.and_utc().timestamp_micros())),
            Family::Timestamp => {
                row.try_get::<Option<DateTime<Utc>>, _>(place)?.map(|at| Cell::Timestamp(at.timestamp_micros()))
            }
            Family::Duration => row.try_get::<Option<PgInterval>, _>(place)?.map(interval),
            Family::Any => None,
        };
        Ok(cell.unwrap_or(Cell::Null))
    }

    fn bind(arguments: &mut PgArguments, value: &Value) -> Result<(), String> {
        let added = match value {
            Value::Null => arguments.add(None::<String>),
            Value::Bool(truth) => arguments.add(*truth),
            Value::Int(number) => arguments.add(*number),
            Value::Float(number) => arguments.add(*number),
            Value::Decimal(number) => arguments.add(exact(*number)?),
            Value::Str(text) => arguments.add(text.to_string()),
            Value::Date(day) => arguments.add(tables::day(*day).ok_or("a date outside of the years 1 to 9999")?),
            Value::Timestamp(micros) => arguments.add(tables::moment(*micros).ok_or("a timestamp that no year holds")?),
            Value::Duration(micros) => arguments.add(PgInterval { months: 0, days: 0, microseconds: *micros }),
            Value::List(items) => return list(arguments, items),
            other => return Err(format!("{other} is no single value")),
        };
        added.map_err(|error| error.to_string())
    }

    fn bind_bytes(arguments: &mut PgArguments, bytes: Vec<u8>) -> Result<(), String> {
        arguments.add(bytes).map_err(|error| error.to_string())
    }

    /// Numbers have the size in which they are sent, whatever they are compared with; of other values the query tells the type.
    fn types(values: &[Value]) -> Vec<PgTypeInfo> {
        let ty = |value: &Value| match value {
            Value::Int(_) => <i64 as sqlx::Type<Self>>::type_info(),
            Value::Float(_) => <f64 as sqlx::Type<Self>>::type_info(),
            Value::Decimal(_) => <Decimal as sqlx::Type<Self>>::type_info(),
            Value::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Int(_))) => {
                <Vec<i64> as sqlx::Type<Self>>::type_info()
            }
            _ => PgTypeInfo::with_oid(UNKNOWN),
        };
        values.iter().map(ty).collect()
    }

    fn asks(ty: &PgTypeInfo, kind: Kind, name: &str, test: &Test, clause: &mut Clause) -> Option<String> {
        let value_type = value_type(kind, ty.name())?;
        let Test::Compare(op, value) = test else { return Some(super::needed::presence(name, test)) };
        if let (Kind::Text, Value::Str(text)) = (kind, value) {
            // Byte by byte, as `collate "C"` does, and whatever is the encoding there; the first of both finds an index.
            let bytes = clause.bytes(text);
            let same = format!("convert_to({name}, 'UTF8') {op} {bytes}::bytea");
            if *op != "=" || !is_plain(text) {
                return Some(same);
            }
            let text = clause.place(Param::Value(value.clone()));
            return Some(format!("({name} = {text}::text AND {same})"));
        }
        let place = clause.place(Param::Value(value.clone()));
        Some(format!("{name} {op} ({place}{value_type})"))
    }
}

/// What PostgreSQL calls a type that it has to find out.
const UNKNOWN: Oid = Oid(705);

/// How a value is written that a column is compared with; nothing for types whose values compare in another way than here, or are
/// read as other values: `real` by its shortest digits, `char(n)` without its blanks, `citext`.
fn value_type(kind: Kind, own: &str) -> Option<&'static str> {
    Some(match (kind, own) {
        (Kind::Bool, "BOOL") => "::bool",
        (Kind::Int, "INT2" | "INT4" | "INT8") => "::bigint",
        // Both say that what is no number equals itself and is greater than all others.
        (Kind::Float, "FLOAT8") => "::float8",
        (Kind::Text, "TEXT" | "VARCHAR") => "",
        (Kind::Date, "DATE") => "::date",
        (Kind::Timestamp, "TIMESTAMPTZ") => "::timestamptz",
        (Kind::Timestamp, "TIMESTAMP") => "::timestamptz AT TIME ZONE 'UTC'",
        _ => return None,
    })
}

/// A list, for `= any(:ids)`.
fn list(arguments: &mut PgArguments, items: &[Value]) -> Result<(), String> {
    let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    let ints: Option<Vec<i64>> = items.iter().map(Value::as_int).collect();
    let added = match (ints, texts) {
        (Some(ints), _) => arguments.add(ints),
        (None, Some(texts)) => arguments.add(texts),
        (None, None) => return Err("lists hold integers or texts".into()),
    };
    added.map_err(|error| error.to_string())
}

/// Months have no fixed length.
fn interval(of: PgInterval) -> Cell {
    let days = i64::from(of.days).checked_mul(DAY).and_then(|days| days.checked_add(of.microseconds));
    match days {
        Some(micros) if of.months == 0 => Cell::Duration(micros),
        _ => Cell::Refused(format!("{} months, {} days, {} us", of.months, of.days, of.microseconds)),
    }
}

/// Asks a query for what is needed.
pub(super) async fn read(url: &str, asked: &Asked, needed: &Needed, table: &mut Table<'_>) -> Result<Told, Trouble> {
    let mut connection = PgConnection::connect(url).await?;
    let told = super::rows::read::<Postgres>(&mut connection, asked, needed, table).await?;
    // The answer is there; whether the goodbye is heard does not matter.
    let _ = connection.close().await;
    Ok(told)
}

/// The columns of a table that may be null. Of a view nothing is known: neither it nor its columns say.
const NULLABLE: &str = "SELECT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass($1) AND c.relkind IN ('r', 'p') \
     AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull AND NOT t.typnotnull";

/// What the columns of a row are in the database, by its own words and without a row.
pub(super) async fn describe(url: &str, asked: &Asked, row: &Row) -> Result<Described, Trouble> {
    let mut connection = PgConnection::connect(url).await?;
    let columns = super::rows::describe::<Postgres>(&mut connection, asked, row).await?;
    let nullable = match asked.table() {
        Some(table) => sqlx::query_scalar(NULLABLE).bind(table).fetch_all(&mut connection).await?,
        None => Vec::new(),
    };
    let _ = connection.close().await;
    Ok(Described { columns, nullable })
}

fn column_type(ty: &Type) -> Option<String> {
    use gml_ir::IntKind::{I8, I16, I32, I64, U8, U16, U32, U64};
    Some(match ty.non_null() {
        Type::Bool => "boolean".into(),
        Type::Int(I8 | I16 | U8) => "smallint".into(),
        Type::Int(I32 | U16) => "integer".into(),
        Type::Int(I64 | U32) => "bigint".into(),
        Type::Int(U64) | Type::Size => "numeric(20, 0)".into(),
        Type::Float => "double precision".into(),
        Type::Float32 => "real".into(),
        Type::Decimal { precision, scale } => format!("numeric({precision}, {scale})"),
        Type::Str | Type::Category | Type::Enum(_) => "text".into(),
        Type::Bytes => "bytea".into(),
        Type::Date => "date".into(),
        Type::Time => "time".into(),
        Type::Timestamp => "timestamptz".into(),
        Type::Duration => "interval".into(),
        _ => return None,
    })
}

/// Replaces a table: the rows go into a new one, which takes the place and the name of the old one in the same transaction.
pub(super) async fn replace(url: &str, name: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
    let declared = rows.declared('"', column_type)?;
    let (table, schema) = name.split_last().map_or(("", &[][..]), |(table, schema)| (*table, schema));
    let within = |table| qualified(schema.iter().copied().chain([table]), '"');
    let (target, staging) = (within(table), within(&tables::staging(table)));
    let mut connection = PgConnection::connect(url).await?;
    let mut work = connection.begin().await?;
    let old: Option<String> =
        sqlx::query_scalar("SELECT to_regclass($1)::text").bind(&target).fetch_one(&mut *work).await?;
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
    )
    .bind(&target)
    .fetch_all(&mut *work)
    .await?;
    // A table with the same columns keeps its types, defaults, indexes and constraints.
    let made = if old.is_some() && rows.has_columns(&columns) {
        format!("CREATE TABLE {staging} (LIKE {target} INCLUDING ALL)")
    } else {
        format!("CREATE TABLE {staging} ({})", declared.join(", "))
    };
    work.execute(AssertSqlSafe(made)).await?;
    let copied = format!("COPY {staging} ({}) FROM STDIN (FORMAT csv)", rows.names('"').join(", "));
    let mut copy = work.copy_in_raw(&copied).await?;
    let mut lines = String::with_capacity(2 * PIECE);
    while let Some(frame) = rows.next()? {
        for place in 0..frame.height() {
            csv_line(&frame, place, &mut lines)?;
            if lines.len() >= PIECE {
                copy.send(lines.as_bytes()).await?;
                lines.clear();
            }
        }
    }
    copy.send(lines.as_bytes()).await?;
    copy.finish().await?;
    if old.is_some() {
        work.execute(AssertSqlSafe(format!("DROP TABLE {target}"))).await?;
    }
    work.execute(AssertSqlSafe(format!("ALTER TABLE {staging} RENAME TO {}", quoted(table, '"')))).await?;
    work.commit().await?;
    let _ = connection.close().await;
    Ok(())
}
