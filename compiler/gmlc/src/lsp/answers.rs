//! Answers to requests.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use gml_analysis::Analysis;
use gml_diagnostics::{FileId, Span};
use gml_ide::{Edit, Encoding, Outline};
use lsp_server::ErrorCode;
use lsp_types::request::{self, Request};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CompletionList, CompletionParams,
    DocumentChanges, DocumentFormattingParams, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams,
    DocumentSymbol, DocumentSymbolParams, FoldingRange, FoldingRangeParams, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverContents, HoverParams, InlayHint, InlayHintKind, InlayHintLabel,
    InlayHintParams, InlayHintTooltip, Location, LocationLink, OneOf, OptionalVersionedTextDocumentIdentifier,
    PrepareRenameResponse, ReferenceParams, RenameParams, SelectionRange, SelectionRangeParams, SemanticTokens,
    SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult, SemanticTokensParams,
    SemanticTokensRangeParams, SignatureHelpParams, SymbolInformation, TextDocumentEdit, TextDocumentIdentifier,
    TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit, WorkspaceSymbolParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::convert::{self, Text};
use super::projects::{Buffers, Program, file_of};
use super::server::Server;
use super::{diagnostics, proposals, tokens, uri};

/// An answer, or why there is none.
type Answer = Result<Value, (ErrorCode, String)>;

/// A file of a program that is open, with what is known of it.
struct Open {
    program: Program,
    analysis: Arc<Analysis>,
    file: FileId,
    path: PathBuf,
    encoding: Encoding,
}

impl Open {
    fn text(&self) -> Text<'_> {
        Text::new(self.analysis.package.sources.text(self.file), self.encoding)
    }

    fn location(&self, span: Span) -> Option<Location> {
        diagnostics::location(&self.program, &self.analysis, span.file, self.encoding, |text| text.range(span))
    }
}

/// Answers a request.
pub(super) fn answer(server: &mut Server, method: &str, params: Value) -> Answer {
    match method {
        request::HoverRequest::METHOD => given(params, |params| hover(server, params)),
        request::Completion::METHOD => given(params, |params| completion(server, params)),
        request::SignatureHelpRequest::METHOD => given(params, |params| signature_help(server, params)),
        request::GotoDefinition::METHOD => given(params, |params| definition(server, params)),
        request::References::METHOD => given(params, |params| references(server, params)),
        request::DocumentHighlightRequest::METHOD => given(params, |params| highlights(server, params)),
        request::PrepareRenameRequest::METHOD => given(params, |params| prepare_rename(server, params)),
        request::Rename::METHOD => given(params, |params| rename(server, params)),
        request::DocumentSymbolRequest::METHOD => given(params, |params| document_symbols(server, params)),
        request::WorkspaceSymbolRequest::METHOD => given(params, |params| workspace_symbols(server, &params)),
        request::CodeActionRequest::METHOD => given(params, |params| code_actions(server, params)),
        request::InlayHintRequest::METHOD => given(params, |params| inlay_hints(server, params)),
        request::Formatting::METHOD => given(params, |params| formatting(server, params)),
        request::FoldingRangeRequest::METHOD => given(params, |params| folds(server, params)),
        request::SelectionRangeRequest::METHOD => given(params, |params| selections(server, params)),
        request::SemanticTokensFullRequest::METHOD => given(params, |params| tokens_full(server, params)),
        request::SemanticTokensFullDeltaRequest::METHOD => given(params, |params| tokens_delta(server, params)),
        request::SemanticTokensRangeRequest::METHOD => given(params, |params| tokens_range(server, params)),
        _ => Err((ErrorCode::MethodNotFound, format!("gmlc does not know `{method}`"))),
    }
}

/// Reads the parameters of a request and writes its result. No result is `null`.
fn given<P: DeserializeOwned, R: Serialize>(
    params: Value,
    find: impl FnOnce(P) -> Result<Option<R>, (ErrorCode, String)>,
) -> Answer {
    let params = serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))?;
    let found = find(params)?;
    serde_json::to_value(found).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

type Found<T> = Result<Option<T>, (ErrorCode, String)>;

/// The file that a request is about; `None` for one that is no part of a program, or too large to be looked at.
fn open(server: &mut Server, document: &TextDocumentIdentifier) -> Option<Open> {
    let path = uri::to_path(&document.uri);
    let program = server.projects.program_of(&path, &server.documents)?;
    let analysis = server.projects.analysis(&program, &server.documents);
    let file = file_of(&program, &analysis, &path)?;
    Some(Open { program, analysis, file, path, encoding: server.client.encoding })
}

