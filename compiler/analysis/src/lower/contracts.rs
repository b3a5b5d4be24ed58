//! Arguments held against what their signatures say of them. What is written in the program was held against it by the
//! checker; what comes from the command line, from an env or from a call of a node is known here first.

use gml_diagnostics::Span;
use gml_ir::Value;

use super::body::Lowering;
use super::value::Lowered;
use crate::check::signature;
use crate::message;
use crate::parts::each_part;
use crate::typed::{LibraryName, Typed, TypedCall, TypedKind};
use crate::types::{contracted, satisfied};

impl Lowering<'_> {
    /// Says where an argument of a call is not what the signature says it must be.
    pub(super) fn within_contracts(&mut self, call: &TypedCall, name: LibraryName, typed: &Typed, value: &Lowered) {
        let Some(value) = value.constant().filter(|_| self.undecided == 0 && !is_written_out(typed)) else { return };
        let declared = &self.package.signatures[call.signature.0 as usize].ast.params;
        if !declared.iter().any(|param| &*param.name.text == name && !param.contracts.is_empty()) {
            return;
        }
        let signature = signature::compile(self.package, call.signature);
        let Some(param) = signature.param(name).map(|place| &signature.params[place]) else { return };
        let outside = |value: &Value| param.contracts.iter().any(|contract| !satisfied(&contract.rule, value));
        if let Some(value) = contracted(value.clone()).into_iter().find(outside) {
            let diagnostic =
                message::contracts::argument(signature.name, param.name, &param.contracts, &value, typed.span);
            let diagnostic = match self.setting(typed) {
                Some((name, value, span)) => diagnostic.and(span, format!("`{name}` is {value} in this run")),
                None => diagnostic,
            };
            // Both sides of what is expected are lowered twice.
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Whether an expression depends on what is set for the run: what it decides on is looked at for some settings only.
    pub(super) fn depends_on_settings(&self, condition: &Typed) -> bool {
        let mut found = false;
        each_part(condition, &mut |part| {
            found |= match &part.kind {
                TypedKind::Param(_) => true,
                TypedKind::Local(local) => match self.locals.get(local) {
                    Some(Lowered::Const(_)) => true,
                    Some(Lowered::Expr { inputs, .. }) => inputs.is_empty(),
                    _ => false,
                },
                _ => false,
            };
        });
        found
    }

    /// The first parameter of the program in an expression, with its value and where it is declared.
    fn setting(&self, typed: &Typed) -> Option<(&str, &Value, Span)> {
        let mut found = None;
        each_part(typed, &mut |part| {
            if let TypedKind::Param(id) = &part.kind {
                found = found.or(Some(id.0 as usize));
            }
        });
        let param = self.program.params.get(found?)?;
        Some((&*param.name, self.params.get(found?)?, param.span))
    }
}

/// Whether a value is a literal, of which the checker has said what there is to say.
fn is_written_out(typed: &Typed) -> bool {
    match &typed.kind {
        TypedKind::Cast(of) => is_written_out(of),
        kind => matches!(kind, TypedKind::Literal(_)),
    }
}

#[cfg(test)]
mod tests {
    use crate::{MemoryWorld, Settings, check, lower};

    const PROGRAM: &str = r#"
schema Visit { id visitor: str, pages: int }
catalog { visits: table[Visit] = csv("visits.csv"), few: table[Visit] = csv("few.csv") }
param n: int = 3
node first_of(rows: table[Visit], many: int) -> table[Visit] { rows |> take(many) }
pipeline p {
    save visits |> take(n) as few
    expect count(first_of(visits, n * 2)) > 0
    when n > 0 { expect count(visits |> sample(n: n - 1, seed: 1)) > 0 }
}
"#;

    /// What is said of a run with this value of `n`.
    fn told(n: &str) -> Vec<String> {
        let analysis = check(&MemoryWorld::new([("main.gml", PROGRAM)]), "main.gml");
        assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
        let settings = Settings { set: vec![("n".to_owned(), n.to_owned())], ..Settings::default() };
        let said = lower(&analysis.package, &analysis.program, &settings).err().unwrap_or_default();
        said.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn settings_are_held_against_signatures_before_the_run() {
        assert_eq!(told("4"), Vec::<String>::new());
        // Nothing of what `when` decides on is run.
        assert_eq!(told("0"), Vec::<String>::new());
        assert_eq!(told("-1"), ["`n` of `take` is -1, and must be `>= 0`", "`n` of `take` is -2, and must be `>= 0`"]);
    }
}
