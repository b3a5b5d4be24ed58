//! What can be read of bodies: statements and entries one by one.

use std::ops::Range;

use gml_diagnostics::{Diagnostic, Span};

use super::chunks;
use crate::ast::{Block, Expr, ExprKind, Let, Name, NodeBody, Statement, StatementKind};
use crate::build::{Builder, text};
use crate::codes;
use crate::grammar::Rule;
use crate::lexer::Kind;
use crate::matcher::Pair;
use crate::message::Place;
use crate::parse::{Failure, Reader};

impl Reader<'_, '_> {
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    fn error_at(&self, chunk: &Range<usize>) -> Expr {
        Expr { kind: ExprKind::Error, span: self.span_of(chunk) }
    }

    fn span_of(&self, chunk: &Range<usize>) -> Span {
        let span = self.span(chunk.start, chunk.end);
        Span { end: self.docs.trim_end(span.start, span.end), ..span }
    }

    /// The statements behind the `{` at `brace`, each on its own.
    pub(super) fn recover_body(&mut self, brace: usize, end: usize, failure: &Failure<'_>) -> Vec<Statement> {
        let before = self.diagnostics.len();
        let body = chunks::statements(self.source, brace + 1, end);
        let statements = body.chunks.iter().flat_map(|chunk| self.statements(chunk)).collect();
        self.end_of_body(body.close, brace, end, failure, before);
        statements
    }

    /// Where the parts of a body are right, what is wrong is its end.
    fn end_of_body(&mut self, close: Option<usize>, brace: usize, end: usize, failure: &Failure<'_>, before: usize) {
        if self.diagnostics.len() > before || self.faults_in(brace, end).next().is_some() {
            return;
        }
        match close {
            None => self.report_unclosed(brace, end, failure),
            Some(close) => self.report_behind(close, end),
        }
    }

    /// The statement of a chunk. Where that is broken, names that it may bind too: they are not said to be unknown.
    fn statements(&mut self, chunk: &Range<usize>) -> Vec<Statement> {
        let known = self.diagnostics.len();
        let statement = self.statement(chunk);
        if self.diagnostics.len() == known {
            return Vec::from_iter(statement);
        }
        let item = statement.is_none().then(|| self.item_of_for(chunk)).flatten();
        let mut statements = vec![statement.unwrap_or_else(|| self.unread(chunk))];
        statements.extend(self.bound_without_let(chunk));
        statements.extend(item);
        statements
    }

    /// What stands for statements that could not be read: whatever they do, it is not nothing.
    pub(super) fn unread(&self, chunk: &Range<usize>) -> Statement {
        let kind = StatementKind::Expect { condition: self.error_at(chunk), message: None };
        Statement { kind, span: self.span_of(chunk) }
    }

    /// `for x in xs:`, whose body is read as statements behind it, and may name the item.
    fn item_of_for(&self, chunk: &Range<usize>) -> Option<Statement> {
        let tokens = chunks::tokens(self.source, chunk.start, chunk.end);
        let [word, name, ..] = tokens.as_slice() else { return None };
        if word.text(self.source) != "for" || name.kind != Kind::Word {
            return None;
        }
        Some(self.binding(name.start..name.end, chunk))
    }

