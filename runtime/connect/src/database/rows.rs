//! Rows of an answer on their way into columns of the declared types.

use futures_core::stream::BoxStream;
use gml_ir::{Column as Declared, Row, Type, Value};
use polars::prelude::*;
use sqlx::{AssertSqlSafe, Column as _, Database, Executor, IntoArguments, SqlSafeStr, Statement, TypeInfo};

use super::asked::{Asked, Narrowed};
use super::cells::{Cell, Family, push};
use super::faults::Trouble;
use super::needed::{Clause, Kind, Needed, Param, Test};
use super::spool::Spool;
use super::told::Told;
use crate::afar::next;
use crate::cell::Builder;
use crate::query::guarded;
use crate::table::{Misfits, lacks_of};
use crate::{Fault, code};

/// Rows that are put together before they are written.
const BATCH: usize = 1 << 16;

/// How a kind of database names its types, and what its values are.
pub(super) trait Dialect: Database {
    /// What values of a type are; nothing where they have no place here.
    fn family(ty: &Self::TypeInfo) -> Option<Family>;

    /// The value of a row at a place.
    fn cell(row: &Self::Row, place: usize, family: Family) -> Result<Cell, sqlx::Error>;

    /// Puts a value beside a query.
    fn bind(arguments: &mut Self::Arguments, value: &Value) -> Result<(), String>;

    /// Puts bytes beside a query.
    fn bind_bytes(arguments: &mut Self::Arguments, bytes: Vec<u8>) -> Result<(), String>;

    /// The types of values that are bound, where the database has to be told of them.
    fn types(_values: &[Value]) -> Vec<Self::TypeInfo> {
        Vec::new()
    }

    /// A question to a column of a type, called by its name; nothing where the answer would be another one than here.
    fn asks(ty: &Self::TypeInfo, kind: Kind, name: &str, test: &Test, clause: &mut Clause) -> Option<String>;
}

/// The table that an answer becomes.
pub(super) struct Table<'a> {
    row: &'a Row,
    builders: Vec<Builder>,
    misfits: Misfits<'a>,
    spool: Spool,
    /// Rows that wait in the builders, and those before them.
    waiting: usize,
    before: u64,
}

impl<'a> Table<'a> {
    /// One without rows.
    pub(super) fn new(row: &'a Row, spool: Spool) -> Result<Self, Fault> {
        Ok(Self { row, builders: builders(row)?, misfits: Misfits::of_answer(row), spool, waiting: 0, before: 0 })
    }

    /// Where each column of the row is in an answer with such columns.
    fn places<D: Dialect>(&self, columns: &[D::Column]) -> Result<Vec<(usize, Family)>, Fault> {
        self.row.columns.iter().map(|declared| found_in::<D>(declared, columns)).collect()
    }

    fn push<D: Dialect>(&mut self, row: &D::Row, places: &[(usize, Family)]) -> Result<(), Trouble> {
        self.waiting += 1;
        let number = self.before + self.waiting as u64;
        for (index, (place, family)) in places.iter().enumerate() {
            let cell = match D::cell(row, *place, *family) {
                Ok(cell) => cell,
                Err(error @ (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))) => {
                    Cell::Refused(error.to_string())
                }
                Err(error) => return Err(error.into()),
            };
            if let Err(misfit) = push(&mut self.builders[index], cell, &self.row.columns[index]) {
                self.misfits.add(index, number, misfit);
            }
        }
        if self.waiting == BATCH { Ok(self.write()?) } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Fault> {
        let full = std::mem::replace(&mut self.builders, builders(self.row)?);
        let columns =
            self.row.columns.iter().zip(full).map(|(column, builder)| {
                guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column)
            });
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        self.before += self.waiting as u64;
        let frame = guarded(|| DataFrame::new(std::mem::take(&mut self.waiting), columns))?;
        self.spool.push(frame)
    }

    /// The file with the rows.
    pub(super) fn finish(mut self) -> Result<std::path::PathBuf, Fault> {
        self.misfits.finish()?;
        self.misfits = Misfits::of_answer(self.row);
        self.write()?;
        self.spool.finish()
    }
}

pub(super) fn given_twice(stored: &str) -> Fault {
    let text = format!("the answer has `{stored}` more than once");
    Fault::new(code::QUERY_REFUSED, text).help("give one of them another name: `.. as name`")
}

pub(super) fn of_another_type(stored: &str, shown: &str, declared: &Type) -> Fault {
    let text = format!("the column `{stored}` is {shown} in the answer, and {declared} is declared");
    Fault::new(code::STORED_TYPE_DIFFERS, text)
        .help("declare it as it is, or bring it to the type in the query: `cast(.. as ..)`")
}

