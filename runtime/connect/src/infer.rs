//! A schema from a file.

mod cells;
mod jsonl;
mod parquet;
mod spelling;
mod written;

use std::path::Path;

use crate::{Fault, code, paths};
use spelling::Slashed;

/// Rows of a text file that are looked at.
const ROWS: usize = 1_000_000;

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// Its `schema`, as a program declares it.
    pub schema: String,
    /// What stands between the cells of a file of text, where that is no comma.
    pub delimiter: Option<char>,
}

/// The `schema` of a CSV, Parquet or JSON-lines file, as a program declares it.
///
/// # Errors
/// Where the file cannot be read, or is of none of these formats.
pub fn infer(path: &Path) -> Result<String, Fault> {
    infer_as(path, &schema_name(path)).map(|inferred| inferred.schema)
}

/// What is found in a CSV, Parquet or JSON-lines file, with a schema of that name.
///
/// # Errors
/// As [`infer`].
pub fn infer_as(path: &Path, name: &str) -> Result<Inferred, Fault> {
    let shown_path = path.display().to_string();
    if path.is_dir() {
        return Err(paths::folder_in_place(&shown_path));
    }
    if !path.exists() && paths::is_pattern(&shown_path) {
        let message = format!("`{shown_path}` stands for many files, and a schema is told of one");
        return Err(Fault::new(code::CANNOT_READ, message).at(shown_path).help("name one of them"));
    }
    if !path.exists() {
        return Err(paths::missing(&shown_path, path));
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let all_commas = |columns| (columns, None);
    let found = match ending.as_str() {
        "parquet" | "pq" => parquet::columns(path).map(all_commas),
        "csv" | "txt" => cells::columns(path, None),
        "tsv" => cells::columns(path, Some(b'\t')),
        "jsonl" | "ndjson" => jsonl::columns(path).map(all_commas),
        _ => Err(Fault::new(code::CANNOT_READ, format!("`.{ending}` is no format whose schema can be told"))
            .help("name a .csv, .tsv, .parquet or .jsonl file")),
    };
    let (mut columns, delimiter) = found.map_err(|fault| fault.at(path.display()))?;
    spelling::settle(&mut columns);
    Ok(Inferred { schema: written::schema(name, &columns, delimiter), delimiter })
}

/// A column of a file.
struct Found {
    /// What the file calls it.
    stored: String,
    /// Its type; why it has none, where the language cannot read it.
    ty: Result<String, String>,
    nullable: bool,
    parsed: Option<Parsed>,
    /// What else is to be known of it.
    notes: Vec<String>,
}

/// How values are stored, where not in the plain form of their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parsed {
    /// In this form.
    Format(&'static str),
    /// As a count since 1970.
    Unit(&'static str),
    /// With the day or the month first: every value reads both ways.
    Either(Slashed),
}

/// What the schema of a file is called: `WebVisits` for `web-visits.csv`.
#[must_use]
pub fn schema_name(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    if name.chars().next().is_some_and(|first| first.is_ascii_alphabetic()) { name } else { format!("Table{name}") }
}
