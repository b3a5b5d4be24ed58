//! A schema from a file.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use polars::prelude::*;
use serde_json::{Map, Value as Json};

use crate::conform::shown;
use crate::query::guarded;
use crate::records::Records;
use crate::{Fault, code, paths, table};

/// Rows of a text file that are looked at.
const ROWS: usize = 1_000_000;
/// Texts with fewer different values than this, each there ten times on average, are declared as `category`.
const CATEGORIES: usize = 200;

/// The `schema` of a CSV, Parquet or JSON-lines file, as a program declares it.
///
/// # Errors
/// Where the file cannot be read, or is of none of these formats.
pub fn infer(path: &Path) -> Result<String, Fault> {
    let shown_path = path.display().to_string();
    if path.is_dir() {
        return Err(paths::folder_in_place(&shown_path));
    }
    if !path.exists() {
        return Err(paths::missing(&shown_path, path));
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let columns = match ending.as_str() {
        "parquet" | "pq" => parquet(path),
        "csv" | "tsv" | "txt" => csv(path, if ending == "tsv" { b'\t' } else { b',' }),
        "jsonl" | "ndjson" => jsonl(path),
        _ => Err(Fault::new(code::CANNOT_READ, format!("`.{ending}` is no format whose schema can be told"))
            .help("name a .csv, .tsv, .parquet or .jsonl file")),
    };
    let columns = columns.map_err(|fault| fault.at(path.display()))?;
    Ok(written(&schema_name(path), &columns))
}

struct Found {
    stored: String,
    ty: String,
    nullable: bool,
    parsed: Option<String>,
    /// Fields whose names cannot be written in a program.
    left_out: Vec<String>,
}

fn parquet(path: &Path) -> Result<Vec<Found>, Fault> {
    // What cannot be read is named here; the reader would stop at it.
    table::parquet_columns(path)?;
    let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
    let frame = guarded(|| ParquetReader::new(file).finish()).map_err(|fault| {
        Fault::new(code::NOT_PARQUET, "the file is no Parquet file, or it is cut off or damaged").detail(fault.message)
    })?;
    Ok(frame.columns().iter().map(|column| from_series(column.as_materialized_series())).collect())
}

fn from_series(series: &Series) -> Found {
    let stored = series.name().to_string();
    let mut left_out = Vec::new();
    let (ty, parsed) = match series.dtype() {
        DataType::String => text_type(series.str().map(|texts| texts.iter().flatten().collect()).unwrap_or_default()),
        // Of a column without values nothing is known; in CSV such a one is text.
        DataType::Null => ("str".into(), None),
        dtype if dtype.is_integer() => match epoch(&stored, series) {
            Some(unit) => ("timestamp".into(), Some(unit.to_owned())),
            None => (shown(dtype), None),
        },
        dtype => (nested(series, &mut left_out).unwrap_or_else(|| shown(dtype)), None),
    };
    let nullable = series.null_count() > 0 || *series.dtype() == DataType::Null;
    Found { stored, ty, nullable, parsed, left_out }
}

/// The type of a nested column with a `?` at each place that has nulls.
fn nested(series: &Series, left_out: &mut Vec<String>) -> Option<String> {
    fn typed(inner: &Series, left_out: &mut Vec<String>) -> String {
        let found = match inner.dtype() {
            DataType::Null => return "str?".into(),
            dtype => nested(inner, left_out).unwrap_or_else(|| shown(dtype)),
        };
        if inner.null_count() > 0 || inner.is_empty() { format!("{found}?") } else { found }
    }
    match series.dtype() {
        DataType::List(_) => Some(format!("list[{}]", typed(&series.list().ok()?.get_inner(), left_out))),
        DataType::Struct(_) => {
            let fields = series.struct_().ok()?.fields_as_series();
            let mut shown = Vec::with_capacity(fields.len());
            for field in &fields {
                if is_word(field.name()) {
                    shown.push(format!("{}: {}", field.name(), typed(field, left_out)));
                } else {
                    left_out.push(field.name().to_string());
                }
            }
            Some(format!("struct {{ {} }}", shown.join(", ")))
        }
        _ => None,
    }
}

/// Whether a program can write the name as it is.
fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Counts since 1970 go by the name of their column and by their size: a moment between 2000 and 2100.
fn epoch(name: &str, series: &Series) -> Option<&'static str> {
    let name = name.to_lowercase();
    if !["time", "_at", "date", "ts"].iter().any(|part| name.contains(part)) || name.contains("offset") {
        return None;
    }
    let (low, high) = (series.min::<i64>().ok()??, series.max::<i64>().ok()??);
    [(1, "s"), (1_000, "ms"), (1_000_000, "us"), (1_000_000_000, "ns")]
        .into_iter()
        .find(|(scale, _)| low >= 946_684_800 * scale && high < 4_102_444_800 * scale)
        .map(|(_, unit)| unit)
}