fn builders(row: &Row) -> Result<Vec<Builder>, Fault> {
    let builder = |column: &Declared| {
        Builder::of(column).filter(Builder::is_scalar).ok_or_else(|| {
            let text = format!("a table of a database cannot hold `{}`: {}", column.name, column.ty);
            Fault::new(code::CONNECTOR_CANNOT_HOLD, text).help("keep the table as Parquet")
        })
    };
    row.columns.iter().map(builder).collect()
}

/// Where a declared column is among those of an answer, and what its values are.
fn found_in<D: Dialect>(declared: &Declared, columns: &[D::Column]) -> Result<(usize, Family), Fault> {
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    let place = place_of(declared, &names)?;
    let ty = columns[place].type_info();
    let family = D::family(ty).filter(|family| family.fits(declared)).ok_or_else(|| {
        let shown =
            D::family(ty).map_or_else(|| format!("{} in the database", ty.name()), |family| family.shown().to_owned());
        of_another_type(declared.stored_name(), &shown, &declared.ty)
    })?;
    Ok((place, family))
}

/// Where a declared column is among those of an answer.
pub(super) fn place_of(declared: &Declared, names: &[&str]) -> Result<usize, Fault> {
    let stored = declared.stored_name();
    let place = names
        .iter()
        .position(|name| *name == stored)
        .ok_or_else(|| lacks_of("the answer", stored, &declared.name, names))?;
    if names[place + 1..].contains(&stored) { Err(given_twice(stored)) } else { Ok(place) }
}

/// What a query says with the conditions and for the columns that are needed, where that is less than what it answers as it is
/// written; and the conditions that stay here.
fn narrowed<D: Dialect>(asked: &Asked, needed: &Needed, columns: &[D::Column]) -> (Option<Narrowed>, Told) {
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    if let Some(why) = asked.fixed() {
        return (None, Told::whole(why, needed));
    }
    let mut clause = asked.clause();
    clause.add(needed, &|column, kind, test, clause| {
        let place = place_of(column, &names).ok()?;
        D::asks(columns[place].type_info(), kind, &asked.quoted(column.stored_name()), test, clause)
    });
    let (left, all) = (std::mem::take(&mut clause.left), clause.parts.is_empty());
    match asked.narrowed(&needed.row, &names, clause) {
        Some(narrowed) => {
            let told = Told { sql: narrowed.sql.clone(), left };
            (Some(narrowed), told)
        }
        None if all => (None, Told { sql: asked.sql.clone(), left }),
        None => (None, Told::whole("columns of its answer have the same name", needed)),
    }
}

/// What each column of a row has against what the database says of its answer. Nothing is asked for but that.
pub(super) async fn describe<D: Dialect>(
    connection: &mut D::Connection,
    asked: &Asked,
    row: &Row,
) -> Result<Vec<Result<(), Fault>>, Trouble>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let sql = AssertSqlSafe(asked.sql.clone()).into_sql_str();
    let statement = connection.prepare_with(sql, &D::types(&asked.values)).await?;
    let columns = statement.columns();
    Ok(row.columns.iter().map(|declared| found_in::<D>(declared, columns).map(drop)).collect())
}

/// Asks, and puts what is answered into the table.
pub(super) async fn read<D: Dialect>(
    connection: &mut D::Connection,
    asked: &Asked,
    needed: &Needed,
    table: &mut Table<'_>,
) -> Result<Told, Trouble>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    D::Arguments: IntoArguments<D>,
{
    // The text is the program's own; values of other origin stand beside it.
    let safe = |sql: &str| AssertSqlSafe(sql.to_owned()).into_sql_str();
    let types = D::types(&asked.values);
    let (mut places, (narrowed, told)) = {
        let statement = connection.prepare_with(safe(&asked.sql), &types).await?;
        (table.places::<D>(statement.columns())?, narrowed::<D>(asked, needed, statement.columns()))
    };
    let mut arguments = D::Arguments::default();
    let mut bound: Result<(), String> = asked.values.iter().try_for_each(|value| D::bind(&mut arguments, value));
    let mut sql = safe(&asked.sql);
    if let Some(Narrowed { sql: text, values }) = narrowed {
        sql = safe(&text);
        places = table.places::<D>(connection.prepare_with(sql.clone(), &types).await?.columns())?;
        bound = bound.and_then(|()| {
            values.into_iter().try_for_each(|value| match value {
                Param::Value(value) => D::bind(&mut arguments, &value),
                Param::Bytes(bytes) => D::bind_bytes(&mut arguments, bytes),
            })
        });
    }
    bound
        .map_err(|text| Fault::new(code::QUERY_REFUSED, format!("a value cannot be given to the database: {text}")))?;
    let mut rows: BoxStream<'_, Result<D::Row, sqlx::Error>> =
        sqlx::query_with::<D, _>(sql, arguments).fetch(connection);
    while let Some(row) = next(&mut rows).await {
        table.push::<D>(&row?, &places)?;
    }
    drop(rows);
    Ok(told)
}
