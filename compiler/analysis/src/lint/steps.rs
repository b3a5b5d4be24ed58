//! Steps: metrics.

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Learned, Type};

use super::{Lints, argument};
use crate::typed::{TypedCall, TypedKind};

impl Lints<'_> {
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
