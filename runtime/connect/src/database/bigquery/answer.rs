//! Pages of an answer on their way into columns of the declared types.
//!
//! A row is `{"f": [{"v": ..}]}`: every scalar is a text, a record is again a row, and what is repeated a list of `{"v": ..}`.

use std::borrow::Cow;
use std::path::PathBuf;

use gml_ir::{Column as Declared, Row, Type};
use polars::prelude::*;
use serde_json::Value as Answered;

use super::super::cells::Family;
use super::super::rows::{of_another_type, place_of};
use super::super::spool::Spool;
use crate::cell::Builder;
use crate::json::Json;
use crate::query::guarded;
use crate::table::Misfits;
use crate::text::{self, Stamp};
use crate::{Fault, code};

/// A column of an answer, or a field of a record.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    /// As newer names have it: `INT64`, `STRUCT`.
    ty: String,
    repeated: bool,
    fields: Vec<Field>,
}

impl Field {
    pub(super) fn of(schema: &Answered) -> Self {
        let text = |of: &str| schema[of].as_str().unwrap_or_default();
        let ty = match text("type") {
            "INTEGER" => "INT64",
            "FLOAT" => "FLOAT64",
            "BOOLEAN" => "BOOL",
            "RECORD" => "STRUCT",
            other => other,
        };
        let fields = schema["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            name: text("name").to_owned(),
            ty: ty.to_owned(),
            repeated: text("mode") == "REPEATED",
            fields: fields.iter().map(Self::of).collect(),
        }
    }

    fn family(&self) -> Option<Family> {
        Some(match self.ty.as_str() {
            "BOOL" => Family::Bool,
            "INT64" => Family::Int,
            "FLOAT64" => Family::Float,
            "NUMERIC" | "BIGNUMERIC" => Family::Decimal,
            "STRING" | "JSON" | "GEOGRAPHY" => Family::Text,
            "BYTES" => Family::Bytes,
            "DATE" => Family::Date,
            "TIME" => Family::Time,
            "TIMESTAMP" | "DATETIME" => Family::Timestamp,
            _ => return None,
        })
    }

    /// How a schema would declare it.
    fn shown(&self) -> String {
        let own = match (self.ty.as_str(), self.family()) {
            ("STRUCT", _) => {
                let fields: Vec<String> =
                    self.fields.iter().map(|field| format!("{}: {}", field.name, field.shown())).collect();
                format!("struct {{ {} }}", fields.join(", "))
            }
            (_, Some(family)) => family.shown().to_owned(),
            (other, None) => format!("{other} in BigQuery"),
        };
        if self.repeated { format!("list[{own}]") } else { own }
    }

    /// Whether its values can be those of a column, or of what stands within one. Of a record those fields count that are declared.
    fn fits(&self, declared: &Declared, ty: &Type, repeated: bool) -> bool {
        match (ty.non_null(), repeated) {
            (Type::List(item), true) => self.fits(declared, item, false),
            (Type::Vector(_), true) => matches!(self.family(), Some(Family::Float | Family::Int)),
            (_, true) => false,
            (Type::Struct(row), false) => {
                let has = |column: &Declared| {
                    let field = self.fields.iter().find(|field| field.name == column.stored_name());
                    field.is_some_and(|field| field.fits(column, &column.ty, field.repeated))
                };
                self.ty == "STRUCT" && row.columns.iter().all(has)
            }
            (ty, false) => {
                let column = declared.clone().with_type(ty.clone());
                self.family().is_some_and(|family| family.fits(&column))
            }
        }
    }

    /// A value as it would stand in JSON lines.
    fn value<'a>(&self, answered: &'a Answered, repeated: bool, stamp: &Stamp) -> Json<'a> {
        if repeated {
            let items = answered.as_array().map(Vec::as_slice).unwrap_or_default();
            return Json::List(items.iter().map(|item| self.value(&item["v"], false, stamp)).collect());
        }
        if self.ty == "STRUCT" {
            let Some(values) = answered["f"].as_array() else { return Json::Null };
            let field = |(field, value): (&Field, &'a Answered)| {
                (Cow::Owned(field.name.clone()), field.value(&value["v"], field.repeated, &Stamp::Iso))
            };
            return Json::Object(self.fields.iter().zip(values).map(field).collect());
        }
        let Some(text) = answered.as_str() else { return Json::Null };
        match self.ty.as_str() {
            "BOOL" => Json::Bool(text == "true"),
            "INT64" | "NUMERIC" | "BIGNUMERIC" => Json::Number(text),
            // Of what is no number JSON has the name.
            "FLOAT64" if text.ends_with(|letter: char| letter.is_ascii_digit() || letter == '.') => Json::Number(text),
            "FLOAT64" => Json::Text(Cow::Borrowed(text)),
            "TIMESTAMP" => {
                let micros = text.parse::<i64>().ok();
                let shown = micros.and_then(|micros| text::timestamp_text(micros, stamp));
                Json::Text(shown.map_or(Cow::Borrowed(text), Cow::Owned))
            }
            _ => Json::Text(Cow::Borrowed(text)),
        }
    }
}

/// The table that an answer becomes.
pub(super) struct Answers<'a> {
    row: &'a Row,
    /// Where each column of the row is in the answer, and what is answered there.
    places: Vec<(usize, Field)>,
    spool: Spool,
    rows: u64,
}

impl<'a> Answers<'a> {
    /// One without rows, where what is answered can be what is declared.
    pub(super) fn of(row: &'a Row, fields: &[Field], spool: Spool) -> Result<Self, Fault> {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let place = |declared: &Declared| {
            let stored = declared.stored_name();
            let place = place_of(declared, &names)?;
            let field = &fields[place];
            if !field.fits(declared, &declared.ty, field.repeated) {
                return Err(of_another_type(stored, &field.shown(), &declared.ty));
            }
            Ok((place, field.clone()))
        };
        let places = row.columns.iter().map(place).collect::<Result<_, Fault>>()?;
        Ok(Self { row, places, spool, rows: 0 })
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts the rows of a page behind those that are there.
    pub(super) fn push(&mut self, page: &Answered) -> Result<(), Fault> {
        let rows = page["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut misfits = Misfits::of_answer(self.row);
        let columns =
            self.row.columns.iter().zip(&self.places).enumerate().map(|(index, (declared, (place, field)))| {
                let mut builder = Builder::of(declared).ok_or_else(|| {
                    let text = format!("an answer cannot hold `{}`: {}", declared.name, declared.ty);
                    Fault::new(code::CONNECTOR_CANNOT_HOLD, text).help("keep the table as Parquet")
                })?;
                let stamp = Stamp::of(declared.parsed.as_ref());
                for (number, row) in rows.iter().enumerate() {
                    let value = field.value(&row["f"][*place]["v"], field.repeated, &stamp);
                    if let Err(misfit) = builder.push_json(&value) {
                        misfits.add(index, self.rows + number as u64 + 1, misfit);
                    }
                }
                guarded(|| builder.finish((&*declared.name).into())).map(IntoColumn::into_column)
            });
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        misfits.finish()?;
        self.rows += rows.len() as u64;
        let frame = guarded(|| DataFrame::new(rows.len(), columns))?;
        self.spool.push(frame)
    }

    /// The file with the rows.
    pub(super) fn finish(self) -> Result<PathBuf, Fault> {
        self.spool.finish()
    }
}
