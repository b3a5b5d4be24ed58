//! Metrics of what was learned: whether they have a meaning for it, and whether a search makes large what should be small.
//! What a metric judges stands in its signature (`crate::metrics`). An estimator is judged where its rows are known, by `check`.

use gml_diagnostics::{Diagnostic, Fix, Span, codes};
use gml_ir::{Learned, Row, Type};
use gml_syntax::ast::TypeKind;

use super::{Lints, argument};
use crate::metrics::{self, Judged, metrics_of};
use crate::typed::{Typed, TypedArg, TypedCall, TypedKind};

/// What searches call the metric that they make large, and the one that they make small.
const WAYS: [(&str, &str, bool); 2] = [("maximize", "minimize", true), ("minimize", "maximize", false)];

impl Lints<'_> {
    /// Every metric that a call is given must judge what the call is about: its first argument, or, where it learns from that, the
    /// model that it finds.
    pub(super) fn metrics(&mut self, whole: &Typed, call: &TypedCall) {
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
        self.direction(call);
        let judged = if self.learns_from_first(call) {
            found(&whole.ty, self.own_span(whole, call))
        } else {
            values().next().and_then(|first| {
                let judged = Judged::of(&first.ty, first.span)?;
                Some(judged.on(self.rows_of(first, values().skip(1))))
            })
        };
        let Some(judged) = judged else { return };
        let unfit = metrics.into_iter().filter_map(|metric| metrics::unfit(self.package, metric, &judged));
        self.diagnostics.extend(unfit);
    }

    /// The rows of which one must have the roles that a metric asks for: those that a model knows and those that it is judged on.
    /// None where a model may know its group by an argument of its learner.
    fn rows_of<'t>(&self, model: &'t Typed, others: impl Iterator<Item = &'t Typed>) -> Vec<&'t Row> {
        let Type::Learned(learned) = &model.ty else { return Vec::new() };
        let Learned::Model(Some((input, _))) = &**learned else { return Vec::new() };
        if self.is_told_its_group(model) != Some(false) {
            return Vec::new();
        }
        let row = |value: &'t Typed| match &value.ty {
            Type::Table(table) => Some(&*table.row),
            Type::List(item) => match &**item {
                Type::Table(table) => Some(&*table.row),
                _ => None,
            },
            _ => None,
        };
        std::iter::once(&**input).chain(others.filter_map(row)).collect()
    }

    /// Whether a model was told by an argument of its learner which column is the group; `None` where that is not in sight.
    fn is_told_its_group(&self, model: &Typed) -> Option<bool> {
        let learner = self.learner_of(model)?;
        match argument(learner, "models").map(|models| &models.kind) {
            Some(TypedKind::List(models)) => {
                let told: Option<Vec<bool>> = models.iter().map(|model| self.is_told_its_group(model)).collect();
                told.map(|told| told.contains(&true))
            }
            Some(_) => None,
            None => Some(learner.args.iter().any(|(name, _)| *name == "group")),
        }
    }

    /// Whether the first argument is there to learn from (`table[R] in train`), not to be judged.
    fn learns_from_first(&self, call: &TypedCall) -> bool {
        let Some((first, _)) = call.args.first() else { return false };
        let Some(signature) = self.package.signatures.get(call.signature.0 as usize) else { return false };
        let param = signature.ast.params.first();
        param.is_some_and(|param| &*param.name.text == *first && matches!(param.ty.kind, TypeKind::In(..)))
    }

    /// A search for the largest value of what is good when it is small finds the worst.
    fn direction(&mut self, call: &TypedCall) {
        for (way, other, makes_large) in WAYS {
            let Some(metric) = argument(call, way) else { continue };
            if metrics::less_is_better(self.package, metric) != Some(makes_large) {
                continue;
            }
            let name = self.text(metric.span).to_owned();
            let (size, better) = if makes_large { ("large", "less") } else { ("small", "more") };
            let message = format!("`{}` looks for what makes `{name}` {size}, and {better} of it is better", call.name);
            let diagnostic = Diagnostic::new(codes::SEARCH_FOR_THE_WORST, metric.span, message)
                .with_label("the worst is found")
                .help(format!("write `{other}: {name}`"));
            let diagnostic = match self.name_before(metric.span, way) {
                Some(span) => diagnostic.fix(Fix::guess(span, other)),
                None => diagnostic,
            };
            self.diagnostics.push(diagnostic);
        }
    }

    /// Where the name of an argument stands, before its value.
    fn name_before(&self, value: Span, name: &str) -> Option<Span> {
        let before = self.text(Span { start: 0, end: value.start, ..value }).trim_end().strip_suffix(':')?.trim_end();
        let end = u32::try_from(before.len()).ok()?;
        before.ends_with(name).then(|| Span { start: end - name.len() as u32, end, ..value })
    }
}

/// The model among the results of a call.
fn found(ty: &Type, at: Span) -> Option<Judged<'_>> {
    let Type::Record(parts) = ty else { return None };
    parts.columns.iter().find_map(|part| Some(Judged::of(&part.ty, at)?.that("finds")))
}
