//! What a name stands for: the same thing wherever it is named.

use gml_analysis::inspect::Meaning;
use gml_analysis::package::{Declared, Definition, Module, ModuleId, Package, SignatureId};
use gml_analysis::resolve::module_paths;
use gml_diagnostics::{FileId, Span};
use gml_syntax::ast::{Expr, ExprKind, ItemKind, Name, SignatureKind, TypeExpr, TypeKind, Use};

use crate::facts::{Binder, Facts, Site};
use crate::tree;

/// What kind of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// `param`
    Param,
    /// `schema`
    Schema,
    /// A catalog entry.
    Dataset,
    /// `fn`
    Function,
    /// `node`
    Node,
    /// `pipeline`
    Pipeline,
    /// `connection`
    Connection,
    /// `env`
    Env,
    /// `test`
    Test,
    /// A file.
    Module,
    /// A parameter of a declaration.
    Parameter,
    /// A `let` or a loop name.
    Local,
    /// A column of a table or a field of a struct.
    Column,
    /// A value of an enum.
    Choice,
    /// A name of the standard library.
    Library,
    /// A step of the graph that the standard library declares.
    Operator,
    /// A type.
    Type,
}

/// Something with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Symbol {
    pub kind: SymbolKind,
    /// Where it is declared, which tells it from all others. Overloads of the standard library share the first one's.
    pub declared: Span,
}

/// A place that names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub span: Span,
    pub symbol: Symbol,
}

impl Occurrence {
    /// Whether it stands where the thing is declared.
    pub fn is_declaration(&self) -> bool {
        self.span == self.symbol.declared
    }
}

