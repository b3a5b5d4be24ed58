//! Records of delimited text (RFC 4180), with the line that each begins on.

/// What may stand between cells, where it is no comma.
pub(crate) const DELIMITERS: [u8; 3] = [b';', b'\t', b'|'];

/// Cuts a text into records. Empty lines are passed over, unless the records have a single cell.
pub struct Records<'a> {
    text: &'a [u8],
    position: usize,
    line: u64,
    delimiter: u8,
    quote: u8,
    cells: Vec<Cell>,
    unescaped: Vec<u8>,
    unclosed: Option<u64>,
}

#[derive(Clone, Copy)]
struct Cell {
    start: usize,
    end: usize,
    quoted: bool,
    unescaped: bool,
}

impl<'a> Records<'a> {
    /// The records of a text. A byte-order mark at its beginning is passed over.
    pub fn of(text: &'a [u8], delimiter: u8, quote: u8) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let (cells, unescaped) = (Vec::new(), Vec::new());
        Self { text, position: 0, line: 1, delimiter, quote, cells, unescaped, unclosed: None }
    }

    /// The records of a text that goes on behind so many lines of a file; `single` says that the last one before has one cell.
    pub(crate) fn resumed(text: &'a [u8], delimiter: u8, quote: u8, lines: u64, single: bool) -> Self {
        let before = Cell { start: 0, end: 0, quoted: false, unescaped: false };
        let (cells, unescaped) = (vec![before; usize::from(single)], Vec::new());
        Self { text, position: 0, line: lines + 1, delimiter, quote, cells, unescaped, unclosed: None }
    }

    /// Goes to the next record; the line it begins on, or `None` behind the last.
    pub fn advance(&mut self) -> Option<u64> {
        let single = self.cells.len() == 1;
        while !single && matches!(self.here(), Some(b'\n' | b'\r')) {
            self.pass_line_end();
        }
        self.here()?;
        let begin = self.line;
        self.cells.clear();
        self.unescaped.clear();
        loop {
            let cell = if self.here() == Some(self.quote) { self.quoted_cell() } else { self.plain_cell() };
            self.cells.push(cell);
            if self.here() != Some(self.delimiter) {
                self.pass_line_end();
                return Some(begin);
            }
            self.position += 1;
        }
    }