    /// `total = 3`, `Let total = 3`
    fn bound_without_let(&self, chunk: &Range<usize>) -> Vec<Statement> {
        let tokens = chunks::tokens(self.source, chunk.start, chunk.end);
        let mut depth = 0_usize;
        let mut bound = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            let before = place.checked_sub(1).and_then(|before| tokens.get(before));
            let is_let = before.is_some_and(|before| before.text(self.source) == "let");
            let is_bound = tokens.get(place + 1).is_some_and(|sign| sign.text(self.source) == "=");
            if depth == 0 && token.kind == Kind::Word && is_bound && !is_let {
                bound.push(self.binding(token.start..token.end, chunk));
            }
        }
        bound
    }

    /// What binds a name to a value that could not be read.
    fn binding(&self, name: Range<usize>, chunk: &Range<usize>) -> Statement {
        let span = self.span(name.start, name.end);
        let name = Name { text: text(&self.source[name]), span };
        Statement { kind: StatementKind::Let(Let { name, ty: None, value: self.error_at(chunk) }), span }
    }

    fn statement(&mut self, chunk: &Range<usize>) -> Option<Statement> {
        let read = self.read(Rule::only_statement, chunk.start, chunk.end, |builder, mut pairs| {
            pairs.next().map(|pair| builder.statement(pair))
        });
        let failure = match read {
            Ok(statement) => return statement,
            Err(failure) => failure,
        };
        let before = self.diagnostics.len();
        let kind = match self.word_at(chunk.start) {
            "when" => self.nested(chunk, Rule::when_head, &failure),
            "for" => self.nested(chunk, Rule::for_head, &failure),
            "let" => self.let_head(chunk).map(StatementKind::Let),
            "save" => self.entry_of_save(chunk).map(|entry| StatementKind::Save { value: self.error_at(chunk), entry }),
            "track" => Some(StatementKind::Track(self.error_at(chunk))),
            _ => None,
        };
        if self.diagnostics.len() == before {
            self.report(&failure, chunk.start, chunk.end, Place::Body);
        }
        let span = self.span_of(chunk);
        kind.map(|kind| Statement { kind, span })
    }

    /// `when` and `for`: their head and what can be read of their body.
    fn nested(&mut self, chunk: &Range<usize>, rule: Rule, failure: &Failure<'_>) -> Option<StatementKind> {
        let head_end = self.extent(rule, chunk.start, chunk.end)?;
        let brace = self.skip_blanks(head_end);
        if self.source.as_bytes().get(brace) != Some(&b'{') || brace >= chunk.end {
            return None;
        }
        let body = chunks::statements(self.source, brace + 1, chunk.end);
        let before = self.diagnostics.len();
        let statements: Vec<Statement> = body.chunks.iter().flat_map(|inner| self.statements(inner)).collect();
        if self.diagnostics.len() == before && body.close.is_none() {
            self.report(failure, chunk.start, chunk.end, Place::Body);
        }
        let head = self.read(rule, chunk.start, chunk.end, |builder, mut pairs| {
            pairs.next().map(|pair| builder.head_of_body(pair, statements))
        });
        head.ok().flatten()
    }

    fn let_head(&mut self, chunk: &Range<usize>) -> Option<Let> {
        let head = self.read(Rule::let_head, chunk.start, chunk.end, |builder, mut pairs| {
            pairs.next().map(|pair| builder.let_head(pair))
        });
        let binding = head.ok().flatten()?;
        Some(Let { value: self.error_at(chunk), ..binding })
    }

    /// The entry of a `save` whose value could not be read.
    fn entry_of_save(&self, chunk: &Range<usize>) -> Option<Name> {
        let tokens = chunks::tokens(self.source, chunk.start, chunk.end);
        let [.., word, entry] = tokens.as_slice() else { return None };
        let fits = word.text(self.source) == "as" && entry.kind == Kind::Word;
        fits.then(|| Name { text: text(entry.text(self.source)), span: self.span(entry.start, entry.end) })
    }

    /// The body of a node behind the `{` at `brace`.
    pub(super) fn recover_block(&mut self, brace: usize, end: usize, failure: &Failure<'_>) -> NodeBody {
        let before = self.diagnostics.len();
        let body = chunks::statements(self.source, brace + 1, end);
        let close = body.close.map_or(end, |close| close + 1);
        let span = self.span_of(&(brace..close));
        let mut block = Block { lets: Vec::new(), result: Box::new(Expr { kind: ExprKind::Error, span }), span };
        let count = body.chunks.len();
        for (index, chunk) in body.chunks.iter().enumerate() {
            let word = self.word_at(chunk.start).to_owned();
            if crate::words::STATEMENTS.contains(&word.as_str()) && !matches!(word.as_str(), "let" | "for") {
                self.misplaced(chunk, &word);
            } else if index + 1 < count {
                if let Some(Statement { kind: StatementKind::Let(binding), .. }) = self.statement(chunk) {
                    block.lets.push(binding);
                }
            } else {
                self.block_end(chunk, &mut block, body.close);
            }
        }
        if count == 0 {
            self.missing_result(brace, close);
        }
        self.end_of_body(body.close, brace, end, failure, before);
        NodeBody::Block(block)
    }

    /// The last binding and the result.
    fn block_end(&mut self, chunk: &Range<usize>, block: &mut Block, close: Option<usize>) {
        let read = self.read(Rule::only_block_end, chunk.start, chunk.end, |builder, pairs| {
            let mut binding = None;
            let mut result = None;
            for pair in pairs {
                match pair.as_rule() {
                    Rule::let_value => binding = Some(builder.let_value(pair)),
                    Rule::expression => result = Some(builder.expression(pair).expr),
                    _ => {}
                }
            }
            (binding, result)
        });
        let failure = match read {
            Ok((binding, result)) => {
                block.lets.extend(binding);
                block.result = result.map_or_else(|| block.result.clone(), Box::new);
                return;
            }
            Err(failure) => failure,
        };
        let only_let = self.read(Rule::only_statement, chunk.start, chunk.end, |builder, mut pairs| {
            pairs.next().map(|pair| builder.statement(pair))
        });
        if let (Ok(Some(Statement { kind: StatementKind::Let(binding), .. })), Some(close)) = (only_let, close) {
            block.lets.push(binding);
            self.missing_result(chunk.start, close + 1);
            return;
        }
        self.report(&failure, chunk.start, chunk.end, Place::NodeBody);
        block.lets.extend(self.let_head(chunk));
    }

    fn missing_result(&mut self, start: usize, end: usize) {
        if self.faults_in(start, end).next().is_none() {
            let message = "this body ends without a result";
            let help = "the last thing in a node is the expression that it gives";
            let span = self.span(end.saturating_sub(1), end);
            self.diagnostics.push(Diagnostic::new(codes::MISSING_RESULT, span, message).help(help));
        }
    }

    fn misplaced(&mut self, chunk: &Range<usize>, word: &str) {
        let message = format!("`{word}` cannot stand in a node: a node only computes its result");
        let help = match word {
            "save" | "track" | "run" => format!("`{word}` it in the pipeline that calls this node"),
            "expect" => "expect it in the pipeline that calls this node, or in a `test`".to_owned(),
            _ => "choose between values with `if c then a else b`".to_owned(),
        };
        let span = self.span(chunk.start, chunk.start + word.len());
        self.diagnostics.push(Diagnostic::new(codes::MISPLACED_STATEMENT, span, message).help(help));
    }

    /// The entries behind the `{` at `brace`, each on its own. `build` is told whether an entry is whole; of a broken one
    /// it gets its head, if it has one. The place of the first that was lost.
    pub(super) fn recover_entries(
        &mut self,
        brace: usize,
        end: usize,
        failure: &Failure<'_>,
        rule: Rule,
        mut build: impl FnMut(&mut Builder<'_, '_>, Pair<'_>, bool),
    ) -> Option<Span> {
        let before = self.diagnostics.len();
        let body = chunks::entries(self.source, brace + 1, end);
        let mut lost = None;
        for chunk in &body.chunks {
            let mut start = chunk.start;
            while let Err(found) = self
                .read(rule, start, chunk.end, |builder, mut pairs| pairs.next().map(|pair| build(builder, pair, true)))
            {
                let known = self.diagnostics.len();
                self.report(&found, start, chunk.end, Place::Entry);
                // Behind a missing comma the next entry may be whole.
                let comma = self.diagnostics.get(known).is_some_and(|last| last.code == codes::MISSING_COMMA);
                if comma && found.at > start && chunks::is_balanced(self.source, start, found.at) {
                    let first = start..found.at;
                    start = found.at;
                    let whole = self.read(rule, first.start, first.end, |builder, mut pairs| {
                        pairs.next().map(|pair| build(builder, pair, true))
                    });
                    if whole.is_err() {
                        lost = lost.or(Some(self.span_of(&first)));
                    }
                    continue;
                }
                lost = lost.or(Some(self.span_of(&(start..chunk.end))));
                if rule == Rule::only_catalog_entry && self.extent(Rule::entry_head, start, chunk.end).is_some() {
                    let head = self.read(Rule::entry_head, start, chunk.end, |builder, mut pairs| {
                        pairs.next().map(|pair| build(builder, pair, false))
                    });
                    debug_assert!(head.is_ok(), "the head was read a moment ago");
                }
                break;
            }
        }
        self.end_of_body(body.close, brace, end, failure, before);
        lost
    }
}
