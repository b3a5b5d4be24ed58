//! Programs in the one form that all programs have.
//!
//! What stands in a program, and in which order, is never changed: only blanks, line breaks, and the comma behind the
//! last item of a list. Where the author broke a list or a chain it stays broken; what does not fit on a line is broken.
//! The rules are told in `docs/formatting.md`.
//!
//! The way of a file: the grammar reads it once more, declaration by declaration; `declaration`, `statement`,
//! `expression` and `types` make pieces of what it read ([`doc`]), going through the source with a [`cursor`] that hands
//! out every token and comment once; [`print`] lays the pieces out. What comes of it is read again and held against the
//! source, so that a fault of the formatter can never change a program.

mod cursor;
mod declaration;
mod doc;
mod faithful;
mod list;
mod measure;
mod operators;
mod primary;
mod print;
mod statement;
mod types;

use gml_diagnostics::{Diagnostic, FileId};
use pest::Parser;
use pest::iterators::Pair;

use crate::grammar::{Grammar, Rule};
use crate::parse::parse;
use crate::scan::scan;
use cursor::Cursor;
use doc::Doc;

/// How wide a line may be, in characters.
pub const WIDTH: usize = 120;

/// How far a step of indentation goes.
pub const INDENT: usize = 4;

/// Why a program was not formatted.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It has errors of syntax: what stands in it is not known. All that was found is given, warnings too.
    Broken(Vec<Diagnostic>),
    /// What was made of it did not read as the same program. That is a fault of the formatter.
    Unfaithful,
}

/// The text of a program in the one form. A text that has it already comes back as it is.
///
/// The comments, their order and their places between the words are kept, and so is the kind of line break that the first
/// line ends with.
pub fn format(file: FileId, text: &str) -> Result<String, Refusal> {
    let parsed = parse(file, text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Refusal::Broken(parsed.diagnostics));
    }
    let scan = scan(file, text, 0);
    let source = scan.repaired.as_deref().unwrap_or(text);
    let mut formatter = Formatter { cursor: Cursor::new(source, &scan.comments), base: 0 };
    let mut docs = Vec::with_capacity(2 * scan.starts.len() + 1);
    for (index, start) in scan.starts.iter().enumerate() {
        let end = scan.starts.get(index + 1).copied().unwrap_or(source.len());
        let piece = source.get(*start..end).unwrap_or("");
        let Some(item) = Grammar::parse(Rule::only_item, piece).ok().and_then(|mut pairs| pairs.next()) else {
            return Err(Refusal::Unfaithful);
        };
        if index > 0 {
            docs.push(Doc::hard());
        }
        docs.push(formatter.cursor.lead(true).doc);
        formatter.base = *start;
        docs.push(formatter.item(item));
    }
    if !scan.starts.is_empty() {
        docs.push(Doc::hard());
    }
    docs.push(formatter.cursor.tail(true));
    if formatter.cursor.lost || formatter.cursor.next() < source.len() {
        return Err(Refusal::Unfaithful);
    }
    let newline = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
    let mut formatted = print::print(&Doc::seq(docs), newline);
    if text.starts_with('\u{feff}') {
        formatted.insert(0, '\u{feff}');
    }
    if formatted != text && !faithful::same(file, (text, &parsed), &formatted) {
        return Err(Refusal::Unfaithful);
    }
    Ok(formatted)
}

/// Makes pieces of what the grammar read.
struct Formatter<'t> {
    cursor: Cursor<'t>,
    /// Where the declaration at hand begins in the source.
    base: usize,
}

impl<'t> Formatter<'t> {
    /// A word or literal as it stands.
    fn leaf(&mut self, pair: &Pair<'t, Rule>) -> Doc<'t> {
        let span = pair.as_span();
        self.cursor.leaf(self.base + span.start(), self.base + span.end())
    }

    /// A token that the grammar gives no name.
    fn token(&mut self, token: &str) -> Doc<'t> {
        self.cursor.token(token)
    }

    /// Words and literals in a row, with a blank between any two.
    fn words(&mut self, pairs: impl IntoIterator<Item = Pair<'t, Rule>>) -> Doc<'t> {
        let mut docs = Vec::new();
        for pair in pairs {
            if !docs.is_empty() {
                docs.push(Doc::text(" "));
            }
            docs.push(self.leaf(&pair));
        }
        Doc::seq(docs)
    }
}