fn csv(path: &Path, delimiter: u8) -> Result<Vec<Found>, Fault> {
    let text = std::fs::read(path).map_err(|error| paths::unreadable(path, &error))?;
    if text.is_empty() {
        return Err(Fault::new(code::EMPTY_FILE, "the file is empty: it has not even a header")
            .help("write a header line with the names of the columns"));
    }
    let not_text = |line| {
        Fault::new(code::CANNOT_READ, format!("line {line} is not text in UTF-8")).help("write the file as UTF-8")
    };
    let mut records = Records::of(&text, delimiter, b'"');
    records.advance();
    let header = records.texts().ok_or_else(|| not_text(1))?;
    let mut cells: Vec<Vec<String>> = vec![Vec::new(); header.len()];
    let mut nulls = vec![false; header.len()];
    let mut rows = 0;
    while let Some(line) = records.advance() {
        rows += 1;
        if rows > ROWS {
            break;
        }
        if records.len() != header.len() {
            return Err(Fault::new(
                code::MALFORMED_LINE,
                format!("line {line} has {} cells, and the header has {}", records.len(), header.len()),
            )
            .help("mend the line; a .tsv file is read with tabs"));
        }
        for (place, cell) in records.texts().ok_or_else(|| not_text(line))?.into_iter().enumerate() {
            if cell.is_empty() { nulls[place] = true } else { cells[place].push(cell) }
        }
    }
    let columns = header.into_iter().zip(cells).zip(nulls).map(|((stored, cells), nullable)| {
        let (ty, parsed) = cell_type(cells.iter().map(String::as_str).collect());
        Found { stored, ty, nullable, parsed, left_out: Vec::new() }
    });
    Ok(columns.collect())
}

fn cell_type(cells: Vec<&str>) -> (String, Option<String>) {
    let all = |fits: fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| fits(cell));
    let leading_zero = |cell: &&str| cell.len() > 1 && cell.starts_with('0') && !cell.contains('.');
    if all(|cell| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false")) {
        return ("bool".into(), None);
    }
    let recent = |cell: &str| cell.starts_with("19") || cell.starts_with("20");
    if all(|cell| cell.len() == 8 && crate::text::date(cell, &format("%Y%m%d")).is_some())
        && cells.iter().all(|cell| recent(cell))
    {
        return ("date".into(), Some("\"%Y%m%d\"".into()));
    }
    // A leading zero is part of a code, which a number would lose.
    if !cells.iter().any(leading_zero) {
        if all(|cell| cell.parse::<i64>().is_ok()) {
            return ("int".into(), None);
        }
        if all(|cell| crate::text::float(cell).is_some_and(f64::is_finite)) {
            return ("float".into(), None);
        }
    }
    text_type(cells)
}

fn format(text: &str) -> crate::text::Stamp {
    crate::text::Stamp::Format(text.into())
}

fn text_type(texts: Vec<&str>) -> (String, Option<String>) {
    if texts.is_empty() {
        return ("str".into(), None);
    }
    let first_of = |formats: &[&'static str], reads: fn(&str, &crate::text::Stamp) -> bool| {
        formats.iter().copied().find(|form| texts.iter().all(|text| reads(text, &format(form))))
    };
    let is_date = |text: &str, stamp: &crate::text::Stamp| crate::text::date(text, stamp).is_some();
    if texts.iter().all(|text| is_date(text, &crate::text::Stamp::Iso)) {
        return ("date".into(), None);
    }
    if let Some(form) = first_of(&["%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d"], is_date) {
        return ("date".into(), Some(format!("{form:?}")));
    }
    let is_moment = |text: &str, stamp: &crate::text::Stamp| crate::text::timestamp(text, stamp).is_some();
    if texts.iter().all(|text| is_moment(text, &crate::text::Stamp::Iso)) {
        return ("timestamp".into(), None);
    }
    if let Some(form) = first_of(&["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"], is_moment) {
        return ("timestamp".into(), Some(format!("{form:?}")));
    }
    let different: HashSet<&&str> = texts.iter().collect();
    let few = different.len() <= CATEGORIES && different.len() * 10 <= texts.len();
    (if few { "category" } else { "str" }.into(), None)
}

