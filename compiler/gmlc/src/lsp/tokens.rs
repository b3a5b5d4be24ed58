//! Semantic tokens: numbers relative to the token before, and what changed of them.

use gml_ide::{Encoding, HighlightedToken, TokenClass, units};
use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensEdit, SemanticTokensLegend};

use super::convert::Text;

/// The tokens that were sent last for a file.
#[derive(Debug)]
pub(super) struct Sent {
    /// The number they were given.
    pub id: u64,
    /// What they were.
    pub tokens: Vec<SemanticToken>,
}

const CLASSES: [(TokenClass, SemanticTokenType); 14] = [
    (TokenClass::Namespace, SemanticTokenType::NAMESPACE),
    (TokenClass::Type, SemanticTokenType::TYPE),
    (TokenClass::Struct, SemanticTokenType::STRUCT),
    (TokenClass::Parameter, SemanticTokenType::PARAMETER),
    (TokenClass::Variable, SemanticTokenType::VARIABLE),
    (TokenClass::Property, SemanticTokenType::PROPERTY),
    (TokenClass::EnumMember, SemanticTokenType::ENUM_MEMBER),
    (TokenClass::Function, SemanticTokenType::FUNCTION),
    (TokenClass::Keyword, SemanticTokenType::KEYWORD),
    (TokenClass::Modifier, SemanticTokenType::MODIFIER),
    (TokenClass::Comment, SemanticTokenType::COMMENT),
    (TokenClass::String, SemanticTokenType::STRING),
    (TokenClass::Number, SemanticTokenType::NUMBER),
    (TokenClass::Operator, SemanticTokenType::OPERATOR),
];

/// What the numbers mean.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: CLASSES.iter().map(|(_, name)| name.clone()).collect(),
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::READONLY,
            SemanticTokenModifier::DEFAULT_LIBRARY,
            SemanticTokenModifier::DOCUMENTATION,
        ],
    }
}

/// Tokens in the form of the protocol: one that goes over several lines is cut at their ends.
pub(super) fn encode(tokens: &[HighlightedToken], text: &Text<'_>, encoding: Encoding) -> Vec<SemanticToken> {
    let mut encoded = Vec::with_capacity(tokens.len());
    let (mut line, mut column) = (0, 0);
    for token in tokens {
        let class = CLASSES.iter().position(|(class, _)| *class == token.class).unwrap_or(0);
        let flags = [token.declaration, token.readonly, token.library, token.documentation];
        let modifiers = flags.iter().enumerate().map(|(bit, set)| u32::from(*set) << bit).sum();
        let first = text.lines().line_of(token.span.start);
        let last = text.lines().line_of(token.span.end);
        for here in first..=last {
            let begins = text.lines().start_of(here).unwrap_or(token.span.end).max(token.span.start);
            let ends = text.lines().start_of(here + 1).unwrap_or(token.span.end).min(token.span.end);
            let written = text.text.get(begins as usize..ends as usize).unwrap_or("").trim_end_matches(['\r', '\n']);
            if written.is_empty() {
                continue;
            }
            let at = text.position(begins);
            let start = if at.line == line { at.character.saturating_sub(column) } else { at.character };
            encoded.push(SemanticToken {
                delta_line: at.line - line,
                delta_start: start,
                length: units(written, encoding),
                token_type: u32::try_from(class).unwrap_or(0),
                token_modifiers_bitset: modifiers,
            });
            (line, column) = (at.line, at.character);
        }
    }
    encoded
}

/// The one stretch in which two lists differ, as an edit of the first.
pub(super) fn difference(old: &[SemanticToken], new: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    if old == new {
        return Vec::new();
    }
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    // The protocol counts numbers, five a token.
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: numbers(same),
        delete_count: numbers(old.len() - same - rest),
        data: Some(new[same..new.len() - rest].to_vec()),
    }]
}

#[cfg(test)]
mod tests {
    use gml_diagnostics::{FileId, Span};

    use super::*;

    fn token(start: u32, end: u32, class: TokenClass) -> HighlightedToken {
        HighlightedToken {
            span: Span::new(FileId(0), start, end),
            class,
            declaration: false,
            readonly: false,
            library: false,
            documentation: false,
        }
    }

    #[test]
    fn a_text_of_several_lines_is_cut() {
        let text = Text::new("\"\"\"𝄞\r\nb\"\"\" 1", Encoding::Utf16);
        let tokens = [token(0, 13, TokenClass::String), token(14, 15, TokenClass::Number)];
        let encoded = encode(&tokens, &text, Encoding::Utf16);
        let places: Vec<_> = encoded.iter().map(|it| (it.delta_line, it.delta_start, it.length)).collect();
        assert_eq!(places, [(0, 0, 5), (1, 0, 4), (0, 5, 1)]);
    }

    #[test]
    fn an_edit_is_what_differs() {
        let token = |length| SemanticToken { length, ..SemanticToken::default() };
        let (old, new) = ([token(1), token(2), token(3)], [token(1), token(9), token(9), token(3)]);
        let edits = difference(&old, &new);
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].start, edits[0].delete_count), (5, 5));
        assert_eq!(edits[0].data.as_ref().unwrap().len(), 2);
        assert!(difference(&old, &old).is_empty());
        assert_eq!(difference(&old, &[])[0].delete_count, 15);
    }
}
