//! Holding rows against their schema.

use gml_ir::{Dataset, OnViolation, Role, Row};
use polars::prelude::*;

use super::Tolerated;
use super::rules::{Broken, broken};
use crate::{Fault, code};

/// How many offending rows a message shows.
const SHOWN: usize = 5;

/// Checks every rule of every column. Rows that break one stop the run, are left out or are kept, as the catalog entry
/// says; a null where none may be cannot be kept.
pub(super) fn check(
    mut frame: DataFrame,
    row: &Row,
    dataset: &Dataset,
    origin: &Origin<'_>,
) -> Result<(DataFrame, Vec<Tolerated>), Fault> {
    let mut tolerated = Vec::new();
    let mut left_out: Option<BooleanChunked> = None;
    let wrong = |error: PolarsError| crate::query::fault(&error).at(origin.path);
    for column in &row.columns {
        let series = frame.column(&column.name).map_err(wrong)?.as_materialized_series().clone();
        for rule in broken(&series, column)? {
            let kept = rule.code == code::NULL_IN_COLUMN || rule.code == code::ENUM_VALUE_NOT_LISTED;
            if dataset.on_violation == OnViolation::Fail || dataset.on_violation == OnViolation::Warn && kept {
                return Err(violation(&frame, row, &column.name, &rule, origin)
                    .at(format!("{} ({})", dataset.name, origin.path)));
            }
            tolerate(dataset, &column.name, rule, &mut tolerated, &mut left_out);
        }
    }
    for names in &row.unique {
        if let Some(marks) = repeated(&frame, names)? {
            let rule = Broken { rule: format!("unique [{}]", names.join(", ")), code: code::NOT_UNIQUE, marks };
            let first = names.first().map(|name| &**name).unwrap_or_default();
            if dataset.on_violation == OnViolation::Fail {
                return Err(
                    violation(&frame, row, first, &rule, origin).at(format!("{} ({})", dataset.name, origin.path))
                );
            }
            tolerate(dataset, first, rule, &mut tolerated, &mut left_out);
        }
    }
    if let Some(marks) = left_out {
        frame = frame.filter(&!&marks).map_err(wrong)?;
    }
    Ok((frame, tolerated))
}

fn tolerate(
    dataset: &Dataset,
    column: &str,
    broken: Broken,
    tolerated: &mut Vec<Tolerated>,
    left_out: &mut Option<BooleanChunked>,
) {
    let dropped = dataset.on_violation == OnViolation::Drop;
    let rows = u64::from(broken.marks.sum().unwrap_or(0));
    tolerated.push(Tolerated { column: column.to_owned(), rule: broken.rule, rows, dropped });
    if dropped {
        *left_out = crate::nested::either(left_out.take(), Some(broken.marks));
    }
}

/// Marks on the rows whose key was there before. A key with a null in it is like no other.
fn repeated(frame: &DataFrame, names: &[Arc<str>]) -> Result<Option<BooleanChunked>, Fault> {
    let columns: Vec<Expr> = names.iter().map(|name| col(PlSmallStr::from(&**name))).collect();
    let Some(whole) = columns.iter().map(|column| column.clone().is_not_null()).reduce(Expr::and) else {
        return Ok(None);
    };
    let key = if let [only] = &columns[..] { only.clone() } else { as_struct(columns) };
    let again = key.is_first_distinct().not().and(whole).alias("again");
    let marks = crate::query::collect(frame.clone().lazy().select([again]))?;
    let marks = marks.column("again").and_then(|marks| marks.bool().cloned());
    let marks = marks.map_err(|error| crate::query::fault(&error))?;
    Ok(marks.any().then_some(marks))
}

/// Where the rows come from, for messages.
pub(super) struct Origin<'a> {
    path: &'a str,
    /// The files and how many rows each has.
    files: Vec<(String, usize)>,
}

impl<'a> Origin<'a> {
    /// Rows of one place.
    pub(super) fn of(path: &'a str) -> Self {
        Self { path, files: Vec::new() }
    }

    /// Rows of several files, one behind the other.
    pub(super) fn files(path: &'a str, files: Vec<(String, usize)>) -> Self {
        Self { path, files: if files.len() > 1 { files } else { Vec::new() } }
    }

    fn row(&self, row: usize) -> String {
        let mut before = 0;
        for (file, rows) in &self.files {
            if row < before + rows {
                return format!("{file}, row {}", row - before + 1);
            }
            before += rows;
        }
        format!("row {}", row + 1)
    }
}

fn violation(frame: &DataFrame, row: &Row, column: &str, broken: &Broken, origin: &Origin<'_>) -> Fault {
    let count = broken.marks.sum().unwrap_or(0);
    let rows = if count == 1 { "1 row breaks".to_owned() } else { format!("{count} rows break") };
    let mut fault = Fault::new(broken.code, format!("{rows} the rule of `{column}`: {}", broken.rule));
    let ids: Vec<&str> = row
        .columns
        .iter()
        .filter(|other| other.role == Some(Role::Id) && &*other.name != column)
        .map(|other| &*other.name)
        .collect();
    let places = broken.marks.iter().enumerate().filter(|(_, mark)| *mark == Some(true)).map(|(place, _)| place);
    for place in places.take(SHOWN) {
        let mut line = format!("{}: {column} = {}", origin.row(place), shown(frame, column, place));
        for id in &ids {
            line.push_str(&format!(", {id} = {}", shown(frame, id, place)));
        }
        fault = fault.detail(line);
    }
    let help = match broken.code {
        code::NULL_IN_COLUMN => {
            format!("declare it with a `?` if null is right: `{column}: ..?`; or set on_violation: drop")
        }
        code::ENUM_VALUE_NOT_LISTED => "add the value to the enum, or declare the column as category".to_owned(),
        code::NOT_UNIQUE => "take out the repetitions, or the `unique` of the schema".to_owned(),
        _ => "mend the data or the contract; on_violation: drop leaves such rows out, warn keeps them".to_owned(),
    };
    fault.help(help)
}

fn shown(frame: &DataFrame, column: &str, row: usize) -> String {
    let value = frame.column(column).and_then(|column| column.get(row).map(|value| value.to_string()));
    let value = value.unwrap_or_else(|_| "?".into());
    if value.chars().count() > 60 { value.chars().take(59).chain(['…']).collect() } else { value }
}
