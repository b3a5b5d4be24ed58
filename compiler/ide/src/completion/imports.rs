//! The `use` that a name needs.

use gml_diagnostics::Span;
use gml_syntax::ast::{Item, ItemKind};

use super::Scope;
use crate::edit::Edit;

impl Scope<'_, '_> {
    /// The edit that imports a name of a module into the file at hand, whose text is taken as it was typed.
    pub(super) fn import(&self, module: &str, name: &str) -> Option<Edit> {
        let source = self.source.package.modules.iter().find(|module| module.file == self.span.file)?;
        import(&source.ast.items, self.text, self.span, module, name)
    }
}

/// Adds to the `use` of that module, or writes one below the last, or above all declarations.
pub(crate) fn import(items: &[Item], text: &str, at: Span, module: &str, name: &str) -> Option<Edit> {
    let uses = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Use(taken) => Some((item, taken)),
        _ => None,
    });
    let mut last = None;
    for (item, taken) in uses {
        let words: Vec<&str> = taken.path.iter().map(|name| &*name.text).collect();
        if words.join(".") == module
            && let Some(behind) = taken.names.last()
            && text.get(item.span.start as usize..item.span.end as usize)?.contains('{')
        {
            let end = behind.alias.as_ref().unwrap_or(&behind.name).span.end;
            return Some(Edit::new(Span::new(at.file, end, end), format!(", {name}")));
        }
        last = Some(item);
    }
    let line = format!("use {module}.{{{name}}}");
    Some(match (last, items.first()) {
        (Some(last), _) => Edit::new(Span::new(at.file, last.span.end, last.span.end), format!("\n{line}")),
        (None, Some(first)) => {
            // Above the docs of the first declaration.
            let mut start = first.span.start as usize;
            while let Some(above) = text.get(..start)?.strip_suffix('\n') {
                let line_start = above.rfind('\n').map_or(0, |newline| newline + 1);
                if first.docs.is_none() || !above.get(line_start..)?.trim_start().starts_with("##") {
                    break;
                }
                start = line_start;
            }
            let start = u32::try_from(start).ok()?;
            Edit::new(Span::new(at.file, start, start), format!("{line}\n\n"))
        }
        (None, None) => Edit::new(Span::new(at.file, 0, 0), format!("{line}\n\n")),
    })
}
