//! Between places and kinds of `gml_ide` and those of the protocol.

use gml_diagnostics::{FileId, Span};
use gml_ide::{CompletionKind, Encoding, FoldKind, Lines, Position as Place, SymbolKind};
use lsp_types::{CompletionItemKind, FoldingRangeKind, Position, Range};

/// A text with its lines, for places in it.
pub(super) struct Text<'t> {
    /// What it says.
    pub text: &'t str,
    lines: Lines,
    encoding: Encoding,
}

impl<'t> Text<'t> {
    pub fn new(text: &'t str, encoding: Encoding) -> Self {
        Self { text, lines: Lines::of(text), encoding }
    }

    pub fn offset(&self, position: Position) -> u32 {
        self.lines.offset(self.text, from_position(position), self.encoding)
    }

    pub fn position(&self, offset: u32) -> Position {
        let place = self.lines.position(self.text, offset, self.encoding);
        Position { line: place.line, character: place.column }
    }

    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    pub fn span(&self, file: FileId, range: Range) -> Span {
        Span::new(file, self.offset(range.start), self.offset(range.end))
    }

    /// The lines of a text.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }
}

pub(super) fn from_position(position: Position) -> Place {
    Place { line: position.line, column: position.character }
}

pub(super) fn completion_kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Column | CompletionKind::Field => CompletionItemKind::FIELD,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Operator | CompletionKind::Node | CompletionKind::Pipeline => CompletionItemKind::METHOD,
        CompletionKind::Dataset | CompletionKind::Connection => CompletionItemKind::REFERENCE,
        CompletionKind::Param => CompletionItemKind::CONSTANT,
        CompletionKind::Local => CompletionItemKind::VARIABLE,
        CompletionKind::Schema => CompletionItemKind::STRUCT,
        CompletionKind::Type => CompletionItemKind::CLASS,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Choice => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Module | CompletionKind::Env => CompletionItemKind::MODULE,
        CompletionKind::Argument => CompletionItemKind::PROPERTY,
    }
}

pub(super) fn symbol_kind(kind: SymbolKind) -> lsp_types::SymbolKind {
    match kind {
        SymbolKind::Param => lsp_types::SymbolKind::CONSTANT,
        SymbolKind::Schema => lsp_types::SymbolKind::STRUCT,
        SymbolKind::Dataset => lsp_types::SymbolKind::OBJECT,
        SymbolKind::Function | SymbolKind::Library | SymbolKind::Operator => lsp_types::SymbolKind::FUNCTION,
        SymbolKind::Node | SymbolKind::Pipeline => lsp_types::SymbolKind::METHOD,
        SymbolKind::Connection => lsp_types::SymbolKind::INTERFACE,
        SymbolKind::Env => lsp_types::SymbolKind::NAMESPACE,
        SymbolKind::Test => lsp_types::SymbolKind::EVENT,
        SymbolKind::Module => lsp_types::SymbolKind::MODULE,
        SymbolKind::Parameter | SymbolKind::Local => lsp_types::SymbolKind::VARIABLE,
        SymbolKind::Column => lsp_types::SymbolKind::FIELD,
        SymbolKind::Choice => lsp_types::SymbolKind::ENUM_MEMBER,
        SymbolKind::Type => lsp_types::SymbolKind::CLASS,
    }
}

pub(super) fn fold_kind(kind: FoldKind) -> FoldingRangeKind {
    match kind {
        FoldKind::Region => FoldingRangeKind::Region,
        FoldKind::Comment => FoldingRangeKind::Comment,
        FoldKind::Imports => FoldingRangeKind::Imports,
    }
}
