//! What a program gives, block after block.

use super::block::{Mask, ROWS};
use super::lanes::store;
use super::run::Block;
use crate::rows::{Output, OutputValues, Reg, Storage};

/// An output without values yet.
pub(in crate::rows) fn empty(storage: Storage, rows: usize) -> Output {
    let values = match storage {
        Storage::Bool => OutputValues::Bool(vec![0; rows.div_ceil(8)]),
        Storage::I8 => OutputValues::I8(vec![0; rows]),
        Storage::I16 => OutputValues::I16(vec![0; rows]),
        Storage::I32 => OutputValues::I32(vec![0; rows]),
        Storage::I64 => OutputValues::I64(vec![0; rows]),
        Storage::U8 => OutputValues::U8(vec![0; rows]),
        Storage::U16 => OutputValues::U16(vec![0; rows]),
        Storage::U32 => OutputValues::U32(vec![0; rows]),
        Storage::F32 => OutputValues::F32(vec![0.0; rows]),
        Storage::F64 => OutputValues::F64(vec![0.0; rows]),
    };
    Output { values, validity: None }
}

/// The bytes of a block in bits of all rows.
pub(in crate::rows) fn bytes_of(bits: &mut [u8], start: usize, rows: usize) -> &mut [u8] {
    &mut bits[start / 8..(start + rows).div_ceil(8)]
}

/// Says which rows of a block have a value; `None` where all have. `total` rows are there.
#[inline(always)]
pub(in crate::rows) fn write_validity(
    output: &mut Output,
    start: usize,
    rows: usize,
    total: usize,
    valid: Option<&Mask>,
) {
    debug_assert!(start.is_multiple_of(ROWS));
    match (&mut output.validity, valid) {
        (None, None) => {}
        (Some(bits), valid) => valid.unwrap_or(&Mask::ALL).write(rows, bytes_of(bits, start, rows)),
        (none, Some(valid)) => {
            // All rows before have one.
            let mut bits = vec![u8::MAX; total.div_ceil(8)];
            valid.write(rows, bytes_of(&mut bits, start, rows));
            *none = Some(bits);
        }
    }
}

impl Block<'_> {
    /// Stores the values of an operation.
    #[inline(always)]
    pub(super) fn write(&self, reg: Reg, output: &mut Output, total: usize) {
        let (start, rows) = (self.start, self.rows);
        let valid = self.valid(reg).filter(|valid| !valid.has(rows));
        write_validity(output, start, rows, total, valid);
        macro_rules! stored {
            ($values:expr, $of:ident, $as:ty) => {
                store(rows, self.$of(reg), valid, &mut $values[start..start + rows], |value| value as $as)
            };
        }
        match &mut output.values {
            OutputValues::Bool(bits) => {
                let mask = self.mask(reg);
                let mask = valid.map_or(mask, |valid| mask.and(valid));
                mask.write(rows, bytes_of(bits, start, rows));
            }
            OutputValues::I8(values) => stored!(values, ints, i8),
            OutputValues::I16(values) => stored!(values, ints, i16),
            OutputValues::I32(values) => stored!(values, ints, i32),
            OutputValues::I64(values) => stored!(values, ints, i64),
            OutputValues::U8(values) => stored!(values, ints, u8),
            OutputValues::U16(values) => stored!(values, ints, u16),
            OutputValues::U32(values) => stored!(values, ints, u32),
            OutputValues::F32(values) => stored!(values, floats, f32),
            OutputValues::F64(values) => stored!(values, floats, f64),
        }
    }
}
