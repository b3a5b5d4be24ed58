//! Comments, and which of them document what.

use std::ops::Range;

use gml_diagnostics::{Diagnostic, Span};

use crate::ast::Text;
use crate::codes;

/// A comment as written, from its `#` to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where.
    pub span: Span,
    /// What it says, with the `#`.
    pub text: Text,
}

/// The comments of a file, in order, and which of the `##` ones were taken as documentation.
pub(crate) struct Docs<'t> {
    source: &'t str,
    comments: &'t [Comment],
    used: Vec<Range<usize>>,
}

impl<'t> Docs<'t> {
    pub fn new(source: &'t str, comments: &'t [Comment]) -> Self {
        Self { source, comments, used: Vec::new() }
    }

    /// The `##` lines directly above what begins at `start`.
    pub fn above(&mut self, start: u32) -> Option<Text> {
        let end = self.comments.partition_point(|comment| comment.span.start < start);
        let mut first = end;
        let mut below = start;
        while first > 0 && self.is_doc_line(first - 1) && self.touches(self.comments[first - 1].span.end, below) {
            first -= 1;
            below = self.comments[first].span.start;
        }
        self.take(first, end)
    }

    /// The `##` lines at the top of the file, where an empty line, a `use` or nothing follows. `next` is where the first
    /// declaration begins, unless it is a `use`.
    pub fn of_module(&mut self, next: Option<u32>) -> Option<Text> {
        let mut end = 0;
        let top = self.source.trim_start().len();
        let at_top = self.comments.first().is_some_and(|first| self.source.len() - top == first.span.start as usize);
        while at_top
            && end < self.comments.len()
            && self.is_doc_line(end)
            && (end == 0 || self.touches(self.comments[end - 1].span.end, self.comments[end].span.start))
        {
            end += 1;
        }
        let last = self.comments[..end].last()?;
        if next.is_some_and(|next| self.touches(last.span.end, next)) {
            return None;
        }
        self.take(0, end)
    }

    /// The comments that were taken as documentation, by their places.
    pub fn taken(self) -> Vec<Range<usize>> {
        self.used
    }

    /// Notes that these were taken elsewhere.
    pub fn add_taken(&mut self, taken: Vec<Range<usize>>) {
        self.used.extend(taken);
    }

    /// Warnings for `##` lines that document nothing, one for lines that stand together.
    pub fn dangling(&self) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let mut last = None;
        let mut used = vec![false; self.comments.len()];
        for taken in &self.used {
            used[taken.clone()].fill(true);
        }
        for (index, comment) in self.comments.iter().enumerate() {
            if used[index] || !is_doc(&comment.text) {
                continue;
            }
            let goes_on = last.is_some_and(|end| self.touches(end, comment.span.start));
            last = Some(comment.span.end);
            if !goes_on {
                let message = "this documents nothing: no declaration, column or catalog entry stands below it";
                let help = "put it directly above what it documents, or write `#` for a comment";
                found.push(Diagnostic::new(codes::DANGLING_DOC_COMMENT, comment.span, message).help(help));
            }
        }
        found
    }

    /// The end of `start..end` without blanks and comments.
    pub fn trim_end(&self, start: u32, end: u32) -> u32 {
        let mut end = end as usize;
        loop {
            let piece = self.source.get(start as usize..end).unwrap_or("");
            end = start as usize + piece.trim_end_matches([' ', '\t', '\r', '\n']).len();
            let place = u32::try_from(end).unwrap_or(u32::MAX);
            let index = self.comments.partition_point(|comment| comment.span.end < place);
            match self.comments.get(index) {
                Some(comment) if comment.span.end == place && comment.span.start >= start => {
                    end = comment.span.start as usize;
                }
                _ => return place,
            }
        }
    }

    fn take(&mut self, first: usize, end: usize) -> Option<Text> {
        if first == end {
            return None;
        }
        self.used.push(first..end);
        let mut lines = self.comments[first..end].iter().map(|comment| {
            let line = comment.text.trim_start_matches('#');
            line.strip_prefix(' ').unwrap_or(line).trim_end()
        });
        if end - first == 1 {
            return lines.next().map(Text::from);
        }
        Some(Text::from(lines.collect::<Vec<_>>().join("\n")))
    }

    /// Whether a comment is a `##` line of its own.
    fn is_doc_line(&self, index: usize) -> bool {
        let comment = &self.comments[index];
        let before = self.source.get(..comment.span.start as usize).unwrap_or("");
        let own = before.trim_end_matches([' ', '\t']);
        is_doc(&comment.text) && (own.is_empty() || own.ends_with('\n'))
    }

    /// Whether only blanks and one line break lie between.
    fn touches(&self, end: u32, start: u32) -> bool {
        let between = self.source.get(end as usize..start as usize).unwrap_or("x");
        between.bytes().all(|byte| byte.is_ascii_whitespace())
            && between.bytes().filter(|byte| *byte == b'\n').count() <= 1
    }
}

/// `## ..`; a row of `#` is a comment.
fn is_doc(comment: &str) -> bool {
    comment.starts_with("##") && !comment.starts_with("###")
}