fn at(server: &mut Server, params: &TextDocumentPositionParams) -> Option<(Open, u32)> {
    let open = open(server, &params.text_document)?;
    let offset = open.text().offset(params.position);
    Some((open, offset))
}

fn hover(server: &mut Server, params: HoverParams) -> Found<Hover> {
    let Some((open, offset)) = at(server, &params.text_document_position_params) else { return Ok(None) };
    let found = gml_ide::hover(&open.analysis.package, open.file, offset);
    Ok(found.map(|found| Hover {
        contents: HoverContents::Markup(proposals::marked_up(found.text, server.client.markdown)),
        range: Some(open.text().range(found.span)),
    }))
}

fn completion(server: &mut Server, params: CompletionParams) -> Found<CompletionList> {
    let Some((open, offset)) = at(server, &params.text_document_position) else { return Ok(None) };
    let world = Buffers { root: &open.program.root, documents: &server.documents };
    let source = gml_ide::Source { world: &world, main: &open.program.main, package: &open.analysis.package };
    let found = gml_ide::complete(source, open.file, offset);
    let text = open.text();
    let client = &server.client;
    let is_incomplete = found.len() > proposals::MOST;
    let items = found.into_iter().take(proposals::MOST).enumerate();
    let items = items.map(|(place, proposal)| proposals::item(place, proposal, &text, client)).collect();
    Ok(Some(CompletionList { is_incomplete, items }))
}

fn signature_help(server: &mut Server, params: SignatureHelpParams) -> Found<lsp_types::SignatureHelp> {
    let Some((open, offset)) = at(server, &params.text_document_position_params) else { return Ok(None) };
    let found = gml_ide::signature_help(&open.analysis.package, open.file, offset);
    Ok(found.map(|found| proposals::signatures(found, server.client.markdown)))
}

fn definition(server: &mut Server, params: GotoDefinitionParams) -> Found<GotoDefinitionResponse> {
    let Some((open, offset)) = at(server, &params.text_document_position_params) else { return Ok(None) };
    let Some((origin, targets)) = gml_ide::definition(&open.analysis.package, open.file, offset) else {
        return Ok(None);
    };
    if !server.client.links {
        let places = targets.iter().filter_map(|target| open.location(target.name)).collect();
        return Ok(Some(GotoDefinitionResponse::Array(places)));
    }
    let links = targets.iter().filter_map(|target| {
        let (name, all) = (open.location(target.name)?, open.location(target.all)?);
        Some(LocationLink {
            origin_selection_range: Some(open.text().range(origin)),
            target_uri: name.uri,
            target_range: all.range,
            target_selection_range: name.range,
        })
    });
    Ok(Some(GotoDefinitionResponse::Link(links.collect())))
}

fn references(server: &mut Server, params: ReferenceParams) -> Found<Vec<Location>> {
    let Some((open, offset)) = at(server, &params.text_document_position) else { return Ok(None) };
    let found = gml_ide::references(&open.analysis.package, open.file, offset);
    let wanted = found.iter().filter(|found| params.context.include_declaration || !found.is_declaration);
    Ok(Some(wanted.filter_map(|found| open.location(found.span)).collect()))
}

fn highlights(server: &mut Server, params: DocumentHighlightParams) -> Found<Vec<DocumentHighlight>> {
    let Some((open, offset)) = at(server, &params.text_document_position_params) else { return Ok(None) };
    let text = open.text();
    let found = gml_ide::highlights(&open.analysis.package, open.file, offset);
    let found = found.into_iter().map(|found| DocumentHighlight {
        range: text.range(found.span),
        kind: Some(if found.is_declaration { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    });
    Ok(Some(found.collect()))
}

fn prepare_rename(server: &mut Server, params: TextDocumentPositionParams) -> Found<PrepareRenameResponse> {
    let Some((open, offset)) = at(server, &params) else { return Ok(None) };
    let (span, name) = gml_ide::prepare_rename(&open.analysis.package, open.file, offset)
        .map_err(|reason| (ErrorCode::RequestFailed, reason))?;
    let range = open.text().range(span);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name }))
}

fn rename(server: &mut Server, params: RenameParams) -> Found<WorkspaceEdit> {
    let Some((open, offset)) = at(server, &params.text_document_position) else { return Ok(None) };
    let edits = gml_ide::rename(&open.analysis.package, open.file, offset, &params.new_name)
        .map_err(|reason| (ErrorCode::RequestFailed, reason))?;
    Ok(Some(workspace_edit(server, &open, &edits)))
}

