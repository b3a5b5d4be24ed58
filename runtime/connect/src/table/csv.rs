//! Comma-separated values.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use gml_ir::{Dataset, Row, Value};
use polars::prelude::*;

use super::lacks;
use super::pieces::Piece;
use super::stored::Misfits;
use crate::cell::Builder;
use crate::query::guarded;
use crate::records::{DELIMITERS, Records};
use crate::{Fault, code, paths};

/// How the file is written.
pub(super) struct Dialect {
    /// Between the cells.
    pub(super) delimiter: u8,
    /// Around a cell that holds a delimiter.
    pub(super) quote: u8,
    /// Cells that stand for null.
    pub(super) nulls: Vec<String>,
    /// Between the items of a list, which stand in one cell.
    pub(super) separator: String,
}

impl Dialect {
    /// The arguments of the catalog entry.
    pub(super) fn of(dataset: &Dataset) -> Result<Self, Fault> {
        let one = |name: &str, default: u8| match dataset.connector.get(name).and_then(Value::as_str) {
            None => Ok(default),
            Some(text) if text.len() == 1 => Ok(text.as_bytes()[0]),
            // No byte of UTF-8 text is 0xFF, so nothing is a quote.
            Some("") if name == "quote" => Ok(0xff),
            Some(text) => Err(Fault::new(
                code::CANNOT_READ,
                format!("`{name}` of `{}` is {text:?}, and a single ASCII character is due", dataset.name),
            )
            .at(&dataset.name)
            .help(format!("write one, such as {name}: \";\""))),
        };
        let nulls = match dataset.connector.get("nulls") {
            Some(Value::List(nulls)) => nulls.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => vec![String::new()],
        };
        let separator = dataset.connector.get("list_separator").and_then(Value::as_str).unwrap_or(" ").to_owned();
        Ok(Self { delimiter: one("delimiter", b',')?, quote: one("quote", b'"')?, nulls, separator })
    }
}

/// The columns of the row in the header, each with its place there.
fn places(names: &[&str], row: &Row) -> Result<Vec<(usize, Builder)>, Fault> {
    let mut builders = Vec::with_capacity(row.columns.len());
    for column in &row.columns {
        let stored = column.stored_name();
        let place = names.iter().position(|name| *name == stored);
        let place = place.ok_or_else(|| with_delimiter(lacks(stored, &column.name, names), names))?;
        if names[place + 1..].contains(&stored) {
            return Err(Fault::new(code::MALFORMED_LINE, format!("the header has `{stored}` more than once"))
                .help("rename one of them in the file, so that it is clear which is meant"));
        }
        let builder = Builder::of(column).filter(Builder::fits_a_cell).ok_or_else(|| {
            Fault::new(code::CONNECTOR_CANNOT_HOLD, format!("a CSV file cannot hold `{}`: {}", column.name, column.ty))
                .help("keep the table as Parquet or JSON lines")
        })?;
        builders.push((place, builder));
    }
    Ok(builders)
}

/// A header that is one cell was cut by another delimiter than the file has, where it holds one.
fn with_delimiter(fault: Fault, names: &[&str]) -> Fault {
    let [header] = names else { return fault };
    match DELIMITERS.into_iter().map(char::from).find(|delimiter| header.contains(*delimiter)) {
        Some(delimiter) => fault.help(format!(
            "its header is one cell: say what stands between cells, csv(.., delimiter: {:?})",
            delimiter.to_string()
        )),
        None => fault,
    }
}

/// Holds the header against the row.
pub(super) fn check_header(path: &Path, row: &Row, dialect: &Dialect) -> Result<(), Fault> {
    let header = header(path, dialect)?;
    places(&header.iter().map(String::as_str).collect::<Vec<_>>(), row).map(drop)
}

