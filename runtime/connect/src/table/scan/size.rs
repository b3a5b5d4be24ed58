//! How much memory the rows of a dataset take, told from its files before they are read.

use gml_ir::{Row, Type};

use super::{Scan, Stretch};

/// How much memory rows take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// As far as can be told from the number of rows and the types of the columns, or from the length of a text.
    pub bytes: u64,
    /// What they take in any case.
    pub least: u64,
    /// In how many parts they can be read.
    pub parts: usize,
    /// Rows, where the files say how many there are.
    pub rows: Option<u64>,
}

impl Scan<'_> {
    /// How much memory the wanted columns of the rows take that are not excluded.
    pub fn size(&self) -> Size {
        let (width, least) = (self.target.columns.iter())
            .map(|column| (width(&column.ty), least(&column.ty)))
            .fold((0, 0), |(width, least), (of_width, of_least)| (width + of_width, least + of_least));
        let mut size = Size { parts: self.places.len(), rows: Some(0), ..Size::default() };
        let mut texts = vec![false; self.files.len()];
        for place in self.places.iter().filter(|place| !place.excluded) {
            match &place.stretch {
                Stretch::Text(_) | Stretch::Whole => {
                    texts[place.file] = true;
                    size.rows = None;
                }
                Stretch::Group { .. } | Stretch::Batch { .. } => {
                    let rows = place.stretch.rows() as u64;
                    size.rows = size.rows.map(|all| all + rows);
                    size.bytes += rows * width / 8;
                    size.least += rows * least / 8;
                }
            }
        }
        // A number takes about as much memory as its digits, a text a little more than itself.
        let of_texts =
            self.files.iter().zip(texts).filter(|(_, is_text)| *is_text).map(|(file, _)| file.version.bytes());
        size.bytes += of_texts.sum::<u64>() * 2;
        size
    }
}

/// How many characters a text has, and how many items a list, for want of better knowledge.
const LETTERS: u64 = 12;
const ITEMS: u64 = 4;

/// Bits that a value takes, as a rule.
fn width(ty: &Type) -> u64 {
    match ty.non_null() {
        Type::Str | Type::Bytes | Type::Image | Type::Category | Type::Enum(_) => 128 + 8 * LETTERS,
        Type::List(item) => 64 + ITEMS * width(item),
        Type::Struct(row) => of_row(row, width),
        other => least(other),
    }
}

/// Bits that a value takes at least.
fn least(ty: &Type) -> u64 {
    match ty.non_null() {
        Type::Bool => 1,
        Type::Int(kind) => match kind.bounds().1 {
            max if max <= i128::from(u8::MAX) => 8,
            max if max <= i128::from(u16::MAX) => 16,
            max if max <= i128::from(u32::MAX) => 32,
            _ => 64,
        },
        Type::Float32 | Type::Date => 32,
        Type::Decimal { .. } | Type::Str | Type::Bytes | Type::Image | Type::Category | Type::Enum(_) => 128,
        Type::Vector(length) => 32 * u64::from(*length),
        Type::Struct(row) => of_row(row, least),
        Type::Float | Type::Time | Type::Timestamp | Type::Duration | Type::Size | Type::List(_) => 64,
        _ => 0,
    }
}

fn of_row(row: &Row, of: fn(&Type) -> u64) -> u64 {
    row.columns.iter().map(|column| of(&column.ty)).sum()
}
