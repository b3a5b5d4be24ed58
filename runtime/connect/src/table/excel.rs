//! Sheets of workbooks. Cells have types of their own, so each is read by what it is and what its column is declared as.

use std::path::Path;

use calamine::{Data, ExcelDateTime, Range, Reader, Sheets, open_workbook_auto};
use gml_ir::{Column as Declared, DAY, Dataset, Row, Type, Value};
use polars::prelude::*;

use super::lacks;
use super::stored::Misfits;
use crate::cell::{Builder, Misfit};
use crate::query::guarded;
use crate::text::{self, Stamp};
use crate::{Fault, code, paths};

/// Which cells of a workbook are the table.
pub(super) struct Sheet<'a> {
    name: Option<&'a str>,
    /// The row with the names, from 1; 0 where there is none.
    header: u32,
}

impl<'a> Sheet<'a> {
    /// The arguments of the catalog entry.
    pub(super) fn of(dataset: &'a Dataset) -> Self {
        let name = dataset.connector.get("sheet").and_then(Value::as_str);
        let header = dataset.connector.get("header").and_then(Value::as_int).unwrap_or(1);
        Self { name, header: u32::try_from(header).unwrap_or(1) }
    }

    fn cells(&self, path: &Path) -> Result<Range<Data>, Fault> {
        if let Err(error) = std::fs::File::open(path) {
            return Err(paths::unreadable(path, &error));
        }
        let mut book = open_workbook_auto(path).map_err(|error| not_a_workbook(&error.to_string()))?;
        let name = self.sheet(&book)?;
        book.worksheet_range(&name).map_err(|error| not_a_workbook(&error.to_string()))
    }

    fn sheet<R: std::io::Read + std::io::Seek>(&self, book: &Sheets<R>) -> Result<String, Fault> {
        let names = book.sheet_names();
        let lacking = |what: String| {
            let known = crate::nearest::listed(names.iter().map(String::as_str), 10);
            Fault::new(code::NOT_A_WORKBOOK, what).detail(format!("it has {known}"))
        };
        match self.name {
            Some(name) if names.iter().any(|known| known == name) => Ok(name.to_owned()),
            Some(name) => Err(lacking(format!("the workbook has no sheet {name:?}"))
                .help("name one of its sheets: excel(.., sheet: \"..\")")),
            None => names.first().cloned().ok_or_else(|| lacking("the workbook has no sheet".into())),
        }
    }

    /// The names in the header, by the columns of the sheet; empty ones where a cell is.
    fn header(&self, cells: &Range<Data>) -> Result<Vec<String>, Fault> {
        let width = cells.end().map_or(0, |(_, column)| column + 1);
        let names: Vec<String> = (0..width)
            .map(|column| match cells.get_value((self.header - 1, column)) {
                None | Some(Data::Empty) => String::new(),
                Some(cell) => cell.to_string(),
            })
            .collect();
        if names.iter().all(String::is_empty) {
            let text = format!("row {} of the sheet is empty, and the names of the columns are due there", self.header);
            return Err(Fault::new(code::HEADER_LACKS_COLUMN, text)
                .help("say in which row they stand: excel(.., header: 3); with header: 0 there are none"));
        }
        Ok(names)
    }

