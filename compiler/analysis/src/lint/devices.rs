//! Models that are to run on a GPU, and are of a kind that has nothing to run there.

use gml_diagnostics::{Diagnostic, codes};
use gml_ir::Value;

use super::{Lints, argument};
use crate::typed::{Typed, TypedCall};

/// What says where a network learns, or where what was learned runs.
const DEVICE: &str = "device";

impl<'p> Lints<'p> {
    /// What is to run on a GPU was learned by something that could have learned there.
    pub(super) fn device(&mut self, call: &TypedCall) {
        let on_gpu = |device: &&Typed| device.literal().and_then(Value::as_str) == Some("cuda");
        let Some(device) = argument(call, DEVICE).filter(on_gpu) else { return };
        let Some(model) = argument(call, "model") else { return };
        let Some(learner) = self.learner_of(model) else { return };
        let Some(signature) = self.package.signatures.get(learner.signature.0 as usize) else { return };
        if signature.ast.params.iter().any(|param| &*param.name.text == DEVICE) {
            return;
        }
        let message = format!("`{}` is no network: what it learns runs on the processor only", learner.name);
        self.diagnostics.push(
            Diagnostic::new(codes::GPU_MISSING, device.span, message)
                .with_label("asks for a GPU")
                .and(model.span, "the model")
                .help("leave `device` out"),
        );
    }
}