    fn here(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn pass_line_end(&mut self) {
        let length = match self.text.get(self.position..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return,
        };
        self.position += length;
        self.line += 1;
    }

    fn plain_cell(&mut self) -> Cell {
        let start = self.position;
        let delimiter = self.delimiter;
        let ends = |byte: &u8| *byte == delimiter || *byte == b'\n' || *byte == b'\r';
        let length = self.text[start..].iter().position(ends).unwrap_or(self.text.len() - start);
        self.position = start + length;
        Cell { start, end: self.position, quoted: false, unescaped: false }
    }

    /// Two quotes within a quoted cell are one; what follows the closing quote belongs to the cell.
    fn quoted_cell(&mut self) -> Cell {
        let (begin, opened) = (self.position + 1, self.line);
        let quote = self.quote;
        self.position = begin;
        let first = self.advance_to_quote();
        if self.position >= self.text.len() {
            self.unclosed = Some(opened);
            return Cell { start: begin, end: first, quoted: true, unescaped: false };
        }
        self.position += 1;
        if self.at_cell_end() {
            return Cell { start: begin, end: first, quoted: true, unescaped: false };
        }
        let start = self.unescaped.len();
        self.unescaped.extend(&self.text[begin..first]);
        while self.here() == Some(quote) {
            self.unescaped.push(quote);
            self.position += 1;
            let from = self.position;
            let to = self.advance_to_quote();
            self.unescaped.extend(&self.text[from..to]);
            if self.position >= self.text.len() {
                self.unclosed = Some(opened);
                break;
            }
            self.position += 1;
        }
        let tail = self.plain_cell();
        self.unescaped.extend(&self.text[tail.start..tail.end]);
        Cell { start, end: self.unescaped.len(), quoted: true, unescaped: true }
    }

    /// Goes to the next quote or the end of the text, and counts the lines on the way.
    fn advance_to_quote(&mut self) -> usize {
        let rest = &self.text[self.position..];
        let length = rest.iter().position(|byte| *byte == self.quote).unwrap_or(rest.len());
        self.line += rest[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.position += length;
        self.position
    }

    fn at_cell_end(&self) -> bool {
        self.here().is_none_or(|byte| byte == self.delimiter || byte == b'\n' || byte == b'\r')
    }

    /// How many cells the record has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether the record has no cell, which none has that was read.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// A cell of the record.
    pub fn cell(&self, place: usize) -> &[u8] {
        match self.cells.get(place) {
            Some(cell) if cell.unescaped => &self.unescaped[cell.start..cell.end],
            Some(cell) => &self.text[cell.start..cell.end],
            None => &[],
        }
    }

    /// Whether the cell stands in quotes.
    pub fn quoted(&self, place: usize) -> bool {
        self.cells.get(place).is_some_and(|cell| cell.quoted)
    }

    /// The line of a quote that opens a cell and is never closed, once the record was read.
    pub fn unclosed(&self) -> Option<u64> {
        self.unclosed
    }

    /// The cells of the record as text; `None` where one is not UTF-8.
    pub fn texts(&self) -> Option<Vec<String>> {
        (0..self.len()).map(|place| std::str::from_utf8(self.cell(place)).ok().map(str::to_owned)).collect()
    }
}

/// Puts a cell behind `line`, in quotes where it needs them or `quoted` asks for them.
pub(crate) fn push_cell(line: &mut String, cell: &str, quoted: bool, delimiter: char, quote: char) {
    let special = |letter: char| letter == delimiter || letter == quote || letter == '\n' || letter == '\r';
    if !quoted && !cell.contains(special) && !cell.starts_with('\u{feff}') {
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
    use proptest::prelude::*;

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
        let text = "\u{feff}a,b\n\"x,\"\"y\"\"\",\"1\n2\"\r\n\nlast,";
        let expected = [(1, vec!["a", "b"]), (2, vec!["x,\"y\"", "1\n2"]), (5, vec!["last", ""])];
        let expected = expected.map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()));
        assert_eq!(all(text), expected);
    }

    #[test]
    fn empty_lines_count_where_records_have_one_cell() {
        assert_eq!(all("a\n\n1\n").len(), 3);
        assert_eq!(all("a,b\n\n1,2\n\n").len(), 2);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_known() {
        let mut records = Records::of(b"a,b\n1,\"x\n2,y\n", b',', b'"');
        while records.advance().is_some() {}
        assert_eq!(records.unclosed(), Some(2));
    }

    #[test]
    fn quoted_cells_are_told_apart() {
        let mut records = Records::of(b"\"\",,\"a\"\"b\"", b',', b'"');
        records.advance();
        assert_eq!([0, 1, 2].map(|place| records.quoted(place)), [true, false, true]);
        assert_eq!(records.cell(2), b"a\"b");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec(
            prop::collection::vec("[a,;\"\n\ré ]{0,6}", 3), 1..6)) {
            let mut text = String::new();
            for row in &rows {
                for (place, cell) in row.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    push_cell(&mut text, cell, cell.is_empty(), ',', '"');
                }
                text.push('\n');
            }
            let read: Vec<_> = all(&text).into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_bytes_are_too_wild(text in prop::collection::vec(prop::sample::select(b"a,\"\n\r\xff".to_vec()), 0..40)) {
            let mut records = Records::of(&text, b',', b'"');
            let mut count = 0;
            while records.advance().is_some() {
                let _ = records.texts();
                count += 1;
                prop_assert!(count <= 41);
            }
        }
    }
}