/// Edits of files of a program, by file.
#[allow(clippy::mutable_key_type, reason = "the protocol's types have addresses as keys; none of them changes")]
fn workspace_edit(server: &Server, open: &Open, edits: &[Edit]) -> WorkspaceEdit {
    let mut by_file: Vec<(FileId, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        match by_file.iter_mut().find(|(file, _)| *file == edit.span.file) {
            Some((_, edits)) => edits.push(edit),
            None => by_file.push((edit.span.file, vec![edit])),
        }
    }
    let sources = &open.analysis.package.sources;
    let files = by_file.into_iter().filter_map(|(file, edits)| {
        let path = open.program.outer(sources.path(file));
        let text = Text::new(sources.text(file), open.encoding);
        let edits = edits.into_iter();
        let edits = edits.map(|edit| TextEdit { range: text.range(edit.span), new_text: edit.text.clone() });
        Some((uri::of_path(&path)?, path, edits.collect::<Vec<_>>()))
    });
    if server.client.versioned_edits {
        let changes = files.map(|(uri, path, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri,
                version: server.documents.get(&path).map(|document| document.version),
            },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        let document_changes = Some(DocumentChanges::Edits(changes.collect()));
        return WorkspaceEdit { document_changes, ..WorkspaceEdit::default() };
    }
    let changes: HashMap<Uri, Vec<TextEdit>> = files.map(|(uri, _, edits)| (uri, edits)).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn document_symbols(server: &mut Server, params: DocumentSymbolParams) -> Found<Vec<DocumentSymbol>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let package = &open.analysis.package;
    let Some(module) = package.modules.iter().find(|module| module.file == open.file) else { return Ok(None) };
    let outline = gml_ide::outline(&module.ast, text.text);
    Ok(Some(outline.into_iter().map(|it| document_symbol(it, &text)).collect()))
}

#[allow(deprecated, reason = "a field of the protocol that has to be given")]
fn document_symbol(outline: Outline, text: &Text<'_>) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = outline.children.into_iter().map(|it| document_symbol(it, text)).collect();
    DocumentSymbol {
        name: if outline.name.is_empty() { "\"\"".to_owned() } else { outline.name },
        detail: outline.detail,
        kind: convert::symbol_kind(outline.kind),
        tags: None,
        deprecated: None,
        range: text.range(outline.span),
        selection_range: text.range(outline.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

#[allow(deprecated, reason = "a field of the protocol that has to be given")]
fn workspace_symbols(server: &mut Server, params: &WorkspaceSymbolParams) -> Found<Vec<SymbolInformation>> {
    let paths: Vec<PathBuf> = server.documents.paths().cloned().collect();
    let mut programs: Vec<Program> = Vec::new();
    for path in paths {
        programs.extend(server.projects.program_of(&path, &server.documents));
    }
    programs.sort();
    programs.dedup();
    let mut symbols = Vec::new();
    for program in programs {
        let analysis = server.projects.analysis(&program, &server.documents);
        for found in gml_ide::search(&analysis.package, &params.query) {
            let encoding = server.client.encoding;
            let place =
                diagnostics::location(&program, &analysis, found.span.file, encoding, |text| text.range(found.span));
            let Some(location) = place else { continue };
            symbols.push(SymbolInformation {
                name: found.name,
                kind: convert::symbol_kind(found.kind),
                tags: None,
                deprecated: None,
                location,
                container_name: Some(found.within),
            });
        }
    }
    Ok(Some(symbols))
}

fn code_actions(server: &mut Server, params: CodeActionParams) -> Found<Vec<CodeActionOrCommand>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|it| kind.as_str().starts_with(it.as_str())))
    };
    let span = text.span(open.file, params.range);
    let all = &open.analysis.diagnostics;
    let mut found = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        for action in gml_ide::actions(all, open.file, span.start, span.end) {
            let told = all.get(action.diagnostic);
            let told = told.map(|it| diagnostics::of_one(&open.program, &open.analysis, it, &text, open.encoding));
            found.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: action.title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: told.map(|told| vec![told]),
                edit: Some(workspace_edit(server, &open, &action.edits)),
                is_preferred: Some(action.safe),
                ..CodeAction::default()
            }));
        }
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        let edits = server.projects.fixes(&open.program, &open.analysis, open.file, &server.documents);
        if !edits.is_empty() {
            found.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: "Apply all fixes that keep the meaning".to_owned(),
                kind: Some(CodeActionKind::SOURCE_FIX_ALL),
                edit: Some(workspace_edit(server, &open, &edits)),
                ..CodeAction::default()
            }));
        }
    }
    Ok(Some(found))
}

