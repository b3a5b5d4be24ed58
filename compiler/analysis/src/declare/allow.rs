//! `allow(lint)` above a declaration.

use gml_diagnostics::{Code, Diagnostic, Fix, Severity, Span, codes};
use gml_syntax::ast::{Item, Name};

use crate::message::declarations as message;
use crate::package::Package;
use crate::removal;
use crate::suggest::closest;

/// Refuses lints that there are not.
pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for (_, name) in allowed(package) {
        if lint_named(&name.text).is_some() {
            continue;
        }
        if Code::all().any(|code| is_named(code, &name.text)) {
            diagnostics.push(message::error_allowed(&name.text, name.span));
        } else {
            let names = lint_names();
            let proposal = closest(&name.text, names.iter().map(String::as_str));
            diagnostics.push(message::unknown_lint(&name.text, name.span, proposal));
        }
    }
}

/// Takes out the warnings that the declaration they are in allows, and warns of what is allowed in vain. Of a program
/// with errors the latter is not known: what comes behind an error is not looked at.
pub(crate) fn settle(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    let mut rules: Vec<Rule<'_>> = allowed(package)
        .filter_map(|(item, name)| Some(Rule { item, name, code: lint_named(&name.text)?, is_needed: false }))
        .collect();
    if rules.is_empty() {
        return;
    }
    diagnostics.retain(|diagnostic| diagnostic.is_error() || !silenced(&mut rules, diagnostic));
    if diagnostics.iter().any(Diagnostic::is_error) {
        return;
    }
    let vain = |rules: &[Rule<'_>], of_itself: bool| -> Vec<Diagnostic> {
        let idle = rules.iter().filter(|rule| !rule.is_needed && (rule.code == codes::UNUSED_ALLOW) == of_itself);
        idle.map(|rule| rule.in_vain(package)).collect()
    };
    // `allow(unused_allow)` is judged last: it is needed where another one of its declaration is not.
    let others = vain(&rules, false);
    diagnostics.extend(others.into_iter().filter(|diagnostic| !silenced(&mut rules, diagnostic)));
    diagnostics.extend(vain(&rules, true));
}

/// A lint that a declaration allows.
struct Rule<'p> {
    item: &'p Item,
    name: &'p Name,
    code: Code,
    /// Whether it silenced anything.
    is_needed: bool,
}

impl Rule<'_> {
    fn silences(&self, diagnostic: &Diagnostic) -> bool {
        let (own, other) = (self.item.span, diagnostic.span);
        self.code == diagnostic.code && own.file == other.file && own.start <= other.start && other.end <= own.end
    }

    fn in_vain(&self, package: &Package) -> Diagnostic {
        let span = self.name.span;
        let text = package.sources.text(span.file);
        message::unused_allow(&self.name.text, span).fix(removed(text, span))
    }
}

/// Whether any of the rules silences a warning; all that do are needed.
fn silenced(rules: &mut [Rule<'_>], diagnostic: &Diagnostic) -> bool {
    let mut any = false;
    for rule in rules.iter_mut().filter(|rule| rule.silences(diagnostic)) {
        rule.is_needed = true;
        any = true;
    }
    any
}

/// Takes a name out of `allow(..)`, or all of that where it holds nothing else.
fn removed(text: &str, name: Span) -> Fix {
    let (start, end) = (name.start as usize, name.end as usize);
    let before = text.get(..start).unwrap_or("").trim_end();
    let behind = text.get(end..).unwrap_or("").trim_start();
    let behind = behind.strip_prefix(',').map_or(behind, str::trim_start);
    let opening = before.strip_suffix('(').map(str::trim_end).and_then(|before| before.strip_suffix("allow"));
    let span = match (opening, behind.strip_prefix(')')) {
        (Some(before), Some(behind)) => {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let clause = Span::new(name.file, offset(before.len()), offset(text.len() - behind.len()));
            removal::alone(text, clause)
        }
        _ => removal::item(text, name),
    };
    Fix::safe(span, "").titled("remove what is allowed in vain")
}

fn allowed(package: &Package) -> impl Iterator<Item = (&Item, &Name)> {
    let items = package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items);
    items.flat_map(|item| item.allow.iter().map(move |name| (item, name)))
}

fn lints() -> impl Iterator<Item = Code> {
    Code::all().filter(|code| code.severity() == Severity::Warning)
}

/// The names of all lints as they are written in a program.
pub(crate) fn lint_names() -> Vec<String> {
    lints().map(|code| code.name().replace('-', "_")).collect()
}

/// The lint of a name as it is written in a program, or of its code.
pub(crate) fn lint_named(name: &str) -> Option<Code> {
    lints().find(|code| is_named(*code, name))
}

fn is_named(code: Code, name: &str) -> bool {
    code.id() == name || code.name().replace('-', "_") == name
}
