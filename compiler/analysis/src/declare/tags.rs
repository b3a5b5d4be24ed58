//! `tags(..)`: what they stand above.

use gml_diagnostics::Diagnostic;
use gml_syntax::ast::ItemKind;

use crate::message::declarations as message;
use crate::package::Package;

/// Only what runs has tags.
pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for item in package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items) {
        if let Some(first) = item.tags.first()
            && !matches!(item.kind, ItemKind::Pipeline(_) | ItemKind::Node(_))
        {
            diagnostics.push(message::tags_of_nothing(first.span));
        }
    }
}
