//! A file of which it is known where its declarations begin, so that they can be read one by one.

use std::ops::{Deref, Range};
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};

use crate::ast::{Item, Module};
use crate::decode::{MAX_BYTES, too_large};
use crate::docs::Docs;
use crate::parse::{Parsed, Reader, tidy};
use crate::scan::{Scan, scan};

/// A file that was looked through. Its declarations can be read in any order, and on several threads.
pub struct Outline<T = Arc<str>> {
    file: FileId,
    text: T,
    scan: Scan,
    /// The declarations begin at the top of the file.
    whole: bool,
}

/// What was read of one declaration.
#[derive(Debug)]
pub struct Piece {
    /// The declaration, as far as it could be read.
    pub item: Option<Item>,
    diagnostics: Vec<Diagnostic>,
    /// Comments that document it or its parts.
    documents: Vec<Range<usize>>,
}

impl<T: Deref<Target = str>> Outline<T> {
    /// Looks through a file.
    pub fn new(file: FileId, text: T) -> Self {
        Self::from(file, text, 0)
    }

    /// Looks through a file from `start` on.
    pub(crate) fn from(file: FileId, text: T, start: usize) -> Self {
        let scan = if text.len() > MAX_BYTES {
            Scan { diagnostics: vec![too_large(file, text.len())], ..Scan::default() }
        } else {
            scan(file, &text, start)
        };
        Self { file, text, scan, whole: start == 0 }
    }

    /// How many declarations there are.
    pub fn len(&self) -> usize {
        self.scan.starts.len()
    }

    /// Whether there is no declaration.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text from where a declaration begins to where the next one does.
    pub fn text(&self, place: usize) -> &str {
        self.range(place).and_then(|range| self.source().get(range)).unwrap_or("")
    }

    /// Reads a declaration.
    pub fn read(&self, place: usize) -> Piece {
        let mut diagnostics = Vec::new();
        let docs = Docs::new(self.source(), &self.scan.comments);
        let mut reader = Reader {
            file: self.file,
            source: self.source(),
            faults: &self.scan.faults,
            docs,
            diagnostics: &mut diagnostics,
        };
        let item = self.range(place).and_then(|range| reader.declaration(range.start, range.end));
        let documents = reader.docs.taken();
        Piece { item, diagnostics, documents }
    }

    /// The file, where these are all its declarations in order.
    pub fn parsed(self, pieces: impl IntoIterator<Item = Piece>) -> Parsed {
        let Scan { comments, starts, mut diagnostics, repaired, .. } = self.scan;
        let source = repaired.as_deref().unwrap_or(&self.text);
        let mut docs = Docs::new(source, &comments);
        let first = starts.first().filter(|first| !source[**first..].starts_with("use"));
        let first = first.and_then(|first| u32::try_from(*first).ok());
        let module_docs = if self.whole { docs.of_module(first) } else { None };
        let mut items = Vec::with_capacity(starts.len());
        for piece in pieces {
            items.extend(piece.item);
            diagnostics.extend(piece.diagnostics);
            docs.add_taken(piece.documents);
        }
        if diagnostics.is_empty() {
            diagnostics = docs.dangling();
        }
        tidy(&mut diagnostics, &self.text);
        Parsed { module: Module { docs: module_docs, items }, diagnostics, comments }
    }

    /// Reads all declarations.
    pub(crate) fn parse(self) -> Parsed {
        let pieces: Vec<Piece> = (0..self.len()).map(|place| self.read(place)).collect();
        self.parsed(pieces)
    }

    fn source(&self) -> &str {
        self.scan.repaired.as_deref().unwrap_or(&self.text)
    }

    fn range(&self, place: usize) -> Option<Range<usize>> {
        let starts = &self.scan.starts;
        Some(*starts.get(place)?..starts.get(place + 1).copied().unwrap_or(self.text.len()))
    }
}
