//! Where everything that has a name is described.

use std::collections::HashMap;

use gml_analysis::package::{Declared, Package};
use gml_syntax::ast::ItemKind;

use crate::html;
use crate::standard::Standard;

/// What is behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Pipeline,
    Dataset,
    Node,
    Function,
    Schema,
    Param,
    Env,
    Connection,
    Standard,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Dataset => "dataset",
            Self::Node => "node",
            Self::Function => "fn",
            Self::Schema => "schema",
            Self::Param => "param",
            Self::Env => "env",
            Self::Connection => "connection",
            Self::Standard => "standard library",
        }
    }

    fn page(self) -> &'static str {
        match self {
            Self::Pipeline => "pipelines.html",
            Self::Dataset => "datasets.html",
            Self::Node | Self::Function => "nodes.html",
            Self::Schema => "schemas.html",
            Self::Param | Self::Env | Self::Connection => "settings.html",
            Self::Standard => "",
        }
    }
}

/// A name that has a place in the site.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub name: String,
    pub kind: Kind,
    /// Its place from the root of the site: `schemas.html#Session`.
    pub href: String,
    /// The first sentence of what is said of it.
    pub summary: String,
}

/// All names, and where they are described. A name of the project hides one of the standard library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    pub all: Vec<Named>,
    by_name: HashMap<String, usize>,
}

impl Links {
    /// The names of a package.
    pub fn of(package: &Package, standard: &[Standard]) -> Self {
        let mut links = Links::default();
        let docs = |declared: &Declared| package.item(declared).docs.as_deref().unwrap_or_default().to_owned();
        let is_own = |declared: &&Declared| !package.module(declared.module).is_std;
        let mut add = |kind: Kind, declared: &Declared, docs: String| {
            links.add(&declared.name, kind, format!("{}#{}", kind.page(), anchor(package, declared)), &docs);
        };
        for pipeline in package.pipelines.iter().map(|pipeline| &pipeline.declared).filter(is_own) {
            add(Kind::Pipeline, pipeline, docs(pipeline));
        }
        for (place, dataset) in package.datasets.iter().enumerate() {
            let id = gml_analysis::typed::DatasetId(u32::try_from(place).unwrap_or(u32::MAX));
            let said = package.dataset_ast(id).and_then(|entry| entry.docs.as_deref()).unwrap_or_default();
            add(Kind::Dataset, &dataset.declared, said.to_owned());
        }
        for node in package.nodes.iter().map(|node| &node.declared).filter(is_own) {
            add(Kind::Node, node, docs(node));
        }
        for function in package.functions.iter().map(|function| &function.declared).filter(is_own) {
            add(Kind::Function, function, docs(function));
        }
        for schema in package.schemas.iter().map(|schema| &schema.declared).filter(is_own) {
            add(Kind::Schema, schema, docs(schema));
        }
        for param in package.params.iter().map(|param| &param.declared).filter(is_own) {
            add(Kind::Param, param, docs(param));
        }
        for env in package.envs.iter().map(|env| &env.declared).filter(is_own) {
            add(Kind::Env, env, docs(env));
        }
        for connection in package.connections.iter().map(|connection| &connection.declared).filter(is_own) {
            add(Kind::Connection, connection, docs(connection));
        }
        for module in standard {
            for item in &module.ast.items {
                let name = match &item.kind {
                    ItemKind::Signature(signature) => &signature.name.text,
                    ItemKind::Schema(schema) => &schema.name.text,
                    ItemKind::TypeAlias(alias) => &alias.name.text,
                    _ => continue,
                };
                let href = format!("{}#{}", module.page(), html::id(name));
                let known = links.all.iter().any(|other| other.href == href);
                if !known {
                    links.add(name, Kind::Standard, href, item.docs.as_deref().unwrap_or_default());
                }
            }
        }
        links
    }

    fn add(&mut self, name: &str, kind: Kind, href: String, docs: &str) {
        self.by_name.entry(name.to_owned()).or_insert(self.all.len());
        self.all.push(Named { name: name.to_owned(), kind, href, summary: first_sentence(docs) });
    }

    /// Where a name is described, from the root of the site.
    pub fn find(&self, name: &str) -> Option<&Named> {
        self.by_name.get(name).map(|place| &self.all[*place])
    }

    /// Those of a kind, in the order of the program.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Named> {
        self.all.iter().filter(move |named| named.kind == kind)
    }
}

/// The place of a declaration on its page: its name, behind that of its module where that is not the main one.
pub(crate) fn anchor(package: &Package, declared: &Declared) -> String {
    let is_main = declared.module.0 == 0;
    let module = &package.module(declared.module).name;
    html::id(&if is_main { declared.name.to_string() } else { format!("{module}.{}", declared.name) })
}

/// The first sentence of a comment, without marks.
fn first_sentence(docs: &str) -> String {
    let paragraph = docs.split("\n\n").next().unwrap_or_default().split("\n```").next().unwrap_or_default();
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ").replace(['`', '*'], "");
    match line.find(". ") {
        Some(end) => line[..=end].to_owned(),
        None => line,
    }
}
