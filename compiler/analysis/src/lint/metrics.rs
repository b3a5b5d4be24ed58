//! Metrics: whether they have a meaning for what is judged. What a metric judges stands in its signature,
//! `-> metric[Probability, Rank]`.

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Learned, Type};
use gml_syntax::ast::{self, TypeKind};

use super::Lints;
use crate::typed::{Typed, TypedArg, TypedCall, TypedKind};

/// The type of metrics.
const METRIC: &str = "metric";

impl Lints<'_> {
    /// Every metric that a call is given must judge what the call is about: its first argument.
    pub(super) fn metrics(&mut self, call: &TypedCall) {
        let values = || {
            call.args.iter().filter_map(|(_, arg)| match arg {
                TypedArg::Value(value) => Some(value),
                _ => None,
            })
        };
        let metrics: Vec<&Typed> = values().flat_map(metrics_of).collect();
        if metrics.is_empty() {
            return;
        }
        let first = values().next().filter(|_| !self.learns_from_first(call));
        let Some((judged, (name, words))) = first.and_then(|value| Some((value, judged(value)?))) else { return };
        for metric in metrics {
            let Some(signature) = self.signature(metric) else { continue };
            let Some(fits) = judges(signature) else { continue };
            if fits.contains(&name) {
                continue;
            }
            let message = format!("`{}` has no meaning for {words}", signature.name.text);
            let diagnostic = Diagnostic::new(codes::METRIC_DOES_NOT_FIT, metric.span, message)
                .and(judged.span, format!("this is {words}"));
            let fitting = self.fitting(name);
            self.diagnostics.push(match fitting.is_empty() {
                true => diagnostic,
                false => diagnostic.help(format!("what fits, in std.metrics: {}", fitting.join(", "))),
            });
        }
    }

    /// Whether the first argument is there to learn from (`table[R] in train`), not to be judged.
    fn learns_from_first(&self, call: &TypedCall) -> bool {
        let Some((first, _)) = call.args.first() else { return false };
        let signatures = self.package.signatures.iter().map(|declaration| &*declaration.ast);
        let mut of_name = signatures.filter(|signature| &*signature.name.text == call.name);
        of_name.any(|signature| {
            let param = signature.params.first();
            param.is_some_and(|param| &*param.name.text == *first && matches!(param.ty.kind, TypeKind::In(..)))
        })
    }

    fn signature(&self, metric: &Typed) -> Option<&ast::Signature> {
        let TypedKind::Call(called) = &metric.kind else { return None };
        let of_name = |signature: &&ast::Signature| &*signature.name.text == called.name && judges(signature).is_some();
        self.package.signatures.iter().map(|declaration| &*declaration.ast).find(of_name)
    }

    /// The metrics that judge it.
    fn fitting(&self, name: &str) -> Vec<String> {
        let signatures = self.package.signatures.iter().map(|declaration| &*declaration.ast);
        let fits = |signature: &&ast::Signature| judges(signature).is_some_and(|fits| fits.contains(&name));
        signatures.filter(fits).map(|signature| format!("`{}`", signature.name.text)).collect()
    }
}

/// What a metric judges, where its signature says so.
fn judges(signature: &ast::Signature) -> Option<Vec<&str>> {
    let TypeKind::Named(name, args) = &signature.result.kind else { return None };
    let words = args.iter().filter_map(|arg| match &arg.kind {
        TypeKind::Named(name, _) => Some(&*name.text),
        _ => None,
    });
    (&*name.text == METRIC && !args.is_empty()).then(|| words.collect())
}

/// What is judged, by its name in signatures and in words; `None` where that is not known before the run.
fn judged(value: &Typed) -> Option<(&str, String)> {
    match &value.ty {
        Type::Learned(learned) => match &**learned {
            Learned::Model(Some((_, output))) => {
                let schema = output.schema.as_deref()?;
                Some((schema, format!("a model that predicts `{schema}`")))
            }
            Learned::Recommender(_) => Some(("recommender", "a recommender".into())),
            _ => None,
        },
        Type::Table(_) => Some(("table", "a table of candidates".into())),
        _ => None,
    }
}

/// The metrics that an argument is.
fn metrics_of(value: &Typed) -> &[Typed] {
    let is_metric = |ty: &Type| matches!(ty, Type::Named(name) if &**name == METRIC);
    match (&value.kind, &value.ty) {
        (_, ty) if is_metric(ty) => std::slice::from_ref(value),
        (TypedKind::List(items), Type::List(item)) if is_metric(item) => items,
        _ => &[],
    }
}
