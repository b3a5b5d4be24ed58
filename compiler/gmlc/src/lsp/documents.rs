//! The buffers of the editor: what it shows, saved or not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ide::{Encoding, Lines};
use lsp_types::TextDocumentContentChangeEvent;

use super::convert;

/// A buffer.
#[derive(Debug)]
pub(super) struct Document {
    /// What it holds.
    pub text: Arc<str>,
    /// The number that the editor gives this text.
    pub version: i32,
}

/// All buffers that are open.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Takes in a buffer.
    pub fn open(&mut self, path: PathBuf, text: String, version: i32) {
        self.open.insert(path, Document { text: text.into(), version });
    }

    /// Lets go of a buffer: the file on disk counts again.
    pub fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// The buffer of a file.
    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The files that are open, in the order of their paths.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// Applies what was typed, in the order given. A buffer that is not open is none of ours.
    pub fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let Some(document) = self.open.get_mut(path) else { return };
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                Some(range) => {
                    let lines = Lines::of(&text);
                    let start = lines.offset(&text, convert::from_position(range.start), encoding) as usize;
                    let end = lines.offset(&text, convert::from_position(range.end), encoding) as usize;
                    text.replace_range(start..end.max(start), &change.text);
                }
                None => text = change.text,
            }
        }
        document.text = text.into();
        document.version = version;
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range};

    use super::*;

    fn typed(text: &str, range: Option<((u32, u32), (u32, u32))>, new: &str) -> String {
        let mut documents = Documents::default();
        let path = Path::new("/a.gml");
        documents.open(path.to_owned(), text.to_owned(), 1);
        let range = range.map(|(start, end)| Range {
            start: Position { line: start.0, character: start.1 },
            end: Position { line: end.0, character: end.1 },
        });
        let change = TextDocumentContentChangeEvent { range, range_length: None, text: new.to_owned() };
        documents.change(path, 2, vec![change], Encoding::Utf16);
        assert_eq!(documents.get(path).unwrap().version, 2);
        documents.get(path).unwrap().text.to_string()
    }

    #[test]
    fn changes_count_utf16() {
        assert_eq!(typed("a𝄞b\r\nc", Some(((0, 3), (0, 4))), "x"), "a𝄞x\r\nc");
        assert_eq!(typed("a𝄞b\r\nc", Some(((0, 4), (1, 0))), ""), "a𝄞bc");
        assert_eq!(typed("a", Some(((5, 5), (9, 9))), "b"), "ab", "behind the end is the end");
        assert_eq!(typed("abc", Some(((0, 2), (0, 1))), "x"), "abxc", "an end before the start is the start");
        assert_eq!(typed("a", None, "all new"), "all new");
    }
}
