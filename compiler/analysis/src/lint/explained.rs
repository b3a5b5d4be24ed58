//! Models that are asked what they go by, and cannot say it in that way.

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::{Type, Value};

use super::{Lints, argument};
use crate::typed::{Typed, TypedCall, TypedKind};

/// What takes a score apart by features.
const EXPLAINING: [&str; 4] = ["explain", "contributions", "importance", "interactions"];
/// What gives scores that are no sum over features: places within groups.
const BLEND: &str = "blend";
/// What learns weights, and so has no splits that gain anything.
const LINEAR: [&str; 3] = ["logistic", "ridge", "elastic_net"];
/// How far back it is looked for what a model was learned by.
const FARTHEST: usize = 64;

impl<'p> Lints<'p> {
    /// A model must be of a kind that can be explained, and in the way that is asked for.
    pub(super) fn explained(&mut self, whole: &Typed, call: &TypedCall) {
        if !EXPLAINING.contains(&call.name) {
            return;
        }
        let Some(model) = argument(call, "model") else { return };
        let Some(learner) = self.learner_of(model) else { return };
        let how = argument(call, "how");
        let is_blend = learner.name == BLEND;
        let diagnostic = match how.and_then(Typed::literal).and_then(Value::as_str) {
            Some("gain") if is_blend || LINEAR.contains(&learner.name) => {
                let message =
                    format!("a model of `{}` has no trees, and so no splits that gain anything", learner.name);
                Diagnostic::new(codes::NOT_EXPLAINED, how.map_or(whole.span, |how| how.span), message)
                    .with_label("asks what splits gain")
                    .help(if is_blend { "take `how: permutation`" } else { "take `how: shap` or `how: permutation`" })
            }
            // Neither asks the model for parts of its score.
            Some("gain" | "permutation") => return,
            _ if is_blend => {
                let message =
                    format!("`{}` takes scores apart by features, and those of a blend are made of places", call.name);
                Diagnostic::new(codes::NOT_EXPLAINED, self.own_span(whole, call), message)
                    .with_label("cannot be taken apart")
                    .help("ask the models that are blended one by one, or `importance(.., how: permutation)`")
            }
            _ => return,
        };
        self.diagnostics.push(diagnostic.and(model.span, "the model"));
    }

    /// The call that says how a model was learned: that of its learner, the last of a chain, or one that makes a model of `models`.
    /// `None` where the body at hand does not tell.
    pub(super) fn learner_of<'t>(&self, model: &'t Typed) -> Option<&'t TypedCall>
    where
        'p: 't,
    {
        let mut at = model;
        for _ in 0..FARTHEST {
            at = match &at.kind {
                TypedKind::Local(local) => self.lets.get(local).copied()?,
                TypedKind::Cast(of) => of,
                TypedKind::Chain(parts) => parts.last()?,
                TypedKind::Call(call) if matches!(at.ty, Type::Learned(_) | Type::Estimator(_)) => {
                    // What is fitted or tuned, and what is calibrated.
                    match argument(call, "learner").or_else(|| argument(call, "model")) {
                        Some(of) => of,
                        None if matches!(at.ty, Type::Estimator(_)) || argument(call, "models").is_some() => {
                            return Some(call);
                        }
                        None => return None,
                    }
                }
                _ => return None,
            };
        }
        None
    }
}
