//! Databases: what they answer, and tables that are replaced as a whole.
//!
//! An answer is read row by row, brought to the declared types and put down as a Parquet file of this machine, from which
//! the dataset is read like any other. So it need not fit into memory, and what was answered is known by its content.

mod asked;
mod bigquery;
mod cells;
mod described;
mod duckdb;
mod faults;
mod mysql;
mod needed;
mod plain;
mod postgres;
mod rows;
mod spool;
mod sqlite;
mod tables;
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gml_ir::{Dataset, Row, Value};

use crate::afar::{self, cleaned, jittered, patience, wait};
use crate::{Fault, code, paths};
use asked::Asked;
use bigquery::BigQuery;
use faults::Trouble;
use rows::Table;
use spool::Spool;
use tables::Rows;

pub(crate) use described::described;
pub use described::describes;
pub use duckdb::{fetch_duckdb, has_duckdb};
pub(crate) use needed::Needed;
pub(crate) use told::Told;

/// A database, and how it is reached.
enum Database {
    Postgres(String),
    MySql(String),
    Sqlite(PathBuf),
    DuckDb(PathBuf),
    BigQuery(BigQuery),
}

impl Database {
    fn of(dataset: &Dataset, project: &Path) -> Result<Self, Fault> {
        let settings = dataset.connector.get("database").unwrap_or(&Value::Null);
        let text = |name| afar::optional(settings, name).map(Option::unwrap_or_default);
        let kind = if let Value::Symbol { name, .. } = settings { name } else { "" };
        match kind {
            "postgres" => text("url").map(Self::Postgres),
            "mysql" => text("url").map(Self::MySql),
            "sqlite" => Ok(Self::Sqlite(paths::resolve(&text("path")?, project))),
            "bigquery" => BigQuery::of(settings).map(Self::BigQuery),
            "duckdb" => Ok(Self::DuckDb(paths::resolve(&text("path")?, project))),
            other => Err(Fault::new(code::NOT_IMPLEMENTED, format!("`{other}` is no database that is known"))
                .help("use postgres, mysql, sqlite, duckdb or bigquery")),
        }
    }

    /// What messages call it.
    fn shown(&self) -> String {
        match self {
            // What is no address may have its password anywhere.
            Self::Postgres(url) | Self::MySql(url) if !url.contains("://") => "of this connection".into(),
            Self::Postgres(url) | Self::MySql(url) => cleaned(url),
            Self::BigQuery(place) => place.shown(),
            Self::Sqlite(path) | Self::DuckDb(path) => path.display().to_string(),
        }
    }
}

/// What messages call the place of a dataset in a database.
pub(crate) fn place_of(dataset: &Dataset) -> String {
    let kind = match dataset.connector.get("database") {
        Some(Value::Symbol { name, .. }) => name,
        _ => "a database",
    };
    match dataset.connector.get("name").and_then(Value::as_str) {
        Some(table) => format!("{kind} {table}"),
        None => format!("a query of {kind}"),
    }
}

/// The file with what is needed of a database's answer to a query, or of the rows of its table.
///
/// # Errors
/// Where it is not reached, refuses the query, or answers values of another type.
pub(crate) fn answer(dataset: &Dataset, project: &Path, needed: &Needed) -> Result<Answer, Fault> {
    let database = Database::of(dataset, project)?;
    let asked = Asked::of(dataset, Some(&needed.row), project, &database)?;
    let (file, told) = again(&database, || {
        let spool = Spool::of(dataset, project)?;
        let mut table = match &database {
            Database::DuckDb(path) => return duckdb::read(path, &asked, needed, spool),
            Database::BigQuery(place) => {
                let file = wait(bigquery::read(place, &asked, &needed.row, spool, dataset))??;
                // Types are told with the answer, and nothing is known of how it would compare.
                let whole = Told::whole("", needed);
                return Ok((file, Told { sql: asked.sql.clone(), ..whole }));
            }
            _ => Table::new(&needed.row, spool)?,
        };
        let told = match &database {
            Database::Postgres(url) => wait(postgres::read(url, &asked, needed, &mut table))??,
            Database::MySql(url) => wait(mysql::read(url, &asked, needed, &mut table))??,
            Database::Sqlite(path) => wait(sqlite::read(path, &asked, needed, &mut table))??,
            Database::DuckDb(_) | Database::BigQuery(_) => Told::default(),
        };
        Ok((table.finish()?, told))
    })?;
    let as_stored = matches!(database, Database::DuckDb(_));
    Ok(Answer { file, as_stored, row: needed.row.clone(), columns: needed.columns(), told })
}

/// What a database answered.
pub(crate) struct Answer {
    /// A Parquet file of this machine.
    pub(crate) file: PathBuf,
    /// Whether its columns have the names and the forms that the database has; else they are those of the program.
    pub(crate) as_stored: bool,
    /// The row with the columns of the file.
    pub(crate) row: Row,
    /// Their names, where those are not all of the dataset.
    pub(crate) columns: Option<Vec<Arc<str>>>,
    /// What was asked.
    pub(crate) told: Told,
}

/// Replaces a table by the rows of a Parquet file: readers see the old table or the new one.
///
/// # Errors
/// Where the database is not reached or refuses the rows.
pub(crate) fn replace(dataset: &Dataset, row: &Row, file: &Path, project: &Path) -> Result<(), Fault> {
    let database = Database::of(dataset, project)?;
    let name = dataset.connector.get("name").and_then(Value::as_str).unwrap_or_default();
    let name: Vec<&str> = name.split('.').collect();
    again(&database, || {
        let mut rows = Rows::of(file, row)?;
        match &database {
            Database::Postgres(url) => wait(postgres::replace(url, &name, &mut rows))?,
            Database::MySql(url) => wait(mysql::replace(url, &name, &mut rows))?,
            Database::Sqlite(path) => wait(sqlite::replace(path, &name, &mut rows))?,
            Database::DuckDb(path) => duckdb::replace(path, &name, file, &rows),
            Database::BigQuery(_) => Err(Trouble::Fault(
                Fault::new(code::ONLY_READ, "tables of BigQuery are only read in this version")
                    .help("save as Parquet to a bucket that BigQuery reads, gs://.."),
            )),
        }
    })
}

/// Does something that is done wholly or not at all, and again where the connection was lost.
fn again<T>(database: &Database, work: impl Fn() -> Result<T, Trouble>) -> Result<T, Fault> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        match work() {
            Ok(done) => return Ok(done),
            Err(Trouble::Passing(_) | Trouble::Busy(_)) if begun.elapsed() + pause < patience() => {
                std::thread::sleep(jittered(pause));
                pause = (pause * 2).min(Duration::from_secs(10));
            }
            Err(trouble) => return Err(trouble.fault(&database.shown())),
        }
    }
}

/// The file of a database, whose folder may not be there yet.
fn file_of(path: &Path, write: bool) -> Result<(), Fault> {
    if write && let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| crate::table::replace::cannot(path, &error))?;
    }
    if !write && !path.exists() {
        return Err(paths::missing(&path.to_string_lossy(), path));
    }
    Ok(())
}
