//! What every word of a file is, for colours that know the program.

use std::collections::HashMap;

use gml_analysis::inspect::Meaning;
use gml_analysis::package::Package;
use gml_diagnostics::{FileId, Span};
use gml_syntax::ast::TypeKind;
use gml_syntax::{TokenKind, is_reserved, tokens};

use crate::facts::{Facts, Site};
use crate::symbol::SymbolKind;
use crate::{tree, words};

/// What a token is. The names are those of the protocol where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum TokenClass {
    Namespace,
    Type,
    Struct,
    Parameter,
    Variable,
    Property,
    EnumMember,
    Function,
    Keyword,
    Modifier,
    Comment,
    String,
    Number,
    Operator,
}

/// A token with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighlightedToken {
    /// Where; it may go over several lines.
    pub span: Span,
    /// What it is.
    pub class: TokenClass,
    /// Whether a name is declared there.
    pub declaration: bool,
    /// Whether its value cannot change.
    pub readonly: bool,
    /// Whether the standard library declares it.
    pub library: bool,
    /// Whether it documents something.
    pub documentation: bool,
}

/// The tokens of a file that lie in `range`, in order; of all of it where there is none.
pub fn highlight(package: &Package, file: FileId, range: Option<Span>) -> Vec<HighlightedToken> {
    let facts = Facts::new(package);
    let Some(module) = facts.module_of(file) else { return Vec::new() };
    let wanted = |span: Span| range.is_none_or(|range| span.overlaps(range));
    let items = &package.module(module).ast.items;
    let sites = (0..items.len()).filter(|item| wanted(items[*item].span)).map(|item| Site { module, item });
    let sites: Vec<Site> = sites.collect();
    let named = names(&facts, &sites);
    let text = package.sources.text(file);
    let mut found = Vec::new();
    let mut before = "";
    for token in tokens(text) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(file, offset(token.start), offset(token.end));
        if range.is_some_and(|range| span.start >= range.end) {
            break;
        }
        let written = token.text(text);
        let plain = |class| HighlightedToken {
            span,
            class,
            declaration: false,
            readonly: false,
            library: false,
            documentation: false,
        };
        let one = match token.kind {
            TokenKind::Comment => Some(HighlightedToken {
                documentation: written.starts_with("##") && !written.starts_with("###"),
                ..plain(TokenClass::Comment)
            }),
            TokenKind::Text | TokenKind::OpenText => Some(plain(TokenClass::String)),
            TokenKind::Number | TokenKind::Date => Some(plain(TokenClass::Number)),
            TokenKind::Sign => is_operator(written).then(|| plain(TokenClass::Operator)),
            TokenKind::Word => match named.get(&(span.start, span.end)) {
                Some(known) => Some(HighlightedToken { span, ..*known }),
                None => word(written, before).map(plain),
            },
            TokenKind::Open | TokenKind::Close | TokenKind::Stray => None,
        };
        found.extend(one.filter(|one| wanted(one.span) && !one.span.is_empty()));
        if token.kind != TokenKind::Comment {
            before = written;
        }
    }
    found
}

/// Signs that compute something; brackets, commas and dots are no operators.
fn is_operator(sign: &str) -> bool {
    !matches!(sign, "," | "." | ":" | "?.")
}

/// A word that names nothing.
fn word(written: &str, before: &str) -> Option<TokenClass> {
    if matches!(before, "." | "?.") {
        return Some(TokenClass::Property);
    }
    if is_reserved(written) || matches!(written, "unique" | "named" | "parsed" | "matches" | "extends") {
        return Some(TokenClass::Keyword);
    }
    if words::of_type(written).is_some() {
        return Some(TokenClass::Type);
    }
    None
}

/// The names of declarations with what they are, by their places.
fn names(facts: &Facts<'_>, sites: &[Site]) -> HashMap<(u32, u32), HighlightedToken> {
    facts.inspect_all(sites);
    let mut found = HashMap::new();
    for site in sites {
        let Some(item) = facts.item(*site) else { continue };
        let mut add = |span: Span, class: TokenClass, readonly: bool, declared: Option<Span>| {
            let library = declared.is_some_and(|declared| {
                facts.module_of(declared.file).is_some_and(|module| facts.package.module(module).is_std)
            });
            let declaration = declared == Some(span);
            let token = HighlightedToken { span, class, declaration, readonly, library, documentation: false };
            found.insert((span.start, span.end), token);
        };
        for column in tree::columns(item) {
            if let Some(role) = &column.role {
                add(role.span, TokenClass::Modifier, false, None);
            }
        }
        tree::each_type(item, |ty| {
            if let TypeKind::Named(name, _) = &ty.kind {
                add(name.span, TokenClass::Type, false, None);
            }
        });
        if let gml_syntax::ast::ItemKind::Use(taken) = &item.kind {
            for name in &taken.path {
                add(name.span, TokenClass::Namespace, false, None);
            }
        }
        // What columns are called does not depend on where they come from.
        for mention in &facts.inspection(*site).mentions {
            match &mention.meaning {
                Meaning::Column(_) | Meaning::Field(_) => add(mention.span, TokenClass::Property, false, None),
                Meaning::Made(_) => add(mention.span, TokenClass::Property, false, Some(mention.span)),
                Meaning::Choice(_) => add(mention.span, TokenClass::EnumMember, true, None),
                _ => {}
            }
        }
        let columns: std::collections::HashSet<Span> = facts
            .inspection(*site)
            .mentions
            .iter()
            .filter(|mention| matches!(mention.meaning, Meaning::Column(_) | Meaning::Field(_)))
            .map(|mention| mention.span)
            .collect();
        for occurrence in facts.occurrences_where(*site, &|span| !columns.contains(&span)) {
            let declared = Some(occurrence.symbol.declared);
            let (class, readonly) = match occurrence.symbol.kind {
                SymbolKind::Param | SymbolKind::Dataset | SymbolKind::Connection | SymbolKind::Local => {
                    (TokenClass::Variable, true)
                }
                SymbolKind::Parameter => (TokenClass::Parameter, true),
                SymbolKind::Schema => (TokenClass::Struct, false),
                SymbolKind::Function
                | SymbolKind::Node
                | SymbolKind::Pipeline
                | SymbolKind::Library
                | SymbolKind::Operator => (TokenClass::Function, false),
                SymbolKind::Env | SymbolKind::Module => (TokenClass::Namespace, false),
                SymbolKind::Column => (TokenClass::Property, false),
                SymbolKind::Choice => (TokenClass::EnumMember, true),
                SymbolKind::Type => (TokenClass::Type, false),
                SymbolKind::Test => continue,
            };
            add(occurrence.span, class, readonly, declared);
        }
    }
    found
}
