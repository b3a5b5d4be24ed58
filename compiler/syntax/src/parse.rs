//! A file, declaration by declaration.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::{Deref, Range};

use gml_diagnostics::{Diagnostic, FileId, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use crate::ast::{Expr, Item, Module};
use crate::build::Builder;
use crate::decode::{MAX_BYTES, too_large};
use crate::docs::{Comment, Docs};
use crate::grammar::{Grammar, Rule};
use crate::matcher::{self, Pairs};
use crate::message::{Place, Trouble};
use crate::outline::Outline;
use crate::scan::{Fault, Scan, scan};

/// What was read of a file.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The declarations; what could not be read of them stands as `Error` or is absent.
    pub module: Module,
    /// What is wrong, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
}

/// Reads a file. Never fails: what cannot be read costs at most the declaration it is in.
pub fn parse(file: FileId, text: &str) -> Parsed {
    Outline::new(file, text).parse()
}

/// Reads the declarations in a part of a file, as though the rest were not there. Places are those in the file. A part
/// that is not of the file is empty.
pub fn parse_part(file: FileId, text: &str, part: Range<usize>) -> Parsed {
    match text.get(..part.end) {
        Some(text) if text.is_char_boundary(part.start) => Outline::from(file, text, part.start).parse(),
        _ => Parsed::default(),
    }
}

/// Reads a text that is one expression, such as the value of `--set name=value`. `None` where it could not be read.
pub fn parse_expression(file: FileId, text: &str) -> (Option<Expr>, Vec<Diagnostic>) {
    if text.len() > MAX_BYTES {
        return (None, vec![too_large(file, text.len())]);
    }
    let Scan { comments, faults, mut diagnostics, repaired, .. } = scan(file, text, 0);
    let source = repaired.as_deref().unwrap_or(text);
    let docs = Docs::new(source, &comments);
    let mut reader = Reader { file, source, named: None, faults: &faults, docs, diagnostics: &mut diagnostics };
    let expr = reader.read(Rule::only_expression, 0, source.len(), |builder, mut pairs| {
        pairs.next().map(|pair| builder.expression(pair).expr)
    });
    let expr = match expr {
        Ok(expr) => expr,
        Err(failure) => {
            reader.report(&failure, 0, source.len(), Place::Expression);
            None
        }
    };
    tidy(&mut diagnostics, text);
    (expr, diagnostics)
}

/// Puts diagnostics in the order of their places. Those found in a repaired text are held to characters of the text as it
/// was written.
pub(crate) fn tidy(diagnostics: &mut [Diagnostic], text: &str) {
    for found in diagnostics.iter_mut() {
        let place = |at: u32| u32::try_from(text.floor_char_boundary(at as usize)).unwrap_or(at);
        let labels = found.labels.iter_mut().map(|label| &mut label.span);
        for span in labels.chain([&mut found.span]) {
            *span = Span::new(span.file, place(span.start), place(span.end));
        }
    }
    diagnostics.sort_by_key(|found| (found.span.start, found.span.end));
}

/// Where pest came to a stop, and what it could have gone on with.
pub(crate) struct Stop {
    pub at: usize,
    pub expected: Vec<Rule>,
    /// The stack was at its end.
    pub exhausted: bool,
}

/// A piece that a rule does not fit. Pest is asked about it only where somebody looks: reading on, what is wrong is mostly
/// found in a part of it.
pub(crate) struct Failure<'t> {
    rule: Rule,
    piece: Cow<'t, str>,
    start: usize,
    stop: OnceCell<Stop>,
}

impl<'t> Failure<'t> {
    fn of(rule: Rule, piece: impl Into<Cow<'t, str>>, start: usize) -> Self {
        Self { rule, piece: piece.into(), start, stop: OnceCell::new() }
    }

    /// One of which it is known where it lies.
    pub fn known(stop: Stop) -> Self {
        Self { stop: OnceCell::from(stop), ..Self::of(Rule::EOI, "", 0) }
    }
}

