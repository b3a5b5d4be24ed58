//! A file of which it is known where its declarations begin, so that they can be read one by one.

use std::ops::{Deref, Range};
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};

use crate::ast::{Item, Module};
use crate::decode::{MAX_BYTES, too_large};
use crate::docs::Docs;
use crate::parse::{Parsed, Reader, tidy};
use crate::scan::{Again, Scan, scan, scan_again};

/// A file that was looked through. Its declarations can be read in any order, and on several threads.
pub struct Outline<T = Arc<str>> {
    file: FileId,
    text: T,
    scan: Scan,
    /// The declarations begin at the top of the file.
    whole: bool,
}

/// What is kept of a file that was read, so that only what is changed in it has to be read again.
#[derive(Debug)]
pub struct Kept {
    file: FileId,
    text: Arc<str>,
    scan: Scan,
    pieces: Vec<KeptPiece>,
}

/// What is kept of a declaration.
#[derive(Clone, Debug)]
struct KeptPiece {
    /// Whether it is among those of the module.
    is_there: bool,
    /// Whether nothing was said of it.
    is_quiet: bool,
    documents: Vec<Range<usize>>,
}

/// A file that was changed in one place, read again.
#[derive(Debug)]
pub struct Edited {
    /// What it declares.
    pub module: Module,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// For each declaration the place that it had before, where it is the same.
    pub before: Vec<Option<usize>>,
    /// From this byte of the text before on, everything stands elsewhere.
    pub from: usize,
    /// By so many bytes.
    pub moved: i32,
    /// For the next time.
    pub kept: Kept,
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
            named: None,
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
        let (module, diagnostics) = self.joined(pieces);
        Parsed { module, diagnostics, comments: self.scan.comments }
    }

    fn joined(&self, pieces: impl IntoIterator<Item = Piece>) -> (Module, Vec<Diagnostic>) {
        let Scan { comments, starts, diagnostics, .. } = &self.scan;
        let mut diagnostics = diagnostics.clone();
        let source = self.source();
        let mut docs = Docs::new(source, comments);
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
        (Module { docs: module_docs, items }, diagnostics)
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

impl Outline {
    /// As [`Outline::parsed`], and what is needed to read the file again once it is changed.
    pub fn kept(self, pieces: Vec<Piece>) -> (Module, Vec<Diagnostic>, Kept) {
        let kept = pieces.iter().map(|piece| KeptPiece {
            is_there: piece.item.is_some(),
            is_quiet: piece.diagnostics.is_empty(),
            documents: piece.documents.clone(),
        });
        let kept: Vec<KeptPiece> = kept.collect();
        let (module, diagnostics) = self.joined(pieces);
        let Self { file, text, scan, .. } = self;
        (module, diagnostics, Kept { file, text, scan, pieces: kept })
    }
}

impl Kept {
    /// The text that was read.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Reads the file with another text, taking over the declarations of `module` that were not changed. As an error the
    /// module where all of it has to be read.
    pub fn edited(&self, module: Module, text: Arc<str>) -> Result<Edited, Module> {
        if text.len() > MAX_BYTES || self.text.len() > MAX_BYTES {
            return Err(module);
        }
        let Some(again) = scan_again(self.file, &self.scan, &self.text, &text) else { return Err(module) };
        let Again { scan, ahead, behind, moved, from, comments } = again;
        let count = scan.starts.len();
        let outline = Outline { file: self.file, text, scan, whole: true };
        let mut items: Vec<Option<Item>> = module.items.into_iter().map(Some).collect();
        // Where each of the pieces before has its declaration in the module.
        let places: Vec<usize> = self
            .pieces
            .iter()
            .scan(0, |next, piece| Some(std::mem::replace(next, *next + usize::from(piece.is_there))))
            .collect();
        let shifted = comments.0 as isize - comments.1 as isize;
        let mut before = Vec::with_capacity(count);
        let mut pieces = Vec::with_capacity(count);
        for place in 0..count {
            // The first one behind has its documentation in what was changed.
            let then = match place {
                _ if place < ahead => Some((place, 0, 0)),
                _ if place + behind > count => Some((place + self.pieces.len() - count, moved, shifted)),
                _ => None,
            };
            let known = then.and_then(|(then, moved, shifted)| {
                let kept = self.pieces.get(then).filter(|kept| kept.is_quiet && kept.is_there)?;
                let at = *places.get(then)?;
                let mut item = items.get_mut(at)?.take()?;
                if moved != 0 {
                    item.shift(moved);
                }
                let now = |place: usize| place.wrapping_add_signed(shifted);
                let documents = kept.documents.iter().map(|range| now(range.start)..now(range.end)).collect();
                Some((at, Piece { item: Some(item), diagnostics: Vec::new(), documents }))
            });
            let (then, piece) = match known {
                Some((at, piece)) => (Some(at), piece),
                None => (None, outline.read(place)),
            };
            before.extend(piece.item.as_ref().map(|_| then));
            pieces.push(piece);
        }
        let (module, diagnostics, kept) = outline.kept(pieces);
        Ok(Edited { module, diagnostics, before, from, moved, kept })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse;

    const PROGRAM: &str = include_str!("../../../blueprints/ga4_propensity/main.gml");

    /// What one types.
    const TYPED: &[&str] = &[
        "",
        "x",
        " ",
        "\n",
        "}",
        "{",
        "(",
        "\"",
        "\"\"\"",
        "f\"{",
        "# a",
        "## a\n",
        "\n## a\n\n",
        "allow(",
        "use a.{b}\n",
        "node",
        "fn ",
        ".",
        ";",
        "é",
        "'",
        "\nnode",
        "\n\nfn f(a: int) -> int = a\n",
        "\nparam a: int = 1\n",
        "=",
        "if ",
    ];

    fn read(text: &str) -> (Module, Vec<Diagnostic>, Kept) {
        let outline = Outline::new(FileId(2), Arc::from(text));
        let pieces = (0..outline.len()).map(|place| outline.read(place)).collect();
        outline.kept(pieces)
    }

    #[test]
    fn what_was_not_changed_is_taken_over() {
        let (module, _, kept) = read(PROGRAM);
        let count = module.items.len();
        let middle = PROGRAM.match_indices("\nnode ").nth(2).map_or(0, |(at, _)| at);
        let text = format!("{}\n# a\n{}", &PROGRAM[..middle], &PROGRAM[middle..]);
        let edited = kept.edited(module, text.as_str().into()).unwrap();
        assert_eq!(edited.module, parse(FileId(2), &text).module);
        assert_eq!(edited.moved, 5);
        let again = edited.before.iter().filter(|before| before.is_none()).count();
        assert!(again > 0 && again < count / 2, "{again} of {count}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn a_file_that_is_read_again_is_as_though_it_were_read_first(
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(TYPED)), 1..5
            )
        ) {
            let mut text = PROGRAM.to_owned();
            let (mut module, _, mut kept) = read(&text);
            for (at, length, typed) in edits {
                let start = text.floor_char_boundary(at.index(text.len() + 1));
                let end = text.floor_char_boundary((start + length).min(text.len()));
                text.replace_range(start..end, typed);
                let whole = parse(FileId(2), &text);
                match kept.edited(module, text.as_str().into()) {
                    Ok(edited) => {
                        prop_assert_eq!(&edited.module, &whole.module, "{:?} at {}", typed, start);
                        prop_assert_eq!(&edited.diagnostics, &whole.diagnostics);
                        prop_assert_eq!(edited.before.len(), whole.module.items.len());
                        (module, kept) = (edited.module, edited.kept);
                    }
                    Err(_) => (module, _, kept) = read(&text),
                }
            }
        }
    }
}
