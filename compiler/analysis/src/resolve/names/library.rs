//! What a `use` takes from `std` itself, which holds modules only: `use std.learn`.

use gml_diagnostics::{Diagnostic, Fix, Span};
use gml_stdlib::{MODULES, StdModule};
use gml_syntax::TokenKind;
use gml_syntax::ast::{Name, Use, UseName};

use super::{Names, message, standard};
use crate::package::{Definition, ModuleId};
use crate::removal;

impl Names<'_> {
    /// Tells what is wrong with a name that is taken from `std`. What was meant is there all the same.
    pub(super) fn of_library(
        &mut self,
        place: usize,
        item: Span,
        taken: &Use,
        wanted: &UseName,
        ids: &[Option<ModuleId>],
    ) {
        let name = &wanted.name;
        let span = match (taken.names.len(), taken.path.first()) {
            (1, Some(first)) => Span { start: first.span.start, ..item },
            _ => name.span,
        };
        let Some(meant) = standard::meant(&name.text) else {
            self.diagnostics.push(standard::unknown(&format!("std.{}", name.text), span));
            return;
        };
        let module = &MODULES[meant];
        let is_module = module.name.strip_prefix("std.") == Some(&*name.text);
        let names = if is_module { self.mentioned(item, module) } else { vec![name.text.to_string()] };
        let diagnostic = match (is_module, module.prelude) {
            (true, true) => message::needless_module(module.name, span),
            (true, false) => message::takes_nothing(module.name, span),
            (false, _) => message::unknown_import("std", &name.text, span, None, None),
        };
        let diagnostic = match is_module && (module.prelude || names.is_empty()) {
            true => diagnostic,
            false => diagnostic.help(standard::taken_from(module, &names.join(", "))),
        };
        let is_alone = taken.names.len() == 1;
        self.diagnostics.push(if is_alone { self.mended(diagnostic, item, span, module, &names) } else { diagnostic });
        if let Some(id) = ids[meant] {
            self.open_module(place, id, name);
        }
    }

    /// With the `use` as it should be, where that is known.
    fn mended(
        &self,
        diagnostic: Diagnostic,
        item: Span,
        span: Span,
        module: &StdModule,
        names: &[String],
    ) -> Diagnostic {
        if module.prelude {
            let alone = removal::alone(self.package.sources.text(item.file), item);
            return diagnostic.fix(Fix::safe(alone, "").titled("remove this `use`"));
        }
        if names.is_empty() {
            return diagnostic;
        }
        diagnostic.fix(Fix::guess(span, format!("{}.{{{}}}", module.name, names.join(", "))))
    }

    /// What a file mentions of all that a module declares, in alphabetical order.
    fn mentioned(&self, item: Span, module: &StdModule) -> Vec<String> {
        let text = self.package.sources.text(item.file);
        let behind = text.get(item.end as usize..).unwrap_or("");
        let words = gml_syntax::tokens(behind).filter(|token| token.kind == TokenKind::Word);
        let mut found: Vec<&str> = words.map(|word| word.text(behind)).filter(|word| module.declares(word)).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(str::to_owned).collect()
    }

    /// Makes all that a module declares known in a file, but for what that declares itself.
    fn open_module(&mut self, place: usize, module: ModuleId, wanted: &Name) {
        let declared = self.package.modules[module.0 as usize].scope.clone();
        for (text, definition) in declared {
            if self.package.modules[place].scope.contains_key(&text) {
                continue;
            }
            let definition = match definition {
                Definition::Std(ids) => {
                    let name = Name { text: text.clone(), span: wanted.span };
                    let Some(ids) = self.overloads(place, &name, ids) else { continue };
                    Definition::Std(ids)
                }
                other => other,
            };
            self.package.modules[place].scope.insert(text, definition);
        }
    }
}