impl Deref for Failure<'_> {
    type Target = Stop;

    fn deref(&self) -> &Stop {
        self.stop.get_or_init(|| Stop::of(self.rule, &self.piece, self.start))
    }
}

impl Stop {
    /// What pest says of a piece that begins at `start`.
    fn of(rule: Rule, piece: &str, start: usize) -> Self {
        let Err(error) = Grammar::parse(rule, piece) else {
            debug_assert!(false, "the matcher refuses what pest reads");
            return Self { at: start, expected: Vec::new(), exhausted: false };
        };
        let at = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let (expected, exhausted) = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => (positives, false),
            ErrorVariant::CustomError { .. } => (Vec::new(), true),
        };
        Self { at: start + at, expected, exhausted }
    }
}

/// Reads pieces of a file.
pub(crate) struct Reader<'t, 'd> {
    pub file: FileId,
    pub source: &'t str,
    /// The text with other words where words of the language are used as names, which was told: what is held against the grammar
    /// then. Places are the same.
    pub named: Option<String>,
    pub faults: &'t [Fault],
    pub docs: Docs<'t>,
    pub diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t> Reader<'t, '_> {
    pub fn declaration(&mut self, start: usize, end: usize) -> Option<Item> {
        match self.read(Rule::only_item, start, end, |builder, mut pairs| builder.item(pairs.next()?)) {
            Ok(item) => item,
            Err(_) if self.takes_words_as_names(start, end) => {
                let item = self.declaration(start, end);
                self.named = None;
                item
            }
            Err(failure) => self.recover(start, end, &failure),
        }
    }

    /// The text that is held against the grammar.
    fn piece(&self, start: usize, end: usize) -> Cow<'t, str> {
        match &self.named {
            Some(named) => Cow::Owned(named.get(start..end).unwrap_or("").to_owned()),
            None => Cow::Borrowed(self.source.get(start..end).unwrap_or("")),
        }
    }

    /// Reads `start..end` with a rule and builds something of it.
    pub fn read<T>(
        &mut self,
        rule: Rule,
        start: usize,
        end: usize,
        build: impl FnOnce(&mut Builder<'t, '_>, Pairs<'_>) -> T,
    ) -> Result<T, Failure<'t>> {
        // What is nested too deep is not even looked at.
        let end = self.faults_in(start, end).find(|fault| fault.deep).map_or(end, |fault| fault.at);
        let piece = self.piece(start, end);
        match matcher::read(rule, &piece) {
            Some(tokens) => {
                let written = self.source.get(start..end).unwrap_or("");
                let mut builder = Builder::new(self.file, start, &mut self.docs, self.diagnostics);
                Ok(build(&mut builder, Pairs::new(written, &tokens)))
            }
            None => Err(Failure::of(rule, piece, start)),
        }
    }

    /// How far a rule reads from `start`, without what may stand behind it.
    pub fn extent(&self, rule: Rule, start: usize, end: usize) -> Option<usize> {
        let end = self.faults_in(start, end).find(|fault| fault.deep).map_or(end, |fault| fault.at);
        let piece = self.piece(start, end);
        let tokens = matcher::read(rule, &piece)?;
        let last = start + Pairs::new(&piece, &tokens).map(|pair| pair.end()).last()?;
        let trimmed = self.docs.trim_end(u32::try_from(start).ok()?, u32::try_from(last).ok()?);
        Some(trimmed as usize)
    }

    pub fn faults_in(&self, start: usize, end: usize) -> impl Iterator<Item = &'t Fault> + use<'t> {
        let first = self.faults.partition_point(|fault| fault.at < start);
        self.faults[first..].iter().take_while(move |fault| fault.at < end)
    }

    /// Reports why `start..end` could not be read, unless a fault in it was reported already.
    pub fn report(&mut self, failure: &Failure<'_>, start: usize, end: usize, place: Place) {
        if self.faults_in(start, end).next().is_none() {
            let trouble = Trouble { file: self.file, source: self.source, start, end, failure, place };
            self.diagnostics.push(trouble.diagnostic());
        }
    }
}
