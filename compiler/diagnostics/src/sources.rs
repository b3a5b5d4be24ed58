//! The files of a program.

use std::sync::{Arc, OnceLock};

use crate::FileId;

/// The source files of a program by [`FileId`].
///
/// Line starts are found on first need: a project without diagnostics never looks for them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    path: Arc<str>,
    text: Arc<str>,
    /// Byte offset at which each line begins.
    line_starts: OnceLock<Arc<[u32]>>,
}

impl File {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| offset(at + 1))).collect()
        })
    }
}

/// A position in a text as an offset. Files over 4 GiB are refused before they get here; the cap keeps this total.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under the path that diagnostics shall show.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(offset(self.files.len()));
        self.files.push(File { path: path.into(), text: text.into(), line_starts: OnceLock::new() });
        id
    }

    /// Replaces the text of a file, as an editor does while one types. An unknown `id` changes nothing.
    pub fn replace(&mut self, id: FileId, text: impl Into<Arc<str>>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.text = text.into();
            file.line_starts = OnceLock::new();
        }
    }

    /// The files in the order they were added.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..offset(self.files.len())).map(FileId)
    }

    /// The file that was added under `path`.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.ids().find(|id| self.path(*id) == path)
    }

    /// Whether `id` was given out here.
    pub fn contains(&self, id: FileId) -> bool {
        self.file(id).is_some()
    }

    /// The path of a file; empty for an id that was not given out here.
    pub fn path(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.path)
    }

    /// The text of a file; empty for an id that was not given out here.
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.text)
    }

    /// The text of a file, shared: for stages that outlive a borrow of the sources.
    pub fn shared_text(&self, id: FileId) -> Arc<str> {
        self.file(id).map_or_else(|| Arc::from(""), |file| file.text.clone())
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    ///
    /// An offset behind the end is the end; an offset within a character is the character's.
    pub fn line_column(&self, id: FileId, offset: u32) -> (usize, usize) {
        let Some(file) = self.file(id) else { return (1, 1) };
        let offset = self.boundary(id, offset);
        let line = self.line_index(id, offset);
        let start = file.line_starts()[line] as usize;
        (line + 1, file.text[start..offset].chars().count() + 1)
    }

    /// The nearest character boundary at or before `offset` that lies within the text.
    pub(crate) fn boundary(&self, id: FileId, offset: u32) -> usize {
        self.text(id).floor_char_boundary(offset as usize)
    }

    /// The line, from 0, on which a byte offset lies.
    pub(crate) fn line_index(&self, id: FileId, at: usize) -> usize {
        let starts = self.file(id).map_or(&[0][..], File::line_starts);
        starts.partition_point(|start| *start as usize <= at).saturating_sub(1)
    }

    /// The bytes of a line, from 0, with its line break; `None` behind the last line.
    pub(crate) fn line_range(&self, id: FileId, line: usize) -> Option<std::ops::Range<usize>> {
        let file = self.file(id)?;
        let starts = file.line_starts();
        let start = *starts.get(line)? as usize;
        Some(start..starts.get(line + 1).map_or(file.text.len(), |end| *end as usize))
    }

    fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let mut sources = Sources::new();
        let id = sources.add("a.gml", "päram x\r\n\tü = 1");
        assert_eq!(sources.line_column(id, 0), (1, 1));
        assert_eq!(sources.line_column(id, 3), (1, 3), "ä is two bytes and one column");
        assert_eq!(sources.line_column(id, 2), (1, 2), "within ä");
        assert_eq!(sources.line_column(id, 10), (2, 1));
        assert_eq!(sources.line_column(id, 13), (2, 3), "a tab is one column");
        assert_eq!(sources.line_column(id, 9_999), (2, 7), "behind the end is the end");
    }

    #[test]
    fn the_end_of_a_last_line_with_a_newline_is_the_next_line() {
        let mut sources = Sources::new();
        let id = sources.add("a.gml", "a\n");
        assert_eq!(sources.line_column(id, 1), (1, 2));
        assert_eq!(sources.line_column(id, 2), (2, 1));
        assert_eq!(sources.line_range(id, 1), Some(2..2));
        assert_eq!(sources.line_range(id, 2), None);
    }

    #[test]
    fn an_edit_moves_the_lines() {
        let mut sources = Sources::new();
        let id = sources.add("a.gml", "a b");
        assert_eq!(sources.line_column(id, 2), (1, 3));
        sources.replace(id, "a\nb");
        assert_eq!(sources.line_column(id, 2), (2, 1));
        assert_eq!(sources.find("a.gml"), Some(id));
        assert_eq!(sources.find("b.gml"), None);
    }

    #[test]
    fn an_unknown_file_is_empty() {
        let sources = Sources::new();
        assert_eq!((sources.path(FileId(3)), sources.text(FileId(3))), ("", ""));
        assert_eq!(sources.line_column(FileId(3), 7), (1, 1));
    }
}
