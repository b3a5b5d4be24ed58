//! Pipelines that do nothing that anyone sees.

use gml_diagnostics::{Diagnostic, codes};
use gml_syntax::ast::{Statement, StatementKind};

use crate::package::Package;
use crate::typed::PipelineId;

/// Pipelines that neither save, track, expect nor run anything.
pub(super) fn without_effect(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for (place, pipeline) in package.pipelines.iter().enumerate() {
        let Some(ast) = u32::try_from(place).ok().and_then(|place| package.pipeline_ast(PipelineId(place))) else {
            continue;
        };
        if ast.body.iter().any(has_effect) {
            continue;
        }
        let name = &pipeline.declared;
        let message = format!("the pipeline `{}` leaves nothing behind", name.name);
        diagnostics.push(
            Diagnostic::new(codes::PIPELINE_WITHOUT_EFFECT, name.name_span, message)
                .with_label("it saves, tracks and expects nothing")
                .help("keep what it computes with `save .. as entry`, or `track` what it measures"),
        );
    }
}

fn has_effect(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Let(_) => false,
        StatementKind::When { body, .. } | StatementKind::For { body, .. } => body.iter().any(has_effect),
        _ => true,
    }
}
