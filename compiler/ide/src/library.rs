//! The names of the standard library, of all its modules: also of those that a program does not use yet.

use std::sync::OnceLock;

use gml_diagnostics::FileId;
use gml_stdlib::MODULES;
use gml_syntax::ast::{ItemKind, Signature, SignatureKind};

/// A signature of the standard library.
#[derive(Clone, Debug)]
pub(crate) struct LibraryName {
    /// `std.prep`
    pub module: &'static str,
    /// Whether it can be used without `use`.
    pub prelude: bool,
    /// As declared.
    pub ast: Signature,
    /// The signature as written.
    pub text: String,
    /// Its docs, or those of the first overload that has some.
    pub docs: String,
}

impl LibraryName {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.ast.name.text
    }

    /// Whether it is a step of the graph.
    pub fn is_operator(&self) -> bool {
        self.ast.kind == SignatureKind::Operator
    }
}

/// Every signature, in the order of the modules.
pub(crate) fn names() -> &'static [LibraryName] {
    static NAMES: OnceLock<Vec<LibraryName>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: Vec<LibraryName> = Vec::new();
        for module in MODULES {
            let parsed = gml_syntax::parse(FileId(0), module.text);
            for item in parsed.module.items {
                let ItemKind::Signature(ast) = item.kind else { continue };
                let text = module.text.get(item.span.start as usize..item.span.end as usize).unwrap_or("");
                let own = item.docs.as_deref().map(str::to_owned);
                let docs = own.unwrap_or_else(|| {
                    let first = names.iter().find(|other| {
                        other.module == module.name && other.name() == &*ast.name.text && !other.docs.is_empty()
                    });
                    first.map_or_else(String::new, |first| first.docs.clone())
                });
                let text = text.trim().to_owned();
                names.push(LibraryName { module: module.name, prelude: module.prelude, ast, text, docs });
            }
        }
        names
    })
}

/// All signatures of a name.
pub(crate) fn overloads(name: &str) -> impl Iterator<Item = &'static LibraryName> {
    names().iter().filter(move |known| known.name() == name)
}

/// Modules that have to be named in a `use`.
pub(crate) fn modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().filter(|module| !module.prelude).map(|module| module.name)
}
