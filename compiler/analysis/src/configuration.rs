//! `gml.toml` beside the main file: what a project wants of the compiler, which is no part of its program.
//!
//! What lives here: reading the file, with the place of everything that is wrong in it, and the levels of lints. What does
//! not: which lints there are (the table of codes) and when they are given.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use gml_diagnostics::{Code, Diagnostic, FileId, Severity, Sources, Span};
use gml_ir::Python;
use gml_syntax::ast::ExprKind;
use toml_edit::{Document, Item, TableLike, Value};

use crate::declare::{lint_named, lint_names};
use crate::message::configuration as message;
use crate::message::imports;
use crate::suggest::closest;
use crate::world::{ReadError, World};

/// The name of the file.
const FILE: &str = "gml.toml";
/// The tables that it may have.
const TABLES: [&str; 3] = ["lints", "python", "secrets"];
/// The keys of the table `python`.
const PYTHON: [&str; 2] = ["timeout", "venv"];
/// The keys of the table `secrets`.
const SECRETS: [&str; 1] = ["file"];

/// What is done with the warnings of a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// They are not given.
    Allow,
    /// They are given, as where nothing is said of the lint.
    Warn,
    /// They are errors.
    Deny,
}

impl Level {
    const WORDS: [(&'static str, Level); 3] = [("allow", Self::Allow), ("warn", Self::Warn), ("deny", Self::Deny)];
}

/// What `gml.toml` says; nothing where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Configuration {
    levels: BTreeMap<Code, Level>,
    /// What nodes in Python run with.
    pub(crate) python: Python,
}

impl Configuration {
    /// Reads the file beside `main`, where there is one. Its text is added to the sources only where it is wrong.
    pub(crate) fn read(
        world: &dyn World,
        main: &str,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let folder = main.rfind(['/', '\\']).map_or("", |end| &main[..=end]);
        let path = format!("{folder}{FILE}");
        match world.read(&path) {
            Ok(text) => Reader::read(&path, &text, sources, diagnostics),
            Err(ReadError::NotFound) => Self::default(),
            Err(error) => {
                let file = sources.add(path.as_str(), "");
                diagnostics.push(imports::unreadable(&path, &error, Span::new(file, 0, 0)));
                Self::default()
            }
        }
    }

    /// Leaves out the warnings that are allowed, and makes errors of those that are denied.
    pub(crate) fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        if self.levels.is_empty() {
            return;
        }
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.severity == Severity::Error {
                return true;
            }
            match self.levels.get(&diagnostic.code) {
                Some(Level::Allow) => return false,
                Some(Level::Deny) => diagnostic.severity = Severity::Error,
                Some(Level::Warn) | None => {}
            }
            true
        });
    }
}

/// The file while it is read.
struct Reader<'r> {
    file: FileId,
    text: &'r str,
    diagnostics: Vec<Diagnostic>,
    levels: BTreeMap<Code, Level>,
    python: Python,
}

impl<'r> Reader<'r> {
    fn read(path: &str, text: &Arc<str>, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) -> Configuration {
        // The place that the file will have among the sources, should it be wrong.
        let file = FileId(u32::try_from(sources.ids().count()).unwrap_or(u32::MAX));
        let mut reader =
            Reader { file, text, diagnostics: Vec::new(), levels: BTreeMap::new(), python: Python::default() };
        match Document::parse(&**text) {
            Ok(document) => reader.tables(document.as_table()),
            Err(error) => {
                let span = reader.span(error.span());
                reader.diagnostics.push(message::not_toml(error.message(), span));
            }
        }
        let Reader { diagnostics: found, levels, python, .. } = reader;
        if !found.is_empty() {
            sources.add(path, text.clone());
            diagnostics.extend(found);
        }
        Configuration { levels, python }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        let offset = |at: usize| u32::try_from(at.min(self.text.len())).unwrap_or(u32::MAX);
        let range = range.unwrap_or(0..0);
        Span::new(self.file, offset(range.start), offset(range.end))
    }

