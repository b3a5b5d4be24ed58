//! The modules of the standard library, all of them, whether the project uses them or not.

use gml_diagnostics::FileId;
use gml_stdlib::MODULES;
use gml_syntax::ast;

/// A module of the standard library.
pub(crate) struct Standard {
    /// `std.table`
    pub name: &'static str,
    pub text: &'static str,
    pub ast: ast::Module,
}

impl Standard {
    /// All of them, in their order.
    pub fn all() -> Vec<Self> {
        let read = |text| gml_syntax::parse(FileId(0), text).module;
        MODULES.iter().map(|module| Standard { name: module.name, text: module.text, ast: read(module.text) }).collect()
    }

    /// Its page: `std/table.html` for `std.table`.
    pub fn page(&self) -> String {
        format!("{}.html", self.name.replace('.', "/"))
    }
}
