//! Sequences as a folder: `keys.parquet`, `items.parquet` and `clicks.parquet`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use gml_connect::{Fault, put_aside, take_up};
use gml_ir::SequencesType;
use polars::prelude::{Column, DataFrame, NamedFrom, Series};

use super::value::{Clicks, Span};
use super::{Items, Sequences};
use crate::frame::fault;

/// The files.
const KEYS: &str = "keys.parquet";
const ITEMS: &str = "items.parquet";
const CLICKS: &str = "clicks.parquet";
/// The column of [`KEYS`] with the length of each sequence: no column of a program begins so.
const LENGTH: &str = "__gml_length";

impl Sequences {
    /// Writes them into an empty folder: what they have, without what they share with others. The same sequences give the same
    /// bytes.
    ///
    /// # Errors
    /// GML0910 where the folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Fault> {
        let mut files = [KEYS, ITEMS, CLICKS].into_iter().zip(self.frames()?);
        files.try_for_each(|(file, mut frame)| write(&folder.join(file), &mut frame))
    }

    /// Keys, items and clicks: the same sequences give the same frames.
    ///
    /// # Errors
    /// Where the table engine refuses to make one.
    pub(crate) fn frames(&self) -> Result<[DataFrame; 3], Fault> {
        let mut keys = self.keys().clone();
        let lengths: Vec<u32> = self.iter().map(|sequence| sequence.len() as u32).collect();
        keys.with_column(Column::from(Series::new(LENGTH.into(), lengths))).map_err(fault)?;
        let (mut items, mut times) = (Vec::with_capacity(self.clicks()), Vec::with_capacity(self.clicks()));
        for sequence in self.iter() {
            items.extend_from_slice(sequence.items);
            times.extend_from_slice(sequence.times);
        }
        let clicks = vec![Series::new("item".into(), items).into(), Series::new("time".into(), times).into()];
        let clicks = DataFrame::new(self.clicks(), clicks).map_err(fault)?;
        Ok([keys, single(self.items().values().clone())?, clicks])
    }

    /// Reads what [`Sequences::save`] wrote.
    ///
    /// # Errors
    /// GML0902 where a file is missing or holds something else.
    pub fn load(folder: &Path, ty: SequencesType) -> Result<Self, Fault> {
        let mut keys = read(&folder.join(KEYS))?;
        let items = read(&folder.join(ITEMS))?;
        let clicks = read(&folder.join(CLICKS))?;
        let lengths = keys.drop_in_place(LENGTH).map_err(fault)?;
        let mut end = 0_u32;
        let mut spans = Vec::with_capacity(lengths.len());
        for length in lengths.u32().map_err(fault)?.iter().map(Option::unwrap_or_default) {
            let start = end;
            end = start.checked_add(length).ok_or_else(|| damaged(folder))?;
            spans.push(Span { start, end });
        }
        let column = |name: &str| clicks.column(name).map(|column| column.as_materialized_series().clone());
        let numbers = column("item").map_err(fault)?;
        let numbers: Vec<u32> = numbers.u32().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
        let times = column("time").map_err(fault)?;
        let times: Vec<i64> = times.i64().map_err(fault)?.iter().map(Option::unwrap_or_default).collect();
        let items = Items::new(items.column("item").map_err(fault)?.as_materialized_series())?;
        let known = items.len() as u64;
        if numbers.len() != end as usize || numbers.iter().any(|number| u64::from(*number) >= known) {
            return Err(damaged(folder));
        }
        Ok(Self::new(ty, Arc::new(items), Clicks { items: numbers, times }, spans, keys))
    }
}

fn damaged(folder: &Path) -> Fault {
    Fault::new("GML0902", "the files of kept sequences do not fit together").at(folder.display())
}

/// A frame of one column.
pub(crate) fn single(values: Series) -> Result<DataFrame, Fault> {
    DataFrame::new(values.len(), vec![Column::from(values)]).map_err(fault)
}

/// Writes a frame as Parquet.
pub(crate) fn write(path: &Path, frame: &mut DataFrame) -> Result<(), Fault> {
    let cannot = |why: io::Error| {
        Fault::new("GML0910", format!("a file cannot be written: {why}"))
            .at(path.display())
            .help("see that the folder is there, that it is yours, and that the disk is not full")
    };
    put_aside(path, frame).map_err(cannot)
}

/// Reads a frame that [`write`] wrote.
pub(crate) fn read(path: &Path) -> Result<DataFrame, Fault> {
    take_up(path).map_err(|why| Fault::new("GML0902", format!("a file cannot be read: {why}")).at(path.display()))
}
