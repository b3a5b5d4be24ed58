//! The standard library: of all that it declares, a program reads what it uses, once a process.

use std::sync::OnceLock;

use gml_diagnostics::{FileId, Sources};
use gml_stdlib::{Declaration, MODULES};
use gml_syntax::ast;

/// Declarations of a module that were read on their own.
type Items = OnceLock<Box<[OnceLock<Option<ast::Item>>]>>;

static WHOLE: [OnceLock<ast::Module>; MODULES.len()] = [const { OnceLock::new() }; MODULES.len()];
static ITEMS: [Items; MODULES.len()] = [const { OnceLock::new() }; MODULES.len()];

/// All of the module at a place of [`MODULES`].
pub(crate) fn module(place: usize) -> &'static ast::Module {
    WHOLE[place].get_or_init(|| gml_syntax::parse(file(place), MODULES[place].text).module)
}

/// A declaration of the module at a place of [`MODULES`]: the same that stands at that place in the whole module, without
/// the rest of it.
pub(crate) fn item(place: usize, declaration: usize) -> Option<&'static ast::Item> {
    let all = MODULES[place].declarations;
    let items = ITEMS[place].get_or_init(|| std::iter::repeat_with(OnceLock::new).take(all.len()).collect());
    let read = |Declaration { start, end, .. }: &Declaration| {
        let part = *start as usize..*end as usize;
        gml_syntax::parse_part(file(place), MODULES[place].text, part).module.items.into_iter().next()
    };
    items.get(declaration)?.get_or_init(|| read(&all[declaration])).as_ref()
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

/// The declarations of a module by its file; none of a file of the project.
pub(super) fn declarations(file: FileId) -> &'static [Declaration] {
    MODULES.get(file.0 as usize).map_or(&[], |module| module.declarations)
}
