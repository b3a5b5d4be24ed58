//! Pictures of a table, as they are learned from.

use gml_connect::Fault;
use gml_inference::{decode, to_size};
use gml_ir::{Column as Declared, Role, Type};
use gml_neural::Error;
use gml_neural::pictures::{COLOURS, Pictures};
use polars::prelude::{BinaryChunked, Column, DataFrame, DataType, col};
use rayon::prelude::*;

use crate::data::Table;
use crate::frame::{collect, fault};
use crate::native::onnxruntime;

/// Bytes of pictures that are kept taken apart. Where there are more, each is taken apart again whenever it is asked for.
const KEPT: usize = 1 << 30;

/// Pictures that are taken apart before it is looked whether all could be.
const AT_ONCE: usize = 1024;

/// The pictures of a column, but for those that are null.
pub(super) struct Gallery {
    /// Pixels on each side that all are brought to.
    size: usize,
    files: BinaryChunked,
    /// The rows that have one.
    there: Vec<usize>,
    /// The pictures one after the other, where they are few enough.
    kept: Option<Vec<u8>>,
}

/// The feature of rows that is a picture.
///
/// # Errors
/// Where there is none, which the checker does not let pass.
pub(super) fn picture(table: &Table) -> Result<&Declared, Fault> {
    let found = table.ty.row.features().find(|column| *column.ty.non_null() == Type::Image);
    found.ok_or_else(|| Fault::new("GML0723", "the rows have no feature of type image"))
}

/// The pictures of rows, and what names each: its row, and the columns with the role `id`.
pub(super) fn rows(table: &Table) -> Result<(Column, DataFrame), Fault> {
    let of = picture(table)?;
    let ids = table.ty.row.columns.iter().filter(|column| column.role == Some(Role::Id));
    let columns: Vec<_> = std::iter::once(of).chain(ids).map(|column| col(&*column.name)).collect();
    let found = collect(table.frame.clone().select(columns))?;
    let files = found.column(&of.name).map_err(fault)?.cast(&DataType::Binary).map_err(fault)?;
    Ok((files, found.drop(&of.name).map_err(fault)?))
}

/// Says which row it is.
pub(super) fn of_row(wrong: Fault, row: usize, ids: &DataFrame) -> Fault {
    let named = ids.columns().iter().filter_map(|column| {
        let value = column.get(row).ok()?;
        Some(format!("`{}` is {}", column.name(), value.str_value()))
    });
    let named: Vec<String> = named.collect();
    let which = format!("it is the picture of row {}", row + 1);
    wrong.detail(if named.is_empty() { which } else { format!("{which}, where {}", named.join(" and ")) })
}

impl Gallery {
    /// Takes all pictures apart once, so that what cannot be read is told before anything is learned.
    ///
    /// # Errors
    /// GML0922 where there is no picture, GML0943 where one cannot be read.
    pub(super) fn of(table: &Table, size: usize) -> Result<Self, Fault> {
        let (column, ids) = rows(table)?;
        let files = column.binary().map_err(fault)?.rechunk().into_owned();
        let there: Vec<usize> = (0..files.len()).filter(|row| files.get(*row).is_some()).collect();
        if there.is_empty() {
            let text = format!("`{}` has no pictures to learn from", column.name());
            return Err(Fault::new("GML0922", text).help("see which filter or which part of a split leaves none"));
        }
        let count = there.len();
        let mut gallery = Self { size, files, there, kept: None };
        let length = gallery.length();
        let mut kept = (count * length <= KEPT).then(|| Vec::with_capacity(count * length));
        for from in (0..count).step_by(AT_ONCE) {
            let places = from..count.min(from + AT_ONCE);
            let mut bytes = vec![0; places.len() * length];
            let read =
                |(place, into): (usize, &mut [u8])| gallery.take_apart(place, into).map_err(|wrong| (place, wrong));
            let wrong = bytes.par_chunks_exact_mut(length).enumerate().map(|(place, into)| (from + place, into));
            let wrong = wrong.filter_map(|part| read(part).err()).min_by_key(|(place, _)| *place);
            if let Some((place, wrong)) = wrong {
                return Err(of_row(wrong, gallery.there[place], &ids));
            }
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&bytes);
            }
        }
        gallery.kept = kept;
        Ok(gallery)
    }

    /// Bytes of a picture.
    fn length(&self) -> usize {
        self.size * self.size * COLOURS
    }

    fn take_apart(&self, place: usize, into: &mut [u8]) -> Result<(), Fault> {
        let file = self.files.get(self.there[place]).unwrap_or_default();
        let side = u32::try_from(self.size).unwrap_or(u32::MAX);
        let picture = decode(file).map_err(onnxruntime::fault)?;
        into.copy_from_slice(to_size(&picture, side, side).as_raw());
        Ok(())
    }
}

impl Pictures for Gallery {
    fn count(&self) -> usize {
        self.there.len()
    }

    fn bytes(&self, place: usize, into: &mut [u8]) -> Result<(), Error> {
        match &self.kept {
            Some(kept) => into.copy_from_slice(&kept[place * self.length()..(place + 1) * self.length()]),
            None => self.take_apart(place, into).map_err(|wrong| Error::Data(wrong.to_string()))?,
        }
        Ok(())
    }
}
