//! Places in a text as editors count them.

/// What a column counts. Editors agree with the server on one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: 2 for characters beyond the basic plane. What the protocol starts from.
    Utf16,
    /// Characters.
    Utf32,
}

/// A place in a text: line and column, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in units of the [`Encoding`].
    pub column: u32,
}

/// The line starts of a text. Lines end with `\n`, `\r\n` or `\r`, as the protocol has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of a text.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let breaks = bytes.iter().enumerate().filter_map(|(at, byte)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        });
        Self { starts: std::iter::once(0).chain(breaks.map(offset)).collect() }
    }

    /// How many lines there are; at least one.
    pub fn count(&self) -> u32 {
        offset(self.starts.len())
    }

    /// The line of a byte, from 0.
    pub fn line_of(&self, at: u32) -> u32 {
        offset(self.starts.partition_point(|start| *start <= at).saturating_sub(1))
    }

    /// The byte at which a line begins; `None` behind the last line.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// The bytes of a line without its break. Behind the last line the empty range at the end.
    fn content<'t>(&self, text: &'t str, line: u32) -> (u32, &'t str) {
        let Some(start) = self.start_of(line) else { return (offset(text.len()), "") };
        let end = self.start_of(line + 1).map_or(text.len(), |next| next as usize);
        let content = text.get(start as usize..end).unwrap_or("");
        (start, content.trim_end_matches(['\r', '\n']))
    }

    /// The place of a byte of `text`. A byte within a character is the character's, one behind the end is the end.
    pub fn position(&self, text: &str, at: u32, encoding: Encoding) -> Position {
        let at = text.floor_char_boundary(at as usize);
        let line = self.line_of(offset(at));
        let start = self.start_of(line).unwrap_or(0) as usize;
        let before = text.get(start..at).unwrap_or("");
        Position { line, column: units(before, encoding) }
    }

    /// The byte of a place in `text`. A column behind the end of its line is the end of the line, a line behind the last
    /// one is the end of the text, and a column within a character is the character's.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let (start, content) = self.content(text, position.line);
        let mut passed = 0;
        for (at, character) in content.char_indices() {
            let next = passed + width(character, encoding);
            if next > position.column {
                return start + offset(at);
            }
            passed = next;
        }
        start + offset(content.len())
    }
}

fn width(character: char, encoding: Encoding) -> u32 {
    offset(match encoding {
        Encoding::Utf8 => character.len_utf8(),
        Encoding::Utf16 => character.len_utf16(),
        Encoding::Utf32 => 1,
    })
}

/// How long a text is in units of the encoding.
pub fn units(text: &str, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Utf8 => offset(text.len()),
        _ => text.chars().map(|character| width(character, encoding)).sum(),
    }
}

/// A place in a text as an offset. Sources are at most a few MiB long; the cap keeps this total.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aé𝄞b\r\nzwei\n\rlast";

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_count_what_was_agreed() {
        let lines = Lines::of(TEXT);
        let b = u32::try_from(TEXT.find('b').unwrap()).unwrap();
        assert_eq!(lines.position(TEXT, b, Encoding::Utf8), at(0, 7));
        assert_eq!(lines.position(TEXT, b, Encoding::Utf16), at(0, 4));
        assert_eq!(lines.position(TEXT, b, Encoding::Utf32), at(0, 3));
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, _) in TEXT.char_indices().filter(|(_, character)| !matches!(character, '\r' | '\n')) {
                let byte = u32::try_from(byte).unwrap();
                let position = lines.position(TEXT, byte, encoding);
                assert_eq!(lines.offset(TEXT, position, encoding), byte, "{encoding:?}");
            }
        }
    }

    #[test]
    fn places_that_do_not_exist_are_near_ones() {
        let lines = Lines::of(TEXT);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.offset(TEXT, at(0, 3), Encoding::Utf16), 3, "within a character of two units");
        assert_eq!(lines.offset(TEXT, at(0, 99), Encoding::Utf16), 8, "before the line break");
        assert_eq!(lines.offset(TEXT, at(99, 0), Encoding::Utf16), u32::try_from(TEXT.len()).unwrap());
        assert_eq!(lines.position(TEXT, 2, Encoding::Utf8), at(0, 1), "within é");
        assert_eq!(lines.position(TEXT, 999, Encoding::Utf16), at(3, 4));
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        let lines = Lines::of(TEXT);
        assert_eq!(lines.position(TEXT, 15, Encoding::Utf16), at(2, 0));
        assert_eq!(lines.position(TEXT, 16, Encoding::Utf16), at(3, 0));
        assert_eq!(Lines::of("").count(), 1);
        assert_eq!(Lines::of("").position("", 0, Encoding::Utf16), at(0, 0));
    }
}
