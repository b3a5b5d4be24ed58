//! The standard library, read once a process.

use std::sync::{Arc, OnceLock};

use gml_diagnostics::{Diagnostic, FileId, Sources};
use gml_stdlib::MODULES;
use gml_syntax::ast;

/// A module of the standard library as a tree.
pub(super) struct Parsed {
    /// Its tree.
    pub ast: Arc<ast::Module>,
    /// Its signatures by the places of their items.
    pub signatures: Vec<(usize, Arc<ast::Signature>)>,
    /// What is wrong with it (nothing, as tests see to).
    pub diagnostics: Vec<Diagnostic>,
}

static CACHE: [OnceLock<Parsed>; MODULES.len()] = [const { OnceLock::new() }; MODULES.len()];

/// The module at a place of [`MODULES`].
pub(super) fn parsed(place: usize) -> &'static Parsed {
    CACHE[place].get_or_init(|| {
        let parsed = gml_syntax::parse(file(place), MODULES[place].text);
        let signatures = parsed.module.items.iter().enumerate().filter_map(|(place, item)| match &item.kind {
            ast::ItemKind::Signature(signature) => Some((place, Arc::new(signature.clone()))),
            _ => None,
        });
        Parsed { signatures: signatures.collect(), ast: Arc::new(parsed.module), diagnostics: parsed.diagnostics }
    })
}

/// The sources of every program begin with those of the standard library, so that a tree serves all of them.
pub(super) fn sources() -> Sources {
    static SOURCES: OnceLock<Sources> = OnceLock::new();
    let all = || {
        let mut sources = Sources::new();
        for module in MODULES {
            sources.add(module.path, module.text);
        }
        sources
    };
    SOURCES.get_or_init(all).clone()
}

/// The file of the module at a place of [`MODULES`].
pub(super) fn file(place: usize) -> FileId {
    FileId(u32::try_from(place).unwrap_or(u32::MAX))
}
