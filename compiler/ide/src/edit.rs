//! Edits of files.

use gml_diagnostics::Span;

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
    use gml_diagnostics::FileId;

    use super::*;

    #[test]
    fn edits_are_applied_in_order() {
        let edit = |start, end, text: &str| Edit::new(Span::new(FileId(0), start, end), text);
        assert_eq!(apply("abcdef", &[edit(4, 5, "E"), edit(0, 0, "<"), edit(1, 3, "")]), "<adEf");
        assert_eq!(apply("ä", &[edit(1, 1, "x")]), "ä", "not within a character");
    }
}
