//! Places that words decide, not the tree: where a declaration, a statement or a column begins, and `use`.

use gml_analysis::resolve::{folder_of, module_paths};
use gml_diagnostics::{Code, FileId, Severity, Span};
use gml_syntax::{TokenKind, tokens};

use super::{Completion, CompletionKind, Source};
use crate::describe::code;
use crate::edit::Edit;
use crate::hover::join;
use crate::library;
use crate::words::{self, Word};

/// What stands before the cursor in its declaration.
struct Before<'t> {
    /// The words and signs, without comments.
    tokens: Vec<&'t str>,
    /// Places in `tokens` of the brackets that are open.
    open: Vec<usize>,
    /// Only blanks stand before the word on its line.
    begins_line: bool,
}

/// Proposals where words alone say what can stand there; `None` where the tree has to be asked.
pub(super) fn complete(
    source: Source<'_>,
    file: FileId,
    text: &str,
    word: usize,
    span: Span,
) -> Option<Vec<Completion>> {
    let (start, _) = super::repair::declaration_around(text, word);
    let chunk = text.get(start..word)?;
    let before = look(chunk, text, word);
    let keyword = before.keyword();
    if before.tokens.is_empty() || (before.begins_line && before.open.is_empty() && ends_declaration(&before)) {
        return Some(keywords(&words::DECLARATIONS, span));
    }
    match keyword {
        "use" => Some(imports(source, file, &before, span)),
        "allow" if before.open.len() == 1 => Some(lints(span)),
        // A tag is whatever one calls it.
        "tags" => Some(Vec::new()),
        "schema" if before.open.len() == 1 => schema(&before, span),
        "pipeline" | "test" | "node" => statement(&before, keyword, span),
        _ => None,
    }
}

fn look<'t>(chunk: &'t str, text: &str, word: usize) -> Before<'t> {
    let mut before = Before { tokens: Vec::new(), open: Vec::new(), begins_line: false };
    for token in tokens(chunk).filter(|token| token.kind != TokenKind::Comment) {
        match token.kind {
            TokenKind::Open => before.open.push(before.tokens.len()),
            TokenKind::Close => drop(before.open.pop()),
            _ => {}
        }
        before.tokens.push(token.text(chunk));
    }
    let line = text.get(..word).map_or("", |before| before.rsplit('\n').next().unwrap_or(""));
    before.begins_line = line.trim().is_empty();
    before
}

impl<'t> Before<'t> {
    /// The word of the declaration, behind its `allow(..)` and `tags(..)`.
    fn keyword(&self) -> &'t str {
        let (mut depth, mut last) = (0, "");
        for token in &self.tokens {
            match *token {
                "(" => depth += 1,
                ")" => depth -= 1,
                mark @ ("allow" | "tags") if depth == 0 => last = mark,
                word if depth == 0 => return word,
                _ => {}
            }
        }
        if depth > 0 { last } else { "" }
    }

    fn last(&self) -> &'t str {
        self.tokens.last().copied().unwrap_or("")
    }
}

/// Whether what was read can be all of a declaration, so that another may begin.
fn ends_declaration(before: &Before<'_>) -> bool {
    match before.keyword() {
        // `allow(..)` and `tags(..)` wait for its declaration.
        "" => true,
        "param" | "fn" | "connection" | "use" => {
            !matches!(before.last(), "=" | ":" | "," | "." | "+" | "-" | "*" | "/" | "and" | "or" | "not" | "->" | "|>")
        }
        _ => before.last() == "}" || before.last() == ")",
    }
}

fn keyword(word: &Word, span: Span, rank: u8) -> Completion {
    Completion {
        label: word.word.to_owned(),
        kind: CompletionKind::Keyword,
        detail: Some(word.about.to_owned()),
        docs: None,
        edit: Edit::new(span, format!("{} ", word.word)),
        snippet: None,
        further: Vec::new(),
        rank,
    }
}

fn keywords(words: &[Word], span: Span) -> Vec<Completion> {
    words.iter().map(|word| keyword(word, span, 0)).collect()
}

fn plain(label: &str, kind: CompletionKind, detail: Option<String>, span: Span) -> Completion {
    let edit = Edit::new(span, label);
    let label = label.to_owned();
    Completion { label, kind, detail, docs: None, edit, snippet: None, further: Vec::new(), rank: 0 }
}

/// In a schema: the beginning of a column, and what may stand behind its type.
fn schema(before: &Before<'_>, span: Span) -> Option<Vec<Completion>> {
    match before.last() {
        "{" | "," => {
            let mut found = keywords(&words::ROLES, span);
            found.push(plain("unique", CompletionKind::Keyword, Some("`unique [a, b]`".to_owned()), span));
            Some(found)
        }
        "parsed" => {
            let forms =
                [("us", "microseconds since 1970"), ("ms", "milliseconds"), ("s", "seconds"), ("ns", "nanoseconds")];
            Some(forms.map(|(form, about)| plain(form, CompletionKind::Choice, Some(about.to_owned()), span)).into())
        }
        _ => {
            let item = before.tokens.iter().rposition(|token| matches!(*token, "," | "{"))?;
            let of_column = &before.tokens[item + 1..];
            let colon = of_column.iter().position(|token| *token == ":")?;
            (of_column.len() > colon + 1).then(|| keywords(&words::COLUMN_ENDS, span))
        }
    }
}

