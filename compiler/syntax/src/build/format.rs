//! f-strings.

use super::{Builder, Tree, text};
use crate::ast::{ExprKind, FormatPart};
use crate::codes;
use crate::grammar::Rule;
use crate::indentation::dedent;
use crate::matcher::Pair;

/// Stands for a `{ }` while the indentation of a block is taken off. No program can hold it in a text as it is written:
/// the scanner refuses control characters.
const HOLE: char = '\u{1}';

impl Builder<'_, '_> {
    pub(super) fn format(&mut self, pair: Pair<'_>) -> Tree {
        let span = self.span(&pair);
        let block = pair.as_rule() == Rule::format_block;
        let mut written = String::new();
        let mut starts = Vec::new();
        let mut values = Vec::new();
        let mut height = 0;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::format_value {
                let tree = self.next_expression(&mut part.into_inner());
                height = height.max(tree.height);
                values.push(tree.expr);
                written.push(HOLE);
            } else {
                starts.push((written.len(), part.start()));
                written.push_str(part.as_str());
            }
        }
        if block {
            written = dedent(&written);
        }
        let mut parts = Vec::new();
        let mut values = values.into_iter();
        let mut starts = starts.into_iter();
        for (index, piece) in written.split(HOLE).enumerate() {
            if index > 0 {
                parts.extend(values.next().map(FormatPart::Value));
            }
            if !piece.is_empty() {
                let start = starts.next().map_or(0, |(_, start)| start);
                let value = self.format_text(piece, start, block);
                parts.push(FormatPart::Text(text(&value)));
            }
        }
        self.tree(ExprKind::Format(parts), span, height)
    }

    /// Text between the values: escapes, `{{` and `}}`.
    fn format_text(&mut self, written: &str, start: usize, block: bool) -> String {
        let mut value = String::with_capacity(written.len());
        let mut rest = written;
        while let Some(at) = rest.find(['{', '}', '\\']) {
            let offset = start + written.len() - rest.len();
            let sign = &rest[at..at + 1];
            value.push_str(&rest[..at]);
            let mut length = 2.min(rest.len() - at);
            if sign == "\\" {
                length = rest[at + 1..].chars().next().map_or(1, |c| 1 + c.len_utf8());
                if let Some(point) = rest[at..].strip_prefix("\\u{").and_then(|point| point.find('}')) {
                    length = point + 4;
                }
                value.push_str(&self.unescape(&rest[at..at + length], offset + at, block));
            } else {
                if !rest[at + 1..].starts_with(sign) {
                    length = 1;
                    let span = if block { self.at(start, start) } else { self.at(offset + at, offset + at + 1) };
                    let message = format!("a single `{sign}` in an f-string closes nothing");
                    self.report(
                        codes::UNMATCHED_DELIMITER,
                        span,
                        message,
                        format!("write `{sign}{sign}` for the sign itself"),
                    );
                }
                value.push_str(sign);
            }
            rest = &rest[at + length..];
        }
        value.push_str(rest);
        value
    }
}
