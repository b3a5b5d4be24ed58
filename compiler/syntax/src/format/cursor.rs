//! A way through the source, token by token, that loses nothing on it.

use super::doc::{Doc, Kind};
use crate::docs::Comment;
use crate::words::is_reserved;

/// What stands before a token.
pub(super) struct Lead<'t> {
    /// Its comments, and the empty lines around them.
    pub doc: Doc<'t>,
    /// There is an empty line between the token before and this one, wherever: as it will be read the next time.
    pub empty: bool,
    /// There are comments.
    pub comments: bool,
}

impl<'t> Lead<'t> {
    /// The comments without an empty line behind them.
    fn only_comments(self) -> Doc<'t> {
        match self.doc.kind {
            Kind::Seq(mut docs) if self.comments => {
                docs.pop_if(|last| matches!(last.kind, Kind::Empty));
                Doc::seq(docs)
            }
            _ => Doc::nothing(),
        }
    }
}

/// Where the formatter is in the source.
pub(super) struct Cursor<'t> {
    pub source: &'t str,
    comments: &'t [Comment],
    /// The comment that is written next.
    comment: usize,
    /// Where the last token ends that was written.
    at: usize,
    /// Comments before a comma that are written behind it.
    deferred: Vec<Doc<'t>>,
    /// The token that was written last is a number that ends in `%`.
    percent: bool,
    /// What was found is not what the tree says.
    pub lost: bool,
}

impl<'t> Cursor<'t> {
    pub fn new(source: &'t str, comments: &'t [Comment]) -> Self {
        Self { source, comments, comment: 0, at: 0, deferred: Vec::new(), percent: false, lost: false }
    }

    /// Where the next token begins.
    pub fn next(&self) -> usize {
        skip(self.source, self.at)
    }

    /// Whether a line ends before the next token, or will: behind a comment that was before a comma.
    pub fn line_ends(&self) -> bool {
        !self.deferred.is_empty() || self.source.get(self.at..self.next()).is_some_and(|gap| gap.contains('\n'))
    }

    /// The comments before the next token and, where `empty` allows it, the empty line above.
    pub fn lead(&mut self, empty: bool) -> Lead<'t> {
        let next = self.next();
        let mut docs = std::mem::take(&mut self.deferred);
        let mut own = false;
        let mut from = self.at;
        while let Some(comment) = self.comments.get(self.comment)
            && (comment.span.start as usize) < next
        {
            self.comment += 1;
            let (start, end) = (comment.span.start as usize, comment.span.end as usize);
            let gap = self.source.get(from..start).unwrap_or("");
            own = from == 0 || gap.contains('\n');
            if own {
                if line_ends(gap) > 1 && (empty || !docs.is_empty()) {
                    docs.push(Doc::empty());
                }
                docs.push(Doc::own(&comment.text));
            } else {
                docs.push(Doc::behind(&comment.text));
            }
            from = end;
        }
        let comments = !docs.is_empty();
        let gap = self.source.get(from..next).unwrap_or("");
        if line_ends(gap) > 1 && (own || empty) && next < self.source.len() {
            docs.push(Doc::empty());
        }
        let empty = docs.iter().any(|doc| matches!(doc.kind, Kind::Empty));
        Lead { doc: Doc::seq(docs), empty, comments }
    }

    /// The comments before what closes a list.
    pub fn tail(&mut self, empty: bool) -> Doc<'t> {
        self.lead(empty).only_comments()
    }

    /// A token as it stands in the source, with the comments before it that nobody asked for.
    pub fn leaf(&mut self, start: usize, end: usize) -> Doc<'t> {
        let next = self.next();
        let text = self.source.get(start..end).unwrap_or("");
        self.lost |= next != start || text.is_empty();
        let lead = self.lead(false);
        let mut docs = Vec::new();
        if lead.comments {
            docs.push(lead.doc);
        } else if self.percent && begins_operand(text) {
            // `5% x` on one line would be a remainder.
            docs.push(Doc::fresh());
        }
        docs.push(Doc::text(text));
        self.at = end;
        while self.comments.get(self.comment).is_some_and(|comment| (comment.span.start as usize) < end) {
            self.comment += 1;
        }
        self.percent = text.len() > 1 && text.ends_with('%') && text.starts_with(|first: char| first.is_ascii_digit());
        if docs.len() == 1 { Doc::text(text) } else { Doc::seq(docs) }
    }

    /// A token that the grammar says is next.
    pub fn token(&mut self, token: &str) -> Doc<'t> {
        let next = self.next();
        if !self.source.get(next..).is_some_and(|rest| rest.starts_with(token)) {
            self.lost = true;
            return Doc::nothing();
        }
        self.leaf(next, next + token.len())
    }

    /// Passes by a comma, if one is next. Comments before it are written behind it, but for those that could become the
    /// documentation of what follows, or lose their line: they are returned.
    pub fn comma(&mut self) -> Option<Doc<'t>> {
        let next = self.next();
        if !self.source.get(next..).is_some_and(|rest| rest.starts_with(',')) {
            return None;
        }
        let behind = next + 1;
        let line = self.source.get(behind..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
        let first = self.comment;
        let comments = self.lead(false).only_comments();
        let doubtful = line.trim_start().starts_with('#')
            || self.comments[first..self.comment].iter().any(|comment| comment.text.starts_with("##"));
        self.at = behind;
        self.percent = false;
        if doubtful || !comments.forced {
            return Some(comments);
        }
        match comments.kind {
            Kind::Seq(docs) => self.deferred.extend(docs),
            _ => self.deferred.push(comments),
        }
        Some(Doc::nothing())
    }
}

/// As `operand_start` of the grammar.
fn begins_operand(text: &str) -> bool {
    let word = text.trim_start_matches('.');
    let word = &word[..word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len())];
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '"' | '(' | '@'))
        || !word.is_empty()
            && (!is_reserved(word)
                || matches!(word, "if" | "match" | "null" | "true" | "false")
                || text.starts_with('.'))
}

/// Where the first token begins at or behind a place.
fn skip(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\t'..=b' ' => at += 1,
            b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            _ => break,
        }
    }
    at
}

fn line_ends(gap: &str) -> usize {
    gap.bytes().filter(|byte| *byte == b'\n').count()
}