    /// Where in the sheet each column of the row is.
    fn places(&self, cells: &Range<Data>, row: &Row) -> Result<Vec<u32>, Fault> {
        let count = u32::try_from(row.columns.len()).unwrap_or(u32::MAX);
        if self.header == 0 {
            return Ok((0..count).collect());
        }
        let header = self.header(cells)?;
        let names: Vec<&str> = header.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let place = |column: &Declared| {
            let stored = column.stored_name();
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == stored);
            let (place, _) = found.next().ok_or_else(|| lacks(stored, &column.name, &names))?;
            if found.next().is_some() {
                return Err(Fault::new(code::MALFORMED_LINE, format!("the header has `{stored}` more than once"))
                    .help("rename one of them in the sheet, so that it is clear which is meant"));
            }
            Ok(u32::try_from(place).unwrap_or(u32::MAX))
        };
        row.columns.iter().map(place).collect()
    }

    /// The names and what is below them, for rows that are open.
    pub(super) fn columns(&self, path: &Path) -> Result<Vec<(String, DataType)>, Fault> {
        if self.header == 0 {
            return Ok(Vec::new());
        }
        let names = self.header(&self.cells(path)?)?;
        Ok(names.into_iter().filter(|name| !name.is_empty()).map(|name| (name, DataType::String)).collect())
    }

    /// Holds the header against the row.
    pub(super) fn check(&self, path: &Path, row: &Row) -> Result<(), Fault> {
        builders(row)?;
        self.places(&self.cells(path)?, row).map(drop)
    }

    /// Reads the columns of the row.
    pub(super) fn read(&self, path: &Path, row: &Row) -> Result<DataFrame, Fault> {
        let cells = self.cells(path)?;
        let mut builders = builders(row)?;
        let mut height = 0;
        if cells.start().is_some() || self.header > 0 {
            let places = self.places(&cells, row)?;
            let mut misfits = Misfits::of_sheet(row);
            let last = cells.end().map_or(0, |(last, _)| last + 1);
            for line in self.header..last {
                let values = places.iter().map(|place| cells.get_value((line, *place)).unwrap_or(&Data::Empty));
                let values: Vec<&Data> = values.collect();
                // Below a table, and between its parts, lie rows in which nothing was ever written.
                if values.iter().all(|value| matches!(value, Data::Empty)) {
                    continue;
                }
                height += 1;
                for (index, value) in values.into_iter().enumerate() {
                    if let Err(misfit) = push(&mut builders[index], value, &row.columns[index]) {
                        misfits.add(index, u64::from(line) + 1, misfit);
                    }
                }
            }
            misfits.finish()?;
        }
        let columns =
            row.columns.iter().zip(builders).map(|(column, builder)| {
                guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column)
            });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        guarded(|| DataFrame::new(height, columns))
    }
}

fn builders(row: &Row) -> Result<Vec<Builder>, Fault> {
    let builder = |column: &Declared| {
        Builder::of(column).filter(Builder::is_scalar).ok_or_else(|| {
            let text = format!("a workbook cannot hold `{}`: {}", column.name, column.ty);
            Fault::new(code::CONNECTOR_CANNOT_HOLD, text).help("read the table from Parquet or JSON lines")
        })
    };
    row.columns.iter().map(builder).collect()
}

fn push(builder: &mut Builder, value: &Data, column: &Declared) -> Result<(), Misfit> {
    let refused = |builder: &mut Builder, shown: &str| {
        builder.push_null();
        Err(Misfit::of(shown))
    };
    match value {
        Data::Empty => {
            builder.push_null();
            Ok(())
        }
        Data::Error(error) => refused(builder, &error.to_string()),
        Data::DateTime(moment) => match moment_text(*moment, column) {
            Some(text) => builder.push_text(&text),
            None => refused(builder, &shown(*moment)),
        },
        Data::Bool(truth) => builder.push_text(if *truth { "true" } else { "false" }),
        Data::Int(number) => builder.push_text(&number.to_string()),
        Data::Float(number) => builder.push_text(&number_text(*number)),
        Data::String(text) if text.is_empty() && !builder.is_text() => {
            builder.push_null();
            Ok(())
        }
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => builder.push_text(text),
    }
}

/// A number in its digits; workbooks keep integers as floats too.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        format!("{number:.0}")
    } else {
        text::float_text(number)
    }
}

/// A date, a time or a duration in the form that its column reads; nothing where the column is of another type.
fn moment_text(moment: ExcelDateTime, column: &Declared) -> Option<String> {
    let stamp = Stamp::of(column.parsed.as_ref());
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}.{milli:03}");
    match column.ty.non_null() {
        Type::Date if (hour, minute, second, milli) == (0, 0, 0, 0) => {
            text::date_text(text::date(&date, &Stamp::Iso)?, &stamp)
        }
        Type::Timestamp => text::timestamp_text(text::timestamp(&format!("{date}T{time}Z"), &Stamp::Iso)?, &stamp),
        Type::Time if (0.0..1.0).contains(&moment.as_f64()) => text::time_text(text::time(&time, &Stamp::Iso)?, &stamp),
        Type::Duration if moment.is_duration() => {
            // Workbooks count in days.
            let micros = (moment.as_f64() * DAY as f64).round();
            (micros.abs() < 9e18).then(|| text::duration_text(micros as i64))
        }
        Type::Str | Type::Category => Some(shown(moment)),
        _ => None,
    }
}

fn shown(moment: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    }
}

fn not_a_workbook(error: &str) -> Fault {
    Fault::new(code::NOT_A_WORKBOOK, "the file is no workbook that can be read")
        .detail(error.to_owned())
        .help("see that it is an xlsx, xlsb, xls or ods file without a password, and that it was copied to its end")
}
