//! What looks odd.

use gml_report::{compact, percent};

use super::Profile;
use super::column::{Content, Profiled};
use super::page::Related;

/// Above this share, nulls are told.
const NULLS: f64 = 0.2;
/// Above this share, zeros are told.
const ZEROS: f64 = 0.5;
/// Above this share, a single value is told.
const ONE_VALUE: f64 = 0.95;
/// Above this many values, a text is told that models would take for a category.
const VALUES: usize = 100;
/// Above this size, skewness is told.
const SKEWNESS: f64 = 20.0;
/// Above this size, a relation of two columns is told.
const RELATED: f64 = 0.9;

/// What looks odd in a table, a line each.
pub(super) fn warnings(profile: &Profile, related: &[&Related]) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(duplicates) = profile.duplicates.filter(|duplicates| *duplicates > 0) {
        let s = if duplicates == 1 { " is" } else { "s are" };
        let share = percent(duplicates as f64 / profile.rows as f64);
        found.push(format!("{} row{s} there before ({share})", compact(duplicates as f64)));
    }
    profile.columns.iter().for_each(|column| of_column(column, &mut found));
    for related in related {
        for (first, second, size) in related.pairs().filter(|(.., size)| size.abs() >= RELATED) {
            found.push(format!("{first} and {second} go together: {} is {}", related.measure, compact(size)));
        }
    }
    found
}

fn of_column(column: &Profiled, found: &mut Vec<String>) {
    let name = &column.name;
    if column.nulls == column.rows {
        found.push(format!("{name} is null in every row"));
        return;
    }
    if column.missing() > NULLS {
        found.push(format!("{name} is null in {} of the rows", percent(column.missing())));
    }
    let filled = column.filled() as f64;
    match column.distinct {
        Some(1) if column.nulls == 0 => found.push(format!("{name} has the same value in every row")),
        Some(distinct) => {
            let share = column.frequent.first().map_or(0.0, |(_, rows)| *rows as f64 / filled);
            if distinct > 1 && share > ONE_VALUE {
                found.push(format!("{name} is {} in {} of the rows", column.frequent[0].0, percent(share)));
            }
            let is_text = matches!(column.content, Content::Text { .. });
            if is_text && distinct == column.filled() && distinct > VALUES && column.role.is_none() {
                found.push(format!("{name} has another value in every row: give it the role `id`, or leave it out"));
            } else if is_text && distinct > VALUES && column.role.is_none() {
                found.push(format!("{name} has {} distinct values", compact(distinct as f64)));
            }
        }
        None => {}
    }
    match &column.content {
        Content::Ordered { summary: Some(summary), odd, .. } => {
            let zeros = summary.zeros as f64 / filled;
            if column.numbers().is_some() && zeros > ZEROS && column.distinct != Some(1) {
                found.push(format!("{name} is 0 in {} of the rows", percent(zeros)));
            }
            if column.numbers().is_some() && summary.skewness.abs() > SKEWNESS {
                found.push(format!("{name} is very skewed ({})", compact(summary.skewness)));
            }
            if *odd > 0 {
                found.push(format!("{name} is infinite or NaN in {} rows", compact(*odd as f64)));
            }
        }
        Content::Ordered { odd, .. } if *odd > 0 => {
            found.push(format!("{name} is infinite or NaN in {} rows", compact(*odd as f64)));
        }
        Content::Text { blank, .. } if *blank > 0 => {
            found.push(format!("{name} is empty or blank in {} rows, which is not null", compact(*blank as f64)));
        }
        _ => {}
    }
}
