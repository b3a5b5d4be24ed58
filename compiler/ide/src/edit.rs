//! Edits of files.

use gml_diagnostics::{FileId, Span};

/// A stretch of a file replaced by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// Replaces `span` by `text`.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// The edit that makes one text of another: all from the first difference to the last.
    pub fn between(file: FileId, before: &str, after: &str) -> Self {
        let same = |(a, b): &(char, char)| a == b;
        let length = |count: usize, (c, _): (char, char)| count + c.len_utf8();
        let start = before.chars().zip(after.chars()).take_while(same).fold(0, length);
        let (old, new) = (&before[start..], &after[start..]);
        let behind = old.chars().rev().zip(new.chars().rev()).take_while(same).fold(0, length);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(file, offset(start), offset(before.len() - behind));
        Self::new(span, &new[..new.len() - behind])
    }
}

/// The text with edits applied, which must not overlap. Edits outside of the text are left out.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let Some(kept) = text.get(at..start).filter(|_| text.is_char_boundary(end)) else { continue };
        changed.push_str(kept);
        changed.push_str(&edit.text);
        at = end;
    }
    changed.push_str(text.get(at..).unwrap_or(""));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_two_texts() {
        for (before, after, changed) in [("aßc", "aäc", 1..3), ("aba", "aa", 1..2), ("", "a", 0..0), ("a", "a", 1..1)]
        {
            let edit = Edit::between(FileId(0), before, after);
            assert_eq!(edit.span, Span::new(FileId(0), changed.start, changed.end), "{before}");
            assert_eq!(apply(before, &[edit]), after);
        }
    }

    #[test]
    fn edits_are_applied_in_order() {
        let edit = |start, end, text: &str| Edit::new(Span::new(FileId(0), start, end), text);
        assert_eq!(apply("abcdef", &[edit(4, 5, "E"), edit(0, 0, "<"), edit(1, 3, "")]), "<adEf");
        assert_eq!(apply("ä", &[edit(1, 1, "x")]), "ä", "not within a character");
    }
}
