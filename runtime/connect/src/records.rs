//! Records of delimited text (RFC 4180), with the line that each begins on.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Cuts a text into records.
pub(crate) struct Records<'a> {
    rest: &'a [u8],
    reader: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl<'a> Records<'a> {
    /// The records of a text. A byte-order mark at its beginning is passed over.
    pub(crate) fn of(text: &'a [u8], delimiter: u8, quote: u8) -> Self {
        let rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let reader = ReaderBuilder::new().delimiter(delimiter).quote(quote).build();
        Self { rest, reader, cells: vec![0; 1024], ends: vec![0; 64], count: 0 }
    }

    /// Goes to the next record; the line it begins on, or `None` behind the last.
    pub(crate) fn advance(&mut self) -> Option<u64> {
        let line = self.reader.line();
        let (mut written, mut ended) = (0, 0);
        loop {
            let (result, read, out, ends) =
                self.reader.read_record(self.rest, &mut self.cells[written..], &mut self.ends[ended..]);
            self.rest = &self.rest[read..];
            written += out;
            ended += ends;
            match result {
                // With no more input the reader closes the record it is in at its next call.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.count = ended;
                    return Some(line);
                }
                ReadRecordResult::End => return None,
            }
        }
    }

    /// How many cells the record has.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// A cell of the record.
    pub(crate) fn cell(&self, place: usize) -> &[u8] {
        if place >= self.count {
            return &[];
        }
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.cells[start..self.ends[place]]
    }

    /// The cells of the record as text; `None` where one is not UTF-8.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        (0..self.count).map(|place| std::str::from_utf8(self.cell(place)).ok().map(str::to_owned)).collect()
    }
}

/// Puts a cell behind `line`, in quotes where it needs them.
pub(crate) fn push_cell(line: &mut String, cell: &str, delimiter: char, quote: char) {
    let special = |letter: char| letter == delimiter || letter == quote || letter == '\n' || letter == '\r';
    if !cell.contains(special) {
        line.push_str(cell);
        return;
    }
    line.push(quote);
    for letter in cell.chars() {
        if letter == quote {
            line.push(quote);
        }
        line.push(letter);
    }
    line.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::of(text.as_bytes(), b',', b'"');
        let mut found = Vec::new();
        while let Some(line) = records.advance() {
            found.push((line, records.texts().unwrap()));
        }
        found
    }

    #[test]
    fn quotes_hold_delimiters_and_lines() {
        let text = "\u{feff}a,b\n\"x,\"\"y\"\"\",\"1\n2\"\r\nlast,";
        let expected = [(1, vec!["a", "b"]), (2, vec!["x,\"y\"", "1\n2"]), (4, vec!["last", ""])];
        let expected = expected.map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()));
        assert_eq!(all(text), expected);
    }

    #[test]
    fn long_cells_and_many_cells_fit() {
        let text = format!("{}\n{}", "x".repeat(5_000), ["y"; 500].join(","));
        let found = all(&text);
        assert_eq!(found[0].1[0].len(), 5_000);
        assert_eq!(found[1].1.len(), 500);
    }

    #[test]
    fn what_is_written_reads_back() {
        for cell in ["plain", "with,comma", "with \"quotes\"", "two\nlines", ""] {
            let mut line = String::new();
            push_cell(&mut line, cell, ',', '"');
            line.push_str(",end\n");
            assert_eq!(all(&line)[0].1[0], cell);
        }
    }
}