/// Where a statement begins. In a node an expression may begin there too: the tree says which.
fn statement(before: &Before<'_>, of: &str, span: Span) -> Option<Vec<Completion>> {
    let opening = before.tokens[*before.open.last()?];
    let within = before.tokens.get(*before.open.last()? + 1);
    let in_body =
        opening == "{" && (before.open.len() == 1 || within.is_some_and(|word| gml_syntax::STATEMENTS.contains(word)));
    let goes_on = matches!(
        before.last(),
        "=" | "|>"
            | ">>"
            | ","
            | "and"
            | "or"
            | "not"
            | "in"
            | "as"
            | "+"
            | "-"
            | "*"
            | "/"
            | "=="
            | "??"
            | "then"
            | "else"
            | "save"
            | "track"
            | "expect"
            | "when"
            | "for"
            | "let"
            | "run"
            | "if"
            | "."
    );
    if !in_body || goes_on || !(before.begins_line || before.last() == "{") || of == "node" {
        return None;
    }
    let words =
        words::STATEMENTS.iter().filter(|word| of == "pipeline" || matches!(word.word, "let" | "expect" | "for"));
    Some(words.map(|word| keyword(word, span, 0)).collect())
}

/// Lints that can be allowed.
fn lints(span: Span) -> Vec<Completion> {
    let lints = Code::all().filter(|code| code.severity() != Severity::Error);
    lints
        .map(|code| {
            plain(&code.name().replace('-', "_"), CompletionKind::Choice, Some(code.summary().to_owned()), span)
        })
        .collect()
}

/// `use a.b.{c}`: modules, and the names that one has.
fn imports(source: Source<'_>, file: FileId, before: &Before<'_>, span: Span) -> Vec<Completion> {
    let place = before.tokens.iter().rposition(|token| *token == "use").map_or(0, |place| place + 1);
    let behind = &before.tokens[place..];
    match behind.iter().position(|token| *token == "{") {
        Some(brace) => {
            let path: String = behind[..brace].concat();
            let path = path.trim_end_matches('.');
            let taken = &behind[brace + 1..];
            names_of(source, file, path, span).into_iter().filter(|it| !taken.contains(&it.label.as_str())).collect()
        }
        None => {
            let path: String = behind.concat();
            let mut found = Vec::new();
            for module in modules(source, file) {
                // `use std.pr|`: what is left of the path.
                if let Some(rest) = module.strip_prefix(path.as_str()).filter(|rest| !rest.is_empty()) {
                    let mut proposal = plain(rest, CompletionKind::Module, Some(format!("use {module}")), span);
                    proposal.snippet = Some(format!("{rest}.{{$0}}"));
                    found.push(proposal);
                }
            }
            if let Some(module) = path.strip_suffix('.') {
                found.extend(names_of(source, file, module, span));
            }
            found
        }
    }
}

/// Modules that a file could use: those beside it, those beside the main file and those of the standard library.
fn modules(source: Source<'_>, file: FileId) -> Vec<String> {
    let path = source.package.sources.path(file);
    let mut names: Vec<String> = Vec::new();
    for folder in [folder_of(path), folder_of(source.main)] {
        for beside in source.world.modules_in(folder) {
            let name = beside.rsplit('/').next().unwrap_or(&beside);
            let name = name.strip_suffix(".gml").unwrap_or(name).to_owned();
            let is_usable = beside != path && beside != source.main;
            if is_usable && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter().chain(library::modules().map(str::to_owned)).collect()
}

/// The names that a module declares.
fn names_of(source: Source<'_>, file: FileId, module: &str, span: Span) -> Vec<Completion> {
    if module.starts_with("std.") {
        let names = library::names().iter().filter(|name| name.module == module);
        let mut found: Vec<Completion> = Vec::new();
        for name in names {
            let kind = if name.is_operator() { CompletionKind::Operator } else { CompletionKind::Function };
            let mut proposal = plain(name.name(), kind, Some(super::calls::headline(&name.ast)), span);
            proposal.docs = Some(join(&[code(&name.text), name.docs.clone()]));
            found.push(proposal);
        }
        return found;
    }
    let paths = module_paths(source.package.sources.path(file), source.main, module);
    let Some(text) = paths.iter().find_map(|path| source.world.read(path).ok()) else { return Vec::new() };
    let parsed = gml_syntax::parse(FileId(0), &text);
    let declared = parsed.module.items.iter().flat_map(|item| {
        let docs = item.docs.as_deref();
        super::names::declared(item).into_iter().map(move |(name, kind)| (name, kind, docs))
    });
    declared
        .map(|(name, kind, docs)| Completion { docs: docs.map(str::to_owned), ..plain(name, kind, None, span) })
        .collect()
}
