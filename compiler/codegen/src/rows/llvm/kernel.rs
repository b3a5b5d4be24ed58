//! Machine code over columns: what a function is given, and the last rows.

use std::sync::Arc;

use super::super::columns::check;
use super::super::{Bits, Column, Kernel, Output, OutputValues, Program, RowFault, Storage, Values};
use super::code::{Code, Function};
use super::emit::{ROWS, Sink, Source};

/// A program as machine code.
pub(super) struct Compiled {
    pub(super) program: Arc<Program>,
    pub(super) code: Code,
    /// Says which row has no result, and why.
    pub(super) oracle: Box<dyn Kernel>,
}

/// A row without a result was met.
#[derive(Debug)]
pub(super) struct Faulty;

/// Two bytes of ones: every row has a value.
static ALL: [u8; 2] = [u8::MAX; 2];

impl Kernel for Compiled {
    fn run(&self, columns: &[Column<'_>], rows: usize) -> Result<Vec<Output>, RowFault> {
        // The interpreter finds the row: it happens once, at the end of everything.
        self.outputs(columns, rows).or_else(|Faulty| self.oracle.run(columns, rows))
    }
}

impl Compiled {
    pub(super) fn outputs(&self, columns: &[Column<'_>], rows: usize) -> Result<Vec<Output>, Faulty> {
        check(columns, &self.program.columns, rows);
        let columns = &columns[..self.program.columns.len()];
        let function =
            if columns.iter().any(|column| column.validity.is_some()) { &self.code.nulls } else { &self.code.plain };
        let mut rooms: Vec<Room> = self
            .program
            .outputs
            .iter()
            .zip(&function.nullable)
            .map(|((_, storage), nullable)| Room::new(*storage, *nullable, rows))
            .collect();
        if rows == 0 {
            return Ok(rooms.into_iter().map(|room| room.filled(rows)).collect());
        }
        // A turn reads a byte of bits and the next, so the last rows, up to eight of them, are a turn of their own.
        let turns = (rows - 1) / ROWS;
        let sources: Vec<Source> = columns.iter().map(source).collect();
        turn(function, &sources, &mut rooms, 0, turns)?;
        let mut ends: Vec<End> = columns.iter().map(|column| End::new(column, turns * ROWS, rows)).collect();
        let sources: Vec<Source> = ends.iter_mut().map(|end| end.source()).collect();
        turn(function, &sources, &mut rooms, turns, 1)?;
        Ok(rooms.into_iter().map(|room| room.filled(rows)).collect())
    }
}

/// Runs so many turns, which write to the rooms from that turn on.
fn turn(function: &Function, sources: &[Source], rooms: &mut [Room], first: usize, turns: usize) -> Result<(), Faulty> {
    let sinks: Vec<Sink> = rooms.iter_mut().map(|room| room.sink(first)).collect();
    // SAFETY: the sources have that many turns of rows, and a byte behind their bits; the sinks have room for them.
    let done = unsafe { (function.entry)(sources.as_ptr(), sinks.as_ptr(), turns as u64) };
    if done == turns as u64 { Ok(()) } else { Err(Faulty) }
}

/// The byte of the first bit, and its bit.
fn bits(of: Bits<'_>) -> (*const u8, u64) {
    (of.bytes[of.offset / 8..].as_ptr(), (of.offset % 8) as u64)
}

fn source(column: &Column<'_>) -> Source {
    let (values, first_value) = match column.values {
        Values::Bool(values) => bits(values),
        Values::I8(values) => (values.as_ptr().cast(), 0),
        Values::I16(values) => (values.as_ptr().cast(), 0),
        Values::I32(values) => (values.as_ptr().cast(), 0),
        Values::I64(values) => (values.as_ptr().cast(), 0),
        Values::U8(values) => (values.as_ptr(), 0),
        Values::U16(values) => (values.as_ptr().cast(), 0),
        Values::U32(values) => (values.as_ptr().cast(), 0),
        Values::F32(values) => (values.as_ptr().cast(), 0),
        Values::F64(values) => (values.as_ptr().cast(), 0),
    };
    let (validity, first_validity, validity_moves) = match column.validity {
        None => (ALL.as_ptr(), 0, 0),
        Some(validity) => {
            let (bytes, first) = bits(validity);
            (bytes, first, u64::MAX)
        }
    };
    Source { values, first_value, validity, first_validity, validity_moves }
}

/// The last rows of a column, the last one repeated up to a whole turn, so that nothing happens that does not happen in it.
struct End {
    values: [u64; ROWS],
    /// A byte of bits, and one that is read but does not count.
    validity: [u8; 2],
}

impl End {
    fn new(column: &Column<'_>, first: usize, rows: usize) -> Self {
        let row = |place: usize| (first + place).min(rows - 1);
        let byte = |bits: Bits<'_>| (0..ROWS).fold(0, |byte, place| byte | u8::from(bits.get(row(place))) << place);
        let mut values = [0; ROWS];
        macro_rules! copy {
            ($from:expr, $of:ty) => {{
                // SAFETY: eight values of at most eight bytes, which any bytes are values of.
                let (_, into, _) = unsafe { values.align_to_mut::<$of>() };
                into.iter_mut().take(ROWS).enumerate().for_each(|(place, into)| *into = $from[row(place)]);
            }};
        }
        match column.values {
            Values::Bool(bits) => values[0] = u64::from(byte(bits)).to_le(),
            Values::I8(from) => copy!(from, i8),
            Values::I16(from) => copy!(from, i16),
            Values::I32(from) => copy!(from, i32),
            Values::I64(from) => copy!(from, i64),
            Values::U8(from) => copy!(from, u8),
            Values::U16(from) => copy!(from, u16),
            Values::U32(from) => copy!(from, u32),
            Values::F32(from) => copy!(from, f32),
            Values::F64(from) => copy!(from, f64),
        }
        Self { values, validity: [column.validity.map_or(u8::MAX, byte), 0] }
    }

