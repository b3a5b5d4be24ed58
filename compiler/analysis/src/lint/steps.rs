//! Steps: joins and metrics.

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Learned, Type, Value};

use super::{Lints, argument, literal};
use crate::typed::{Typed, TypedCall, TypedKind};

impl Lints<'_> {
    /// A join that can say how many rows match, and does not.
    pub(super) fn join(&mut self, whole: &Typed, call: &TypedCall) {
        let says_nothing = |value: &Typed| literal(value) == Some(&Value::Null);
        if &*call.name != "join" || !argument(call, "expect").is_some_and(says_nothing) {
            return;
        }
        let span = self.own_span(whole, call);
        let message = "this join does not say how many rows may match";
        let help = "write `expect: many_to_one` where no key is twice on the right, or `one_to_one`, `one_to_many`, \
                    `many_to_many`: it is verified when the program runs";
        self.diagnostics.push(Diagnostic::new(codes::JOIN_WITHOUT_EXPECT, span, message).help(help));
    }

    /// Metrics must have a meaning for what the model predicts.
    pub(super) fn metrics(&mut self, call: &TypedCall) {
        if &*call.name != "evaluate" {
            return;
        }
        let (Some(model), Some(metrics)) = (argument(call, "model"), argument(call, "metrics")) else { return };
        let (Some((predicts, fitting)), TypedKind::List(metrics)) = (predicted(&model.ty), &metrics.kind) else {
            return;
        };
        for metric in metrics {
            let TypedKind::Call(called) = &metric.kind else { continue };
            if &*called.module != "std.metrics" || fitting.contains(&&*called.name) {
                continue;
            }
            let message = format!("`{}` has no meaning for a model that predicts {predicts}", called.name);
            let names: Vec<String> = fitting.iter().map(|name| format!("`{name}`")).collect();
            let diagnostic = Diagnostic::new(codes::METRIC_DOES_NOT_FIT, metric.span, message)
                .and(model.span, format!("this model predicts {predicts}"))
                .help(format!("what fits, in std.metrics: {}", names.join(", ")));
            self.diagnostics.push(diagnostic);
        }
    }
}

/// What a model predicts, in words, and the metrics for it. Models of other outputs are judged when the program runs.
fn predicted(ty: &Type) -> Option<(&'static str, &'static [&'static str])> {
    let Type::Learned(learned) = ty else { return None };
    let Learned::Model(Some((_, output))) = &**learned else { return None };
    match output.schema.as_deref()? {
        "Probability" | "Calibrated" => {
            Some(("the probability of true", &["auc", "log_loss", "brier", "accuracy", "average_precision"]))
        }
        "Classes" => Some(("probabilities of classes", &["log_loss", "accuracy"])),
        "Value" => Some(("a number", &["rmse", "mae"])),
        "Rank" => Some(("a ranking", &["ndcg"])),
        _ => None,
    }
}
