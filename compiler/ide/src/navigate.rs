//! From a name to where it is declared, and to all places that name the same.

use gml_analysis::package::Package;
use gml_diagnostics::{FileId, Span};

use crate::facts::{Facts, Site};
use crate::symbol::{Occurrence, Symbol};

/// A place that names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub span: Span,
    /// Whether the thing is declared there.
    pub is_declaration: bool,
}

/// Where something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: Span,
    /// All of its declaration.
    pub all: Span,
}

/// What stands at a place of a file and where it is declared: several targets for a name that stands for several things.
pub fn definition(package: &Package, file: FileId, offset: u32) -> Option<(Span, Vec<Target>)> {
    let facts = Facts::new(package);
    let found = facts.occurrences_at(file, offset);
    let span = found.first()?.span;
    let mut targets: Vec<Target> = Vec::new();
    for occurrence in found {
        let name = occurrence.symbol.declared;
        let item = facts.site_of(name).and_then(|site| facts.item(site));
        // A file as a whole, or a name within a declaration: around a column its line is enough.
        let all = match item {
            Some(item) if is_named(item, name) => item.span,
            _ => name,
        };
        targets.push(Target { name, all });
    }
    targets.dedup();
    Some((span, targets))
}

/// Whether `name` is the name of the declaration itself.
fn is_named(item: &gml_syntax::ast::Item, name: Span) -> bool {
    use gml_syntax::ast::ItemKind as Kind;
    let own = match &item.kind {
        Kind::Param(it) => it.name.span,
        Kind::Schema(it) => it.name.span,
        Kind::Connection(it) => it.name.span,
        Kind::Function(it) => it.name.span,
        Kind::Node(it) => it.name.span,
        Kind::Pipeline(it) => it.name.span,
        Kind::Env(it) => it.name.span,
        Kind::Test(it) => it.name_span,
        Kind::Signature(it) => it.name.span,
        Kind::TypeAlias(it) => it.name.span,
        Kind::Unread(name) => name.span,
        Kind::Use(_) | Kind::Catalog(_) => return false,
    };
    own == name
}

/// All places of the project that name what stands at a place, in the order of files and text.
pub fn references(package: &Package, file: FileId, offset: u32) -> Vec<Reference> {
    let facts = Facts::new(package);
    let symbols: Vec<Symbol> = facts.occurrences_at(file, offset).iter().map(|found| found.symbol).collect();
    let found = everywhere(&facts, &symbols);
    found.iter().map(reference).collect()
}

/// The places of one file that name what stands at a place.
pub fn highlights(package: &Package, file: FileId, offset: u32) -> Vec<Reference> {
    let facts = Facts::new(package);
    let symbols: Vec<Symbol> = facts.occurrences_at(file, offset).iter().map(|found| found.symbol).collect();
    let Some(module) = facts.module_of(file) else { return Vec::new() };
    let sites = (0..package.module(module).ast.items.len()).map(|item| Site { module, item });
    let found = within(&facts, &symbols, sites.collect());
    found.iter().map(reference).collect()
}

fn reference(found: &Occurrence) -> Reference {
    Reference { span: found.span, is_declaration: found.is_declaration() }
}

/// All places of the project that name one of these.
pub(crate) fn everywhere(facts: &Facts<'_>, symbols: &[Symbol]) -> Vec<Occurrence> {
    let sites =
        facts.own_modules().flat_map(|(module, it)| (0..it.ast.items.len()).map(move |item| Site { module, item }));
    within(facts, symbols, sites.collect())
}

/// Only declarations whose text has the name, or another name that an import gave it, are looked into.
fn within(facts: &Facts<'_>, symbols: &[Symbol], sites: Vec<Site>) -> Vec<Occurrence> {
    if symbols.is_empty() {
        return Vec::new();
    }
    let names = names_of(facts, symbols);
    let mentions = |site: &Site| {
        let text = facts.item(*site).map_or("", |item| facts.text(item.span));
        names.iter().any(|name| text.contains(name.as_str()))
    };
    let sites: Vec<Site> = sites.into_iter().filter(mentions).collect();
    facts.inspect_all(&sites);
    let is_name = |span: Span| names.iter().any(|name| facts.text(span) == name);
    let mut found: Vec<Occurrence> = Vec::new();
    for site in sites {
        let occurrences = facts.occurrences_where(site, &is_name);
        found.extend(occurrences.into_iter().filter(|found| symbols.contains(&found.symbol)));
    }
    found.sort_by_key(|found| (found.span.file, found.span.start));
    found.dedup_by_key(|found| found.span);
    found
}

/// The names of symbols, with those that imports give them.
fn names_of(facts: &Facts<'_>, symbols: &[Symbol]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for symbol in symbols {
        let declared = if symbol.declared.is_empty() {
            let module = facts.module_of(symbol.declared.file);
            let name = module.map(|module| facts.package.module(module).name.clone()).unwrap_or_default();
            name.rsplit('.').next().unwrap_or("").to_owned()
        } else {
            facts.text(symbol.declared).to_owned()
        };
        names.push(declared);
        for (_, module) in facts.own_modules() {
            for (name, _) in &module.imports {
                let means = module.scope.get(name).and_then(|it| Symbol::of(facts.package, it));
                if means == Some(*symbol) {
                    names.push(name.to_string());
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| !name.is_empty());
    names
}