impl Symbol {
    /// What a name of a module means.
    pub fn of(package: &Package, definition: &Definition) -> Option<Self> {
        use SymbolKind as Kind;
        let at = |kind, declared: Option<&Declared>| declared.map(|it| Self { kind, declared: it.name_span });
        match definition {
            Definition::Param(id) => at(Kind::Param, package.params.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Schema(id) => at(Kind::Schema, package.schemas.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Dataset(id) => at(Kind::Dataset, package.datasets.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Function(id) => at(Kind::Function, package.functions.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Node(id) => at(Kind::Node, package.nodes.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Pipeline(id) => at(Kind::Pipeline, package.pipelines.get(id.0 as usize).map(|it| &it.declared)),
            Definition::Connection(id) => {
                at(Kind::Connection, package.connections.get(*id as usize).map(|it| &it.declared))
            }
            Definition::Std(ids) => Self::of_signature(package, *ids.first()?),
            Definition::Alias(_) | Definition::Unknown => None,
        }
    }

    /// The name of the standard library that an overload is of.
    pub fn of_signature(package: &Package, id: SignatureId) -> Option<Self> {
        let this = package.signatures.get(id.0 as usize)?;
        let same = |other: &&gml_analysis::package::SignatureDecl| {
            other.declared.module == this.declared.module && other.declared.name == this.declared.name
        };
        let first = package.signatures.iter().find(same)?;
        let kind = if this.ast.kind == SignatureKind::Operator { SymbolKind::Operator } else { SymbolKind::Library };
        Some(Self { kind, declared: first.declared.name_span })
    }

    fn module(file: FileId) -> Self {
        Self { kind: SymbolKind::Module, declared: Span::new(file, 0, 0) }
    }
}

impl<'a> Facts<'a> {
    /// What stands at an offset: the places that name something there. Several where one name stands for several things,
    /// as a key of a join does.
    pub fn occurrences_at(&self, file: FileId, offset: u32) -> Vec<Occurrence> {
        let Some(site) = self.site_at(file, offset) else { return Vec::new() };
        let all = self.occurrences_where(site, &|span| tree::touches(span, offset));
        let within: Vec<Occurrence> = all.iter().filter(|found| found.span.contains(offset)).copied().collect();
        if within.is_empty() { all } else { within }
    }

    /// The places of a declaration that name something and that are wanted, in the order of the text. Where columns come
    /// from is looked up for these alone.
    pub fn occurrences_where(&self, site: Site, wanted: &dyn Fn(Span) -> bool) -> Vec<Occurrence> {
        let mut found = Found { facts: self, site, wanted, occurrences: Vec::new() };
        found.declared();
        found.types();
        found.tables();
        found.mentions();
        let mut occurrences = found.occurrences;
        occurrences.sort_by_key(|it| (it.span.start, it.span.end, it.symbol.declared.file, it.symbol.declared.start));
        occurrences.dedup();
        occurrences
    }

    /// The parameter of that name of something that can be called.
    fn parameter(&self, of: &Definition, name: &str) -> Option<Span> {
        let declared = match of {
            Definition::Function(id) => &self.package.functions.get(id.0 as usize)?.declared,
            Definition::Node(id) => &self.package.nodes.get(id.0 as usize)?.declared,
            Definition::Pipeline(id) => &self.package.pipelines.get(id.0 as usize)?.declared,
            Definition::Std(ids) => {
                let signatures = ids.iter().filter_map(|id| self.package.signatures.get(id.0 as usize));
                let mut params = signatures.flat_map(|signature| &signature.ast.params);
                return params.find(|param| *param.name.text == *name).map(|param| param.name.span);
            }
            _ => return None,
        };
        let item = self.package.item(declared);
        tree::params(item).iter().find(|param| *param.name.text == *name).map(|param| param.name.span)
    }
}

struct Found<'f, 'a> {
    facts: &'f Facts<'a>,
    site: Site,
    wanted: &'f dyn Fn(Span) -> bool,
    occurrences: Vec<Occurrence>,
}

impl<'a> Found<'_, 'a> {
    fn add(&mut self, span: Span, symbol: Option<Symbol>) {
        if let Some(symbol) = symbol.filter(|_| (self.wanted)(span)) {
            self.occurrences.push(Occurrence { span, symbol });
        }
    }

    fn named(&mut self, name: &Name, definition: Option<&Definition>) {
        let symbol = definition.and_then(|definition| Symbol::of(self.facts.package, definition));
        self.add(name.span, symbol);
    }

    fn here(&mut self, kind: SymbolKind, span: Span) {
        self.add(span, Some(Symbol { kind, declared: span }));
    }

    /// The names that the declaration gives, and those that stand outside of its expressions and types.
    fn declared(&mut self) {
        use SymbolKind as Kind;
        let Some(item) = self.facts.item(self.site) else { return };
        let package = self.facts.package;
        match &item.kind {
            ItemKind::Use(taken) => self.imports(taken),
            ItemKind::Param(param) => self.here(Kind::Param, param.name.span),
            ItemKind::Schema(schema) => {
                self.here(Kind::Schema, schema.name.span);
                for name in schema.unique.iter().flatten() {
                    let column = schema.columns.iter().find(|column| column.column.name.text == name.text);
                    let symbol = column.map(|column| column_at(column.column.name.span));
                    self.add(name.span, symbol);
                }
            }
            ItemKind::Connection(connection) => self.here(Kind::Connection, connection.name.span),
            ItemKind::Catalog(catalog) => {
                for entry in &catalog.entries {
                    self.here(Kind::Dataset, entry.name.span);
                }
            }
            ItemKind::Function(function) => self.here(Kind::Function, function.name.span),
            ItemKind::Node(node) => self.here(Kind::Node, node.name.span),
            ItemKind::Pipeline(pipeline) => self.here(Kind::Pipeline, pipeline.name.span),
            ItemKind::Env(env) => {
                self.here(Kind::Env, env.name.span);
                if let Some(base) = &env.extends
                    && let Some(place) = package.env_named(&base.text)
                {
                    let declared = package.envs[place].declared.name_span;
                    self.add(base.span, Some(Symbol { kind: Kind::Env, declared }));
                }
                for setting in &env.settings {
                    self.setting(&setting.path, setting.of.as_ref());
                }
            }
            ItemKind::Test(test) => self.here(Kind::Test, test.name_span),
            ItemKind::Signature(_) | ItemKind::TypeAlias(_) | ItemKind::Unread(_) => {}
        }
        for column in tree::columns(item) {
            self.here(Kind::Column, column.name.span);
        }
    }

    fn imports(&mut self, taken: &Use) {
        let package = self.facts.package;
        let words: Vec<&str> = taken.path.iter().map(|name| &*name.text).collect();
        let target = self.module_named(&words);
        if let (Some(target), Some(last)) = (target, taken.path.last()) {
            self.add(last.span, Some(Symbol::module(package.module(target).file)));
        }
        for name in &taken.names {
            let here = name.alias.as_ref().unwrap_or(&name.name);
            let definition = package.lookup(self.site.module, &here.text);
            self.named(&name.name, definition);
            if let Some(alias) = &name.alias {
                self.named(alias, definition);
            }
        }
    }

    /// The module that a `use` of this one names.
    fn module_named(&self, words: &[&str]) -> Option<ModuleId> {
        let package = self.facts.package;
        let module = words.join(".");
        let place = if words.first() == Some(&"std") {
            package.modules.iter().position(|known| *known.name == *module)
        } else {
            let path = |module: &Module| package.sources.path(module.file);
            let (own, main) = (path(package.module(self.site.module)), path(package.modules.first()?));
            let of_project = |wanted: &String| {
                package.modules.iter().position(|known| !known.is_std && path(known) == wanted.as_str())
            };
            module_paths(own, main, &module).iter().find_map(of_project)
        };
        u32::try_from(place?).ok().map(ModuleId)
    }

    /// `root`, `catalog.events`, `resources(training)`
    fn setting(&mut self, path: &[Name], of: Option<&Name>) {
        let package = self.facts.package;
        match path {
            [name] => {
                let param = package.param_named(&name.text).map(Definition::Param);
                self.named(name, param.as_ref());
            }
            [catalog, entry] if &*catalog.text == "catalog" => {
                let dataset = package.dataset_named(&entry.text).map(Definition::Dataset);
                self.named(entry, dataset.as_ref());
            }
            _ => {}
        }
        if let Some(of) = of {
            let pipeline = package.pipeline_named(&of.text).map(Definition::Pipeline);
            let found = pipeline.or_else(|| package.node_named(&of.text).map(Definition::Node));
            self.named(of, found.as_ref());
        }
    }

    fn types(&mut self) {
        let Some(item) = self.facts.item(self.site) else { return };
        let mut names: Vec<&Name> = Vec::new();
        tree::each_type(item, |ty| {
            if let TypeKind::Named(name, _) = &ty.kind {
                names.push(name);
            }
        });
        for name in names {
            if let definition @ Some(Definition::Schema(_)) = self.facts.package.lookup(self.site.module, &name.text) {
                self.named(name, definition);
            }
        }
    }

    /// Keys of the rows of `table[T] [ .. ]`.
    fn tables(&mut self) {
        let Some(item) = self.facts.item(self.site) else { return };
        let mut tables: Vec<(&TypeExpr, &Expr)> = Vec::new();
        tree::each_expr(item, |expr| {
            if let ExprKind::Table { ty, rows } = &expr.kind {
                tables.extend(rows.iter().map(|row| (&**ty, row)));
            }
        });
        while let Some((ty, row)) = tables.pop() {
            match &row.kind {
                ExprKind::Record(fields) => {
                    for (name, value) in fields {
                        let origin = self.facts.member_of_type(self.site.module, ty, &name.text);
                        self.add(name.span, origin.map(|origin| column_at(origin.name)));
                        if let Some(crate::origin::MadeBy::Declared(column)) = origin.map(|origin| origin.made) {
                            tables.push((&column.ty, value));
                        }
                    }
                }
                ExprKind::List(items) => tables.extend(items.iter().map(|item| (ty, item))),
                _ => {}
            }
        }
    }

    fn mentions(&mut self) {
        let inspection = self.facts.inspection(self.site);
        let wanted = inspection.mentions.iter().filter(|mention| (self.wanted)(mention.span));
        let mentions: Vec<_> = wanted.collect();
        for (place, mention) in mentions.iter().enumerate() {
            let span = mention.span;
            match &mention.meaning {
                Meaning::Local { declared, .. } => {
                    let is_parameter = matches!(self.facts.binder(*declared), Some((_, Binder::Parameter(_))));
                    let kind = if is_parameter { SymbolKind::Parameter } else { SymbolKind::Local };
                    self.add(span, Some(Symbol { kind, declared: *declared }));
                }
                Meaning::Declared(definition) => {
                    // The overload that was settled on follows.
                    let settled = |other: &&gml_analysis::inspect::Mention| {
                        other.span == span && matches!(other.meaning, Meaning::Signature(_))
                    };
                    if !mentions[place..].iter().any(settled) {
                        self.add(span, Symbol::of(self.facts.package, definition));
                    }
                }
                Meaning::Signature(id) => self.add(span, Symbol::of_signature(self.facts.package, *id)),
                Meaning::Argument(of) => {
                    let declared = self.facts.parameter(of, self.facts.text(span));
                    self.add(span, declared.map(|declared| Symbol { kind: SymbolKind::Parameter, declared }));
                }
                Meaning::Column(_) => {
                    let name = self.facts.text(span);
                    for origin in self.facts.origins_of_column(self.site, span, name) {
                        self.add(span, Some(column_at(origin.name)));
                    }
                }
                Meaning::Field(_) => {
                    for origin in self.field(span) {
                        self.add(span, Some(column_at(origin)));
                    }
                }
                Meaning::Made(_) => self.here(SymbolKind::Column, span),
                Meaning::Choice(_) => {}
            }
        }
    }

    /// Where the field comes from whose name stands there.
    fn field(&self, span: Span) -> Vec<Span> {
        let Some(item) = self.facts.item(self.site) else { return Vec::new() };
        let around = tree::ancestry(item, span);
        let of = around.iter().rev().find_map(|expr| match &expr.kind {
            ExprKind::Field { of, name, .. } if name.span == span => Some((&**of, name)),
            _ => None,
        });
        let Some((of, name)) = of else { return Vec::new() };
        let origins = self.facts.origins_of_field(self.site, of, &name.text);
        origins.into_iter().map(|origin| origin.name).collect()
    }
}

fn column_at(declared: Span) -> Symbol {
    Symbol { kind: SymbolKind::Column, declared }
}
