//! Pictures, a file each: one row a file, with its name and its bytes.

use std::path::Path;

use gml_inference::{decode, resized, size_of};
use gml_ir::{Column as Declared, Dataset, Row, Type, Value};
use polars::prelude::*;

use crate::cell::Builder;
use crate::query::guarded;
use crate::{Fault, code, paths};

/// How the files of an entry become rows.
pub(super) struct Pictures<'a> {
    /// The column that gets the name.
    key: &'a str,
    /// Width and height that all get.
    size: Option<(u32, u32)>,
}

impl<'a> Pictures<'a> {
    /// The arguments of the catalog entry.
    pub(super) fn of(dataset: &'a Dataset) -> Result<Self, Fault> {
        let wrong = |text: String, help: &str| {
            Fault::new(code::CONNECTOR_CANNOT_HOLD, text).at(&dataset.name).help(help.to_owned())
        };
        let key = dataset.connector.get("key").and_then(Value::as_str).ok_or_else(|| {
            wrong(format!("`{}` does not say which column gets the names of the files", dataset.name), "give it `key:`")
        })?;
        let size = match dataset.connector.get("resize") {
            Some(Value::List(sides)) if !sides.is_empty() => {
                let side = |side: &Value| {
                    side.as_int().and_then(|side| u32::try_from(side).ok()).filter(|side| (1..=8192).contains(side))
                };
                match sides.iter().map(side).collect::<Option<Vec<_>>>().as_deref() {
                    Some([width, height]) => Some((*width, *height)),
                    _ => {
                        let text = format!("`resize` of `{}` is no width and height from 1 to 8192", dataset.name);
                        return Err(wrong(text, "write for example `resize: [128, 128]`"));
                    }
                }
            }
            _ => None,
        };
        Ok(Self { key, size })
    }

    /// Holds a row against what files can give.
    pub(super) fn check(&self, row: &Row) -> Result<(), Fault> {
        let pictures = row.columns.iter().filter(|column| *column.ty.non_null() == Type::Image).count();
        let others = row.columns.iter().filter(|column| *column.ty.non_null() != Type::Image);
        let keys: Vec<&Declared> = others.collect();
        let fits = matches!(keys.as_slice(), [key] if *key.name == *self.key) && pictures == 1;
        fits.then_some(()).ok_or_else(|| {
            let text = format!("files of pictures give two columns: `{}`, their name, and one of type image", self.key);
            Fault::new(code::CONNECTOR_CANNOT_HOLD, text)
                .help("declare these two, and join what else is known of the pictures")
        })
    }

    /// The row of a file.
    pub(super) fn read(&self, path: &Path, row: &Row) -> Result<DataFrame, Fault> {
        self.check(row)?;
        let bytes = std::fs::read(path).map_err(|error| paths::unreadable(path, &error))?;
        let bytes = match self.size {
            Some((width, height)) => decode(&bytes).and_then(|picture| resized(&picture, width, height)),
            // What is not taken apart here is at least looked at: a wrong file is told where its name is known.
            None => size_of(&bytes).map(|_| bytes),
        };
        let bytes = bytes.map_err(|fault| {
            let made = Fault::new(code::PICTURE_UNREADABLE, fault.message)
                .help("bring the file anew, or take it out of the folder");
            fault.detail.into_iter().fold(made, Fault::detail)
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let columns = row.columns.iter().map(|column| {
            if *column.ty.non_null() == Type::Image {
                return Ok(Column::new((&*column.name).into(), &[bytes.as_slice()][..]));
            }
            let mut builder = Builder::of(column).filter(Builder::is_scalar).ok_or_else(|| {
                let text = format!("the name of a file cannot be `{}`: {}", column.name, column.ty);
                Fault::new(code::CONNECTOR_CANNOT_HOLD, text).help("take `str` or `int` for the key")
            })?;
            if builder.push_text(&name).is_err() {
                let text = format!("the name of the file, `{name}`, is no {}, which `{}` is", column.ty, column.name);
                return Err(Fault::new(code::VALUE_DOES_NOT_PARSE, text)
                    .help("declare the key as `str`, or name fewer files in the path"));
            }
            guarded(|| builder.finish((&*column.name).into())).map(IntoColumn::into_column)
        });
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        guarded(|| DataFrame::new(1, columns))
    }
}