/// The names in the header.
pub(super) fn header(path: &Path, dialect: &Dialect) -> Result<Vec<String>, Fault> {
    let unreadable = |error: std::io::Error| paths::unreadable(path, &error);
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    // A name may hold a line end, in quotes; then the header goes on.
    let mut text = Vec::new();
    loop {
        let more = reader.read_until(b'\n', &mut text).map_err(unreadable)?;
        let mut records = Records::of(&text, dialect.delimiter, dialect.quote);
        if records.advance().is_none() && more == 0 {
            return Err(empty());
        }
        if records.unclosed().is_none() || more == 0 {
            return records.texts().ok_or_else(|| no_header(&text));
        }
    }
}

fn empty() -> Fault {
    Fault::new(code::EMPTY_FILE, "the file is empty: it has not even a header")
        .help("write a header line with the names of the columns; a table without rows has just that")
}

/// Reads the columns of the row from a piece of the file.
pub(super) fn read(path: &Path, row: &Row, dialect: &Dialect, piece: &Piece) -> Result<DataFrame, Fault> {
    let text = piece.read(path)?;
    if text.is_empty() {
        return Err(empty());
    }
    let (mut records, header) = if piece.is_first() {
        let mut records = Records::of(&text, dialect.delimiter, dialect.quote);
        records.advance();
        let header = records.texts().ok_or_else(|| no_header(&text))?;
        (records, header)
    } else {
        let Piece { lines, single, .. } = *piece;
        (Records::resumed(&text, dialect.delimiter, dialect.quote, lines, single), header(path, dialect)?)
    };
    let mut builders = places(&header.iter().map(String::as_str).collect::<Vec<_>>(), row)?;
    let mut misfits = Misfits::new(row);
    let mut height = 0;
    while let Some(line) = records.advance() {
        height += 1;
        if records.len() != header.len() {
            if let Some(line) = records.unclosed() {
                return Err(unclosed(line));
            }
            let (own, due) = (records.len(), header.len());
            let cells = if own == 1 { "cell" } else { "cells" };
            let text = format!("line {line} has {own} {cells}, and the header has {due}");
            return Err(Fault::new(code::MALFORMED_LINE, text)
                .help("cells that hold the delimiter stand in quotes; see whether `delimiter` and `quote` are right"));
        }
        for (index, (place, builder)) in builders.iter_mut().enumerate() {
            let cell = std::str::from_utf8(records.cell(*place)).map_err(|_| not_text(line))?;
            // A text in quotes is meant as it stands.
            let literal = builder.is_text() && records.quoted(*place);
            if !literal && dialect.nulls.iter().any(|null| null == cell) {
                builder.push_null();
            } else if let Err(misfit) = builder.push_cell(cell, &dialect.separator) {
                misfits.add(index, line, misfit);
            }
        }
    }
    if let Some(line) = records.unclosed() {
        return Err(unclosed(line));
    }
    misfits.finish()?;
    let columns =
        row.columns.iter().zip(builders).map(|(column, (_, builder))| {
            guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column)
        });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    guarded(|| DataFrame::new(height, columns))
}

fn unclosed(line: u64) -> Fault {
    Fault::new(code::MALFORMED_LINE, format!("a quote that opens on line {line} is never closed"))
        .help("close it, or say that quotes mean nothing: csv(.., quote: \"\")")
}

/// The first line is not UTF-8: spreadsheets write "Unicode text" as UTF-16, which begins with a mark of its own.
fn no_header(text: &[u8]) -> Fault {
    if !text.starts_with(&[0xff, 0xfe]) && !text.starts_with(&[0xfe, 0xff]) {
        return not_text(1);
    }
    Fault::new(code::CANNOT_READ, "the file is text in UTF-16, not in UTF-8")
        .help("write the file as UTF-8, for example with `iconv -f utf-16 -t utf-8`")
}

fn not_text(line: u64) -> Fault {
    Fault::new(code::CANNOT_READ, format!("line {line} is not text in UTF-8"))
        .help("write the file as UTF-8, for example with `iconv -f latin1 -t utf-8`")
}
