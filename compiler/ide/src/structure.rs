//! The structure of a text: what can be folded, and what a selection grows to.

use gml_diagnostics::{FileId, Span};
use gml_syntax::ast::{ItemKind, Module};
use gml_syntax::{TokenKind, tokens};

use crate::tree;

/// What kind of text is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// Between two brackets, or in a text of several lines.
    Region,
    /// Comment lines that follow each other.
    Comment,
    /// `use`s that follow each other.
    Imports,
}

/// A stretch that can be folded; it goes over several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What is folded.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded in a file.
pub fn folds(module: &Module, file: FileId, text: &str) -> Vec<Fold> {
    let span = |start: usize, end: usize| {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(file, offset(start), offset(end))
    };
    let lines = |span: Span| text.get(span.start as usize..span.end as usize).is_some_and(|text| text.contains('\n'));
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut comment: Option<Span> = None;
    for token in tokens(text) {
        let here = span(token.start, token.end);
        if token.kind == TokenKind::Comment {
            let touches = comment.is_some_and(|last| {
                let between = text.get(last.end as usize..token.start).unwrap_or("");
                between.bytes().filter(|byte| *byte == b'\n').count() <= 1
            });
            comment = match comment {
                Some(last) if touches => Some(last.to(here)),
                last => {
                    found.extend(last.map(|span| Fold { span, kind: FoldKind::Comment }));
                    Some(here)
                }
            };
            continue;
        }
        found.extend(comment.take().map(|span| Fold { span, kind: FoldKind::Comment }));
        match token.kind {
            TokenKind::Open => open.push(token.start),
            TokenKind::Close => {
                if let Some(start) = open.pop() {
                    found.push(Fold { span: span(start, token.end), kind: FoldKind::Region });
                }
            }
            TokenKind::Text => found.push(Fold { span: here, kind: FoldKind::Region }),
            _ => {}
        }
    }
    found.extend(comment.map(|span| Fold { span, kind: FoldKind::Comment }));
    let uses = module.items.iter().filter(|item| matches!(item.kind, ItemKind::Use(_))).map(|item| item.span);
    let uses = uses.reduce(Span::to);
    found.extend(uses.map(|span| Fold { span, kind: FoldKind::Imports }));
    found.retain(|fold| lines(fold.span));
    found.sort_by_key(|fold| (fold.span.start, fold.span.end));
    found
}

/// What a selection at a place grows to, step by step, each in the next: a word, expressions, statements, the
/// declaration, the file.
pub fn selections(module: &Module, file: FileId, text: &str, offset: u32) -> Vec<Span> {
    let mut found = Vec::new();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let word = tokens(text).take_while(|token| token.start as u64 <= u64::from(offset)).last();
    if let Some(word) = word.filter(|word| word.end as u64 >= u64::from(offset)) {
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        found.push(Span::new(file, at(word.start), at(word.end)));
    }
    let item = module.items.iter().find(|item| tree::touches(item.span, offset));
    if let Some(item) = item {
        found.extend(tree::path_to(item, offset).iter().rev().map(|expr| expr.span));
        found.extend(statements(item).into_iter().filter(|span| tree::touches(*span, offset)));
        found.push(item.span);
    }
    found.push(Span::new(file, 0, length));
    // Each holds the one before it.
    let mut chain: Vec<Span> = Vec::new();
    for span in found {
        let grows = chain.last().is_none_or(|last| span.start <= last.start && last.end <= span.end && span != *last);
        if grows {
            chain.push(span);
        }
    }
    chain
}

/// Statements of a declaration, inner ones first.
fn statements(item: &gml_syntax::ast::Item) -> Vec<Span> {
    use gml_syntax::ast::{NodeBody, Statement, StatementKind};
    fn walk(body: &[Statement], found: &mut Vec<Span>) {
        for statement in body {
            if let StatementKind::When { body, .. } | StatementKind::For { body, .. } = &statement.kind {
                walk(body, found);
            }
            found.push(statement.span);
        }
    }
    let mut found = Vec::new();
    match &item.kind {
        ItemKind::Pipeline(pipeline) => walk(&pipeline.body, &mut found),
        ItemKind::Test(test) => walk(&test.body, &mut found),
        ItemKind::Node(node) => {
            if let NodeBody::Block(block) = &node.body {
                found.extend(block.lets.iter().map(|binding| binding.name.span.to(binding.value.span)));
                found.push(block.span);
            }
        }
        ItemKind::Schema(schema) => {
            found.extend(schema.columns.iter().map(|column| column.column.name.span.to(column.column.ty.span)));
        }
        ItemKind::Catalog(catalog) => {
            found.extend(catalog.entries.iter().map(|entry| entry.name.span.to(entry.value.span)));
        }
        _ => {}
    }
    found
}
