//! Columns of delimited text.

use std::path::Path;

use super::spelling::{PACKED, are_packed_days, text_type};
use super::{Found, Parsed, ROWS};
use crate::records::{DELIMITERS, Records};
use crate::{Fault, code, paths, text};

/// Records that have to have as many cells as the header, for it to be the delimiter.
const TRIED: usize = 10;

/// The columns of a file, and what stands between their cells, where it is no comma.
pub(super) fn columns(path: &Path, delimiter: Option<u8>) -> Result<(Vec<Found>, Option<char>), Fault> {
    let text = std::fs::read(path).map_err(|error| paths::unreadable(path, &error))?;
    if text.is_empty() {
        return Err(Fault::new(code::EMPTY_FILE, "the file is empty: it has not even a header")
            .help("write a header line with the names of the columns"));
    }
    let not_text = |line| {
        Fault::new(code::CANNOT_READ, format!("line {line} is not text in UTF-8")).help("write the file as UTF-8")
    };
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&text));
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
        let (ty, parsed) = cell_type(&cells.iter().map(String::as_str).collect::<Vec<_>>());
        Found { stored, ty: Ok(ty.to_owned()), nullable, parsed, notes: Vec::new() }
    });
    Ok((columns.collect(), Some(char::from(delimiter)).filter(|delimiter| *delimiter != ',')))
}

/// What cuts the header into several cells, and the records behind it into as many.
fn delimiter_of(text: &[u8]) -> u8 {
    let width = |delimiter: u8| {
        let mut records = Records::of(text, delimiter, b'"');
        records.advance();
        let width = records.len();
        let same = (0..TRIED).map_while(|_| records.advance().map(|_| records.len())).all(|own| own == width);
        if same { width } else { 0 }
    };
    let mut header = Records::of(text, b',', b'"');
    header.advance();
    if header.len() > 1 {
        return b',';
    }
    // The widest; the first of those.
    let widest = DELIMITERS.into_iter().rev().max_by_key(|delimiter| width(*delimiter));
    widest.filter(|delimiter| width(*delimiter) > 1).unwrap_or(b',')
}

/// The narrowest type that reads all cells.
fn cell_type(cells: &[&str]) -> (&'static str, Option<Parsed>) {
    let all = |fits: fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| fits(cell));
    let leading_zero = |cell: &&str| cell.len() > 1 && cell.starts_with('0') && !cell.contains('.');
    if all(|cell| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false")) {
        return ("bool", None);
    }
    if all(|cell| cell.starts_with("19") || cell.starts_with("20")) && are_packed_days(cells) {
        return ("date", Some(Parsed::Format(PACKED)));
    }
    // A leading zero is part of a code, which a number would lose.
    if !cells.iter().any(leading_zero) {
        if all(|cell| cell.parse::<i64>().is_ok()) {
            return ("int", None);
        }
        // `NaN` and `inf` are floats, but none alone makes a column one.
        if all(|cell| text::float(cell).is_some()) && cells.iter().any(|cell| is_finite(cell)) {
            return ("float", None);
        }
    }
    text_type(cells)
}

fn is_finite(cell: &str) -> bool {
    text::float(cell).is_some_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_what_cuts_all_records_alike() {
        let cases = [
            ("a;b;c\n1;2;x\n", b';'),
            ("a\tb\n1\t2\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("a,b\n1;2,3\n", b','),
            ("a;b\n1;2;3\n", b','),
            ("a\n1\n", b','),
            ("\"a;b\"\n1\n", b','),
            ("a;b|c\n1;2|3\n", b';'),
            ("a;b;c", b';'),
        ];
        for (text, due) in cases {
            assert_eq!(char::from(delimiter_of(text.as_bytes())), char::from(due), "{text:?}");
        }
    }
}
