//! The border to polars: its errors and panics become faults here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::*;

use crate::{Fault, code};

/// Runs the query.
///
/// The in-memory engine is used: its row order and its sums do not depend on the number of threads. Custom functions in
/// a query answer with faults, which come through unchanged.
///
/// # Errors
///
/// What a custom function found, or what polars answers, as a fault.
pub fn collect(frame: LazyFrame) -> Result<DataFrame, Fault> {
    guarded(|| frame.collect_with_engine(Engine::InMemory).map(|result| result.unwrap_single()))
}

/// Calls polars.
///
/// # Errors
///
/// What it answers, as a fault; a panic inside of it is a fault too.
pub fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| fault(&error)),
        Err(payload) => {
            let text = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(Fault::new(code::INTERNAL_ERROR, format!("the table engine stopped: {text}"))
                .help("if the data are whole, this is a fault of GML itself: report it with the program"))
        }
    }
}

/// Puts rows behind those that are there.
///
/// # Errors
/// Where they have other columns.
pub fn append(all: &mut Option<DataFrame>, rows: DataFrame) -> Result<(), Fault> {
    match all {
        Some(all) => guarded(|| all.vstack_mut_owned(rows).map(drop)),
        None => {
            *all = Some(rows);
            Ok(())
        }
    }
}

/// The fault behind an error of polars.
pub fn fault(error: &PolarsError) -> Fault {
    match error {
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => fault(error),
        PolarsError::IO { error, msg } => match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
            Some(own) => own.clone(),
            None => io_fault(error, msg.as_ref().map(|text| text.to_string())),
        },
        PolarsError::ColumnNotFound(text) => {
            let (name, columns) = not_found(text);
            no_column(name, &columns)
        }
        PolarsError::InvalidOperation(text) if text.contains("conversion from") => {
            Fault::new(code::ARITHMETIC_FAULT, format!("a value does not fit its type: {text}"))
                .help("take a wider type, or leave such rows out with filter")
        }
        PolarsError::ComputeError(text) if text.contains("regex") => {
            Fault::new(code::BAD_PATTERN, format!("a regular expression cannot be read: {text}"))
        }
        PolarsError::ComputeError(text) if text.contains("parquet") => {
            Fault::new(code::NOT_PARQUET, format!("a Parquet file is damaged: {text}"))
                .help("write the file again from its source")
        }
        PolarsError::InvalidOperation(text) | PolarsError::ComputeError(text) if text.contains("conversion") => {
            Fault::new(code::ARITHMETIC_FAULT, text.to_string())
                .help("take a wider type, or leave such rows out with filter")
        }
        other => Fault::new(code::INTERNAL_ERROR, format!("the table engine refused a step: {other}"))
            .help("this is a fault of GML itself: report it with the program"),
    }
}

/// That a table has no column of that name, which is known only when it runs where its row is open.
pub fn no_column(name: &str, columns: &[&str]) -> Fault {
    let fault = Fault::new(code::UNKNOWN_COLUMN, format!("there is no column {name}")).help(
        "correct the name; a step before this one has an open row, and with `|> conform(Schema)` behind that step names are \
         checked before anything runs",
    );
    if columns.is_empty() {
        return fault;
    }
    let shown: Vec<&str> = columns.iter().copied().take(SHOWN).collect();
    let more = match columns.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    fault.detail(format!("the columns are {}{more}", shown.join(", ")))
}

/// How many columns are listed where one is not found.
const SHOWN: usize = 20;

/// The name and the columns that there are, out of what polars says: `unable to find column "b"; valid columns: ["a"]`, or the
/// name alone.
fn not_found(text: &str) -> (&str, Vec<&str>) {
    let line = text.lines().next().unwrap_or_default();
    let Some((_, rest)) = line.split_once("unable to find column \"") else {
        return (line.trim_matches('"'), Vec::new());
    };
    let Some((name, rest)) = rest.split_once("\"; valid columns: [") else {
        return (rest.trim_end_matches('"'), Vec::new());
    };
    let columns = rest.trim_end_matches(']').split(", ").map(|column| column.trim_matches('"'));
    (name, columns.filter(|column| !column.is_empty() && !column.starts_with("__gml_")).collect())
}

fn io_fault(error: &std::io::Error, context: Option<String>) -> Fault {
    let text = context.unwrap_or_else(|| error.to_string());
    match error.kind() {
        std::io::ErrorKind::OutOfMemory => {
            Fault::new(code::OUT_OF_MEMORY, text).help("read fewer columns or rows, or give the run more memory")
        }
        std::io::ErrorKind::NotFound => {
            Fault::new(code::FILE_MISSING, text).help("a file was removed while the run was under way; run again")
        }
        _ => Fault::new(code::CANNOT_READ, text).help("see that the file can be read to its end"),
    }
}

/// Carries a fault through polars, for work inside of a query.
pub(crate) fn carried(fault: Fault) -> PolarsError {
    PolarsError::IO { error: Arc::new(std::io::Error::other(fault)), msg: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_found_is_named_with_those_that_are() {
        let frame = df!("who" => ["x"], "a" => [1]).unwrap();
        let found = collect(frame.lazy().filter(col("zz").gt(lit(1)))).unwrap_err();
        assert_eq!((found.code, &*found.message), ("GML0301", "there is no column zz"));
        assert_eq!(found.details, ["the columns are who, a"]);
    }
}
