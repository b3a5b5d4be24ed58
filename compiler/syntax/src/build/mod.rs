//! From what pest read to the syntax tree.

mod braces;
mod declaration;
mod expression;
mod flat;
mod format;
mod literal;
mod number;
mod primary;
mod signature;
mod statement;
mod temporal;
mod types;
mod words;

use gml_diagnostics::{Code, Diagnostic, FileId, Fix, Span};

use crate::ast::{Expr, ExprKind, Name, Text};
use crate::docs::Docs;
use crate::grammar::Rule;
use crate::matcher::{Pair, Pairs};

pub(crate) use declaration::add_to_schema;

use words::Words;

/// How high a tree may grow. Chains such as `a + b + c` grow by one a link; whoever walks the tree recurses this deep.
pub(crate) const MAX_HEIGHT: u32 = 256;

/// So many operands wait for their operators in nearly all expressions.
const OPERANDS: usize = 8;

/// An expression with the height of its tree.
pub(crate) struct Tree {
    pub expr: Expr,
    pub height: u32,
}

/// Builds the tree of one piece of a file.
pub(crate) struct Builder<'t, 'd> {
    file: FileId,
    /// Where the piece begins in the file.
    base: usize,
    docs: &'d mut Docs<'t>,
    diagnostics: &'d mut Vec<Diagnostic>,
    /// Operands and operators of the expressions that are being put in order; those of inner ones lie on top.
    operands: Vec<Tree>,
    operators: Vec<flat::Pending>,
    /// Where the last number stands that is one larger than an int can be: behind a minus it is the smallest int.
    beyond_int: Option<Span>,
    /// An error about height was given: one is enough.
    too_high: bool,
    words: Words,
}

impl<'t, 'd> Builder<'t, 'd> {
    pub fn new(file: FileId, base: usize, docs: &'d mut Docs<'t>, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let (operands, operators) = (Vec::with_capacity(OPERANDS), Vec::with_capacity(OPERANDS));
        Self {
            file,
            base,
            docs,
            diagnostics,
            operands,
            operators,
            beyond_int: None,
            too_high: false,
            words: Words::default(),
        }
    }

    /// The span of bytes of the piece.
    fn at(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(self.base + at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    /// The span of what a rule read. Exact for rules that end in a word or a bracket; see [`Self::span_to`].
    fn span(&self, pair: &Pair<'_>) -> Span {
        self.at(pair.start(), pair.end())
    }

    /// The span of what a rule read, without blanks and comments behind it (pest takes those in where a rule ends in
    /// something that may be absent).
    fn span_to(&self, pair: &Pair<'_>) -> Span {
        let span = self.span(pair);
        Span { end: self.docs.trim_end(span.start, span.end), ..span }
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help));
    }

    /// The same with another text for the place.
    fn report_written(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
        fix: Fix,
    ) {
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help).fix(fix));
    }

    pub fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: self.words.text(pair.as_str()), span: self.span(pair) }
    }

    /// The next part, as a name. Every caller knows from the grammar that it is there.
    fn next_name(&self, parts: &mut Pairs<'_>) -> Name {
        match parts.find(|part| matches!(part.as_rule(), Rule::name | Rule::any_name)) {
            Some(pair) => self.name(&pair),
            None => Name { text: text("_"), span: self.at(0, 0) },
        }
    }

    /// All names among the parts.
    fn names(&self, parts: Pairs<'_>) -> Vec<Name> {
        parts
            .filter(|part| matches!(part.as_rule(), Rule::name | Rule::any_name))
            .map(|part| self.name(&part))
            .collect()
    }

    /// The next expression among the parts. Every caller knows from the grammar that it is there.
    fn next_expression(&mut self, parts: &mut Pairs<'_>) -> Tree {
        match parts.find(|part| part.as_rule() == Rule::expression) {
            Some(pair) => self.expression(pair),
            None => self.error(self.at(0, 0)),
        }
    }

    /// What stands for an expression that could not be read.
    fn error(&self, span: Span) -> Tree {
        Tree { expr: Expr { kind: ExprKind::Error, span }, height: 1 }
    }

    /// A node of the tree above children of the given height.
    fn tree(&mut self, kind: ExprKind, span: Span, below: u32) -> Tree {
        if below < MAX_HEIGHT {
            return Tree { expr: Expr { kind, span }, height: below + 1 };
        }
        if !self.too_high {
            self.too_high = true;
            let message = format!("this expression has more than {MAX_HEIGHT} links in one chain");
            let place = Span { start: span.end.saturating_sub(1), ..span };
            self.report(crate::codes::NESTING_TOO_DEEP, place, message, "bind a part of it to a name with `let`");
        }
        self.error(span)
    }
}

/// A shared text.
pub(crate) fn text(text: &str) -> Text {
    Text::from(text)
}
