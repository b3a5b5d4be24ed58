//! Text files in pieces of whole records, so that not all of a file has to be in memory at once.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::csv::Dialect;
use crate::{Fault, paths};

/// Bytes of a piece, or a few more: up to the end of its last record.
pub(super) const SIZE: u64 = 8 << 20;

/// Bytes that are looked at at once.
const BLOCK: usize = 1 << 18;

/// A stretch of a text file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    start: u64,
    end: u64,
    /// Lines of the file before it.
    pub(super) lines: u64,
    /// Records of the file before it, a header among them.
    pub(super) records: usize,
    /// Whether the last record before it has a single cell, so that an empty line is one.
    pub(super) single: bool,
}

impl Piece {
    /// Whether the file begins with it.
    pub(super) fn is_first(&self) -> bool {
        self.start == 0
    }

    /// Its bytes.
    ///
    /// # Errors
    /// Where the file cannot be read to there.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        let read = || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(self.start))?;
            let mut bytes = vec![0; usize::try_from(self.end - self.start).unwrap_or(usize::MAX)];
            file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|error| paths::unreadable(path, &error))
    }
}

/// What a file was cut into.
pub(super) struct Pieces {
    /// In their order.
    pub(super) all: Vec<Piece>,
    /// How many records they have, where only some were asked for.
    pub(super) records: Option<usize>,
    /// Whether nothing lies behind them.
    pub(super) is_whole: bool,
}

/// Cuts a CSV file, or the part of it with so many records, a header among them.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn of_csv(path: &Path, dialect: &Dialect, size: u64, most: Option<usize>) -> Result<Pieces, Fault> {
    cut(path, size, most, Csv { delimiter: dialect.delimiter, quote: dialect.quote, at: At::Record })
}

/// Cuts a file of lines, or the part of it with so many records.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn of_lines(path: &Path, size: u64, most: Option<usize>) -> Result<Pieces, Fault> {
    cut(path, size, most, Lines { at_start: true, blank: true })
}

/// Walks over a text byte by byte and knows where records end.
trait Walk {
    /// Whether a record or an empty line begins with the next byte.
    fn at_start(&self) -> bool;

    /// Goes on behind a byte, and counts the lines that it ends and the records that it begins.
    fn step(&mut self, byte: u8, counted: &mut Counted);
}

/// What was passed.
#[derive(Clone, Copy, Default)]
struct Counted {
    lines: u64,
    records: usize,
    /// Cells of the last record.
    cells: usize,
}

fn cut(path: &Path, size: u64, most: Option<usize>, mut walk: impl Walk) -> Result<Pieces, Fault> {
    let unreadable = |error: std::io::Error| paths::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut piece = Piece { end: length, ..Piece::default() };
    if length <= size && most.is_none() {
        return Ok(Pieces { all: vec![piece], records: None, is_whole: true });
    }
    let mut file = file.take(length);
    let mut pieces = Vec::new();
    let mut counted = Counted::default();
    let mut block = vec![0; BLOCK];
    let (mut position, mut before) = (0, 0);
    loop {
        let count = file.read(&mut block).map_err(unreadable)?;
        if count == 0 {
            break;
        }
        let mut bytes = &block[..count];
        if position == 0
            && let Some(text) = bytes.strip_prefix(b"\xef\xbb\xbf")
        {
            (position, bytes) = (3, text);
        }
        for byte in bytes {
            // The line feed behind a carriage return ends the same line.
            let same_end = *byte == b'\n' && before == b'\r' && walk.at_start();
            if !same_end {
                let is_enough = most.is_some_and(|most| counted.records >= most);
                let is_full = position - piece.start >= size || is_enough;
                if is_full && walk.at_start() {
                    pieces.push(Piece { end: position, ..piece });
                    let Counted { lines, records, cells } = counted;
                    if is_enough {
                        return Ok(Pieces { all: pieces, records: Some(records), is_whole: false });
                    }
                    piece = Piece { start: position, end: length, lines, records, single: cells == 1 };
                }
                walk.step(*byte, &mut counted);
            }
            before = *byte;
            position += 1;
        }
    }
    pieces.push(piece);
    Ok(Pieces { all: pieces, records: most.map(|_| counted.records), is_whole: true })
}

/// The place within a record of delimited text, as [`crate::records::Records`] reads it.
struct Csv {
    delimiter: u8,
    quote: u8,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Record,
    Cell,
    Plain,
    Quoted,
    /// Behind a quote within a quoted cell: another one, or the end.
    Quote,
}

impl Csv {
    /// Behind a byte that no quotes are around.
    fn plain(&mut self, byte: u8, counted: &mut Counted) {
        self.at = match byte {
            b'\n' | b'\r' => {
                counted.lines += 1;
                At::Record
            }
            byte if byte == self.delimiter => {
                counted.cells += 1;
                At::Cell
            }
            _ => At::Plain,
        };
    }
}

