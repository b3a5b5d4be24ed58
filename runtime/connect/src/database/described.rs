//! What a database says of its columns before it gives any row.

use std::path::Path;

use gml_ir::{Dataset, Row, Value};

use super::asked::Asked;
use super::faults::Trouble;
use super::{Database, again, duckdb, mysql, place_of, postgres, sqlite};
use crate::afar::wait;
use crate::{Fault, code, secrets};

/// The columns of a row, held against those that a database has.
pub(super) struct Described {
    /// What each has against them.
    pub(super) columns: Vec<Result<(), Fault>>,
    /// The columns that may be null there, by their names there. None of an answer: whether its columns may be null hangs on
    /// the rows.
    pub(super) nullable: Vec<String>,
}

/// Whether the database of a dataset tells of its columns without giving rows: BigQuery tells of them with the answer.
pub fn describes(dataset: &Dataset) -> bool {
    let kind = match dataset.connector.get("database") {
        Some(Value::Symbol { name, .. }) => name,
        _ => "",
    };
    matches!(&*dataset.connector.name, "sql_table" | "query") && kind != "bigquery"
}

/// What a table of a database, or the answer to a query, has against each column of a row. The database prepares the query and
/// does not run it.
///
/// # Errors
/// Where it is not reached, a secret is missing, or it refuses the query: there is no such table.
pub(crate) fn described(dataset: &Dataset, row: &Row, project: &Path) -> Result<Vec<Option<Fault>>, Fault> {
    for (_, value) in &dataset.connector.args {
        secrets::names(value).iter().try_for_each(|name| secrets::find(name, project).map(drop))?;
    }
    let database = Database::of(dataset, project)?;
    let asked = Asked::of(dataset, None, project, &database)?;
    let name: Vec<&str> = match dataset.connector.get("name").and_then(Value::as_str) {
        Some(name) => name.split('.').collect(),
        None => Vec::new(),
    };
    let described = again(&database, || match &database {
        Database::Postgres(url) => wait(postgres::describe(url, &asked, row))?,
        Database::MySql(url) => wait(mysql::describe(url, &asked, &name, row))?,
        Database::Sqlite(path) => wait(sqlite::describe(path, &asked, &name, row))?,
        Database::DuckDb(path) => duckdb::describe(path, &asked, &name, row),
        Database::BigQuery(_) => Err(Trouble::Fault(
            Fault::new(code::NOT_IMPLEMENTED, "BigQuery tells of columns with the answer").help("run the pipeline"),
        )),
    })?;
    let place = place_of(dataset);
    let tolerated = dataset.connector.get("on_violation").and_then(Value::as_str).is_some_and(|word| word != "fail");
    let columns = row.columns.iter().zip(described.columns).map(|(column, held)| match held {
        Err(fault) => Some(fault.at(&place)),
        Ok(()) => {
            let stored = column.stored_name();
            let may_be_null = described.nullable.iter().any(|nullable| nullable == stored);
            let breaks = may_be_null && !column.ty.is_nullable() && !tolerated;
            breaks.then(|| null_may_come(stored, &column.name, &column.ty.to_string()).at(&place))
        }
    });
    Ok(columns.collect())
}

/// A column that may be null in the database, and may not in the program.
fn null_may_come(stored: &str, name: &str, ty: &str) -> Fault {
    let text = format!("the column `{stored}` may be null in the table, and `{name}: {ty}` may not");
    Fault::new(code::NULL_IN_COLUMN, text)
        .help(format!("declare `{name}: {ty}?`, or have the database say `NOT NULL`: a row without it stops the run"))
}
