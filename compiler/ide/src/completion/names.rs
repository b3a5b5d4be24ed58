//! Bare names: locals, declarations, types, datasets, words.

use gml_analysis::package::Definition;
use gml_analysis::types::{Fit, assignable};
use gml_diagnostics::Span;
use gml_ir::Type;
use gml_syntax::ast::{Expr, Item, ItemKind, Name};

use super::due::gives;
use super::{CompletionKind, Scope};
use crate::describe::{brief, code};
use crate::facts::Site;
use crate::hover::join;
use crate::{library, words};

impl Scope<'_, '_> {
    /// Where an expression may stand.
    pub(super) fn expression(&mut self, expr: &Expr) {
        if let Some(values) = self.values_due(expr) {
            // A value that is due is written by its bare name; one that is compared with, as a text.
            let due = self.context.and_then(|context| context.expected.as_ref());
            let bare = due.is_some_and(|due| super::place::choices(due).is_some());
            for value in values {
                let label = if bare { value } else { format!("{value:?}") };
                self.add(&label, CompletionKind::Choice, 0);
            }
        }
        self.arguments(expr);
        self.searched(expr);
        let each = self.each();
        if let Some(row) = self.context.and_then(|context| context.row.as_ref()).map(|row| row.row.clone()) {
            for column in &row.columns {
                let label = format!(".{}", column.name);
                let proposal = self.add(&label, CompletionKind::Column, 2);
                proposal.detail = Some(brief(&column.ty));
            }
        }
        self.locals();
        if each.is_none() {
            if self.context.is_some_and(|context| context.in_pipeline) {
                self.datasets(2);
            }
            self.nodes(None, 3);
        }
        self.params();
        self.functions();
        let due = self.own_type_due(expr);
        for name in library::names() {
            if Self::fits_space(name.ast.kind, each) {
                let known = name.prelude
                    || matches!(self.package().lookup(self.module(), name.name()), Some(Definition::Std(_)));
                let is_due = due.as_ref().is_some_and(|due| gives(name, due));
                let rank = if is_due { u8::from(!known) } else { 4 + 2 * u8::from(!known) };
                self.library_name(name, rank, false);
            }
        }
        for word in &words::EXPRESSIONS {
            self.add(word.word, CompletionKind::Keyword, 5).detail = Some(word.about.to_owned());
        }
        // A schema is no value, but some steps are given one.
        self.schemas(7);
        if matches!(self.item.kind, ItemKind::Node(_)) && self.begins_line() {
            self.add("let", CompletionKind::Keyword, 1).edit.text = "let ".to_owned();
        }
    }

    fn begins_line(&self) -> bool {
        let before = self.text.get(..self.span.start as usize).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("").trim().is_empty()
    }

    /// The rank of a value of a type: the best where that type is due, else the one that is given.
    fn fitting(&self, ty: &Type, rank: u8) -> u8 {
        let due = self.context.and_then(|context| context.expected.as_ref());
        let fits = due.is_some_and(|due| !due.is_silent() && !ty.is_silent() && assignable(ty, due) != Fit::No);
        if fits { 0 } else { rank }
    }

    fn locals(&mut self) {
        let Some(context) = self.context else { return };
        for local in context.locals.iter().rev() {
            // `let x = |` does not know its own name, and what is typed is no local.
            if local.declared.contains(self.span.start) && local.declared.file == self.span.file {
                continue;
            }
            let detail = brief(&local.ty);
            let docs = Self::rows_of(&local.ty);
            let rank = self.fitting(&local.ty, 1);
            let proposal = self.add(&local.name, CompletionKind::Local, rank);
            proposal.detail = Some(detail);
            proposal.docs = docs;
        }
    }

    /// Docs of a declaration with its text.
    fn about(&self, site: Site, name: Span) -> Option<String> {
        let item = self.facts.item(site)?;
        let (text, docs) = match &item.kind {
            ItemKind::Catalog(catalog) => {
                let entry = catalog.entries.iter().find(|entry| entry.name.span == name)?;
                (self.facts.text(entry.name.span.to(entry.value.span)).to_owned(), entry.docs.clone())
            }
            _ => (self.facts.head(site)?, item.docs.clone()),
        };
        Some(join(&[code(&text), docs.as_deref().unwrap_or("").to_owned()]))
    }

    /// Catalog entries.
    pub(super) fn datasets(&mut self, rank: u8) {
        for dataset in &self.facts.package.datasets {
            let declared = &dataset.declared;
            let here = self.package().lookup(self.module(), &declared.name);
            if !matches!(here, Some(Definition::Dataset(_))) {
                continue;
            }
            let docs = self.about(Site { module: declared.module, item: declared.item }, declared.name_span);
            let detail = brief(&dataset.ty);
            let rank = self.fitting(&dataset.ty, rank);
            let proposal = self.add(&declared.name, CompletionKind::Dataset, rank);
            proposal.detail = Some(detail);
            proposal.docs = docs;
        }
    }

    fn params(&mut self) {
        for param in &self.facts.package.params {
            let declared = &param.declared;
            if !matches!(self.package().lookup(self.module(), &declared.name), Some(Definition::Param(_))) {
                continue;
            }
            let docs = self.about(Site { module: declared.module, item: declared.item }, declared.name_span);
            let detail = brief(&param.ty);
            let rank = self.fitting(&param.ty, 2);
            let proposal = self.add(&declared.name, CompletionKind::Param, rank);
            proposal.detail = Some(detail);
            proposal.docs = docs;
        }
    }