fn jsonl(path: &Path) -> Result<Vec<Found>, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| paths::unreadable(path, &error))?;
    let mut names: Vec<String> = Vec::new();
    let mut rows: Vec<Map<String, Json>> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).take(ROWS) {
        let object: Map<String, Json> = serde_json::from_str(line).map_err(|error| {
            Fault::new(code::MALFORMED_LINE, format!("line {} is no JSON object: {error}", index + 1))
                .help("each line holds one object")
        })?;
        for name in object.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        rows.push(object);
    }
    let columns = names.into_iter().map(|stored| {
        let values: Vec<&Json> = rows.iter().map(|row| row.get(&stored).unwrap_or(&Json::Null)).collect();
        let nullable = values.iter().any(|value| value.is_null());
        let mut left_out = Vec::new();
        let (ty, parsed) = json_type(&values, &mut left_out);
        Found { stored, ty, nullable, parsed, left_out }
    });
    Ok(columns.collect())
}

fn json_type(values: &[&Json], left_out: &mut Vec<String>) -> (String, Option<String>) {
    let values: Vec<&Json> = values.iter().copied().filter(|value| !value.is_null()).collect();
    let all = |fits: fn(&Json) -> bool| !values.is_empty() && values.iter().all(|value| fits(value));
    if all(Json::is_boolean) {
        ("bool".into(), None)
    } else if all(Json::is_i64) {
        ("int".into(), None)
    } else if all(Json::is_number) {
        ("float".into(), None)
    } else if all(Json::is_array) {
        let items: Vec<&Json> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
        let null = if items.iter().any(|item| item.is_null()) { "?" } else { "" };
        (format!("list[{}{null}]", inner_type(&items, left_out)), None)
    } else if all(Json::is_object) {
        let mut names: Vec<&String> = Vec::new();
        for name in values.iter().filter_map(|value| value.as_object()).flat_map(Map::keys) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let (words, others): (Vec<&String>, Vec<&String>) = names.into_iter().partition(|name| is_word(name));
        left_out.extend(others.into_iter().cloned());
        let fields = words.into_iter().map(|name| {
            let inner: Vec<&Json> = values.iter().map(|value| value.get(name).unwrap_or(&Json::Null)).collect();
            let null = if inner.iter().any(|value| value.is_null()) { "?" } else { "" };
            format!("{name}: {}{null}", inner_type(&inner, left_out))
        });
        (format!("struct {{ {} }}", fields.collect::<Vec<_>>().join(", ")), None)
    } else {
        text_type(values.iter().filter_map(|value| value.as_str()).collect())
    }
}

/// The type of values within others, which have no stored form of their own.
fn inner_type(values: &[&Json], left_out: &mut Vec<String>) -> String {
    match json_type(values, left_out) {
        (_, Some(_)) => "str".into(),
        (ty, None) => ty,
    }
}

fn written(name: &str, columns: &[Found]) -> String {
    let mut taken: HashSet<String> = HashSet::new();
    let mut lines = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        if column.stored.is_empty() {
            lines.push(format!("    # column {} has no name, by which it could be read: it is left out\n", place + 1));
            continue;
        }
        let mut own = snake_case(&column.stored, place);
        while !taken.insert(own.clone()) {
            own.push('_');
        }
        let null = if column.nullable { "?" } else { "" };
        let mut line = format!("    {own}: {}{null}", column.ty);
        if own != column.stored {
            line.push_str(&format!(" named {:?}", column.stored));
        }
        if let Some(parsed) = &column.parsed {
            line.push_str(&format!(" parsed {parsed}"));
        }
        line.push_str(",\n");
        if column.ty.contains("struct {  }") {
            line.insert_str(0, "    #");
        }
        if !column.left_out.is_empty() {
            line.insert_str(0, &format!("    # no name in GML for its {:?}\n", column.left_out));
        }
        lines.push(line);
    }
    format!("schema {name} {{\n{}}}\n", lines.concat())
}

fn snake_case(stored: &str, place: usize) -> String {
    let mut name = String::new();
    let mut before_lower = false;
    for letter in stored.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            if letter.is_ascii_uppercase() && before_lower {
                name.push('_');
            }
            before_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
            name.push(letter.to_ascii_lowercase());
        } else {
            before_lower = false;
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    let name = name.trim_end_matches('_').to_owned();
    match name.chars().next() {
        None => format!("column_{}", place + 1),
        Some(first) if first.is_ascii_digit() => format!("c_{name}"),
        Some(_) => name,
    }
}

fn schema_name(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    if name.chars().next().is_some_and(|first| first.is_ascii_alphabetic()) { name } else { format!("Table{name}") }
}
