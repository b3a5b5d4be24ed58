//! The lines of a file that a diagnostic shows, in a form that miette can draw.
//!
//! Only the lines at hand are copied, so a diagnostic costs the same in a large file as in a small one. Characters that
//! a terminal would obey are replaced, long lines are cut, and every line ends in a line break: a place at the end of a
//! file is a place like any other.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::visible;
use crate::{FileId, Sources, Span};

/// A line of more bytes than this is cut,
const LONG_LINE: usize = 400;
/// to this many bytes at most,
const KEPT: usize = 200;
/// of which this many come before the first span on it.
const KEPT_BEFORE: usize = 60;
/// A span over more lines than this shows its first line only.
const TALL_SPAN: usize = 12;
/// What stands for the part of a line that was cut off in front.
const CUT: &str = "…";

/// Lines of one file, those that touch a span and one more on each side.
#[derive(Debug)]
pub struct Excerpt<'a> {
    path: &'a str,
    text: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Which line of the file, from 0.
    number: usize,
    /// Where it begins in the excerpt.
    start: usize,
    /// Bytes of the file before the part that is kept.
    file_start: usize,
    /// Bytes of the excerpt that are shown, the mark of a cut included, the line break not.
    length: usize,
    /// Characters that were cut off in front.
    cut: usize,
    /// Whether the line above in the file is the line above here.
    follows: bool,
}

impl Line {
    fn mark(&self) -> usize {
        if self.cut == 0 { 0 } else { CUT.len() }
    }
}

impl<'a> Excerpt<'a> {
    /// The lines around `spans`, which are places in `file`, and where in the excerpt each span lies.
    pub fn new(sources: &'a Sources, file: FileId, spans: &[Span]) -> (Self, Vec<Range<usize>>) {
        let shown: Vec<Range<usize>> = spans.iter().map(|span| shown_range(sources, *span)).collect();
        let mut wanted: Vec<usize> = Vec::new();
        for range in &shown {
            let first = sources.line_index(file, range.start);
            let last = sources.line_index(file, range.end);
            wanted.extend(first.saturating_sub(1)..=last + 1);
        }
        wanted.sort_unstable();
        wanted.dedup();

        let mut excerpt = Self { path: sources.path(file), text: String::new(), lines: Vec::new() };
        for number in wanted {
            let Some(line) = sources.line_range(file, number) else { continue };
            // Behind a last line break there is nothing to see, unless a span is there.
            if !line.is_empty() || shown.iter().any(|range| range.end == line.start) {
                excerpt.push(sources.text(file), number, line, &shown);
            }
        }
        let places = shown.iter().map(|range| excerpt.place(range.start)..excerpt.place(range.end)).collect();
        (excerpt, places)
    }

    /// All that is shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn push(&mut self, text: &str, number: usize, line: Range<usize>, spans: &[Range<usize>]) {
        let content = text[line.clone()].trim_end_matches(['\r', '\n']);
        let mut kept = 0..content.len();
        if content.len() > LONG_LINE {
            let first = spans.iter().map(|span| span.start).filter(|start| line.contains(start)).min();
            let from = first.map_or(0, |start| (start - line.start).saturating_sub(KEPT_BEFORE));
            let from = content.floor_char_boundary(from.min(content.len()));
            kept = from..content.floor_char_boundary(from + KEPT);
        }
        let start = self.text.len();
        let cut = content[..kept.start].chars().count();
        if cut > 0 {
            self.text.push_str(CUT);
        }
        visible::push_source(&mut self.text, &content[kept.clone()]);
        let length = self.text.len() - start;
        if kept.end < content.len() {
            self.text.push_str(CUT);
        }
        self.text.push('\n');
        let follows = self.lines.last().is_some_and(|above| above.number + 1 == number);
        self.lines.push(Line { number, start, file_start: line.start + kept.start, length, cut, follows });
    }

    /// Where an offset of the file lies in the excerpt: the nearest place that is shown.
    fn place(&self, offset: usize) -> usize {
        let index = self.lines.partition_point(|line| line.file_start <= offset).saturating_sub(1);
        let Some(line) = self.lines.get(index) else { return 0 };
        line.start + (line.mark() + offset.saturating_sub(line.file_start)).min(line.length)
    }

    fn line_at(&self, place: usize) -> usize {
        self.lines.partition_point(|line| line.start <= place).saturating_sub(1)
    }
}

/// The bytes of a span that can be underlined: on character boundaries, without the line break it may end in, and of a
/// tall one only the first line.
fn shown_range(sources: &Sources, span: Span) -> Range<usize> {
    let file = span.file;
    let start = sources.boundary(file, span.start);
    let end = sources.boundary(file, span.end).max(start);
    let first = sources.line_index(file, start);
    let last = sources.line_index(file, if end > start { end - 1 } else { end });
    let start = start.min(content_end(sources, file, first));
    let last = if last - first >= TALL_SPAN { first } else { last };
    start..end.min(content_end(sources, file, last)).max(start)
}

/// The offset behind the last character of a line, before its line break.
fn content_end(sources: &Sources, file: FileId, line: usize) -> usize {
    let Some(range) = sources.line_range(file, line) else { return 0 };
    range.start + sources.text(file)[range].trim_end_matches(['\r', '\n']).len()
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if end > self.text.len() || self.lines.is_empty() {
            return Err(MietteError::OutOfBounds);
        }
        let (mut first, mut last) = (self.line_at(span.offset()), self.line_at(end));
        let line = &self.lines[first];
        let before = self.text.get(line.start + line.mark()..span.offset()).unwrap_or_default();
        let column = line.cut + before.chars().count();
        for _ in 0..context_lines_before {
            if self.lines[first].follows {
                first -= 1;
            }
        }
        for _ in 0..context_lines_after {
            if self.lines.get(last + 1).is_some_and(|next| next.follows) {
                last += 1;
            }
        }
        let (from, column) =
            if context_lines_before == 0 { (span.offset(), column) } else { (self.lines[first].start, 0) };
        let to = self.lines.get(last + 1).map_or(self.text.len(), |next| next.start);
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.to_owned(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            self.lines[first].number,
            column,
            last - first + 1,
        )))
    }
}