    /// `fn`s.
    pub(super) fn functions(&mut self) {
        for place in 0..self.facts.package.functions.len() {
            self.function(place, 3, false);
        }
    }

    pub(super) fn function(&mut self, place: usize, rank: u8, has_receiver: bool) {
        let function = &self.facts.package.functions[place];
        let declared = &function.declared;
        if !matches!(self.package().lookup(self.module(), &declared.name), Some(Definition::Function(_))) {
            return;
        }
        let site = Site { module: declared.module, item: declared.item };
        let docs = self.about(site, declared.name_span);
        let detail = self.facts.head(site);
        let alone = function.params.len() <= usize::from(has_receiver);
        let name = declared.name.clone();
        let brackets = !self.followed_by_bracket();
        let proposal = self.add(&name, CompletionKind::Function, rank);
        proposal.detail = detail;
        proposal.docs = docs;
        proposal.snippet = brackets.then(|| if alone { format!("{name}()") } else { format!("{name}($0)") });
    }

    /// Schemas.
    pub(super) fn schemas(&mut self, rank: u8) {
        for schema in &self.facts.package.schemas {
            let declared = &schema.declared;
            if !matches!(self.package().lookup(self.module(), &declared.name), Some(Definition::Schema(_))) {
                continue;
            }
            let item = self.facts.item(Site { module: declared.module, item: declared.item });
            let docs = item.and_then(|item| item.docs.clone());
            let rows = crate::describe::row(&schema.row);
            let proposal = self.add(&declared.name, CompletionKind::Schema, rank);
            proposal.detail = Some("schema".to_owned());
            proposal.docs = Some(join(&[docs.as_deref().unwrap_or("").to_owned(), rows]));
        }
    }

    /// Where a type may stand.
    pub(super) fn types(&mut self) {
        for word in &words::TYPES {
            let brackets = word.about.starts_with(&format!("`{}[", word.word));
            let proposal = self.add(word.word, CompletionKind::Type, 1);
            proposal.detail = Some(word.about.to_owned());
            proposal.snippet = brackets.then(|| format!("{}[$0]", word.word));
        }
        self.schemas(0);
    }

    pub(super) fn pipelines(&mut self) {
        for pipeline in &self.facts.package.pipelines {
            let declared = &pipeline.declared;
            let docs = self.about(Site { module: declared.module, item: declared.item }, declared.name_span);
            let name = declared.name.clone();
            let proposal = self.add(&name, CompletionKind::Pipeline, 0);
            proposal.docs = docs;
        }
    }

    pub(super) fn named_nodes(&mut self) {
        for node in &self.facts.package.nodes {
            let declared = &node.declared;
            let docs = self.about(Site { module: declared.module, item: declared.item }, declared.name_span);
            let name = declared.name.clone();
            self.add(&name, CompletionKind::Node, 1).docs = docs;
        }
    }

    pub(super) fn envs(&mut self) {
        let own = self.facts.item(self.site).map(|item| item.span);
        for env in &self.facts.package.envs {
            if own.is_none_or(|own| !own.contains(env.declared.name_span.start)) {
                self.add(&env.declared.name, CompletionKind::Env, 0);
            }
        }
    }

    /// The left side of a setting.
    pub(super) fn settings(&mut self, path: &[Name], name: &Name) {
        let first = path.first().is_some_and(|first| first.span == name.span);
        if !first {
            if path.first().is_some_and(|first| &*first.text == "catalog") {
                for dataset in &self.facts.package.datasets {
                    let detail = brief(&dataset.ty);
                    self.add(&dataset.declared.name, CompletionKind::Dataset, 0).detail = Some(detail);
                }
            }
            return;
        }
        for param in &self.facts.package.params {
            let detail = brief(&param.ty);
            self.add(&param.declared.name, CompletionKind::Param, 0).detail = Some(detail);
        }
        let settings = [
            ("catalog", "`catalog.entry = ..`: another place for a dataset"),
            ("resources", "`resources(name) = { cpu: 8, memory: 30GiB }`: what a pipeline or a node gets"),
            ("tracking", "`tracking = ..`: where runs are recorded"),
        ];
        for (word, about) in settings {
            self.add(word, CompletionKind::Keyword, 1).detail = Some(about.to_owned());
        }
    }
}

/// The names that a declaration gives to other files.
pub(super) fn declared(item: &Item) -> Vec<(&str, CompletionKind)> {
    use CompletionKind as Kind;
    match &item.kind {
        ItemKind::Param(param) => vec![(&param.name.text, Kind::Param)],
        ItemKind::Schema(schema) => vec![(&schema.name.text, Kind::Schema)],
        ItemKind::Connection(connection) => vec![(&connection.name.text, Kind::Connection)],
        ItemKind::Catalog(catalog) => catalog.entries.iter().map(|entry| (&*entry.name.text, Kind::Dataset)).collect(),
        ItemKind::Function(function) => vec![(&function.name.text, Kind::Function)],
        ItemKind::Node(node) => vec![(&node.name.text, Kind::Node)],
        ItemKind::Pipeline(pipeline) => vec![(&pipeline.name.text, Kind::Pipeline)],
        _ => Vec::new(),
    }
}