    fn source(&self) -> Source {
        Source {
            values: self.values.as_ptr().cast(),
            first_value: 0,
            validity: self.validity.as_ptr(),
            first_validity: 0,
            validity_moves: u64::MAX,
        }
    }
}

/// Room for an output, up to a whole turn.
struct Room {
    values: OutputValues,
    validity: Option<Vec<u8>>,
}

macro_rules! values {
    ($values:expr, $bits:ident => $of_bits:expr, $numbers:ident => $of_numbers:expr) => {
        match $values {
            OutputValues::Bool($bits) => $of_bits,
            OutputValues::I8($numbers) => $of_numbers,
            OutputValues::I16($numbers) => $of_numbers,
            OutputValues::I32($numbers) => $of_numbers,
            OutputValues::I64($numbers) => $of_numbers,
            OutputValues::U8($numbers) => $of_numbers,
            OutputValues::U16($numbers) => $of_numbers,
            OutputValues::U32($numbers) => $of_numbers,
            OutputValues::F32($numbers) => $of_numbers,
            OutputValues::F64($numbers) => $of_numbers,
        }
    };
}

impl Room {
    fn new(storage: Storage, nullable: bool, rows: usize) -> Self {
        let turns = rows.div_ceil(ROWS);
        let room = turns * ROWS;
        let values = match storage {
            Storage::Bool => OutputValues::Bool(Vec::with_capacity(turns)),
            Storage::I8 => OutputValues::I8(Vec::with_capacity(room)),
            Storage::I16 => OutputValues::I16(Vec::with_capacity(room)),
            Storage::I32 => OutputValues::I32(Vec::with_capacity(room)),
            Storage::I64 => OutputValues::I64(Vec::with_capacity(room)),
            Storage::U8 => OutputValues::U8(Vec::with_capacity(room)),
            Storage::U16 => OutputValues::U16(Vec::with_capacity(room)),
            Storage::U32 => OutputValues::U32(Vec::with_capacity(room)),
            Storage::F32 => OutputValues::F32(Vec::with_capacity(room)),
            Storage::F64 => OutputValues::F64(Vec::with_capacity(room)),
        };
        Self { values, validity: nullable.then(|| Vec::with_capacity(turns)) }
    }

    /// Where the rows of a turn go.
    fn sink(&mut self, turn: usize) -> Sink {
        // SAFETY: there is room for that turn and those before it.
        let values = unsafe {
            values!(&mut self.values, bits => bits.as_mut_ptr().add(turn),
                numbers => numbers.as_mut_ptr().add(turn * ROWS).cast::<u8>())
        };
        let validity = match &mut self.validity {
            None => std::ptr::null_mut(),
            // SAFETY: a byte for each turn.
            Some(bytes) => unsafe { bytes.as_mut_ptr().add(turn) },
        };
        Sink { values, validity }
    }

    /// The output, once all turns have been written.
    fn filled(mut self, rows: usize) -> Output {
        let end = |bytes: &mut Vec<u8>| {
            // SAFETY: every turn wrote its byte.
            unsafe { bytes.set_len(rows.div_ceil(ROWS)) };
            if let (Some(last), 1..) = (bytes.last_mut(), rows % ROWS) {
                *last &= (1 << (rows % ROWS)) - 1;
            }
        };
        // SAFETY: every turn wrote its rows.
        values!(&mut self.values, bits => end(bits), numbers => unsafe { numbers.set_len(rows) });
        if let Some(bytes) = &mut self.validity {
            end(bytes);
        }
        Output { values: self.values, validity: self.validity.filter(|bytes| !all(bytes, rows)) }
    }
}

/// Whether the bits of all rows are set.
fn all(bytes: &[u8], rows: usize) -> bool {
    let (whole, rest) = bytes.split_at(rows / ROWS);
    whole.iter().all(|byte| *byte == u8::MAX) && rest.iter().all(|byte| byte.count_ones() as usize == rows % ROWS)
}
