//! Completion and what goes with it.

use gml_ide::{Completion, SignatureHelp as Signatures};
use lsp_types::{
    CompletionItem, CompletionItemTag, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind,
    ParameterInformation, ParameterLabel, SignatureHelp, SignatureInformation, TextEdit,
};

use super::capabilities::Client;
use super::convert::{self, Text};

/// How many proposals are sent; the list says so where there are more.
pub(super) const MOST: usize = 500;

/// Markdown, or the same as plain text for an editor that does not know it.
pub(super) fn marked_up(value: String, markdown: bool) -> MarkupContent {
    MarkupContent { kind: if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText }, value }
}

/// Docs of a proposal or a signature: a plain string is what every editor takes.
fn documentation(value: String, markdown: bool) -> Documentation {
    if markdown { Documentation::MarkupContent(marked_up(value, true)) } else { Documentation::String(value) }
}

/// A proposal in the form of the protocol; `place` keeps the order.
pub(super) fn item(place: usize, proposal: Completion, text: &Text<'_>, client: &Client) -> CompletionItem {
    let edit = |edit: &gml_ide::Edit, new_text: String| TextEdit { range: text.range(edit.span), new_text };
    let (new_text, format) = match proposal.snippet.filter(|_| client.snippets) {
        Some(snippet) => (snippet.replace('}', "\\}"), InsertTextFormat::SNIPPET),
        None => (proposal.edit.text.clone(), InsertTextFormat::PLAIN_TEXT),
    };
    let further: Vec<TextEdit> = proposal.further.iter().map(|more| edit(more, more.text.clone())).collect();
    // What an editor filters by has to begin with what stands in the text that is replaced.
    let replaced = text.text.get(proposal.edit.span.start as usize..).unwrap_or("");
    let sign = ["?.", ".", "\""].into_iter().find(|sign| new_text.starts_with(*sign) && !replaced.starts_with(*sign));
    let filter = match sign {
        Some("?.") if replaced.starts_with('.') => Some(format!(".{}", proposal.label)),
        Some(sign) => Some(new_text.trim_start_matches(sign).to_owned()),
        None => (new_text != proposal.label && replaced.starts_with(['.', '"'])).then(|| proposal.edit.text.clone()),
    };
    CompletionItem {
        label: proposal.label,
        kind: Some(convert::completion_kind(proposal.kind)),
        detail: proposal.detail,
        documentation: proposal.docs.map(|docs| documentation(docs, client.markdown)),
        sort_text: Some(format!("{:02}{place:05}", proposal.rank)),
        filter_text: filter,
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(edit(&proposal.edit, new_text))),
        additional_text_edits: (!further.is_empty()).then_some(further),
        tags: None::<Vec<CompletionItemTag>>,
        ..CompletionItem::default()
    }
}

/// Signatures in the form of the protocol, which counts places in labels in UTF-16 units.
pub(super) fn signatures(found: Signatures, markdown: bool) -> SignatureHelp {
    let active = found.signatures.get(found.active).and_then(|signature| signature.active);
    let number = |place: usize| u32::try_from(place).unwrap_or(0);
    let signatures = found.signatures.into_iter().map(|signature| {
        let units = |at: u32| {
            let before = signature.label.get(..at as usize).unwrap_or("");
            gml_ide::units(before, gml_ide::Encoding::Utf16)
        };
        let parameters = signature.parameters.iter().map(|(start, end)| ParameterInformation {
            label: ParameterLabel::LabelOffsets([units(*start), units(*end)]),
            documentation: None,
        });
        SignatureInformation {
            parameters: Some(parameters.collect()),
            active_parameter: signature.active.map(number),
            documentation: Some(documentation(signature.docs, markdown)),
            label: signature.label,
        }
    });
    SignatureHelp {
        signatures: signatures.collect(),
        active_signature: Some(number(found.active)),
        active_parameter: active.map(number),
    }
}