fn inlay_hints(server: &mut Server, params: InlayHintParams) -> Found<Vec<InlayHint>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let range = text.span(open.file, params.range);
    let found = gml_ide::hints(&open.analysis.package, open.file, range);
    let hints = found.into_iter().map(|hint| InlayHint {
        position: text.position(hint.at),
        label: InlayHintLabel::String(hint.label),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: (!hint.about.is_empty())
            .then(|| InlayHintTooltip::MarkupContent(proposals::marked_up(hint.about, server.client.markdown))),
        padding_left: Some(hint.ends_line),
        padding_right: None,
        data: None,
    });
    Ok(Some(hints.collect()))
}

/// The whole text in its one form. A text that does not parse is left as it is.
fn formatting(server: &mut Server, params: DocumentFormattingParams) -> Found<Vec<TextEdit>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let Ok(formatted) = gml_syntax::format::format(open.file, text.text) else { return Ok(None) };
    if formatted == text.text {
        return Ok(Some(Vec::new()));
    }
    let end = u32::try_from(text.text.len()).unwrap_or(u32::MAX);
    Ok(Some(vec![TextEdit { range: text.range(Span::new(open.file, 0, end)), new_text: formatted }]))
}

fn folds(server: &mut Server, params: FoldingRangeParams) -> Found<Vec<FoldingRange>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let package = &open.analysis.package;
    let Some(module) = package.modules.iter().find(|module| module.file == open.file) else { return Ok(None) };
    let folds = gml_ide::folds(&module.ast, open.file, text.text);
    let ranges = folds.into_iter().filter_map(|fold| {
        let range = text.range(fold.span);
        // The line with the closing bracket stays to be seen.
        let closes = fold.kind == gml_ide::FoldKind::Region;
        let end_line = if closes { range.end.line.saturating_sub(1) } else { range.end.line };
        (end_line > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line,
            kind: Some(convert::fold_kind(fold.kind)),
            ..FoldingRange::default()
        })
    });
    Ok(Some(ranges.collect()))
}

fn selections(server: &mut Server, params: SelectionRangeParams) -> Found<Vec<SelectionRange>> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let package = &open.analysis.package;
    let Some(module) = package.modules.iter().find(|module| module.file == open.file) else { return Ok(None) };
    let found = params.positions.iter().map(|position| {
        let offset = text.offset(*position);
        let spans = gml_ide::selections(&module.ast, open.file, text.text, offset);
        let outermost = spans.iter().rev();
        let chain = outermost.fold(None, |parent: Option<SelectionRange>, span| {
            Some(SelectionRange { range: text.range(*span), parent: parent.map(Box::new) })
        });
        chain
            .unwrap_or_else(|| SelectionRange { range: text.range(Span::new(open.file, offset, offset)), parent: None })
    });
    Ok(Some(found.collect()))
}

/// The tokens of a file, kept under a new number.
fn fresh_tokens(server: &mut Server, open: &Open) -> (Option<tokens::Sent>, u64) {
    let found = gml_ide::highlight(&open.analysis.package, open.file, None);
    let encoded = tokens::encode(&found, &open.text(), open.encoding);
    let before = server.tokens.remove(&open.path);
    let id = before.as_ref().map_or(1, |before| before.id + 1);
    server.tokens.insert(open.path.clone(), tokens::Sent { id, tokens: encoded });
    (before, id)
}

fn tokens_full(server: &mut Server, params: SemanticTokensParams) -> Found<SemanticTokens> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let (_, id) = fresh_tokens(server, &open);
    let data = server.tokens.get(&open.path).map(|sent| sent.tokens.clone()).unwrap_or_default();
    Ok(Some(SemanticTokens { result_id: Some(id.to_string()), data }))
}

fn tokens_delta(server: &mut Server, params: SemanticTokensDeltaParams) -> Found<SemanticTokensFullDeltaResult> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let (before, id) = fresh_tokens(server, &open);
    let now = server.tokens.get(&open.path).map(|sent| sent.tokens.as_slice()).unwrap_or_default();
    let result_id = Some(id.to_string());
    let result = match before.filter(|before| before.id.to_string() == params.previous_result_id) {
        Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
            result_id,
            edits: tokens::difference(&before.tokens, now),
        }),
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data: now.to_vec() }),
    };
    Ok(Some(result))
}

fn tokens_range(server: &mut Server, params: SemanticTokensRangeParams) -> Found<SemanticTokens> {
    let Some(open) = open(server, &params.text_document) else { return Ok(None) };
    let text = open.text();
    let range = text.span(open.file, params.range);
    let found = gml_ide::highlight(&open.analysis.package, open.file, Some(range));
    Ok(Some(SemanticTokens { result_id: None, data: tokens::encode(&found, &text, open.encoding) }))
}
