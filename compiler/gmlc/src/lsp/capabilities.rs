//! What the editor can do, and what this server can.

use gml_ide::Encoding;
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    CompletionOptionsCompletionItem, FoldingRangeProviderCapability, HoverProviderCapability, InitializeParams,
    InitializeResult, MarkupKind, OneOf, PositionEncodingKind, RenameOptions, SaveOptions,
    SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions,
    SemanticTokensServerCapabilities, ServerCapabilities, ServerInfo, SignatureHelpOptions, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
};

use super::tokens;

/// What is known of the editor.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// What columns count.
    pub encoding: Encoding,
    /// Whether `$0` in a proposal means something to it.
    pub snippets: bool,
    /// Whether it can be asked to tell of files that change on disk.
    pub watches: bool,
    /// Whether it shows Markdown in hover, proposals and signatures; else the text is shown as it is.
    pub markdown: bool,
    /// Whether a definition may come with all of its declaration.
    pub links: bool,
    /// Whether edits may name the version of the text that they are for.
    pub versioned_edits: bool,
}

impl Client {
    /// Reads what the editor said of itself. What cannot be read is not known of it.
    pub fn of(params: &serde_json::Value) -> Self {
        let params: Option<InitializeParams> = serde_json::from_value(params.clone()).ok();
        let client = params.map(|params| params.capabilities).unwrap_or_default();
        let offered = client.general.and_then(|general| general.position_encodings).unwrap_or_default();
        let encoding = if offered.contains(&PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 };
        let text = client.text_document.unwrap_or_default();
        let formats = |known: Option<Vec<MarkupKind>>| known.is_some_and(|known| known.contains(&MarkupKind::Markdown));
        let of_signatures = text.signature_help.and_then(|it| it.signature_information);
        let of_signatures = formats(of_signatures.and_then(|it| it.documentation_format));
        let of_hover = formats(text.hover.and_then(|it| it.content_format));
        let item = text.completion.and_then(|completion| completion.completion_item);
        let workspace = client.workspace.unwrap_or_default();
        let watched = workspace.did_change_watched_files;
        let edits = workspace.workspace_edit;
        let snippets = item.as_ref().and_then(|item| item.snippet_support).unwrap_or(false);
        let of_items = formats(item.and_then(|item| item.documentation_format));
        Self {
            encoding,
            snippets,
            markdown: of_items && of_signatures && of_hover,
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            links: text.definition.and_then(|definition| definition.link_support).unwrap_or(false),
            versioned_edits: edits.and_then(|edits| edits.document_changes).unwrap_or(false),
        }
    }
}

/// The answer to `initialize`.
pub(super) fn of_server(client: &Client) -> serde_json::Value {
    let plain = WorkDoneProgressOptions::default;
    let capabilities = ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", ">", "(", "\"", "{", "["].map(str::to_owned).to_vec()),
            completion_item: Some(CompletionOptionsCompletionItem { label_details_support: Some(true) }),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
            retrigger_characters: Some(vec![":".to_owned()]),
            work_done_progress_options: plain(),
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: plain(),
        })),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: tokens::legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
                work_done_progress_options: plain(),
            },
        )),
        inlay_hint_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    };
    let info = ServerInfo { name: "gmlc".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    let result = InitializeResult { capabilities, server_info: Some(info) };
    serde_json::to_value(result).unwrap_or_default()
}
