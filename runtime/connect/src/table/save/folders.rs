//! Folders with a folder for each value of some columns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gml_ir::{Column as Declared, Dataset, Row};
use polars::prelude::*;

use super::text::cell;
use crate::query::guarded;
use crate::table::partitions::{NULL, folder};
use crate::table::replace;
use crate::table::sources::partitioned_by;
use crate::{Fault, code};

/// Rows that wait for their folders.
pub(super) struct Folders {
    /// The columns of the folders as they are stored.
    by: Vec<Declared>,
    row: Row,
    frame: Result<DataFrame, Fault>,
}

impl Folders {
    /// The first rows, in the form in which they are stored.
    pub(super) fn of(dataset: &Dataset, row: &Row, frame: DataFrame) -> Self {
        let by = partitioned_by(dataset).iter().filter_map(|name| row.get(name).cloned()).collect();
        Self { by, row: row.clone(), frame: Ok(frame) }
    }

    /// Rows behind those that are there.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        if let Ok(all) = &mut self.frame {
            guarded(|| all.vstack_mut_owned(frame).map(drop))?;
        }
        Ok(())
    }

    /// Writes a file for each folder; all of them appear at once, in the place of those that were there or as a new version. Gives
    /// where, and how many bytes.
    pub(super) fn finish(self, dataset: &Dataset, project: &Path) -> Result<(replace::Folder, u64), Fault> {
        let frame = self.frame?;
        let mut rows: BTreeMap<PathBuf, Vec<IdxSize>> = BTreeMap::new();
        for place in 0..frame.height() {
            let mut path = PathBuf::new();
            for column in &self.by {
                let value = guarded(|| frame.column(column.stored_name())?.get(place).map(|value| cell(&value)))?;
                if value.as_deref() == Some(NULL) {
                    return Err(is_null(&column.name));
                }
                path.push(folder(&column.name, value.as_deref()));
            }
            rows.entry(path).or_default().push(IdxSize::try_from(place).map_err(|_| too_many())?);
        }
        let names: Vec<PlSmallStr> = self.by.iter().map(|column| column.stored_name().into()).collect();
        let rest = frame.drop_many(names);
        let columns = self.row.columns.iter().filter(|column| self.by.iter().all(|by| by.name != column.name));
        let row = Row { columns: columns.cloned().collect(), unique: Vec::new(), ..self.row.clone() };
        let mut bytes = 0;
        let folder = replace::write_folder(dataset, project, |into| {
            if rows.is_empty() {
                // A file without rows still tells of the columns.
                rows.insert(self.by.iter().map(|column| folder(&column.name, None)).collect(), Vec::new());
            }
            for (path, places) in &rows {
                let places = IdxCa::from_vec("place".into(), places.clone());
                let own = guarded(|| rest.take(&places))?;
                bytes += file(dataset, &row, own, &into.join(path))?;
            }
            Ok(())
        })?;
        Ok((folder, bytes))
    }
}

/// Writes the file of a folder. What was checked and brought into its form before is not checked again.
fn file(dataset: &Dataset, row: &Row, frame: DataFrame, folder: &Path) -> Result<u64, Fault> {
    let ending = match &*dataset.connector.name {
        "ipc" => "arrow",
        other => other,
    };
    let target = folder.join(format!("part-0.{ending}"));
    let pending = replace::Pending::create(&target)?;
    let mut form = super::Form::of(dataset, &frame, row, pending.handle()?, &target)?;
    form.push(frame, row, &target)?;
    form.finish(&target)?;
    pending.appear()
}

/// A text that would be null when it is read again.
fn is_null(column: &str) -> Fault {
    let text = format!("a value of `{column}` is {NULL:?}, which the name of a folder has where there is no value");
    Fault::new(code::CANNOT_WRITE, text).help("write another text for it, or take the column out of `partitioned_by`")
}

fn too_many() -> Fault {
    Fault::new(code::CANNOT_WRITE, "there are too many rows for one partitioned dataset")
        .help("save parts of it under entries of their own")
}
