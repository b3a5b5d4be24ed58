//! What could be written where the cursor is, also where the text around it is not whole.
//!
//! A name is put at the cursor, what is open is closed ([`repair`]), and the checker is asked what it would take there:
//! the row at hand, the type that is due, the names in scope.

mod calls;
mod columns;
mod due;
mod heads;
mod imports;
mod names;
pub(crate) mod place;
mod repair;

use std::sync::Arc;

use gml_analysis::inspect::{Context, Inspection, inspect};
use gml_analysis::package::{ModuleId, Package};
use gml_analysis::{ReadError, World, resolve};
use gml_diagnostics::{FileId, Span};
use gml_syntax::{TokenKind, tokens};

use crate::edit::Edit;
use crate::facts::{Facts, Site};
use place::Place;

/// What kind of thing is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A column of the row at hand.
    Column,
    /// A field of a struct or a part of a result.
    Field,
    /// A function, an aggregate or a window function.
    Function,
    /// A step of the graph.
    Operator,
    /// `node`
    Node,
    /// `pipeline`
    Pipeline,
    /// A catalog entry.
    Dataset,
    /// `param`
    Param,
    /// A `let`, a loop name, a parameter.
    Local,
    /// `schema`
    Schema,
    /// A type of the language.
    Type,
    /// A word of the language.
    Keyword,
    /// A value of an enum.
    Choice,
    /// A file or a module of the standard library.
    Module,
    /// The name of an argument.
    Argument,
    /// `connection`
    Connection,
    /// `env`
    Env,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// One line about it: its type, its signature.
    pub detail: Option<String>,
    /// Markdown.
    pub docs: Option<String>,
    /// What is put in place of the word at the cursor.
    pub edit: Edit,
    /// The same with `$0` where the cursor goes, for editors that know snippets.
    pub snippet: Option<String>,
    /// Edits elsewhere in the file: a `use`.
    pub further: Vec<Edit>,
    /// Proposals of a lower rank come first; within a rank the order is that of the list.
    pub rank: u8,
}

/// What a program is read from, to read it again with another text of one file.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its files.
    pub world: &'a dyn World,
    /// The path of its main file.
    pub main: &'a str,
    /// What they hold.
    pub package: &'a Package,
}

/// Proposals for a place of a file, best first.
pub fn complete(source: Source<'_>, file: FileId, offset: u32) -> Vec<Completion> {
    let text = source.package.sources.shared_text(file);
    let at = text.floor_char_boundary(offset as usize);
    let word = word_before(&text, at);
    let span = Span::new(file, offset_of(word), offset_of(at));
    match token_at(&text, at) {
        Some(TokenKind::Comment) => return Vec::new(),
        Some(TokenKind::Number | TokenKind::Date) if word == at || !starts_word(&text, word) => return Vec::new(),
        _ => {}
    }
    let mut found = match heads::complete(source, file, &text, word, span) {
        Some(found) => found,
        None => in_declaration(source, file, &text, at, span),
    };
    found.sort_by_key(|found| found.rank);
    let mut seen = std::collections::HashSet::new();
    found.retain(|proposal| seen.insert((proposal.label.clone(), proposal.kind)));
    found
}

fn in_declaration(source: Source<'_>, file: FileId, text: &str, at: usize, span: Span) -> Vec<Completion> {
    let Some(repaired) = repair::repair(text, at) else { return Vec::new() };
    let path = source.package.sources.path(file).to_owned();
    let world = Overlay { under: source.world, path: &path, text: repaired.text.into() };
    let package = resolve::resolve_beside(&world, source.main, source.package);
    let Some(there) = package.sources.find(&path) else { return Vec::new() };
    let facts = Facts::new(&package);
    let Some(site) = facts.site_at(there, repaired.at) else { return Vec::new() };
    let inspection = inspect(&package, &[(site.module, site.item)], Some(repaired.at)).pop().unwrap_or_default();
    let facts = Facts::with(&package, site, inspection.clone());
    let Some(item) = facts.item(site) else { return Vec::new() };
    let Some(place) = place::find(item, repaired.at) else { return Vec::new() };
    let mut scope = Scope {
        source,
        facts: &facts,
        site,
        item,
        inspection: &inspection,
        context: inspection.context(),
        text,
        at,
        span,
        found: Vec::new(),
    };
    scope.propose(place);
    scope.found
}

/// All that is known while proposals are gathered.
struct Scope<'s, 'a> {
    source: Source<'s>,
    /// Of the repaired text.
    facts: &'s Facts<'a>,
    site: Site,
    item: &'a gml_syntax::ast::Item,
    inspection: &'s Inspection,
    context: Option<&'s Context>,
    /// As it was typed.
    text: &'s str,
    at: usize,
    /// The word before the cursor, in the text as it was typed.
    span: Span,
    found: Vec<Completion>,
}

impl Scope<'_, '_> {
    fn propose(&mut self, place: Place<'_>) {
        match place {
            Place::Column(name) => self.columns(name.span),
            Place::Field { of, name, optional } => self.fields(of, name.span, optional),
            Place::Callee { call, name } => self.callees(call, name),
            Place::Name(expr) => self.expression(expr),
            Place::Text(expr) => self.texts(expr),
            Place::Type => self.types(),
            Place::Entry => self.datasets(0),
            Place::Run => self.pipelines(),
            Place::Setting(path, name) => self.settings(path, name),
            Place::SettingOf => {
                self.pipelines();
                self.named_nodes();
            }
            Place::Base => self.envs(),
            Place::Key(table) => self.keys(table),
            Place::Unique => self.own_columns(),
        }
    }

    /// A proposal that puts its label in place of the word.
    fn add(&mut self, label: &str, kind: CompletionKind, rank: u8) -> &mut Completion {
        let at = self.found.len();
        let edit = Edit::new(self.span, label);
        self.found.push(Completion {
            label: label.to_owned(),
            kind,
            detail: None,
            docs: None,
            edit,
            snippet: None,
            further: Vec::new(),
            rank,
        });
        &mut self.found[at]
    }

    fn package(&self) -> &Package {
        self.facts.package
    }

    fn module(&self) -> ModuleId {
        self.site.module
    }
}

/// Another text for one file.
struct Overlay<'w> {
    under: &'w dyn World,
    path: &'w str,
    text: Arc<str>,
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        if path == self.path { Ok(self.text.clone()) } else { self.under.read(path) }
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        self.under.beside(path)
    }

    fn modules_in(&self, folder: &str) -> Vec<String> {
        self.under.modules_in(folder)
    }
}

/// Where the word begins that ends at `at`.
fn word_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len()
}

fn starts_word(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// What kind of token the byte before `at` is in.
fn token_at(text: &str, at: usize) -> Option<TokenKind> {
    let (start, _) = repair::declaration_around(text, at);
    let rest = text.get(start..)?;
    let at = at - start;
    let inside = tokens(rest).take_while(|token| token.start < at).last()?;
    (inside.end >= at || inside.kind == TokenKind::Comment && !rest.get(inside.end..at)?.contains('\n'))
        .then_some(inside.kind)
}

fn offset_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
