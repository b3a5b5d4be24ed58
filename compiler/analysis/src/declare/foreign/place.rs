//! From a place in the text that a literal stands for to the place in the source.

use gml_diagnostics::Span;

/// A text and the literal that it was written as.
pub(super) struct Written<'a> {
    /// The text.
    pub text: &'a str,
    /// The literal as it stands in the source, with its quotes.
    pub literal: &'a str,
    /// Where the literal stands.
    pub span: Span,
}

impl Written<'_> {
    /// The span between two places of the text (line and column in characters, from 1): that of the whole literal where
    /// they cannot be found in it, as behind an escape.
    pub fn span(&self, from: (u64, u64), to: (u64, u64)) -> Span {
        let found = self.offset(from).zip(self.offset(to)).filter(|(from, to)| from <= to);
        let Some((start, end)) = found else { return self.span };
        let at = |offset: usize| self.span.start + u32::try_from(offset).unwrap_or(0);
        Span { start: at(start), end: at(end.max(start + 1)).min(self.span.end), ..self.span }
    }

    /// The span of one place: of the word that begins there.
    pub fn word(&self, from: (u64, u64)) -> Span {
        let Some(start) = self.offset(from) else { return self.span };
        let rest = self.literal.get(start..).unwrap_or("");
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let length = if word == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { word };
        let start = self.span.start + u32::try_from(start).unwrap_or(0);
        Span { start, end: (start + u32::try_from(length).unwrap_or(1)).min(self.span.end), ..self.span }
    }

    /// The byte of the literal at a place of the text.
    fn offset(&self, (line, column): (u64, u64)) -> Option<usize> {
        if line == 0 || column == 0 || (self.literal.contains('\\') && !self.literal.starts_with('r')) {
            return None;
        }
        let (line, column) = (usize::try_from(line - 1).ok()?, usize::try_from(column - 1).ok()?);
        let open = self.literal.find('"')?;
        let quotes = if self.literal[open..].starts_with("\"\"\"") { 3 } else { 1 };
        let inner = self.literal.get(open + quotes..self.literal.len().checked_sub(quotes)?)?;
        // A block has lost its indentation, and the line of its opening quotes where nothing else is in it.
        let written: Vec<&str> = inner.split('\n').collect();
        let lines: Vec<&str> = self.text.split('\n').collect();
        let first = (0..=written.len().checked_sub(lines.len())?)
            .find(|first| lines.iter().zip(&written[*first..]).all(|(line, written)| written.trim() == line.trim()))?;
        let (text, source) = (lines.get(line)?, written.get(first + line)?);
        let lost = source.len() - source.trim_start().len();
        let kept = text.len() - text.trim_start().len();
        let within: usize = text.chars().take(column).map(char::len_utf8).sum();
        let before: usize = written[..first + line].iter().map(|line| line.len() + 1).sum();
        let within = (within + lost).saturating_sub(kept).min(source.len());
        Some(open + quotes + before + within)
    }
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::FileId;

    use super::*;

    fn at<'a>(literal: &'a str, text: &'a str, place: (u64, u64)) -> &'a str {
        let written = Written { text, literal, span: Span::new(FileId(0), 0, literal.len() as u32) };
        let span = written.word(place);
        &literal[span.start as usize..span.end as usize]
    }

    #[test]
    fn places_in_texts_of_every_form() {
        assert_eq!(at("\"select héllo, b from s\"", "select héllo, b from s", (1, 15)), "b");
        assert_eq!(at("r\"select a\\b\"", "select a\\b", (1, 8)), "a");
        let block = "\"\"\"\n        select a,\n          bee\n        from s\n    \"\"\"";
        let text = "select a,\n  bee\nfrom s\n";
        assert_eq!(at(block, text, (2, 3)), "bee");
        assert_eq!(at(block, text, (3, 6)), "s");
        // Behind an escape, the whole literal.
        assert_eq!(at("\"select \\\"a\\\"\"", "select \"a\"", (1, 8)), "\"select \\\"a\\\"\"");
    }
}
