//! What a model says of entries.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gml_connect::Fault;
use polars::prelude::DataFrame;

use super::entry::{Entry, KEY, ROW};
use crate::answer::{Shape, json};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::request::push_record;
use crate::rows::Rows;

/// What is said of an entry.
pub(super) enum Said {
    /// A record of JSON.
    Scores(String),
    /// Why there are no scores.
    Refused(Refusal),
}

/// What the model says of entries: all at once, and one by one where one of them cannot be scored.
///
/// # Errors
/// What is no fault of an entry.
pub(super) fn say(model: &Model, entries: &[Entry]) -> Result<Vec<Said>, Fault> {
    let all: Vec<&Entry> = entries.iter().collect();
    if let Ok(scores) = scores(model, &all) {
        return Ok(scores.into_iter().map(Said::Scores).collect());
    }
    let one = |entry: &Entry| match scores(model, &[entry]) {
        Ok(mut scores) => scores.pop().map(Said::Scores).ok_or_else(|| Fault::new("GML0999", "a row got no scores")),
        Err(refusal) if refusal.status.is_server_error() => {
            Err(Fault::new("GML0999", format!("a row cannot be scored: {}", refusal.message)))
        }
        Err(refusal) => Ok(Said::Refused(refusal)),
    };
    entries.iter().map(one).collect()
}

/// The scores of entries as records of JSON.
fn scores(model: &Model, entries: &[&Entry]) -> Result<Vec<String>, Refusal> {
    let rows = rows(model, entries)?;
    let scored = catch_unwind(AssertUnwindSafe(|| model.scorer.score(&rows)))
        .unwrap_or_else(|_| Err(Fault::new("GML0999", "scoring stopped at a fault of gmlc: please report it")))
        .map_err(|fault| Refusal::of_fault(&fault))?;
    let record = |row: usize| Ok(json(&scored.slice(row as i64, 1), Shape::Single)?.trim_end().to_owned());
    (0..scored.height()).map(record).collect()
}

fn rows(model: &Model, entries: &[&Entry]) -> Result<DataFrame, Refusal> {
    let mut rows = Rows::new(&model.signature)?;
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Refusal::malformed("a field is not UTF-8"));
    for entry in entries {
        if let Some(row) = entry.field(ROW) {
            push_record(text(row)?, &mut rows)?;
            continue;
        }
        rows.begin();
        for (name, value) in entry.fields.iter().filter(|(name, _)| name != KEY.as_bytes()) {
            if let Some(place) = rows.place(text(name)?) {
                rows.text(place, text(value)?, false);
            }
        }
        rows.end();
    }
    rows.finish()
}
