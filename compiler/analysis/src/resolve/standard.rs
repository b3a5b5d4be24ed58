//! The standard library: of all that it declares, a program reads what it uses, once a process.

use std::sync::OnceLock;

use gml_diagnostics::{Diagnostic, FileId, Sources, Span};
use gml_stdlib::{Declaration, MODULES, StdModule};
use gml_syntax::ast;

use crate::message::imports as message;
use crate::suggest::closest;

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

/// The module that is called `std.` and this word, or else the first that declares it.
pub(super) fn meant(word: &str) -> Option<usize> {
    let named = |module: &StdModule| module.name.strip_prefix("std.") == Some(word);
    MODULES.iter().position(named).or_else(|| MODULES.iter().position(|module| module.declares(word)))
}

/// A module that the standard library does not have.
pub(super) fn unknown(name: &str, span: Span) -> Diagnostic {
    let names: Vec<&str> = MODULES.iter().filter(|module| !module.prelude).map(|module| module.name).collect();
    let proposal = closest(name, names.iter().copied());
    message::unknown_std_module(name, span, proposal, &names)
}

/// How names that a module declares are had.
pub(super) fn taken_from(module: &StdModule, names: &str) -> String {
    match module.prelude {
        true => format!("leave it out: `{names}` can be used everywhere"),
        false => format!("write `use {}.{{{names}}}`", module.name),
    }
}

/// The declarations of a module by its file; none of a file of the project.
pub(super) fn declarations(file: FileId) -> &'static [Declaration] {
    MODULES.get(file.0 as usize).map_or(&[], |module| module.declarations)
}