    fn key_span(&self, table: &dyn TableLike, key: &str) -> Span {
        self.span(table.key(key).and_then(toml_edit::Key::span))
    }

    fn tables(&mut self, document: &dyn TableLike) {
        for (name, item) in document.iter() {
            let span = self.key_span(document, name);
            match (name, item.as_table_like()) {
                ("lints", Some(lints)) => self.lints(lints),
                ("python", Some(python)) => self.python(python),
                ("secrets", Some(secrets)) => self.secrets(secrets),
                ("lints" | "python" | "secrets", None) => {
                    let at = self.span(item.span());
                    self.diagnostics.push(message::not_a_table(name, at));
                }
                _ => self.diagnostics.push(message::unknown_table(name, span, closest(name, TABLES), &TABLES)),
            }
        }
    }

    /// `venv = ".venv"`, `timeout = "10min"`
    fn python(&mut self, python: &dyn TableLike) {
        for (name, item) in python.iter() {
            let (at, value_at) = (self.key_span(python, name), self.span(item.span()));
            let Item::Value(Value::String(text)) = item else {
                let known = PYTHON.contains(&name);
                self.diagnostics.push(match known {
                    true => message::text_due(name, value_at),
                    false => message::unknown_key("python", name, at, closest(name, PYTHON), &PYTHON),
                });
                continue;
            };
            let text = text.value().as_str();
            match name {
                "venv" if !text.trim().is_empty() => self.python.venv = Some(text.into()),
                "timeout" => {
                    let (expr, wrong) = gml_syntax::parse_expression(self.file, text);
                    match expr.map(|expr| expr.kind) {
                        Some(ExprKind::Duration(micros)) if wrong.is_empty() && micros > 0 => {
                            self.python.timeout = Some(micros);
                        }
                        _ => self.diagnostics.push(message::duration_due(text, value_at)),
                    }
                }
                "venv" => self.diagnostics.push(message::text_due(name, value_at)),
                _ => {
                    let near = closest(name, PYTHON);
                    self.diagnostics.push(message::unknown_key("python", name, at, near, &PYTHON));
                }
            }
        }
    }

    /// Where the secrets are is read by what needs them; here it is only seen that it is said.
    fn secrets(&mut self, secrets: &dyn TableLike) {
        for (name, item) in secrets.iter() {
            match (name, item) {
                ("file", Item::Value(Value::String(_))) => {}
                ("file", _) => {
                    let at = self.span(item.span());
                    self.diagnostics.push(message::not_a_path("secrets.file", at));
                }
                _ => {
                    let at = self.key_span(secrets, name);
                    self.diagnostics.push(message::unknown_key("secrets", name, at, closest(name, SECRETS), &SECRETS));
                }
            }
        }
    }

    fn lints(&mut self, lints: &dyn TableLike) {
        for (name, item) in lints.iter() {
            let at = self.key_span(lints, name);
            let level = self.level(name, item);
            let Some(code) = lint_named(name) else {
                let diagnostic = match Code::find(&name.replace('_', "-")) {
                    Some(_) => message::no_level(name, at),
                    None => {
                        let names = lint_names();
                        message::unknown_lint(name, at, closest(name, names.iter().map(String::as_str)))
                    }
                };
                self.diagnostics.push(diagnostic);
                continue;
            };
            if let Some(level) = level
                && self.levels.insert(code, level).is_some()
            {
                self.diagnostics.push(message::lint_twice(name, code.id(), at));
            }
        }
    }

    fn level(&mut self, lint: &str, item: &Item) -> Option<Level> {
        let at = self.span(item.span());
        let Item::Value(Value::String(text)) = item else {
            self.diagnostics.push(message::bad_level(lint, None, at, None));
            return None;
        };
        let word = text.value().as_str();
        let known = Level::WORDS.iter().find(|(name, _)| *name == word).map(|(_, level)| *level);
        if known.is_none() {
            let near = closest(word, Level::WORDS.map(|(name, _)| name));
            self.diagnostics.push(message::bad_level(lint, Some(word), at, near));
        }
        known
    }
}
