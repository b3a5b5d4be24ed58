//! Places in source text.

/// A source file of the program, by its number in [`Sources`](crate::Sources).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A stretch of one file: the bytes from `start` up to, without, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte; equal to `start` for an empty span (a place between two characters).
    pub end: u32,
}

impl Span {
    /// No place in any source: for faults of the command line, a folder, a machine.
    pub const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

    /// The bytes `start..end` of `file`. An `end` before `start` gives the empty span at `start`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// The smallest span that covers both. Spans of different files cannot be covered by one: `self` is returned.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Number of bytes.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the byte at `offset` lies within; an empty span contains no offset.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether both are of one file and share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.file == other.file && self.start < other.end && other.start < self.end
    }

    /// Whether both are of one file and overlap, or meet without a byte between them; an empty span touches what it lies in.
    pub fn touches(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.end && other.start <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_both_ends() {
        let (first, second) = (Span::new(FileId(0), 8, 12), Span::new(FileId(0), 2, 4));
        assert_eq!(first.to(second), Span::new(FileId(0), 2, 12));
        assert_eq!(second.to(first), first.to(second));
        assert_eq!(first.to(Span::new(FileId(1), 0, 99)), first);
    }

    #[test]
    fn contains_its_bytes_only() {
        let span = Span::new(FileId(0), 3, 5);
        assert_eq!([2, 3, 4, 5].map(|offset| span.contains(offset)), [false, true, true, false]);
        assert!(!Span::new(FileId(0), 3, 3).contains(3));
    }

    #[test]
    fn neighbours_touch_and_do_not_overlap() {
        let of = |start, end| Span::new(FileId(0), start, end);
        assert!(of(2, 5).overlaps(of(4, 9)) && of(2, 5).touches(of(4, 9)));
        assert!(!of(2, 5).overlaps(of(5, 9)) && of(2, 5).touches(of(5, 9)));
        assert!(!of(2, 5).overlaps(of(6, 9)) && !of(2, 5).touches(of(6, 9)));
        assert!(of(2, 5).touches(of(3, 3)) && !of(3, 3).overlaps(of(3, 3)));
        let elsewhere = Span::new(FileId(1), 2, 5);
        assert!(!of(2, 5).overlaps(elsewhere) && !of(2, 5).touches(elsewhere));
    }

    #[test]
    fn an_end_before_the_start_is_empty() {
        let span = Span::new(FileId(0), 9, 4);
        assert!(span.is_empty());
        assert_eq!((span.start, span.end), (9, 9));
    }
}