impl Walk for Csv {
    fn at_start(&self) -> bool {
        self.at == At::Record
    }

    fn step(&mut self, byte: u8, counted: &mut Counted) {
        if self.at == At::Record {
            let empty = byte == b'\n' || byte == b'\r';
            // An empty line is a record only behind one with a single cell.
            if !empty || counted.cells == 1 {
                counted.records += 1;
                counted.cells = 1;
            }
        }
        match self.at {
            At::Record | At::Cell if byte == self.quote => self.at = At::Quoted,
            At::Quoted => {
                counted.lines += u64::from(byte == b'\n');
                self.at = if byte == self.quote { At::Quote } else { At::Quoted };
            }
            At::Quote if byte == self.quote && byte != self.delimiter => self.at = At::Quoted,
            At::Record | At::Cell | At::Plain | At::Quote => self.plain(byte, counted),
        }
    }
}

/// The place within a line.
struct Lines {
    at_start: bool,
    /// Whether there is nothing but space in the line so far.
    blank: bool,
}

impl Walk for Lines {
    fn at_start(&self) -> bool {
        self.at_start
    }

    fn step(&mut self, byte: u8, counted: &mut Counted) {
        self.at_start = byte == b'\n';
        if self.at_start {
            counted.lines += 1;
            self.blank = true;
        } else if self.blank && !byte.is_ascii_whitespace() {
            self.blank = false;
            counted.records += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::Records;

    fn dialect() -> Dialect {
        Dialect { delimiter: b',', quote: b'"', nulls: Vec::new(), separator: " ".to_owned() }
    }

    /// The records of a text: the line and the cells of each.
    fn records(mut records: Records<'_>) -> Vec<(u64, Vec<Vec<u8>>)> {
        let mut found = Vec::new();
        while let Some(line) = records.advance() {
            found.push((line, (0..records.len()).map(|place| records.cell(place).to_vec()).collect()));
        }
        found
    }

    proptest! {
        #[test]
        fn pieces_of_csv_hold_the_records_of_the_whole(
            first in prop::sample::select(vec!["a", "a,b", "\"a\nb\",c"]),
            rest in prop::collection::vec(prop::sample::select(b"aaaaa,\"\n\r".to_vec()), 0..80),
            size in 1_u64..40,
        ) {
            let text = [first.as_bytes(), b"\n", &rest].concat();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.csv");
            std::fs::write(&path, &text).unwrap();
            let whole = records(Records::of(&text, b',', b'"'));
            let mut found = Vec::new();
            for piece in of_csv(&path, &dialect(), size, None).unwrap().all {
                prop_assert_eq!(piece.records, found.len());
                let bytes = piece.read(&path).unwrap();
                let own = if piece.is_first() {
                    Records::of(&bytes, b',', b'"')
                } else {
                    Records::resumed(&bytes, b',', b'"', piece.lines, piece.single)
                };
                found.extend(records(own));
            }
            prop_assert_eq!(found, whole);
        }
    }

    #[test]
    fn no_more_is_cut_than_records_are_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, "a,b\r\n1,\"x\n\"\r\n2,y\r\n3,z\r\n").unwrap();
        let first = |most| {
            let Pieces { all, records, is_whole } = of_csv(&path, &dialect(), SIZE, Some(most)).unwrap();
            let texts = all.iter().map(|piece| String::from_utf8(piece.read(&path).unwrap()).unwrap());
            (texts.collect::<String>(), records, is_whole)
        };
        assert_eq!(first(1), ("a,b\r\n".to_owned(), Some(1), false));
        assert_eq!(first(2), ("a,b\r\n1,\"x\n\"\r\n".to_owned(), Some(2), false));
        assert_eq!((first(9).1, first(9).2), (Some(4), true));
        std::fs::write(&path, "{}\n\n{}\n{}\n").unwrap();
        let Pieces { all, is_whole, .. } = of_lines(&path, SIZE, Some(2)).unwrap();
        assert_eq!((all[0].read(&path).unwrap().len(), is_whole), ("{}\n\n{}\n".len(), false));
    }

    #[test]
    fn pieces_of_lines_end_with_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        std::fs::write(&path, "{\"a\": 1}\n\n{\"a\": 2}\r\n{\"a\": 3}").unwrap();
        let pieces = of_lines(&path, 1, None).unwrap().all;
        let texts: Vec<_> = pieces.iter().map(|piece| String::from_utf8(piece.read(&path).unwrap()).unwrap()).collect();
        assert_eq!(texts, ["{\"a\": 1}\n", "\n", "{\"a\": 2}\r\n", "{\"a\": 3}"]);
        assert_eq!(
            pieces.iter().map(|piece| (piece.lines, piece.records)).collect::<Vec<_>>(),
            [(0, 0), (1, 1), (2, 1), (3, 2)]
        );
    }
}
