//! Trees of files and signatures. Those of the standard library are read where somebody looks at them: it is large, and a
//! program uses little of it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use gml_diagnostics::{FileId, Span};
use gml_syntax::Kept;
use gml_syntax::ast::{self, ItemKind, Name, SignatureKind, TypeExpr, TypeKind};

use crate::resolve::standard;

/// The tree of a file.
#[derive(Clone)]
pub struct Tree(Origin);

/// What tells a declaration that was read from all others that were: one that is taken over from the time before keeps
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stamp(pub u64);

/// The tree of a file, the stamps of its declarations, and what is needed to read it again.
type Parts = (Arc<ast::Module>, Arc<[Stamp]>, Arc<Kept>);

#[derive(Clone)]
enum Origin {
    Project {
        ast: Arc<ast::Module>,
        stamps: Arc<[Stamp]>,
        kept: Option<Arc<Kept>>,
    },
    /// By the place of the module in `gml_stdlib::MODULES`.
    Standard(usize),
}

impl Tree {
    /// The tree of a file of the project, with a stamp for each of its declarations and what is needed to read it again.
    pub(crate) fn of_project(ast: Arc<ast::Module>, stamps: Arc<[Stamp]>, kept: Option<Arc<Kept>>) -> Self {
        Self(Origin::Project { ast, stamps, kept })
    }

    /// What [`Tree::of_project`] was given of a file that could be read.
    pub(crate) fn parts(&self) -> Option<Parts> {
        match &self.0 {
            Origin::Project { ast, stamps, kept } => Some((ast.clone(), stamps.clone(), kept.clone()?)),
            Origin::Standard(_) => None,
        }
    }

    /// The tree of the module at a place of `gml_stdlib::MODULES`.
    pub(crate) fn of_standard(place: usize) -> Self {
        Self(Origin::Standard(place))
    }

    /// The stamp of the declaration at a place; none of the standard library, which never changes.
    pub(crate) fn stamp(&self, place: usize) -> Option<Stamp> {
        match &self.0 {
            Origin::Project { stamps, .. } => stamps.get(place).copied(),
            Origin::Standard(_) => None,
        }
    }

    /// The declaration at a place of [`ast::Module::items`].
    pub fn item(&self, place: usize) -> &ast::Item {
        match &self.0 {
            Origin::Project { ast, .. } => &ast.items[place],
            Origin::Standard(module) => match standard::item(*module, place) {
                Some(item) => item,
                None => &standard::module(*module).items[place],
            },
        }
    }
}

impl Deref for Tree {
    type Target = ast::Module;

    fn deref(&self) -> &ast::Module {
        match &self.0 {
            Origin::Project { ast, .. } => ast,
            Origin::Standard(module) => standard::module(*module),
        }
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The tree of a signature of the standard library.
#[derive(Clone, Copy)]
pub struct SignatureTree {
    module: usize,
    declaration: usize,
}

impl SignatureTree {
    /// The signature at a place of `gml_stdlib::MODULES` and a place among its declarations.
    pub(crate) fn new(module: usize, declaration: usize) -> Self {
        Self { module, declaration }
    }
}

impl Deref for SignatureTree {
    type Target = ast::Signature;

    fn deref(&self) -> &ast::Signature {
        match standard::item(self.module, self.declaration).map(|item| &item.kind) {
            Some(ItemKind::Signature(signature)) => signature,
            _ => unreadable(),
        }
    }
}

impl fmt::Debug for SignatureTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Stands for a signature that the grammar refuses. There is none, as the library's tests see to.
fn unreadable() -> &'static ast::Signature {
    static UNREADABLE: OnceLock<ast::Signature> = OnceLock::new();
    UNREADABLE.get_or_init(|| {
        let span = Span::new(FileId(0), 0, 0);
        ast::Signature {
            kind: SignatureKind::Operator,
            name: Name { text: "_".into(), span },
            type_params: Vec::new(),
            params: Vec::new(),
            result: TypeExpr { kind: TypeKind::Error, span },
            empty: None,
        }
    })
}

#[cfg(test)]
mod tests {
    use gml_stdlib::{MODULES, Word};

    use super::*;

    #[test]
    fn declarations_read_on_their_own_are_those_of_the_whole_module() {
        for (place, module) in MODULES.iter().enumerate() {
            let whole = standard::module(place);
            assert_eq!(whole.items.len(), module.declarations.len(), "{}", module.name);
            for (index, (item, declaration)) in whole.items.iter().zip(module.declarations).enumerate() {
                assert_eq!(standard::item(place, index), Some(item), "{} {}", module.name, declaration.name);
                let (word, name) = match &item.kind {
                    ItemKind::Signature(signature) => match signature.kind {
                        SignatureKind::Operator => (Word::Operator, &signature.name),
                        SignatureKind::Function => (Word::Function, &signature.name),
                        SignatureKind::Aggregate => (Word::Aggregate, &signature.name),
                        SignatureKind::Window => (Word::Window, &signature.name),
                    },
                    ItemKind::TypeAlias(alias) => (Word::Type, &alias.name),
                    ItemKind::Schema(schema) => (Word::Schema, &schema.name),
                    other => panic!("{} declares {other:?}", module.name),
                };
                assert_eq!((word, &*name.text), (declaration.word, declaration.name));
                assert_eq!(name.span.start, declaration.name_start, "{}", declaration.name);
            }
        }
    }
}
