//! What is known of a checked program, asked for declaration by declaration and kept while one request is answered.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gml_analysis::inspect::{Inspection, inspect};
use gml_analysis::package::{Module, ModuleId, Package};
use gml_diagnostics::{FileId, Span};
use gml_syntax::ast::{Expr, Item, ItemKind, Let, NodeBody, Parameter, Statement, StatementKind};

use crate::tree;

/// A declaration, by its module and its place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    pub module: ModuleId,
    pub item: usize,
}

/// A program and what was found out about its declarations so far.
pub(crate) struct Facts<'a> {
    pub package: &'a Package,
    known: RefCell<HashMap<Site, Rc<Inspection>>>,
    /// How many expressions may still be looked at for one origin.
    pub(crate) left: Cell<u32>,
}

/// What binds a local name.
pub(crate) enum Binder<'a> {
    /// `let`
    Let(&'a Let),
    /// A parameter.
    Parameter(&'a Parameter),
    /// `for`: the name is each of these.
    For(&'a Expr),
}

impl<'a> Facts<'a> {
    pub fn new(package: &'a Package) -> Self {
        Self { package, known: RefCell::default(), left: Cell::new(0) }
    }

    /// With what is known of one declaration already.
    pub fn with(package: &'a Package, site: Site, inspection: Inspection) -> Self {
        Self { package, known: RefCell::new(HashMap::from([(site, Rc::new(inspection))])), left: Cell::new(0) }
    }

    /// The module of a file.
    pub fn module_of(&self, file: FileId) -> Option<ModuleId> {
        let place = self.package.modules.iter().position(|module| module.file == file)?;
        u32::try_from(place).ok().map(ModuleId)
    }

    /// The modules of the project, without those of the standard library.
    pub fn own_modules(&self) -> impl Iterator<Item = (ModuleId, &'a Module)> + use<'a> {
        let modules = (0..).map(ModuleId).zip(&self.package.modules);
        modules.filter(|(_, module)| !module.is_std)
    }

    /// The tree of a declaration.
    pub fn item(&self, site: Site) -> Option<&'a Item> {
        self.package.modules.get(site.module.0 as usize)?.ast.items.get(site.item)
    }

    /// The declaration that an offset lies in or directly behind.
    pub fn site_at(&self, file: FileId, offset: u32) -> Option<Site> {
        let module = self.module_of(file)?;
        let items = &self.package.module(module).ast.items;
        let within = items.iter().position(|item| item.span.contains(offset));
        let item = within.or_else(|| items.iter().position(|item| tree::touches(item.span, offset)))?;
        Some(Site { module, item })
    }

    /// The declaration that a span lies in.
    pub fn site_of(&self, span: Span) -> Option<Site> {
        self.site_at(span.file, span.start)
    }

    /// What the checker knows of a declaration.
    pub fn inspection(&self, site: Site) -> Rc<Inspection> {
        self.inspect_all(&[site]);
        self.known.borrow().get(&site).cloned().unwrap_or_default()
    }

    /// Asks for several declarations at once, which is faster.
    pub fn inspect_all(&self, sites: &[Site]) {
        let unknown: Vec<(ModuleId, usize)> = {
            let known = self.known.borrow();
            let unknown = sites.iter().filter(|site| !known.contains_key(site));
            unknown.map(|site| (site.module, site.item)).collect()
        };
        if unknown.is_empty() {
            return;
        }
        let found = inspect(self.package, &unknown, None);
        let mut known = self.known.borrow_mut();
        for ((module, item), inspection) in unknown.into_iter().zip(found) {
            known.insert(Site { module, item }, Rc::new(inspection));
        }
    }

    /// The source text of a span.
    pub fn text(&self, span: Span) -> &'a str {
        self.package.sources.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// What binds the local name whose declaration is at that place.
    pub fn binder(&self, declared: Span) -> Option<(Site, Binder<'a>)> {
        let site = self.site_of(declared)?;
        let item = self.item(site)?;
        let param = tree::params(item).iter().find(|param| param.name.span == declared);
        let binder = match (param, &item.kind) {
            (Some(param), _) => Some(Binder::Parameter(param)),
            (None, ItemKind::Node(node)) => match &node.body {
                NodeBody::Block(block) => {
                    block.lets.iter().find(|binding| binding.name.span == declared).map(Binder::Let)
                }
                NodeBody::Foreign { .. } => None,
            },
            (None, ItemKind::Pipeline(pipeline)) => bound_in(&pipeline.body, declared),
            (None, ItemKind::Test(test)) => bound_in(&test.body, declared),
            _ => None,
        };
        binder.or_else(|| for_expression(item, declared)).map(|binder| (site, binder))
    }
}

fn bound_in(statements: &[Statement], declared: Span) -> Option<Binder<'_>> {
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Let(binding) if binding.name.span == declared => Some(Binder::Let(binding)),
        StatementKind::For { name, items, body } => {
            if name.span == declared {
                Some(Binder::For(items))
            } else {
                bound_in(body, declared)
            }
        }
        StatementKind::When { body, .. } => bound_in(body, declared),
        _ => None,
    })
}

fn for_expression(item: &Item, declared: Span) -> Option<Binder<'_>> {
    let mut found = None;
    tree::each_expr(item, |expr| {
        if let gml_syntax::ast::ExprKind::For { name, items, .. } = &expr.kind
            && name.span == declared
        {
            found = Some(Binder::For(items));
        }
    });
    found
}
