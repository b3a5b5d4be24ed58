//! Holding rows against their schema.

use std::collections::BTreeMap;

use gml_ir::{OnViolation, Role, Row};
use polars::prelude::*;

use super::Tolerated;
use super::rules::{Broken, NEVER_NULL, broken};
use crate::{Fault, code, typed};

/// How many offending rows a message shows.
const SHOWN: usize = 5;

/// A rule that rows of a table, or of a part of it, break.
#[derive(Clone, Debug)]
pub(super) struct Breach {
    /// The column of the schema, or behind all of them the set of `unique` columns, and which of its rules: the order in
    /// which rules are told.
    place: (usize, usize),
    column: String,
    rule: String,
    code: &'static str,
    rows: u64,
    /// The first of the rows, a line each.
    shown: Vec<String>,
}

impl Breach {
    /// Whether the type of the column has no value for such rows, so that they cannot be kept.
    fn has_no_value(&self) -> bool {
        self.code == code::NULL_IN_COLUMN || self.code == code::ENUM_VALUE_NOT_LISTED
    }

    /// Whether the rows are left out, where the run goes on.
    fn leaves_out(&self, on_violation: OnViolation) -> bool {
        on_violation == OnViolation::Drop || self.has_no_value()
    }
}

/// Holds rows against the rules of their columns. Gives those that the run goes on with, and what they broke.
///
/// `declared` is the whole row of the dataset, `row` the columns that are there, with their types.
pub(super) fn check(
    frame: DataFrame,
    row: &Row,
    declared: &Row,
    on_violation: OnViolation,
    origin: &Origin<'_>,
) -> Result<(DataFrame, Vec<Breach>), Fault> {
    let wrong = |error: PolarsError| crate::query::fault(&error).at(origin.path);
    let mut breaches = Vec::new();
    let mut left_out: Option<BooleanChunked> = None;
    let mut add = |place, column: &str, broken: Broken| {
        let shown = shown_rows(&frame, row, column, &broken, origin);
        let rows = u64::from(broken.marks.sum().unwrap_or(0));
        let breach = Breach { place, column: column.to_owned(), rule: broken.rule, code: broken.code, rows, shown };
        if breach.leaves_out(on_violation) {
            left_out = crate::nested::either(left_out.take(), Some(broken.marks));
        }
        breaches.push(breach);
    };
    for column in &row.columns {
        let place = declared.columns.iter().position(|other| other.name == column.name).unwrap_or(usize::MAX);
        let series = frame.column(&column.name).map_err(wrong)?.as_materialized_series().clone();
        for (number, broken) in broken(&series, column)?.into_iter().enumerate() {
            add((place, number), &column.name, broken);
        }
    }
    for (number, names) in row.unique.iter().enumerate() {
        if let Some(marks) = repeated(&frame, names)? {
            let broken = Broken { rule: format!("unique [{}]", names.join(", ")), code: code::NOT_UNIQUE, marks };
            let first = names.first().map(|name| &**name).unwrap_or_default();
            add((declared.columns.len(), number), first, broken);
        }
    }
    let frame = match left_out {
        Some(marks) if on_violation != OnViolation::Fail => frame.filter(&!&marks).map_err(wrong)?,
        _ => frame,
    };
    Ok((frame, breaches))
}

/// What becomes of what the parts of a table broke: rows that are tolerated, as the catalog entry says, or a fault.
///
/// # Errors
/// The first rule of the schema that rows break, where the entry stops the run.
pub(super) fn settle(breaches: Vec<Breach>, on_violation: OnViolation) -> Result<Vec<Tolerated>, Fault> {
    let mut all: BTreeMap<((usize, usize), String), Breach> = BTreeMap::new();
    for breach in breaches {
        match all.get_mut(&(breach.place, breach.rule.clone())) {
            Some(known) => {
                known.rows += breach.rows;
                known.shown.extend(breach.shown);
            }
            None => {
                all.insert((breach.place, breach.rule.clone()), breach);
            }
        }
    }
    if let (OnViolation::Fail, Some(first)) = (on_violation, all.values().next()) {
        return Err(violation(first));
    }
    let tolerated = all.into_values().map(|breach| Tolerated {
        dropped: breach.leaves_out(on_violation),
        column: breach.column,
        rule: breach.rule,
        rows: breach.rows,
    });
    Ok(tolerated.collect())
}

/// Holds rows that come from no dataset against the rules of a schema: its contracts, nulls, enums and unique keys.
///
/// # Errors
/// The first rule that rows break.
pub fn hold(frame: &DataFrame, row: &Row) -> Result<(), Fault> {
    let (_, breaches) = check(frame.clone(), row, row, OnViolation::Fail, &Origin::of("the rows"))?;
    settle(breaches, OnViolation::Fail).map(drop)
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
    /// Rows of the file that come before the first one.
    before: usize,
}

impl<'a> Origin<'a> {
    /// Rows of one place.
    pub(super) fn of(path: &'a str) -> Self {
        Self { path, files: Vec::new(), before: 0 }
    }

    /// Rows of several files, one behind the other.
    pub(super) fn files(path: &'a str, files: Vec<(String, usize)>) -> Self {
        Self { path, files: if files.len() > 1 { files } else { Vec::new() }, before: 0 }
    }

    /// Rows of a file, after so many others; the name of the file is `None` where there is only one.
    pub(super) fn part(path: &'a str, file: Option<String>, before: usize) -> Self {
        Self { path, files: file.map(|file| (file, usize::MAX)).into_iter().collect(), before }
    }

    fn row(&self, row: usize) -> String {
        let row = self.before + row;
        let mut before = 0;
        for (file, rows) in &self.files {
            if row - before < *rows {
                return format!("{file}, row {}", row - before + 1);
            }
            before += rows;
        }
        format!("row {}", row + 1)
    }
}

/// The first rows that break a rule.
fn shown_rows(frame: &DataFrame, row: &Row, column: &str, broken: &Broken, origin: &Origin<'_>) -> Vec<String> {
    let ids: Vec<&str> = row
        .columns
        .iter()
        .filter(|other| other.role == Some(Role::Id) && &*other.name != column)
        .map(|other| &*other.name)
        .collect();
    let places = broken.marks.iter().enumerate().filter(|(_, mark)| *mark == Some(true)).map(|(place, _)| place);
    let lines = places.take(SHOWN).map(|place| {
        let mut line = format!("{}: {column} = {}", origin.row(place), shown(frame, column, place));
        for id in &ids {
            line.push_str(&format!(", {id} = {}", shown(frame, id, place)));
        }
        line
    });
    lines.collect()
}

fn violation(breach: &Breach) -> Fault {
    let Breach { column, rule, code, rows: count, .. } = breach;
    let rows = if *count == 1 { "1 row breaks".to_owned() } else { format!("{count} rows break") };
    let mut fault = Fault::new(code, format!("{rows} the rule of `{column}`: {rule}"));
    fault.details.extend(breach.shown.iter().take(SHOWN).cloned());
    let help = match *code {
        code::NULL_IN_COLUMN if rule != NEVER_NULL => {
            "declare what may be null in it with a `?`; or set on_violation: drop".to_owned()
        }
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
    let value = frame.column(column).map(|column| typed::shown(column.as_materialized_series(), row));
    let value = value.unwrap_or_else(|_| "?".into());
    if value.chars().count() > 60 { value.chars().take(59).chain(['…']).collect() } else { value }
}
